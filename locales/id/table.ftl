table-page = Halaman &P dari &N
table-simulated = DATA SIMULASI
table-source = Sumber
table-time = Waktu
