//! A station made ready to run: what its replicas are, as the state machines need it.

use crate::dist::Law;
use crate::resilience::ShedSpec;
use crate::rng::Purpose;
use crate::time::Span;

use super::spec::Discipline;

/// How the replicas of a node work.
#[derive(Debug, Clone)]
pub struct Shape {
    /// The machines, one a replica.
    pub machines: Vec<MachineShape>,
    /// Exchanges that a replica holds at once.
    pub workers: u32,
    /// How many may wait for a worker.
    pub queue: u32,
    /// How many may wait for a worker before connections are no longer accepted.
    pub backlog: Option<u32>,
    /// Who is served next.
    pub discipline: Discipline,
    /// How many priority classes there are in the scenario.
    pub classes: u8,
    /// How long an exchange waits unserved before it is dropped, and what that is drawn for.
    pub patience: Option<(Law, Purpose)>,
    /// When exchanges are turned away early.
    pub shed: Option<ShedSpec>,
    /// Whether a worker is given back while its exchange waits for further nodes.
    pub is_async: bool,
    /// How long a replica must be idle to be switched off, and how long it takes to come back.
    pub setup: Option<(Span, Law)>,
    /// The working time between two pauses, and the length of one.
    pub pauses: Option<(Law, Law)>,
    /// Whether a fault can let a process stand still.
    pub can_hang: bool,
    /// Whether replicas are switched on and off as their utilisation asks for.
    pub is_scaled: bool,
}

impl Shape {
    /// Whether any replica has cores.
    #[must_use]
    pub fn has_cores(&self) -> bool {
        self.machines.iter().any(|machine| machine.cores > 0)
    }

    /// How much longer work takes with the pauses that come with it: each follows so much working
    /// time and stops all cores of a replica.
    #[must_use]
    pub fn drawn_out(&self) -> f64 {
        let Some((every, length)) = &self.pauses else { return 1.0 };
        if every.mean() > 0.0 { 1.0 + length.mean() / every.mean() } else { 1.0 }
    }

    /// Whether what waits here is limited in number or in time.
    #[must_use]
    pub const fn is_limited(&self) -> bool {
        self.queue != u32::MAX || self.patience.is_some()
    }

    /// Whether it may turn work away although there is room for it.
    #[must_use]
    pub fn sheds(&self) -> bool {
        self.shed.as_ref().is_some_and(ShedSpec::has_limit)
    }

    /// Whether it matters when an exchange begins to be served.
    #[must_use]
    pub const fn watches_starts(&self) -> bool {
        self.patience.is_some() || self.shed.is_some()
    }
}

/// The machine of one replica.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MachineShape {
    /// Its cores.
    pub cores: u32,
    /// The time that a demand of 1 takes: 1 / (speed · C(n) / n), with C(n) the capacity of n
    /// cores by the Universal Scalability Law.
    pub factor: f64,
    /// The share σ of work that cannot run at once, for those who ask what `factor` is made of.
    pub contention: f64,
    /// The cost κ of agreement between each two cores.
    pub coherency: f64,
}

impl MachineShape {
    /// `cores` cores of `speed` that lose to contention σ and coherency κ: C(n) =
    /// n / (1 + σ(n-1) + κn(n-1)) (Gunther, *Guerrilla Capacity Planning*, 2007).
    #[must_use]
    pub fn new(cores: u32, speed: f64, contention: f64, coherency: f64) -> Self {
        let n = f64::from(cores);
        let loss = 1.0 + contention * (n - 1.0) + coherency * n * (n - 1.0);
        Self { cores, factor: loss / speed, contention, coherency }
    }

    /// How many cores without losses do the work of these: C(n).
    #[must_use]
    pub fn capacity(&self) -> f64 {
        let n = f64::from(self.cores);
        n / (1.0 + self.contention * (n - 1.0) + self.coherency * n * (n - 1.0))
    }

    /// How long a demand of so many nanoseconds takes on a core of this machine.
    #[inline]
    #[must_use]
    pub fn time_for(&self, demand: f64) -> Span {
        Span::from_nanos_rounded(demand * self.factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores_lose_speed_to_contention_and_coherency() {
        let plain = MachineShape::new(8, 2.0, 0.0, 0.0);
        assert_eq!(plain.time_for(1e6), Span::from_nanos(500_000));
        // 8 units with σ = 0.03 and κ = 0.0002 do the work of 6.55093 (theory case usl-01).
        let usl = MachineShape::new(8, 1.0, 0.03, 0.0002);
        for capacity in [8.0 / usl.factor, usl.capacity()] {
            assert!((capacity - 6.550_933_508_02).abs() < 1e-9, "capacity {capacity}");
        }
    }
}
