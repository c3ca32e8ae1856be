table-error-workbook = Buku kerja XLSX belum dapat dibuat ({ $reason }). Satu lembar memuat paling banyak 1.048.576 baris; pakai CSV untuk data yang lebih besar.
table-page = Halaman &P dari &N
table-simulated = DATA SIMULASI
table-source = Sumber
table-time = Waktu
