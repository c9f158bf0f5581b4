//! Work: in what order it is done, and whether it is all done.
//!
//! Arrivals at the cores are those of requests as long as nothing comes before them but the links.
//! After a call they are as the answers come, and branches that start together come together.

use super::super::bound::Bound;
use super::{Effect, Finder, Reach};
use crate::endpoint::{Amount, Op, Program, Rule, ScreenRule};
use crate::graph::{Pair, programs};
use crate::id::NodeId;

/// What is found in the programs of one visit, in their order.
#[derive(Debug, Default)]
struct Walk {
    /// A node was called, or work was done, so that what follows comes in another pattern.
    has_left: bool,
    /// Work comes after that.
    works_later: bool,
    /// How many operations in branches, which start together, work at the cores.
    works_in_branches: u32,
    /// Whom branches that start together call.
    called_in_branches: Vec<NodeId>,
    /// Where the branches that were started end.
    branches_end: usize,
    /// Whether the operation is in a branch.
    in_branches: bool,
    /// How much there is to do is known by its mean alone.
    is_vague: bool,
    /// Work that a look-up may spare.
    may_skip: bool,
    /// Whom a look-up may spare.
    may_spare: Vec<NodeId>,
    /// More work comes now and then.
    may_add: bool,
    /// Something may be stopped.
    may_stop: bool,
}

impl Finder<'_> {
    /// Looks at the work of every pair that is visited.
    pub(super) fn programs(&mut self) {
        let pairs: std::collections::BTreeSet<Pair> =
            self.traffic.clients.iter().flat_map(|it| it.visits.keys().copied()).collect();
        for pair in pairs {
            let mut walk = Walk::default();
            for number in programs(self.graph, pair) {
                walk.program(&self.graph.fixed.programs[usize::from(number)]);
            }
            self.walked(pair.0, &walk);
        }
    }

    fn walked(&mut self, id: NodeId, walk: &Walk) {
        if walk.works_later {
            let why = "some of its work comes after calls, as they are answered";
            self.doubt(id, Reach::Here, Effect::PATTERN, why);
        }
        if walk.works_in_branches > 1 {
            let why = "parallel work comes to its cores at once";
            self.doubt(id, Reach::Here, Effect::BUNCHED, why);
        }
        let called = &walk.called_in_branches;
        let is_several = |to: &&NodeId| called.iter().filter(|it| it == to).count() > 1;
        let several: std::collections::BTreeSet<&NodeId> =
            called.iter().filter(is_several).collect();
        for to in several {
            let why = format!("`{}` calls it in parallel", self.graph.names[id.index()]);
            self.doubt(*to, Reach::Onward, Effect::BUNCHED, &why);
        }
        if walk.is_vague {
            let why = "how its work varies is not known before the run";
            self.doubt(id, Reach::Here, Effect::PATTERN, why);
        }
        if walk.may_skip {
            self.add(id, Reach::Here, Effect { spares: true, ..Effect::work(Bound::AtMost) });
        }
        for to in &walk.may_spare {
            self.add(*to, Reach::Onward, Effect::SPARED);
        }
        if walk.may_add {
            let why = "connections that are opened cost it work";
            self.doubt(id, Reach::Here, Effect::work(Bound::AtLeast), why);
        }
        if walk.may_stop {
            let why = "it may stop some of what comes";
            self.doubt(id, Reach::Onward, Effect::REFUSED, why);
        }
    }
}

impl Walk {
    fn program(&mut self, program: &Program) {
        let mut spared = 0;
        self.branches_end = 0;
        for (place, op) in program.ops.iter().enumerate() {
            self.in_branches = place < self.branches_end;
            match op {
                Op::Cpu(amount, _) => {
                    self.may_skip |= place < spared;
                    self.works(amount);
                }
                Op::CpuPerByte(_) => {
                    self.works_after();
                    self.is_vague = true;
                }
                Op::Call { to, .. } => {
                    self.may_spare.extend((place < spared).then_some(*to));
                    self.calls(*to);
                }
                Op::Keep(keep) => {
                    if let crate::endpoint::Verb::Lookup(end) = keep.verb {
                        spared = spared.max(usize::from(end));
                    }
                    self.calls(keep.to);
                }
                Op::Forward => self.has_left = true,
                Op::Fork(..) => {
                    // Whoever starts them goes round them.
                    let end = match program.ops.get(place + 1) {
                        Some(Op::Unless(_, _, end)) => usize::from(*end),
                        _ => program.ops.len(),
                    };
                    self.branches_end = self.branches_end.max(end);
                }
                Op::Join => self.has_left = true,
                Op::Rule(rule) => self.rule(*rule),
                Op::Screen(rule) => self.screen(rule),
                // Times that are waited keep Poisson arrivals, chances thin them out.
                Op::Wait(..) | Op::Unless(..) | Op::Fail(..) | Op::Return => {}
            }
        }
    }

    fn works(&mut self, amount: &Amount) {
        match amount {
            Amount::Drawn(law) if law.mean() <= 0.0 => {}
            Amount::Drawn(_) => self.works_after(),
            Amount::TraceService | Amount::TraceSize => {
                self.works_after();
                self.is_vague = true;
            }
        }
    }

    fn works_after(&mut self) {
        self.works_later |= self.has_left && !self.in_branches;
        self.works_in_branches += u32::from(self.in_branches);
    }

    fn calls(&mut self, to: NodeId) {
        if self.in_branches {
            self.called_in_branches.push(to);
        }
        self.has_left = true;
    }

    fn rule(&mut self, rule: Rule) {
        match rule {
            Rule::Ask(to, _) | Rule::Password(to) => self.calls(to),
            Rule::Keys(_) => {}
            Rule::Limit => self.may_stop = true,
            // Its hashes have a pool of their own, which is looked at by itself.
            Rule::Hash => self.has_left = true,
            Rule::Learn
            | Rule::Present
            | Rule::Identify
            | Rule::Pass
            | Rule::Settle
            | Rule::Grant
            | Rule::Renew
            | Rule::Revoke
            // Of memory the plan of the node tells.
            | Rule::Room
            | Rule::Freed
            | Rule::Worked(_) => {}
        }
    }

    fn screen(&mut self, rule: &ScreenRule) {
        match rule {
            ScreenRule::Costs(_, amount, _) => self.works(amount),
            ScreenRule::CostsPerByte(..) => {
                self.works_after();
                self.is_vague = true;
            }
            ScreenRule::Opening => self.may_add = true,
            ScreenRule::Filter | ScreenRule::Input | ScreenRule::Guess(_) => self.may_stop = true,
            ScreenRule::Scan | ScreenRule::Compress | ScreenRule::Query => {}
        }
    }
}
