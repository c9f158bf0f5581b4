//! What one visit to a node costs on average: a walk over the operations of a program.
//!
//! Operations only lead forward, so one pass over them finds how often each is done.

use super::stints::{Rest, Soon, Stints};
use crate::dist::Law;
use crate::endpoint::{Amount, Op, Program, Rule, ScreenRule};
use crate::screen::Chore;

/// What one visit costs on average, at speed 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Demand {
    /// The visits to the queue of the cores.
    pub cpu: Visits,
    /// The times without a core.
    pub wait: Visits,
    /// How many other nodes are called or handed to.
    pub calls: f64,
    /// The visits to the cores in stints.
    pub stints: Stints,
    /// What is done first at the cores.
    pub first: Rest,
}

/// Something that is done so often per visit, and the law of how long it takes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Visits {
    /// How often it is done.
    pub often: f64,
    /// How many operations of the program do it.
    pub operations: u32,
    /// The mean of all of them together, in nanoseconds.
    pub total: f64,
    /// The sum of their second moments, in square nanoseconds.
    pub squares: f64,
    /// What law a single one has.
    pub form: Form,
}

/// The form of a law, as far as theory tells laws apart.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Form {
    /// Nothing was done yet.
    #[default]
    None,
    /// Exponential, with this mean.
    Exponential(f64),
    /// Always this.
    Constant(f64),
    /// Anything else.
    General,
}

/// What a program's draws depend on besides its own text.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Given {
    /// The mean service of the trace's rows, in nanoseconds, where a trace fixes it.
    pub trace_service: Option<f64>,
    /// The mean size of the responses, in bytes.
    pub response: f64,
    /// The share of the answers that are scanned where answers are.
    pub scanned: f64,
    /// The share of the answers that are compressed where answers are.
    pub compressed: f64,
}

/// Work at the cores.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Work {
    /// How often it is done where it may be.
    pub(super) share: f64,
    /// Its mean, in nanoseconds.
    pub(super) mean: f64,
    /// Its squared coefficient of variation.
    pub(super) cv2: f64,
    /// Its form.
    form: Form,
}

impl Demand {
    /// The demand of `program`.
    #[must_use]
    pub fn of(program: &Program, given: Given) -> Self {
        Self::within(program, given, &|_| 0.0, (Rest::default(), true))
    }

    /// The same where `then` follows at once, and, unless it is the first, another comes before it
    /// at once.
    pub(super) fn within(
        program: &Program,
        given: Given,
        soon: Soon<'_>,
        around: (Rest, bool),
    ) -> Self {
        let (stints, first) = Stints::of(program, given, soon, around);
        let mut demand = Self { stints, first, ..Self::default() };
        for (op, now) in program.ops.iter().zip(reached(&program.ops)) {
            if let Some(work) = work_of(op, given) {
                demand.cpu.add_law(now * work.share, work.mean, work.cv2, work.form);
            }
            match op {
                Op::Wait(amount, _) => demand.wait.add(now, amount, given),
                Op::Call { times, .. } => demand.calls += now * times.mean(),
                Op::Forward => demand.calls += now,
                Op::Rule(Rule::Ask(..) | Rule::Password(_) | Rule::Keys(_)) | Op::Keep(_) => {
                    demand.calls += now;
                }
                Op::Cpu(..)
                | Op::CpuPerByte(_)
                | Op::Unless(..)
                | Op::Fork(..)
                | Op::Join
                | Op::Fail(..)
                | Op::Return
                | Op::Rule(_)
                | Op::Screen(_) => {}
            }
        }
        demand
    }
}

impl Visits {
    /// The mean of a single one, in nanoseconds.
    #[must_use]
    pub fn mean(&self) -> f64 {
        mean_of(self.often, self.total)
    }

    /// The squared coefficient of variation of a single one.
    #[must_use]
    pub fn cv2(&self) -> f64 {
        cv2_of(self.often, self.total, self.squares)
    }

