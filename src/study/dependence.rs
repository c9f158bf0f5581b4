//! How the requests of one run hang together: by whatever is closest to its limit, be it cores,
//! workers, connections or a line.

use super::results::VariantResult;
use crate::check::{Places, Queue, loads, places};
use crate::graph::{Role, Traffic};
use crate::id::NodeId;
use crate::model::Study;
use crate::nodes::client::Demand;
use crate::stats::Dependence;

/// What is closest to its limit.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Tightest {
    /// The node that it is at, or before.
    node: NodeId,
    /// Where what waits for it waits.
    queue: Queue,
    /// Whether it is its cores.
    is_core: bool,
    /// How much of it is in use.
    load: f64,
}

impl VariantResult {
    /// The node whose cores are used most, and by how much.
    fn busiest(&self) -> Option<(NodeId, f64)> {
        let busiest = self.replications.iter().filter_map(|run| run.busiest);
        busiest.max_by(|(_, a), (_, b)| a.total_cmp(b))
    }

    /// How much services at the busiest node vary, against exponential ones; those without a core
    /// if no core is used. Whatever has an infinite variance spoils all means, wherever it is.
    pub(super) fn find_variability(&self, traffic: &Traffic) -> f64 {
        let nodes = &traffic.nodes;
        let waits = nodes.iter().map(|node| node.wait);
        if nodes.iter().map(|node| node.cpu).chain(waits.clone()).any(|it| it.squares.is_infinite())
        {
            return f64::INFINITY;
        }
        let busiest = self.busiest().map(|(node, _)| nodes[node.index()].cpu);
        let cv2 = match busiest.filter(|cpu| cpu.often > 0.0) {
            Some(cpu) => cpu.cv2(),
            None => waits.map(|wait| wait.cv2()).fold(0.0, f64::max),
        };
        (0.5 * (1.0 + cv2)).max(1.0)
    }

    /// What is closest to its limit: cores as they were measured, and anything else as it is needed
    /// by what came.
    fn tightest(&self, traffic: &Traffic) -> Option<Tightest> {
        let others = loads(&self.graph, traffic).into_iter().filter_map(|it| {
            let load = it.load * self.came(traffic, it.at)?;
            Some(Tightest { node: it.at, queue: it.queue, is_core: false, load })
        });
        let cores = self.busiest().map(|(node, load)| Tightest {
            node,
            queue: Queue::Station,
            is_core: true,
            load,
        });
        let tighter = |a: Tightest, b: Tightest| if b.load > a.load { b } else { a };
        cores.into_iter().chain(others).reduce(tighter)
    }

    /// How much came to a node, as a share of what was expected.
    #[allow(clippy::cast_precision_loss, reason = "a rate for statistics")]
    fn came(&self, traffic: &Traffic, node: NodeId) -> Option<f64> {
        let whole = |reading: &&super::NodeReading| {
            reading.node == node && reading.replica.is_none() && reading.class.is_none()
        };
        let (mut came, mut seconds) = (0.0, 0.0);
        for run in &self.replications {
            came += run.nodes.iter().find(whole)?.left as f64;
            // Nothing comes while a run drains.
            seconds += run.window.min(self.graph.run.duration).as_secs_f64();
        }
        let expected = traffic.nodes[node.index()].exchanges() * seconds;
        (expected > 0.0).then(|| came / expected)
    }

    /// How the requests of one replication hang together.
    pub(super) fn find_dependence(&self, traffic: &Traffic) -> Dependence {
        let Some(tightest) = self.tightest(traffic) else { return Dependence::Independent };
        let in_steady_state = self.in_steady_state(traffic, tightest);
        match self.graph.run.study {
            Study::SteadyState => in_steady_state,
            Study::Terminating => Dependence::Runs { within: in_steady_state.factor() },
        }
    }

    /// The same in steady state.
    fn in_steady_state(&self, traffic: &Traffic, it: Tightest) -> Dependence {
        if let Some((users, offered)) = self.closed(it.node) {
            // A closed loop holds no more than its users: at saturation it is a loss system that
            // is offered what they would ask if nobody waited.
            return Dependence::Loss { utilisation: offered.max(it.load), places: users };
        }
        let offered = self.offered(traffic, it);
        match places(&self.graph, traffic, (it.node, it.queue), offered) {
            Some(Places { count, settles }) => {
                let utilisation = if settles { offered.max(it.load) } else { it.load };
                Dependence::Loss { utilisation, places: count }
            }
            None => Dependence::Queue { utilisation: self.or_inverse(traffic, it) },
        }
    }

    /// How much is offered of what can be done, by how much came.
    fn offered(&self, traffic: &Traffic, it: Tightest) -> f64 {
        if !it.is_core {
            return it.load;
        }
        let busiest = traffic.nodes[it.node.index()].busiest();
        let offered = busiest.zip(self.came(traffic, it.node)).map(|(load, came)| load * came);
        offered.unwrap_or(it.load)
    }

