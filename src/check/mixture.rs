//! Nodes whose replicas differ, by what they are or by what comes to each: every one is a queue of
//! its own, and what a request sees on average is the mean over them by their shares.

use super::station::Answer;
use crate::theory::{Known, Quality};

/// Queues of one node, each with the share of the arrivals that comes to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Mixture {
    /// The busiest one.
    first: (f64, Known),
    /// The others.
    others: Vec<(f64, Known)>,
}

impl Mixture {
    /// What is to be said of replicas with their shares, the busiest of them first: of one kind
    /// what is known of that, of several the mean, if something is known of each.
    pub(super) fn of(answers: Vec<(f64, Answer)>) -> Answer {
        if let [(_, only)] = answers.as_slice() {
            return only.clone();
        }
        let mut quality = Quality::Exact;
        let mut parts = Vec::new();
        for (share, answer) in &answers {
            match answer {
                Answer::Queue(known, Quality::Exact) => parts.push((*share, *known)),
                Answer::Queue(known, Quality::Approximation) => {
                    quality = Quality::Approximation;
                    parts.push((*share, *known));
                }
                Answer::Nothing
                | Answer::Mixed(..)
                | Answer::Solved { .. }
                | Answer::Unknown(_) => return answer.clone(),
            }
        }
        let mut parts = parts.into_iter();
        match parts.next() {
            Some(first) => Answer::Mixed(Self { first, others: parts.collect() }, quality),
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

    /// The share of the arrivals that is refused.
    #[must_use]
    pub fn blocking(&self) -> f64 {
        let refused = self.parts().map(|(share, known)| share * known.blocking());
        refused.sum::<f64>() / self.parts().map(|(share, _)| share).sum::<f64>()
    }

    /// Seconds before service, and from arrival to the end of service, of what is served.
    #[must_use]
    pub fn means(&self) -> [f64; 2] {
        let (mut wait, mut sojourn, mut all) = (0.0, 0.0, 0.0);
        for (share, known) in self.parts() {
            let (served, means) = (share * (1.0 - known.blocking()), known.means());
            wait += served * means.wait;
            sojourn += served * means.sojourn;
            all += served;
        }
        [wait / all, sojourn / all]
    }

    /// The busiest one, and its share of the arrivals.
    #[must_use]
    pub fn busiest(&self) -> (f64, Known) {
        let (share, known) = self.first;
        (share / self.parts().map(|(share, _)| share).sum::<f64>(), known)
    }

    /// The queues, each with its share.
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
