//! Laws that hold exactly in every run, and relations between runs.

mod support;

use lindley::fact::{Fact, Observer};
use lindley::metrics::at_node;
use lindley::observe::Observable;
use lindley::rng::Key;
use lindley::study::{Replication, replicate};
use lindley::time::Time;
use lindley::world;
use support::{Dice, Ended, graph, graph_with, observable, reading, requests, run, scenarios};

#[test]
fn every_scenario_passes_the_audit_and_does_something() {
    for (name, text) in scenarios::all() {
        let graph = graph(&text);
        let run = replicate(&graph, 0, Time::ZERO, support::ALL)
            .unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert_eq!(run.halt, None, "{name}");
        assert!(run.observations > 0, "{name}: nothing succeeded");
    }
}

#[test]
fn bytes_over_a_link_with_a_price_are_added_to_what_machines_cost() {
    let costs = |price: &str| {
        let text = format!(
            "title = 'prices'\nduration = '100s'\n\
             [machine.small]\ncores = 1\nprice = 2.0\n\
             [endpoint.page]\nrequest_size = '1KiB'\nresponse = {{ size = '100KiB' }}\n\
             work = [{{ cpu = '1ms' }}]\n\
             [node.users]\nkind = 'client'\narrivals = {{ regular = '50/s' }}\n\
             mix = {{ page = 1.0 }}\n\
             [node.app]\nkind = 'server'\nmachine = 'small'\n\
             [link.users.app]\nlatency = '1ms'\n{price}"
        );
        reading(&run(&graph(&text)), "cost_per_hour")
    };
    let free = costs("");
    assert!((free - 2.0).abs() < 1e-12, "{free}");
    let priced = costs("price = 0.1");
    // 50 requests of 1 KiB and answers of 100 KiB a second.
    let bytes = 0.1 * 50.0 * 101.0 * 3_600.0 / 1_048_576.0;
    assert!((priced - free - bytes).abs() < 0.001 * bytes, "{priced} is not {free} + {bytes}");
}

#[test]
fn the_audit_passes_wherever_the_window_opens() {
    let graph = graph(&scenarios::server("{ cpu = { exp = '10ms' } }", "cores = 1", ""));
    for nanos in [1, 999_999_999, 7_000_000_000, 19_999_999_999, 20_000_000_000] {
        replicate(&graph, 0, Time(nanos), support::ALL).expect("the books add up");
    }
}

#[test]
fn nothing_that_was_over_before_the_window_opened_is_read() {
    let read = |early: &'static str| {
        let text = "duration = '20s'\nmeasure = { replicas = true, classes = true }\n\
                    [endpoint.page]\nwork = [{ cpu = '5ms' }]\n\
                    [endpoint.long]\nwork = [{ cpu = '300ms' }]\n\
                    [node.users]\nkind = 'client'\narrivals = { interval = '70ms' }\n\
                    mix = { page = 1 }\n\
                    [node.early]\nkind = 'client'\narrivals = { trace = 'early.csv' }\n\
                    mix = { long = 1 }\n\
                    [node.app]\nkind = 'server'\ncores = 1\n\
                    [link.users.app]\n[link.early.app]";
        let graph = graph_with(text, &[("early.csv", early)]);
        let run = replicate(&graph, 0, Time(10_000_000_000), support::ALL).expect("sound books");
        let nodes = run.nodes.iter().flat_map(|node| node.values.iter().chain(&node.shares));
        run.summary.iter().chain(nodes).map(|value| value.to_bits()).collect::<Vec<u64>>()
    };
    assert_eq!(read("arrival_ms\n100\n"), read("arrival_ms\n100\n200\n300\n900\n2000\n"));
}

#[test]
fn the_parts_of_every_request_sum_to_its_latency_to_the_nanosecond() {
    for (name, text) in scenarios::all() {
        for request in requests(&graph(&text)) {
            let sum: u64 = request.parts.iter().sum();
            assert_eq!(sum, request.end - request.started, "{name}: {request:?}");
        }
    }
}

