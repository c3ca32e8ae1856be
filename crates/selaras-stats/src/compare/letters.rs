//! Compact letter display: two regions share a letter exactly when they are not told apart.
//!
//! The display of Piepho (2004, Journal of Computational and Graphical Statistics 13, 456–466) is a
//! cover of the "not told apart" graph by cliques, one a letter. His insert-and-absorb can need
//! exponentially many columns; cliques are grown instead (Gramm and others 2007, Computational
//! Statistics and Data Analysis 52, 725–736), which is polynomial for any graph and gives the same
//! display where the graph is a chain of overlapping windows, as with equal standard errors.

/// The letters of each region. `alike[i][j]` says that `i` and `j` are not told apart (symmetric;
/// the diagonal is not read); `order` lists the regions by value, which keeps letters few.
///
/// Letters are handed out in the regions' own order, so that a letter says nothing about height.
/// After `z` follow `a2`, `b2`, …: a letter is always one of a–z and the digits after it.
pub(super) fn letters(alike: &[Vec<bool>], order: &[usize]) -> Vec<String> {
    let mut cliques = cover(alike, order);
    cliques.iter_mut().for_each(|clique| clique.sort_unstable());
    cliques.sort();
    let mut display = vec![String::new(); alike.len()];
    for (index, clique) in cliques.iter().enumerate() {
        let letter = letter(index);
        for &region in clique {
            if let Some(text) = display.get_mut(region) {
                text.push_str(&letter);
            }
        }
    }
    display
}

fn letter(index: usize) -> String {
    let base = char::from(b'a' + (index % 26) as u8);
    match index / 26 {
        0 => base.to_string(),
        round => format!("{base}{}", round + 1),
    }
}

/// Cliques that together hold every alike pair and every region.
fn cover(alike: &[Vec<bool>], order: &[usize]) -> Vec<Vec<usize>> {
    let is_alike =
        |a: usize, b: usize| alike.get(a).and_then(|row| row.get(b)).copied().unwrap_or_default();
    let mut covered = vec![vec![false; alike.len()]; alike.len()];
    let mut cliques: Vec<Vec<usize>> = Vec::new();
    for (position, &first) in order.iter().enumerate() {
        let mut lonely = order.iter().all(|&other| other == first || !is_alike(first, other));
        // The farthest neighbour first: of overlapping windows that gives whole windows.
        for &last in order.iter().skip(position + 1).rev() {
            let done = covered.get(first).and_then(|row| row.get(last)).copied().unwrap_or(true);
            if done || !is_alike(first, last) {
                continue;
            }
            let mut clique = vec![first, last];
            for &candidate in order {
                if clique.iter().all(|&member| member != candidate && is_alike(member, candidate)) {
                    clique.push(candidate);
                }
            }
            for &a in &clique {
                for &b in &clique {
                    if let Some(slot) = covered.get_mut(a).and_then(|row| row.get_mut(b)) {
                        *slot = true;
                    }
                }
            }
            cliques.push(clique);
            lonely = false;
        }
        if lonely {
            cliques.push(vec![first]);
        }
    }
    cliques
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::letters;

    fn split(text: &str) -> HashSet<String> {
        let mut found: Vec<String> = Vec::new();
        for sign in text.chars() {
            match found.last_mut() {
                Some(letter) if sign.is_ascii_digit() => letter.push(sign),
                _ => found.push(sign.to_string()),
            }
        }
        found.into_iter().collect()
    }

    fn graph(size: usize, alike: impl Fn(usize, usize) -> bool) -> Vec<Vec<bool>> {
        (0..size)
            .map(|a| (0..size).map(|b| a != b && alike(a.min(b), a.max(b))).collect())
            .collect()
    }

    #[test]
    fn windows_overlap_and_their_letters_too() {
        // 0–1–2–3 in a line, neighbours alike: ab, bc, cd as in Piepho's display.
        let alike = graph(4, |a, b| b - a == 1);
        assert_eq!(letters(&alike, &[0, 1, 2, 3]), ["a", "ab", "bc", "c"]);
    }

    #[test]
    fn letters_follow_the_given_order_and_not_the_height() {
        // Two groups; the higher one {1, 3} comes second in the given order.
        let alike = graph(4, |a, b| (a % 2) == (b % 2));
        assert_eq!(letters(&alike, &[1, 3, 0, 2]), ["a", "b", "a", "b"]);
    }

    #[test]
    fn everybody_alike_shares_one_letter_and_everybody_apart_has_an_own_one() {
        assert_eq!(letters(&graph(3, |_, _| true), &[2, 0, 1]), ["a", "a", "a"]);
        assert_eq!(letters(&graph(3, |_, _| false), &[2, 0, 1]), ["a", "b", "c"]);
        assert!(letters(&[], &[]).is_empty());
        let many = letters(&graph(28, |_, _| false), &(0..28).collect::<Vec<_>>());
        assert_eq!((many[25].as_str(), many[26].as_str(), many[27].as_str()), ("z", "a2", "b2"));
    }

    proptest! {
        #[test]
        fn two_regions_share_a_letter_exactly_when_they_are_not_told_apart(
            size in 1..24_usize,
            bits in prop::collection::vec(any::<bool>(), 24 * 24),
            sparse in prop::collection::vec(any::<bool>(), 24 * 24),
            thin in any::<bool>(),
            order in Just((0..24).collect::<Vec<usize>>()).prop_shuffle(),
        ) {
            let alike = graph(size, |a, b| bits[a * 24 + b] && (!thin || sparse[a * 24 + b]));
            let order: Vec<usize> = order.into_iter().filter(|&region| region < size).collect();
            let display: Vec<HashSet<String>> =
                letters(&alike, &order).iter().map(|text| split(text)).collect();
            for a in 0..size {
                prop_assert!(!display[a].is_empty());
                for b in 0..size {
                    if a != b {
                        prop_assert_eq!(!display[a].is_disjoint(&display[b]), alike[a][b]);
                    }
                }
            }
        }
    }
}
