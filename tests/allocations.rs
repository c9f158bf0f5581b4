//! What a run takes from the heap: nothing once it has got going, and little for each exchange in
//! flight.

#[path = "support/heap.rs"]
#[allow(unreachable_pub, reason = "a module of a test")]
mod heap;
mod support;

use lindley::fact::{Fact, Observer};
use lindley::graph::Graph;
use lindley::rng::Key;
use lindley::study::{Wanted, replicate, watchers};
use lindley::time::Time;
use lindley::world;

const W1: &str = include_str!("../benches/scenarios/w1.toml");
const W2: &str = include_str!("../benches/scenarios/w2.toml");
const W3: &str = include_str!("../benches/scenarios/w3.toml");
const W4: &str = include_str!("../benches/scenarios/w4.toml");

/// Bytes that a request with its exchange takes while it is in flight, and those of a call, which
/// is one exchange more: with their places in the list of events, and what growing tables have
/// over.
const REQUEST: u64 = 384;
const CALL: u64 = 256;

/// The graph of a scenario that is run for `duration` instead of its own.
fn graph(text: &str, variant: &str, duration: &str) -> Graph {
    let line = text.lines().find(|line| line.starts_with("duration ")).expect("a duration");
    support::graph_of(&text.replace(line, &format!("duration = \"{duration}\"")), variant)
}

/// The scenario with a crowd of one more client that comes once, between two moments, at `rate`
/// to `node` for `endpoint`. A table grows when it holds more than ever before: after a crowd in
/// the first half, no chance event of the second half makes one grow.
fn with_crowd(text: &str, between: [&str; 2], rate: &str, node: &str, endpoint: &str) -> String {
    let [from, to] = between;
    let steps = format!("[['0s', '0/s'], ['{from}', '{rate}'], ['{to}', '0/s']]");
    format!(
        "{text}\n[link.crowd.{node}]\n\
         [node.crowd]\nkind = 'client'\nmix = {{ {endpoint} = 1 }}\n\
         arrivals = {{ poisson = {{ steps = {steps} }} }}\n"
    )
}

/// Reads the count of allocations at the first fact of the second half, and at the last of all.
#[derive(Debug)]
struct SecondHalf {
    begins: Time,
    at_first: Option<u64>,
    at_last: u64,
}

impl Observer for SecondHalf {
    fn hear(&mut self, now: Time, _: &Fact<'_>) {
        if now >= self.begins {
            self.at_last = heap::allocations();
            self.at_first.get_or_insert(self.at_last);
        }
    }
}

/// How often the second half of a run allocates, with all observers that `lindley run` has.
fn allocations_of_the_second_half(graph: &Graph) -> u64 {
    let begins = Time(graph.run.duration.0 / 2);
    let half = SecondHalf { begins, at_first: None, at_last: 0 };
    let real = watchers(graph, Time(graph.run.duration.0 / 10), Wanted::default());
    let ended = world::run(graph, Key::root(graph.run.seed, 0), (real, half));
    assert_eq!(ended.halt, None);
    let SecondHalf { at_first, at_last, .. } = ended.observer.1;
    at_last - at_first.expect("something happens in the second half")
}

#[test]
fn the_counter_counts() {
    let before = heap::allocations();
    let held = heap::peak(|| vec![0_u8; 1000]);
    assert_eq!((heap::allocations() - before, held), (1, 1000));
}

#[test]
fn the_second_half_of_one_queue_allocates_nothing() {
    let text = with_crowd(W1, ["50000s", "50100s"], "2/s", "server", "job");
    assert_eq!(allocations_of_the_second_half(&graph(&text, "base", "250000s")), 0);
}

#[test]
fn the_second_half_of_a_web_tier_allocates_nothing() {
    let text = with_crowd(W2, ["50s", "50.2s"], "5000/s", "balancer", "page");
    assert_eq!(allocations_of_the_second_half(&graph(&text, "base", "250s")), 0);
}

#[test]
fn the_second_half_of_a_web_tier_behind_a_cache_allocates_nothing() {
    let text = with_crowd(W3, ["100s", "100.2s"], "5000/s", "cache", "page");
    assert_eq!(allocations_of_the_second_half(&graph(&text, "base", "500s")), 0);
}

#[test]
fn the_second_half_of_a_closed_loop_allocates_nothing() {
    let text = with_crowd(W4, ["4s", "4.1s"], "5000/s", "machine", "job");
    assert_eq!(allocations_of_the_second_half(&graph(&text, "base", "20s")), 0);
}

#[test]
fn the_second_half_of_database_calls_with_a_time_out_allocates_nothing() {
    let text = include_str!("../scenarios/database-bottleneck.toml");
    let text = with_crowd(text, ["40s", "41s"], "1000/s", "balancer", "order");
    let patient = text.replace("arrivals =", "timeout = { total = \"2s\" }\narrivals =");
    assert_eq!(patient.matches("timeout").count(), 2, "both clients wait for so long");
    assert_eq!(allocations_of_the_second_half(&graph(&patient, "three-servers", "200s")), 0);
}

/// The most bytes that a run holds, its graph not counted.
fn peak(graph: &Graph) -> u64 {
    heap::peak(|| replicate(graph, 0, Time::ZERO, Wanted::default()).expect("the run is sound"))
}

/// The most bytes of a run with so many requests on a link of 5 s, or at the server behind it that
/// has called another over such a link, so that two exchanges of each are in flight.
fn peak_on_links(requests: u32, calls: bool) -> u64 {
    let work = if calls { "{ call = 'far' }" } else { "" };
    let text = format!(
        "duration = '11s'\nwarmup = '0s'\n[endpoint.e]\nwork = [{work}]\n\
         [node.users]\nkind = 'client'\nmix = {{ e = 1 }}\n\
         arrivals = {{ regular = {{ steps = [['0s', '{requests}/s'], ['1s', '0/s']] }} }}\n\
         [node.near]\nkind = 'server'\n[node.far]\nkind = 'server'\n\
         [link.users.near]\nlatency = '5s'\n[link.near.far]\nlatency = '5s'\n"
    );
    peak(&support::graph(&text))
}

/// What one more request in flight takes on average: many runs, since tables grow by steps.
fn bytes_each(calls: bool) -> u64 {
    let few = peak_on_links(1_000, calls);
    let each = |thousands: u32| {
        (peak_on_links(thousands * 1_000, calls) - few) / (u64::from(thousands - 1) * 1_000)
    };
    let sizes = [60, 70, 80, 90, 100, 110, 120];
    sizes.iter().map(|thousands| each(*thousands)).sum::<u64>() / 7
}

#[test]
fn a_request_in_flight_takes_few_bytes_and_a_call_fewer() {
    let (request, calling) = (bytes_each(false), bytes_each(true));
    println!("a request with its exchange: {request} bytes, a call: {}", calling - request);
    assert!(request <= REQUEST, "{request} bytes for a request with its exchange");
    assert!(calling - request <= CALL, "{} bytes for a call", calling - request);
}

#[test]
fn a_hundred_thousand_users_take_less_than_64_mib() {
    let bytes = peak(&graph(W4, "base", "20s"));
    assert!(bytes < 64 << 20, "{bytes} bytes");
}
