simulate-error-write = The simulated data could not be written ({ $reason }). Check that the folder is there, can be written to, and has enough space.
simulate-round-name = Round { $year } (simulated data)
simulate-flagged-reason = an example, so that both ways to read the score can be seen.