#[test]
fn readings_keep_within_their_bounds_in_every_scenario() {
    for (name, text) in scenarios::all() {
        let run = run(&graph(&text));
        let of = |metric| reading(&run, metric);
        assert!(
            (of("attempts_mean") - 1.0).abs() < f64::EPSILON,
            "{name}: attempts without retries"
        );
        assert_shares(name, &run);
        let ladder: Vec<f64> = [
            "latency_p50",
            "latency_p90",
            "latency_p95",
            "latency_p99",
            "latency_p999",
            "latency_max",
        ]
        .map(of)
        .to_vec();
        assert!(ladder.is_sorted(), "{name}: {ladder:?}");
        assert!(of("latency_mean") <= of("latency_max"), "{name}");
    }
}

/// Outcomes, levels and utilisations are shares that sum to 1 or stay below it.
fn assert_shares(name: &str, run: &Replication) {
    let reasons = lindley::outcome::Reason::ALL.map(|reason| format!("errors_{}", reason.word()));
    // What a scenario cannot have, such as requests that browsers block, has no reading.
    let shares = reasons.iter().map(|metric| reading(run, metric));
    let failed: f64 = shares.filter(|share| !share.is_nan()).sum();
    let whole = failed + reading(run, "success_ratio");
    assert!((whole - 1.0).abs() < 1e-12, "{name}: outcomes sum to {whole}");
    let busy = at_node().position(|metric| metric.name == "utilisation").expect("a metric");
    for node in run.nodes.iter().filter(|node| node.class.is_none()) {
        let whole: f64 = node.shares.iter().sum();
        assert!(
            (whole - 1.0).abs() < 1e-9,
            "{name}: shares of node {:?} sum to {whole}",
            node.node
        );
        let used = node.values[busy];
        assert!(used.is_nan() || (0.0..=1.0 + 1e-12).contains(&used), "{name}: utilisation {used}");
    }
}

#[test]
fn the_order_of_tables_in_a_file_means_nothing() {
    let mut dice = Dice::new(5);
    for (name, text) in scenarios::all() {
        let mut tables: Vec<&str> = text.split("\n[").collect();
        for last in (2..tables.len()).rev() {
            let other = 1 + usize::try_from(dice.below(last as u64)).unwrap();
            tables.swap(last, other);
        }
        let shuffled = tables.join("\n[");
        let (one, other) = (run(&graph(&text)), run(&graph(&shuffled)));
        assert_eq!((one.observable, one.strict), (other.observable, other.strict), "{name}");
    }
}

#[test]
fn observers_do_not_influence_a_run() {
    for (name, text) in scenarios::all() {
        let graph = graph(&format!("{text}\n[probe.p]\nnode = '{}'\nat = ['1s']", probed(&text)));
        let bare = world::run(&graph, Key::root(graph.run.seed, 0), Observable::default());
        let full = run(&graph);
        assert_eq!((bare.observer.0, bare.events), (full.observable, full.events), "{name}");
    }
}

/// Some node of the scenario that is no client.
fn probed(text: &str) -> &str {
    let nodes = text.split("[node.").skip(1).filter(|rest| !rest.contains("kind = 'client'"));
    nodes.last().and_then(|rest| rest.split(']').next()).unwrap_or("app")
}

const EXP: &str = "{ cpu = { exp = '10ms' } }";

/// Users, something between, and a server of two cores: by its further tables and keys.
fn between(link: &str, tables: &str, app: &str) -> String {
    let server = scenarios::server(EXP, &format!("cores = 2\nspeed = 0.5\n{app}"), "");
    format!("{}{tables}", server.replace("[link.users.app]", link))
}

