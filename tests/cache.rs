//! Caches against ground truth: eviction to the request, hit ratios by theory.
//!
//! `tests/data/cache/` holds what libCacheSim (aa0fc40) gives: hit by hit for short traces, and
//! counts of misses for traces of a million requests.

mod support;

use lindley::evict::{Capacity, Group, Policy, Store, hit_ratios};
use lindley::math::power;
use lindley::validate::cache;
use lindley::validate::theory::Options;
use serde_json::Value;

const MICRO: &str = include_str!("data/cache/micro_all.json");
const OBJECTS: u32 = 100_000;

fn policy(word: &str) -> Policy {
    *Policy::ALL.iter().find(|policy| policy.word() == word).expect("a known policy")
}

fn capacity(unit: &str, size: u64) -> Capacity {
    match unit {
        "objects" => Capacity::Objects(size),
        "bytes" => Capacity::Bytes(size),
        other => panic!("no unit {other}"),
    }
}

/// Asks for the object, and stores it at once if it is not there. Returns whether it was.
fn hits(store: &mut Store<()>, id: u32, bytes: u64) -> bool {
    let hit = store.get(u64::from(id)).is_some();
    if !hit {
        store.put(u64::from(id), bytes, ());
    }
    hit
}

#[test]
fn every_single_hit_is_that_of_libcachesim() {
    let traces: Value = serde_json::from_str(MICRO).expect("JSON");
    let number = |value: &Value| value.as_u64().expect("a number");
    for trace in traces.as_array().expect("a list") {
        let unit = trace["unit"].as_str().expect("a unit");
        let ids = trace["ids"].as_array().expect("ids");
        for (word, bits) in trace["bits"].as_object().expect("policies") {
            // Two programs agree on these; Belady's rule is no policy of a store.
            let sure = trace["confirmed_by_refsim"].as_array().expect("a list");
            if word == "belady" || !sure.iter().any(|it| it == word) {
                continue;
            }
            let mut store = Store::new(policy(word), capacity(unit, number(&trace["capacity"])));
            let mut seen = String::new();
            for id in ids.iter().map(number) {
                let bytes = trace["sizes"].get(id as usize).map_or(1, number);
                let hit = hits(&mut store, u32::try_from(id).expect("an id"), bytes);
                seen.push(if hit { '1' } else { '0' });
            }
            assert_eq!(Some(seen.as_str()), bits.as_str(), "{word}, {}", trace["name"]);
        }
    }
}

#[test]
fn replayed_traces_and_recorded_cases_come_out_but_for_one() {
    let report = cache::run(&Options::default(), &()).expect("not stopped");
    assert_eq!(report.cases.len(), 179);
    // It allows a fetch at 1.5 s and then counts as if that had not been made.
    assert_eq!(report.missed(), ["http/fresh-second-granularity"], "{report}");
}

/// A web tier with a cache: 10,000 of 100,000 objects by Zipf's law with exponent 0.9.
fn tier(cache: &str) -> String {
    format!(
        "study = 'steady-state'\nduration = '500s'\nwarmup = '100s'\nreplications = 1\n\
         [endpoint.product]\npath = '/p/{{object}}'\n\
         objects = {{ count = 100_000, popularity = {{ zipf = 0.9 }} }}\n\
         response = {{ size = {{ lognormal = {{ mean = '20KiB', cv = 1.5 }} }}, \
         cache_control = 'max-age=31536000' }}\n\
         work = [{{ cpu = {{ exp = '2ms' }} }}]\n\
         [node.users]\nkind = 'client'\narrivals = {{ poisson = '1000/s' }}\n\
         mix = {{ product = 1 }}\n\
         [node.edge]\nkind = 'reverse-proxy'\n{cache}\n\
         [node.app]\nkind = 'server'\ncores = 2\n\
         [link.users.edge]\nlatency = '5ms'\n[link.edge.app]\n"
    )
}

#[test]
fn hit_ratios_of_a_simulated_cache_are_those_of_theory() {
    let rates = (1..=OBJECTS).map(|rank| power(f64::from(rank), -0.9));
    let groups: Vec<Group> =
        rates.map(|rate| Group { objects: 1.0, rate, bytes: 20_480.0 }).collect();
    for policy in Policy::ALL {
        let Some(ratios) = hit_ratios(*policy, Capacity::Objects(10_000), &groups) else {
            continue;
        };
        let found: f64 = groups.iter().zip(&ratios).map(|(it, ratio)| it.rate * ratio).sum();
        let theory = found / groups.iter().map(|it| it.rate).sum::<f64>();
        let cache = format!(
            "cache = {{ policy = '{}', capacity = {{ objects = 10_000 }}, hit = '0.1ms' }}",
            policy.word()
        );
        let graph = support::graph(&tier(&cache));
        let [expected] = graph.caches.as_slice() else { panic!("one cache is expected") };
        let expected = expected.hit_ratio.expect("it can be told");
        assert!((expected - theory).abs() < 1e-4, "{policy:?}: {expected}, not {theory}");
        let run = lindley::study::replicate(
            &graph,
            0,
            lindley::time::Time(100_000_000_000),
            support::ALL,
        );
        let seen = support::reading(&run.expect("the books add up"), "hit_ratio");
        // 400,000 look-ups have a standard error of 0.0008; the approximation is as good.
        assert!((seen - theory).abs() < 0.003, "{policy:?}: {seen}, not {theory}");
    }
}

