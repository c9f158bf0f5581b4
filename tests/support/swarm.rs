//! Random scenarios: graphs of clients, proxies, balancers, servers, databases and stores, with
//! random laws, limits, time-outs, caches, connections, identities, faults, and all that is done
//! about them. Everything is drawn from one seed.

mod balancing;
mod faults;
mod identity;
mod network;
mod screens;

use std::fmt::Write;

use lindley::evict::Policy;

use super::Dice;

/// A scenario that is being drawn.
struct Draft {
    dice: Dice,
    text: String,
    /// Whether it may have more than queues and delays: connections, faults, and what is done
    /// about failures.
    is_wild: bool,
    /// Endpoints of the clients.
    pages: u64,
    /// Nodes that servers can call.
    backs: Vec<&'static str>,
    /// Whether servers have a store beside them for what they look up.
    has_values: bool,
    /// What can fail.
    machines: Vec<Machine>,
    /// Links, as faults name them.
    links: Vec<String>,
    is_layer_4: bool,
    /// Whether a balancer stands before the servers.
    is_balanced: bool,
}

/// What a fault must know of a node.
#[derive(Clone)]
struct Machine {
    name: String,
    replicas: u64,
    can_hang: bool,
}

/// The scenario of a seed.
pub fn scenario(seed: u64) -> String {
    let mut dice = Dice::new(seed);
    let is_wild = dice.chance(75);
    let mut draft = Draft {
        dice,
        text: String::new(),
        is_wild,
        pages: 0,
        backs: Vec::new(),
        has_values: false,
        machines: Vec::new(),
        links: Vec::new(),
        is_layer_4: false,
        is_balanced: false,
    };
    draft.run();
    draft.backs();
    draft.endpoints();
    draft.fronts();
    draft.faults();
    draft.text
}

impl Draft {
    fn line(&mut self, line: &str) {
        writeln!(self.text, "{line}").expect("a string takes everything");
    }

    /// Adds a key, so often in a hundred times.
    fn maybe(&mut self, percent: u64, key: impl FnOnce(&mut Self) -> String) {
        if self.dice.chance(percent) {
            let line = key(self);
            self.line(&line);
        }
    }

    /// Whether to add what only wild scenarios have, so often in a hundred times.
    fn wild(&mut self, percent: u64) -> bool {
        self.is_wild && self.dice.chance(percent)
    }

    /// Adds a key of wild scenarios, so often in a hundred times.
    fn maybe_wild(&mut self, percent: u64, key: impl FnOnce(&mut Self) -> String) {
        if self.is_wild {
            self.maybe(percent, key);
        }
    }

    /// A distribution with a mean around so many microseconds.
    fn law(&mut self, micros: u64) -> String {
        let mean = micros * self.dice.between(50, 150) / 100 + 1;
        match self.dice.below(12) {
            0 | 1 => format!("'{mean}us'"),
            2..=4 => format!("{{ exp = '{mean}us' }}"),
            5 => format!("{{ lognormal = {{ mean = '{mean}us', cv = 2 }} }}"),
            6 => format!("{{ erlang = {{ mean = '{mean}us', k = 3 }} }}"),
            7 => format!("{{ gamma = {{ mean = '{mean}us', cv = 0.6 }} }}"),
            8 => format!("{{ hyperexp = {{ mean = '{mean}us', cv = 3 }} }}"),
            9 => format!("{{ uniform = {{ min = '0s', max = '{}us' }} }}", 2 * mean),
            10 => format!("{{ pareto = {{ mean = '{mean}us', shape = 1.7 }} }}"),
            _ => format!(
                "{{ mixture = [{{ weight = 3, of = '0s' }}, {{ weight = 1, of = '{mean}us' }}] }}"
            ),
        }
    }

    fn run(&mut self) {
        let seed = self.dice.below(1_000_000);
        self.line(&format!("duration = '1500ms'\nseed = {seed}\nlimits = {{ events = 100_000 }}"));
        self.maybe(50, |_| "study = 'terminating'\nuntil = 'drained'".to_owned());
        self.maybe(30, |_| {
            "measure = { replicas = true, classes = true, addresses = true }".to_owned()
        });
    }

