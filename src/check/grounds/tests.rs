//! What is called exact, and what is not.

use crate::check::tests::{checked, replayed};
use crate::check::text;

/// What is told of clients, a balancer and a server of 10 ms, each with what else is written there.
fn told(client: &str, balancer: &str, app: &str, more: &str) -> (String, String) {
    let (graph, checked, warnings) = checked(&format!(
        "duration = '600s'\n[endpoint.page]\npath = '/'\nwork = [{{ cpu = {{ exp = '10ms' }} }}]\n\
         [node.users]\nkind = 'client'\nmix = {{ page = 1 }}\n{client}\n\
         [node.lb]\nkind = 'load-balancer'\n{balancer}\n\
         [node.app]\nkind = 'server'\ncores = 1\n{app}\n[link.users.lb]\n[link.lb.app]\n{more}\n"
    ));
    (text("base", &graph, &checked), warnings)
}

const POISSON: &str = "arrivals = { poisson = '80/s' }";
const RANDOM: &str = "algorithm = 'random'";

/// The line of the table that is about `app`.
fn row(told: &str) -> &str {
    told.lines().find(|line| line.starts_with("  app ")).expect("a row")
}

#[test]
fn nothing_that_a_formula_does_not_know_is_called_exact() {
    let (plain, _) = told(POISSON, RANDOM, "", "");
    assert!(row(&plain).contains("M/M/1 (exact)  40 ms"), "{plain}");
    for (balancer, app, more, wait, why) in [
        (
            "",
            "",
            "[fault.f]\nkind = 'slow'\nnode = 'app'\nfactor = 3\nat = '1s'",
            "at least 40 ms",
            "fault `f`",
        ),
        ("", "shed = { in_flight = 3 }", "", "at most 40 ms", "app: it sheds load"),
        ("max_conns = 1", "", "", "at most 40 ms", "lb: its `max_conns`"),
        ("max_conns = 3\nbackend_queue = '10s'", "", "", "at most 40 ms", "lb: its `max_conns`"),
        ("timeout = { read = '20ms', late = 'cancel' }", "", "", "at most 40 ms", "is given up"),
        (
            "",
            "rate_limit = { rate = '30/s', burst = 5, key = 'all' }",
            "",
            "at most 40 ms",
            "app: its `rate_limit`",
        ),
        (
            "rate_limit = { rate = '50/s', burst = 9, key = 'all' }",
            "",
            "",
            "at most 40 ms",
            "lb: its `rate_limit`",
        ),
        ("workers = 1\nqueue = 5", "", "", "at most 40 ms", "lb: what finds no room"),
        ("", "", "bandwidth = '10Mbit/s'", "at most 40 ms", "messages stand in line"),
        ("", "", "connection = { mode = 'pool', max = 1 }", "at most 40 ms", "limited number"),
        ("", "", "connection = { mode = 'pool' }", "about 40 ms", "until a connection is open"),
        ("", "", "breaker = {}", "at most 40 ms", "the breaker of the link lb → app"),
    ] {
        let (said, _) = told(POISSON, &format!("{RANDOM}\n{balancer}"), app, more);
        assert!(!row(&said).contains("(exact)"), "{why}\n{said}");
        assert!(row(&said).contains(wait) && said.contains(why), "{wait}, {why}\n{said}");
    }
}

#[test]
fn what_stands_still_now_and_then_has_no_formula() {
    for kind in ["crash", "hang", "refuse", "black-hole"] {
        let fault = format!("[fault.f]\nkind = '{kind}'\nnode = 'app'\nat = '1s'\nfor = '9s'");
        let (said, _) = told(POISSON, RANDOM, "", &fault);
        assert!(!said.contains("(exact)") && !said.contains("40 ms"), "{said}");
        assert!(said.contains("app: no formula: faults strike on the way"), "{said}");
    }
}

