simulate-error-write = Data simulasi belum dapat ditulis ({ $reason }). Periksa apakah foldernya ada, dapat ditulisi, dan masih cukup ruang.
simulate-round-name = Putaran { $year } (data simulasi)
simulate-flagged-reason = contoh, agar kedua cara membaca skor terlihat.