/// What a cache of 10,000 objects by LRU answers, as expected and as seen, when objects are asked
/// for as `objects` says.
fn answered(objects: &str) -> (Option<f64>, f64) {
    let cache = "cache = { capacity = { objects = 10_000 } }";
    let text = tier(cache).replace("count = 100_000, popularity = { zipf = 0.9 }", objects);
    let graph = support::graph(&text);
    let warmup = lindley::time::Time(100_000_000_000);
    let run = lindley::study::replicate(&graph, 0, warmup, support::ALL);
    let seen = support::reading(&run.expect("the books add up"), "hit_ratio");
    (graph.caches[0].hit_ratio, seen)
}

#[test]
fn one_hit_wonders_cost_hits_as_theory_has_it() {
    let (expected, seen) = answered("count = 100_000, popularity = { zipf = 0.9 }, one_hit = 0.25");
    let expected = expected.expect("it can be told");
    assert!((seen - expected).abs() < 0.003, "{seen}, not {expected}");
    assert!(seen < 0.6 * 0.75, "a quarter cannot be found, and takes room: {seen}");
}

#[test]
fn a_loop_that_does_not_fit_is_never_found_and_one_that_fits_always() {
    for (count, hits) in [(100_000, 0.0), (9_900, 1.0)] {
        let (expected, seen) = answered(&format!("count = {count}, popularity = 'loop'"));
        assert_eq!(expected, None);
        assert!((seen - hits).abs() < f64::EPSILON, "{count}: {seen}");
    }
}

#[test]
fn a_popularity_that_drifts_costs_hits_and_theory_does_not_tell_how_many() {
    let drift = |every: &str| {
        let law = format!("{{ drift = {{ zipf = 0.9, every = '{every}', by = 2_000 }} }}");
        answered(&format!("count = 100_000, popularity = {law}"))
    };
    let ((told, slow), (_, fast)) = (drift("1h"), drift("5s"));
    assert_eq!(told, None);
    // No move within the hour: Zipf's law, of which theory says 0.605.
    assert!((slow - 0.605).abs() < 0.003, "{slow}");
    assert!(fast < 0.5, "{fast}");
}

#[test]
fn a_cache_by_bytes_holds_what_one_by_objects_of_the_mean_size_does() {
    let of = |capacity: &str| {
        let graph = support::graph(&tier(&format!("cache = {{ capacity = {capacity} }}")));
        support::reading(&support::run(&graph), "hit_ratio")
    };
    let (bytes, objects) = (of("'200000KiB'"), of("{ objects = 10_000 }"));
    assert!((bytes - objects).abs() < 0.01, "{bytes} and {objects}");
}

#[test]
fn a_hit_takes_its_time_and_the_way_to_the_cache_and_nothing_else() {
    let text = tier("cache = { capacity = { objects = 1 }, hit = '3ms' }")
        .replace("count = 100_000, popularity = { zipf = 0.9 }", "count = 1");
    let run = support::run(&support::graph(&text));
    assert!((support::reading(&run, "latency_p99") - 0.013).abs() < 1e-5);
    assert!(support::reading(&run, "hit_ratio") > 0.999_9);
}

#[test]
fn what_is_not_asked_for_by_get_or_fails_is_never_kept() {
    for change in [
        "[endpoint.product]\nmethod = 'POST'\n",
        "[endpoint.product]\nmethod = 'HEAD'\n",
        "[endpoint.product]\nwrite = true\n",
    ] {
        let text =
            tier("cache = { capacity = { objects = 10 } }").replace("[endpoint.product]\n", change);
        let run = support::run(&support::graph(&text));
        assert!(support::reading(&run, "hit_ratio").abs() < f64::EPSILON, "{change}");
    }
    let text = tier("cache = { capacity = { objects = 100_000 } }")
        .replace("response = {", "response = { status = 404,");
    let run = support::run(&support::graph(&text));
    assert!(support::reading(&run, "hit_ratio").abs() < f64::EPSILON);
}

#[test]
fn a_cache_that_is_taken_out_is_no_cache() {
    let with = "cache = { enabled = false, capacity = { objects = 10 } }";
    assert_eq!(support::observable(&tier(with)), support::observable(&tier("")));
    assert!(!support::graph(&tier(with)).has_caches());
}
