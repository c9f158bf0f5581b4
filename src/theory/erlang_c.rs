//! Erlang C: how likely an arrival is to wait, with servers that share one queue.
//!
//! Erlang (1917); computed from Erlang B, whose recursion is stable (Cooper, "Introduction to
//! Queueing Theory", 2nd ed., 1981, section 3.4).

use super::erlang_b::blocking;
use super::unsolved::Unsolved;

/// Servers with one queue and Poisson arrivals of exponential service.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ErlangC {
    offered: f64,
    servers: u32,
}

impl ErlangC {
    /// `servers` servers that are offered `offered` erlangs: arrival rate x service time.
    ///
    /// # Errors
    /// If a parameter is not positive, or the servers are overloaded.
    pub fn new(offered: f64, servers: u32) -> Result<Self, Unsolved> {
        Unsolved::unless_positive("the offered load", offered)?;
        Unsolved::unless_positive("the number of servers", f64::from(servers))?;
        Unsolved::if_overloaded(offered / f64::from(servers))?;
        Ok(Self { offered, servers })
    }

    /// The probability that an arrival finds all servers busy.
    #[must_use]
    pub fn wait_probability(&self) -> f64 {
        let blocking = blocking(self.offered, self.servers);
        blocking / (1.0 - self.utilisation() * (1.0 - blocking))
    }

    /// The share of server time that is busy.
    #[must_use]
    pub fn utilisation(&self) -> f64 {
        self.offered / f64::from(self.servers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::cases;

    fn wait_probability(offered: f64, servers: u32) -> f64 {
        ErlangC::new(offered, servers).expect("stable").wait_probability()
    }

    #[test]
    fn it_agrees_with_the_table() {
        cases::check("M/M/c", &["W", "L", "wait_", "sojourn_"], |case| {
            let offered = case.number("arrival_rate") / case.number("service_rate_per_server");
            let servers = ErlangC::new(offered, case.whole("servers")).expect("stable");
            cases::named([
                ("p_wait", servers.wait_probability()),
                ("utilization", servers.utilisation()),
            ])
        });
    }

    #[test]
    fn one_server_makes_wait_whoever_finds_it_busy() {
        assert!((wait_probability(0.7, 1) - 0.7).abs() < 1e-15);
    }

    #[test]
    fn a_hundred_thousand_servers_follow_the_square_root_law() {
        // Halfin and Whitt (1981): at load c - beta sqrt(c) the probability of waiting tends to
        // 1 / (1 + beta Phi(beta) / phi(beta)), 0.2234 for beta 1.
        let found = wait_probability(100_000.0 - 100_000.0_f64.sqrt(), 100_000);
        assert!((found - 0.2234).abs() < 5e-4, "{found}");
    }
}
