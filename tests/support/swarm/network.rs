//! What links are in random scenarios: their delays, their connections, and breakers over them.

use super::Draft;

impl Draft {
    pub(super) fn link(&mut self, from: &str, to: &str) {
        self.line(&format!("[link.{from}.{to}]"));
        self.maybe(50, |it| format!("latency = {}", it.law(1_500)));
        self.maybe(15, |_| "bandwidth = '3MB/s'".to_owned());
        self.maybe(10, |_| "loss = { up = 0.05, down = 0.1 }".to_owned());
        // A balancer of layer 4 passes on connections that somebody opens.
        let must = to == "lb" && self.is_layer_4;
        if must || self.wild(45) {
            let connection = self.connection(from);
            self.line(&format!("connection = {{ {connection} }}"));
        }
        if !(from == "lb" && self.is_layer_4) && self.wild(15) {
            let breaker = self.breaker();
            self.line(&format!("breaker = {{ {breaker} }}"));
        }
        self.links.push(format!("{from}.{to}"));
    }

    fn connection(&mut self, from: &str) -> String {
        let mode = self.dice.pick(&["pool", "pool", "per-request", "per-session"]);
        let mut keys = vec![format!("mode = '{mode}'")];
        let protocol = self.dice.pick(&["h1", "h1", "h2", "h3"]);
        keys.push(format!("protocol = '{protocol}'"));
        if protocol != "h3" && self.dice.chance(40) {
            keys.push(format!("tls = '{}'", self.dice.pick(&["1.2", "1.3"])));
        }
        let often =
            |it: &mut Self, percent, key: &str| it.dice.chance(percent).then(|| key.to_owned());
        keys.extend(often(self, 30, "resumed = 0.5"));
        keys.extend(often(self, 20, "early_data = true"));
        keys.extend(often(self, 20, "initial_window = 2, mss = 1000"));
        keys.extend(often(self, 30, "streams = 3"));
        keys.extend(often(self, 20, "syn_timers = 'linear'"));
        keys.extend(often(self, 20, "handshake = { exp = '1ms' }"));
        if self.dice.chance(40) {
            keys.push(format!("keep_alive = '{}ms'", self.dice.below(60)));
        }
        if self.dice.chance(25) {
            keys.push(format!("server_keep_alive = '{}ms'", self.dice.below(60)));
        }
        if from.starts_with("users") && mode == "pool" && self.dice.chance(30) {
            keys.push(format!("per_origin = {}", self.dice.between(1, 6)));
        } else if self.dice.chance(40) {
            keys.push(format!("max = {}", self.dice.between(1, 6)));
        }
        keys.join(", ")
    }

    fn breaker(&mut self) -> String {
        let failures = self.dice.between(1, 5);
        let probes = self.dice.between(1, 3);
        let window = if self.dice.chance(50) { ", window = '200ms'" } else { "" };
        let open = self.dice.between(1, 200);
        format!("failures = {failures}, probes = {probes}, open = '{open}ms'{window}")
    }

    /// How long a node waits for those that it calls.
    pub(super) fn waits(&mut self) {
        if !self.wild(35) {
            return;
        }
        let late = self.dice.pick(&["abandon", "drop", "cancel"]);
        let (connect, read) = (self.law(20_000), self.law(30_000));
        let times = match self.dice.below(3) {
            0 => format!("connect = {connect}"),
            1 => format!("read = {read}"),
            _ => format!("connect = {connect}, read = {read}"),
        };
        self.line(&format!("timeout = {{ {times}, late = '{late}' }}"));
    }
}
