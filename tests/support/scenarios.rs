//! Small scenarios by hand that together cover every feature, and the files that they name.

/// Files that the scenarios name.
pub const FILES: &[(&str, &str)] = &[
    (
        "open.csv",
        "arrival_ms,service_ms,size_bytes,object\n0,5,1000,a\n3,7,50000,b\n3,1,200,a\n20,9,,c\n",
    ),
    ("closed.csv", "user,think_ms,service_ms\na,5,20\nb,1,30\na,2,4\na,9,9\nb,3,6\n"),
    ("values.csv", "value_ms\n1\n2\n4\n40\n"),
];

/// An open loop of 80 requests a second for `page`, at `front`.
const USERS: &str = "
[node.users]
kind = 'client'
arrivals = { poisson = '80/s' }
mix = { page = 1 }
";

/// Everything but the work and the nodes behind the users.
fn asked(work: &str, nodes: &str, users: &str) -> String {
    format!(
        "duration = '20s'\nmeasure = {{ replicas = true, classes = true }}\n\
         [endpoint.page]\nwork = [{work}]\n{USERS}{users}\n{nodes}"
    )
}

/// One server that does `work` on a station with these keys, for users with these further keys.
pub fn server(work: &str, station: &str, users: &str) -> String {
    asked(work, &format!("[node.app]\nkind = 'server'\n{station}\n[link.users.app]"), users)
}

const EXP: &str = "{ cpu = { exp = '10ms' } }";

/// A server with a database behind it.
fn tiers(work: &str, app: &str, db: &str, users: &str) -> String {
    let nodes = format!(
        "[node.app]\nkind = 'server'\n{app}\n[node.db]\nkind = 'database'\n{db}\n\
         [link.users.app]\nlatency = '2ms'\n[link.app.db]\nlatency = '0.3ms'"
    );
    asked(work, &nodes, users)
}

/// A balancer with these keys over three small servers and a big one.
fn balanced(balancer: &str, users: &str) -> String {
    let nodes = format!(
        "[node.lb]\nkind = 'load-balancer'\n{balancer}\n\
         [node.big]\nkind = 'server'\ncores = 2\n\
         [node.small]\nkind = 'server'\ncores = 1\nreplicas = 3\nqueue_timeout = '80ms'\n\
         [link.users.lb]\nlatency = '1ms'\n[link.lb.big]\nlatency = '0.5ms'\n[link.lb.small]"
    );
    asked("{ cpu = { lognormal = { mean = '30ms', cv = 2 } } }", &nodes, users)
}

/// Scenarios by name.
pub fn all() -> Vec<(&'static str, String)> {
    let mut all = stations();
    all.extend(work());
    all.extend(graphs());
    all.extend(clients());
    all
}

fn stations() -> Vec<(&'static str, String)> {
    vec![
        ("fifo", server(EXP, "cores = 1", "")),
        ("lifo", server(EXP, "cores = 1\ndiscipline = 'lifo'", "")),
        ("sharing", server(EXP, "cores = 2\nspeed = 0.5\ndiscipline = 'ps'", "")),
        ("priority", classes("priority")),
        ("preemption", classes("preemptive-priority")),
        (
            "several slow cores",
            server(EXP, "cores = 4\nspeed = 0.3\ncontention = 0.1\ncoherency = 0.01", ""),
        ),
        (
            "overload with a limit",
            server(EXP, "cores = 1\nspeed = 0.5\nworkers = 2\nqueue = 3", ""),
        ),
        ("overload without", server(EXP, "cores = 1\nspeed = 0.7", "")),
        ("loss system", server("{ wait = { exp = '50ms' } }", "workers = 4\nqueue = 0", "")),
        ("impatience", server(EXP, "cores = 1\nspeed = 0.8\nqueue_timeout = { exp = '30ms' }", "")),
        (
            "impatience in two lines",
            server(
                "{ fail = 0.1 }, { cpu = { exp = '10ms' } }, { wait = '3ms' }, { cpu = '1ms' }",
                "cores = 2\nspeed = 0.5\nworkers = 3\nqueue = 5\nqueue_timeout = '20ms'",
                "",
            ),
        ),
        (
            "impatience before sharing",
            server(
                EXP,
                "cores = 1\nspeed = 0.8\ndiscipline = 'ps'\nworkers = 2\nqueue_timeout = '9ms'",
                "",
            ),
        ),
        (
            "pauses",
            server(EXP, "cores = 2\npauses = { every = { exp = '100ms' }, length = '40ms' }", LATE),
        ),
        (
            "set-up",
            server(
                EXP,
                "cores = 2\nsetup = { after = '5ms', time = { exp = '30ms' } }\n\
                 queue_timeout = '50ms'",
                LATE,
            ),
        ),
        (
            "pauses, set-up and cancellation",
            server(
                EXP,
                "cores = 1\nsetup = { time = '20ms' }\n\
                 pauses = { every = '30ms', length = '25ms' }\n\
                 discipline = 'preemptive-priority'",
                LATE,
            ),
        ),
    ]
}

