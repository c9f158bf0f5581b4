//! `lindley cache`: traces in, miss ratios out.

use std::io::Write;

use crate::workplace::Workplace;

/// Three objects, of which two are asked for in turn between the third.
const TRACE: &str = "object,size_bytes\na,10\nb,20\na,10\nc,70\na,10\nb,20\na,10\nc,70\n";

fn with_trace(name: &str, text: &str) -> Workplace {
    let place = Workplace::with_shop();
    place.write(name, text);
    place
}

/// The same requests as a binary trace.
fn binary() -> Vec<u8> {
    let requests: [(u64, u32, i64); 8] = [
        (900, 10, 2),
        (7, 20, 5),
        (900, 10, 4),
        (1 << 40, 70, 7),
        (900, 10, 6),
        (7, 20, -1),
        (900, 10, i64::MAX),
        (1 << 40, 70, -1),
    ];
    let mut bytes = Vec::new();
    for (time, (object, size, next)) in (0_u32..).zip(requests) {
        bytes.extend(time.to_le_bytes());
        bytes.extend(object.to_le_bytes());
        bytes.extend(size.to_le_bytes());
        bytes.extend(next.to_le_bytes());
    }
    bytes
}

#[test]
fn misses_are_those_that_can_be_counted_by_hand() {
    let place = with_trace("t.csv", TRACE);
    let line = "cache t.csv --policy fifo,lru,belady,static --size 2,100B --out r";
    let told = place.run(line).done();
    assert!(told.stdout.starts_with("8 requests for 3 objects of 100 bytes together\n"));
    let table = place.read("r/cache.csv");
    let head = "policy,size,capacity,unit,requests,misses,miss_ratio,bytes,missed_bytes,\
                byte_miss_ratio\n";
    assert!(table.starts_with(head), "{table}");
    for row in [
        // FIFO loses `a` when `c` comes, and so on: only the third and the seventh are hits.
        "fifo,2,2,objects,8,6,0.75,220,200,",
        // LRU keeps `a` all the time, and nothing could do better.
        "lru,2,2,objects,8,5,0.625,220,190,",
        "belady,2,2,objects,8,5,0.625,220,190,",
        "lru,100B,100,bytes,8,3,0.375,220,100,",
        "static,2,2,objects,8,2,0.25,220,140,",
        "static,100B,100,bytes,8,0,0.0,220,0,0.0",
    ] {
        assert!(table.contains(row), "{row}: {table}");
    }
    for file in ["r/plots/miss-ratio-objects.svg", "r/plots/miss-ratio-bytes.png"] {
        assert!(place.path(file).exists(), "{file}");
    }
    let again = place.run("plot r").done();
    assert_eq!((again.stdout.as_str(), again.status), ("", 0));
}

#[test]
fn binary_and_compressed_traces_give_what_the_text_gives() {
    let place = with_trace("t.csv", TRACE);
    std::fs::write(place.path("t.oracleGeneral"), binary()).expect("written");
    let file = std::fs::File::create(place.path("t.oracleGeneral.gz")).expect("made");
    let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    packed.write_all(&binary()).and_then(|()| packed.finish().map(drop)).expect("written");
    let result = |trace: &str, threads: u32| {
        let line = format!("cache {trace} --policy all --no-plots --threads {threads} --out r");
        place.run(&line).done();
        place.read("r/cache.csv")
    };
    let text = result("t.csv", 1);
    assert_eq!(text, result("t.csv", 2));
    assert_eq!(text, result("t.oracleGeneral", 1));
    assert_eq!(text, result("t.oracleGeneral.gz", 2));
}

