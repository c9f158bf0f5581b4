//! Connections: what opening them costs, who shares them, and what callers see when they cannot be
//! had or break. All times here are exact sums of round trips, demands and timers.

mod support;

use lindley::outcome::Reason;
use support::{Ended, failures, graph, latencies, requests};

/// A client that asks at the stated moments (in ms) over a link of 20 ms each way, and a server of
/// one core that takes 10 ms.
fn direct(asks: &str, link: &str, client: &str, rest: &str) -> Vec<Ended> {
    let text = format!(
        "study = 'terminating'\nduration = '300s'\nuntil = 'drained'\n\
         [endpoint.page]\nwork = [{{ cpu = '10ms' }}]\n\
         [node.users]\nkind = 'client'\narrivals = {{ interval = {asks} }}\n\
         mix = {{ page = 1 }}\n{client}\n\
         [node.app]\nkind = 'server'\ncores = 1\n\
         [link.users.app]\nlatency = '20ms'\n{link}\n{rest}\n"
    );
    requests(&graph(&text))
}

/// Milliseconds from the wish to the outcome.
fn first(link: &str) -> u64 {
    let asks = "'200s'";
    latencies(&direct(asks, &format!("connection = {{ {link} }}"), "", ""))[0]
}

#[test]
fn each_transport_costs_its_round_trips() {
    let free = "handshake = '0s', resumption = '0s'";
    let new = |rest: &str| first(&format!("mode = 'per-request', {free}{rest}"));
    assert_eq!(first("mode = 'warm'"), 50);
    assert_eq!(new(""), 90);
    assert_eq!(new(", tls = '1.2'"), 170);
    assert_eq!(new(", tls = '1.2', resumed = 1.0"), 130);
    assert_eq!(new(", tls = '1.3'"), 130);
    assert_eq!(new(", tls = '1.3', resumed = 1.0"), 130);
    assert_eq!(new(", tls = '1.3', resumed = 1.0, early_data = true"), 90);
    assert_eq!(new(", protocol = 'h3'"), 90);
    assert_eq!(new(", protocol = 'h3', resumed = 1.0, early_data = true"), 50);
}

/// A handshake that is resumed, and lets a request leave with its first flight.
const EARLY: &str = "tls = '1.3', resumed = 1.0, early_data = true, resumption = '0s'";

#[test]
fn only_what_changes_nothing_leaves_before_the_keys_are_there() {
    let first = |asked: &str, keys: &str| {
        let link = format!("connection = {{ mode = 'per-request', {keys} }}");
        let text = format!(
            "study = 'terminating'\nduration = '300s'\nuntil = 'drained'\n\
             [endpoint.page]\nwork = [{{ cpu = '10ms' }}]\n{asked}\n\
             [node.users]\nkind = 'client'\narrivals = {{ interval = '200s' }}\n\
             mix = {{ page = 1 }}\n[node.app]\nkind = 'server'\ncores = 1\n\
             [link.users.app]\nlatency = '20ms'\n{link}\n"
        );
        latencies(&requests(&graph(&text)))[0]
    };
    for (asked, millis) in [
        ("method = 'GET'", 90),
        ("method = 'HEAD'", 90),
        ("method = 'OPTIONS'", 90),
        ("method = 'POST'", 130),
        ("method = 'PUT'", 130),
        ("method = 'DELETE'", 130),
        ("method = 'GET'\nwrite = true", 130),
    ] {
        assert_eq!(first(asked, EARLY), millis, "{asked}");
    }
    let quic = EARLY.replace("tls = '1.3'", "protocol = 'h3'");
    assert_eq!([first("method = 'GET'", &quic), first("method = 'POST'", &quic)], [50, 90]);
}

