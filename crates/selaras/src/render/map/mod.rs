//! Choropleth maps: a [`BaseMap`] is prepared once per set of boundaries, then drawn with any
//! figures in a few milliseconds.
//!
//! The labels and marks of a map exist twice, for the width of a page and for a telephone, over one
//! geometry; `figures.css` shows one of them. A region too small to see gets a disc beside it with
//! a line; a name that does not fit into its region becomes a letter with a key beside the map.

mod classes;
mod drawing;
mod labels;
mod room;

use selaras_atlas::{Bounds, Projection, Topology};

pub use classes::{Classes, KeyEntry, Legend, LegendEntry, Ramp};

use crate::locale::{Message, Words};
use crate::render::chart::Datum;
use crate::render::svg::Frame;
use drawing::Drawing;
use labels::{Layer, Placing, Says};
use room::Room;

/// Path coordinates are whole numbers at this many to a unit of the drawing.
const FINE: f64 = 2.0;
/// Units around the land.
const MARGIN: f64 = 26.0;
/// Width of a telephone's map in pixels.
const NARROW: f64 = 328.0;

/// How a map is to be prepared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detail {
    /// Units across; pixels where the map has its room.
    pub width: f64,
    /// Most units down.
    pub height: f64,
    /// Bytes that the paths may take; borders are thinned until they fit.
    pub bytes: usize,
    /// Characters of a code that name the larger region whose borders are drawn stronger.
    pub group: Option<usize>,
}

impl Detail {
    /// A province and its kab/kota, or a kab/kota and its kecamatan: under 25 kB for 14 regions.
    pub const PROVINCE: Self = Self { width: 640.0, height: 600.0, bytes: 10_500, group: None };
    /// The nation by kab/kota with the borders of provinces: under 300 kB.
    pub const NATION: Self = Self { width: 1200.0, height: 700.0, bytes: 76_000, group: Some(2) };
    /// The nation by province.
    pub const PROVINCES: Self = Self { width: 1000.0, height: 600.0, bytes: 30_000, group: None };
}

/// A region's code and the short name to be written on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Code, as in the topology.
    pub code: String,
    /// Short name, e.g. `Sambas`.
    pub name: String,
}

/// What the boundaries are, said under the drawing.
#[derive(Clone, Debug, PartialEq)]
pub enum Boundaries {
    /// The built-in schematic map.
    Schematic,
    /// Imported ones.
    Imported {
        /// Where they come from.
        source: String,
        /// Their date, as the source gives it.
        date: String,
    },
}

impl Boundaries {
    /// What every map says of its shapes.
    #[must_use]
    pub fn words(&self, words: Words) -> String {
        match self {
            Self::Schematic => words.say("map-schematic"),
            Self::Imported { source, date } => words.tell(
                &Message::new("map-boundaries")
                    .with("source", source.as_str())
                    .with("date", date.as_str()),
            ),
        }
    }
}

/// A region's figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// Code, as in the topology.
    pub code: String,
    /// The figures; the label is the full name.
    pub datum: Datum,
}

/// What a map shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    /// Regions in the order in which a keyboard walks them: that of their codes.
    pub regions: Vec<Region>,
    /// Classes.
    pub classes: Classes,
    /// Heading of the legend: what is measured and its scale or unit.
    pub heading: String,
    /// What hatching over a colour ([`Datum::small`]) means here.
    pub hatched: String,
    /// Decimals of values in words.
    pub decimals: usize,
    /// What the boundaries are.
    pub boundaries: Boundaries,
}

/// A drawn map.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// The `<svg>`.
    pub svg: String,
    /// What must stand beside it.
    pub legend: Legend,
}

/// Geometry and places of labels of a map, for one set of boundaries.
#[derive(Clone, Debug)]
pub struct BaseMap {
    size: (f64, f64),
    /// Left upper corner of the land.
    offset: (f64, f64),
    /// Code and path of every shape.
    areas: Vec<(String, String)>,
    /// Borders drawn stronger.
    groups: Vec<String>,
    room: Room,
    wide: Layer,
    narrow: Layer,
    /// Positions of areas that a letter stands for, in the order of codes, and whether it does so
    /// on the narrow map only.
    letters: Vec<(usize, bool)>,
}