/// Users who wait for 60 ms and take late work back.
const LATE: &str = "timeout = { total = { exp = '60ms' }, late = 'cancel' }";

fn classes(discipline: &str) -> String {
    format!(
        "{}\n[endpoint.urgent]\npriority = 0\nwork = [{{ cpu = {{ exp = '4ms' }} }}]\n\
         [node.staff]\nkind = 'client'\narrivals = {{ regular = '20/s' }}\npriority = 1\n\
         mix = {{ urgent = 0.3, page = 0.7 }}\n[link.staff.app]\nlatency = {{ exp = '1ms' }}",
        server(
            EXP,
            &format!("cores = 1\nreplicas = 2\ndiscipline = '{discipline}'"),
            "priority = 2"
        )
    )
}

fn work() -> Vec<(&'static str, String)> {
    let fan = "{ parallel = [ { call = 'db' }, [{ cpu = '1ms' }, { call = 'db', times = 2 }], \
               { wait = { exp = '8ms' } } ]";
    let service = "service = { exp = '3ms' }\ncores = 2";
    vec![
        (
            "calls",
            tiers(
                "{ cpu = '2ms' }, { call = 'db', times = { geometric = { mean = 2 } } }",
                "cores = 1",
                service,
                "",
            ),
        ),
        ("waiting for all", tiers(&format!("{fan} }}"), "cores = 1", service, LATE)),
        (
            "waiting for the first",
            tiers(&format!("{fan}, wait_for = 'first' }}"), "cores = 1", service, LATE),
        ),
        (
            "waiting for two, some fail",
            tiers(
                &format!("{fan}, wait_for = 2 }}, {{ cpu = '1ms' }}"),
                "cores = 1\nworkers = 6\nqueue = 4",
                "service = { exp = '3ms' }\ncores = 1\nworkers = 1\nqueue = 1",
                "",
            ),
        ),
        (
            "some of it sometimes",
            tiers(
                "{ cpu = '1ms', probability = 0.3 }, { call = 'db', probability = 0.5 }, \
                 { fail = 0.2, status = 404 }, \
                 { wait = { uniform = { min = '1ms', max = '2ms' } } }",
                "cores = 1",
                service,
                "",
            ),
        ),
        (
            "asynchronous",
            tiers(
                "{ cpu = '2ms' }, { call = 'db' }, { cpu = '2ms' }",
                "cores = 1\nworkers = 1\nqueue = 8\nasync = true",
                service,
                LATE,
            ),
        ),
        (
            "writes and reads",
            format!(
                "{}\n[endpoint.read]\nwork = [{{ cpu = {{ exp = '2ms' }} }}]\n\
                 [endpoint.write]\nwrite = true",
                tiers(
                    "{ call = 'db', endpoint = 'read', times = 3 }, \
                     { call = 'db', endpoint = 'write' }",
                    "cores = 1",
                    "replicas = 3\ncores = 1\nservice = '4ms'",
                    "",
                )
            ),
        ),
    ]
}

fn graphs() -> Vec<(&'static str, String)> {
    let mut all = vec![
        (
            "proxies on both sides",
            asked(
                EXP,
                "[node.office]\nkind = 'forward-proxy'\ncores = 1\ncpu = '0.2ms'\n\
                 [node.edge]\nkind = 'reverse-proxy'\ncores = 1\n\
                 cpu = { exp = '0.5ms' }\ncpu_per_kib = '20us'\n\
                 overhead = { request = '1ms', response = { exp = '2ms' } }\n\
                 [node.app]\nkind = 'server'\ncores = 2\n\
                 [link.users.office]\n[link.office.edge]\nlatency = '10ms'\n\
                 bandwidth = '2MB/s'\nloss = { up = 0.01, down = 0.02 }\n\
                 [link.edge.app]\n",
                LATE,
            ),
        ),
        (
            "a pooler before the database",
            asked(
                "{ cpu = '1ms' }, { call = 'pooler', times = 2 }",
                "[node.app]\nkind = 'server'\ncores = 1\n\
                 [node.pooler]\nkind = 'reverse-proxy'\nworkers = 3\n\
                 [node.db]\nkind = 'database'\ncores = 1\nservice = { exp = '3ms' }\n\
                 [node.sessions]\nkind = 'session-store'\nservice = '1ms'\n\
                 [link.users.app]\n[link.app.pooler]\n[link.pooler.db]\n[link.app.sessions]",
                "",
            ),
        ),
        ("routes", routes()),
        ("caches in two tiers", cached("")),
        ("caches in two tiers, with cancelling", cached(LATE)),
    ];
    for algorithm in lindley::balance::Algorithm::ALL {
        let keys = format!("algorithm = '{}'\nweights = {{ big = 2 }}", algorithm.name());
        all.push((algorithm.name(), balanced(&keys, LATE)));
    }
    all.push((
        "a balancer with a queue of its own",
        balanced("cores = 1\ncpu = '5ms'\nworkers = 6\nqueue = 2", LATE),
    ));
    all.push((
        "work dropped below a balancer",
        balanced("", "timeout = { total = '70ms', late = 'drop' }"),
    ));
    all
}