#[test]
fn what_could_do_harm_waits_for_the_keys_of_a_connection_that_carries_early_data() {
    // Two calls at once, over one connection with several streams: 40 ms of TCP, 50 ms of a call.
    let both = |first: &str, second: &str| {
        let text = format!(
            "study = 'terminating'\nduration = '300s'\nuntil = 'drained'\n\
             [endpoint.page]\nwork = [{{ parallel = [[{{ call = 'app', endpoint = '{first}' }}], \
             [{{ call = 'app', endpoint = '{second}' }}]] }}]\n\
             [endpoint.look]\nwork = [{{ wait = '10ms' }}]\n\
             [endpoint.buy]\nmethod = 'POST'\nwork = [{{ wait = '10ms' }}]\n\
             [node.users]\nkind = 'client'\narrivals = {{ interval = '200s' }}\n\
             mix = {{ page = 1 }}\n[node.edge]\nkind = 'server'\n[node.app]\nkind = 'server'\n\
             [link.users.edge]\n[link.edge.app]\nlatency = '20ms'\n\
             connection = {{ mode = 'pool', protocol = 'h2', {EARLY} }}\n"
        );
        latencies(&requests(&graph(&text)))[0]
    };
    assert_eq!(both("look", "look"), 90);
    assert_eq!(both("look", "buy"), 130);
    assert_eq!(both("buy", "look"), 130);
}

#[test]
fn a_handshake_takes_a_core_where_tls_ends() {
    assert_eq!(first("mode = 'per-request', tls = '1.3', handshake = '5ms'"), 135);
}

#[test]
fn a_pool_opens_once_and_keeps_what_it_has_until_it_is_idle_too_long() {
    let pool = "connection = { mode = 'pool', keep_alive = '20s' }";
    let ended = direct("'10s'", pool, "addresses = { count = 1 }", "");
    assert_eq!(latencies(&ended)[..3], [90, 50, 50]);
    let ended = direct("'25s'", pool, "addresses = { count = 1 }", "");
    assert_eq!(latencies(&ended)[..3], [90, 90, 90]);
}

/// An answer of so many bytes over a line of 2 MB/s and 20 ms, 30 ms after it was asked for: how
/// that ends when its reader waits so long for a byte.
fn read(bytes: &str, read: &str, link: &str) -> (Option<Reason>, u64) {
    let client = format!("timeout = {{ read = '{read}' }}");
    let link = format!("bandwidth = '2MB/s'\n{link}");
    let rest = format!("[endpoint.page.response]\nsize = '{bytes}'");
    let ended = direct("'200s'", &link, &client, &rest);
    (failures(&ended)[0], latencies(&ended)[0])
}

#[test]
fn a_reader_waits_for_the_next_byte_and_not_for_the_last() {
    assert_eq!(read("1MB", "60s", ""), (None, 550));
    assert_eq!(read("1MB", "51ms", ""), (None, 550), "the first byte is there after 50 ms");
    assert_eq!(read("1MB", "49ms", ""), (Some(Reason::ReadTimeout), 49));
    // What is lost keeps all that comes behind it waiting: it is sent again after 200 ms, what is
    // lost of that after 400 ms more, and so on.
    let loss = "loss = { down = 0.3 }";
    assert_eq!(read("1MB", "1s", loss), (Some(Reason::ReadTimeout), 550 + 1_000));
    let (failed, late) = read("1MB", "60s", loss);
    assert!(failed.is_none() && late > 550 + 1_000, "{late}");
    // Without its only packet nothing of an answer is there.
    let rest = "[endpoint.page.response]\nsize = '100B'";
    let client = "timeout = { read = '100ms' }";
    let ended = direct("'10s'", "loss = { down = 0.5 }", client, rest);
    let outcomes: Vec<_> = failures(&ended).into_iter().zip(latencies(&ended)).collect();
    let lost = (Some(Reason::ReadTimeout), 100);
    assert!(outcomes.contains(&lost) && outcomes.contains(&(None, 50)), "{outcomes:?}");
    assert!(outcomes.iter().all(|it| [lost, (None, 50)].contains(it)), "{outcomes:?}");
}

