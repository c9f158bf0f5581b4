//! The smallest number of a list that will do, looked for by running as few of them as possible:
//! along a chain of loads that go up, so that each search begins where the one before it ended.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::pool::Progress;
use super::results::VariantResult;
use super::run::{StudyError, Variant};
use super::sweep::{SweepPoint, run_points};

/// What a search does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It has to know whether this one will do.
    Ask(usize),
    /// This one does, and the one below it does not, or there is none below it.
    Found(usize),
    /// None of those that were looked at does, and the last one is among them.
    Nothing,
}

/// A search among `count` numbers, of which a larger one mostly does whatever a smaller one does.
/// If that does not hold, what is found still does, and its neighbour below still does not; and
/// where the last one does not, others are looked at before it is said that none does.
#[derive(Debug, Clone)]
pub struct Smallest {
    count: usize,
    start: usize,
    known: BTreeMap<usize, bool>,
}

impl Smallest {
    /// A search among at least one, which begins at `start`.
    #[must_use]
    pub fn new(count: usize, start: usize) -> Self {
        Self { count, start: start.min(count.saturating_sub(1)), known: BTreeMap::new() }
    }

    /// Learns whether the number at `place` will do.
    pub fn learn(&mut self, place: usize, does: bool) {
        self.known.insert(place, does);
    }

    /// What to do next: upwards or downwards from the start in steps that double, then by halves.
    /// If all of that leads to nothing, too many may be as bad as too few: see `looks`.
    #[must_use]
    pub fn next(&self) -> Next {
        let enough = self.known.iter().find(|(_, does)| **does).map(|(place, _)| *place);
        let below = |end: usize| self.known.range(..end).next_back().map(|(place, _)| *place);
        match (enough, below(enough.unwrap_or(self.count))) {
            (None, None) => Next::Ask(self.start),
            (None, Some(most)) if most + 1 >= self.count => looks(self.count)
                .find(|place| !self.known.contains_key(place))
                .map_or(Next::Nothing, Next::Ask),
            (None, Some(most)) => {
                let stride = most.saturating_sub(self.start) + 1;
                Next::Ask((most + stride).min(self.count - 1))
            }
            (Some(0), _) => Next::Found(0),
            (Some(least), None) => {
                Next::Ask(least.saturating_sub(self.start.saturating_sub(least) + 1))
            }
            (Some(least), Some(most)) if least == most + 1 => Next::Found(least),
            (Some(least), Some(most)) => Next::Ask(most + (least - most) / 2),
        }
    }
}

/// The places that are looked at before none is said to do: the first, and steps from it that
/// double, as 1, 2, 4, 8 of a range from 1 on; then those halfway between two of these.
fn looks(count: usize) -> impl Iterator<Item = usize> {
    let places =
        move || (0..usize::BITS).map(|n| (1_usize << n) - 1).take_while(move |it| *it < count);
    let ends = places().skip(1).chain(count.checked_sub(1));
    places().chain(places().zip(ends).map(|(from, to)| from + (to - from) / 2))
}

/// Where a chain of searches stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rung {
    /// The number of the chain.
    pub chain: usize,
    /// The number of the load, from the smallest.
    pub load: usize,
    /// The place in the list of numbers.
    pub step: usize,
}

/// How many there are of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Chains, which have nothing to do with one another.
    pub chains: usize,
    /// Loads of each chain.
    pub loads: usize,
    /// Numbers to choose from.
    pub steps: usize,
}

/// What chains of searches have come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Searched<T> {
    /// What is enough, by chain and load; none where nothing is.
    pub enough: Vec<Vec<Option<usize>>>,
    /// What was said of all that was run, each once.
    pub runs: BTreeMap<Rung, T>,
}

/// Looks for the smallest step that will do at each load of each chain. In each round every chain
/// asks for one run, and all of a round are one pool of jobs, so that what is run does not depend
/// on the number of threads. `variant` makes what is to be run, and `judge` says whether it will do
/// and what is kept of it.
///
/// # Errors
/// If `variant` refuses, an audit fails, or `progress` stops the pool.
pub fn smallest_along<T: Send, E: From<StudyError>>(
    extent: Extent,
    mut variant: impl FnMut(Rung) -> Result<Variant, E>,
    judge: impl Fn(&VariantResult) -> (bool, T) + Sync,
    progress: &dyn Progress,
) -> Result<Searched<T>, E> {
    let mut enough: Vec<Vec<Option<usize>>> = vec![Vec::new(); extent.chains];
    let mut searches = vec![Smallest::new(extent.steps, 0); extent.chains];
    let mut runs = BTreeMap::new();
    loop {
        let mut asked = Vec::new();
        for (chain, search) in searches.iter_mut().enumerate() {
            let found = &mut enough[chain];
            if let Some(step) = advance(search, found, extent) {
                asked.push(Rung { chain, load: found.len(), step });
            }
        }
        if asked.is_empty() {
            return Ok(Searched { enough, runs });
        }
        let mut points = Vec::new();
        for (point, rung) in asked.iter().enumerate() {
            points.push(SweepPoint { point, variant: variant(*rung)? });
        }
        let said = Mutex::new(Vec::new());
        let conclude = |place: usize, result: VariantResult| {
            let (does, kept) = judge(&result);
            let mut said = said.lock().expect("no job panics while it says what it found");
            said.push((asked[place], does, kept));
        };
        run_points(&points, |_| true, conclude, progress)?;
        for (rung, does, kept) in said.into_inner().expect("no job panics") {
            searches[rung.chain].learn(rung.step, does);
            runs.insert(rung, kept);
        }
    }
}

