//! The instruments that come with the program.

use std::sync::LazyLock;

use super::Instrument;

/// Id and text of every shipped file.
const FILES: [(&str, &str); 3] = [
    ("ihai-2025", include_str!("../../../../instruments/ihai-2025.toml")),
    ("ihai-2023", include_str!("../../../../instruments/ihai-2023.toml")),
    ("contoh-layanan-desa", include_str!("../../../../instruments/contoh-layanan-desa.toml")),
];

static INSTRUMENTS: LazyLock<Vec<Instrument>> = LazyLock::new(|| {
    let parsed = FILES.iter().map(|(id, text)| Instrument::parse(id, text.as_bytes()));
    parsed.filter_map(Result::ok).collect()
});

/// The shipped instruments, IHaI first, the newest before the older.
#[must_use]
pub fn shipped() -> &'static [Instrument] {
    &INSTRUMENTS
}

/// The shipped instrument called `id`.
#[must_use]
pub fn shipped_by_id(id: &str) -> Option<&'static Instrument> {
    shipped().iter().find(|instrument| instrument.id == id)
}

/// The file of the shipped instrument called `id`, to read, download or start one's own from.
#[must_use]
pub fn shipped_file(id: &str) -> Option<&'static str> {
    FILES.iter().find(|(name, _)| *name == id).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::index::result::ScoreKind;
    use crate::instrument::{Evidence, Standing};

    #[test]
    fn every_shipped_file_is_an_instrument_of_that_id() {
        for (id, text) in FILES {
            let read = Instrument::parse(id, text.as_bytes()).unwrap_or_else(|error| {
                panic!("{id}: {error}");
            });
            assert_eq!(read.id, id);
        }
        assert_eq!(shipped().len(), FILES.len());
    }

    #[test]
    fn ihai_2023_has_the_published_weights_and_says_what_is_not_official() {
        let ihai = shipped_by_id("ihai-2023").unwrap();
        let weights: Vec<f64> = ihai.variables.iter().map(|v| v.weight).collect();
        assert_eq!(
            weights,
            [15.05, 14.95, 7.88, 7.54, 7.58, 11.0, 11.0, 8.56, 8.15, 8.29],
            "as printed on the form of 2023"
        );
        let mut dimensions = vec![0.0; ihai.dimensions.len()];
        for variable in &ihai.variables {
            dimensions[variable.dimension] += variable.weight;
        }
        for (dimension, sum) in ihai.dimensions.iter().zip(dimensions) {
            assert!((dimension.weight - sum).abs() < 1e-9, "{}: {sum}", dimension.id);
        }
        assert_eq!(ihai.weight_evidence, Evidence::Certain);
        assert_eq!((ihai.scale.min, ihai.scale.max), (1, 9));
        assert_eq!(ihai.scale.evidence, Evidence::Inferred);
        assert_eq!(ihai.standing, Standing::Reconstruction);
        assert!(ihai.categories.as_ref().is_none_or(|c| c.source.is_none()));
    }

    #[test]
    fn ihai_2025_has_eight_variables_of_equal_unknown_weight() {
        let ihai = shipped_by_id("ihai-2025").unwrap();
        assert_eq!(ihai.variables.len(), 8);
        assert_eq!(ihai.items.len(), 24);
        assert!(ihai.variables.windows(2).all(|pair| pair[0].weight == pair[1].weight));
        assert!(ihai.dimensions.windows(2).all(|pair| pair[0].weight == pair[1].weight));
        assert_eq!(ihai.weight_evidence, Evidence::Unknown);
    }

    #[test]
    fn every_cell_of_ihai_has_one_item_marked_as_an_example() {
        for id in ["ihai-2023", "ihai-2025"] {
            let ihai = shipped_by_id(id).unwrap();
            let mut cells = BTreeMap::new();
            for item in &ihai.items {
                *cells.entry((item.variable, item.component)).or_insert(0) += 1;
                assert_ne!(item.text.id, item.text.en, "{}: both languages", item.id);
            }
            assert_eq!(cells.len(), ihai.variables.len() * 3);
            assert!(cells.values().all(|&items| items == 1));
            assert!(ihai.remarks.iter().any(|r| r.id.contains("contoh, bukan butir resmi")));
            let kinds: Vec<ScoreKind> = ihai.scores().iter().map(|s| s.kind).collect();
            assert_eq!(kinds.len(), 1 + 4 + ihai.variables.len() * 4 + 3);
        }
    }

    #[test]
    fn no_item_names_a_person_a_faith_a_people_or_a_party() {
        let words = [
            "islam",
            "kristen",
            "katolik",
            "hindu",
            "buddha",
            "konghucu",
            "suku",
            "etnis",
            "partai",
            "pemilu",
            "presiden",
            "bupati",
            "gubernur",
            "wali kota",
            "agama anda",
            "ras ",
        ];
        for instrument in shipped() {
            for item in &instrument.items {
                let text = item.text.id.to_lowercase();
                for word in words {
                    assert!(!text.contains(word), "{} {}: {word}", instrument.id, item.id);
                }
            }
        }
    }
}
