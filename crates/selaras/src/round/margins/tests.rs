use super::*;
use crate::instrument::shipped_by_id;
use crate::locale::{Language, Words};
use crate::round::upload::region_code_finder;

fn instrument() -> &'static Instrument {
    shipped_by_id("ihai-2025").unwrap()
}

fn read_text(text: &str) -> Result<Vec<Margin>, Faults> {
    let frame = region::frame(&["61".parse().unwrap()]).unwrap();
    let source = Source::memory(text.as_bytes().to_vec());
    read_source(source, "susunan.csv", instrument(), &region_code_finder(&frame))
}

#[test]
fn an_offices_own_headers_names_and_labels_are_read_as_ours_are() {
    let ours = "region,margin,cell,persons,source,year\n\
                61.71,sex_age,L:17_24,1250,Dukcapil,2025\n\
                61.71,sex_age,P:17_24,1300,Dukcapil,2025\n\
                61.71,pendidikan,sma,900,Dukcapil,2025\n\
                61.71,civil_servant,yes,100,BKN,2025\n\
                61.71,civil_servant,no,2450,BKN,2025\n\
                61.71,district,61.71.01,2550,Dukcapil,2025\n";
    let instrument = instrument();
    let name = |attribute: &str, band: &str| {
        let attribute = instrument.attributes.iter().find(|of| of.id == attribute).unwrap();
        attribute.bands.iter().find(|of| of.id == band).unwrap().name.id.clone()
    };
    let district = region::find("61.71.01").unwrap().name.clone();
    let theirs = format!(
        "Tahun;Kabupaten/Kota;Susunan;Golongan;Jumlah Penduduk;Sumber\n\
         2025;Kota Pontianak;Jenis kelamin dan umur;{0} - {1};1.250;Dukcapil\n\
         2025;Kota Pontianak;Umur dan jenis kelamin;{1} / {2};1.300;Dukcapil\n\
         2025;kota pontianak;Pendidikan terakhir;{3};900;Dukcapil\n\
         2025;61.71;ASN;ASN;100;BKN\n\
         2025;61.71;ASN;Bukan ASN;2 450;BKN\n\
         2025;61.71;Kecamatan;{district};2.550;Dukcapil\n",
        name("jenis_kelamin", "L"),
        name("usia", "17_24"),
        name("jenis_kelamin", "P"),
        name("pendidikan", "sma"),
    );
    // All other classes, in the words of our own files.
    let of = |id: &str| -> Vec<String> {
        let attribute = instrument.attributes.iter().find(|of| of.id == id).unwrap();
        attribute.bands.iter().map(|band| band.id.clone()).collect()
    };
    let (sexes, ages) = (of("jenis_kelamin"), of("usia"));
    let cells = sexes.iter().flat_map(|sex| ages.iter().map(move |age| format!("{sex}:{age}")));
    let cells = cells.filter(|cell| !cell.ends_with(":17_24")).map(|cell| ("sex_age", cell));
    let schools = of("pendidikan").into_iter().filter(|band| band != "sma");
    let rest: Vec<_> = cells.chain(schools.map(|band| ("pendidikan", band))).collect();
    let (mut ours, mut theirs) = (ours.to_owned(), theirs);
    for (margin, cell) in rest {
        ours.push_str(&format!("61.71,{margin},{cell},7,Dukcapil,2025\n"));
        theirs.push_str(&format!("2025;61.71;{margin};{cell};7;Dukcapil\n"));
    }
    assert_eq!(read_text(&theirs).unwrap(), read_text(&ours).unwrap());
}

#[test]
fn a_class_listed_twice_for_a_region_is_a_fault_however_it_is_written() {
    let faults = read_text(
        "region,margin,cell,persons,source,year\n\
         61.71,civil_servant,yes,100,BKN,2025\n\
         61.71,civil_servant,no,2450,BKN,2025\n\n\
         61.72,civil_servant,yes,100,BKN,2025\n\
         Kota Pontianak,ASN,PNS,100,BKN,2025\n\
         61.72,civil_servant,no,900,BKN,2025\n",
    )
    .unwrap_err();
    let told = faults.kept.iter().map(|fault| (fault.cell(), fault.reason.key.as_str()));
    assert_eq!(told.collect::<Vec<_>>(), [("C6".to_owned(), "margins-error-twice")]);
}

#[test]
fn every_fault_names_its_cell_and_what_was_expected() {
    let faults = read_text("nama,cell,persons,source\n61.71,yes,1,BPS\n").unwrap_err();
    let told = |faults: &Faults| -> Vec<String> {
        faults.kept.iter().map(|f| Words::new(Language::Id).tell(&f.message())).collect()
    };
    assert_eq!(faults.count, 3);
    assert!(told(&faults).iter().any(|said| said.contains("Kolom «region» tidak ada")));
    let text = "region,margin,cell,persons,source,year\n\
                Kota Atlantis,asn,ya,1,BPS,2025\n\
                61.71,agama,x,1,BPS,2025\n\
                61.71,sex_age,L:kecil,1,BPS,2025\n\
                61.71,asn,ya,1.5,BPS,2025\n\
                61.71,asn,ya,15,,2025\n\
                61.71,asn,ya,15,BPS,lalu\n";
    let faults = read_text(text).unwrap_err();
    let cells: Vec<String> = faults.kept.iter().map(|fault| fault.cell()).collect();
    assert_eq!(cells, ["A2", "B3", "C4", "D5", "E6", "F7"]);
    let told = told(&faults);
    assert!(told[1].contains("sex_age, civil_servant, district"), "{}", told[1]);
    assert!(told[2].contains("L, P : 17_24"), "{}", told[2]);
}

#[test]
fn a_template_left_blank_and_a_class_left_out_or_blank_are_faults() {
    let frame = region::frame(&["61.71".parse().unwrap()]).unwrap();
    let book = template(&frame, instrument(), Words::new(Language::Id)).unwrap();
    let find = |_: &str| None;
    let blank = read_source(Source::memory(book), "susunan.xlsx", instrument(), &find);
    assert_eq!(blank.unwrap_err().kept[0].reason.key, "margins-error-blank");
    let text = "region,margin,cell,persons,source,year\n61.71,pendidikan,tinggi,12,BPS,2025\n";
    let faults = read_text(text).unwrap_err();
    let said = Words::new(Language::Id).tell(&faults.kept[0].message());
    assert!(said.contains("belum lengkap: sd, smp, sma belum ada"), "{said}");
    let text = "region,margin,cell,persons,source,year\n\
                61.71,asn,ya,,,\n61.71,asn,tidak,15,BPS,2025\n";
    let faults = read_text(text).unwrap_err();
    assert_eq!(faults.kept[0].cell(), "D2");
}
