chart-simulated = DATA SIMULASI
chart-source = Sumber: { $source }
chart-answers = { $n } jawaban
chart-n = n = { $n }
chart-value-interval = { $value } (antara { $low } dan { $high })
chart-from-to = dari { $before } menjadi { $now }
chart-difference = selisih { $difference }
chart-difference-interval = selisih { $difference } (antara { $low } dan { $high })
chart-reference = { $label } { $value }
chart-scale = Skala { $min } sampai { $max }; yang tampak { $from } sampai { $to }.
chart-scale-ends = Skala { $min } ({ $low }) sampai { $max } ({ $high }); yang tampak { $from } sampai { $to }.
chart-head-answers = jawaban
chart-head-difference = selisih
chart-coverage = { $n } dari target { $target } jawaban
chart-legend-dots = Titik: nilai; garis: selangnya.
chart-legend-dots-small = Titik: nilai; garis: selangnya; titik kosong: jawaban masih di bawah target.
chart-legend-change = Lingkaran: dulu; titik: kini; pita: selang perubahannya.
chart-legend-coverage = Garis tegak: target. Cakupan bukan ukuran harmoni.