    /// Databases, stores, and a pooler before one of them.
    fn backs(&mut self) {
        for (name, kind) in [("db", "database"), ("store", "session-store")] {
            if self.dice.chance(60) {
                let service = self.law(2_000);
                self.line(&format!("[node.{name}]\nkind = '{kind}'\nservice = {service}"));
                self.station(name);
                self.backs.push(name);
            }
        }
        if self.wild(40) {
            let service = self.law(300);
            self.line(&format!("[node.values]\nkind = 'cache'\nservice = {service}"));
            let (policy, capacity) = self.room();
            self.line(&format!("policy = {policy}\ncapacity = {capacity}"));
            self.maybe(50, |it| format!("ttl = '{}ms'\nttl_jitter = 0.3", it.dice.between(1, 400)));
            self.station("values");
            self.has_values = true;
        }
        if self.backs.contains(&"db") && self.dice.chance(40) {
            self.line("[node.pooler]\nkind = 'reverse-proxy'");
            self.forwarding("pooler");
            self.link("pooler", "db");
            self.backs.push("pooler");
        }
    }

    fn endpoints(&mut self) {
        self.pages = self.dice.between(1, 3);
        for page in 0..self.pages {
            let work = self.steps(2);
            self.line(&format!("[endpoint.page{page}]\nwork = [{work}]"));
            self.maybe(30, |it| {
                format!(
                    "objects = {{ count = {}, popularity = {{ zipf = 1.1 }} }}",
                    it.dice.between(1, 500)
                )
            });
            self.maybe(30, |it| {
                let kib = it.dice.between(1, 60);
                let control = if it.is_wild { it.control() } else { String::new() };
                format!(
                    "response = {{ size = {{ exp = '{kib}KiB' }}{control}, compressible = true }}"
                )
            });
            self.maybe(30, |it| format!("priority = {}", it.dice.below(3)));
            self.maybe(20, |_| "write = true".to_owned());
            self.sealed(page);
        }
        if !self.backs.is_empty() {
            let work = self.law(1_500);
            self.line(&format!("[endpoint.query]\nwork = [{{ cpu = {work} }}, {{ fail = 0.05 }}]"));
            self.maybe(50, |_| "write = true".to_owned());
        }
    }

    /// What an answer says of how long it may be kept.
    fn control(&mut self) -> String {
        let seconds = self.dice.below(3);
        let control = match self.dice.below(7) {
            0 => "no-store".to_owned(),
            1 => "no-cache".to_owned(),
            2 => format!("private, max-age={seconds}"),
            3 => format!("max-age={seconds}, stale-while-revalidate={seconds}"),
            4 => format!("max-age={seconds}, stale-if-error=9"),
            _ => format!("max-age={seconds}"),
        };
        let tag = if self.dice.chance(50) { ", etag = '\"a\"'" } else { "" };
        format!(", cache_control = '{control}'{tag}")
    }

    /// Some steps of work, with parallel ones nested so deep.
    fn steps(&mut self, depth: u64) -> String {
        let count = self.dice.between(1, 3);
        let steps: Vec<String> = (0..count).map(|_| self.step(depth)).collect();
        steps.join(", ")
    }

    fn step(&mut self, depth: u64) -> String {
        let often = if self.dice.chance(25) { ", probability = 0.4" } else { "" };
        match self.dice.below(10) {
            0..=3 => format!("{{ cpu = {}{often} }}", self.law(4_000)),
            4 => format!("{{ wait = {}{often} }}", self.law(3_000)),
            5 => format!("{{ fail = 0.{}, status = 404 }}", self.dice.below(3)),
            6 if self.has_values && depth > 0 => self.lookup(depth, often),
            6 | 7 if !self.backs.is_empty() => self.call(often),
            _ if depth > 0 => self.parallel(depth, often),
            _ => "{ cpu = '1ms' }".to_owned(),
        }
    }

    fn lookup(&mut self, depth: u64, often: &str) -> String {
        let by = self.dice.pick(&["", ", by = 'user'", ", by = 'object', name = 'a'"]);
        if self.dice.chance(20) {
            return format!("{{ forget = 'values'{by}{often} }}");
        }
        let miss = self.steps(depth - 1);
        format!("{{ lookup = 'values', miss = [{miss}]{by}{often} }}")
    }

    fn call(&mut self, often: &str) -> String {
        let backs = self.backs.clone();
        let back = self.dice.pick(&backs);
        let endpoint = if self.dice.chance(40) { ", endpoint = 'query'" } else { "" };
        let times = match self.dice.below(4) {
            0 => ", times = { geometric = { mean = 2 } }",
            1 => ", times = { poisson = { mean = 0.8 } }",
            2 => ", times = 2",
            _ => "",
        };
        format!("{{ call = '{back}'{endpoint}{times}{often} }}")
    }

