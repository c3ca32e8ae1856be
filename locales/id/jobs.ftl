jobs-message-waiting = Menunggu giliran.
jobs-message-running = Sedang dikerjakan.
jobs-message-done = Selesai.
jobs-message-stopped = Dihentikan atas permintaan. Tidak ada yang disimpan.
jobs-message-repeated = Pekerjaan ini tiga kali terputus sebelum selesai, sehingga tidak dimulai lagi. Tidak ada yang disimpan. Coba dengan berkas yang lebih kecil atau hubungi pengelola sistem.
jobs-message-fault = Program mengalami kesalahan saat mengerjakannya. Tidak ada yang disimpan. Catatan kesalahan ada pada log program.
jobs-message-unknown-kind = Versi Selaras ini tidak mengenal pekerjaan "{ $kind }". Pasang versi terbaru, lalu ulangi.
