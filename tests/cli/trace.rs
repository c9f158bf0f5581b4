//! `trace`: what it writes is what others read, and agrees with the log of requests.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::workplace::Workplace;

/// Variants of shipped scenarios with caches, retries, time-outs and handshakes, made short.
const SHIPPED: [(&str, &str); 6] = [
    ("three-caches --set duration=20s --set warmup=1s", "all-three"),
    ("three-caches --set duration=20s --set warmup=1s", "none"),
    ("retry-storm --set duration=25s", "two-retries"),
    ("timeouts --set duration=25s", "hang-read"),
    ("failover --set duration=25s", "crash-retried"),
    ("keep-alive-or-not --set duration=8s --set warmup=1s", "tls-1-3"),
];
const CACHES: &str = "three-caches --set duration=8s --set warmup=1s";

fn read(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// The events of spans, by request.
fn by_request(text: &str) -> BTreeMap<u64, Vec<Value>> {
    let mut requests: BTreeMap<u64, Vec<Value>> = BTreeMap::new();
    for event in read(text)["traceEvents"].as_array().expect("a list") {
        if event["ph"] == "X" {
            let pid = event["pid"].as_u64().expect("a number");
            requests.entry(pid).or_default().push(event.clone());
        }
    }
    requests
}

/// Nanoseconds of a time in microseconds with three decimals, as it stands in the text.
fn nanos(text: &str) -> u64 {
    let (micros, decimals) = text.split_once('.').expect("decimals");
    assert_eq!(decimals.len(), 3, "{text}");
    micros.parse::<u64>().expect("a number") * 1_000 + decimals.parse::<u64>().expect("a number")
}

/// The first event of each request in the text, as client, user, ordinal, start and end.
fn requests(text: &str) -> BTreeSet<(String, u64, u64, u64, u64)> {
    let mut found = BTreeSet::new();
    for line in text.lines().filter(|line| line.contains("\"lindley.attempts\"")) {
        let exact = |key: &str| {
            let start = line.find(key).expect(key) + key.len();
            nanos(line[start..].split(',').next().expect("a number"))
        };
        let args = &read(line.trim_end_matches(','))["args"];
        let (from, long) = (exact("\"ts\":"), exact("\"dur\":"));
        let number = |name: &str| args[name].as_u64().expect(name);
        let client = args["lindley.client"].as_str().expect("a name").to_owned();
        let (user, ordinal) = (number("lindley.user"), number("lindley.request"));
        found.insert((client, user, ordinal, from, from + long));
    }
    found
}

/// The same of `requests.csv`, for one variant and the first replication.
fn logged(text: &str, variant: &str) -> BTreeSet<(String, u64, u64, u64, u64)> {
    let mut found = BTreeSet::new();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    for row in reader.records() {
        let row = row.expect("a row");
        if &row[0] == variant && &row[1] == "1" {
            let number = |cell: &str| cell.parse::<u64>().expect("a number");
            let (user, ordinal) = (number(&row[4]), number(&row[2]));
            found.insert((row[3].to_owned(), user, ordinal, nanos(&row[7]), nanos(&row[8])));
        }
    }
    found
}

#[test]
fn what_lies_on_the_way_is_the_latency_of_the_log_in_shipped_scenarios() {
    let place = Workplace::with_shop();
    for (scenario, variant) in SHIPPED {
        let line = format!("{scenario} --variant {variant} --quiet");
        let also = "--replications 1 --requests=30 --out log --no-plots";
        place.run(&format!("run {line} {also}")).done();
        let log = place.read("log/requests.csv");
        let told = place.run(&format!("trace {line} --requests 30")).done();
        assert_eq!(told.stderr, "");
        assert_eq!(requests(&told.stdout), logged(&log, variant), "{scenario}");
        let all = by_request(&told.stdout);
        let mut latencies: Vec<u64> =
            requests(&told.stdout).iter().map(|(.., from, to)| to - from).collect();
        let on_way = |events: &Vec<Value>| -> u64 {
            events.iter().filter_map(|it| it["args"]["lindley.critical_ns"].as_u64()).sum()
        };
        let mut sums: Vec<u64> = all.values().map(on_way).collect();
        latencies.sort_unstable();
        sums.sort_unstable();
        assert_eq!(sums, latencies, "{scenario}");
        std::fs::remove_dir_all(place.path("log")).expect("it is there");
    }
}

#[test]
fn threads_of_events_nest() {
    let place = Workplace::with_shop();
    let line = "trace timeouts --set duration=25s --variant hang-read --slowest 20 --quiet";
    let text = place.run(line).done().stdout;
    let mut threads: BTreeMap<(u64, u64), Vec<(u64, u64)>> = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("{\"ph\":\"X\"")) {
        let event = read(line.trim_end_matches(','));
        let number = |name: &str| event[name].as_u64().expect(name);
        let exact = |key: &str| {
            let start = line.find(key).expect(key) + key.len();
            nanos(line[start..].split(',').next().expect("a number"))
        };
        let (from, long) = (exact("\"ts\":"), exact("\"dur\":"));
        threads.entry((number("pid"), number("tid"))).or_default().push((from, from + long));
    }
    assert!(threads.len() > 20, "each request has several");
    assert!(
        by_request(&text).values().all(|events| events[0]["tid"] == 1),
        "the client's is first"
    );
    for (thread, spans) in threads {
        for (from, to) in &spans {
            let crosses = |other: &&(u64, u64)| from < &other.0 && other.0 < *to && *to < other.1;
            assert_eq!(spans.iter().find(crosses), None, "{thread:?}: {from} {to}");
        }
    }
}

