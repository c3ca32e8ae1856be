table-page = Page &P of &N
table-simulated = SIMULATED DATA
table-source = Source
table-time = Time
