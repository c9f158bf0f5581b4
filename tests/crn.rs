//! Common random numbers: the same user asks for the same thing at the same cost in every
//! variant, whatever the design does in between.

mod support;

use std::collections::BTreeMap;

use support::{Ended, graph, requests, scenarios};

/// What belongs to a request: endpoint, object, its demand at the server (the service part, with
/// cores of speed 1 that nothing stops) and below it (where nothing ever waits).
type Owned = (u16, Option<u32>, u64, u64);

const SERVICE: usize = 4;
const DOWNSTREAM: usize = 6;

/// A shop whose only queue is at the server: the database has a core for everybody. `users` makes
/// the requests, `path` is the way to the server, `app` its station.
fn shop(users: &str, path: &str, app: &str) -> String {
    format!(
        "duration = '20s'
[endpoint.home]
work = [{{ cpu = {{ exp = '8ms' }} }}, {{ call = 'db', times = {{ geometric = {{ mean = 3 }} }} }}]
[endpoint.product]
objects = {{ count = 1000, popularity = {{ zipf = 0.9 }} }}
work = [
  {{ cpu = {{ lognormal = {{ mean = '5ms', cv = 2 }} }}, probability = 0.6 }},
  {{ call = 'db', endpoint = 'query', probability = 0.7 }},
  {{ cpu = {{ gamma = {{ mean = '3ms', cv = 0.7 }} }} }},
  {{ call = 'db', times = {{ poisson = {{ mean = 1.5 }} }} }},
]
[endpoint.query]
work = [{{ cpu = {{ weibull = {{ mean = '2ms', shape = 0.8 }} }} }}]
[node.users]
kind = 'client'
mix = {{ home = 0.3, product = 0.7 }}
{users}
[node.app]
kind = 'server'
{app}
[node.db]
kind = 'database'
cores = 1000000
service = {{ exp = '1ms' }}
[link.app.db]
{path}"
    )
}

const OPEN: &str = "arrivals = { poisson = '60/s' }";
const CLOSED: &str = "users = 15\nthink = { exp = '200ms' }";
const DIRECT: &str = "[link.users.app]";

/// What belongs to each request that succeeded, by its user and ordinal.
fn owned(text: &str) -> BTreeMap<(u64, u64), Owned> {
    let all = requests(&graph(text)).into_iter().filter(|request| request.answer == 200 << 8);
    all.map(|it| (it.who, (it.endpoint, it.object, it.parts[SERVICE], it.parts[DOWNSTREAM])))
        .collect()
}

/// Checks that requests which both designs served had the same draws, and that there were enough.
#[track_caller]
fn check_same(what: &str, one: &BTreeMap<(u64, u64), Owned>, other: &BTreeMap<(u64, u64), Owned>) {
    let mut both = 0;
    for (who, owned) in other {
        if let Some(expected) = one.get(who) {
            assert_eq!(owned, expected, "request {who:?}; {what}");
            both += 1;
        }
    }
    assert!(both > 700, "{both} requests in both; {what}");
}

#[test]
fn laws_of_time_and_order_ask_for_the_same_in_every_design_of_an_open_loop() {
    let laws = [
        "popularity = { drift = { zipf = 0.9, every = '300ms', by = 7 } }",
        "popularity = 'loop'",
        "popularity = { zipf = 0.9 }, one_hit = 0.3",
    ];
    for law in laws {
        let of = |app: &str| {
            let text = shop(OPEN, DIRECT, app).replace("popularity = { zipf = 0.9 }", law);
            owned(&text)
        };
        check_same(law, &of(STATIONS[0]), &of(STATIONS[3]));
        check_same(law, &of(STATIONS[0]), &of(STATIONS[1]));
    }
}

/// A balancer by some algorithm over `replicas` servers.
fn balanced(algorithm: &str) -> String {
    format!(
        "[node.lb]\nkind = 'load-balancer'\nalgorithm = '{algorithm}'\n\
         [link.users.lb]\nlatency = {{ exp = '2ms' }}\n[link.lb.app]"
    )
}

/// Stations that serve in different orders, with different numbers and limits of machines.
const STATIONS: [&str; 9] = [
    "cores = 1",
    "cores = 1\ndiscipline = 'lifo'",
    "cores = 1\ndiscipline = 'preemptive-priority'",
    "cores = 3",
    "cores = 1\nreplicas = 2",
    "cores = 1\nreplicas = 5",
    "cores = 1\nworkers = 2\nqueue = 4",
    "cores = 1\nworkers = 1\nasync = true",
    "cores = 1\nqueue_timeout = { exp = '40ms' }",
];

#[test]
fn a_request_owns_its_draws_however_the_server_works() {
    for users in [OPEN, CLOSED] {
        let base = owned(&shop(users, DIRECT, STATIONS[0]));
        for station in &STATIONS[1..] {
            check_same(station, &base, &owned(&shop(users, DIRECT, station)));
        }
    }
}