/// The attribute of a message of OTLP.
fn attribute<'a>(of: &'a Value, name: &str) -> Option<&'a Value> {
    let all = of["attributes"].as_array().expect("a list");
    all.iter().find(|it| it["key"] == name).map(|it| &it["value"])
}

fn is_hex(value: &Value, digits: usize) -> bool {
    let text = value.as_str().expect("a text");
    let is_digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    text.len() == digits && text.chars().all(is_digit) && text.chars().any(|c| c != '0')
}

#[test]
fn otlp_is_what_the_mapping_of_its_messages_to_json_says() {
    let place = Workplace::with_shop();
    let line = format!("trace {CACHES} --requests 10 --format otlp --quiet");
    let told = read(&place.run(&line).done().stdout);
    let mut ids: BTreeMap<String, BTreeMap<String, (u64, u64)>> = BTreeMap::new();
    let mut spans = Vec::new();
    for resource in told["resourceSpans"].as_array().expect("a list") {
        let name = attribute(&resource["resource"], "service.name").expect("a name");
        assert!(name["stringValue"].is_string());
        for scope in resource["scopeSpans"].as_array().expect("a list") {
            assert_eq!(scope["scope"]["name"], "lindley");
            spans.extend(scope["spans"].as_array().expect("a list").clone());
        }
    }
    let time = |span: &Value, name: &str| -> u64 {
        span[name].as_str().expect("a text").parse().expect("a number")
    };
    for span in &spans {
        assert!(is_hex(&span["traceId"], 32) && is_hex(&span["spanId"], 16), "{span}");
        assert!((1..=3).contains(&span["kind"].as_u64().expect("a number")), "{span}");
        let times = (time(span, "startTimeUnixNano"), time(span, "endTimeUnixNano"));
        assert!(times.0 <= times.1, "{span}");
        if let Some(status) = attribute(span, "http.response.status_code") {
            assert!(status["intValue"].is_string(), "{span}");
        }
        let of_trace = ids.entry(span["traceId"].to_string()).or_default();
        assert!(of_trace.insert(span["spanId"].to_string(), times).is_none(), "{span}");
    }
    assert_eq!(ids.len(), 10);
    let (mut roots, mut servers) = (0, 0);
    for span in &spans {
        let of_trace = &ids[&span["traceId"].to_string()];
        servers += u64::from(span["kind"] == 2);
        match span.get("parentSpanId") {
            None => roots += 1,
            Some(parent) => assert!(of_trace.contains_key(&parent.to_string()), "{span}"),
        }
    }
    assert_eq!(roots, 10);
    assert!(servers >= 10, "{servers}");
}

#[test]
fn a_smaller_sample_is_the_beginning_of_a_larger_one_and_of_every_variant() {
    let place = Workplace::with_shop();
    let of = |line: &str| by_request(&place.run(line).done().stdout);
    let few = of("trace shop.toml --requests 3 --quiet");
    let many = of("trace shop.toml --requests 8 --quiet");
    assert_eq!((few.len(), many.len()), (3, 8));
    assert!(few.iter().all(|(pid, events)| many[pid] == *events));
    let who = |requests: &BTreeMap<u64, Vec<Value>>| -> Vec<Value> {
        requests.values().map(|it| it[0]["args"]["lindley.request"].clone()).collect()
    };
    assert_eq!(who(&many), who(&of("trace shop.toml --requests 8 --variant two --quiet")));
    let line = "trace shop.toml --requests 8 --quiet";
    assert_eq!(place.run(line).stdout, place.run(line).stdout);
    assert_ne!(who(&many), who(&of("trace shop.toml --requests 8 --replication 2 --quiet")));
}

