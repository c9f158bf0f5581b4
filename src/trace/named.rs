//! The numbers that the objects of traces have in a scenario.
//!
//! What two traces call by one name is one object, and what they call by two names is two. A name
//! that is a plain decimal number below 2^32 is the object of that number, as an endpoint draws it
//! and as lists of objects mean it; all others have numbers from 2^32 - 1 down, in the order of
//! the clients and of their first appearance, so that they meet no object that is drawn unless an
//! endpoint has nearly 2^32 of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;

use super::Trace;

/// The numbers of the objects of a scenario's traces, which stand in the order of the nodes that
/// replay them.
#[derive(Debug, Default)]
pub struct ObjectNumbers {
    /// The number in the scenario by the number in the trace, for each trace.
    numbers: Vec<Arc<[u32]>>,
    /// Whose name the numbers from the top down are: the trace, and the number in it; none where
    /// a trace has that number as a name.
    named: Vec<Option<(usize, u32)>>,
}

impl ObjectNumbers {
    /// Numbers all objects of `traces`.
    ///
    /// # Panics
    /// If the traces name 2^32 objects or more, for which there is no room in memory.
    #[must_use]
    pub fn new(traces: &[Option<Arc<Trace>>]) -> Self {
        let count: usize = traces.iter().flatten().map(|trace| trace.object_count()).sum();
        let lowest = u32::MAX.saturating_sub(u32::try_from(count).unwrap_or(u32::MAX));
        let all = traces.iter().flatten().flat_map(|trace| trace.objects());
        // Only those can be in the way.
        let taken: BTreeSet<u32> =
            all.filter_map(|name| plain(name)).filter(|number| *number >= lowest).collect();
        let mut seen: IndexMap<&str, u32> = IndexMap::new();
        let (mut numbers, mut named) = (Vec::<Arc<[u32]>>::new(), Vec::new());
        for (place, trace) in traces.iter().enumerate() {
            let Some(trace) = trace else {
                numbers.push(Arc::default());
                continue;
            };
            let is_same = |other: &Option<Arc<Trace>>| {
                other.as_ref().is_some_and(|other| Arc::ptr_eq(other, trace))
            };
            if let Some(earlier) = traces[..place].iter().position(is_same) {
                numbers.push(Arc::clone(&numbers[earlier]));
                continue;
            }
            let own = (0..).zip(trace.objects()).map(|(own, name)| {
                plain(name).unwrap_or_else(|| {
                    *seen.entry(name).or_insert_with(|| claim(&mut named, &taken, (place, own)))
                })
            });
            numbers.push(own.collect());
        }
        Self { numbers, named }
    }

    /// The number in the scenario of an object of the trace of the node `place`.
    #[inline]
    #[must_use]
    pub fn number(&self, place: usize, own: u32) -> Option<u32> {
        self.numbers.get(place)?.get(own as usize).copied()
    }

    /// The name of the object `number` in `traces`; none if it has none but its number.
    #[must_use]
    pub fn name<'a>(&self, traces: &'a [Option<Arc<Trace>>], number: u32) -> Option<&'a str> {
        let (place, own) = (*self.named.get((u32::MAX - number) as usize)?)?;
        let trace = traces.get(place)?.as_ref()?;
        trace.objects().get_index(own as usize).map(|name| &**name)
    }
}

/// Takes the highest number that is left for a name.
fn claim(named: &mut Vec<Option<(usize, u32)>>, taken: &BTreeSet<u32>, whose: (usize, u32)) -> u32 {
    loop {
        let below = u32::try_from(named.len()).ok().and_then(|below| u32::MAX.checked_sub(below));
        let number = below.expect("names take all memory before they take all numbers");
        let is_free = !taken.contains(&number);
        named.push(is_free.then_some(whose));
        if is_free {
            return number;
        }
    }
}

/// The number that a name is, if it is written as numbers are.
fn plain(name: &str) -> Option<u32> {
    let is_plain = name.bytes().all(|byte| byte.is_ascii_digit());
    let is_usual = name == "0" || !name.starts_with('0');
    name.parse().ok().filter(|_| is_plain && is_usual)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(objects: &str) -> Option<Arc<Trace>> {
        let mut text = "arrival_us,object\n".to_owned();
        for (at, object) in objects.split_whitespace().enumerate() {
            text.push_str(&format!("{at},{object}\n"));
        }
        Some(Arc::new(Trace::read(text.as_bytes()).unwrap()))
    }

    fn numbers(all: &ObjectNumbers, place: usize) -> Vec<u32> {
        (0..).map_while(|own| all.number(place, own)).collect()
    }

    #[test]
    fn one_name_is_one_object_in_all_traces() {
        let traces = [trace("x y"), None, trace("z x")];
        let all = ObjectNumbers::new(&traces);
        let [x, y, z] = [0, 1, 2].map(|below| u32::MAX - below);
        assert_eq!([numbers(&all, 0), numbers(&all, 1)], [vec![x, y], vec![]]);
        assert_eq!(numbers(&all, 2), [z, x]);
        assert_eq!([x, y, z].map(|it| all.name(&traces, it).unwrap()), ["x", "y", "z"]);
        assert_eq!(all.name(&traces, u32::MAX - 3), None);
    }

    #[test]
    fn a_plain_number_is_the_object_of_that_number_and_nothing_else_is() {
        let traces = [trace("7 07 +7 4294967296 0 4294967295")];
        let all = ObjectNumbers::new(&traces);
        // The topmost number is taken by a name that is that number.
        let top = u32::MAX;
        assert_eq!(numbers(&all, 0), [7, top - 1, top - 2, top - 3, 0, top]);
        let names = [7, top, top - 1, top - 3].map(|number| all.name(&traces, number));
        assert_eq!(names, [None, None, Some("07"), Some("4294967296")]);
    }

    #[test]
    fn a_trace_that_two_clients_replay_is_numbered_once() {
        let shared = trace("a b");
        let all = ObjectNumbers::new(&[shared.clone(), shared]);
        assert!(Arc::ptr_eq(&all.numbers[0], &all.numbers[1]));
    }
}