#[test]
fn what_adds_nothing_changes_nothing() {
    let plain = observable(&between("[link.users.app]", "", ""));
    for (link, tables, app) in [
        ("[link.users.app]\nlatency = '0s'", "", ""),
        ("[link.users.app]\nlatency = { mixture = [{ weight = 1, of = '0s' }] }", "", ""),
        ("[link.users.app]\nbandwidth = '1000000GB/s'", "", ""),
        ("[link.users.x]\n[link.x.app]", "\n[node.x]\nkind = 'reverse-proxy'", ""),
        ("[link.users.x]\n[link.x.app]", "\n[node.x]\nkind = 'forward-proxy'\ncores = 1", ""),
        ("[link.users.x]\n[link.x.app]", "\n[node.x]\nkind = 'load-balancer'", ""),
        (
            "[link.users.x]\n[link.x.app]",
            "\n[node.x]\nkind = 'load-balancer'\nalgorithm = 'maglev'",
            "",
        ),
        (
            "[link.users.x]\n[link.x.app]",
            "\n[node.x]\nkind = 'load-balancer'\nalgorithm = 'power-of-d'",
            "",
        ),
        ("[link.users.app]", "", "workers = 1000000\nqueue = 0"),
        ("[link.users.app]", "", "workers = 2\nqueue = 1000000"),
        ("[link.users.app]", "", "async = true"),
        ("[link.users.app]", "", "replicas = 1\ncontention = 0.0"),
        ("[link.users.app]", "", "queue_timeout = '10000s'"),
        ("[link.users.app]", "", "discipline = 'priority'"),
        ("[link.users.app]", "", "discipline = 'preemptive-priority'"),
        ("[link.users.app]", "", "pauses = { every = '1000000s', length = '1s' }"),
        ("[link.users.app]", "", "setup = { after = '1000000s', time = '0s' }"),
        ("[link.users.app]", "", "service = '1s'"),
        ("[link.users.app]", "\n[node.x]\nkind = 'server'\ncores = 1\n[link.x.app]", ""),
        ("[link.users.app]", "\n[node.x]\nenabled = false\nkind = 'client'\n[link.x.app]", ""),
    ] {
        assert_eq!(observable(&between(link, tables, app)), plain, "{link} {tables} {app}");
    }
}

#[test]
fn steps_that_do_nothing_change_nothing() {
    let plain = observable(&scenarios::server(EXP, "cores = 1", ""));
    for after in [
        "{ cpu = '0s' }",
        "{ wait = '0s' }",
        "{ fail = 0.0 }",
        "{ cpu = '1s', probability = 0.0 }",
        "{ parallel = [{ wait = '0s' }, { cpu = '0s' }] }",
        "{ parallel = [{ wait = '0s' }, { fail = 1.0 }], wait_for = 'first' }",
    ] {
        let work = format!("{EXP}, {after}");
        assert_eq!(observable(&scenarios::server(&work, "cores = 1", "")), plain, "{after}");
    }
}

/// A chain with everything that takes time, all times being multiples of 2^`shift` ns; `law`
/// makes a distribution of a mean.
fn chain(shift: u32, law: &dyn Fn(u64) -> String, rate: &dyn Fn(u64) -> String) -> String {
    let time = |micros: u64| format!("'{}ns'", (micros * 1_000) << shift);
    let law = |micros: u64| law((micros * 1_000) << shift);
    format!(
        "duration = {}\n[endpoint.page]\n\
         work = [{{ cpu = {} }}, {{ call = 'db', times = 2 }}, {{ wait = {} }}, {{ cpu = {} }},\n\
         {{ parallel = [{{ wait = {} }}, {{ call = 'db' }}] }}]\n\
         [node.users]\nkind = 'client'\narrivals = {}\nmix = {{ page = 1 }}\n\
         timeout = {{ total = {}, late = 'cancel' }}\n\
         [node.app]\nkind = 'server'\ncores = 1\nreplicas = 2\nspeed = 0.5\nworkers = 3\n\
         queue_timeout = {}\npauses = {{ every = {}, length = {} }}\n\
         [node.db]\nkind = 'database'\nservice = {}\ncores = 1\n\
         [link.users.app]\nlatency = {}\n[link.app.db]\nlatency = {}",
        time(5_000_000),
        law(3_000),
        law(1_700),
        law(400),
        law(2_000),
        rate((3_500 * 1_000) << shift),
        time(60_000),
        time(20_000),
        law(150_000),
        time(9_000),
        law(1_100),
        time(300),
        law(90),
    )
}

/// The latency of every request, in the order of their ends.
fn latencies(text: &str) -> Vec<(u64, u64)> {
    let all = requests(&graph(text));
    all.iter().map(|request| (request.end - request.started, request.answer)).collect()
}

#[test]
fn all_times_doubled_double_every_latency_exactly_where_times_are_constant() {
    let constant = |nanos: u64| format!("'{nanos}ns'");
    let text = |shift| chain(shift, &constant, &|nanos| format!("{{ interval = '{nanos}ns' }}"));
    let base = latencies(&text(0));
    assert!(base.iter().any(|(_, answer)| *answer >> 8 == 503) && base.len() > 600);
    for shift in [1, 2, 5, 10] {
        let expected: Vec<_> =
            base.iter().map(|(nanos, answer)| (nanos << shift, *answer)).collect();
        assert_eq!(latencies(&text(shift)), expected, "all times 2^{shift} fold");
    }
}