/// A server that works after, or beside, what a database does.
fn with_database(work: &str, link: &str) -> String {
    let (graph, checked, _) = checked(&format!(
        "[endpoint.page]\nwork = [{work}]\n[node.users]\nkind = 'client'\nmix = {{ page = 1 }}\n\
         arrivals = {{ poisson = '50/s' }}\n[node.app]\nkind = 'server'\ncores = 1\n\
         [node.db]\nkind = 'database'\ncores = 1\nservice = {{ exp = '3ms' }}\n\
         [link.users.app]\n[link.app.db]\n{link}\n"
    ));
    text("base", &graph, &checked)
}

#[test]
fn work_after_calls_and_work_side_by_side_are_not_poisson_arrivals() {
    let before = with_database("{ cpu = '2ms' }, { call = 'db' }", "");
    assert!(row(&before).contains("M/D/1 (exact)"), "{before}");
    let after = with_database("{ call = 'db' }, { cpu = '2ms' }", "");
    assert!(row(&after).contains("(approximation)") && row(&after).contains("about"), "{after}");
    assert!(after.contains("app: some of its work comes after calls"), "{after}");
    let both = "{ parallel = [{ call = 'db' }, { call = 'db' }] }, { cpu = '2ms' }";
    let parallel = with_database(both, "");
    let db = parallel.lines().find(|line| line.starts_with("  db ")).expect("a row");
    assert!(db.contains("at least 1.286 ms"), "{parallel}");
    assert!(parallel.contains("db: `app` calls it in parallel"), "{parallel}");
    let branches = "{ parallel = [{ cpu = { exp = '5ms' } }, { cpu = { exp = '5ms' } }] }";
    let cores = with_database(&format!("{branches}, {{ call = 'db' }}"), "");
    assert!(cores.contains("app: parallel work comes to its cores at once"), "{cores}");
}

#[test]
fn a_balancer_of_connections_has_no_backend_with_its_share() {
    let client = "arrivals = { poisson = '150/s' }\naddresses = { count = 4 }";
    let balancer = "algorithm = 'round-robin'\nlayer = 4";
    let (graph, checked, _) = checked(&format!(
        "[endpoint.page]\nwork = [{{ cpu = {{ exp = '10ms' }} }}]\n[node.users]\nkind = 'client'\n\
         mix = {{ page = 1 }}\n{client}\n[node.lb]\nkind = 'load-balancer'\n{balancer}\n\
         [node.app]\nkind = 'server'\ncores = 1\nreplicas = 3\n[link.lb.app]\n\
         [link.users.lb]\nconnection = {{ mode = 'pool', protocol = 'h2' }}\n"
    ));
    let said = text("base", &graph, &checked);
    assert!(row(&said).contains("at least 0.5") && !row(&said).contains("(exact)"), "{said}");
    assert!(said.contains("lb: it chooses once for each connection"), "{said}");
    assert!(said.contains("app: no formula: what comes to which replica is not known"), "{said}");
}

#[test]
fn what_everybody_is_denied_is_no_load() {
    let (said, _) = told(POISSON, RANDOM, "access = [{ rule = 'deny', methods = ['GET'] }]", "");
    assert!(row(&said).contains("0.000") && !said.contains("40 ms"), "{said}");
}

#[test]
fn a_load_that_a_store_may_spare_is_no_overload() {
    let (graph, checked, warnings) = checked(
        "[endpoint.page]\npath = '/{object}'\nobjects = { count = 100 }\n\
         work = [{ lookup = 'c', miss = [{ cpu = { exp = '20ms' } }] }, { cpu = '1ms' }]\n\
         [node.users]\nkind = 'client'\narrivals = { poisson = '80/s' }\nmix = { page = 1 }\n\
         [node.app]\nkind = 'server'\ncores = 1\n[node.c]\nkind = 'cache'\ncores = 1\n\
         service = '1ms'\ncapacity = { objects = 50 }\n[link.users.app]\n[link.app.c]\n",
    );
    assert!(!warnings.contains("grows without limit"), "{warnings}");
    let said = text("base", &graph, &checked);
    assert!(row(&said).contains("at most 1.680"), "{said}");
    assert!(said.contains("app: no formula: this would be too much, but not all"), "{said}");
}

