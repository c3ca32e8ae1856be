//! What holds of every topology, whatever it was built from.

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use selaras_atlas::{BrokenTopology, Outline, Ring, Topology};

    /// A country of `width` × `height` squares of ten steps, each given to one of a few regions;
    /// its borders wander between the corners of the squares.
    fn country(width: usize, owners: &[u8], wander: &[(i8, i8)]) -> Vec<Outline> {
        let corner = |column: usize, row: usize| {
            let (dx, dy) = wander[(row * (width + 1) + column) % wander.len()];
            [column as i32 * 10 + i32::from(dx), row as i32 * 10 + i32::from(dy)]
        };
        owners
            .iter()
            .enumerate()
            .map(|(at, owner)| {
                let (column, row) = (at % width, at / width);
                let ring: Ring = [(0, 0), (1, 0), (1, 1), (0, 1)]
                    .iter()
                    .map(|(right, up)| corner(column + right, row + up))
                    .collect();
                Outline { code: format!("{owner}"), polygons: vec![vec![ring]], mark: false }
            })
            .collect()
    }

    fn whole(map: &Topology) -> f64 {
        (0..map.shapes().len()).map(|at| map.area_km2(at)).sum()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn joining_and_thinning_keep_every_region_and_tear_nothing(
            width in 2_usize..6,
            owners in prop::collection::vec(0_u8..5, 12..36),
            wander in prop::collection::vec((-3_i8..=3, -3_i8..=3), 7..23),
            km2 in 0.0_f64..50.0,
        ) {
            let squares = Topology::build(0.01, country(width, &owners, &wander));
            let regions = squares.dissolve(str::to_owned);
            let mut codes: Vec<u8> = owners.clone();
            codes.sort_unstable();
            codes.dedup();
            prop_assert_eq!(regions.shapes().len(), codes.len());
            prop_assert!((whole(&regions) / whole(&squares) - 1.0).abs() < 1e-9);
            for map in [&squares, &regions] {
                prop_assert!(map.arc_uses().iter().all(|uses| matches!(uses, 1 | 2)));
            }
            // Every square's middle lies in the region it was given to, and in no other.
            for (at, owner) in owners.iter().enumerate() {
                let (lon, lat) = squares.label_place(at).unwrap();
                let holders: Vec<usize> =
                    (0..regions.shapes().len()).filter(|&at| regions.contains(at, lon, lat)).collect();
                prop_assert_eq!(holders.len(), 1);
                prop_assert_eq!(&regions.shapes()[holders[0]].code, &owner.to_string());
            }
            let thin = regions.simplify(km2);
            prop_assert!(thin.arc_uses().iter().all(|uses| matches!(uses, 1 | 2)));
            for at in 0..thin.shapes().len() {
                prop_assert!(thin.area_km2(at) > 0.0);
                prop_assert_eq!(thin.polygons(at).len(), regions.polygons(at).len());
            }
            prop_assert_eq!(&regions.simplify(0.0), &regions);
            prop_assert_eq!(&Topology::from_bytes(&thin.to_bytes()).unwrap(), &thin);
        }

        #[test]
        fn broken_bytes_are_refused_and_never_a_fright(
            at in 0_usize..400, value: u8, length in 0_usize..400,
        ) {
            let map = Topology::build(0.01, country(4, &[0, 1, 2, 0, 1, 2, 0, 1], &[(0, 0), (1, 2)]));
            let mut bytes = map.to_bytes();
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
            if let Ok(read) = Topology::from_bytes(&bytes) {
                prop_assert!(read.shapes().len() <= bytes.len());
            }
            if length < map.to_bytes().len() {
                prop_assert_eq!(Topology::from_bytes(&map.to_bytes()[..length]), Err(BrokenTopology));
            }
        }
    }

    #[test]
    fn two_squares_share_one_border_and_know_its_length() {
        let map = Topology::build(0.01, country(2, &[0, 1], &[(0, 0)]));
        let pairs = map.neighbours();
        assert_eq!(pairs.len(), 1);
        assert_eq!(pairs[0].shapes, (0, 1));
        // A tenth of a degree of the meridian.
        assert!((pairs[0].km - 11.12).abs() < 0.01, "{}", pairs[0].km);
        // A tenth of a degree each way at the equator, WGS 84.
        assert!((map.area_km2(0) - 123.09).abs() < 0.02, "{}", map.area_km2(0));
        assert_eq!(map.arc_uses().iter().filter(|uses| **uses == 2).count(), 1);
    }

    #[test]
    fn a_region_inside_another_is_its_hole() {
        let owners = [0, 0, 0, 0, 1, 0, 0, 0, 0];
        let map = Topology::build(0.01, country(3, &owners, &[(0, 0)])).dissolve(str::to_owned);
        let around = &map.polygons(map.find("0").unwrap());
        assert_eq!((around.len(), around[0].len()), (1, 2));
        let (lon, lat) = map.label_place(0).unwrap();
        assert_eq!(map.locate(lon, lat), Some(0), "a label stands on the region, not in its hole");
    }

    #[test]
    fn squares_that_touch_in_a_corner_are_neighbours_without_a_border() {
        let map =
            Topology::build(0.01, country(2, &[0, 1, 1, 0], &[(0, 0)])).dissolve(str::to_owned);
        assert_eq!(map.polygons(0).len(), 2);
        assert_eq!(map.neighbours().len(), 1);
        let diagonal = map.select(|code| code == "0");
        assert_eq!(diagonal.polygons(0).len(), 2);
    }
}
