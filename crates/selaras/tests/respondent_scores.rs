//! Scores of respondents against an independent computation in R (case `ihai_endtoend_open`,
//! synthetic answers, CC0): every variable, aspect and the index of 1,800 respondents to 1e-10.

#![cfg(test)]

use std::path::{Path, PathBuf};
use std::{fs, io};

use selaras::instrument::{Instrument, Scorer};
use selaras::round::answers::Answers;

/// The case's folder.
fn case() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/reference/ihai_endtoend_open")
}

/// Columns of a CSV file without quotes, by name.
fn table(path: &Path) -> io::Result<(Vec<String>, Vec<Vec<String>>)> {
    let text = fs::read_to_string(path)?;
    let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
    let mut lines = text.lines().map(cells);
    Ok((lines.next().unwrap_or_default(), lines.collect()))
}

#[test]
fn every_score_of_every_respondent_is_that_of_r() {
    let folder = case();
    let file = include_str!("instruments/endtoend-open.toml");
    let instrument = Instrument::parse("endtoend-open.toml", file.as_bytes()).unwrap();
    let (head, rows) = table(&folder.join("survey.csv")).unwrap();
    let mut answers = Answers { len: rows.len(), ..Answers::default() };
    for item in &instrument.items {
        let at = head.iter().position(|name| *name == item.id).unwrap();
        answers.items.push(rows.iter().map(|row| row[at].parse().unwrap_or(0)).collect());
    }
    let scorer = Scorer::new(&instrument);
    let mut scores = Vec::new();
    scorer.score_rows(&answers, 0..answers.len, &mut scores);

    let (head, expected) = table(&folder.join("respondent_scores.csv")).unwrap();
    assert_eq!(expected.len(), answers.len);
    let mut compared = 0;
    for (s, definition) in scorer.definitions().iter().enumerate() {
        let name = definition
            .dimension
            .as_ref()
            .map_or("IDX", |dimension| definition.variable.as_ref().unwrap_or(dimension));
        let at = head.iter().position(|column| column == name).unwrap();
        for (r, row) in expected.iter().enumerate() {
            let ours = scores[s * answers.len + r];
            match row[at].parse::<f64>() {
                Ok(theirs) => {
                    assert!((ours - theirs).abs() <= 1e-10 * theirs.abs(), "{name}, row {r}");
                    compared += 1;
                }
                Err(_) => assert!(ours.is_nan(), "{name}, row {r}: {ours}, expected none"),
            }
        }
    }
    assert!(compared > 26_000, "{compared}");
}
