//! Visits to the cores that follow one another at once, such as the check of a token and the work
//! that it lets pass: a *stint*, which ends where something else comes between, a call or a wait.
//!
//! A host asks for a core anew for each operation, so each visit of a stint joins the end of the
//! line. Whoever stood before it still does, with what it had left to do, so its waits are not
//! those of two that come by chance. What is certain is the work that is present: cores that never
//! idle while there is any have as much of it in whatever order they do it, which is that of the
//! stints as wholes (Kleinrock, "A conservation law for a wide class of queueing disciplines",
//! Naval Research Logistics 1965). Who waits for a visit has that and the rest of its stint before
//! it, so with one mean wait W for each visit, of which λᵢ come in a second with Rᵢ left to do,
//! work ρ offered, and V the mean wait of stints that are done in one go,
//!
//! ```text
//! W Σ λᵢ Rᵢ = ρ V
//! ```
//!
//! That waits of a stint are alike is exact for exponential visits, and at high load for any
//! (Reiman, "A multiclass feedback queue in heavy traffic", Advances in Applied Probability 1988).
//! What comes after a call or a wait that is short finds the line as its request left it. Where
//! little is to be done nobody waits then, whoever waited before: all c cores are busy again, or
//! are still idle, after a time t with the probability 1 - e^(-t/r) only, r being the mean of what
//! is left of one piece of work over c. So a share e^(-t/r) of such pauses are taken to be none.
//! Against simulated stations of one and two cores, at loads from 0.1 to 0.8, with exponential and
//! constant pieces, waits of two pieces with a pause of a seventh of their length between them are
//! 0.8 to 1.1 of what they should be so, where as stints apart they are 0.7 to 1.8; after longer
//! pauses (up to four times their length) they are 0.6 to 1.3 either way.
//!
//! A short visit before a long one so adds nothing, one behind it a wait as long as the first, and
//! k equal exponential ones wait k times as long as one, which Jackson's network has, too.

use super::demand::{Given, Work, cv2_of, is_between, mean_of, reached, successors, work_of};
use crate::endpoint::{Op, Program};

/// The share of the times that an operation is done in which it is over so soon that what follows
/// goes on with the stint before it.
pub(super) type Soon<'a> = &'a dyn Fn(&Op) -> f64;

/// What is done from an operation on until something comes between.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rest {
    /// The probability that it is anything.
    pub any: f64,
    /// The mean of all of it, in nanoseconds.
    pub total: f64,
    /// Its second moment, in square nanoseconds.
    pub squares: f64,
}

/// The stints of a visit to a node, or of a second.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Stints {
    /// How many there are.
    pub often: f64,
    /// The mean of all of them together, in nanoseconds.
    pub total: f64,
    /// The sum of their second moments, in square nanoseconds.
    pub squares: f64,
    /// How many visits they consist of.
    pub visits: f64,
    /// What is left to do at the beginning of each visit, summed over all, in nanoseconds.
    pub left: f64,
}

impl Rest {
    /// What is done with a piece of work, and with this after it.
    fn after(self, work: Work) -> Self {
        let Work { share, mean, cv2, .. } = work;
        let squares = mean * mean * (1.0 + cv2) + 2.0 * mean * self.total + self.squares;
        Self {
            any: share + (1.0 - share) * self.any,
            total: share * mean + self.total,
            squares: share * squares + (1.0 - share) * self.squares,
        }
    }

    fn add(&mut self, other: Self, times: f64) {
        self.any += times * other.any;
        self.total += times * other.total;
        self.squares += times * other.squares;
    }
}

impl Stints {
    /// The stints of a program, and what is done first in it. `then` is what follows at once on its
    /// end; if something comes before it at once its first stint is counted there.
    pub(super) fn of(
        program: &Program,
        given: Given,
        soon: Soon<'_>,
        (then, is_first): (Rest, bool),
    ) -> (Self, Rest) {
        let ops = &program.ops;
        let mut rest = vec![Rest::default(); ops.len() + 1];
        for (place, op) in ops.iter().enumerate().rev() {
            let mut next = if matches!(op, Op::Return) { then } else { Rest::default() };
            let together = if is_between(op) { soon(op) } else { 1.0 };
            for (to, share) in successors(op, place) {
                next.add(rest.get(to).copied().unwrap_or_default(), together * share);
            }
            rest[place] = work_of(op, given).map_or(next, |work| next.after(work));
        }
        let mut stints = Self::default();
        if is_first {
            stints.begin(rest[0], 1.0);
        }
        for ((place, op), now) in ops.iter().enumerate().zip(reached(ops)) {
            if let Some(work) = work_of(op, given) {
                let after = rest[place].total - work.share * work.mean;
                stints.visits += now * work.share;
                stints.left += now * work.share * (work.mean + after);
            }
            let apart = if is_between(op) { 1.0 - soon(op) } else { 0.0 };
            for (to, share) in successors(op, place).into_iter().filter(|_| apart > 0.0) {
                stints.begin(rest.get(to).copied().unwrap_or_default(), now * share * apart);
            }
        }
        (stints, rest[0])
    }

    /// A stint begins so often.
    fn begin(&mut self, rest: Rest, often: f64) {
        self.often += often * rest.any;
        self.total += often * rest.total;
        self.squares += often * rest.squares;
    }

