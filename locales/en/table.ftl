table-error-workbook = The XLSX workbook could not be made ({ $reason }). A sheet holds at most 1,048,576 rows; use CSV for larger data.
table-page = Page &P of &N
table-simulated = SIMULATED DATA
table-source = Source
table-time = Time