#[test]
fn a_line_that_is_cut_before_an_answer_brings_no_byte_of_it() {
    let cut = "[fault.f]\nkind = 'partition'\nlink = 'users.app'\nat = '200.025s'\nfor = '1s'";
    let rest = format!("{cut}\n[endpoint.page.response]\nsize = '1MB'");
    let ended = direct("'200s'", "bandwidth = '2MB/s'", "timeout = { read = '300ms' }", &rest);
    assert_eq!((failures(&ended)[0], latencies(&ended)[0]), (Some(Reason::ReadTimeout), 300));
    // What is under way when it is cut arrives.
    let ended = direct(
        "'200s'",
        "bandwidth = '2MB/s'",
        "timeout = { read = '300ms' }",
        &rest.replace("025", "100"),
    );
    assert_eq!((failures(&ended)[0], latencies(&ended)[0]), (None, 550));
}

#[test]
fn every_address_has_a_pool_of_its_own() {
    let pool = "connection = { mode = 'pool', keep_alive = '200s' }";
    let ended = direct("'1s'", pool, "addresses = { count = 3 }", "");
    let opened = latencies(&ended).iter().filter(|latency| **latency == 90).count();
    assert_eq!(opened, 3);
}

#[test]
fn a_full_pool_lets_requests_wait_for_one_another() {
    // Ten requests at once; a connection takes 40 ms to open, an exchange 40 ms and its turn.
    let text = |max: &str| {
        format!(
            "study = 'terminating'\nduration = '1s'\nuntil = 'drained'\n\
             [endpoint.page]\nwork = [{{ wait = '10ms' }}]\n\
             [node.users]\nkind = 'client'\n\
             arrivals = {{ interval = '900ms' }}\nmix = {{ page = 1 }}\n\
             [node.edge]\nkind = 'server'\n[node.app]\nkind = 'server'\n\
             [link.users.edge]\n[link.edge.app]\nlatency = '20ms'\n\
             connection = {{ mode = 'pool'{max} }}\n"
        )
        .replace(
            "[endpoint.page]\nwork = [{ wait = '10ms' }]",
            "[endpoint.page]\nwork = [{ parallel = [\
             [{ call = 'app', endpoint = 'part' }], [{ call = 'app', endpoint = 'part' }], \
             [{ call = 'app', endpoint = 'part' }], [{ call = 'app', endpoint = 'part' }]] }]\n\
             [endpoint.part]\nwork = [{ wait = '10ms' }]",
        )
    };
    let last = |max: &str| latencies(&requests(&graph(&text(max))))[0];
    assert_eq!(last(""), 90, "four connections side by side");
    assert_eq!(last(", max = 2"), 140, "two rounds on two connections");
    assert_eq!(last(", max = 1"), 240, "one after another");
    assert_eq!(last(", max = 1, protocol = 'h2', streams = 4"), 240 - 150);
}

#[test]
fn a_refused_connection_is_known_after_a_round_trip() {
    let pool = "connection = { mode = 'pool' }";
    let fault = "[fault.f]\nkind = 'refuse'\nnode = 'app'\nat = '0s'";
    let ended = direct("'200s'", pool, "", fault);
    assert_eq!(ended[0].failure(), Some(Reason::ConnectRefused));
    assert_eq!(latencies(&ended), [40]);
}

#[test]
fn a_black_hole_is_found_by_the_connect_timer_alone() {
    let pool = "connection = { mode = 'pool' }";
    let fault = "[fault.f]\nkind = 'black-hole'\nnode = 'app'\nat = '0s'";
    let wait = |client: &str| {
        let ended = direct("'200s'", pool, client, fault);
        (ended[0].failure(), latencies(&ended)[0])
    };
    let timeout = Some(Reason::ConnectTimeout);
    assert_eq!(wait("timeout = { connect = '300ms', read = '2s' }"), (timeout, 300));
    // Without one the kernel gives up after its last SYN: 1 + 2 + 4 + ... + 64 s.
    assert_eq!(wait("timeout = { read = '2s' }"), (timeout, 127_000));
}