#[test]
fn json_has_what_the_table_has() {
    let place = with_trace("t.csv", TRACE);
    let told = place.run("cache t.csv --policy sieve --size 50% --json --no-plots --out r").done();
    let lines: serde_json::Value = serde_json::from_str(&told.stdout).expect("JSON");
    assert_eq!(lines[0]["policy"], "sieve");
    assert_eq!(lines[0]["capacity"], 50);
    assert_eq!(lines[0]["unit"], "bytes");
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_status_2() {
    for (text, options, said) in [
        ("object,size_bytes\na,10\nb\n", "", "error: t.csv, line 3, column 2: the row has 1 cells"),
        ("object,size_bytes\na,ten\n", "", "error: t.csv, line 2, column 3: `size_bytes` "),
        ("object,size_bytes\na,\n", "", "`size_bytes` is empty"),
        ("objekt\na\n", "", "error: t.csv, line 1, column 1: unknown column `objekt`: did you"),
        ("size_bytes\n1\n", "", "the trace has no column `object`, and no `path` either"),
        ("object\n", "", "error: t.csv has no requests"),
        ("object\na\n", "--size 1MiB", "the size `1MiB` is of bytes, but the trace has no column"),
        ("object\na\n", "--policy lur", "there is no policy `lur`: did you mean `lru`?"),
        ("object\na\n", "--size 0", "`0` is no size"),
    ] {
        let place = with_trace("t.csv", text);
        let told = place.run(&format!("cache t.csv {options}"));
        assert_eq!((told.status, told.stdout.as_str()), (2, ""), "{}", told.stderr);
        assert!(told.stderr.contains(said), "{text}: {}", told.stderr);
    }
    let told = Workplace::with_shop().run("cache missing.csv");
    assert_eq!(told.status, 4);
    assert!(told.stderr.starts_with("error: cannot read missing.csv: "), "{}", told.stderr);
}

/// A cache before a server, asked for what a trace says.
fn replaying(trace: &str) -> String {
    format!(
        "duration = '9s'\nwarmup = '0s'\nreplications = 2\n\
         [endpoint.page]\npath = '/{{object}}'\nresponse = {{ size = {{ trace = 'size' }} }}\n\
         [node.users]\nkind = 'client'\narrivals = {{ trace = '{trace}' }}\nmix = {{ page = 1 }}\n\
         [node.edge]\nkind = 'reverse-proxy'\n\
         cache = {{ policy = 'fifo', capacity = {{ objects = 2 }}, \
         default_ttl = {{ any = '1h' }} }}\n\
         [node.app]\nkind = 'server'\ncores = 1\nservice = '1ms'\n\
         [link.users.edge]\n[link.edge.app]\n"
    )
}

#[test]
fn a_run_of_a_trace_hits_what_its_replay_hits_be_it_text_or_binary() {
    let lines = TRACE.lines().skip(1).zip(0..).map(|(line, at)| format!("{at},{line}\n"));
    let timed = format!("arrival_s,object,size_bytes\n{}", lines.collect::<String>());
    let place = with_trace("t.csv", &timed);
    std::fs::write(place.path("t.oracleGeneral"), binary()).expect("written");
    let file = std::fs::File::create(place.path("t.oracleGeneral.gz")).expect("made");
    let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    packed.write_all(&binary()).and_then(|()| packed.finish().map(drop)).expect("written");
    for trace in ["t.csv", "t.oracleGeneral", "t.oracleGeneral.gz"] {
        place.write("s.toml", &replaying(trace));
        place.run("run s.toml --no-plots --out r").done();
        let summary = place.read("r/summary.csv");
        // Six misses of eight, and 20 of 220 bytes, as of the replay.
        for (metric, share) in [("hit_ratio", "0.25"), ("byte_hit_ratio", "0.0909090909")] {
            let all = |line: &&str| line.split(',').any(|cell| cell == metric);
            let line = summary.lines().find(all).unwrap_or_else(|| panic!("{summary}"));
            assert!(line.contains(&format!(",{share}")), "{trace}: {line}");
        }
    }
}

/// An object of 100 bytes of which some answers came without their body, and one more.
const PARTLY: &str =
    "arrival_s,object,size_bytes\n0,a,0\n1,a,100\n2,b,100\n3,a,0\n4,b,0\n5,b,100\n";

#[test]
fn an_object_has_the_largest_size_of_its_rows_in_a_replay_and_in_a_run() {
    let place = with_trace("t.csv", PARTLY);
    let told = place.run("cache t.csv --policy fifo,ttl --ttl 1d --size 150B,90% --out r").done();
    assert!(told.stdout.starts_with("6 requests for 2 objects of 200 bytes together\n"));
    let table = place.read("r/cache.csv");
    for row in
        ["fifo,150B,150,bytes,6,4,0.666", "fifo,90%,180,bytes,6,4,", "ttl,150B,150,bytes,6,2,"]
    {
        assert!(table.contains(row), "{row}: {table}");
    }
    let scenario = replaying("t.csv").replace("{ objects = 2 }", "'150B'");
    place.write("s.toml", &scenario);
    place.run("run s.toml --no-plots --out r").done();
    let summary = place.read("r/summary.csv");
    let value = |metric: &str| -> f64 {
        let line = summary.lines().find(|line| line.split(',').any(|cell| cell == metric));
        let cells = line.unwrap_or_else(|| panic!("{summary}")).split(',');
        let mut numbers = cells.filter_map(|cell| cell.parse().ok());
        numbers.next().expect("a number")
    };
    assert!((value("hit_ratio") - 2.0 / 6.0).abs() < 1e-6, "{summary}");
    // What is sent is what the rows say: of 300 bytes the second and the sixth were found.
    assert!((value("byte_hit_ratio") - 200.0 / 300.0).abs() < 1e-6, "{summary}");
}

#[test]
fn requests_that_no_cache_answers_are_left_out_and_told() {
    let trace = "object,method\na,GET\na,POST\na,HEAD\nb,DELETE\na,get\na,\na,BREW\n";
    let place = with_trace("t.csv", trace);
    let told = place.run("cache t.csv --policy lru,belady --size 1 --no-plots --out r").done();
    assert!(told.stdout.starts_with("4 requests for 1 objects\n"), "{}", told.stdout);
    let left = "3 requests are left out: no cache answers other methods than GET and HEAD.";
    assert!(told.stdout.contains(left), "{}", told.stdout);
    let table = place.read("r/cache.csv");
    assert!(table.contains("lru,1,1,objects,4,1,") && table.contains("belady,1,1,objects,4,1,"));
    let told = place.run("cache t.csv --policy lru --size 1 --json --no-plots --out r").done();
    assert!(told.stderr.contains(left), "{}", told.stderr);
    place.write("t.csv", "object,method\na,POST\n");
    let told = place.run("cache t.csv");
    assert_eq!(told.status, 2);
    assert!(told.stderr.contains("none is a GET or a HEAD"), "{}", told.stderr);
}

#[test]
fn an_object_of_which_no_row_tells_a_size_is_told() {
    let place = with_trace("t.csv", "object,size_bytes\na,0\nb,5\n");
    let told = place.run("cache t.csv --policy lru --size 5B --no-plots --out r").done();
    assert!(told.stdout.contains("\n1 objects are taken to have 1 byte: "), "{}", told.stdout);
}

#[test]
fn a_cache_of_all_bytes_holds_all_objects_empty_ones_too() {
    let place = with_trace("t.csv", "object,size_bytes\na,100\nb,0\na,100\nb,0\n");
    let told = place.run("cache t.csv --policy lru --size 100% --no-plots --out r").done();
    assert!(told.stdout.contains("0.5"), "{}", told.stdout);
}

#[test]
fn what_knows_the_future_is_called_a_bound_only_where_it_is_one() {
    let said = |trace: &str| {
        let place = with_trace("t.csv", trace);
        let line = "cache t.csv --policy lru,belady,belady-size,static --size 50% --no-plots";
        place.run(&format!("{line} --out r")).done().stdout
    };
    let alike = said("object\na\nb\na\n");
    let bound =
        "\nbelady: a bound: no policy that has to store what it misses misses fewer requests.\n";
    assert!(alike.contains(bound), "{alike}");
    let differ = said(TRACE);
    assert!(differ.contains("\nbelady: a bound for equal sizes only: "), "{differ}");
    for text in [alike, differ] {
        assert!(
            text.contains("\nbelady-size: a good choice of who knows the future, and no bound")
        );
        assert!(text.contains("\nstatic: the best content that never changes"), "{text}");
        assert!(!text.contains("\nlru:"), "{text}");
    }
}

/// Requests for `a` and `b` every ten seconds, and for `a` half a second after its minute.
const TIMED: &str = "arrival_ms,object\n0,a\n10000,b\n20000,a\n30000,b\n59999,a\n60000,a\n60500,a\n\
                     71000,b\n";

#[test]
fn with_a_lifetime_objects_expire_by_the_time_of_the_trace() {
    let place = with_trace("t.csv", TIMED);
    for (options, misses) in [
        ("", 2),
        ("--ttl 1d", 2),
        // `a` ends at 60 s and is stored anew, `b` at 70 s.
        ("--ttl 60s", 4),
        // By whole seconds `a` is used until 61 s and `b` until 71 s.
        ("--ttl 60s --ttl-clock second", 3),
        ("--ttl 20s", 6),
    ] {
        let line = format!("cache t.csv --policy lru --size 5 {options} --no-plots --out r");
        place.run(&line).done();
        let table = place.read("r/cache.csv");
        assert!(table.contains(&format!("lru,5,5,objects,8,{misses},")), "{options}: {table}");
        assert_eq!(table.starts_with("policy,") && table.contains("ttl_s"), !options.is_empty());
    }
}

#[test]
fn the_policy_ttl_gives_nothing_up_for_want_of_room() {
    let place = with_trace("t.csv", TIMED);
    place.run("cache t.csv --policy lru,ttl --size 1,5 --ttl 60s --out r").done();
    let table = place.read("r/cache.csv");
    for row in ["lru,1,1,objects,8,6,", "lru,5,5,objects,8,4,", "ttl,1,1,objects,8,4,"] {
        assert!(table.contains(row), "{row}: {table}");
    }
    assert!(place.path("r/plots/miss-ratio.svg").exists());
    let told = place.run("cache t.csv --policy all --ttl 60s --size 2 --no-plots --out a").done();
    assert!(told.stdout.contains("\nttl ") && !told.stdout.contains("belady"), "{}", told.stdout);
}

#[test]
fn lifetimes_that_make_no_sense_are_refused() {
    let place = with_trace("t.csv", TIMED);
    place.write("untimed.csv", TRACE);
    for (line, said) in [
        ("cache untimed.csv --ttl 60s", "untimed.csv has no column `arrival_us`, which `--ttl`"),
        ("cache t.csv --ttl 60", "a duration"),
        ("cache t.csv --ttl 0s", "`--ttl 0s` would keep nothing"),
        ("cache t.csv --ttl 1.5s --ttl-clock second", "a `--ttl` of whole seconds"),
        ("cache t.csv --ttl-clock second", "--ttl"),
        ("cache t.csv --policy ttl", "the policy `ttl` needs to know for how long: `--ttl 60s`"),
        ("cache t.csv --policy belady --ttl 60s", "`belady` is of no use with `--ttl`"),
    ] {
        let told = place.run(line);
        assert_eq!((told.status, told.stdout.as_str()), (2, ""), "{line}: {}", told.stderr);
        assert!(told.stderr.contains(said), "{line}: {}", told.stderr);
    }
}
