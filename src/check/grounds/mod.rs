//! The one place that decides what a formula may be called: exact is only what rests on things
//! that the formulas know, at the node and at everything before it.
//!
//! Each file here looks at one kind of thing by taking its plan apart, field by field and without
//! `..`: what a scenario can say in future does not compile until it is said here what it does to
//! the traffic equations and to the laws of arrivals and of service. What a thing does is an
//! [`Effect`], and each doubt names who has it, whom it reaches, and why.

mod again;
mod askers;
mod backends;
mod ends;
mod faults;
mod links;
mod nodes;
mod programs;

pub(super) use again::{can_fail, kept_shakers};

use std::collections::BTreeSet;

use super::bound::Bound;
use super::leaning::Leaning;
use super::station::{Answer, NO_STEADY_STATE};
use crate::graph::{Graph, Traffic};
use crate::id::NodeId;
use crate::theory::{Known, Quality};

/// What something does to the numbers of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Effect {
    /// To how often they are asked.
    rate: Bound,
    /// To their loads.
    load: Bound,
    /// To how long is waited for them.
    wait: Bound,
    /// Whether what does not come is answered elsewhere, rather than refused.
    spares: bool,
    /// Why there is nothing sensible to say of waits, if so.
    hides: Option<&'static str>,
}

impl Effect {
    /// Some of it is refused or given up.
    const REFUSED: Self = Self::all(Bound::AtMost);
    /// Some of it is answered elsewhere.
    const SPARED: Self = Self { spares: true, ..Self::REFUSED };
    /// More of it may come.
    const MORE: Self = Self::all(Bound::AtLeast);
    /// More or less of it may come.
    const EITHER: Self = Self::all(Bound::About);
    /// It comes in another pattern than the formulas suppose.
    const PATTERN: Self = Self::wait(Bound::About);
    /// It comes more evenly than they suppose.
    const SMOOTHER: Self = Self::wait(Bound::AtMost);
    /// It comes more bunched than they suppose.
    const BUNCHED: Self = Self::wait(Bound::AtLeast);

    const fn all(bound: Bound) -> Self {
        Self { rate: bound, load: bound, wait: bound, spares: false, hides: None }
    }

    const fn wait(bound: Bound) -> Self {
        Self { rate: Bound::Exact, load: Bound::Exact, ..Self::all(bound) }
    }

    const fn work(bound: Bound) -> Self {
        Self { rate: Bound::Exact, ..Self::all(bound) }
    }

    /// What it makes of the numbers of `whom`, in words.
    fn told(self, whom: &str) -> String {
        let (numbers, bound) = match (self.rate, self.load) {
            (Bound::Exact, Bound::Exact) => ("waits", self.wait),
            (Bound::Exact, load) => ("loads and waits", load),
            (rate, _) => ("arrivals, loads and waits", rate),
        };
        let told = match bound {
            Bound::Exact => return String::new(),
            Bound::AtLeast => format!("{numbers} {whom} are at least this"),
            Bound::AtMost => format!("{numbers} {whom} are at most this"),
            Bound::About => format!("{numbers} {whom} may be more or less than this"),
        };
        if self.hides.is_some() { format!("{told}, and no formula holds") } else { told }
    }

    /// The same without a formula for waits.
    const fn hidden(self, why: &'static str) -> Self {
        Self { hides: Some(why), ..self }
    }
}

/// A reason why numbers of some nodes are not as they are told.
#[derive(Debug, Clone, PartialEq)]
struct Doubt {
    nodes: BTreeSet<NodeId>,
    effect: Effect,
}

/// What is known of each node's numbers, and why no more.
#[derive(Debug, Clone, Default)]
pub(super) struct Grounds {
    doubts: Vec<Doubt>,
    /// What the formulas that are told are worth, by what arrives alone.
    leanings: Vec<Leaning>,
    /// To whom so much less comes, or is let in, that a formula without that is a bound at best.
    shedding: BTreeSet<NodeId>,
    /// The reasons, for people.
    pub(super) reasons: Vec<String>,
}

impl Grounds {
    /// Looks at everything that requests of `traffic` come by.
    pub(super) fn of(graph: &Graph, traffic: &Traffic) -> Self {
        let mut found = Finder { graph, traffic, found: Self::default() };
        found.askers();
        found.nodes();
        found.links();
        found.programs();
        found.faults();
        found.ends();
        found.again();
        found.found
    }

    fn bound(&self, node: NodeId, part: fn(&Effect) -> Bound) -> Bound {
        let own = self.doubts.iter().filter(|doubt| doubt.nodes.contains(&node));
        own.map(|doubt| part(&doubt.effect)).fold(Bound::Exact, Bound::and)
    }

    /// What is known of the rate at which a node is asked.
    pub(super) fn rate(&self, node: NodeId) -> Bound {
        self.bound(node, |effect| effect.rate)
    }

