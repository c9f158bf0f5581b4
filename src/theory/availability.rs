//! How often enough replicas are up, with exponential times to failure and repairs.
//!
//! The number of replicas that are down is a birth-death chain: with d of n down the next failure
//! comes with rate (n - d) / MTBF and the next repair with min(d, crews) / MTTR. MTBF is the mean
//! time from a repair to the next failure. With a crew for each replica they are independent, and
//! the number that is up is binomial. *Source*: Barlow and Proschan, "Mathematical Theory of
//! Reliability" (1965), chapter 5; Trivedi, "Probability and Statistics with Reliability, Queuing
//! and Computer Science Applications" (2002), section 8.2.

use super::unsolved::Unsolved;

/// What repairs make of a group of replicas that fail.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Availability {
    unavailable: f64,
    mean_down: f64,
    frequency: f64,
    replicas: u32,
    mtbf: f64,
}

impl Availability {
    /// So many replicas, of which so many are needed; mean times to failure and of a repair in one
    /// unit; how many repairs go on at once.
    ///
    /// # Errors
    /// If a number is not positive, or more replicas are needed than there are.
    pub fn new(
        replicas: u32,
        needed: u32,
        mtbf: f64,
        mttr: f64,
        crews: u32,
    ) -> Result<Self, Unsolved> {
        Unsolved::unless_positive("the number of replicas needed", f64::from(needed))?;
        let spare = f64::from(replicas) - f64::from(needed);
        Unsolved::if_negative("the number of spare replicas", spare)?;
        Unsolved::unless_positive("the time to a failure", mtbf)?;
        Unsolved::unless_positive("the time of a repair", mttr)?;
        Unsolved::unless_positive("the number of crews", f64::from(crews))?;
        // Each step adds the next state and mixes its share into what is known so far: all terms
        // are positive, so that nothing cancels, however rare the last states are.
        let first_short = replicas - needed + 1;
        let (mut full, mut mean_down, mut unavailable, mut at_first) = (1.0, 0.0, 0.0, 0.0);
        for down in 1..=replicas {
            let birth = f64::from(replicas - down + 1) / mtbf;
            let death = f64::from(down.min(crews)) / mttr;
            let share = 1.0 / (1.0 + death / (birth * full));
            let mix = |before: f64, here: f64| before * (1.0 - share) + share * here;
            mean_down = mix(mean_down, f64::from(down));
            unavailable = mix(unavailable, if down >= first_short { 1.0 } else { 0.0 });
            at_first = mix(at_first, if down == first_short { 1.0 } else { 0.0 });
            full = share;
            if share <= 0.0 {
                // Too rare for a float: no later state counts.
                break;
            }
        }
        let frequency = at_first * f64::from(first_short.min(crews)) / mttr;
        Ok(Self { unavailable, mean_down, frequency, replicas, mtbf })
    }

    /// The share of time in which enough are up.
    #[must_use]
    pub fn available(&self) -> f64 {
        1.0 - self.unavailable
    }

    /// The share of time in which too few are: exact where the other is near 1.
    #[must_use]
    pub const fn unavailable(&self) -> f64 {
        self.unavailable
    }

    /// How many are up on average.
    #[must_use]
    pub fn mean_up(&self) -> f64 {
        f64::from(self.replicas) - self.mean_down
    }

    /// How often too few are left, per unit of time.
    #[must_use]
    pub const fn outages(&self) -> f64 {
        self.frequency
    }

    /// How often a replica fails, per unit of time.
    #[must_use]
    pub fn failures(&self) -> f64 {
        self.mean_up() / self.mtbf
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::cases;

    fn near(is: f64, be: f64) {
        assert!((is / be - 1.0).abs() < 1e-9, "{is} is not {be}");
    }

    #[test]
    fn it_agrees_with_the_table() {
        cases::check("availability", &[], |case| {
            let (nodes, needed) = (case.whole("nodes"), case.whole("needed"));
            let (mtbf, mttr) = (case.number("mtbf_hours"), case.number("mttr_hours"));
            let of = |nodes, needed, crews| {
                Availability::new(nodes, needed, mtbf, mttr, crews).expect("positive")
            };
            let (one, all) = (of(1, 1, 1).available(), of(nodes, needed, nodes));
            cases::named([
                ("node_availability", one),
                ("system_availability_independent", all.available()),
                ("system_availability_one_crew", of(nodes, needed, 1).available()),
                ("mean_nodes_up_independent", all.mean_up()),
                ("series_lb_then_pool", one * all.available()),
            ])
        });
    }

    #[test]
    fn independent_replicas_are_binomial() {
        // Two of three: at least two down, each with probability 1/5.
        let it = Availability::new(3, 2, 4.0, 1.0, 3).expect("positive");
        near(it.unavailable(), 3.0 * 0.2 * 0.2 * 0.8 + 0.2 * 0.2 * 0.2);
        near(it.mean_up(), 2.4);
        // Too few are left when one of two fails while the third is down.
        near(it.outages(), 3.0 * 0.2 * 0.8 * 0.8 * 2.0 / 4.0);
        near(it.failures(), 0.6);
    }

    #[test]
    fn what_hardly_ever_happens_keeps_its_digits() {
        let it = Availability::new(5, 1, 1_000.0, 1.0, 5).expect("positive");
        let one: f64 = 1.0 / 1_001.0;
        near(it.unavailable(), one * one * one * one * one);
        let many = Availability::new(60_000, 59_000, 100.0, 1.0, 60_000).expect("positive");
        assert!(many.unavailable() > 0.0 && many.unavailable() < 1e-4);
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(Availability::new(2, 3, 1.0, 1.0, 1).is_err());
        assert!(Availability::new(2, 0, 1.0, 1.0, 1).is_err());
        assert!(Availability::new(2, 1, 0.0, 1.0, 1).is_err());
    }
}
