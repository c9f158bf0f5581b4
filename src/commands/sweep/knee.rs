//! The knee: up to which value of an axis, or from which on, a variant meets the SLO.

use super::outline::Varied;
use crate::report::{SloOutcome, failures};

/// The axis along which the knee is told, with its numbers: the last one of numbers of one kind
/// that is a load, else the last one of such numbers.
pub(super) fn load_axis(axes: &[Varied]) -> Option<(usize, Vec<f64>)> {
    let found: Vec<_> = (0..axes.len()).filter_map(|it| Some((it, axes[it].numbers()?))).collect();
    let load = found.iter().rposition(|(place, _)| axes[*place].is_load);
    load.or_else(|| found.len().checked_sub(1)).map(|at| found[at].clone())
}

/// The places of `numbers` from the smallest to the largest.
pub(super) fn ascending(numbers: &[f64]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..numbers.len()).collect();
    places.sort_by(|a, b| numbers[*a].total_cmp(&numbers[*b]));
    places
}

/// How a variant stands at one value of an axis.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Standing<'a> {
    /// The word for how it stands to its SLO, if it has one.
    pub(super) slo: Option<&'a str>,
    /// The share of requests that fail there, if there is a number.
    pub(super) failing: Option<f64>,
    /// Whether the SLO says how many requests must succeed.
    pub(super) minds_failures: bool,
}

