upload-error-snapshot = Jawaban yang tersimpan tidak dapat dibaca atau ditulis: { $reason }. Periksa ruang penyimpanan, lalu coba lagi; bila tetap begitu, unggah ulang berkasnya.
upload-error-snapshot-changed = Jawaban tersimpan dari «{ $file }» berubah sejak diterima, jadi tidak dihitung. Hapus berkas itu dari putaran, lalu unggah ulang.
upload-error-instrument = Instrumen berubah sejak jawaban diterima. Unggah ulang berkas jawaban supaya dibaca dengan instrumen yang sekarang.
upload-error-no-instrument = Instrumen «{ $instrument }» tidak dikenal program ini. Pasang versi Selaras yang memuatnya, atau pilih instrumen lain.
upload-error-no-files = «{ $round }» belum berisi jawaban. Unggah berkas jawaban dahulu.
upload-error-designs = Sebagian berkas «{ $round }» berasal dari rancangan sampel tercatat (dengan bobot atau PSU), sebagian dari tautan terbuka. Keduanya tidak dapat digabung. Pisahkan ke dua putaran.
upload-progress = Membaca jawaban: { $rows } baris sejauh ini.
upload-computing = Menghitung indeks.