#[test]
fn behind_a_cache_what_is_tried_again_is_neither_least_nor_most() {
    let (graph, checked, _) = checked(
        "[endpoint.p]\npath = '/p/{object}'\nobjects = { count = 100 }\nwork = [{ cpu = '1ms' }]\n\
         response = { cache_control = 'max-age=3600' }\n[node.users]\nkind = 'client'\n\
         arrivals = { poisson = '100/s' }\nmix = { p = 1 }\n[node.cdn]\nkind = 'reverse-proxy'\n\
         cache = { capacity = { objects = 50 }, policy = 'sieve' }\n[node.lb]\n\
         kind = 'load-balancer'\nalgorithm = 'round-robin'\nnext_upstream = {}\n\
         timeout = { read = '5s' }\n[node.app]\nkind = 'server'\ncores = 1\nreplicas = 2\n\
         workers = 8\nqueue = 10\n[link.users.cdn]\n[link.cdn.lb]\n[link.lb.app]\n",
    );
    let said = text("base", &graph, &checked);
    assert!(row(&said).contains("about 100") && !row(&said).contains("at least"), "{said}");
    let lb = said.lines().find(|line| line.starts_with("  lb ")).expect("a row");
    assert!(lb.contains("at most 100"), "{said}");
}

#[test]
fn arrivals_of_a_trace_have_no_formula() {
    let (graph, checked, _) = replayed(
        "duration = '10s'\n[endpoint.p]\nwork = [{ cpu = '100ms' }]\n[node.users]\n\
         kind = 'client'\narrivals = { trace = 't.csv' }\nmix = { p = 1 }\n[node.app]\n\
         kind = 'server'\ncores = 1\n[link.users.app]\n",
        "arrival_s\n1\n2\n3\n4\n",
    );
    let said = text("base", &graph, &checked);
    assert!(said.contains("app: no formula: arrivals are those of a trace"), "{said}");
}

#[test]
fn pools_and_lines_have_a_load_of_their_own() {
    let asked = |max: u32, timeout: &str| {
        let link = format!("connection = {{ mode = 'pool', max = {max} }}");
        let text_of = format!(
            "[endpoint.p]\nwork = [{{ cpu = {{ exp = '1ms' }} }}, {{ call = 'db' }}]\n\
             [node.users]\nkind = 'client'\narrivals = {{ poisson = '120/s' }}\nmix = {{ p = 1 }}\n\
             {timeout}\n[node.app]\nkind = 'server'\ncores = 4\n\
             [node.db]\nkind = 'database'\ncores = 100\n\
             service = {{ exp = '100ms' }}\n[link.users.app]\n[link.app.db]\n{link}\n"
        );
        let (graph, checked, warnings) = checked(&text_of);
        (text("base", &graph, &checked), warnings)
    };
    let pool = |max: u32| asked(max, "");
    // 120 queries a second of 0.1 s hold 12 connections.
    let (said, warnings) = pool(10);
    assert!(
        said.contains("app → db: 12 of 10 connections are needed on average: a load of 1.2"),
        "{said}"
    );
    assert!(warnings.contains("app → db needs 12 connections on average and has 10"), "{warnings}");
    assert!(!pool(20).1.contains("connections"));
    // How many are held by what is cancelled hangs on more than the mean.
    for (total, late, is_told) in
        [("250ms", "cancel", false), ("1s", "cancel", true), ("250ms", "drop", true)]
    {
        let timeout = format!("timeout = {{ total = '{total}', late = '{late}' }}");
        let (said, _) = asked(10, &timeout);
        assert_eq!(said.contains("12 of 10 connections"), is_told, "{timeout}: {said}");
    }
    let line = |bandwidth: &str| {
        told(
            "arrivals = { poisson = '20/s' }",
            RANDOM,
            "",
            &format!(
                "bandwidth = '{bandwidth}'\n[endpoint.big]\npath = '/b'\n\
                 response = {{ size = '100kB' }}\nwork = [{{ cpu = '1ms' }}]\n[node.more]\n\
                 kind = 'client'\nmix = {{ big = 1 }}\n\
                 arrivals = {{ poisson = '20/s' }}\n[link.more.lb]"
            ),
        )
    };
    // 20 answers a second of 100 kB are 16 Mbit/s, and 20 of the usual 1 kB are the rest.
    let (said, warnings) = line("10Mbit/s");
    assert!(said.contains("lb → app, the way back: 16.16 of 10 Mbit/s"), "{said}");
    assert!(warnings.contains("needs 16.16 Mbit/s on average and has 10"), "{warnings}");
    assert!(!line("20Mbit/s").1.contains("Mbit/s"));
}

