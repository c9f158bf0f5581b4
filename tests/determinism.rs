//! One scenario and one seed give one result, on any number of threads.

mod support;

use std::sync::Arc;

use lindley::study::{Plan, Variant, replicate_in, run_variants};
use support::{graph, run, scenarios};

/// Everything that replications came to, as text: equal to the last bit, NaN included.
fn told(replications: &[lindley::study::Replication]) -> String {
    format!("{replications:?}")
}

#[test]
fn a_scenario_runs_twice_the_same_way() {
    for (name, text) in scenarios::all() {
        let (one, other) = (run(&graph(&text)), run(&graph(&text)));
        assert!(one.strict.is_some());
        assert_eq!(told(&[one]), told(&[other]), "{name}");
    }
}

#[test]
fn a_graph_keeps_nothing_of_a_run() {
    for (name, text) in scenarios::all() {
        let graph = graph(&text);
        assert_eq!(told(&[run(&graph)]), told(&[run(&graph)]), "{name}");
    }
}

#[test]
fn a_workspace_keeps_nothing_of_the_runs_before() {
    let mut space = lindley::world::Workspace::default();
    for (name, text) in scenarios::all() {
        let graph = graph(&text);
        let window = lindley::time::Time::ZERO;
        let again = replicate_in(&mut space, &graph, 0, window, support::ALL).expect("sound");
        assert_eq!(told(&[again]), told(&[run(&graph)]), "{name}");
    }
}

#[test]
fn replications_and_seeds_give_different_runs() {
    let text = scenarios::server("{ cpu = { exp = '10ms' } }", "cores = 1", "");
    let graph = graph(&text);
    let seeded = support::graph(&format!("seed = 2\n{text}"));
    let replication = |graph, number| {
        let window = lindley::time::Time::ZERO;
        lindley::study::replicate(graph, number, window, support::ALL).expect("sound").observable
    };
    let runs = [replication(&graph, 0), replication(&graph, 1), replication(&seeded, 0)];
    assert!(runs[0] != runs[1] && runs[0] != runs[2] && runs[1] != runs[2], "{runs:?}");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let some = scenarios::all().into_iter().step_by(3);
    let variants: Vec<Variant> = some
        .map(|(name, text)| {
            let mut graph = graph(&text);
            graph.run.replications = 5;
            Variant { name: name.to_owned(), graph: Arc::new(graph) }
        })
        .collect();
    let plan = Plan { wanted: support::ALL, ..Plan::default() };
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        let results = pool.install(|| run_variants(&variants, plan, &())).expect("sound runs");
        results.iter().map(|result| told(&result.replications)).collect::<Vec<_>>()
    };
    let one = with(1);
    for threads in [2, 3, 7] {
        for ((result, expected), variant) in with(threads).iter().zip(&one).zip(&variants) {
            assert!(result == expected, "{} with {threads} threads", variant.name);
        }
    }
}

#[test]
fn an_automatic_warm_up_is_the_same_on_any_number_of_threads() {
    let text = scenarios::server("{ cpu = { exp = '10ms' } }", "cores = 1", "");
    let text = text.replace("duration = '20s'", "duration = '100s'\nwarmup = 'auto'");
    let variants = [Variant { name: "base".to_owned(), graph: Arc::new(graph(&text)) }];
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        let run = || run_variants(&variants, Plan::default(), &());
        format!("{:?}", pool.install(run).expect("sound runs")[0].summary())
    };
    assert_eq!(with(1), with(2));
}