#[test]
fn a_hang_is_found_by_the_read_timer_alone() {
    let pool = "connection = { mode = 'pool' }";
    let fault = "[fault.f]\nkind = 'hang'\nnode = 'app'\nat = '0s'\nfor = '250s'";
    let ended = direct("'200s'", pool, "timeout = { connect = '300ms', read = '2s' }", fault);
    assert_eq!(ended[0].failure(), Some(Reason::ReadTimeout));
    assert_eq!(latencies(&ended), [2_040]);
    // Nobody waits for ever: without the timer the answer comes when the process goes on.
    let ended = direct("'200s'", pool, "timeout = { connect = '300ms' }", fault);
    assert_eq!(ended[0].failure(), None);
    assert_eq!(latencies(&ended), [50_030]);
}

#[test]
fn a_crash_breaks_what_is_under_way_and_is_refused_until_it_is_over() {
    let fault = "[fault.f]\nkind = 'crash'\nnode = 'app'\nat = '10.065s'\nfor = '12s'";
    let pool = "connection = { mode = 'pool' }";
    let ended = direct("'10s'", pool, "addresses = { count = 1 }", fault);
    let failures: Vec<_> = ended.iter().take(3).map(Ended::failure).collect();
    assert_eq!(failures, [Some(Reason::Reset), Some(Reason::ConnectRefused), None]);
    // On its core since 60 ms, dead at 65 ms, known 20 ms later; the third opens anew.
    assert_eq!(latencies(&ended)[..3], [85, 40, 90]);
}

#[test]
fn a_close_that_crosses_a_request_resets_it() {
    // The server closes 5 s after its answer left at 10.07 s; the word is there at 15.09 s.
    let link = "connection = { mode = 'pool', server_keep_alive = '5s' }";
    let at = |gap: &str| {
        let ended = direct(gap, link, "addresses = { count = 1 }", "");
        (ended[1].failure(), latencies(&ended)[1])
    };
    assert_eq!(at("'5s'"), (None, 50), "in time");
    assert_eq!(at("'5.06s'"), (Some(Reason::Reset), 40), "closed when the request comes");
    assert_eq!(at("'5.1s'"), (None, 90), "the word has come: a new connection");
}

#[test]
fn the_books_balance_while_connections_are_being_opened() {
    let text = "duration = '100010ms'\nwarmup = '10s'\n[endpoint.page]\nwork = [{ wait = '1s' }]\n\
                [node.users]\nkind = 'client'\narrivals = { interval = '10s' }\n\
                mix = { page = 1.0 }\n[node.app]\nkind = 'server'\n\
                [link.users.app]\nlatency = '20ms'\nconnection = { mode = 'per-request' }\n";
    // The last request has not got its connection when the run ends.
    assert!(support::run(&graph(text)).in_flight_share > 0.0);
}

#[test]
fn slow_and_cut_links_are_slow_and_cut() {
    let fault =
        "[fault.f]\nkind = 'slow'\nlink = 'users.app'\nfactor = 3.0\nat = '15s'\nfor = '10s'";
    assert_eq!(latencies(&direct("'10s'", "", "", fault))[..3], [50, 130, 50]);
    let fault = "[fault.f]\nkind = 'partition'\nlink = 'users.app'\nat = '15s'\nfor = '10s'";
    let ended = direct("'10s'", "", "timeout = { total = '2s' }", fault);
    let failures: Vec<_> = ended.iter().take(3).map(Ended::failure).collect();
    assert_eq!(failures, [None, Some(Reason::Timeout), None]);
}

#[test]
fn a_round_of_the_handshake_that_is_cut_off_is_sent_again_as_behind_a_loss() {
    let keys = |length: &str| {
        let link = "connection = { mode = 'per-request', tls = '1.2', handshake = '0s' }";
        // The SYN is answered at 200.04 s; a link without a fault takes 170 ms in all.
        let cut = format!(
            "[fault.f]\nkind = 'partition'\nlink = 'users.app'\nat = '200039ms'\nfor = '{length}'"
        );
        let ended = direct("'200s'", link, "", &cut);
        (ended[0].failure(), latencies(&ended)[0])
    };
    assert_eq!([keys("2ms"), keys("300ms")], [(None, 370), (None, 770)]);
    assert_eq!(keys("2000s"), (Some(Reason::Reset), 924_640));
}

