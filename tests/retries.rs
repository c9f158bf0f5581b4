//! Further attempts of clients: when they are made, what they cost, and what ends them.

mod support;

use lindley::outcome::Reason;
use support::{Ended, graph, latencies, reading, requests, run};

/// A client that asks once a minute, 5 ms from a server that does `work`.
fn asked(work: &str, client: &str, duration: &str) -> Vec<Ended> {
    let text = format!(
        "study = 'terminating'\nduration = '{duration}'\nuntil = 'drained'\n\
         [endpoint.page]\nwork = [{work}]\n\
         [node.users]\nkind = 'client'\narrivals = {{ interval = '60s' }}\n\
         mix = {{ page = 1.0 }}\n{client}\n[node.app]\nkind = 'server'\n\
         [link.users.app]\nlatency = '5ms'\n"
    );
    requests(&graph(&text))
}

const FAILS: &str = "{ fail = 1.0, status = 503 }";

#[test]
fn each_attempt_costs_its_trip_and_the_pauses_grow() {
    let ended = asked(FAILS, "retry = { attempts = 4, backoff = '100ms' }", "90s");
    assert_eq!(ended[0].failure(), Some(Reason::Status));
    // Four trips of 10 ms, and pauses of 100, 200 and 400 ms.
    assert_eq!(latencies(&ended), [740]);
    let backoff = ended[0].parts[7] / 1_000_000;
    assert_eq!(backoff, 700, "the pauses are told apart from the rest");
}

#[test]
fn an_attempt_fails_on_its_own_and_the_first_success_ends_it() {
    let ended =
        asked("{ fail = 0.5, status = 503 }", "retry = { attempts = 30, backoff = '1ms' }", "1h");
    assert!(ended.iter().all(|it| it.failure().is_none()));
    assert!(latencies(&ended).iter().any(|latency| *latency > 10));
}

#[test]
fn what_is_not_named_is_not_tried_again() {
    let ended = asked(FAILS, "retry = { attempts = 4, on = ['connect'] }", "90s");
    assert_eq!(latencies(&ended), [10]);
}

#[test]
fn a_budget_grants_a_share_of_the_requests_and_none_of_the_retries() {
    let attempts = |budget: &str| {
        let retry = format!("retry = {{ attempts = 9, backoff = '1ms', budget = {{ {budget} }} }}");
        let text = format!(
            "study = 'terminating'\nduration = '100s'\nuntil = 'drained'\n\
             [endpoint.page]\nwork = [{FAILS}]\n\
             [node.users]\nkind = 'client'\narrivals = {{ regular = '20/s' }}\n\
             mix = {{ page = 1.0 }}\n{retry}\n[node.app]\nkind = 'server'\n[link.users.app]\n"
        );
        reading(&run(&graph(&text)), "attempts_mean")
    };
    // Half of a retry for each request, and one in each of ten windows beside that.
    assert!((attempts("ratio = 0.5, min_per_second = 0") - 1.5).abs() < 0.001);
    let both = attempts("ratio = 0.5, min_per_second = 0.1");
    assert!((both - 1.505).abs() < 0.001, "{both}");
}

#[test]
fn the_total_time_out_ends_a_pause() {
    let client = "retry = { attempts = 4, backoff = '100ms' }\ntimeout = { total = '150ms' }";
    let ended = asked(FAILS, client, "90s");
    assert_eq!(ended[0].failure(), Some(Reason::Timeout));
    assert_eq!(latencies(&ended), [150]);
    assert_eq!(ended[0].parts.iter().sum::<u64>(), 150_000_000);
}

#[test]
fn an_answer_that_comes_after_its_time_out_is_no_longer_waited_for() {
    let client = "retry = { attempts = 2, backoff = '10ms' }\ntimeout = { read = '20ms' }";
    let ended = asked("{ wait = '25ms' }", client, "90s");
    assert_eq!(ended[0].failure(), Some(Reason::ReadTimeout));
    assert_eq!(latencies(&ended), [50]);
}

#[test]
fn a_read_time_out_that_comes_after_the_total_one_stops_nothing_of_others() {
    // The place of a timer that has fired is another's: here the end of a visit to a core, which
    // a pause then finds in the past.
    let text = "duration = '60s'\n\
                [endpoint.page]\nwork = [{ cpu = { uniform = { min = '0s', max = '10ms' } } }]\n\
                [node.app]\nkind = 'server'\ncores = 1\n\
                pauses = { every = { exp = '55ms' }, \
                length = { erlang = { mean = '8ms', k = 3 } } }\n\
                [node.users]\nkind = 'client'\narrivals = { poisson = '120/s' }\n\
                mix = { page = 1 }\n\
                timeout = { total = '10ms', read = '12ms', late = 'abandon' }\n\
                [link.users.app]\n";
    assert!(!requests(&graph(text)).is_empty());
}

#[test]
fn jitter_spreads_the_pauses_of_those_who_fail_together() {
    let pauses = |jitter: &str| -> Vec<u64> {
        let client = format!("retry = {{ attempts = 2, backoff = '1s', jitter = '{jitter}' }}");
        let ended = asked(FAILS, &client, "3000s");
        latencies(&ended).into_iter().map(|latency| latency - 20).collect()
    };
    assert!(pauses("none").iter().all(|pause| *pause == 1_000));
    let (full, equal) = (pauses("full"), pauses("equal"));
    assert!(full.iter().all(|pause| *pause <= 1_000) && full.iter().any(|pause| *pause < 300));
    assert!(equal.iter().all(|pause| (500..=1_000).contains(pause)), "{equal:?}");
    let mut different = equal.clone();
    different.dedup();
    assert!(different.len() > equal.len() / 2);
}

#[test]
fn who_is_turned_away_by_a_limit_knows_it_by_the_status() {
    let attempts = |on: &str| {
        let text = format!(
            "study = 'terminating'\nduration = '20s'\nuntil = 'drained'\n\
             [endpoint.page]\nwork = [{{ cpu = '1ms' }}]\n\
             [node.users]\nkind = 'client'\narrivals = {{ interval = '100ms' }}\n\
             mix = {{ page = 1 }}\n\
             retry = {{ attempts = 3, backoff = '1ms', on = ['{on}'] }}\n\
             [node.edge]\nkind = 'load-balancer'\nrate_limit = {{ rate = '5/s', key = 'all' }}\n\
             [node.app]\nkind = 'server'\n[link.users.edge]\n[link.edge.app]\n"
        );
        reading(&run(&graph(&text)), "attempts_mean")
    };
    let limited = attempts("rate-limited");
    assert!(limited > 1.5, "{limited}");
    assert!((limited - attempts("status:429")).abs() < f64::EPSILON);
    assert!((attempts("connect") - 1.0).abs() < f64::EPSILON);
}