#[test]
fn a_request_owns_its_draws_whichever_way_it_takes() {
    let proxies = "[node.far]\nkind = 'forward-proxy'\n[node.near]\nkind = 'reverse-proxy'\n\
                   [link.users.far]\nlatency = { exp = '5ms' }\nloss = { up = 0.1, down = 0.1 }\n\
                   [link.far.near]\nbandwidth = '1MB/s'\n[link.near.app]";
    let base = owned(&shop(OPEN, DIRECT, "cores = 1\nreplicas = 3"));
    check_same("proxies", &base, &owned(&shop(OPEN, proxies, "cores = 1\nreplicas = 3")));
    for algorithm in lindley::balance::Algorithm::ALL {
        let path = balanced(algorithm.name());
        let other = owned(&shop(OPEN, &path, "cores = 1\nreplicas = 3"));
        check_same(algorithm.name(), &base, &other);
    }
}

#[test]
fn a_request_owns_its_draws_whatever_becomes_of_those_before() {
    let base = owned(&shop(CLOSED, DIRECT, "cores = 1"));
    for late in ["abandon", "drop", "cancel"] {
        let users =
            format!("{CLOSED}\ntimeout = {{ total = {{ exp = '90ms' }}, late = '{late}' }}");
        check_same(late, &base, &owned(&shop(&users, DIRECT, "cores = 1")));
    }
}

#[test]
fn a_user_of_a_closed_loop_thinks_the_same_times_in_every_design() {
    let thinks = |station: &str| {
        let mut ends: BTreeMap<(u64, u64), u64> = BTreeMap::new();
        let mut thinks = BTreeMap::new();
        for request in requests(&graph(&shop(CLOSED, DIRECT, station))) {
            let (user, ordinal) = request.who;
            let before = ordinal.checked_sub(1).map_or(0, |before| ends[&(user, before)]);
            thinks.insert(request.who, request.started - before);
            ends.insert(request.who, request.end);
        }
        thinks
    };
    let base = thinks("cores = 1");
    for station in &STATIONS[1..] {
        let mut other = thinks(station);
        other.retain(|who, _| base.contains_key(who));
        assert!(other.len() > 700, "{}", other.len());
        assert!(other.iter().all(|(who, think)| base[who] == *think), "{station}");
    }
}

#[test]
fn demands_differ_from_request_to_request_and_between_replications() {
    // What the tests above compare would also be equal if everything were constant.
    let base = owned(&shop(OPEN, DIRECT, "cores = 1"));
    let mut demands: Vec<u64> = base.values().map(|(_, _, service, _)| *service).collect();
    demands.sort_unstable();
    demands.dedup();
    assert!(demands.len() * 100 > base.len() * 99, "{} of {}", demands.len(), base.len());
    let other =
        owned(&shop(OPEN, DIRECT, "cores = 1").replacen("duration", "seed = 2\nduration", 1));
    let same = other.iter().filter(|(who, owned)| base.get(who) == Some(owned)).count();
    assert_eq!(same, 0);
}

#[test]
fn equal_draws_give_longer_demands_where_the_law_is_longer() {
    let demands = |mean: &str| {
        let text = scenarios::server(&format!("{{ cpu = {{ exp = '{mean}' }} }}"), "cores = 9", "");
        requests(&graph(&text))
            .into_iter()
            .map(|it| (it.who, it.parts[SERVICE]))
            .collect::<BTreeMap<_, _>>()
    };
    let (short, long) = (demands("1ms"), demands("2ms"));
    for (who, nanos) in &short {
        assert!(long.get(who).is_none_or(|other| other.abs_diff(2 * nanos) <= 1), "{who:?}");
    }
}

/// A pair that has nothing to do with the rest; its names come first in every order.
const STRANGERS: &str = "
[endpoint.aa]
work = [{ cpu = { exp = '3ms' } }]
[node.aa]
kind = 'client'
arrivals = { poisson = '70/s' }
mix = { aa = 1 }
[node.ab]
kind = 'server'
cores = 1
replicas = 2
[link.aa.ab]
latency = { exp = '1ms' }
";

#[test]
fn nodes_that_have_nothing_to_do_with_the_rest_change_none_of_its_draws() {
    for (name, text) in scenarios::all() {
        // What can change are places in tables: numbers of endpoints and nodes.
        let facts =
            |it: &Ended| (it.key, it.who, it.object, it.started, it.end, it.answer, it.parts);
        let mut base: Vec<_> = requests(&graph(&text)).iter().map(facts).collect();
        let stranger = requests(&graph(&format!("{text}{STRANGERS}")));
        let mut with: Vec<_> = stranger.iter().map(facts).collect();
        base.sort_unstable();
        with.retain(|it| base.binary_search_by_key(&it.0, |of| of.0).is_ok());
        with.sort_unstable();
        let first = with.iter().zip(&base).find(|(with, base)| with != base);
        assert_eq!(first, None, "{name}: the first request that differs");
        assert_eq!(with.len(), base.len(), "{name}");
        assert!(stranger.len() > base.len(), "{name}: the strangers did something");
    }
}

#[test]
fn arrivals_do_not_depend_on_what_becomes_of_them() {
    let starts = |station: &str| {
        let all = requests(&graph(&shop(OPEN, DIRECT, station)));
        all.into_iter().map(|it| (it.who, it.started)).collect::<BTreeMap<_, _>>()
    };
    let base = starts("cores = 9");
    let slow = starts("cores = 1\nqueue_timeout = '10ms'");
    assert!(slow.iter().all(|(who, at)| base.get(who).is_none_or(|other| other == at)));
    assert!(slow.len() > 700);
}
