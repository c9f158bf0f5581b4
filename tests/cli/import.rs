//! `lindley import`: an access log in, traces and a scenario that runs out.

use std::fmt::Write as _;
use std::io::Write as _;

use crate::workplace::Workplace;

/// Made up for these tests: 240 requests, and two lines that no client of HTTP sent.
const SAMPLE: &str = include_str!("../data/access_log/sample.log");

fn with_log(name: &str, text: &str) -> Workplace {
    let place = Workplace::with_shop();
    place.write(name, text);
    place
}

/// A line of a log in Common Log Format, so many seconds after nine.
fn line(second: u64, request: &str, status: u16, bytes: u64) -> String {
    let (minute, second) = (second / 60, second % 60);
    format!(
        "192.0.2.1 - - [05/Mar/2026:09:{minute:02}:{second:02} +0000] \"{request}\" {status} \
         {bytes}\n"
    )
}

/// How many requests a run of the scenario's variant makes, in five replications.
fn run_of(place: &Workplace, folder: &str, variant: &str) -> usize {
    let scenario = format!("{folder}/scenario.toml");
    let line = format!("run {scenario} --variant {variant} --requests --no-plots --out ran");
    place.run(&line).done();
    place.read("ran/requests.csv").lines().count() - 1
}

#[test]
fn the_scenario_of_a_log_runs_and_makes_the_requests_of_the_log() {
    let place = with_log("access.log", SAMPLE);
    let told = place.run("import access.log --out shop").done();
    assert!(told.stdout.starts_with("240 requests in "), "{}", told.stdout);
    assert!(told.stderr.contains("Malformed lines, left out: 2 of 242"), "{}", told.stderr);
    let request = "  line 51: its request is no method and target of HTTP";
    assert!(told.stderr.contains(request), "{}", told.stderr);
    assert_eq!(place.read("shop/trace.csv").lines().count(), 241);
    assert_eq!(run_of(&place, "shop", "replayed"), 5 * 240);
    let drawn = run_of(&place, "shop", "fitted");
    assert!((1_100..1_300).contains(&drawn), "{drawn}");
    let scenario = place.read("shop/scenario.toml");
    for said in ["path     = \"/products/{object}\"", "GET /img/:id.jpg", "fail = ", "status = 503"]
    {
        assert!(scenario.contains(said), "{said}: {scenario}");
    }
    place.run("cache shop/trace.csv --policy lru --size 50% --no-plots --out c").done();
}

#[test]
fn the_same_log_gives_the_same_bytes_and_packed_as_well() {
    let place = with_log("access.log", SAMPLE);
    let file = std::fs::File::create(place.path("access.log.gz")).expect("made");
    let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    packed.write_all(SAMPLE.as_bytes()).and_then(|()| packed.finish().map(drop)).expect("written");
    place.run("import access.log --out one").done();
    place.run("import access.log --out other").done();
    place.run("import access.log.gz --out packed").done();
    assert_eq!(place.files("one"), place.files("other"));
    let csv = |folder: &str| {
        let mut files = place.files(folder);
        files.retain(|name, _| name.extension().is_some_and(|ending| ending == "csv"));
        files
    };
    assert_eq!(csv("one"), csv("packed"));
    assert!(csv("one").len() > 5);
    place.run("import access.log --out one").done();
    assert_eq!(place.files("one"), place.files("other"), "an earlier result is replaced");
}

