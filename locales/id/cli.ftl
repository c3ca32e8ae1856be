cli-help-intro =
    Selaras: mengukur harmoni sosial dan menyebut dengan jujur seberapa pasti hasilnya.
    
    Cara pakai: selaras <perintah> [pilihan]
cli-help-demo =
    {"  "}demo        menyiapkan data simulasi dan membuka program di komputer ini
    {"              ["}--port 8061] [--data FOLDER]
cli-help-serve =
    {"  "}serve       membuka program pada folder data kantor Anda (hanya di komputer ini)
    {"              "}--data FOLDER [--port 8061] [--region KODE]
cli-help-index =
    {"  "}index       menghitung indeks dari berkas jawaban
    {"              "}--instrument ID|BERKAS --answers BERKAS… --out FOLDER
    {"              ["}--mapping PROFIL.json] [--regions KERANGKA.csv] [--region KODE] [--margins BERKAS]
    {"              ["}--official BERKAS]
    {"              ["}--before-answers BERKAS…] [--before-opened TANGGAL] [--before-closed TANGGAL]
    {"              ["}--name TEKS] [--year TAHUN] [--target ANGKA] [--simulated]
    {"              ["}--save-mapping PROFIL.json] [--faults BERKAS.xlsx]
    {"              ["}--opened TANGGAL] [--closed TANGGAL] [--as-of TANGGAL]
    {"              ["}--internal [--without-flagged ALASAN]] [--no-fpc] [--seed ANGKA] [--threads ANGKA] [--json]
    {"              ["}--only result.json|skor.csv|cakupan.csv|indeks.xlsx|peta.geojson|laporan.html]…
cli-help-align =
    {"  "}align       menyandingkan rencana provinsi dan kab/kota dan menemukan yang belum selaras
    {"              "}--province BERKAS… --region BERKAS… --out FOLDER [--index FOLDER]
    {"              ["}--rules FOLDER] [--proposals BERKAS] [--meetings BERKAS] [--previous FOLDER]
    {"              ["}--mappings FOLDER] [--year TAHUN] [--as-of TANGGAL] [--cut PERSEN] [--json]
    {"              "}--data FOLDER --out FOLDER [--as-of TANGGAL] untuk rencana yang tersimpan
cli-help-simulate =
    {"  "}simulate    membuat putaran simulasi beserta nilai yang sebenarnya
    {"              "}--instrument ID|BERKAS --out FOLDER [--region KODE] [--year TAHUN] [--round 1|2]
    {"              ["}--seed ANGKA] [--each ANGKA | --total ANGKA] [--recorded] [--parquet]
    {"              "}--plans --region KODE --out FOLDER [--year TAHUN] [--seed ANGKA] [--defects ANGKA]
cli-help-regions =
    {"  "}regions     mencari wilayah, atau memasukkan batas wilayah resmi
    {"              "}find NAMA|KODE
    {"              "}import BERKAS --data FOLDER --source TEKS --date TANGGAL
    {"              ["}--codes kemendagri|bps|bps-2023]
cli-help-round =
    {"  "}round       membuat, mendaftar, mengubah, dan menghapus putaran
    {"              "}list --data FOLDER
    {"              "}add --data FOLDER --year TAHUN --instrument ID|BERKAS [--name TEKS] [--region KODE]
    {"              ["}--opened TANGGAL] [--closed TANGGAL] [--target ANGKA] [--simulated]
    {"              "}edit ID --data FOLDER [--year TAHUN] [--name TEKS] [--instrument ID|BERKAS]
    {"              ["}--region KODE] [--opened TANGGAL] [--closed TANGGAL] [--target ANGKA]
    {"              "}remove ID --data FOLDER
cli-help-licences =
    {"  "}licences    lisensi program dan data
cli-help-help =
    {"  "}help        halaman ini; «selaras help index» untuk satu perintah saja
cli-help-foot =
    Berlaku di mana saja: --lang id|en
    Kode keluar: 0 selesai, 1 berkas masukan perlu diperbaiki, 2 perintah tidak dipahami,
    3 ditahan oleh aturan, 4 kendala pada komputer.