impl BaseMap {
    /// Prepares the regions of `topology`, thinned to what `detail` can show. Regions without a
    /// label are drawn as land around the others. Takes a tenth of a second for the nation: keep
    /// the result as long as the boundaries stay.
    #[must_use]
    pub fn prepare(topology: &Topology, labels: &[Label], detail: Detail) -> Self {
        let indonesia = Bounds { west: 95.0, south: -11.0, east: 141.0, north: 6.0 };
        let bounds = topology.bounds().unwrap_or(indonesia);
        let inner = (detail.width - 2.0 * MARGIN, detail.height - 2.0 * MARGIN);
        let projection = Projection::fit(bounds, inner.0, inner.1);
        let fine = Projection::fit(bounds, inner.0 * FINE, inner.1 * FINE);
        let (across, down) = projection.size();
        let size = (detail.width, (down + 2.0 * MARGIN).max(160.0).ceil());
        let offset = ((size.0 - across) / 2.0, (size.1 - down) / 2.0);

        // From a quarter of a square pixel on, until the paths are small enough.
        let mut tolerance = 0.25 / projection.units_per_km().powi(2);
        let mut thin = topology.simplify(tolerance);
        let paths = |thin: &Topology| -> Vec<String> {
            (0..thin.shapes().len()).map(|at| thin.svg_path(at, &fine)).collect()
        };
        let mut drawn = paths(&thin);
        for _ in 0..14 {
            if drawn.iter().map(String::len).sum::<usize>() <= detail.bytes {
                break;
            }
            tolerance *= 1.6;
            thin = thin.simplify(tolerance);
            drawn = paths(&thin);
        }
        let groups = detail.group.map_or_else(Vec::new, |characters| {
            paths(&thin.dissolve(|code| code.chars().take(characters).collect()))
        });
        let codes = thin.shapes().iter().map(|shape| shape.code.clone());
        let areas: Vec<(String, String)> = codes.zip(drawn).collect();

        let room = Room::new(&thin, &projection, offset, size);
        let name = |code: &str| {
            labels.iter().find(|label| label.code == code).map(|label| label.name.as_str())
        };
        let place = |at| {
            let (lon, lat) = topology.label_place(at)?;
            let (x, y) = projection.place(lon, lat);
            Some((x + offset.0, y + offset.1))
        };
        let placing = Placing {
            topology,
            room: &room,
            names: areas.iter().map(|(code, _)| name(code)).collect(),
            places: (0..areas.len()).map(place).collect(),
            units_per_km: projection.units_per_km(),
        };
        let (wide, narrow) = (placing.layer(1.0), placing.layer(detail.width / NARROW));
        let lettered = |layer: &Layer| -> Vec<usize> {
            let names = layer.names.iter().filter(|name| name.lines.is_empty());
            let discs = layer.discs.iter().filter(|disc| matches!(disc.says, Says::Letter));
            names.map(|name| name.area).chain(discs.map(|disc| disc.area)).collect()
        };
        let on_wide = lettered(&wide);
        let mut letters: Vec<usize> = on_wide.iter().copied().chain(lettered(&narrow)).collect();
        letters.sort_by_key(|&at| areas.get(at).map(|(code, _)| code.clone()));
        letters.dedup();
        let letters = letters.into_iter().map(|at| (at, !on_wide.contains(&at))).collect();
        Self { size, offset, areas, groups, room, wide, narrow, letters }
    }

    /// Draws `theme`. The layout of `frame` does not matter: a map serves both.
    #[must_use]
    pub fn draw(&self, frame: &Frame, theme: &Theme) -> Map {
        let drawing = Drawing::new(self, frame, theme);
        Map { svg: drawing.svg(), legend: drawing.legend() }
    }
}

#[cfg(test)]
mod tests {
    use selaras_atlas::Outline;

    use super::labels::ClassSaid;
    use super::*;
    use crate::locale::{Language, Words};
    use crate::render::svg::Layout;