    /// Both together, the other ones so many times.
    #[must_use]
    pub fn and(&self, other: &Self, times: f64) -> Self {
        Self {
            often: self.often + other.often * times,
            total: self.total + other.total * times,
            squares: self.squares + other.squares * times,
            visits: self.visits + other.visits * times,
            left: self.left + other.left * times,
        }
    }

    /// Lets so many of these stints be followed at once by `rest`, each of which was counted as a
    /// stint of its own.
    #[must_use]
    pub(super) fn followed_by(&self, rest: Rest, share: f64) -> Self {
        Self {
            often: self.often - share * self.often * rest.any,
            squares: self.squares + share * 2.0 * self.total * rest.total,
            left: self.left + share * self.visits * rest.total,
            ..*self
        }
    }

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

    /// Whether each is one visit.
    #[must_use]
    pub fn are_single(&self) -> bool {
        self.visits <= self.often * (1.0 + 1e-9)
    }

    /// How many waits of a stint in one go all of them wait together.
    #[must_use]
    pub fn waits(&self) -> f64 {
        if self.left > 0.0 { self.visits * self.total / self.left } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::Law;
    use crate::endpoint::Amount;
    use crate::rng::Purpose;
    use crate::unit::Probability;

    const DRAW: Purpose = Purpose::named("draw");

    fn cpu(millis: f64) -> Op {
        Op::Cpu(Amount::Drawn(Law::constant(millis * 1e6)), DRAW)
    }

    fn of(ops: Vec<Op>) -> Stints {
        Stints::of(&Program { ops }, Given::default(), &|_| 0.0, (Rest::default(), true)).0
    }

    #[track_caller]
    fn check(ops: Vec<Op>, [often, mean, cv2, waits]: [f64; 4]) {
        let stints = of(ops);
        let found = [stints.often, stints.mean() / 1e6, stints.cv2(), stints.waits()];
        let apart = found.iter().zip([often, mean, cv2, waits]).map(|(a, b)| (a - b).abs());
        assert!(apart.fold(0.0, f64::max) < 1e-6, "{found:?}");
    }

    #[test]
    fn what_follows_at_once_is_one_stint_and_what_comes_after_a_wait_another() {
        let wait = Op::Wait(Amount::Drawn(Law::constant(1e6)), DRAW);
        check(vec![cpu(4.0), Op::Return], [1.0, 4.0, 0.0, 1.0]);
        check(vec![cpu(2.0), wait, cpu(2.0), Op::Return], [2.0, 2.0, 0.0, 2.0]);
        check(vec![cpu(4.0), Op::Forward, cpu(2.0), Op::Return], [2.0, 3.0, 1.0 / 9.0, 2.0]);
    }

    #[test]
    fn a_short_visit_before_a_long_one_adds_no_wait_and_one_behind_it_another() {
        let waits = |ops: Vec<Op>| of(ops).waits();
        assert!((waits(vec![cpu(0.001), cpu(4.0), Op::Return]) - 1.0).abs() < 1e-3);
        assert!((waits(vec![cpu(4.0), cpu(0.001), Op::Return]) - 2.0).abs() < 1e-3);
        assert!((waits(vec![cpu(4.0), cpu(4.0), Op::Return]) - 4.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn what_is_done_now_and_then_makes_stints_vary() {
        let often = Probability::new(0.5).expect("from 0 to 1");
        let ops = vec![cpu(1.0), Op::Unless(often, DRAW, 3), cpu(2.0), Op::Return];
        // 1 ms or 3 ms: a mean of 2 and a variance of 1.
        check(ops, [1.0, 2.0, 0.25, 1.5 * 2.0 / 3.0]);
    }

    #[test]
    fn a_pause_that_is_over_soon_ends_a_share_of_the_stints() {
        let wait = Op::Wait(Amount::Drawn(Law::constant(1e6)), DRAW);
        let program = Program { ops: vec![cpu(0.001), wait, cpu(4.0), Op::Return] };
        let stints = |soon: f64| {
            Stints::of(&program, Given::default(), &|_| soon, (Rest::default(), true)).0
        };
        let (apart, together) = (stints(0.0), stints(1.0));
        assert!((apart.often - 2.0).abs() < 1e-9 && (together.often - 1.0).abs() < 1e-9);
        assert!((apart.waits() - 2.0).abs() < 1e-3 && (together.waits() - 1.0).abs() < 1e-3);
        let half = stints(0.5);
        assert!((half.often - 1.5).abs() < 1e-9 && (half.total - apart.total).abs() < 1e-3);
        assert!((half.waits() - 4.0 / 3.0).abs() < 1e-3, "{}", half.waits());
    }

    #[test]
    fn a_program_that_another_goes_before_goes_on_with_its_stint() {
        let work = Program { ops: vec![cpu(3.0), Op::Return] };
        let (own, first) = Stints::of(&work, Given::default(), &|_| 0.0, (Rest::default(), false));
        let check = Program { ops: vec![cpu(1.0), Op::Return] };
        let (before, _) = Stints::of(&check, Given::default(), &|_| 0.0, (first, true));
        let both = own.and(&before, 1.0);
        assert_eq!((both.often, both.mean(), both.visits, both.left), (1.0, 4e6, 2.0, 7e6));
        // Told afterwards it comes to the same.
        let (alone, _) = Stints::of(&check, Given::default(), &|_| 0.0, (Rest::default(), true));
        let (apart, first) = Stints::of(&work, Given::default(), &|_| 0.0, (Rest::default(), true));
        assert_eq!(apart.and(&alone.followed_by(first, 1.0), 1.0), both);
    }
}
