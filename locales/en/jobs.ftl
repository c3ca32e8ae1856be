jobs-message-waiting = Waiting its turn.
jobs-message-running = Being worked on.
jobs-message-done = Done.
jobs-message-stopped = Stopped on request. Nothing was kept.
jobs-message-repeated = This job was cut off three times before it ended, so it is not begun again. Nothing was kept. Try a smaller file, or tell whoever runs the system.
jobs-message-fault = The program met a fault while working on it. Nothing was kept. The fault is written in the program's log.
jobs-message-unknown-kind = This version of Selaras knows no job "{ $kind }". Install the newest version and try again.
