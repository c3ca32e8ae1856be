letter-number = Nomor
letter-nature = Sifat
letter-attachment = Lampiran
letter-subject = Hal
letter-to = Yth.
letter-nip = NIP
letter-copies = Tembusan:
letter-simulated = DATA SIMULASI – BUKAN SURAT RESMI
