use super::*;
use crate::plan::row::{MoneyKind, RowLevel};
use crate::plan::{DocumentKind, Rupiah, Stage};
use crate::sheet::Source;

fn head() -> Head {
    Head {
        kind: DocumentKind::AgencyWorkPlan,
        stage: Stage::Final,
        revision: 0,
        region: "61.01".parse().unwrap(),
        agency: None,
        years: (2026, 2026),
        decree: None,
        outcome: None,
        simulated: true,
    }
}

fn table(name: &str, bytes: impl Into<Vec<u8>>) -> PlanTable {
    PlanTable::open(&Source::memory(bytes.into()), name, None).unwrap()
}

fn read(files: &[(&str, &str)]) -> Result<Import, Faults> {
    let files: Vec<(PlanTable, PlanMapping)> = files
        .iter()
        .map(|(name, text)| {
            let table = table(name, *text);
            let mapping = propose(&table, Terms::shipped()).unwrap();
            (table, mapping)
        })
        .collect();
    import(&files, head(), Terms::shipped())
}

/// The first fault: cell and reason.
fn fault(text: &str) -> (String, String) {
    let faults = read(&[("a.csv", text)]).unwrap_err();
    (faults.kept[0].cell(), faults.kept[0].reason.key.clone())
}

fn budget(import: &Import, at: usize) -> Option<i64> {
    import.document.rows[at].budget(2026).map(Rupiah::get)
}

#[test]
fn levels_on_rows_of_their_own_nest_and_further_lines_add_indicators() {
    let import = read(&[(
        "renja.csv",
        "Kode;Uraian;Indikator;Satuan;Target;Pagu Indikatif;Lokasi;Kelompok Sasaran\n\
         8.01.06;PROGRAM KEWASPADAAN;;;;30.000;;\n\
         8.01.06.2.01;Perumusan;;;;30.000;;\n\
         8.01.06.2.01.03;Pelaksanaan;Jumlah peserta;Orang;1.250;20.000;Kec. Sambas;Tokoh Agama\n\
         ;;Jumlah dokumen;Dokumen;2;;;\n\
         ;Dialog di desa;;;;20.000;Kec. Sambas;\n\
         8.01.06.2.01.04;Koordinasi;;Laporan;tersusun;10.000;;\n\
         Jumlah;;;;;30.000;;\n",
    )])
    .unwrap();
    let rows = &import.document.rows;
    let levels: Vec<RowLevel> = rows.iter().map(|row| row.level).collect();
    use RowLevel::{Activity, Detail, Program, SubActivity};
    assert_eq!(levels, [Program, Activity, SubActivity, Detail, SubActivity]);
    assert_eq!(rows[2].parent, Some(1));
    assert_eq!(rows[3].parent, Some(2));
    assert_eq!(rows[2].indicators.len(), 2);
    assert_eq!(rows[2].indicators[0].target(2026).unwrap().number().unwrap().to_string(), "1250");
    assert_eq!(rows[4].indicators[0].target(2026).unwrap().text, "tersusun");
    assert_eq!(rows[2].places[0].region.unwrap().to_string(), "61.01.01");
    assert_eq!(rows[2].target_groups[0].id.as_deref(), Some("religious-leaders"));
    assert_eq!(budget(&import, 4), Some(10_000));
    let report = &import.files[0];
    assert_eq!((report.lines, report.rows, report.continued, report.totals), (7, 5, 1, 1));
}

#[test]
fn codes_split_over_columns_and_levels_beside_each_other_are_the_same_plan() {
    let split = read(&[(
        "a.csv",
        "Urusan;Bidang;Program;Kegiatan;Sub Kegiatan;Uraian;Anggaran\n\
         8;;;;;PEMERINTAHAN UMUM;\n;01;;;;KESBANGPOL;\n;;06;;;KEWASPADAAN;\n\
         ;;;2.01;;Perumusan;\n;;;;0003;Pelaksanaan;20000\n;;;;0004;Koordinasi;10000\n",
    )])
    .unwrap();
    let codes = |import: &Import| -> Vec<String> {
        import.document.rows.iter().filter_map(Row::code).map(|code| code.to_string()).collect()
    };
    assert_eq!(codes(&split)[4..], ["8.01.06.2.01.0003", "8.01.06.2.01.0004"]);
    let beside = read(&[(
        "b.csv",
        "Kode Program;Nama Program;Kode Kegiatan;Nama Kegiatan;Kode Sub Kegiatan;Nama Sub Kegiatan;\
         Anggaran\n\
         8.01.06;KEWASPADAAN;8.01.06.2.01;Perumusan;8.01.06.2.01.03;Pelaksanaan;20000\n\
         8.01.06;KEWASPADAAN;8.01.06.2.01;Perumusan;8.01.06.2.01.04;Koordinasi;10000\n",
    )])
    .unwrap();
    assert_eq!(codes(&beside), codes(&split)[2..]);
    let total = |import: &Import| {
        import.document.total(RowLevel::SubActivity, MoneyKind::Budget, 2026).unwrap()
    };
    assert_eq!(total(&split), total(&beside));
    assert_eq!(beside.document.rows[2].parent, Some(1));
}