    /// The load of what is tightest, but in a terminating study, where what is offered may be more
    /// than it can do, the inverse of that: what grows for as long as it lasts is as predictable.
    fn or_inverse(&self, traffic: &Traffic, it: Tightest) -> f64 {
        if self.graph.run.study == Study::SteadyState {
            return it.load;
        }
        let busiest = || traffic.nodes[it.node.index()].busiest().unwrap_or(0.0);
        let offered = if it.is_core { busiest() } else { it.load };
        if offered > 1.0 { 1.0 / offered } else { it.load }
    }

    /// If all clients are closed loops: how many users there are, and the utilisation of `node`
    /// if none of them ever waited.
    fn closed(&self, node: NodeId) -> Option<(u64, f64)> {
        let mut rates = Vec::new();
        let mut all = 0;
        for (id, plan) in (0..).map(NodeId).zip(&self.graph.plans) {
            let Role::Client(client) = &plan.role else { continue };
            let Demand::Closed(users, think) = &client.demand else { return None };
            all += u64::from(*users);
            rates.push((id, f64::from(*users) / (think.mean() / 1e9).max(1e-9)));
        }
        let traffic = Traffic::with(&self.graph, &rates);
        Some((all, traffic.nodes[node.index()].busiest().unwrap_or(0.0)))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use crate::graph::{Files, Traffic, build};
    use crate::scenario::source::Memory;
    use crate::scenario::{BASE, Diagnostics, Scenario};
    use crate::stats::Status;
    use crate::study::{Plan, Variant, VariantResult, run_variants};
    use crate::trace::Trace;

    struct NoFiles;

    impl Files for NoFiles {
        fn text(&mut self, _: &str) -> Result<String, String> {
            Err("no files here".to_owned())
        }

        fn trace(&mut self, _: &str) -> Result<Arc<Trace>, String> {
            Err("no files here".to_owned())
        }
    }

    /// Five runs of 60 s of a server `app` that so many come to.
    fn run(rate: u32, client: &str, work: &str, app: &str, link: &str) -> VariantResult {
        let text = format!(
            "duration = '62s'\nwarmup = '2s'\nreplications = 5\n[endpoint.p]\nwork = [{work}]\n\
             [node.u]\nkind = 'client'\nmix = {{ p = 1 }}\narrivals = {{ poisson = '{rate}/s' }}\n\
             addresses = {{ count = 1 }}\n{client}\n[node.app]\nkind = 'server'\n{app}\n\
             [link.u.app]\n{link}\n"
        );
        let mut said = Diagnostics::new();
        let files = Memory::of(&[("a.toml", &text)]);
        let scenario = Scenario::load(Path::new("a.toml"), &files, &[], &mut said);
        let model = scenario.model(BASE, &[], &mut said).expect("a sound model");
        let graph = build(&model, &mut NoFiles, &mut said).expect("a sound graph");
        let variant = Variant { name: "base".to_owned(), graph: Arc::new(graph) };
        run_variants(&[variant], Plan::default(), &()).expect("sound runs").swap_remove(0)
    }

    const EXP: &str = "{ cpu = { exp = '10ms' } }";
    const WAIT: &str = "{ wait = { exp = '10ms' } }";

    #[test]
    fn a_queue_at_load_0_95_asks_for_as_much_wherever_it_stands() {
        for (work, app, link) in [
            (EXP, "cores = 2", ""),
            (WAIT, "cores = 1\nworkers = 2", ""),
            (WAIT, "workers = 2", ""),
            (WAIT, "cores = 1", "connection = { mode = 'pool', max = 2 }"),
        ] {
            let result = run(190, "", work, app, link);
            let mean = result.metric("latency_mean").expect("a mean");
            assert_eq!(mean.status, Status::FewData, "{work} {app} {link}");
            // 2 (1 + 0.95) / 0.05² is 1,560, of loads that were measured.
            let factor = result.find_dependence(&Traffic::of(&result.graph)).factor();
            assert!((900.0..3_500.0).contains(&factor), "{factor} of {work} {app} {link}");
        }
    }

    #[test]
    fn what_waits_within_bounds_has_sound_means_however_much_comes() {
        let timeout = |late: &str| format!("timeout = {{ total = '100ms', late = '{late}' }}");
        let (cancel, dropped) = (timeout("cancel"), timeout("drop"));
        for (client, app) in [
            ("", "workers = 1\nqueue = 5"),
            ("", "queue_timeout = '50ms'"),
            ("", "shed = { in_flight = 6 }"),
            (cancel.as_str(), ""),
            (dropped.as_str(), ""),
        ] {
            let result = run(200, client, EXP, &format!("cores = 1\n{app}"), "");
            for metric in ["latency_mean", "latency_p50", "latency_p95"] {
                let row = result.metric(metric).expect("a number");
                assert_eq!(row.status, Status::Ok, "{metric} with {client} {app}");
            }
        }
        // Nothing bounds what waits here, or what comes again because of what failed.
        let again = "retry = { attempts = 3 }";
        let result = run(99, again, EXP, "cores = 1\nqueue_timeout = '9s'", "");
        let mean = result.metric("latency_mean").expect("a mean");
        assert_ne!(mean.status, Status::Ok);
    }
}