#[test]
fn all_times_doubled_double_the_mean_latency_where_times_are_random() {
    let exp = |nanos: u64| format!("{{ exp = '{nanos}ns' }}");
    let text =
        |shift| chain(shift, &exp, &|nanos| format!("{{ interval = {{ exp = '{nanos}ns' }} }}"));
    let mean = |shift| {
        let all = latencies(&text(shift));
        all.iter().map(|(nanos, _)| *nanos as f64).sum::<f64>() / all.len() as f64
    };
    let base = mean(0);
    for shift in [1, 4] {
        let ratio = mean(shift) / base / f64::from(1 << shift);
        assert!((ratio - 1.0).abs() < 1e-6, "2^{shift}: {ratio}");
    }
}

/// A station that is drained: what its users see does not depend on when the run ends.
fn drained(arrivals: &str, law: &str, station: &str) -> Vec<Ended> {
    let text = scenarios::server(&format!("{{ cpu = {law} }}"), station, "")
        .replace("duration = '20s'", "duration = '2s'\nstudy = 'terminating'\nuntil = 'drained'")
        .replace("{ poisson = '80/s' }", arrivals);
    let mut all = requests(&graph(&text));
    all.sort_unstable();
    all
}

/// Whether nobody waits longer in `better` than in `worse`, but for the rounding of the clock,
/// which can add a nanosecond with each of those who came before.
fn nobody_is_worse_off(better: &[Ended], worse: &[Ended]) -> bool {
    let slack = worse.len() as u64;
    let pairs = || better.iter().zip(worse);
    assert!(pairs().all(|(b, w)| b.who == w.who && b.key == w.key), "the same requests");
    pairs().all(|(b, w)| b.end - b.started <= w.end - w.started + slack)
}

#[test]
fn nobody_waits_longer_with_more_cores_more_replicas_or_less_load() {
    let mut dice = Dice::new(11);
    for instance in 0..200 {
        let (cores, rate) = (dice.between(1, 4), dice.between(40, 150));
        let mean = cores * 1_000_000 / rate * dice.between(50, 130) / 100;
        let law = match dice.below(4) {
            0 => format!("'{mean}us'"),
            1 => format!("{{ exp = '{mean}us' }}"),
            2 => format!("{{ lognormal = {{ mean = '{mean}us', cv = 3 }} }}"),
            _ => format!("{{ uniform = {{ min = '0s', max = '{}us' }} }}", 2 * mean),
        };
        let arrivals = |gap: u64| match instance % 3 {
            0 => format!("{{ interval = '{gap}us' }}"),
            1 => format!("{{ interval = {{ exp = '{gap}us' }} }}"),
            _ => format!("{{ interval = {{ hyperexp = {{ mean = '{gap}us', cv = 2 }} }} }}"),
        };
        let gap = 1_000_000 / rate;
        let of = |gap, station: &str| drained(&arrivals(gap), &law, station);
        let base = of(gap, &format!("cores = {cores}"));
        let what = format!("instance {instance}: {cores} cores, {law}, {}", arrivals(gap));
        let more_cores = of(gap, &format!("cores = {}", cores + 1));
        assert!(nobody_is_worse_off(&more_cores, &base), "more cores; {what}");
        let less_load = of(gap * 5 / 4, &format!("cores = {cores}"));
        assert!(nobody_is_worse_off(&less_load, &base), "less load; {what}");
        // Twice as many replicas in turn: each serves every other request of one before.
        let few = of(gap, &format!("cores = 1\nreplicas = {cores}"));
        let many = of(gap, &format!("cores = 1\nreplicas = {}", 2 * cores));
        assert!(nobody_is_worse_off(&many, &few), "twice the replicas; {what}");
    }
}