#[test]
fn a_lossy_link_costs_lost_syns_while_it_lasts_and_nothing_after() {
    let fault =
        "[fault.f]\nkind = 'lossy'\nlink = 'users.app'\nloss = 0.5\nat = '95s'\nfor = '100s'";
    let link = "connection = { mode = 'per-request' }";
    let seen = latencies(&direct("'10s'", link, "timeout = { connect = '9s' }", fault));
    assert!(seen[..9].iter().all(|latency| *latency == 90), "{seen:?}");
    // Half of the SYNs and half of their answers: three of four attempts wait a second or more.
    let slow = seen[9..19].iter().filter(|latency| **latency >= 1_000).count();
    assert!((4..=10).contains(&slow), "{seen:?}");
    assert!(seen[20..].iter().all(|latency| *latency == 90), "{seen:?}");
}

#[test]
fn an_h2_stream_that_is_given_up_leaves_the_connection_and_its_other_streams_alone() {
    // Two in three answers come in time: those whose neighbours on the connection are given up too.
    let text = "study = 'terminating'\nduration = '60s'\nuntil = 'drained'\n\
                [endpoint.slow]\nwork = [{ wait = '5s' }]\n\
                [endpoint.fast]\nwork = [{ wait = '900ms' }]\n\
                [node.users]\nkind = 'client'\narrivals = { interval = '400ms' }\n\
                mix = { slow = 1, fast = 2 }\ntimeout = { read = '1s' }\n\
                addresses = { count = 1 }\n[node.app]\nkind = 'server'\n\
                [link.users.app]\nlatency = '20ms'\n\
                connection = { mode = 'pool', protocol = 'h2', max = 1 }\n";
    let ended = requests(&graph(text));
    let fine = |it: &&Ended| it.failure().is_none();
    let good: Vec<Ended> = ended.iter().filter(fine).cloned().collect();
    let given_up = ended.iter().filter(|it| it.failure() == Some(Reason::ReadTimeout)).count();
    assert!(given_up > 20 && good.len() + given_up == ended.len());
    let opened = latencies(&good).into_iter().filter(|latency| *latency != 940).count();
    assert!(opened <= 1, "one connection, opened once: {:?}", latencies(&good));
}

/// A request that opens a connection to a server of one core, which calls a database over a pool,
/// 20 ms from it, so many times in a row.
fn calls_in_a_row(times: u32, pool: &str, rest: &str) -> Vec<Ended> {
    let text = format!(
        "study = 'terminating'\nduration = '300s'\nuntil = 'drained'\n\
         [endpoint.page]\nwork = [{{ call = 'db', times = {times} }}]\n\
         [node.users]\nkind = 'client'\narrivals = {{ interval = '20s' }}\n\
         mix = {{ page = 1 }}\n\
         [node.app]\nkind = 'server'\n[node.db]\nkind = 'database'\ncores = 1\nservice = '10ms'\n\
         [link.users.app]\n[link.app.db]\nlatency = '20ms'\n\
         connection = {{ mode = 'pool', {pool} }}\n{rest}\n"
    );
    requests(&graph(&text))
}

#[test]
fn a_call_after_another_goes_over_the_same_connection() {
    // A connection takes 40 ms, a call 50 ms.
    for pool in ["protocol = 'h1'", "max = 1", "protocol = 'h2', streams = 2"] {
        assert_eq!(latencies(&calls_in_a_row(2, pool, ""))[0], 40 + 2 * 50, "{pool}");
        assert_eq!(latencies(&calls_in_a_row(5, pool, ""))[..2], [290, 250], "{pool}");
    }
}

