//! The nearest known name to a word that is none.

/// Names with a longer word are not compared: the comparison takes time in its square.
const MAX_BYTES: usize = 128;
/// At most so many names are compared, so that a mistake in a huge scenario stays cheap.
const MAX_CANDIDATES: usize = 10_000;

/// The candidate that `word` was probably meant to be: alike in the sense of Jaro and Winkler, or
/// one slip of the fingers away. The first of equals wins.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    ranked(word, candidates).into_iter().find(|(score, _)| *score > 0.75).map(|(_, name)| name)
}

/// The candidates by falling likeness to `word`.
pub(in crate::scenario) fn ranked<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Vec<(f64, &'a str)> {
    if word.len() > MAX_BYTES {
        return Vec::new();
    }
    let word = word.to_lowercase();
    let mut all: Vec<(f64, &str)> = candidates
        .into_iter()
        .take(MAX_CANDIDATES)
        .filter(|name| name.len() <= MAX_BYTES)
        .map(|name| (likeness(&word, name), name))
        .collect();
    all.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    all
}

fn likeness(word: &str, name: &str) -> f64 {
    let name = name.to_lowercase();
    let mut alike = strsim::jaro_winkler(word, &name);
    if word.len() > 2 {
        if strsim::osa_distance(word, &name) == 1 {
            alike = alike.max(0.76);
        }
        if abbreviates(word, &name) {
            alike += 0.1;
        }
    } else if word.len() == 2 && word.chars().rev().eq(name.chars()) {
        alike = 0.76;
    }
    alike
}

/// Whether `word` is `name` with letters left out, as `reps` is of `replicas`.
fn abbreviates(word: &str, name: &str) -> bool {
    let mut letters = name.chars();
    word.chars().next() == name.chars().next()
        && word.chars().all(|letter| letters.any(|other| other == letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 6] = ["replica", "replicas", "machine", "kind", "cpu", "least-connections"];

    #[test]
    fn a_slip_finds_the_name_that_was_meant() {
        for (word, meant) in [
            ("reps", "replicas"),
            ("Replicas", "replicas"),
            ("machnie", "machine"),
            ("cup", "cpu"),
            ("least_connections", "least-connections"),
        ] {
            assert_eq!(nearest(word, NAMES), Some(meant), "{word}");
        }
        assert_eq!(nearest("bd", ["app", "db"]), Some("db"));
    }

    #[test]
    fn a_word_unlike_all_names_finds_none() {
        assert_eq!(nearest("xyzzy", NAMES), None);
        assert_eq!(nearest("", NAMES), None);
        assert_eq!(nearest("x", []), None);
    }

    #[test]
    fn a_huge_word_costs_nothing() {
        assert_eq!(nearest(&"r".repeat(1 << 20), NAMES), None);
    }
}