/// Facts as words with their milliseconds.
#[derive(Debug, Default)]
struct Story(Vec<(u64, &'static str)>);

impl Observer for Story {
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        let word = match fact {
            Fact::Issued(_) => "issued",
            Fact::Finished { .. } => "finished",
            Fact::Entered { .. } => "entered",
            Fact::Left { .. } => "left",
            Fact::Queued(_) => "queued",
            Fact::Unqueued(_) => "unqueued",
            Fact::Busy { cores: 0, .. } => "idle",
            Fact::Busy { .. } => "busy",
            Fact::Late(_)
            | Fact::Stopped { .. }
            | Fact::Power { .. }
            | Fact::Health { .. }
            | Fact::Breaker { .. }
            | Fact::Missed(_)
            | Fact::TakenOut { .. }
            | Fact::Connect { .. }
            | Fact::Carried { .. }
            | Fact::Picked { .. }
            | Fact::Identity(_)
            | Fact::Browser(_)
            | Fact::Screen(_)
            | Fact::Looked { .. }
            | Fact::Memory { .. }
            | Fact::NoRoom { .. }
            | Fact::Connections { .. }
            | Fact::Fetched { .. } => "other",
        };
        self.0.push((now.0 / 1_000_000, word));
    }
}

#[test]
fn events_of_one_moment_come_in_the_order_in_which_they_were_set() {
    let text = scenarios::server("{ cpu = '10ms' }", "cores = 1", "")
        .replace("duration = '20s'", "duration = '35ms'")
        .replace("poisson = '80/s'", "regular = '100/s'");
    let graph = graph(&text);
    let story = world::run(&graph, Key::root(1, 0), Story::default()).observer.0;
    // The next arrival is set when a request arrives, before that request begins to be served: so
    // at 20 ms and 30 ms the arrival comes first and finds the core busy, for no time at all.
    let turn =
        |ms| ["issued", "entered", "queued", "unqueued", "left", "finished"].map(|word| (ms, word));
    let mut expected = vec![(10, "issued"), (10, "entered"), (10, "busy")];
    expected.extend(turn(20));
    expected.extend(turn(30));
    assert_eq!(story, expected);
}

#[test]
fn each_think_and_the_work_of_each_request_of_a_batch_is_drawn_for_itself() {
    let ended = |client: &str| {
        let text = format!(
            "duration = '20s'\n[endpoint.page]\nwork = [{{ wait = {{ exp = '10ms' }} }}]\n\
             [node.users]\nkind = 'client'\nmix = {{ page = 1 }}\n{client}\n\
             [node.app]\nkind = 'server'\n[link.users.app]"
        );
        requests(&graph(&text))
    };
    let all_differ = |mut spans: Vec<u64>| {
        let count = spans.len();
        spans.sort_unstable();
        spans.dedup();
        assert!(count > 200 && spans.len() == count, "{} of {count} differ", spans.len());
    };
    let of_a_user = ended("users = 1\nthink = { exp = '50ms' }");
    all_differ(of_a_user.windows(2).map(|pair| pair[1].started - pair[0].end).collect());
    let in_batches = ended("arrivals = { poisson = '10/s', batch = 5 }");
    all_differ(in_batches.iter().map(|it| it.end - it.started).collect());
}

#[test]
fn waits_of_an_overloaded_deterministic_queue_grow_by_the_difference() {
    let arrivals = "{ interval = '8ms' }";
    let all = drained(arrivals, "'10ms'", "cores = 1");
    assert_eq!(all.len(), 249, "2 s hold 249 gaps and the end, at which nothing new comes");
    for (request, before) in all.iter().zip(0..) {
        assert_eq!(request.end - request.started, 10_000_000 + before * 2_000_000);
    }
}

#[test]
fn the_wait_of_the_branch_that_is_waited_for_is_one_of_its_exchange() {
    let text = "study = 'terminating'\nuntil = 'drained'\nduration = '5s'\nreplications = 1\n\
         [endpoint.page]\nwork = [{ parallel = [{ cpu = '5ms' }, { cpu = '5ms' }] }]\n\
         [node.users]\nkind = 'client'\narrivals = { interval = '100ms' }\nmix = { page = 1 }\n\
         [node.app]\nkind = 'server'\ncores = 1\n[link.users.app]\n";
    let graph = graph(text);
    let run = run(&graph);
    // One branch waits for the other on the only core.
    assert!((reading(&run, "wait_mean") - 0.005).abs() < 1e-9);
    let app = graph.node("app").expect("a node");
    let app = run.nodes.iter().find(|it| it.node == app).expect("it is read");
    for (name, expected) in [("wait_mean", 0.005), ("wait_probability", 1.0)] {
        let place = at_node().position(|metric| metric.name == name).expect("a metric");
        let found = app.values[place];
        assert!((found - expected).abs() < 1e-9, "{name}: {found}");
    }
}