#[test]
fn a_request_goes_over_the_connection_of_its_preflight() {
    let took = |mode: &str| {
        let text = format!(
            "duration = '300s'\nuntil = 'drained'\nstudy = 'terminating'\n\
             [endpoint.page]\norigin = 'http://api.test'\nmethod = 'PUT'\n\
             [node.users]\nkind = 'client'\narrivals = {{ interval = '200s' }}\n\
             origin = 'http://shop.test'\nmix = {{ page = 1 }}\n\
             [node.app]\nkind = 'server'\n\
             [node.app.cors]\norigins = ['http://shop.test']\nmethods = ['PUT']\n\
             [link.users.app]\nlatency = '20ms'\nconnection = {{ mode = '{mode}' }}\n"
        );
        latencies(&requests(&graph(&text)))[0]
    };
    assert_eq!(took("pool"), 40 + 2 * 40);
    assert_eq!(took("per-session"), 40 + 2 * 40);
    assert_eq!(took("per-request"), 2 * (40 + 40));
}

#[test]
fn a_connection_that_broke_is_not_used_again() {
    // The server closes it instead of its second answer; the third request opens another.
    let text = "study = 'terminating'\nduration = '45s'\nuntil = 'drained'\n\
                [endpoint.page]\nanswers = [{ from = 2, closed = true }, { from = 3 }]\n\
                [node.users]\nkind = 'client'\narrivals = { interval = '10s' }\n\
                mix = { page = 1 }\naddresses = { count = 1 }\n[node.app]\nkind = 'server'\n\
                [link.users.app]\nlatency = '20ms'\nconnection = { mode = 'pool' }\n";
    let ended = requests(&graph(text));
    assert_eq!(ended[1].failure(), Some(Reason::Reset));
    assert_eq!(latencies(&ended), [80, 40, 80, 40]);
}

#[test]
fn what_a_hole_swallows_is_sent_again_until_the_hole_has_closed() {
    let hole = |kind: &str, place: &str, at: &str, length: &str| {
        let fault = format!("[fault.f]\nkind = '{kind}'\n{place}\nat = '{at}'\nfor = '{length}'");
        latencies(&direct("'10s'", "", "", &fault))[0]
    };
    let (link, node) = ("link = 'users.app'", "node = 'app'");
    // Sent at 10 s, there at 10.02 s, answered at 10.03 s. Again after 200, 600 and 1,400 ms.
    assert_eq!(hole("partition", link, "9.99s", "100ms"), 250, "the request");
    assert_eq!(hole("partition", link, "10.025s", "100ms"), 250, "the answer");
    assert_eq!(hole("black-hole", node, "10.01s", "100ms"), 250, "on its arrival");
    assert_eq!(hole("black-hole", node, "9.99s", "700ms"), 1_450, "twice more");
    assert_eq!(hole("partition", link, "9.99s", "1000s"), 924_600, "for too long");
}

#[test]
fn a_loss_that_is_over_loses_nothing_that_is_sent_again() {
    // Each of the first twenty requests is sent into a loss of 15 ms.
    let lossy = |n: u32| {
        let at = n * 1_000 - 5;
        format!(
            "[fault.f{n}]\nkind = 'lossy'\nlink = 'users.app'\nloss = 0.9\nat = '{at}ms'\n\
             for = '15ms'\n"
        )
    };
    let faults: String = (1..=20).map(lossy).collect();
    let seen = latencies(&direct("'1s'", "", "", &faults));
    let (lost, through): (Vec<u64>, Vec<u64>) = seen[..20].iter().partition(|it| **it > 50);
    assert!(lost.len() >= 15 && lost.iter().all(|it| *it == 250), "{lost:?}");
    assert!(through.iter().all(|it| *it == 50) && seen[20..].iter().all(|it| *it == 50));
}