/// Goes on to the load at which something must be run, and returns what; nothing if all is known.
/// More load hardly ever needs less: where nothing was enough the last step is asked for first.
fn advance(search: &mut Smallest, found: &mut Vec<Option<usize>>, extent: Extent) -> Option<usize> {
    while found.len() < extent.loads {
        let enough = match search.next() {
            Next::Ask(step) => return Some(step),
            Next::Found(step) => Some(step),
            Next::Nothing => None,
        };
        found.push(enough);
        *search = Smallest::new(extent.steps, enough.unwrap_or(extent.steps - 1));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is asked, in order, and what is found, if all from `least` on will do.
    fn search(count: usize, start: usize, does: impl Fn(usize) -> bool) -> (Vec<usize>, Next) {
        let mut search = Smallest::new(count, start);
        let mut asked = Vec::new();
        loop {
            match search.next() {
                Next::Ask(place) => {
                    assert!(!asked.contains(&place), "{place} is asked for twice: {asked:?}");
                    asked.push(place);
                    search.learn(place, does(place));
                }
                end @ (Next::Found(_) | Next::Nothing) => return (asked, end),
            }
        }
    }

    #[test]
    fn the_smallest_is_found_wherever_it_is_and_wherever_the_search_begins() {
        for count in 1..20 {
            for start in 0..count {
                for least in 0..count {
                    let (asked, end) = search(count, start, |place| place >= least);
                    assert_eq!(end, Next::Found(least), "{count} {start} {least}: {asked:?}");
                    assert!(asked.contains(&least), "what is found was run");
                    assert!(least == 0 || asked.contains(&(least - 1)), "so was its neighbour");
                }
                assert_eq!(search(count, start, |_| false).1, Next::Nothing);
            }
        }
    }

    #[test]
    fn steps_double_and_then_halve() {
        assert_eq!(search(32, 0, |place| place >= 5).0, [0, 1, 3, 7, 5, 4]);
        assert_eq!(search(32, 5, |place| place >= 5).0, [5, 4], "as before: two runs");
        assert_eq!(search(32, 5, |place| place >= 6).0, [5, 6]);
        let looked_at = [31, 0, 1, 3, 7, 15, 2, 5, 11, 23];
        assert_eq!(search(32, 31, |_| false).0, looked_at, "before nothing is said");
        assert_eq!(search(32, 9, |place| place >= 3).0, [9, 8, 6, 2, 4, 3]);
    }

    #[test]
    fn where_more_is_not_always_better_a_neighbour_that_will_not_do_is_found_all_the_same() {
        let odd = |place: usize| place == 2 || place >= 6;
        for start in 0..12 {
            let (_, end) = search(12, start, odd);
            let Next::Found(found) = end else { panic!("{end:?}") };
            assert!(odd(found) && !odd(found - 1), "{start}: {found}");
        }
    }

    #[test]
    fn where_more_is_worse_what_will_do_is_found_although_the_last_will_not() {
        for (first, last) in [(0, 0), (1, 3), (2, 2), (4, 6), (9, 12), (11, 14)] {
            let does = |place: usize| (first..=last).contains(&place);
            for start in 0..16 {
                let (asked, end) = search(16, start, does);
                let Next::Found(found) = end else { panic!("{first} {start} {end:?}: {asked:?}") };
                assert!(does(found) && (found == 0 || !does(found - 1)), "{first}: {found}");
            }
        }
        assert_eq!(search(5, 4, |_| false).0, [4, 0, 1, 3, 2], "of few all are looked at");
    }

    #[test]
    fn a_chain_begins_each_load_where_the_one_before_ended() {
        let extent = Extent { chains: 1, loads: 4, steps: 4 };
        let (mut search, mut found, mut asked) = (Smallest::new(4, 0), Vec::new(), Vec::new());
        let needed = [0, 2, 9, 9];
        while let Some(step) = advance(&mut search, &mut found, extent) {
            asked.push((found.len(), step));
            search.learn(step, step >= needed[found.len()]);
        }
        assert_eq!(found, [Some(0), Some(2), None, None]);
        assert_eq!(
            asked,
            [
                (0, 0),
                (1, 0),
                (1, 1),
                (1, 3),
                (1, 2),
                (2, 2),
                (2, 3),
                (2, 0),
                (2, 1),
                (3, 3),
                (3, 0),
                (3, 1),
                (3, 2)
            ]
        );
    }
}