    /// Both together, the other one so many times.
    #[must_use]
    pub fn and(&self, other: &Self, times: f64) -> Self {
        if other.often * times <= 0.0 {
            return *self;
        }
        Self {
            often: self.often + other.often * times,
            operations: self.operations.max(other.operations),
            total: self.total + other.total * times,
            squares: self.squares + other.squares * times,
            form: self.form.and(other.form),
        }
    }

    pub(super) fn add(&mut self, often: f64, amount: &Amount, given: Given) {
        if let Some(work) = drawn(amount, given) {
            self.add_law(often, work.mean, work.cv2, work.form);
        }
    }

    fn add_law(&mut self, often: f64, mean: f64, cv2: f64, form: Form) {
        if often <= 0.0 {
            return;
        }
        self.often += often;
        self.operations += 1;
        self.total += often * mean;
        self.squares += often * mean * mean * (1.0 + cv2);
        self.form = self.form.and(form);
    }
}

impl Form {
    fn of(law: &Law) -> Self {
        match law.is_constant() {
            Some(value) => Self::Constant(value),
            None if matches!(law, Law::Exponential(_)) => Self::Exponential(law.mean()),
            None => Self::General,
        }
    }

    /// The form of either of two: the same if they are equal.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, form) | (form, Self::None) => form,
            (one, other) if one == other => one,
            _ => Self::General,
        }
    }
}

/// What an amount comes to, if it is anything.
fn drawn(amount: &Amount, given: Given) -> Option<Work> {
    let (mean, cv2, form) = match amount {
        Amount::Drawn(law) => (law.mean(), law.scv(), Form::of(law)),
        // How a column of a trace varies is not looked at: it is taken for exponential.
        Amount::TraceService => (given.trace_service.unwrap_or(0.0), 1.0, Form::General),
        Amount::TraceSize => (0.0, 0.0, Form::General),
    };
    (mean > 0.0).then_some(Work { share: 1.0, mean, cv2, form })
}

/// The work at the cores that an operation is, if it is any.
pub(super) fn work_of(op: &Op, given: Given) -> Option<Work> {
    let per_byte = |share: f64, nanos: f64| {
        let mean = nanos * given.response;
        (share > 0.0 && mean > 0.0).then_some(Work { share, mean, cv2: 1.0, form: Form::General })
    };
    match op {
        Op::Cpu(amount, _) | Op::Screen(ScreenRule::Costs(_, amount, _)) => drawn(amount, given),
        Op::CpuPerByte(nanos) => per_byte(1.0, *nanos),
        Op::Screen(ScreenRule::CostsPerByte(chore, nanos)) => match chore {
            Chore::Scan => per_byte(given.scanned, *nanos),
            Chore::Compress => per_byte(given.compressed, *nanos),
            Chore::Filter | Chore::Intercept => per_byte(1.0, *nanos),
        },
        Op::Wait(..)
        | Op::Call { .. }
        | Op::Forward
        | Op::Unless(..)
        | Op::Fork(..)
        | Op::Join
        | Op::Fail(..)
        | Op::Return
        | Op::Rule(_)
        | Op::Keep(_)
        | Op::Screen(_) => None,
    }
}

/// Whether time passes at an operation without a core: what comes after it is another stint. Keys
/// are asked for so seldom that it hardly ever does there.
pub(super) fn is_between(op: &Op) -> bool {
    match op {
        Op::Wait(amount, _) => amount.mean().is_none_or(|mean| mean > 0.0),
        Op::Call { .. } | Op::Forward | Op::Fork(..) | Op::Keep(_) => true,
        Op::Rule(Rule::Ask(..) | Rule::Password(_) | Rule::Hash) => true,
        Op::Cpu(..)
        | Op::CpuPerByte(_)
        | Op::Unless(..)
        | Op::Join
        | Op::Fail(..)
        | Op::Return
        | Op::Rule(_)
        | Op::Screen(_) => false,
    }
}

/// How often each operation of a program is reached, on average, and its end behind the last one.
pub(super) fn reached(ops: &[Op]) -> Vec<f64> {
    let mut often = vec![0.0; ops.len() + 1];
    often[0] = 1.0;
    for (place, op) in ops.iter().enumerate() {
        let now = often[place];
        for (to, share) in successors(op, place) {
            if let Some(next) = often.get_mut(to) {
                *next += now * share;
            }
        }
    }
    often
}