    /// What is known of its load.
    pub(super) fn load(&self, node: NodeId) -> Bound {
        self.bound(node, |effect| effect.load)
    }

    /// What is known of the waits at it.
    pub(super) fn wait(&self, node: NodeId) -> Bound {
        self.bound(node, |effect| effect.wait)
    }

    /// Where the waits at a node lie beside the formula that is told: what comes on top of what a
    /// formula knows is no lower bound where the formula itself may say too much.
    pub(super) fn told_wait(&self, node: NodeId) -> Bound {
        let doubt = self.wait(node);
        match self.leanings.get(node.index()) {
            None | Some(Leaning::Holds) => doubt,
            Some(Leaning::Even) => doubt.and(Bound::AtMost),
            // Calls side by side are more bunched than those that the formula supposes.
            Some(Leaning::Poisson) if self.is_only_bunched(node) => doubt,
            Some(Leaning::Poisson | Leaning::Approximates) if doubt == Bound::AtMost => doubt,
            Some(Leaning::Poisson | Leaning::Approximates | Leaning::Refuses) => Bound::About,
        }
    }

    /// Whether all that is doubted of the waits at a node is that they may be longer, since what
    /// comes is more bunched.
    fn is_only_bunched(&self, node: NodeId) -> bool {
        let own = self.doubts.iter().filter(|doubt| doubt.nodes.contains(&node));
        let mut waits =
            own.map(|doubt| doubt.effect).filter(|it| it.wait != Bound::Exact).peekable();
        waits.peek().is_some() && waits.all(|it| it == Effect::BUNCHED)
    }

    /// Whether some of a node's load may be answered elsewhere, so that nothing need fail if it is
    /// too much.
    pub(super) fn is_spared(&self, node: NodeId) -> bool {
        self.doubts.iter().any(|doubt| doubt.nodes.contains(&node) && doubt.effect.spares)
    }

    /// Whether some of what would come to a node is refused.
    pub(super) fn is_relieved(&self, node: NodeId) -> bool {
        let relieves = |effect: Effect| effect.load == Bound::AtMost && !effect.spares;
        self.doubts.iter().any(|doubt| doubt.nodes.contains(&node) && relieves(doubt.effect))
    }

    /// Whether the rates of all are certain, whatever their pattern is.
    pub(super) fn are_rates_certain(&self) -> bool {
        let certain = |effect: Effect| effect.rate == Bound::Exact && effect.load == Bound::Exact;
        self.doubts.iter().all(|doubt| certain(doubt.effect))
    }

    /// Takes from answers what they cannot claim, given what they are worth.
    pub(super) fn qualify(&mut self, answers: &mut [Answer], leanings: Vec<Leaning>) {
        self.leanings = leanings;
        for (place, answer) in answers.iter().enumerate() {
            if self.is_refused_by_pattern(NodeId(u16::try_from(place).unwrap_or(u16::MAX)), answer)
            {
                self.leanings[place] = Leaning::Refuses;
            }
        }
        for (id, answer) in (0..).map(NodeId).zip(answers) {
            let own = self.doubts.iter().filter(|doubt| doubt.nodes.contains(&id));
            let is_neither = self.shedding.contains(&id) && self.told_wait(id) == Bound::About;
            let sheds =
                is_neither.then_some("much of it is turned away, and more or less may come");
            let hides = own.clone().find_map(|doubt| doubt.effect.hides).or(sheds);
            let is_doubted = own.clone().any(|doubt| doubt.effect.wait != Bound::Exact);
            let is_less = own.clone().any(|doubt| doubt.effect.load == Bound::AtMost);
            match answer {
                Answer::Queue(..) | Answer::Mixed(..) | Answer::Solved { .. }
                    if hides.is_some() =>
                {
                    *answer = Answer::Unknown(format!("no formula: {}", hides.unwrap_or_default()));
                }
                Answer::Queue(_, quality) | Answer::Mixed(_, quality) if is_doubted => {
                    *quality = Quality::Approximation;
                }
                Answer::Solved { .. } if is_doubted => {
                    let why = "no formula: it is not certain what comes to it";
                    *answer = Answer::Unknown(why.to_owned());
                }
                Answer::Unknown(reason) if is_less && reason == NO_STEADY_STATE => {
                    let why = "no formula: this would be too much, but not all of it comes";
                    *answer = Answer::Unknown(why.to_owned());
                }
                Answer::Queue(..) | Answer::Mixed(..) | Answer::Solved { .. } => {}
                Answer::Nothing | Answer::Unknown(_) => {}
            }
        }
    }