#[test]
fn the_slowest_are_those_of_the_log_that_ended_in_the_window() {
    let place = Workplace::with_shop();
    place.run("run shop.toml --variant one --requests --no-plots --quiet --out log").done();
    let from_second = |it: &(String, u64, u64, u64, u64)| it.4 >= 1_000_000_000;
    let log = logged(&place.read("log/requests.csv"), "one");
    let mut log: Vec<u64> =
        log.into_iter().filter(from_second).map(|(.., from, to)| to - from).collect();
    log.sort_unstable_by_key(|latency| std::cmp::Reverse(*latency));
    let told = place.run("trace shop.toml --slowest 5").done();
    let latency = |events: &Vec<Value>| -> u64 {
        events.iter().filter_map(|it| it["args"]["lindley.critical_ns"].as_u64()).sum()
    };
    let slowest: Vec<u64> = by_request(&told.stdout).values().map(latency).collect();
    assert_eq!(slowest, log[..5]);
    let sentence = format!(
        "shop, variant one, replication 1: the 5 slowest of the {} requests that ended from 1s \
         on\n",
        log.len()
    );
    assert_eq!(told.stderr, sentence);
}

#[test]
fn only_requests_that_end_between_two_moments_are_shown() {
    let place = Workplace::with_shop();
    let text = place.run("trace shop.toml --requests 500 --from 2s --to 2500ms --quiet").done();
    let all = requests(&text.stdout);
    assert!(all.len() > 10, "{}", all.len());
    assert!(all.iter().all(|(.., to)| (2_000_000_000..2_500_000_000).contains(to)));
    let told = place.run("trace shop.toml --from 3s --to 2s");
    assert_eq!((told.status, told.stdout.as_str()), (2, ""));
    let told = place.run("trace shop.toml --from 4s --quiet").done();
    assert_eq!(read(&told.stdout)["traceEvents"], serde_json::json!([]));
    let warning = "warning: no request ended from 4s on: there are no spans\n";
    assert_eq!(told.stderr, warning, "a file without spans is no answer that one would expect");
}

#[test]
fn a_file_of_spans_is_written_anew_and_any_other_file_is_left_alone() {
    let place = Workplace::with_shop();
    for form in ["chrome", "otlp"] {
        let line = format!("trace shop.toml --requests 2 --format {form} --out spans.json");
        let told = place.run(&line).done();
        assert_eq!(told.stdout, "");
        assert!(told.stderr.contains("They are in spans.json"), "{}", told.stderr);
        let printed = place.run(&format!("trace shop.toml --requests 2 --format {form} --quiet"));
        assert_eq!(place.read("spans.json"), printed.stdout);
    }
    let before = place.read("shop.toml");
    let told = place.run("trace shop.toml --out shop.toml");
    assert_eq!((told.status, told.stdout.as_str()), (4, ""));
    assert_eq!(
        told.stderr,
        "error: `shop.toml` is no file of spans and would be lost: choose another one with --out, \
         or remove it\n"
    );
    assert_eq!(place.read("shop.toml"), before);
    assert_eq!(place.run("trace shop.toml --out missing/spans.json").status, 4);
}

#[test]
fn mistakes_are_told_and_nothing_is_printed() {
    let place = Workplace::with_shop();
    for (line, said) in [
        ("trace shop.toml --variant on", "did you mean `one`?"),
        ("trace shop.toml --requests 3 --slowest 3", "cannot be used with"),
        ("trace shop.toml --requests 0", "0 is not in 1.."),
        ("trace shop.toml --replication 0", "0 is not in 1.."),
        ("trace shop.toml --from 3", "3"),
        ("trace shop.toml --set node.app.coers=2", "cores"),
        ("trace shop.toml --set variant.two.node.app.cores=3", "--variant two"),
    ] {
        let told = place.run(line);
        assert_eq!((told.status, told.stdout.as_str()), (2, ""), "{line}");
        assert!(told.stderr.contains(said), "{line}: {}", told.stderr);
    }
}