#[test]
fn goals_and_objectives_head_the_programs_below_them() {
    let import = read(&[(
        "rpjmd.csv",
        "Kode;Uraian;Indikator;Target\n\
         ;Tujuan 1: Masyarakat rukun;Indeks harmoni;7,5\n\
         ;Sasaran 1.1: Toleransi meningkat;;\n\
         8.01.05;PROGRAM KETAHANAN;;80\n",
    )])
    .unwrap();
    let rows = &import.document.rows;
    assert_eq!((rows[0].level, rows[0].name.as_str()), (RowLevel::Goal, "Masyarakat rukun"));
    assert_eq!((rows[1].parent, rows[2].parent), (Some(0), Some(1)));
}

#[test]
fn files_of_budgets_and_of_targets_meet_by_code() {
    let import = read(&[
        ("a.csv", "Kode;Uraian;Anggaran\n8.01.06.2.01.03;Pelaksanaan;20000\n8.01.06.2.01.04;K;5\n"),
        ("b.csv", "Kode;Uraian;Target\n8.01.06.2.01.0003;pelaksanaan;5\n8.01.06.2.01.0005;E;6\n"),
    ])
    .unwrap();
    assert_eq!(import.document.rows.len(), 3);
    let row = &import.document.rows[0];
    assert!(row.has_target(2026) && row.budget(2026).is_some());
    assert_eq!(row.sources.len(), 2);
    assert_eq!(row.name, "Pelaksanaan");
    let code = |text: &str| text.parse::<crate::plan::Code>().unwrap();
    assert_eq!(import.joined.in_all, [code("8.01.06.2.01.0003")]);
    let left = [
        ("a.csv".to_owned(), code("8.01.06.2.01.0004")),
        ("b.csv".to_owned(), code("8.01.06.2.01.0005")),
    ];
    assert_eq!(import.joined.left_over, left);
    let contradict = read(&[
        ("a.csv", "Kode;Uraian;Anggaran\n8.01.06.2.01.03;Pelaksanaan;20000\n"),
        ("b.csv", "Kode;Uraian;Anggaran\n8.01.06.2.01.03;Pelaksanaan;20001\n"),
    ]);
    assert_eq!(contradict.unwrap_err().kept[0].reason.key, "plan-error-join-money");
}

#[test]
fn repeated_heads_and_empty_lines_are_counted_and_columns_of_persons_left_out() {
    let import = read(&[(
        "a.csv",
        "region_code,opd,level,code,name,nama pptk,budget\n\
         61.01,DP3A,program,8.01.06,KEWASPADAAN,Budi Santoso,\n\
         61.01,DP3A,program,8.01.06,KEWASPADAAN,,\n\
         61.01,DP3A,program,,,,\n\
         61.01,DP3A,sub_kegiatan,8.01.06.2.01.03,Pelaksanaan,Siti Aminah,20000\n",
    )])
    .unwrap();
    let report = &import.files[0];
    assert_eq!((report.lines, report.rows, report.repeated, report.empty), (4, 2, 1, 1));
    assert_eq!(import.notices.kept[0].reason.key, "plan-notice-empty");
    let json = serde_json::to_string(&import.document).unwrap();
    assert!(!json.contains("Budi") && !json.contains("Siti"));
    assert_eq!(import.document.rows[1].agency.as_deref(), Some("DP3A"));
}

