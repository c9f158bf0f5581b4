//! Probes: the number present at a node at given moments.

use crate::fact::{Fact, Observer};
use crate::id::NodeId;
use crate::time::{Span, Time};

/// A probe made ready to run.
#[derive(Debug, Clone)]
pub struct ProbePlan {
    /// Its name.
    pub name: String,
    /// The node.
    pub node: NodeId,
    /// The moments, rising: of the run, or of each cycle.
    pub at: Vec<Span>,
    /// The cycle, if the moments come again.
    pub cycle: Option<Span>,
}

/// All probes of a run.
#[derive(Debug, Clone)]
pub struct Probes {
    probes: Vec<Probe>,
    /// The earliest moment that is still to come.
    next: Time,
}

#[derive(Debug, Clone)]
struct Probe {
    plan: ProbePlan,
    present: u64,
    /// The next moment, by cycle and place.
    cycle: u64,
    place: usize,
    from: Time,
    sums: Vec<(u64, u64)>,
}

impl Probe {
    fn next(&self) -> Time {
        match (self.plan.at.get(self.place), self.plan.cycle) {
            (Some(at), None) => Time(at.0),
            (Some(at), Some(cycle)) => {
                Time(self.cycle.saturating_mul(cycle.0).saturating_add(at.0))
            }
            (None, _) => Time::NEVER,
        }
    }

    /// Writes down all moments before `now`: what happens at a moment comes after it.
    fn advance(&mut self, now: Time) {
        while self.next() < now {
            if self.next() >= self.from {
                let (count, sum) = &mut self.sums[self.place];
                (*count, *sum) = (*count + 1, *sum + self.present);
            }
            self.place += 1;
            if self.plan.cycle.is_some() && self.place == self.plan.at.len() {
                (self.place, self.cycle) = (0, self.cycle + 1);
            }
        }
    }
}

impl Probes {
    /// The probes of `plans`; only moments from `window` on count.
    #[must_use]
    pub fn new(plans: &[ProbePlan], window: Time) -> Self {
        let probe = |plan: &ProbePlan| Probe {
            plan: plan.clone(),
            present: 0,
            cycle: 0,
            place: 0,
            from: window,
            sums: vec![(0, 0); plan.at.len()],
        };
        let probes: Vec<Probe> = plans.iter().map(probe).collect();
        let next = probes.iter().map(Probe::next).min().unwrap_or(Time::NEVER);
        Self { probes, next }
    }

    /// For each probe and each of its moments, the mean number present over the cycles of the
    /// run; none if the moment never came.
    #[allow(clippy::cast_precision_loss, reason = "a mean for statistics")]
    pub fn close(&mut self, end: Time) -> Vec<Vec<Option<f64>>> {
        self.pass(Time(end.0 + 1));
        let mean = |(count, sum): &(u64, u64)| (*count > 0).then(|| *sum as f64 / *count as f64);
        self.probes.iter().map(|probe| probe.sums.iter().map(mean).collect()).collect()
    }

    fn pass(&mut self, now: Time) {
        for probe in &mut self.probes {
            probe.advance(now);
        }
        self.next = self.probes.iter().map(Probe::next).min().unwrap_or(Time::NEVER);
    }
}

impl Observer for Probes {
    #[inline(always)]
    fn advance(&mut self, now: Time) {
        if now > self.next {
            self.pass(now);
        }
    }

    #[inline(always)]
    fn hear(&mut self, _: Time, fact: &Fact<'_>) {
        #[allow(clippy::wildcard_enum_match_arm, reason = "a fold over two facts")]
        let (at, change) = match fact {
            Fact::Entered { at, .. } => (at, 1),
            Fact::Left { at, .. } => (at, u64::MAX),
            _ => return,
        };
        for probe in &mut self.probes {
            if probe.plan.node == at.node {
                probe.present = probe.present.wrapping_add(change);
            }
        }
    }
}