cli-unknown-verb = Perintah «{ $verb }» tidak dikenal. Ketik «selaras help» untuk melihat daftar perintah.
cli-unknown-option = Pilihan «--{ $option }» tidak dikenal untuk perintah ini. Ketik «selaras help».
cli-stray-value = «{ $value }» tidak diharapkan di sini. Ketik «selaras help» untuk melihat urutannya.
cli-unreadable = Ada pilihan yang tidak terbaca. Tulis nilai sesudah nama pilihan, misalnya: --out hasil.
cli-needs-value = Pilihan «--{ $option }» memerlukan nilai sesudahnya.
cli-bad-value = Nilai «{ $value }» tidak dapat dipakai untuk «--{ $option }».
cli-not-one-of = Nilai «{ $value }» tidak dikenal untuk «--{ $option }». Yang dikenal: { $known }.
cli-no-instrument = «{ $instrument }» bukan instrumen yang dikenal dan bukan berkas. Yang dikenal: { $known }; atau sebutkan berkas instrumen sendiri.
cli-bad-date = Nilai «{ $value }» untuk «--{ $option }» bukan tanggal. Tulis seperti 2026-03-24.
cli-missing-option = Pilihan «--{ $option }» belum diisi; perintah ini memerlukannya.
cli-flagged-internal = Skor tanpa jawaban bertanda hanya untuk kantor. Pakai «--without-flagged» bersama «--internal».
cli-same-file = Berkas «{ $file }» dan «{ $other }» isinya sama persis, sehingga jawabannya akan dihitung dua kali. Sebutkan satu saja.
cli-simulated = Berkasnya bertanda DATA-SIMULASI, maka hasilnya ditandai data simulasi.
cli-machine = Tidak berhasil pada «{ $what }»: { $reason }. Periksa nama, izin, dan ruang penyimpanan, lalu ulangi.
cli-what-output = menulis keluaran
cli-what-threads = menyiapkan program
cli-what-temporary = folder sementara
cli-question = { $file }: { $question }
cli-questions-advice = Jawaban belum dapat diambil. Simpan usulan pemetaan dengan «--save-mapping PROFIL.json», lengkapi, lalu jalankan lagi dengan «--mapping PROFIL.json»; atau unggah berkas lewat halaman Unggah.
cli-faults = Ada { $count } hal yang perlu diperbaiki; tidak ada jawaban yang disimpan. Pilihan «--faults BERKAS.xlsx» menandai setiap sel yang dimaksud.
cli-dropped = { $file }, kolom { $column } («{ $header }»): { $reason }
cli-written = Ditulis: { $file }
cli-index-done = Selesai: { $rows } jawaban dihitung.
cli-progress-intake = membaca jawaban
cli-licence-program = Program: MIT atau Apache-2.0, sesuai pilihan Anda. Data membawa lisensinya sendiri:
cli-serve-ready = Selaras siap di alamat ini (hanya dari komputer ini). Tekan Ctrl-C untuk mengakhiri.
cli-serve-ended = Selaras berhenti. Data tersimpan.
cli-demo-ended = Selaras berhenti. Data simulasi tadi hanya sementara dan kini dihapus; «--data FOLDER» menyimpannya.
cli-progress-demo = menyiapkan data simulasi
cli-simulate-done = Selesai: { $rows } jawaban simulasi.
cli-no-folder = Folder data «{ $path }» tidak ada. Periksa penulisannya.
cli-round-none = Belum ada putaran. Buat dengan «selaras round add».
cli-round-unknown = Tidak ada putaran dengan nomor «{ $id }». Lihat daftarnya dengan «selaras round list».
cli-round-changed = «{ $name }» sudah diubah. Hitung lagi indeksnya bila hasilnya sudah ada.
cli-round-removed = «{ $name }» dihapus beserta jawaban dan hasilnya.
cli-regions-several = «{ $text }» dapat berarti beberapa wilayah:
cli-regions-none = Tidak ada wilayah yang cocok dengan «{ $text }». Periksa ejaannya atau tulis kodenya, misalnya 61.71.
cli-regions-file = Sebutkan berkas batas wilayahnya: selaras regions import BERKAS.
cli-regions-imported = Selesai: batas { $count } wilayah dipakai mulai sekarang.
cli-align-cut = Pemotongan untuk «--cut» paling banyak 100 persen.
cli-align-faults = Ada { $count } hal yang perlu diperbaiki; belum ada yang ditulis. Pilihan «--mappings FOLDER» menyimpan arti kolom yang diusulkan agar dapat dilengkapi.
cli-align-left-over = Hanya ada di satu berkas dari dokumen yang sama: { $code }
cli-align-not-sent = { $region }: belum mengirim rencana
cli-align-nothing-open = { $region }: tidak ada yang perlu dijelaskan dari yang dapat diperiksa
cli-align-open = { $region }: perlu penjelasan pada { $checks }
cli-progress-plans = membaca rencana
cli-progress-provinces = menyandingkan rencana tiap provinsi
cli-align-data-alone = «--data» memakai rencana, usulan, dan rapat yang tersimpan di folder itu. Bersamanya hanya «--out» dan «--as-of» yang dapat dipakai.
cli-align-nothing-kept = Belum ada rencana yang tersimpan di folder itu. Unggah dulu di halaman Perencanaan.
cli-simulate-province = «{ $region }» bukan provinsi. Rencana disimulasikan untuk satu provinsi beserta kab/kotanya, misalnya 61.
cli-simulate-plans-done = Selesai: { $files } berkas rencana simulasi. Periksa dengan «selaras align --as-of», memakai tanggal { $day }.