#[test]
fn every_fault_names_its_cell() {
    let with = |rows: &str| fault(&format!("Kode;Uraian;Anggaran;Tingkat\n{rows}"));
    let at = |cell: &str, key: &str| (cell.to_owned(), key.to_owned());
    assert_eq!(with("8.01.06;a;1,5;\n"), at("C2", "plan-error-money-sen"));
    assert_eq!(with("8.01.06;a;-5;\n"), at("C2", "plan-error-money-negative"));
    assert_eq!(with("8.01.06;a;banyak;\n"), at("C2", "plan-error-money"));
    assert_eq!(with("8.01.06;a;5;kegiatan\n"), at("A2", "plan-error-level"));
    assert_eq!(with("8.01.06;a;5;bab\n"), at("D2", "plan-error-level-unknown"));
    assert_eq!(with("8.01.66x;a;5;\n"), at("A2", "plan-error-code"));
    assert_eq!(with("2.1;a;5;\n"), at("A2", "plan-error-code-zero"));
    assert_eq!(with("8.01.06;a;5;\n8.01.06;a;6;\n"), at("3", "plan-error-code-twice"));
    assert_eq!(with(";tanpa kode;5;\n"), at("B2", "plan-error-row"));
    assert_eq!(with("8.01.06;a;5;\n8.01.06.2.01;b;4;\n"), at("C2", "plan-error-subtotal"));
    assert_eq!(with("8.01.06;a;5;\nTotal;;6;\n"), at("C3", "plan-error-total"));
    assert_eq!(with("8.01.06;hubungi 0812-3456-7890;5;\n"), at("B2", "plan-error-private"));
    assert_eq!(
        fault("Kode;Uraian;Daerah\n8.01.06;a;Kota Pontianak\n"),
        at("C2", "plan-error-region")
    );
    assert_eq!(fault("Kode;Uraian;Zzz\n8.01.06;a;b\n"), at("C", "plan-ask-role"));
}

#[test]
fn totals_fit_the_whole_or_the_part_they_end() {
    let rows = "8.01.05;a;;\n8.01.05.2.01.01;b;10;\nJumlah program;;10;\n\
                8.01.06;c;;\n8.01.06.2.01.01;d;5;\nJumlah program;;5;\nTotal;;15;\n";
    let text = format!("Kode;Uraian;Anggaran;Keterangan\n{rows}");
    assert_eq!(read(&[("a.csv", &text)]).unwrap().files[0].totals, 3);
}

#[test]
fn a_mapping_is_kept_and_fits_the_same_headers_in_any_order() {
    let one = table("a.csv", "Kode;Uraian;Anggaran\n8.01.06;a;5\n");
    let other = table("b.csv", "Anggaran;Kode;Uraian\n5;8.01.06;a\n");
    let mapping = propose(&one, Terms::shipped()).unwrap();
    let kept = PlanMapping::from_json(mapping.to_json().as_bytes()).unwrap();
    assert_eq!(kept, mapping);
    assert!(kept.fits(&other) && !kept.fits(&table("c.csv", "Kode;Uraian\n8.01;a\n")));
    let roles = kept.roles(&other);
    assert!(matches!(roles[0], PlanRole::Money { .. }));
    assert!(matches!(roles[1], PlanRole::Code { .. }));
    assert!(PlanMapping::from_json(b"{}").is_err());
}

/// A workbook of texts and numbers (`=`…: a formula that ends in an error), with merged ranges.
fn workbook(rows: &[&[&str]], merged: &[(u32, u16, u32, u16)]) -> PlanTable {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(*cells) {
            if let Ok(number) = cell.parse::<f64>() {
                sheet.write_number(row, column, number).unwrap();
            } else if let Some(formula) = cell.strip_prefix('=') {
                let formula = rust_xlsxwriter::Formula::new(formula).set_result("#REF!");
                sheet.write_formula(row, column, formula).unwrap();
            } else if !cell.is_empty() {
                sheet.write_string(row, column, cell.trim_start_matches('\'')).unwrap();
            }
        }
    }
    for &(row, column, last_row, last_column) in merged {
        let text = rows[row as usize].get(column as usize).copied().unwrap_or_default();
        let format = rust_xlsxwriter::Format::new();
        sheet.merge_range(row, column, last_row, last_column, text, &format).unwrap();
        if let Ok(number) = text.parse::<f64>() {
            sheet.write_number(row, column, number).unwrap();
        }
    }
    table("buku.xlsx", book.save_to_buffer().unwrap())
}

fn import_one(table: PlanTable) -> Result<Import, Faults> {
    let mapping = propose(&table, Terms::shipped()).unwrap();
    import(&[(table, mapping)], head(), Terms::shipped())
}

#[test]
fn merged_cells_mean_what_they_show() {
    let rows: [&[&str]; 6] = [
        &["Kode", "Uraian", "Indikator", "Target", "", "Pagu", "Lokasi"],
        &["", "", "", "2026", "2027", "2026", ""],
        &["8.01.06", "KEWASPADAAN", "", "", "", "30000", ""],
        &["8.01.06.2.01.03", "Pelaksanaan", "Peserta", "5", "6", "20000", "Kec. Sambas"],
        &["", "", "Dokumen", "2", "3", "", ""],
        &["8.01.06.2.01.04", "Koordinasi", "Rapat", "1", "1", "10000", ""],
    ];
    let merged = [
        (0, 0, 1, 0),
        (0, 1, 1, 1),
        (0, 2, 1, 2),
        (0, 3, 0, 4),
        (0, 6, 1, 6),
        (3, 0, 4, 0),
        (3, 1, 4, 1),
        (3, 5, 4, 5),
        (3, 6, 5, 6),
    ];
    let read = import_one(workbook(&rows, &merged)).unwrap_or_else(|of| panic!("{:#?}", of.kept));
    let rows = &read.document.rows;
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[1].indicators.len(), 2, "merged heads go on");
    assert_eq!(rows[1].indicators[1].target(2027).unwrap().text, "3");
    assert_eq!(budget(&read, 1), Some(20_000));
    assert_eq!(rows[2].places, rows[1].places, "a merged place holds for each row it reaches");
}