/// A number from 0 to 1 that is a function of `n`.
fn draw(n: u64) -> f64 {
    let mut z = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

#[test]
fn a_log_of_a_known_law_of_popularity_gives_it_back() {
    for exponent in [0.7, 1.1] {
        let mut sums = vec![0.0];
        for rank in 1..=500 {
            let weight = libm::pow(f64::from(rank), -exponent);
            sums.push(sums[sums.len() - 1] + weight);
        }
        let mut log = String::new();
        for n in 0..20_000 {
            let wanted = draw(n) * sums[500];
            let object = sums.partition_point(|sum| *sum <= wanted);
            log.push_str(&line(n / 20, &format!("GET /p/{object} HTTP/1.1"), 200, 500));
        }
        let place = with_log("zipf.log", &log);
        let told = place.run("import zipf.log --json --out r").done();
        let all: serde_json::Value = serde_json::from_str(&told.stdout).expect("JSON");
        let endpoint = &all["endpoints"][0];
        let fitted = endpoint["zipf"].as_f64().expect("a number");
        assert!((fitted - exponent).abs() < 0.04, "{exponent}: {fitted}");
        let objects = endpoint["objects"].as_u64().expect("a number");
        assert!((480..=540).contains(&objects), "{objects}");
        assert!(endpoint["zipf_distance"].as_f64().expect("a number") < 0.03);
        assert_eq!((&all["requests"], &all["complete"]), (&20_000.into(), &true.into()));
        assert_eq!((&all["mean_rate"], &all["busiest_second"]), (&20.0.into(), &20.into()));
    }
}

#[test]
fn requests_of_a_second_come_at_random_within_it_and_lines_are_put_in_order() {
    let log = [(3, "a"), (1, "b"), (1, "c"), (3, "d"), (2, "e")];
    let log: String = log
        .iter()
        .map(|(second, of)| line(*second, &format!("GET /{of} HTTP/1.1"), 200, 7))
        .collect();
    let place = with_log("access.log", &log);
    place.run("import access.log --out r").done();
    let trace = place.read("r/trace.csv");
    let (head, rows) = trace.split_once('\n').expect("a header");
    assert_eq!(head, "arrival_us,client_ip,method,path,object,size_bytes");
    let rows = rows.lines().map(|row| row.split_once(',').expect("cells"));
    let (times, rests): (Vec<&str>, Vec<&str>) = rows.unzip();
    let of = |name: &str| format!("192.0.2.1,GET,/{name},/{name},7");
    assert_eq!(rests, ["b", "c", "e", "a", "d"].map(of));
    let times: Vec<u64> = times.iter().map(|time| time.parse().expect("a number")).collect();
    assert!(times.is_sorted(), "{times:?}");
    let seconds: Vec<u64> = times.iter().map(|micros| micros / 1_000_000).collect();
    assert_eq!(seconds, [0, 0, 1, 2, 2]);
    assert!(times.iter().all(|micros| micros % 250_000 != 0), "not evenly: {times:?}");
}

/// A log of these requests with their statuses and sizes, one a second.
fn log_of(requests: &[(&str, u16, u64)]) -> String {
    let lines = requests.iter().zip(0..);
    lines
        .map(|((request, status, bytes), n)| {
            line(n, &format!("{request} HTTP/1.1"), *status, *bytes)
        })
        .collect()
}

/// Logs whose sizes, statuses and rates are odd, each in its own way.
fn odd_numbers() -> Vec<(&'static str, String)> {
    let half = log_of(&[("GET /app.js", 200, 30_000), ("GET /app.js", 304, 0)]);
    let exbi = 1 << 60;
    let late = line(0, "GET /late HTTP/1.1", 200, 9).replace("2026", "2029");
    vec![
        ("one size and empty", half.repeat(10)),
        ("one size and few empty", log_of(&[("GET /a", 200, 9)]).repeat(60) + &half),
        ("empty", log_of(&[("GET /a", 204, 0), ("GET /a", 304, 0)])),
        ("one", log_of(&[("GET /", 200, 1)])),
        ("small and huge", log_of(&[("GET /a", 200, exbi), ("GET /a", 200, 1)])),
        ("huge alike", log_of(&[("GET /a", 200, exbi), ("GET /a", 200, exbi - 1)])),
        ("huge and empty", log_of(&[("GET /a", 200, exbi), ("GET /a", 206, 0)])),
        ("rare", log_of(&[("GET /b", 200, 5)]).repeat(5_000) + &late),
        ("failures", log_of(&[("GET /a", 404, 9), ("GET /a", 599, 0), ("GET /a", 400, 1)])),
        ("hardly a success", log_of(&[("GET /app.js", 500, 1)]).repeat(200_000) + &half),
        ("statuses", log_of(&[("GET /a", 100, 0), ("GET /b", 101, 0), ("GET /b", 204, 0)])),
    ]
}

/// Logs that ask for odd things, each in its own way.
fn odd_requests() -> Vec<(&'static str, String)> {
    let long = format!("GET /{}/4711", "a".repeat(117));
    let cut = format!("GET /{} b", "a".repeat(117));
    let all = |requests: &[&str]| -> String {
        requests.iter().map(|request| log_of(&[(*request, 200, 5)])).collect()
    };
    let methods = [
        "OPTIONS *",
        "CONNECT a.example:443",
        "PROPFIND /",
        "HEAD /a",
        "get /a",
        "TRACE /",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF /",
    ];
    let objects = [
        "GET /:id",
        "GET /x/:id/y",
        "GET /{object}",
        "GET /p/4711",
        "GET /q/1/2",
        "GET /q/1/3",
        "GET /css/main.3f2a9b1c.css",
    ];
    let paths = [&long, &cut, "GET //", "GET /..", "GET /?", "GET /?a=1", "GET /#x", "GET /%"];
    let names =
        ["GET /other", "GET /app", "GET /root", "GET /", "GET /users-app", "GET /base", "GET /-"];
    vec![
        ("methods", all(&methods)),
        ("places of objects", all(&objects)),
        ("paths", all(&paths)),
        ("names", all(&names)),
    ]
}

#[test]
fn the_scenario_of_an_odd_log_is_one_that_lindley_reads_in_all_its_variants() {
    let logs = [odd_numbers(), odd_requests()].concat();
    let all: String = logs.iter().map(|(_, log)| log.as_str()).collect();
    for (what, log) in logs.iter().map(|(what, log)| (*what, log)).chain([("all of them", &all)]) {
        let place = with_log("access.log", log);
        for options in ["", "--endpoints 1"] {
            let told = place.run(&format!("import access.log {options} --out r{}", options.len()));
            assert_eq!(told.status, 0, "{what}: {}", told.stderr);
            let told = place.run(&format!("check r{}/scenario.toml", options.len()));
            assert_eq!(told.status, 0, "{what}: {}", told.stderr);
        }
    }
}

#[test]
fn a_constant_size_beside_empty_answers_runs_and_stays_constant() {
    let log: String = (0..20)
        .map(|n| {
            let (status, bytes) = if n % 2 == 0 { (200, 30_000) } else { (304, 0) };
            line(n, "GET /app.js HTTP/1.1", status, bytes)
        })
        .collect();
    let place = with_log("access.log", &log);
    place.run("import access.log --out r").done();
    let scenario = place.read("r/scenario.toml");
    assert!(scenario.contains("{ weight = 0.5, of = \"30000B\" }"), "{scenario}");
    place.run("run r/scenario.toml --no-plots --out ran").done();
}

#[test]
fn a_large_object_stays_large_though_some_answers_came_without_it() {
    let mut log = String::new();
    for n in 0..20 {
        let (status, bytes) = if n % 2 == 0 { (304, 0) } else { (200, 10_000_000) };
        log.push_str(&line(n, "GET /big.iso HTTP/1.1", status, bytes));
        log.push_str(&line(n, "POST /api/cart HTTP/1.1", 200, 3));
    }
    let place = with_log("access.log", &log);
    place.run("import access.log --out r").done();
    let line = "cache r/trace.csv --policy lru,belady --size 1MB,20MB --no-plots --out c";
    let told = place.run(line).done();
    let head = "20 requests for 1 objects of 10000000 bytes together\n";
    assert!(told.stdout.starts_with(head), "{}", told.stdout);
    let left = "\n20 requests are left out: no cache answers other methods than GET and HEAD.\n";
    assert!(told.stdout.contains(left), "{}", told.stdout);
    let table = place.read("c/cache.csv");
    for row in [
        "lru,1MB,1000000,bytes,20,20,1.0,200000000,200000000,1.0",
        "lru,20MB,20000000,bytes,20,1,0.05,200000000,10000000,0.05",
        "belady,1MB,1000000,bytes,20,20,1.0,",
    ] {
        assert!(table.contains(row), "{row}: {table}");
    }
    // A proxy in front of the server of the replay says the same: 19 of 40 requests, of which 20 go
    // past it.
    let cached = place
        .read("r/scenario.toml")
        .replace("link.users-get-big-iso.app", "link.users-get-big-iso.edge");
    for (capacity, ratio) in [("1MB", "0"), ("20MB", "0.475")] {
        let edge = format!(
            "{cached}\n[node.edge]\nkind = \"reverse-proxy\"\ncache = {{ capacity = \
             \"{capacity}\", default_ttl = {{ any = \"1h\" }} }}\n[link.edge.app]\n"
        );
        place.write("r/cached.toml", &edge);
        place.run("run r/cached.toml --variant replayed --no-plots --out ran").done();
        let summary = place.read("ran/summary.csv");
        let line = summary.lines().find(|line| line.split(',').any(|cell| cell == "hit_ratio"));
        let cells: Vec<&str> = line.expect("a line").split(',').collect();
        assert!(cells.contains(&ratio), "{capacity}: {cells:?}");
    }
}

#[test]
fn what_is_to_be_typed_next_is_quoted() {
    let place = with_log("access.log", &line(0, "GET / HTTP/1.1", 200, 1));
    let mut command = place.command("import access.log --out");
    let told = command.arg("sp ace").output().expect("it starts");
    let told = String::from_utf8(told.stderr).expect("UTF-8");
    assert!(told.ends_with("Try it: lindley run 'sp ace/scenario.toml'\n"), "{told}");
    let told = place.command("new").arg("a b.toml").output().expect("it starts");
    let told = String::from_utf8(told.stderr).expect("UTF-8");
    assert_eq!(told, "Try it: lindley run 'a b.toml'\n");
}

#[test]
fn plotting_what_has_no_plots_says_so() {
    let place = with_log("access.log", SAMPLE);
    place.run("import access.log --out shop").done();
    let before = place.files("shop");
    let told = place.run("plot shop").done();
    assert_eq!(told.stderr, "Nothing is drawn: shop has no tables that plots are made of\n");
    assert_eq!(place.files("shop"), before);
}

#[test]
fn what_came_over_the_network_cannot_break_a_file() {
    let mut log = String::new();
    for (n, target) in [
        r"/\x22,\x0a[node.evil]\x0akind=\x22client\x22",
        r"/{object}/'''",
        "/a b\tc",
        r"/\\..\\..\\etc",
        "http://evil.example/x",
    ]
    .iter()
    .enumerate()
    {
        log.push_str(&line(n as u64, &format!("GET {target} HTTP/1.1"), 200, 7));
    }
    let _ = writeln!(
        log,
        "h\u{0} \u{1b}[31m - [05/Mar/2026:09:00:09 +0000] \"GET /\u{fffd} HTTP/1.1\" 200 1"
    );
    let place = with_log("access.log", &log);
    place.run("import access.log --out r").done();
    assert_eq!(run_of(&place, "r", "replayed"), 5 * 6);
    let scenario = place.read("r/scenario.toml");
    assert!(scenario.is_ascii() && !scenario.contains("\n[node.evil]"), "{scenario}");
}

#[test]
fn random_bytes_are_refused_and_nothing_is_written() {
    let place = Workplace::with_shop();
    let noise: Vec<u8> = (0..50_000).map(|n| (draw(n) * 256.0) as u8).collect();
    std::fs::write(place.path("access.log"), noise).expect("written");
    let told = place.run("import access.log --out r");
    assert_eq!((told.status, told.stdout.as_str()), (2, ""));
    assert!(told.stderr.contains("is no access log in Common or Combined"), "{}", told.stderr);
    assert!(!place.path("r").exists());
}

#[test]
fn what_is_wrong_is_told_with_its_status() {
    let good = line(0, "GET / HTTP/1.1", 200, 1);
    let half = format!("{good}nonsense\n");
    let long = format!("{good}{}", good.replace("2026", "2127"));
    for (log, options, status, said) in [
        ("", "", 2, "error: access.log has no requests"),
        ("\n \n", "", 2, "error: access.log has no requests"),
        (half.as_str(), "", 2, "more than 5 % of its lines are malformed"),
        (half.as_str(), "", 2, "\n  line 2: it does not begin with a host"),
        (long.as_str(), "", 2, "error: access.log covers more than 100 years"),
        (half.as_str(), "--malformed 50%", 0, "Malformed lines, left out: 1 of 2"),
        (good.as_str(), "--malformed 2", 2, "a share is from 0 to 1"),
        (good.as_str(), "--endpoints 0", 2, "--endpoints"),
        (good.as_str(), "--out shop.toml", 4, "is a file, not a folder"),
    ] {
        let place = with_log("access.log", log);
        let told = place.run(&format!("import access.log {options}"));
        assert_eq!(told.status, status, "{options}: {}", told.stderr);
        assert!(told.stderr.contains(said), "{said}: {}", told.stderr);
    }
    let told = Workplace::with_shop().run("import missing.log");
    assert_eq!(told.status, 4);
    assert!(told.stderr.starts_with("error: cannot read missing.log: "), "{}", told.stderr);
}

#[test]
fn a_scenario_that_somebody_has_changed_is_not_overwritten() {
    let place = with_log("access.log", SAMPLE);
    place.run("import access.log --out shop").done();
    // As it was written, nothing is lost.
    place.run("import access.log --out shop").done();
    let changed = place.read("shop/scenario.toml") + "# costs\n";
    place.write("shop/scenario.toml", &changed);
    let told = place.run("import access.log --out shop");
    assert_eq!((told.status, told.stdout.as_str()), (4, ""));
    let sentence = "error: cannot write `shop/scenario.toml`: there is another one already";
    assert!(told.stderr.starts_with(sentence), "{}", told.stderr);
    assert_eq!(place.read("shop/scenario.toml"), changed);
}

#[test]
fn endpoints_beyond_those_that_are_wanted_are_one() {
    let paths = ["/a", "/a", "/a", "/b", "/b", "/c", "/d"];
    let log: String = paths
        .iter()
        .zip(0..)
        .map(|(path, second)| line(second, &format!("GET {path} HTTP/1.1"), 200, 10))
        .collect();
    let place = with_log("access.log", &log);
    place.run("import access.log --endpoints 2 --out r").done();
    let table = place.read("r/endpoints.csv");
    let names: Vec<&str> = table.lines().skip(1).filter_map(|row| row.split(',').next()).collect();
    assert_eq!(names, ["get-a", "get-b", "other"]);
    assert_eq!(run_of(&place, "r", "replayed"), 5 * 7);
}