#[test]
fn workers_that_wait_for_others_are_in_use() {
    let of =
        |workers: u32| told(POISSON, &format!("{RANDOM}\nworkers = {workers}\nqueue = 5"), "", "");
    // 80 requests a second that the server keeps for 10 ms.
    let (said, warnings) = of(1);
    assert!(said.contains("lb: 0.8 of 1 workers are needed on average"), "{said}");
    assert!(!warnings.contains("needs"), "{warnings}");
    let slow = "speed = 0.5\nreplicas = 2";
    let (_, warnings) = told(POISSON, &format!("{RANDOM}\nworkers = 1\nqueue = 5"), slow, "");
    assert!(warnings.contains("lb needs 1.6 workers on average and has 1"), "{warnings}");
}

#[test]
fn a_pool_that_hashes_has_a_load() {
    let (graph, checked, warnings) = checked(
        "[auth]\nat = 'app'\nissuer = 'acc'\nlogin = 'login'\nscheme = 'credentials'\n\
         [auth.password]\ntime = { exp = '14ms' }\npool = 1\n[endpoint.page]\npath = '/'\n\
         work = [{ cpu = '1us' }]\n[endpoint.login]\npath = '/login'\n\
         [node.users]\nkind = 'client'\narrivals = { poisson = '100/s' }\nmix = { page = 1 }\n\
         [node.edge]\nkind = 'reverse-proxy'\n\
         routes = [{ path = '/login', to = 'acc' }, { to = 'app' }]\n\
         [node.app]\nkind = 'server'\ncores = 1\n[node.acc]\nkind = 'auth-server'\ncores = 1\n\
         [link.users.edge]\n[link.edge.app]\n[link.edge.acc]\n[link.app.acc]\n",
    );
    let said = text("base", &graph, &checked);
    let line = "acc, hashing: 1.4 of 1 workers of its pool are needed on average";
    assert!(said.contains(line), "{said}");
    assert!(warnings.contains("acc, hashing needs 1.4 workers of its pool"), "{warnings}");
}

#[test]
fn visits_that_begin_with_a_run_that_is_looked_at_from_its_beginning_bring_less() {
    let said = |study: &str| {
        let (graph, checked, _) = checked(&format!(
            "duration = '600s'\nstudy = '{study}'\n[endpoint.p]\n\
             work = [{{ cpu = {{ exp = '10ms' }} }}]\n[page.any]\nendpoint = 'p'\n[visit.v]\n\
             pages = {{ any = 1 }}\nlength = 5\nthink = '10s'\n[node.users]\nkind = 'client'\n\
             arrivals = {{ visits = {{ poisson = '8/s' }}, visit = 'v' }}\n[node.app]\n\
             kind = 'server'\ncores = 1\n[link.users.app]\n"
        ));
        text("base", &graph, &checked)
    };
    let told = said("terminating");
    assert!(told.contains("users: its visits last 40s on average"), "{told}");
    assert!(row(&told).contains("at most 40") && row(&told).contains("at most 0.400"), "{told}");
    assert!(!said("steady-state").contains("at most"));
}

