//! M/M/c/K: a queue with a limit, such as a server that answers 503 when its queue is full.
//!
//! Gross and Harris, "Fundamentals of Queueing Theory" (1974), section 3.5. K counts what waits
//! and what is in service.

use super::birth_death::BirthDeath;
use super::means::Means;
use super::unsolved::Unsolved;

/// Above this many places an overloaded system takes too long to solve.
const MAX_PLACES: u64 = 10_000_000;

/// Servers that share one queue of limited length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MMcK {
    arrival_rate: f64,
    service_rate: f64,
    servers: u32,
    capacity: u64,
    chain: BirthDeath,
}

impl MMcK {
    /// The system with these arrivals per second, services per second and server, and places in
    /// all; with fewer places than servers, the servers beyond them stay idle.
    ///
    /// # Errors
    /// If a parameter is not positive, or if it is overloaded and has more than 10^7 places.
    pub fn new(
        arrival_rate: f64,
        service_rate: f64,
        servers: u32,
        capacity: u64,
    ) -> Result<Self, Unsolved> {
        Unsolved::unless_positive("the arrival rate", arrival_rate)?;
        Unsolved::unless_positive("the service rate", service_rate)?;
        Unsolved::unless_positive("the number of servers", f64::from(servers))?;
        Unsolved::unless_positive("the capacity", capacity as f64)?;
        if capacity > MAX_PLACES && arrival_rate >= service_rate * f64::from(servers) {
            return Err(Unsolved::TooLarge { states: capacity });
        }
        let all = u64::from(servers);
        let death = |n: u64| n.min(all) as f64 * service_rate;
        let chain = BirthDeath::solve(capacity, all, |_| arrival_rate, death);
        Ok(Self { arrival_rate, service_rate, servers, capacity, chain })
    }

    /// The probability that an arrival is refused.
    #[must_use]
    pub const fn blocking(&self) -> f64 {
        self.chain.full
    }

    /// The probability that a request that is let in has to wait.
    #[must_use]
    pub const fn wait_probability(&self) -> f64 {
        self.chain.wait_probability
    }

    /// Mean values over those that are let in.
    #[must_use]
    pub fn means(&self) -> Means {
        let throughput = self.arrival_rate * (1.0 - self.chain.full);
        let wait = self.chain.queue / throughput;
        Means::by_little(throughput, wait, 1.0 / self.service_rate, self.servers)
    }

    /// How many servers there are.
    #[must_use]
    pub const fn servers(&self) -> u32 {
        self.servers
    }

    /// How many requests it holds at most.
    #[must_use]
    pub const fn capacity(&self) -> u64 {
        self.capacity
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::{ErlangB, MMc, cases};

    #[test]
    fn it_agrees_with_the_table() {
        cases::check("M/M/c/K", &[], |case| {
            let (rate, servers) = (case.number("arrival_rate"), case.whole("servers"));
            let service = case.number("service_rate_per_server");
            let capacity = u64::from(case.whole("capacity_total"));
            let system = MMcK::new(rate, service, servers, capacity).expect("positive");
            let means = system.means();
            let mut values = cases::means(means);
            values.extend(cases::named([
                ("p_block", system.blocking()),
                ("W_accepted", means.sojourn),
                ("Wq_accepted", means.wait),
                ("p_wait_accepted", system.wait_probability()),
            ]));
            values
        });
    }

    #[test]
    fn without_a_queue_it_is_erlang_b() {
        let bounded = MMcK::new(8.0, 1.0, 10, 10).expect("positive").blocking();
        let loss = ErlangB::new(8.0, 1.0, 10).expect("positive").blocking();
        assert!((bounded / loss - 1.0).abs() < 1e-14);
    }

    #[test]
    fn with_ample_room_it_is_the_unbounded_queue() {
        let bounded = MMcK::new(3.5, 1.0, 4, u64::MAX).expect("stable").means();
        let unbounded = MMc::new(3.5, 1.0, 4).expect("stable").means();
        assert!((bounded.wait / unbounded.wait - 1.0).abs() < 1e-12);
    }

    #[test]
    fn an_overloaded_system_of_a_billion_places_is_refused() {
        let error = MMcK::new(2.0, 1.0, 1, 1_000_000_000).expect_err("too large");
        assert_eq!(error, Unsolved::TooLarge { states: 1_000_000_000 });
    }
}