    /// Whether a queue refuses some of what comes, and something makes that come in a more even
    /// pattern: if fewer find it full more is waited, so that it is no bound.
    fn is_refused_by_pattern(&self, id: NodeId, answer: &Answer) -> bool {
        let refused = match answer {
            Answer::Queue(known, _) => known.blocking(),
            Answer::Mixed(mixture, _) => mixture.blocking(),
            Answer::Nothing | Answer::Solved { .. } | Answer::Unknown(_) => 0.0,
        };
        let is_pattern = |it: Effect| it.load == Bound::Exact && it.wait == Bound::AtMost;
        let mut own = self.doubts.iter().filter(|doubt| doubt.nodes.contains(&id));
        refused > 0.0 && own.any(|doubt| is_pattern(doubt.effect))
    }

    /// Lines for the nodes whose formula is for arrivals that theirs only may be.
    pub(super) fn taken_for_poisson(&self, graph: &Graph, answers: &[Answer]) -> Vec<String> {
        let is_of_any = |known: &Known| matches!(known, Known::AllenCunneen(_));
        let is_taken = |(id, answer): &(NodeId, &Answer)| match answer {
            Answer::Queue(Known::AllenCunneen(_), _) => false,
            Answer::Mixed(mixture, _) if mixture.parts().any(|(_, it)| is_of_any(&it)) => false,
            Answer::Queue(_, quality) | Answer::Mixed(_, quality) => {
                *quality == Quality::Approximation && self.wait(*id) == Bound::Exact
            }
            Answer::Nothing | Answer::Solved { .. } | Answer::Unknown(_) => false,
        };
        let taken = (0..).map(NodeId).zip(answers).filter(is_taken);
        let (more_even, others): (Vec<NodeId>, Vec<NodeId>) =
            taken.map(|(id, _)| id).partition(|id| self.told_wait(*id) == Bound::AtMost);
        let line = |nodes: Vec<NodeId>, what: &str| {
            let names: Vec<&str> =
                nodes.iter().map(|id| graph.names[id.index()].as_str()).collect();
            let line = format!("  {}: waits are those of Poisson arrivals{what}", names.join(", "));
            (!names.is_empty()).then_some(line)
        };
        let about = ", and of work in one piece: what really comes may be more or less even";
        let at_most = ": what really comes is no less even, so that they are at most this";
        [line(others, about), line(more_even, at_most)].into_iter().flatten().collect()
    }
}

/// Whom a doubt reaches from where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// The node alone.
    Here,
    /// The node and everything that it asks, by others as well.
    Onward,
    /// Everything that it asks.
    Behind,
}

/// Looks for doubts.
struct Finder<'a> {
    graph: &'a Graph,
    traffic: &'a Traffic,
    found: Grounds,
}

impl Finder<'_> {
    /// Adds a doubt; nothing if it concerns nobody whom anything comes to.
    fn doubt(&mut self, at: NodeId, reach: Reach, effect: Effect, why: &str) {
        let Some(mut line) = self.add(at, reach, effect) else { return };
        line = format!("  {}: {why}; {line}", self.graph.names[at.index()]);
        if !self.found.reasons.contains(&line) {
            self.found.reasons.push(line);
        }
    }

    /// Adds a doubt that is told elsewhere; returns what it does, in words.
    fn add(&mut self, at: NodeId, reach: Reach, effect: Effect) -> Option<String> {
        let mut nodes = self.behind(at, reach != Reach::Here);
        if reach == Reach::Behind {
            nodes.remove(&at);
        }
        let is_pattern = effect.load == Bound::Exact;
        let counts = |id: &NodeId| {
            let node = &self.traffic.nodes[id.index()];
            node.rate > 0.0 && (!is_pattern || node.load() > 0.0)
        };
        nodes.retain(counts);
        if nodes.is_empty() {
            return None;
        }
        let whom = match (reach, nodes.contains(&at)) {
            (Reach::Behind, _) | (Reach::Onward, false) => "behind it",
            (Reach::Onward, true) if nodes.len() > 1 => "there and behind it",
            (Reach::Here | Reach::Onward, _) => "there",
        };
        self.found.doubts.push(Doubt { nodes, effect });
        Some(effect.told(whom))
    }

    /// A node, and whatever it asks if that is wanted.
    fn behind(&self, from: NodeId, onward: bool) -> BTreeSet<NodeId> {
        let mut open = vec![from];
        let mut seen = BTreeSet::from([from]);
        while let Some(node) = open.pop().filter(|_| onward) {
            let calls = self.graph.served.calls.iter().filter(|((caller, _), _)| *caller == node);
            for ((to, _), often) in calls.flat_map(|(_, calls)| calls) {
                if *often > 0.0 && self.traffic.nodes[to.index()].rate > 0.0 && seen.insert(*to) {
                    open.push(*to);
                }
            }
        }
        seen
    }

    /// The nodes with their numbers.
    fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        let count = self.graph.plans.len();
        (0..).map(NodeId).take(count)
    }
}

#[cfg(test)]
mod tests;