#[test]
fn one_amount_for_several_rows_and_formulas_that_fail_are_faults() {
    let rows: [&[&str]; 3] = [
        &["Kode", "Uraian", "Anggaran"],
        &["8.01.06.2.01.03", "Pelaksanaan", "20000"],
        &["8.01.06.2.01.04", "Koordinasi", ""],
    ];
    let faults = import_one(workbook(&rows, &[(1, 2, 2, 2)])).unwrap_err();
    assert_eq!(faults.kept[0].reason.key, "plan-error-merged-money");
    assert_eq!(faults.kept[0].cell(), "C2");
    let rows: [&[&str]; 2] =
        [&["Kode", "Uraian", "Anggaran"], &["8.01.06.2.01.03", "Pelaksanaan", "=SUM(D1:D2)"]];
    let faults = import_one(workbook(&rows, &[])).unwrap_err();
    assert_eq!(faults.kept[0].reason.key, "plan-error-cell");
}

#[test]
fn a_code_that_a_spreadsheet_made_a_number_is_read_or_asked_back() {
    let rows = |code: &'static str| -> [[&'static str; 3]; 2] {
        [["Kode", "Uraian", "Anggaran"], [code, "Sosial", "5"]]
    };
    let of = |code| {
        let rows = rows(code);
        import_one(workbook(&[&rows[0], &rows[1]], &[]))
    };
    assert_eq!(of("1.06").unwrap().document.rows[0].code().unwrap().to_string(), "1.06");
    assert_eq!(of("2.1").unwrap_err().kept[0].reason.key, "plan-error-code-zero");
}

/// Real files that may not be published are tried where `SELARAS_PLANS` names their folder.
#[test]
fn the_sheets_of_a_real_office_join_by_code_and_keep_every_rupiah() {
    let Some(folder) = std::env::var_os("SELARAS_PLANS") else {
        eprintln!("SELARAS_PLANS names no folder of plans: not tried");
        return;
    };
    let names = ["dp3a_kota_semarang_budget.csv", "dp3a_kota_semarang_targets.csv"];
    let files: Vec<(PlanTable, PlanMapping)> = names
        .iter()
        .map(|name| {
            let source = Source::open(&std::path::Path::new(&folder).join(name)).unwrap();
            let table = PlanTable::open(&source, name, None).unwrap();
            let mapping = propose(&table, Terms::shipped()).unwrap();
            assert!(mapping.questions().is_empty(), "{:?}", mapping.questions());
            (table, mapping)
        })
        .collect();
    let head = Head { region: "33.74".parse().unwrap(), years: (2025, 2025), ..head() };
    let read = import(&files, head.clone(), Terms::shipped())
        .unwrap_or_else(|faults| panic!("{:#?}", faults.kept));
    let total = |document: &Document| {
        document.total(RowLevel::SubActivity, MoneyKind::Budget, 2025).unwrap()
    };
    assert_eq!(total(&read.document), Rupiah::new(23_844_375_036));
    for report in &read.files {
        eprintln!("{report:?}");
    }
    let sub = |code: &&crate::plan::Code| code.level() == crate::plan::CodeLevel::SubActivity;
    let joined = read.joined.in_all.iter().filter(sub).count();
    eprintln!("codes joined {} ({joined} sub kegiatan)", read.joined.in_all.len());
    for (file, code) in &read.joined.left_over {
        eprintln!("left over in {file}: {code}");
    }
    eprintln!("notices {}", read.notices.count);
    let version = read.document.freeze();
    let words = crate::locale::Words::default();
    for (table, mapping) in &files {
        let name = table.sheet.name.as_str();
        let out = crate::plan::export::table(version.document(), mapping, Some(name), words);
        let bytes = out.xlsx().unwrap();
        let again = PlanTable::open(&Source::memory(bytes), name, None).unwrap();
        assert!(mapping.fits(&again));
        let again = import(&[(again, mapping.clone())], head.clone(), Terms::shipped()).unwrap();
        let has_money = mapping.columns.iter().any(|of| matches!(of.role, PlanRole::Money { .. }));
        let expected = if has_money { 23_844_375_036 } else { 0 };
        assert_eq!(total(&again.document), Rupiah::new(expected), "{name}");
    }
}