    fn parallel(&mut self, depth: u64, often: &str) -> String {
        let count = self.dice.between(1, 4);
        let branches: Vec<String> =
            (0..count).map(|_| format!("[{}]", self.steps(depth - 1))).collect();
        let wait_for = match self.dice.below(3) {
            0 => ", wait_for = 'first'".to_owned(),
            1 => format!(", wait_for = {}", self.dice.between(1, count)),
            _ => String::new(),
        };
        format!("{{ parallel = [{}]{wait_for}{often} }}", branches.join(", "))
    }

    /// The keys of a station; not all nodes have one.
    fn station(&mut self, name: &str) {
        self.maybe_wild(20, Self::rate_limit);
        if self.dice.chance(15) {
            let (name, replicas, can_hang) = (name.to_owned(), 1, false);
            return self.machines.push(Machine { name, replicas, can_hang });
        }
        self.maybe(100, |it| format!("cores = {}", it.dice.between(1, 3)));
        let is_scaled = self.is_balanced && name.starts_with("app") && self.wild(30);
        let mut replicas = if self.dice.chance(30) { self.dice.between(1, 4) } else { 1 };
        self.line(&format!("replicas = {replicas}"));
        if is_scaled {
            replicas += self.dice.below(3);
            let line = self.autoscale(replicas);
            self.line(&line);
        }
        self.maybe(30, |it| format!("speed = {}.5", it.dice.below(3)));
        self.maybe(40, |it| {
            let (workers, queue) = (it.dice.between(1, 6), it.dice.below(9));
            let backlog = if it.wild(30) { "\nbacklog = 2" } else { "" };
            format!("workers = {workers}\nqueue = {queue}{backlog}")
        });
        self.maybe(30, |it| format!("queue_timeout = {}", it.law(12_000)));
        self.maybe(25, |_| "async = true".to_owned());
        let disciplines = ["fifo", "lifo", "priority", "preemptive-priority", "ps"];
        let discipline = self.dice.pick(&disciplines);
        self.line(&format!("discipline = '{discipline}'"));
        let can_hang = discipline != "ps";
        self.machines.push(Machine { name: name.to_owned(), replicas, can_hang });
        self.maybe_wild(15, |it| match it.dice.below(2) {
            0 => format!("shed = {{ in_flight = {} }}", it.dice.between(1, 8)),
            _ => "shed = { queue_delay = '5ms', interval = '20ms' }".to_owned(),
        });
        if discipline != "ps" {
            self.maybe(25, |it| {
                let (every, length) = (it.law(60_000), it.law(15_000));
                format!("pauses = {{ every = {every}, length = {length} }}")
            });
            let percent = if is_scaled { 0 } else { 25 };
            self.maybe(percent, |it| {
                let (after, time) = (it.dice.below(3) * 7, it.law(20_000));
                format!("setup = {{ after = '{after}ms', time = {time} }}")
            });
        }
        self.maybe_wild(20, |it| {
            let (most, when_full) = (it.dice.between(2, 8), it.dice.pick(&["refuse", "wait"]));
            format!("memory = '{most}GiB'\nmemory_per_exchange = '1GiB'\nwhen_full = '{when_full}'")
        });
    }

    /// So many replicas at most, which come and go quickly.
    fn autoscale(&mut self, max: u64) -> String {
        let (every, boot) = (self.dice.between(5, 200), self.law(50_000));
        let delay = self.dice.pick(&["0s", "30ms", "250ms"]);
        let cool_down = self.dice.pick(&["0s", "100ms", "5min"]);
        let grace = self.dice.pick(&["0s", "20ms", "30s"]);
        let target = self.dice.pick(&["0.1", "0.4", "0.8"]);
        format!(
            "autoscale = {{ max = {max}, target = {target}, every = '{every}ms', boot = {boot}, \
             delay = '{delay}', cool_down = '{cool_down}', grace = '{grace}' }}"
        )
    }

    fn rate_limit(&mut self) -> String {
        let profile = self.dice.pick(&["token-bucket", "nginx", "haproxy"]);
        let (rate, burst) = (self.dice.between(5, 300), self.dice.between(1, 9));
        let delay = self.dice.pick(&["", ", delay = 'all'", ", delay = 'none'", ", delay = 2"]);
        let key = self.dice.pick(&["address", "all"]);
        format!(
            "rate_limit = {{ rate = '{rate}/s', burst = {burst}, profile = '{profile}', \
             key = '{key}', period = '100ms'{delay} }}"
        )
    }

    fn forwarding(&mut self, name: &str) {
        self.station(name);
        self.waits();
        self.maybe(50, |it| format!("cpu = {}", it.law(300)));
        self.maybe(20, |_| "cpu_per_kib = '10us'".to_owned());
        self.maybe(20, |it| {
            format!("overhead = {{ request = {}, response = '1ms' }}", it.law(500))
        });
    }

