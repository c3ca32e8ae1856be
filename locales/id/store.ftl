store-error-newer = Data ini terakhir dipakai oleh versi Selaras yang lebih baru (migrasi { $version }). Agar tidak rusak, data tidak dibuka. Pasang versi Selaras yang terbaru, lalu jalankan kembali.
store-error-folder = Berkas atau folder { $path } tidak dapat dibaca atau ditulis ({ $reason }). Periksa nama folder dan izinnya, lalu coba lagi.
store-error-not-found = Data yang diminta tidak ada. Mungkin sudah dihapus.
store-error-database = Basis data tidak dapat dipakai ({ $reason }). Tidak ada yang berubah. Coba lagi; bila terulang, hubungi pengelola sistem.
store-error-damaged = Ada data tersimpan yang tidak dapat dibaca kembali ({ $reason }). Tidak ada yang berubah. Kembalikan dari cadangan, atau hubungi pengelola sistem.
store-error-in-use = Folder data { $path } sedang dipakai oleh Selaras lain yang masih berjalan. Tutup yang itu dahulu, atau pakai folder data lain.