/// Where a variant meets its SLO along the axis `key`, of which each value is given with how the
/// variant stands there; the order of the values counts if `has_order`. Where the SLO is met
/// although many requests fail, that is told with it. None if it has no SLO.
pub(super) fn told(key: &str, levels: &[(&str, Standing<'_>)], has_order: bool) -> Option<String> {
    let at_all: Vec<_> = levels.iter().map(|(label, it)| (*label, it.slo)).collect();
    let text = met(key, &at_all, has_order)?;
    Some(text + &failing(levels))
}

/// The failures at values that meet the SLO, as the end of a sentence.
fn failing(levels: &[(&str, Standing<'_>)]) -> String {
    let met = levels.iter().filter(|(_, it)| it.slo == Some(SloOutcome::Met.word()));
    let are_minded = met.clone().all(|(_, it)| it.minds_failures);
    let places: Vec<_> = met.map(|(label, it)| ((*label).to_owned(), it.failing)).collect();
    let told = failures(&places, "the SLO", are_minded);
    told.map_or_else(String::new, |told| format!("; but {told}"))
}

fn met(key: &str, levels: &[(&str, Option<&str>)], has_order: bool) -> Option<String> {
    let at = |outcome: SloOutcome| {
        let here = levels.iter().filter(move |(_, it)| *it == Some(outcome.word()));
        here.map(|(label, _)| *label).collect::<Vec<_>>()
    };
    let (met, unknown, unclear) =
        (at(SloOutcome::Met), at(SloOutcome::Unknown), at(SloOutcome::Unclear));
    let all = levels.len();
    if levels.iter().all(|(_, outcome)| outcome.is_none()) {
        return None;
    }
    if unknown.len() == all {
        return Some(format!("unknown at every {key} of this sweep whether it meets the SLO"));
    }
    let is_met = |(_, outcome): &&(&str, Option<&str>)| *outcome == Some(SloOutcome::Met.word());
    let (first, last) =
        (levels.iter().take_while(is_met).count(), levels.iter().rev().take_while(is_met).count());
    let mut text = match met.len() {
        0 => format!("meets the SLO at no {key} of this sweep"),
        count if count == all => format!("meets the SLO at every {key} of this sweep"),
        count if has_order && count == first => {
            format!("meets the SLO up to {key} = {}", met[count - 1])
        }
        count if has_order && count == last => format!("meets the SLO from {key} = {} on", met[0]),
        _ => format!("meets the SLO at {key} = {}", met.join(", ")),
    };
    let beside = [("unclear", unclear), ("unknown", unknown)];
    for (word, labels) in beside.iter().filter(|(_, labels)| !labels.is_empty()) {
        text.push_str(&format!("; {word} at {}", labels.join(", ")));
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Diagnostics;
    use crate::scenario::Sources;
    use crate::scenario::argument::vary;

    fn axis(text: &str) -> Varied {
        Varied::of(&vary(text, &mut Sources::new(), &mut Diagnostics::new()).unwrap())
    }

    #[test]
    fn the_load_is_the_last_axis_of_numbers_whatever_their_unit() {
        let axes = [axis("a=1,2"), axis("b=500ms,1s"), axis("c=fifo,lifo")];
        assert_eq!(load_axis(&axes), Some((1, vec![0.5, 1.0])));
        assert_eq!(load_axis(&axes[2..]), None);
        assert_eq!(load_axis(&[axis("a=100/s,2/s")]), Some((0, vec![100.0, 2.0])));
    }

    #[test]
    fn an_axis_that_is_a_load_goes_before_others_of_numbers() {
        let axes = [axis("node.c.arrivals.poisson=1/s,2/s"), axis("node.s.replicas=1,2")];
        assert_eq!(load_axis(&axes), Some((0, vec![1.0, 2.0])));
        let axes = [axis("node.c.users=1,2"), axis("node.users.cores=1,2")];
        assert_eq!(load_axis(&axes).map(|(place, _)| place), Some(0));
    }

    #[test]
    fn loads_are_told_from_small_to_large_whatever_their_order() {
        assert_eq!(ascending(&[3.0, 1.0, 2.0]), [1, 2, 0]);
    }

    /// What is told of outcomes at 1, 2, 3 and 4, each by its first two letters.
    fn of(outcomes: &str, has_order: bool) -> Option<String> {
        let word = |short: &str| {
            ["met", "missed", "unclear", "unknown"].into_iter().find(|it| it.starts_with(short))
        };
        let standing =
            |short| Standing { slo: word(short), failing: Some(0.005), minds_failures: false };
        let levels = ["1", "2", "3", "4"].into_iter().zip(outcomes.split(' ').map(standing));
        told("k", &levels.collect::<Vec<_>>(), has_order)
    }

    #[test]
    fn a_knee_is_told_only_where_all_smaller_values_meet_the_slo_too() {
        for (outcomes, text) in [
            ("me me mi mi", "meets the SLO up to k = 2"),
            ("mi me me me", "meets the SLO from k = 2 on"),
            ("mi me me mi", "meets the SLO at k = 2, 3"),
            ("me mi me me", "meets the SLO at k = 1, 3, 4"),
            ("me me me me", "meets the SLO at every k of this sweep"),
            ("mi mi mi mi", "meets the SLO at no k of this sweep"),
            ("me unc mi mi", "meets the SLO up to k = 1; unclear at 2"),
            ("mi unk unk mi", "meets the SLO at no k of this sweep; unknown at 2, 3"),
            ("unk unk unk unk", "unknown at every k of this sweep whether it meets the SLO"),
        ] {
            assert_eq!(of(outcomes, true).as_deref(), Some(text), "{outcomes}");
        }
        assert_eq!(of("me me mi mi", false).as_deref(), Some("meets the SLO at k = 1, 2"));
        assert_eq!(of("x x x x", true), None);
    }

    #[test]
    fn where_many_fail_that_is_told_with_the_slo_that_is_met() {
        let standing = |slo, failing| Standing {
            slo: Some(slo),
            failing: Some(failing),
            minds_failures: false,
        };
        let levels = [("1", standing("met", 0.45)), ("2", standing("missed", 0.6))];
        let text = told("k", &levels, true).unwrap();
        let end =
            "up to k = 1; but of all requests 45.0 % fail at 1, and the SLO asks nothing of those";
        assert!(text.ends_with(end), "{text}");
        let many = ["1", "2", "3", "4", "5"].map(|label| (label, standing("met", 0.2)));
        let text = told("k", &many, true).unwrap();
        assert!(text.contains("up to 20.0 % fail at 5 of these values"), "{text}");
        let minds = Standing { minds_failures: true, ..standing("met", 0.018) };
        let text = told("k", &[("1", minds)], true).unwrap();
        assert!(text.ends_with("; but of all requests 1.8 % fail at 1, which the SLO allows"));
    }
}
