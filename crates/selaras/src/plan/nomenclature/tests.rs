use super::*;

fn code(text: &str) -> Code {
    text.parse().unwrap()
}

fn kind(region: &str) -> RegionKind {
    RegionKind::of(region.parse().unwrap())
}

#[test]
fn the_shipped_list_is_whole_and_keeps_its_marks() {
    let list = Nomenclature::shipped();
    assert_eq!(list.entries().len(), 400);
    let inferred: Vec<&Entry> =
        list.entries().iter().filter(|of| of.certainty == Certainty::Inferred).collect();
    assert_eq!(inferred.len(), 11);
    assert!(inferred.iter().all(|entry| !entry.is_official()));
    let indicators = list.entries().iter().filter(|entry| entry.indicator.is_some());
    let standings: Vec<IndicatorStanding> = indicators.map(|entry| entry.standing).collect();
    assert_eq!(standings, [IndicatorStanding::Decree; 12]);
    for entry in list.entries() {
        assert!(entry.source.split('+').all(|id| sources().iter().any(|of| of.id == id)));
        let around = entry.code.parent().is_none_or(|parent| list.of(parent).next().is_some());
        assert!(around, "{} has nothing around it", entry.code);
    }
    let text = include_str!("../../../../../data/nomenclature/nomenclature.csv");
    for line in text.lines().skip(1) {
        let code_as_printed = line.split(',').next().unwrap();
        assert_eq!(code(code_as_printed).to_string(), code_as_printed, "in normal form");
    }
}

#[test]
fn a_code_stands_by_kind_of_region_and_year() {
    let list = Nomenclature::shipped();
    let standing = |text, region, year| list.standing(code(text), kind(region), year);
    assert!(matches!(standing("8.01.06.2.01.0003", "61.01", 2026), CodeStanding::Listed(_)));
    assert!(matches!(standing("8.01.06.2.01.0003", "61", 2026), CodeStanding::OtherRegions(_)));
    assert!(matches!(standing("8.01.06.2.01.0003", "31", 2026), CodeStanding::Listed(_)));
    assert!(matches!(standing("8.01.02.2.01.0008", "61.01", 2026), CodeStanding::Listed(_)));
    assert!(matches!(standing("8.01.02.2.01.0008", "61.01", 2021), CodeStanding::OtherYears(_)));
    assert_eq!(standing("8.01.06.2.01.0099", "61.01", 2026), CodeStanding::Unlisted);
    assert_eq!(standing("2.08.02.2.01.0001", "61.01", 2026), CodeStanding::NotCovered);
    let CodeStanding::Listed(entry) = standing("8.01.01", "61", 2026) else { panic!() };
    assert!(entry.name.as_deref().unwrap().contains("PROVINSI"), "the name of its own side");
    assert!(kind("94.01").special && kind("11").special && !kind("61").special);
}

#[test]
fn codes_and_words_are_searched() {
    let list = Nomenclature::shipped();
    let found = list.search("8.01.06.2.01");
    assert_eq!(found.len(), 7);
    let found = list.search("konflik penanganan sosial");
    assert!(!found.is_empty() && found.iter().all(|of| code("8.01.06").contains(&of.code)));
    assert!(list.search("").is_empty() && list.search("tidak ada apa-apa").is_empty());
}

#[test]
fn an_office_updates_the_list_from_its_own_export() {
    let export = "Kode;Nomenklatur;Indikator;Satuan;Provinsi;Kab/Kota;Mulai Tahun\n\
                  8.01.06.2.01.03;Pelaksanaan Kebijakan;Jumlah orang;Orang;0;1;2025\n\
                  8.01.01.2.01.01;Penyusunan Dokumen;;;0;1;\n";
    let source = Source::memory(export.as_bytes().to_vec());
    let newer = Nomenclature::read(source, "sipd.csv").unwrap();
    let list = Nomenclature::shipped().updated(&newer);
    assert_eq!(list.entries().len(), 400);
    let entry = list.of(code("8.01.06.2.01.0003")).next().unwrap();
    assert_eq!(entry.unit.as_deref(), Some("Orang"));
    assert_eq!((entry.standing, entry.from), (IndicatorStanding::Office, Some(2025)));
    assert_eq!(entry.source, "sipd.csv");
    let kept = list.of(code("8.01.01.2.01.0001")).next().unwrap();
    assert_eq!(kept.standing, IndicatorStanding::Decree, "an indicator that was known stays");
}

#[test]
fn what_is_wrong_with_a_list_is_said_at_its_cell() {
    let fault = |row: &str| {
        let text = format!("code,name,authority,from\n8.01.06.2.01.0003,a,kab,\n{row}\n");
        let source = Source::memory(text.into_bytes());
        let fault = Nomenclature::read(source, "a.csv").unwrap_err().kept[0].clone();
        (fault.cell(), fault.reason.key)
    };
    for (row, cell, key) in [
        ("8.1,a,kab,", "A3", "plan-error-code-zero"),
        ("8.01.06,a,desa,", "C3", "nomenclature-error-authority"),
        ("8.01.06,a,kab,dulu", "D3", "nomenclature-error-year"),
        ("8.01.06.2.01.03,b,both,", "A3", "nomenclature-error-twice"),
    ] {
        assert_eq!(fault(row), (cell.to_owned(), key.to_owned()), "{row}");
    }
}

#[test]
fn twins_hold_where_the_table_is_silent_and_nowhere_else() {
    let table = Crosswalk::shipped();
    let of = |text: &str| table.counterparts(code(text));
    assert_eq!(of("8.01.06.2.01.0003"), Counterparts::Twin(code("8.01.06.1.01.0003")));
    assert_eq!(of("8.01.06"), Counterparts::Shared);
    let panti: Vec<Code> = of("1.06.04.2.01").codes().collect();
    assert_eq!(panti.len(), 4, "four kegiatan inside panti for one outside");
    let Counterparts::Listed(listed) = of("1.06.04.1.01.0001") else { panic!() };
    assert_eq!(listed[0].code, code("1.06.04.2.01.0001"));
    assert_eq!(listed[0].relation, Relation::ResidentialCare);
    assert_eq!(of("1.06.02.2.01"), Counterparts::Listed(Vec::new()), "KAT has no counterpart");
    assert_eq!(of("1.06.02.1.01").codes().collect::<Vec<_>>(), [code("1.06.02.2.02")]);
    let list = Nomenclature::shipped();
    for entry in list.entries().iter().filter(|entry| entry.code.affair() == Some(1)) {
        for other in of(&entry.code.to_string()).codes() {
            let back = of(&other.to_string());
            assert!(back.codes().any(|code| code == entry.code), "{} and {other}", entry.code);
            let support = entry.code.is_support();
            assert!(support || list.of(other).next().is_some(), "{other} is in the list");
        }
    }
}