#[test]
fn who_opens_a_connection_sends_first_and_who_waited_for_it_follows() {
    let text = "study = 'terminating'\nduration = '1s'\nuntil = 'drained'\n\
         [endpoint.page]\nwork = [{ cpu = '10ms' }]\n\
         [node.users]\nkind = 'client'\nmix = { page = 1 }\naddresses = { count = 1 }\n\
         arrivals = { regular = { steps = [['0s', '250/s'], ['21ms', '0/s']] } }\n\
         [node.app]\nkind = 'server'\ncores = 1\n\
         [link.users.app]\nlatency = '20ms'\n\
         connection = { mode = 'pool', protocol = 'h2', max = 1 }\n";
    // The connection stands after 40 ms; each is served for 10 ms and asked 4 ms after the last.
    assert_eq!(latencies(&requests(&graph(text))), [90, 96, 102, 108, 114]);
}

/// Requests of which one in two stands still for 5 s, one every 400 ms, of a client that gives up
/// after 300 ms, through a proxy to a server; connections as stated on each of the two links.
fn given_up(late: &str, client_link: &str, proxy_link: &str) -> Vec<Ended> {
    let text = format!(
        "study = 'terminating'\nduration = '60s'\nuntil = 'drained'\n\
         [endpoint.slow]\nwork = [{{ wait = '5s' }}]\n\
         [endpoint.fast]\nwork = [{{ wait = '10ms' }}]\n\
         [node.users]\nkind = 'client'\narrivals = {{ interval = '400ms' }}\n\
         mix = {{ slow = 1, fast = 1 }}\naddresses = {{ count = 1 }}\n\
         timeout = {{ total = '300ms', late = '{late}' }}\n\
         [node.edge]\nkind = 'reverse-proxy'\n[node.app]\nkind = 'server'\n\
         [link.users.edge]\nlatency = '20ms'\n{client_link}\n\
         [link.edge.app]\nlatency = '20ms'\n{proxy_link}\n"
    );
    requests(&graph(&text))
}

/// The latencies of the fast ones, which all succeed, in the order of their numbers.
#[track_caller]
fn of_the_fast(ended: &[Ended]) -> Vec<u64> {
    let fast = |it: &&Ended| it.failure().is_none();
    let fast: Vec<Ended> = ended.iter().filter(fast).cloned().collect();
    assert!((50..100).contains(&fast.len()) && ended.len() > 140, "{} succeed", fast.len());
    latencies(&fast)
}

#[test]
fn who_gives_up_closes_the_connection_behind_the_request() {
    for late in ["abandon", "drop", "cancel"] {
        let seen = of_the_fast(&given_up(late, "connection = { mode = 'pool', max = 1 }", ""));
        // 40 ms more where the one before was given up, so that a connection has to be opened.
        assert!(seen.iter().all(|latency| [90, 130].contains(latency)), "{late}: {seen:?}");
        assert!(seen.contains(&90) && seen.contains(&130), "{late}: {seen:?}");
    }
}

#[test]
fn a_stream_that_was_given_up_takes_no_place_on_its_connection() {
    for late in ["abandon", "drop", "cancel"] {
        let link = "connection = { mode = 'pool', protocol = 'h2', max = 1, streams = 1 }";
        let seen = of_the_fast(&given_up(late, link, ""));
        assert!(seen[1..].iter().all(|latency| *latency == 90), "{late}: {seen:?}");
    }
}

#[test]
fn a_proxy_whose_client_has_cancelled_closes_its_own_connection_too() {
    let pool = "connection = { mode = 'pool', max = 1 }";
    let seen = of_the_fast(&given_up("cancel", "", pool));
    assert!(seen.iter().all(|latency| [90, 130].contains(latency)), "{seen:?}");
    // What is abandoned or only dropped where it waits goes on, and has the connection.
    for late in ["abandon", "drop"] {
        let served = given_up(late, "", pool).iter().filter(|it| it.failure().is_none()).count();
        assert!(served < 20, "{late}: {served}");
    }
}