    /// Two squares side by side, a speck in the sea, and a mark.
    fn topology() -> Topology {
        let square = |x: i32, y: i32, side: i32| {
            vec![vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side]]]
        };
        let outline = |code: &str, polygon, mark| Outline {
            code: code.into(),
            polygons: vec![polygon],
            mark,
        };
        Topology::build(
            0.01,
            vec![
                outline("61.01", square(10_900, 0, 100), false),
                outline("61.02", square(11_000, 0, 100), false),
                outline("61.71", square(11_150, 90, 1), false),
                outline("61.72", square(11_150, 10, 1), true),
            ],
        )
    }

    fn labels() -> Vec<Label> {
        let names = ["Sambas", "Mempawah", "Pontianak", "Kepulauan Seribu"];
        let codes = ["61.01", "61.02", "61.71", "61.72"];
        let label = |(code, name): (&str, &str)| Label { code: code.into(), name: name.into() };
        codes.into_iter().zip(names).map(label).collect()
    }

    fn theme() -> Theme {
        let region = |code: &str, label: &str, value: Option<f64>, n: u64, words: &str| Region {
            code: code.into(),
            datum: Datum {
                label: label.into(),
                value,
                interval: value.map(|value| (value - 0.1, value + 0.1)),
                n: Some(n),
                small: n < 1250,
                words: words.into(),
                href: Some(format!("/wilayah/{code}")),
                ..Datum::default()
            },
        };
        Theme {
            regions: vec![
                region("61.01", "Kabupaten Sambas", Some(6.71), 1301, "belum dapat dibedakan"),
                region("61.02", "Kabupaten Mempawah", Some(6.2), 83, "belum dapat disimpulkan"),
                region("61.71", "Kota Pontianak", None, 0, "belum ada jawaban"),
                region("61.72", "Kota Singkawang", Some(7.05), 1776, "jelas di atas"),
                region("61.99", "Kabupaten Baru", Some(6.5), 1300, "belum dapat dibedakan"),
            ],
            classes: Classes::scores((1.0, 9.0)),
            heading: "Indeks (skala 1–9)".into(),
            hatched: "di bawah target".into(),
            decimals: 2,
            boundaries: Boundaries::Schematic,
        }
    }

    fn frame() -> Frame {
        Frame {
            id: "peta".into(),
            title: "Indeks".into(),
            description: "Peta indeks".into(),
            words: Words::new(Language::Id),
            layout: Layout::Wide,
            simulated: true,
            source: String::new(),
            n: None,
            date: None,
            notes: Vec::new(),
        }
    }

    fn map() -> Map {
        BaseMap::prepare(&topology(), &labels(), Detail::PROVINCE).draw(&frame(), &theme())
    }

    #[test]
    fn every_region_is_a_link_that_says_value_interval_answers_and_standing() {
        let svg = map().svg;
        assert!(svg.contains(
            "<a href=\"/wilayah/61.01\" aria-label=\"Kabupaten Sambas\"><title>Kabupaten Sambas: \
             6,71 (antara 6,61 dan 6,81); 1.301 jawaban; belum dapat dibedakan</title>"
        ));
        for code in ["61.01", "61.02", "61.71", "61.72"] {
            assert!(svg.contains(&format!("href=\"/wilayah/{code}\" aria-label")), "{code}");
        }
    }

    #[test]
    fn a_region_too_small_to_see_gets_a_disc_that_can_be_clicked() {
        let svg = map().svg;
        let (_, wide) = svg.split_once("class=\"wide\"").unwrap();
        let (wide, narrow) = wide.split_once("class=\"narrow\"").unwrap();
        for layout in [wide, narrow] {
            for code in ["61.71", "61.72"] {
                let (_, link) = layout.split_once(&format!("href=\"/wilayah/{code}\"")).unwrap();
                let (link, _) = link.split_once("</a>").unwrap();
                assert!(link.contains("<circle"), "{code}");
            }
        }
    }

    #[test]
    fn no_answers_are_hatched_grey_and_few_answers_hatched_over_the_colour() {
        let map = map();
        assert!(map.svg.contains("class=\"no-data\" fill=\"url(#peta-none)\""));
        assert!(map.svg.contains("class=\"hatched\" fill=\"url(#peta-h"));
        assert!(map.svg.contains("<pattern id=\"peta-none\""));
        let said: Vec<&str> = map.legend.entries.iter().map(|entry| &*entry.words).collect();
        assert_eq!(said[6..], ["di bawah target", "belum ada jawaban"]);
    }

    #[test]
    fn what_the_map_is_not_stands_inside_it_or_under_it_in_both_layouts() {
        let map = map();
        let svg = &map.svg;
        assert!(svg.matches("DATA SIMULASI").count() >= 3);
        assert_eq!(svg.matches("Peta skematis").count(), 2);
        assert!(!svg.contains(" style=") && !svg.contains("<style"));
    }

    #[test]
    fn every_colour_is_said_in_figures_on_the_map_or_in_its_key() {
        let map = map();
        for range in ["6,5–7,0", "6,0–6,5", "≥ 7,0"] {
            assert!(map.svg.contains(&format!(">{range}</text>")), "{range}");
        }
        let html = map.legend.html(&Words::new(Language::Id));
        assert!(!html.contains("kelas") && !map.svg.contains("kelas"));
    }

    #[test]
    fn where_names_have_no_room_the_number_of_the_class_is_a_key_to_the_legend() {
        let square = |x: i32, y: i32, side: i32| {
            vec![vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side]]]
        };
        let outline = |(code, polygon, mark): (String, _, bool)| Outline {
            code,
            polygons: vec![polygon],
            mark,
        };
        let specks =
            (0..30).map(|at| (format!("62.{at:02}"), square(11_150 + at * 4, 10, 1), true));
        let large = ("61.01".to_owned(), square(10_900, 0, 100), false);
        let topology = Topology::build(0.01, specks.chain([large]).map(outline).collect());
        let labels: Vec<Label> = topology
            .shapes()
            .iter()
            .map(|shape| Label { code: shape.code.clone(), name: "Sambas".into() })
            .collect();
        let base = BaseMap::prepare(&topology, &labels, Detail::PROVINCE);
        assert!(base.wide.names.is_empty());
        let map = base.draw(&frame(), &theme());
        // 6,71 lies in the fourth class from 5,0 on: the fifth of six.
        assert_eq!(map.svg.matches(">5</text>").count(), 2);
        let told: Vec<&str> = map.legend.entries.iter().map(|entry| &*entry.words).collect();
        assert_eq!(told[0], "1 · di bawah 5,0");
        assert_eq!(told[4], "5 · 6,5 sampai di bawah 7,0");
    }

    #[test]
    fn a_region_too_narrow_for_its_range_says_the_number_under_its_name() {
        let strip = |code: &str, west: i32, wide: i32| Outline {
            code: code.into(),
            polygons: vec![vec![vec![
                [west, 0],
                [west + wide, 0],
                [west + wide, 100],
                [west, 100],
            ]]],
            mark: false,
        };
        let strips = vec![strip("61.01", 0, 30), strip("61.02", 30, 5), strip("61.71", 35, 30)];
        let labels =
            ["61.01", "61.02", "61.71"].map(|code| Label { code: code.into(), name: "Ur".into() });
        let base = BaseMap::prepare(&Topology::build(0.01, strips), &labels, Detail::PROVINCE);
        let said: Vec<ClassSaid> = base.wide.names.iter().map(|name| name.class).collect();
        assert_eq!(said, [ClassSaid::Range, ClassSaid::Number, ClassSaid::Range]);
    }

    #[test]
    fn a_region_that_the_boundaries_lack_is_named_beside_the_map() {
        let legend = map().legend;
        let absent: Vec<_> = legend.key.iter().filter(|entry| entry.letter.is_none()).collect();
        assert_eq!(absent.len(), 1);
        assert_eq!(absent[0].name, "Kabupaten Baru");
        assert!(legend.html(&Words::new(Language::Id)).contains("belum ada dalam berkas"));
    }

    #[test]
    fn the_same_map_is_the_same_bytes() {
        assert_eq!(map(), map());
    }

    #[test]
    fn names_stand_within_their_regions() {
        let base = BaseMap::prepare(&topology(), &labels(), Detail::PROVINCE);
        assert_eq!(base.wide.names.len(), 2);
        for name in &base.wide.names {
            assert!(name.class == ClassSaid::Range && name.lines.len() == 1, "{name:?}");
            assert!(!base.room.foreign(name.area, name.x, name.y));
        }
    }
}
