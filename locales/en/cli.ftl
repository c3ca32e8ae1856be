cli-help-intro =
    Selaras measures social harmony and says honestly how sure the result is.
    
    Usage: selaras <command> [options]
cli-help-demo =
    {"  "}demo        prepares simulated data and opens the program on this computer
    {"              ["}--port 8061] [--data FOLDER]
cli-help-serve =
    {"  "}serve       opens the program on your office's data folder (on this computer only)
    {"              "}--data FOLDER [--port 8061] [--region CODE]
cli-help-index =
    {"  "}index       computes the index from files of answers
    {"              "}--instrument ID|FILE --answers FILE… --out FOLDER
    {"              ["}--mapping PROFILE.json] [--regions FRAME.csv] [--region CODE] [--margins FILE]
    {"              ["}--official FILE]
    {"              ["}--before-answers FILE…] [--before-opened DATE] [--before-closed DATE]
    {"              ["}--name TEXT] [--year YEAR] [--target NUMBER] [--simulated]
    {"              ["}--save-mapping PROFILE.json] [--faults FILE.xlsx]
    {"              ["}--opened DATE] [--closed DATE] [--as-of DATE]
    {"              ["}--internal [--without-flagged REASON]] [--no-fpc] [--seed NUMBER] [--threads NUMBER] [--json]
    {"              ["}--only result.json|skor.csv|cakupan.csv|indeks.xlsx|peta.geojson|laporan.html]…
cli-help-align =
    {"  "}align       sets the plans of a province and its kab/kota side by side, tells what does not fit
    {"              "}--province FILE… --region FILE… --out FOLDER [--index FOLDER]
    {"              ["}--rules FOLDER] [--proposals FILE] [--meetings FILE] [--previous FOLDER]
    {"              ["}--mappings FOLDER] [--year YEAR] [--as-of DAY] [--cut PER CENT] [--json]
    {"              "}--data FOLDER --out FOLDER [--as-of DAY] for the plans that are kept
cli-help-simulate =
    {"  "}simulate    makes a simulated round with the truth beside it
    {"              "}--instrument ID|FILE --out FOLDER [--region CODE] [--year YEAR] [--round 1|2]
    {"              ["}--seed NUMBER] [--each NUMBER | --total NUMBER] [--recorded] [--parquet]
    {"              "}--plans --region CODE --out FOLDER [--year YEAR] [--seed NUMBER] [--defects NUMBER]
cli-help-regions =
    {"  "}regions     finds a region, or takes official boundaries in
    {"              "}find NAME|CODE
    {"              "}import FILE --data FOLDER --source TEXT --date DATE
    {"              ["}--codes kemendagri|bps|bps-2023]
cli-help-round =
    {"  "}round       makes, lists, edits and deletes rounds
    {"              "}list --data FOLDER
    {"              "}add --data FOLDER --year YEAR --instrument ID|FILE [--name TEXT] [--region CODE]
    {"              ["}--opened DATE] [--closed DATE] [--target NUMBER] [--simulated]
    {"              "}edit ID --data FOLDER [--year YEAR] [--name TEXT] [--instrument ID|FILE]
    {"              ["}--region CODE] [--opened DATE] [--closed DATE] [--target NUMBER]
    {"              "}remove ID --data FOLDER
cli-help-licences =
    {"  "}licences    licences of program and data
cli-help-help =
    {"  "}help        this page; “selaras help index” for one command only
cli-help-foot =
    Anywhere: --lang id|en
    Exit codes: 0 done, 1 the input needs mending, 2 the command was not understood,
    3 held back by a rule, 4 trouble with the computer.