/// Caches before and behind a balancer and before calls of servers, at stations that are busy.
fn cached(users: &str) -> String {
    let station = "cores = 1\ncpu = { exp = '2ms' }\nworkers = 8\nqueue_timeout = '40ms'\n";
    let text = format!(
        "{}[node.shield]\nkind = 'forward-proxy'\nreplicas = 2\nworkers = 4\nasync = true\n\
         cache = {{ policy = 'fifo', capacity = {{ objects = 9 }} }}\n\
         [link.shield.files]\n[link.edge.shield]\nlatency = '3ms'\n",
        routes().replace("[link.edge.files]\n", "")
    );
    let edge = format!(
        "kind = 'reverse-proxy'\n{station}\
         cache = {{ capacity = '300KiB', hit = {{ exp = '1ms' }} }}\n"
    );
    let text = text.replace("kind = 'reverse-proxy'\n", &edge);
    let text = text.replace("to = 'files'", "to = 'shield'");
    text.replace("kind = 'client'\n", &format!("kind = 'client'\n{users}\n"))
}

fn routes() -> String {
    "duration = '20s'
[endpoint.page]
path = '/'
work = [{ cpu = { exp = '10ms' } }]
[endpoint.image]
path = '/img/{object}'
objects = { count = 50, popularity = { zipf = 1.0 } }
response = { size = { lognormal = { mean = '40KiB', cv = 1 } } }
[endpoint.order]
method = 'POST'
path = '/order'
headers = { X-Tier = 'gold' }
work = [{ call = 'app', endpoint = 'page' }]
[node.users]
kind = 'client'
arrivals = { mmpp = { rates = ['150/s', '20/s'], leave = ['1/s', '0.5/s'] } }
mix = { page = 3, image = 5, order = 1 }
[node.edge]
kind = 'reverse-proxy'
routes = [{ method = 'POST', to = 'orders' }, { path = '/img/*', to = 'files' }, { to = 'app' }]
[node.app]
kind = 'server'
cores = 2
[node.files]
kind = 'server'
service = { gamma = { mean = '1ms', cv = 0.5 } }
cores = 1
[node.orders]
kind = 'server'
[link.users.edge]
latency = { uniform = { min = '1ms', max = '9ms' } }
bandwidth = '10MB/s'
[link.edge.app]
[link.edge.files]
[link.edge.orders]
[link.orders.app]
"
    .to_owned()
}

fn clients() -> Vec<(&'static str, String)> {
    let closed = "duration = '20s'
[endpoint.page]
work = [{ cpu = { erlang = { mean = '10ms', k = 3 } } }]
[node.users]
kind = 'client'
users = 12
think = { exp = '100ms' }
mix = { page = 1 }
timeout = { total = '80ms', late = 'abandon' }
[node.app]
kind = 'server'
cores = 1
[link.users.app]
";
    let drained = "study = 'terminating'\nuntil = 'drained'";
    let terminating =
        |text: String| text.replacen("duration = '20s'", &format!("duration = '5s'\n{drained}"), 1);
    let traced = |key: &str| {
        format!(
            "duration = '2s'\nstudy = 'terminating'\n\
             [endpoint.page]\nwork = [{{ cpu = {{ trace = 'service' }} }}]\n\
             [node.users]\nkind = 'client'\n{key}\nmix = {{ page = 1 }}\n\
             [node.app]\nkind = 'server'\ncores = 1\n[link.users.app]"
        )
    };
    let batches = server("{ cpu = { empirical = 'values.csv' } }", "cores = 1\nspeed = 8.0", "")
        .replace("poisson = '80/s'", "poisson = '8/s', batch = 10");
    let gaps = server(EXP, "cores = 1", "addresses = { count = 3 }")
        .replace("poisson = '80/s'", "interval = { weibull = { mean = '12ms', shape = 0.7 } }");
    let swing = "poisson = { sine = { mean = '60/s', amplitude = 0.9, period = '5s' } }";
    vec![
        ("a closed loop that gives up", closed.to_owned()),
        ("a closed loop that takes back", closed.replace("abandon", "cancel")),
        ("drained", terminating(server(EXP, "cores = 1\nspeed = 0.6", ""))),
        (
            "drained of abandoned work",
            terminating(server(EXP, "cores = 1\nspeed = 0.6", "timeout = { total = '50ms' }")),
        ),
        ("an open trace", traced("arrivals = { trace = 'open.csv' }")),
        ("a closed trace", traced("trace = 'closed.csv'")),
        ("batches", batches),
        ("gaps of any law", gaps),
        ("a swinging rate", server(EXP, "cores = 1", "").replace("poisson = '80/s'", swing)),
    ]
}
