//! Nodes whose replicas differ, by what they are or by what comes to each: every one is a queue of
//! its own, and what a request sees on average is the mean over them by their shares.

use super::station::Answer;
use crate::theory::{Known, Quality};

/// Queues of one node, each with how often it serves in a second.
#[derive(Debug, Clone, PartialEq)]
pub struct Mixture {
    /// The busiest one.
    first: (f64, Known),
    /// The others.
    others: Vec<(f64, Known)>,
    /// The share of the arrivals that comes to the busiest one.
    share: f64,
}

/// Replicas of one kind.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// The share of the node's exchanges that comes to them.
    pub(super) share: f64,
    /// What is served there in a second: an exchange may be served more than once, or not at all.
    pub(super) services: f64,
    /// What is known of one of them.
    pub(super) answer: Answer,
}

impl Mixture {
    /// What is to be said of replicas, the busiest of them first: of one kind what is known of
    /// that, of several the mean, if something is known of each that has anything to do.
    pub(super) fn of(mut kinds: Vec<Part>) -> Answer {
        if kinds.iter().any(|part| part.answer != Answer::Nothing) {
            kinds.retain(|part| part.answer != Answer::Nothing);
        }
        if let [only] = kinds.as_slice() {
            return only.answer.clone();
        }
        let mut quality = Quality::Exact;
        let mut parts = Vec::new();
        for Part { services, answer, .. } in &kinds {
            match answer {
                Answer::Queue(known, Quality::Exact) => parts.push((*services, *known)),
                Answer::Queue(known, Quality::Approximation) => {
                    quality = Quality::Approximation;
                    parts.push((*services, *known));
                }
                Answer::Nothing
                | Answer::Mixed(..)
                | Answer::Solved { .. }
                | Answer::Unknown(_) => return answer.clone(),
            }
        }
        let share = kinds.first().map_or(0.0, |part| part.share);
        let mut parts = parts.into_iter();
        match parts.next() {
            Some(first) => Answer::Mixed(Self { first, others: parts.collect(), share }, quality),
            None => Answer::Nothing,
        }
    }

    /// The names of the queues.
    #[must_use]
    pub fn name(&self) -> String {
        let mut names: Vec<String> = self.parts().map(|(_, known)| known.name()).collect();
        names.sort_unstable();
        names.dedup();
        match names.as_slice() {
            [name] => format!("{name} each"),
            [one, other] => format!("{one} and {other}"),
            [..] => format!("{} and others", names[0]),
        }
    }

    /// The share of what comes to be served that is refused.
    #[must_use]
    pub fn blocking(&self) -> f64 {
        let refused = self.parts().map(|(often, known)| often * known.blocking());
        refused.sum::<f64>() / self.parts().map(|(often, _)| often).sum::<f64>()
    }

    /// Seconds before service, and from arrival to the end of service, of what is served.
    #[must_use]
    pub fn means(&self) -> [f64; 2] {
        let (mut wait, mut sojourn, mut all) = (0.0, 0.0, 0.0);
        for (often, known) in self.parts() {
            let (served, means) = (often * (1.0 - known.blocking()), known.means());
            wait += served * means.wait;
            sojourn += served * means.sojourn;
            all += served;
        }
        [wait / all, sojourn / all]
    }

    /// The busiest one, and its share of the arrivals.
    #[must_use]
    pub const fn busiest(&self) -> (f64, Known) {
        (self.share, self.first.1)
    }

    /// The queues, each with how often it serves in a second.
    pub(super) fn parts(&self) -> impl Iterator<Item = (f64, Known)> + '_ {
        std::iter::once(self.first).chain(self.others.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;
    use crate::check::text;

    /// What is told of a server of 10 ms whose two replicas are as they are written.
    fn told(balancer: &str, app: &str) -> String {
        let (graph, checked, _) = checked(&format!(
            "[endpoint.p]\nwork = [{{ cpu = {{ exp = '10ms' }} }}]\n[node.u]\n\
             kind = 'client'\narrivals = {{ poisson = '80/s' }}\nmix = {{ p = 1 }}\n\
             [node.lb]\nkind = 'load-balancer'\n{balancer}\n[node.app]\nkind = 'server'\n\
             cores = 1\nreplicas = 2\n{app}\n[link.u.lb]\n[link.lb.app]\n"
        ));
        text("base", &graph, &checked)
    }

    #[test]
    fn a_request_waits_as_long_as_at_the_replica_that_it_comes_to() {
        // Three quarters to one M/M/1: 0.75 of 15 ms, and 0.25 of 2.5 ms.
        let said = told("algorithm = 'weighted-random'", "replica.1.weight = 3");
        assert!(said.contains("0.600  M/M/1 each (exact)  11.87 ms  21.87 ms"), "{said}");
        assert!(said.contains("at the busiest, to which 75.0 % comes, 15 ms and 25 ms"), "{said}");
        // A half to one of 5 ms, which waits 1.25 ms, and to one of 10 ms, which waits 6.667 ms.
        let said = told("algorithm = 'random'", "replica.1.speed = 2");
        assert!(said.contains("0.400  M/M/1 each (exact)  3.958 ms  11.46 ms"), "{said}");
        let said = told("algorithm = 'random'", "replica.1.cores = 2");
        assert!(said.contains("M/M/1 and M/M/2 (exact)"), "{said}");
    }

    #[test]
    fn replicas_that_are_alike_are_told_as_one() {
        let said = told("algorithm = 'random'", "");
        assert!(said.contains("0.400  M/M/1 (exact)") && !said.contains("busiest"), "{said}");
    }

    #[test]
    fn where_the_busiest_has_no_steady_state_the_node_has_none() {
        let said = told("algorithm = 'random'", "replica.2.speed = 0.25");
        assert!(said.contains("app: no steady state") && !said.contains("each"), "{said}");
    }
}