/// The mean of one of so many that come to `total` together.
pub(super) fn mean_of(often: f64, total: f64) -> f64 {
    if often > 0.0 { total / often } else { 0.0 }
}

/// The squared coefficient of variation of one of so many, from the sum of their squares.
pub(super) fn cv2_of(often: f64, total: f64, squares: f64) -> f64 {
    let mean = mean_of(often, total);
    if mean > 0.0 { (squares / often / mean / mean - 1.0).max(0.0) } else { 0.0 }
}

/// Where an operation leads, and how often on average.
#[must_use]
pub fn successors(op: &Op, place: usize) -> Vec<(usize, f64)> {
    match op {
        Op::Unless(probability, _, to) => {
            let happens = probability.get();
            vec![(place + 1, happens), (usize::from(*to), 1.0 - happens)]
        }
        Op::Fail(probability, ..) => vec![(place + 1, 1.0 - probability.get())],
        Op::Fork(starts, _) => {
            let branches = starts.iter().map(|start| (usize::from(*start), 1.0));
            branches.chain([(place + 1, 1.0)]).collect()
        }
        Op::Join | Op::Return => Vec::new(),
        Op::Cpu(..)
        | Op::CpuPerByte(_)
        | Op::Wait(..)
        | Op::Call { .. }
        | Op::Forward
        | Op::Keep(_)
        | Op::Rule(_)
        | Op::Screen(_) => {
            vec![(place + 1, 1.0)]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Purpose;
    use crate::unit::Probability;

    const DRAW: Purpose = Purpose::named("draw");

    fn cpu(millis: f64) -> Op {
        Op::Cpu(Amount::Drawn(Law::constant(millis * 1e6)), DRAW)
    }

    fn demand(ops: Vec<Op>) -> Demand {
        Demand::of(&Program { ops }, Given::default())
    }

    fn share(p: f64) -> Probability {
        Probability::new(p).expect("from 0 to 1")
    }

    #[test]
    fn steps_add_up() {
        let demand = demand(vec![cpu(3.0), cpu(5.0), Op::Return]);
        assert_eq!((demand.cpu.often, demand.cpu.total), (2.0, 8e6));
        assert_eq!(demand.cpu.form, Form::General);
    }

    #[test]
    fn a_step_with_a_probability_counts_as_often_as_it_is_done() {
        let demand = demand(vec![Op::Unless(share(0.25), DRAW, 2), cpu(8.0), cpu(1.0), Op::Return]);
        assert_eq!((demand.cpu.often, demand.cpu.total), (1.25, 3e6));
    }

    #[test]
    fn what_follows_a_failure_is_done_by_those_that_survive() {
        let demand = demand(vec![Op::Fail(share(0.5), DRAW, 500), cpu(8.0), Op::Return]);
        assert_eq!((demand.cpu.often, demand.cpu.total), (0.5, 4e6));
    }

    #[test]
    fn all_branches_of_parallel_work_are_done() {
        let skip = Op::Unless(Probability::NEVER, DRAW, 6);
        let fork = Op::Fork(Box::new([2, 4]), 1);
        let ops = vec![fork, skip, cpu(1.0), Op::Join, cpu(2.0), Op::Join, cpu(4.0), Op::Return];
        assert_eq!(demand(ops).cpu.total.to_string(), "7000000");
    }

    #[test]
    fn a_mixture_of_two_constants_varies() {
        let short = demand(vec![cpu(1.0), Op::Return]).cpu;
        let long = demand(vec![cpu(3.0), Op::Return]).cpu;
        let both = Visits::default().and(&short, 1.0).and(&long, 1.0);
        assert_eq!((both.mean(), both.cv2(), both.form), (2e6, 0.25, Form::General));
        assert_eq!((short.cv2(), short.form), (0.0, Form::Constant(1e6)));
    }
}
