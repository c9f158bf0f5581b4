//! Exact mean value analysis of a closed network: a fixed number of requests that circulate
//! through stations, with think time.
//!
//! Reiser and Lavenberg, "Mean-value analysis of closed multichain queuing networks", Journal of
//! the ACM 1980: an arrival at a station sees the network with one request less.

use super::unsolved::Unsolved;

/// A closed network of one class, solved.
#[derive(Debug, Clone, PartialEq)]
pub struct Mva {
    /// Cycles completed per second.
    pub throughput: f64,
    /// Mean seconds of a cycle, without thinking.
    pub cycle: f64,
    /// The stations, in the order of their demands.
    pub stations: Vec<MvaStation>,
    think: f64,
    largest_demand: f64,
    whole_demand: f64,
}

/// One station of a closed network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MvaStation {
    /// Mean seconds spent there in a cycle, waiting and served.
    pub residence: f64,
    /// Mean number present.
    pub in_system: f64,
    /// The share of time in which it is busy.
    pub utilisation: f64,
}

impl Mva {
    /// The network in which `population` requests circulate, thinking for `think` seconds (0 for
    /// none) between cycles, with the `demands` of one cycle in seconds; every station is one
    /// server, exponential in order of arrival or any law under processor sharing.
    ///
    /// # Errors
    /// If the population or all demands are zero, or a length is negative or no number.
    pub fn solve(population: u32, think: f64, demands: &[f64]) -> Result<Self, Unsolved> {
        Unsolved::unless_positive("the population", f64::from(population))?;
        Unsolved::if_negative("the think time", think)?;
        for demand in demands {
            Unsolved::if_negative("a demand", *demand)?;
        }
        let whole_demand: f64 = demands.iter().sum();
        Unsolved::unless_positive("the sum of demands", whole_demand)?;
        let mut present = vec![0.0; demands.len()];
        let mut residences = vec![0.0; demands.len()];
        let (mut cycle, mut throughput) = (0.0, 0.0);
        for n in 1..=population {
            for ((residence, demand), seen) in residences.iter_mut().zip(demands).zip(&present) {
                *residence = demand * (1.0 + seen);
            }
            cycle = residences.iter().sum();
            throughput = f64::from(n) / (think + cycle);
            for (number, residence) in present.iter_mut().zip(&residences) {
                *number = throughput * residence;
            }
        }
        let station = |i: usize| MvaStation {
            residence: residences[i],
            in_system: present[i],
            utilisation: throughput * demands[i],
        };
        let stations = (0..demands.len()).map(station).collect();
        let largest_demand = demands.iter().copied().fold(0.0, f64::max);
        Ok(Self { throughput, cycle, stations, think, largest_demand, whole_demand })
    }

    /// The throughput that no population exceeds, in cycles per second: the bottleneck's.
    #[must_use]
    pub fn max_throughput(&self) -> f64 {
        1.0 / self.largest_demand
    }

    /// The population at which the two asymptotes of the throughput meet: beyond it requests
    /// mostly wait.
    #[must_use]
    pub fn saturation_population(&self) -> f64 {
        (self.think + self.whole_demand) / self.largest_demand
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::{MachineRepairman, cases};

    #[test]
    fn it_agrees_with_the_table() {
        cases::check("closed: MVA", &[], |case| {
            let think = case.number("think_time_mean");
            let demands = case.numbers("demands");
            let mva = Mva::solve(case.whole("population"), think, &demands).expect("positive");
            let mut values = cases::named([
                ("throughput", mva.throughput),
                ("W_total", mva.cycle),
                ("asymptotic_max_throughput", mva.max_throughput()),
                ("saturation_users", mva.saturation_population()),
            ]);
            for (station, number) in mva.stations.iter().zip(1..) {
                values.push((format!("W_{number}"), station.residence));
                values.push((format!("L_{number}"), station.in_system));
                values.push((format!("utilization_{number}"), station.utilisation));
            }
            values
        });
    }

    #[test]
    fn one_station_is_the_machine_repairman() {
        let network = Mva::solve(20, 1.0, &[1.0 / 15.0]).expect("positive");
        let station = MachineRepairman::new(20, 1.0, 15.0, 1).expect("positive").means();
        assert!((network.throughput / station.throughput - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_network_without_work_is_refused() {
        assert!(Mva::solve(5, 1.0, &[]).is_err());
        assert!(Mva::solve(0, 1.0, &[1.0]).is_err());
    }
}