#[test]
fn what_is_shed_comes_again_as_what_finds_no_room_does() {
    let retry = format!("{POISSON}\nretry = {{ attempts = 3 }}");
    for app in ["shed = { in_flight = 4 }", "shed = { queue_delay = '5ms' }"] {
        let (said, _) = told(&retry, RANDOM, app, "");
        let lb = said.lines().find(|line| line.starts_with("  lb ")).expect("a row");
        assert!(lb.contains("at least 80") && row(&said).contains("at least 80"), "{said}");
        assert!(said.contains("users: what fails is tried again"), "{said}");
        let next = format!("{RANDOM}\nnext_upstream = {{ on = ['http_503'] }}");
        let (said, _) = told(POISSON, &next, &format!("replicas = 2\n{app}"), "");
        assert!(row(&said).contains("at least 80"), "{said}");
        // What is turned away has come all the same.
        let (said, _) = told(POISSON, RANDOM, app, "");
        assert!(!row(&said).contains("at most 80") && row(&said).contains("at most 0.8"), "{said}");
        // Two bounds together would be a number that says nothing.
        assert!(row(&said).contains("at most 40 ms"), "{said}");
        let (said, _) = told(&retry, RANDOM, app, "");
        assert!(said.contains("app: no formula: much of it is turned away"), "{said}");
    }
}

#[test]
fn what_comes_to_a_backup_is_at_least_nothing_where_anything_sends_it_there() {
    let spare = "[node.spare]\nkind = 'server'\ncores = 1\n[link.lb.spare]\n";
    let fault = "[fault.f]\nkind = 'crash'\nnode = 'app'\nat = '1s'";
    let of = |balancer: &str, more: &str| {
        let balancer = format!("algorithm = 'round-robin'\nbackup = ['spare']\n{balancer}");
        let (said, _) = told(POISSON, &balancer, "", &format!("{spare}{more}"));
        let row = said.lines().find(|line| line.starts_with("  spare ")).expect("a row");
        (row.contains("at least 0 "), row.contains("at least 0.000"), said)
    };
    for (balancer, more) in [
        ("max_conns = 1", ""),
        ("next_upstream = {}", fault),
        ("health = { active = {} }", fault),
        ("profile = 'haproxy'\nhealth = { active = {} }", fault),
    ] {
        let (rate, load, said) = of(balancer, more);
        assert!(rate && load && said.contains("comes to its backups"), "{balancer}: {said}");
    }
    for (balancer, more) in [
        ("health = { active = {} }", ""),
        ("next_upstream = {}", ""),
        ("profile = 'haproxy'\nmax_conns = 1\nhealth = { active = {} }", ""),
    ] {
        let (rate, load, said) = of(balancer, more);
        let may_fail = balancer.contains("max_conns");
        assert_eq!((rate, load), (may_fail, may_fail), "{balancer}: {said}");
    }
    // What a backup takes is no failure.
    let much = POISSON.replace("80", "120");
    let balancer = "algorithm = 'round-robin'\nbackup = ['spare']\nmax_conns = 1";
    let (said, warnings) = told(&much, balancer, "", spare);
    assert!(!warnings.contains("fails"), "{warnings}{said}");
}

#[test]
fn where_backends_of_a_hash_are_often_full_there_is_no_formula() {
    let client = format!("{POISSON}\naddresses = {{ count = 50 }}");
    let of = |max: u32| {
        let balancer = format!("algorithm = 'source-hash'\nmax_conns = {max}");
        told(&client, &balancer, "replicas = 2", "").0
    };
    assert!(of(3).contains("app: no formula: what is too much for one backend goes to another"));
    assert!(row(&of(200)).contains("about"), "{}", of(200));
}

#[test]
fn a_flood_asks_as_much_whatever_it_gets_and_who_guesses_does_not() {
    let flood = "[node.bad]\nkind = 'attacker'\nattack = 'flood'\nmix = { page = 1 }\n\
                 arrivals = { poisson = '10/s' }\n[link.bad.lb]\n";
    let (said, _) = told(POISSON, RANDOM, "", flood);
    assert!(row(&said).contains("M/M/1 (exact)"), "{said}");
    assert!(!said.contains("depends on what it gets"), "{said}");
}