cli-unknown-verb = The command “{ $verb }” is not known. Type “selaras help” for the list of commands.
cli-unknown-option = The option “--{ $option }” is not known to this command. Type “selaras help”.
cli-stray-value = “{ $value }” is not expected here. Type “selaras help” for the order.
cli-unreadable = An option could not be read. Write the value after the option's name, for example: --out result.
cli-needs-value = The option “--{ $option }” needs a value after it.
cli-bad-value = The value “{ $value }” cannot be used for “--{ $option }”.
cli-not-one-of = Value “{ $value }” is not known for “--{ $option }”. Known are: { $known }.
cli-no-instrument = “{ $instrument }” is neither a known instrument nor a file. Known are: { $known }; or name an instrument file of your own.
cli-bad-date = The value “{ $value }” for “--{ $option }” is no date. Write it as 2026-03-24.
cli-missing-option = The option “--{ $option }” is missing; this command needs it.
cli-flagged-internal = Scores without flagged answers are for the office only. Use “--without-flagged” together with “--internal”.
cli-same-file = The files “{ $file }” and “{ $other }” hold exactly the same, so that their answers would count twice. Name only one of them.
cli-simulated = The files bear the mark DATA-SIMULASI, so the result is marked as simulated data.
cli-machine = “{ $what }” did not work: { $reason }. Check name, permission and free space, then try again.
cli-what-output = writing the output
cli-what-threads = getting the program ready
cli-what-temporary = temporary folder
cli-question = { $file }: { $question }
cli-questions-advice = The answers cannot be taken in yet. Save the proposed mapping with “--save-mapping PROFILE.json”, complete it, and run again with “--mapping PROFILE.json”; or upload the file on the upload page.
cli-faults = { $count } things need mending; no answer was kept. The option “--faults FILE.xlsx” marks every cell that is meant.
cli-dropped = { $file }, column { $column } (“{ $header }”): { $reason }
cli-written = Written: { $file }
cli-index-done = Done: { $rows } answers counted.
cli-progress-intake = reading answers
cli-licence-program = Program: MIT or Apache-2.0, as you prefer. Data carry their own licences:
cli-serve-ready = Selaras is ready at this address (from this computer only). Press Ctrl-C to end it.
cli-serve-ended = Selaras has stopped. Data are kept.
cli-demo-ended = Selaras has stopped. The simulated data were temporary and are deleted now; “--data FOLDER” keeps them.
cli-progress-demo = preparing simulated data
cli-simulate-done = Done: { $rows } simulated answers.
cli-no-folder = There is no data folder “{ $path }”. Check how it is written.
cli-round-none = No rounds yet. Make one with “selaras round add”.
cli-round-unknown = There is no round with the number “{ $id }”. See the list with “selaras round list”.
cli-round-changed = “{ $name }” has been changed. Compute its index again if there was a result.
cli-round-removed = “{ $name }” was deleted with its answers and results.
cli-regions-several = “{ $text }” can mean several regions:
cli-regions-none = No region fits “{ $text }”. Check the spelling or write its code, for example 61.71.
cli-regions-file = Name the file of boundaries: selaras regions import FILE.
cli-regions-imported = Done: the boundaries of { $count } regions are in use from now on.
cli-align-cut = The cut for “--cut” is 100 per cent at most.
cli-align-faults = { $count } things are to be put right; nothing was written. The option “--mappings FOLDER” keeps what columns were taken for, to be completed.
cli-align-left-over = Stands in one file of the document only: { $code }
cli-align-not-sent = { $region }: no plan sent yet
cli-align-nothing-open = { $region }: nothing to explain of what can be checked
cli-align-open = { $region }: to be explained: { $checks }
cli-progress-plans = reading plans
cli-progress-provinces = setting the plans of each province side by side
cli-align-data-alone = “--data” takes the plans, proposals and meetings that are kept in that folder. Only “--out” and “--as-of” go with it.
cli-align-nothing-kept = No plan is kept in that folder yet. Send some on the Planning page first.
cli-simulate-province = “{ $region }” is no province. Plans are simulated for a province with its kab/kota, such as 61.
cli-simulate-plans-done = Done: { $files } files of simulated plans. Look at them with “selaras align --as-of”, on { $day }.