#[test]
fn streams_side_by_side_share_the_window_of_their_connection() {
    // Over an open connection an answer takes 20 ms and the wait of 100. Twenty answers of seven
    // segments go in windows of 10, 20, 40 and 80, a round trip of 20 ms apart.
    let ends = |batch: u32, bytes: u32, streams: &str| {
        let text = format!(
            "study = 'terminating'\nduration = '1s'\nuntil = 'drained'\n\
             [endpoint.page]\nwork = [{{ wait = '100ms' }}]\nresponse = {{ size = '{bytes}B' }}\n\
             [node.users]\nkind = 'client'\nmix = {{ page = 1 }}\naddresses = {{ count = 1 }}\n\
             users = {batch}\nthink = '700ms'\n\
             [node.app]\nkind = 'server'\n[link.users.app]\nlatency = '10ms'\n\
             connection = {{ mode = 'pool', protocol = '{streams}', initial_window = 10 }}\n"
        );
        let mut seen = latencies(&requests(&graph(&text)));
        seen.sort_unstable();
        seen
    };
    let seen = ends(20, 10_000, "h2");
    let of_window = |latency: u64| seen.iter().filter(|it| **it == latency).count();
    assert_eq!([140, 160, 180, 200].map(of_window), [1, 3, 6, 10], "{seen:?}");
    assert_eq!(ends(1, 200_000, "h2"), [200]);
    // 274 segments go in five windows, the first answer's in four.
    assert_eq!(ends(2, 200_000, "h2"), [200, 220]);
    assert_eq!(ends(2, 200_000, "h1"), [200, 200], "each has a connection of its own");
}

#[test]
fn those_who_ask_while_a_connection_of_streams_is_being_opened_share_it() {
    let text = |fault: &str| {
        format!(
            "study = 'terminating'\nduration = '1s'\nuntil = 'drained'\n\
             [endpoint.page]\nwork = [{{ wait = '10ms' }}]\n\
             [node.users]\nkind = 'client'\nmix = {{ page = 1 }}\naddresses = {{ count = 1 }}\n\
             users = 5\nthink = '700ms'\n\
             [node.app]\nkind = 'server'\ncores = 1\n[link.users.app]\nlatency = '20ms'\n\
             connection = {{ mode = 'pool', protocol = 'h2', streams = 4, tls = '1.3', \
             handshake = '10ms' }}\n{fault}"
        )
    };
    // Two connections for five, whose handshakes take the core one after the other.
    let seen = latencies(&requests(&graph(&text(""))));
    assert_eq!(seen, [140, 140, 140, 140, 150]);
    let fault = "[fault.crash]\nkind = 'crash'\nnode = 'app'\nat = '0.1s'\nfor = '1s'\n";
    let refused = requests(&graph(&text(fault)));
    assert!(refused.iter().all(|it| it.failure() == Some(Reason::ConnectRefused)));
    assert_eq!(latencies(&refused), [40; 5]);
}

#[test]
fn the_time_of_a_request_on_the_line_is_no_wait_for_its_answer() {
    // 500 bytes at 10 kB/s leave after 50 ms; then 20 ms, 10 of work and 20 back.
    let outcome = |read: &str| {
        let text = format!(
            "study = 'terminating'\nduration = '1s'\nuntil = 'drained'\n\
             [endpoint.page]\nwork = [{{ wait = '10ms' }}]\nresponse = {{ size = '0B' }}\n\
             [node.users]\nkind = 'client'\nmix = {{ page = 1 }}\n\
             users = 2\nthink = '700ms'\ntimeout = {{ read = '{read}' }}\n\
             [node.app]\nkind = 'server'\n[link.users.app]\nlatency = '20ms'\n\
             bandwidth = '10kB/s'\n"
        );
        let ended = requests(&graph(&text));
        let sum: u64 = latencies(&ended).iter().sum();
        (sum / ended.len() as u64, ended.iter().filter(|it| it.failure().is_some()).count())
    };
    // The second of two waits for the line.
    assert_eq!(outcome("51ms"), (125, 0));
    assert_eq!(outcome("49ms"), (124, 2));
}
