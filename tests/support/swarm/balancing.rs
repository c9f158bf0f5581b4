//! How balancers choose in random scenarios, and what they do about failures; and what clients do.

use lindley::balance::{Algorithm, Profile};

use super::Draft;

impl Draft {
    pub(super) fn balancer(&mut self, servers: u64) -> String {
        let start = self.text.len();
        self.line("[node.lb]\nkind = 'load-balancer'");
        self.is_layer_4 = self.wild(20);
        self.choice();
        self.forwarding("lb");
        if self.is_layer_4 {
            self.line("layer = 4");
        }
        if self.wild(30) {
            self.maybe(100, |it| format!("max_conns = {}", it.dice.between(1, 4)));
            self.maybe(60, |it| format!("backend_queue = {}", it.law(20_000)));
        }
        self.maybe_wild(50, Self::next_upstream);
        self.maybe_wild(25, Self::hedge);
        let probes = self.health();
        self.maybe_wild(25, |_| "sticky = { cookie = 'SRV' }".to_owned());
        if !self.is_layer_4 && !probes {
            self.maybe_wild(20, |it| format!("instances = {}", it.dice.between(2, 4)));
        }
        if self.is_layer_4 {
            let drawn = self.text.split_off(start);
            self.line(&without_content(&drawn));
        }
        for server in 0..servers {
            self.link("lb", &format!("app{server}"));
        }
        "lb".to_owned()
    }

    /// An algorithm, perhaps a product's.
    fn choice(&mut self) {
        let all: Vec<&str> = Algorithm::ALL.iter().map(|algorithm| algorithm.name()).collect();
        let mut algorithm = self.dice.pick(&all);
        let profile = self.wild(50).then(|| {
            let profiles: Vec<&str> = Profile::ALL.iter().map(|profile| profile.name()).collect();
            self.dice.pick(&profiles)
        });
        if let Some(name) = profile {
            let product = Profile::ALL.iter().find(|it| it.name() == name).expect("a profile");
            let has: Vec<&str> = product.algorithms().iter().map(|it| it.name()).collect();
            algorithm = self.dice.pick(&has);
            self.line(&format!("profile = '{name}'"));
        }
        self.line(&format!("algorithm = '{algorithm}'"));
        if profile != Some("caddy") {
            self.maybe(30, |it| format!("weights = {{ app0 = {} }}", it.dice.below(4)));
        }
        let on = if profile == Some("haproxy") { &["source"][..] } else { &["source", "cookie"] };
        self.maybe(30, |it| format!("hash_on = '{}'\ntable_size = 101", it.dice.pick(on)));
    }

    fn next_upstream(&mut self) -> String {
        if self.dice.chance(50) {
            let tries = self.dice.below(4);
            let on = self.dice.pick(&["", ", on = ['error', 'timeout', 'http_503', 'http_404']"]);
            let timeout = if self.dice.chance(30) { ", timeout = '30ms'" } else { "" };
            let unsafe_too = if self.dice.chance(30) { ", non_idempotent = true" } else { "" };
            format!("next_upstream = {{ tries = {tries}{on}{timeout}{unsafe_too} }}")
        } else {
            let (retries, redispatch) =
                (self.dice.below(5), self.dice.pick(&["-1", "0", "1", "2"]));
            format!(
                "next_upstream = {{ profile = 'haproxy', retries = {retries}, \
                 redispatch = {redispatch} }}"
            )
        }
    }

    fn hedge(&mut self) -> String {
        if self.is_layer_4 {
            return String::new();
        }
        let (after, max) = (self.dice.between(1, 30), self.dice.between(1, 3));
        let unsafe_too = self.dice.chance(30);
        format!("hedge = {{ after = '{after}ms', max = {max}, non_idempotent = {unsafe_too} }}")
    }

    /// Rules of health, and whether there are probes among them.
    fn health(&mut self) -> bool {
        if !self.wild(60) {
            return false;
        }
        let mut rules = Vec::new();
        if self.dice.chance(60) {
            let profile = self.dice.pick(&["nginx", "consecutive"]);
            let (fails, timeout) = (self.dice.below(4), self.dice.between(1, 1_200));
            rules.push(format!(
                "passive = {{ max_fails = {fails}, fail_timeout = '{timeout}ms', \
                 profile = '{profile}' }}"
            ));
        }
        let probes = self.dice.chance(50);
        if probes {
            let profile = self.dice.pick(&["textbook", "haproxy"]);
            let (interval, timeout) = (self.dice.between(5, 100), self.dice.between(1, 150));
            let (rise, fall) = (self.dice.between(1, 3), self.dice.between(1, 3));
            rules.push(format!(
                "active = {{ interval = '{interval}ms', timeout = '{timeout}ms', rise = {rise}, \
                 fall = {fall}, fast = '3ms', profile = '{profile}' }}"
            ));
        }
        if self.dice.chance(30) {
            rules.push(
                "outlier = { consecutive_failures = 2, interval = '20ms', \
                 base_ejection = '30ms', max_ejection = 0.6 }"
                    .to_owned(),
            );
        }
        if self.dice.chance(30) {
            let profile = self.dice.pick(&["linear", "envoy"]);
            rules.push(format!("slow_start = {{ window = '100ms', profile = '{profile}' }}"));
        }
        if self.dice.chance(30) {
            rules.push("panic_threshold = 0.5".to_owned());
        }
        self.line(&format!("health = {{ {} }}", rules.join(", ")));
        probes
    }

    pub(super) fn retry(&mut self) -> String {
        let attempts = self.dice.between(1, 4);
        let backoff = self.law(5_000);
        let jitter = self.dice.pick(&["none", "full", "equal", "decorrelated"]);
        let budget = if self.dice.chance(30) { ", budget = { ratio = 0.2 }" } else { "" };
        let unsafe_too = if self.dice.chance(30) { ", non_idempotent = true" } else { "" };
        format!(
            "retry = {{ attempts = {attempts}, backoff = {backoff}, \
             jitter = '{jitter}'{budget}{unsafe_too} }}"
        )
    }
}

/// What is left of a balancer's keys where it sees no requests.
fn without_content(drawn: &str) -> String {
    let counts = ["rate_limit", "shed", "workers", "queue", "backlog", "sticky", "hash_on"];
    let is_left = |line: &&str| !counts.iter().any(|key| line.starts_with(key));
    let mut lines: Vec<&str> = drawn.lines().filter(is_left).collect();
    lines.push("hash_on = 'source'");
    lines.join("\n").replace("'uri-hash'", "'source-hash'").replace(", 'http_503', 'http_404'", "")
}