    fn cache(&mut self) -> String {
        let (policy, capacity) = self.room();
        let hit = self.law(500);
        let profile = self.dice.pick(&["rfc9111", "nginx", "varnish", "squid"]);
        let extra = self.dice.pick(&[
            "",
            ", lock = true",
            ", lock = { timeout = '30ms' }",
            ", min_uses = 2",
            ", use_stale = ['error', 'timeout', 'updating']",
            ", default_ttl = { any = '1s' }, background_update = true",
            ", inactive = '200ms', ttl_jitter = 0.5",
            ", grace = '1s', revalidate = false",
        ]);
        format!(
            "cache = {{ policy = {policy}, capacity = {capacity}, hit = {hit}, profile = \
             '{profile}'{extra} }}"
        )
    }

    /// A policy of eviction, and how much there is room for.
    fn room(&mut self) -> (String, String) {
        let policies: Vec<&str> = Policy::ALL.iter().map(|policy| policy.word()).collect();
        let policy = self.dice.pick(&policies);
        let capacity = match self.dice.below(2) {
            0 => format!("{{ objects = {} }}", self.dice.between(1, 60)),
            _ => format!("'{}KiB'", self.dice.between(1, 400)),
        };
        (format!("'{policy}'"), capacity)
    }

    /// Servers, what stands before them, and the clients.
    fn fronts(&mut self) {
        let servers = self.dice.between(1, 3);
        self.is_balanced = servers > 1 || self.dice.chance(50);
        for server in 0..servers {
            self.line(&format!("[node.app{server}]\nkind = 'server'"));
            self.station(&format!("app{server}"));
            self.waits();
            for back in self.backs.clone() {
                self.link(&format!("app{server}"), back);
            }
            if self.has_values {
                self.link(&format!("app{server}"), "values");
            }
        }
        let mut front = "app0".to_owned();
        if self.is_balanced {
            front = self.balancer(servers);
        }
        for (name, kind) in [("edge", "reverse-proxy"), ("office", "forward-proxy")] {
            if self.dice.chance(40) {
                self.line(&format!("[node.{name}]\nkind = '{kind}'"));
                self.forwarding(name);
                self.maybe_wild(40, Self::cache);
                self.screens(kind);
                self.link(name, &front);
                name.clone_into(&mut front);
            }
        }
        for client in 0..self.dice.between(1, 2) {
            self.client(client);
            self.link(&format!("users{client}"), &front);
        }
        self.attacker(&front);
        self.identity(&front);
    }

    fn client(&mut self, number: u64) {
        let rate = self.dice.between(20, 250);
        let demand = match self.dice.below(7) {
            0 | 1 => format!("arrivals = {{ poisson = '{rate}/s' }}"),
            2 => format!("arrivals = {{ poisson = '{}/s', batch = 5 }}", rate / 5),
            3 => format!("arrivals = {{ regular = '{rate}/s' }}"),
            4 => format!("arrivals = {{ interval = {} }}", self.law(1_000_000 / rate)),
            5 => format!(
                "arrivals = {{ mmpp = {{ rates = ['{rate}/s', '5/s'], leave = ['3/s', '4/s'] }} }}"
            ),
            _ => format!("users = {}\nthink = {}", self.dice.between(1, 30), self.law(50_000)),
        };
        let shares: Vec<String> = (0..self.pages)
            .map(|page| format!("page{page} = {}", self.dice.between(1, 4)))
            .collect();
        let mix = shares.join(", ");
        self.line(&format!("[node.users{number}]\nkind = 'client'\n{demand}\nmix = {{ {mix} }}"));
        if demand.starts_with("users") {
            self.maybe_wild(40, |it| {
                let (_, capacity) = it.room();
                let hit = it.law(300);
                format!("browser = {{ cache = {{ capacity = {capacity}, hit = {hit} }} }}")
            });
        }
        self.maybe(30, |it| format!("priority = {}", it.dice.below(3)));
        self.maybe(30, |it| format!("addresses = {{ count = {} }}", it.dice.between(1, 9)));
        self.patience();
        self.maybe_wild(50, Self::retry);
    }

    /// How long a client waits.
    fn patience(&mut self) {
        if !self.dice.chance(60) {
            return;
        }
        let late = self.dice.pick(&["abandon", "drop", "cancel", "cancel"]);
        let mut times = vec![format!("total = {}", self.law(30_000))];
        for key in ["connect", "read"] {
            if self.wild(40) {
                times.push(format!("{key} = {}", self.law(20_000)));
            }
        }
        self.line(&format!("timeout = {{ {}, late = '{late}' }}", times.join(", ")));
    }
}
