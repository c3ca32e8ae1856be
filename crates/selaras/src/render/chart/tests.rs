use jiff::civil::date;

use super::*;
use crate::locale::Language;
use crate::render::svg::Layout;

fn frame(layout: Layout) -> Frame {
    Frame {
        id: "uji".into(),
        title: "Wilayah terhadap rata-rata provinsi".into(),
        description: "Titik dan selang".into(),
        words: Words::new(Language::Id),
        layout,
        simulated: true,
        source: "putaran simulasi".into(),
        n: Some(1384),
        date: Some(date(2026, 3, 24)),
        notes: vec!["bukan hasil resmi Kemendagri".into()],
    }
}

fn regions() -> Vec<Group> {
    let row = |label: &str, value: Option<f64>, n: u64, words: &str| Datum {
        label: label.into(),
        value,
        interval: value.map(|value| (value - 0.2, value + 0.2)),
        n: Some(n),
        small: n < 1250,
        words: words.into(),
        href: Some(format!("/wilayah/{n}")),
        ..Datum::default()
    };
    vec![Group {
        label: None,
        rows: vec![
            row("Kab. Sambas", Some(6.71), 1301, "belum dapat dibedakan"),
            row("Kab. Sanggau", Some(6.2), 83, "belum dapat disimpulkan"),
            row("Kab. Sekadau", None, 0, "belum ada jawaban"),
        ],
    }]
}

fn drawn(layout: Layout) -> String {
    let groups = regions();
    let reference = Reference { label: "rata-rata".into(), value: 6.74, interval: None };
    let ends = ("rendah".to_owned(), "tinggi".to_owned());
    let axis = Axis::of((1.0, 9.0), ends, &groups, Some(&reference));
    dots(&frame(layout), &axis, &groups, Some(&reference))
}

#[test]
fn every_region_stands_in_the_chart_with_its_words_also_one_without_answers() {
    for layout in [Layout::Wide, Layout::Half, Layout::Narrow] {
        let svg = drawn(layout);
        for said in ["Sambas", "belum dapat dibedakan", "disimpulkan", "belum ada jawaban"] {
            assert!(svg.contains(said), "{layout:?}: {said}");
        }
        assert_eq!(svg.matches("<circle").count(), 2, "no dot without a value");
        assert_eq!(svg.matches("fill=\"#ffffff\"").count(), 1, "hollow where n is small");
    }
}

#[test]
fn a_cropped_figure_still_says_simulated_source_answers_and_date() {
    let svg = drawn(Layout::Wide);
    assert!(svg.matches("DATA SIMULASI").count() >= 2);
    for said in ["putaran simulasi · 1.384 jawaban · 24 Maret 2026", "Skala 1 (rendah)"] {
        assert!(svg.contains(said), "{said}");
    }
}

#[test]
fn a_figure_keeps_to_the_content_security_policy() {
    for forbidden in [" style=", "<style", "<script", "onload"] {
        assert!(!drawn(Layout::Wide).contains(forbidden), "{forbidden}");
    }
}

#[test]
fn a_figure_with_links_is_no_image_and_one_without_is() {
    assert!(drawn(Layout::Wide).contains("role=\"group\""));
    let row = Coverage { label: "A".into(), n: Some(3), target: 9, ..Coverage::default() };
    assert!(coverage(&frame(Layout::Wide), &[row]).contains("role=\"img\""));
}

#[test]
fn an_axis_ends_on_ticks_within_the_scale_and_holds_all_values() {
    for values in [vec![6.71, 6.2, 7.0], vec![1.0, 9.0], vec![5.0], vec![]] {
        let axis = Axis::around((1.0, 9.0), Default::default(), values.clone());
        let (left, right) = axis.segment;
        assert!(1.0 <= left && left < right && right <= 9.0, "{axis:?}");
        assert!(values.iter().all(|value| (left..=right).contains(value)), "{axis:?}");
        assert!((2..12).contains(&axis.ticks().len()), "{axis:?}");
    }
}

#[test]
fn rounded_steps_are_one_two_two_and_a_half_or_five() {
    let steps = [0.06, 0.12, 0.21, 0.4, 1.0, 3.0, 70.0].map(round_step);
    let wanted = [0.1, 0.2, 0.25, 0.5, 1.0, 5.0, 100.0];
    assert!(steps.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-9), "{steps:?}");
}

#[test]
fn a_change_says_its_difference_and_interval() {
    let movement = Movement {
        label: "Kab. Sambas".into(),
        before: Some(6.5),
        now: Some(6.7),
        interval: Some((0.05, 0.35)),
        words: "jelas naik".into(),
        tone: Tone::Above,
        href: None,
    };
    let axis = Axis::around((1.0, 9.0), Default::default(), [6.5, 6.7]);
    let svg = change(&frame(Layout::Wide), &axis, &[movement]);
    assert!(svg.contains("selisih +0,20 (antara +0,05 dan +0,35); jelas naik"), "{svg}");
}

#[test]
fn a_line_breaks_where_the_method_changed() {
    let point = |year, value, breaks| YearValue { year, value, breaks };
    let points = [point(2019, 7.0, false), point(2020, 7.2, false), point(2021, 6.0, true)];
    let svg = years(&frame(Layout::Wide), &points, "%", 1);
    let path = svg.split(" d=\"").nth(1).and_then(|rest| rest.split('"').next());
    assert_eq!(path.map(|path| path.matches('M').count()), Some(2));
}
