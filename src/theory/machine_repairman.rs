//! M/M/c//N: users who think, ask, wait for the answer, and think again (closed loop).
//!
//! The machine repairman: Palm (1947); Lavenberg, "Computer Performance Modeling Handbook"
//! (1983), section 3.4.

use super::birth_death::BirthDeath;
use super::means::Means;
use super::unsolved::Unsolved;

/// A finite population before servers that share one queue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MachineRepairman {
    users: u32,
    service_rate: f64,
    servers: u32,
    chain: BirthDeath,
}

impl MachineRepairman {
    /// The system with so many users, mean seconds of thinking (0 for none), and services per
    /// second and server.
    ///
    /// # Errors
    /// If a parameter is not positive. It is stable at any load: users wait for their answers.
    pub fn new(
        users: u32,
        think_mean: f64,
        service_rate: f64,
        servers: u32,
    ) -> Result<Self, Unsolved> {
        Unsolved::unless_positive("the number of users", f64::from(users))?;
        Unsolved::if_negative("the think time", think_mean)?;
        Unsolved::unless_positive("the service rate", service_rate)?;
        Unsolved::unless_positive("the number of servers", f64::from(servers))?;
        let (all, population) = (u64::from(servers), u64::from(users));
        let birth = |n: u64| (population - n) as f64 / think_mean;
        let death = |n: u64| n.min(all) as f64 * service_rate;
        let chain = BirthDeath::solve(population, all, birth, death);
        Ok(Self { users, service_rate, servers, chain })
    }

    /// Mean values.
    #[must_use]
    pub fn means(&self) -> Means {
        let busy = self.chain.in_system - self.chain.queue;
        let throughput = busy * self.service_rate;
        let wait = self.chain.queue / throughput;
        Means::by_little(throughput, wait, 1.0 / self.service_rate, self.servers)
    }

    /// How many users there are.
    #[must_use]
    pub const fn users(&self) -> u32 {
        self.users
    }

    /// How many servers there are.
    #[must_use]
    pub const fn servers(&self) -> u32 {
        self.servers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::cases;

    #[test]
    fn it_agrees_with_the_table() {
        cases::check("closed: interactive users", &[], |case| {
            let (users, servers) = (case.whole("users"), case.whole("servers"));
            let think = case.number("think_time_mean");
            let rate = case.number("service_rate_per_server");
            let system = MachineRepairman::new(users, think, rate, servers);
            cases::means(system.expect("positive").means())
        });
    }

    #[test]
    fn users_who_do_not_think_are_always_present() {
        let means = MachineRepairman::new(30, 0.0, 10.0, 4).expect("positive").means();
        assert!((means.in_system - 30.0).abs() < 1e-12);
        assert!((means.throughput - 40.0).abs() < 1e-12);
    }

    #[test]
    fn a_hundred_thousand_users_saturate_the_servers() {
        let means = MachineRepairman::new(100_000, 1.0, 10.0, 4).expect("positive").means();
        assert!((means.throughput - 40.0).abs() < 1e-9);
    }
}
