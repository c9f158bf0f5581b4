//! Where true waits lie beside those of a formula that is for other arrivals than theirs.

use super::flow::Flow;
use super::station::Answer;
use crate::graph::NodeTraffic;
use crate::theory::{Known, Quality};

/// What a formula for waits is worth where something else than what it knows decides as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaning {
    /// It holds for what comes.
    Holds,
    /// It holds for Poisson arrivals, and those that come are no less even.
    Even,
    /// It holds for Poisson arrivals, and others come.
    Poisson,
    /// It is an approximation by itself.
    Approximates,
    /// It is that of a queue that refuses some, to which fewer come at a bad moment.
    Refuses,
}

impl Leaning {
    /// What is left of two of them together.
    fn or(self, other: Self) -> Self {
        if self == other { self } else { Self::Approximates }
    }
}

/// What `answer` is worth at a node, by what arrives there.
///
/// Of two streams of arrivals with independent intervals the one whose intervals vary less in
/// convex order waits less, whatever the service is (Stoyan, "Comparison Methods for Queues and
/// Other Stochastic Models", 1983). So what holds for Poisson arrivals is a bound where others are
/// more, or less, even, if it holds exactly; where some are refused it is none.
pub(super) fn leaning(answer: &Answer, flow: Flow, node: &NodeTraffic) -> Leaning {
    let is_once = |visits: &crate::graph::Visits| {
        visits.operations <= 1 && visits.often <= node.rate * (1.0 + 1e-9)
    };
    let is_plain = is_once(&node.cpu) && is_once(&node.wait);
    let of = |known: &Known| match known {
        Known::MMc(_) | Known::MD1(_) | Known::MG1(_) if is_plain && flow.is_even => Leaning::Even,
        Known::MMc(_)
        | Known::MD1(_)
        | Known::MG1(_)
        | Known::MMcK(_)
        | Known::ErlangB(_)
        | Known::MGcPs(_) => Leaning::Poisson,
        Known::GiM1(_) | Known::GiMc(_) | Known::MachineRepairman(_) | Known::AllenCunneen(_) => {
            Leaning::Approximates
        }
    };
    match answer {
        Answer::Queue(known, Quality::Approximation) => of(known),
        Answer::Mixed(mixture, Quality::Approximation) => {
            let parts = mixture.parts().map(|(_, known)| of(&known));
            parts.reduce(Leaning::or).unwrap_or(Leaning::Holds)
        }
        Answer::Queue(_, Quality::Exact)
        | Answer::Mixed(_, Quality::Exact)
        | Answer::Nothing
        | Answer::Solved { .. }
        | Answer::Unknown(_) => Leaning::Holds,
    }
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;
    use crate::check::text;

    /// What is told of a client, a balancer and a server of 5 ms with so many replicas.
    fn told(client: &str, balancer: &str, app: &str) -> String {
        let (graph, checked, _) = checked(&format!(
            "[endpoint.p]\nwork = [{{ cpu = {{ exp = '5ms' }} }}, {{ fail = 0.1 }}]\n\
             [node.u]\nkind = 'client'\nmix = {{ p = 1 }}\n{client}\n\
             [node.lb]\nkind = 'load-balancer'\n{balancer}\n\
             [node.app]\nkind = 'server'\ncores = 1\n{app}\n[link.u.lb]\n[link.lb.app]\n"
        ));
        text("base", &graph, &checked)
    }

    const REGULAR: &str = "arrivals = { regular = '180/s' }";
    const AGAIN: &str = "retry = { attempts = 2, on = ['status:500'] }";

    #[test]
    fn a_formula_that_may_say_too_much_is_no_lower_bound_where_more_comes() {
        let random = "algorithm = 'random'";
        let said = told(REGULAR, random, "replicas = 3");
        assert!(said.contains("at most 2.143 ms"), "{said}");
        assert!(said.contains("what really comes is no less even"), "{said}");
        // Tried again, and copied.
        let said = told(&format!("{REGULAR}\n{AGAIN}"), random, "replicas = 3");
        assert!(said.contains("at least 180") && said.contains("about 2.143 ms"), "{said}");
        let hedge = format!("{random}\nhedge = {{ after = '30ms' }}");
        assert!(told(REGULAR, &hedge, "replicas = 3").contains("about 2.143 ms"));
        // Of Poisson arrivals the formula is exact, and what comes on top only adds to it.
        let poisson = REGULAR.replace("regular", "poisson");
        let said = told(&format!("{poisson}\n{AGAIN}"), random, "replicas = 3");
        assert!(said.contains("at least 2.143 ms"), "{said}");
    }

    #[test]
    fn where_some_are_refused_a_pattern_of_arrivals_bounds_no_wait() {
        let said = told(REGULAR, "algorithm = 'random'", "replicas = 2\nworkers = 1\nqueue = 5");
        assert!(said.contains("refuses") && said.contains("about "), "{said}");
    }

    #[test]
    fn turns_by_weight_are_no_less_even_than_chance() {
        let poisson = "arrivals = { poisson = '500/s' }";
        let app = "replicas = 3\nreplica = { 1 = { weight = 2, speed = 2.0 } }";
        // A simulation has 3.46 ms.
        let said = told(poisson, "algorithm = 'smooth-weighted-round-robin'", app);
        assert!(said.contains("at most 6.25 ms") && said.contains("at most 4.167 ms"), "{said}");
    }

    #[test]
    fn replicas_of_a_balancer_share_its_turns() {
        let poisson = "arrivals = { poisson = '300/s' }";
        let of = |replicas: u32| {
            let balancer = format!("algorithm = 'round-robin'\nreplicas = {replicas}");
            told(poisson, &balancer, "replicas = 2")
        };
        for replicas in [1, 2, 3] {
            let said = of(replicas);
            assert!(said.contains("E2/M/1 (exact)") && said.contains("10.49 ms"), "{said}");
        }
        // Processes take turns of their own, so that arrivals are less even.
        let processes = "algorithm = 'round-robin'\ninstances = 2\nreplicas = 2";
        let said = told(poisson, processes, "replicas = 2");
        assert!(said.contains("E2/M/1") && said.contains("at least 10.49 ms"), "{said}");
        let hashes = "algorithm = 'uri-hash'\ninstances = 2";
        let said = told("arrivals = { poisson = '150/s' }", hashes, "replicas = 2");
        assert!(said.contains("M/M/1 (exact)"), "{said}");
    }
}
