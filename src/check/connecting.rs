//! Keys of connections, of hashes and of paths that say nothing where they stand.

use super::ineffective::warning;
use crate::balance::{Algorithm, HashOn, Profile};
use crate::graph::Graph;
use crate::model::{ConnectionSpec, Model, Protocol};
use crate::net::Mode;
use crate::net::tcp::SynTimers;
use crate::net::tls::Security;
use crate::nodes::KindSpec;
use crate::scenario::Diagnostic;

/// Adds the warnings.
pub(super) fn connecting(model: &Model, graph: &Graph, found: &mut Vec<Diagnostic>) {
    links(model, found);
    hashes(model, found);
    objects(model, graph, found);
}

/// What is said of connections that have no use for it.
fn links(model: &Model, found: &mut Vec<Diagnostic>) {
    for ((from, to), link) in &model.links {
        let spec = &link.spec.connection;
        let passes_on = match model.nodes.get(from).map(|node| &node.spec.kind) {
            Some(KindSpec::LoadBalancer(balancer)) => balancer.backends.layer == 4,
            _ => false,
        };
        for (key, help) in idle(spec, passes_on) {
            let message = format!("`{key}` does nothing on the link from `{from}` to `{to}`");
            found.push(warning(link.at(&format!("connection.{key}")), message, help));
        }
    }
}

const WARM: &str = "connections are warm without a `mode`: there are as many as are needed, for \
                    ever; give it mode = \"pool\"";
const ONE: &str = "a connection of HTTP/1.1 carries one request at a time: streams are for \
                   protocol = \"h2\"";
const ONCE: &str = "with mode = \"per-request\" each request has a connection of its own, which is \
                    closed with its answer; give it mode = \"pool\"";
const SESSION: &str = "a session has one connection: `max` is for mode = \"pool\"";
const PASSED_ON: &str = "a balancer of layer 4 passes connections on as they come, with their \
                         keys: say it on the links to it, or let it work at layer = 7";
const RESUMED: &str = "only a handshake that is resumed carries data: give it a share `resumed`";
const TLS_1_2: &str = "TLS 1.2 has no early data (RFC 8446): give it tls = \"1.3\"";
const KEYS: &str = "without keys there is no handshake: give the connection `tls`";
const QUIC: &str = "QUIC opens connections without SYNs";

/// The keys that are written and have no use, and why.
fn idle(spec: &ConnectionSpec, passes_on: bool) -> Vec<(&'static str, &'static str)> {
    let is = |mode| spec.mode == mode;
    let (warm, once) = (is(Mode::Warm), is(Mode::PerRequest));
    let has_keys = spec.rounds().is_some();
    let of_mode = match spec.mode {
        Mode::Warm => WARM,
        Mode::PerRequest => ONCE,
        Mode::PerSession | Mode::Pool => SESSION,
    };
    let max = spec.max.is_some();
    let kept = [
        ("keep_alive", spec.keep_alive.is_some()),
        ("server_keep_alive", spec.server_keep_alive.is_some()),
    ];
    let streams = spec.streams.is_some();
    let costs =
        [("handshake", spec.handshake.is_some()), ("resumption", spec.resumption.is_some())];
    let is_resumed = spec.resumed.get() > 0.0;
    let mut found = Vec::new();
    let mut add = |key, is_written: bool, help| {
        if is_written {
            found.push((key, help));
        }
    };
    if passes_on && !warm {
        add("max", max, PASSED_ON);
        kept.iter().for_each(|(key, is_written)| add(key, *is_written, PASSED_ON));
        add("streams", streams, PASSED_ON);
        add("tls", spec.tls.is_some(), PASSED_ON);
        add("protocol", spec.protocol != Protocol::H1, PASSED_ON);
        add("resumed", is_resumed && has_keys, PASSED_ON);
        add("early_data", spec.early_data && has_keys, PASSED_ON);
        costs.iter().for_each(|(key, is_written)| add(key, *is_written, PASSED_ON));
        return found;
    }
    add("max", max && !is(Mode::Pool), of_mode);
    kept.iter().for_each(|(key, is_written)| add(key, *is_written && (warm || once), of_mode));
    match spec.protocol {
        Protocol::H1 => add("streams", streams, ONE),
        Protocol::H2 | Protocol::H3 => add("streams", streams && (warm || once), of_mode),
    }
    costs.iter().for_each(|(key, is_written)| add(key, *is_written && !has_keys, KEYS));
    if spec.early_data && has_keys {
        let is_old = spec.security() == Security::Tls12;
        add("early_data", is_old, TLS_1_2);
        add("early_data", !is_old && !is_resumed, RESUMED);
    }
    let is_quic = spec.protocol == Protocol::H3;
    add("syn_timers", is_quic && spec.syn_timers != SynTimers::default(), QUIC);
    found
}

/// What is to be hashed by who does not hash, or hashes what its name says.
fn hashes(model: &Model, found: &mut Vec<Diagnostic>) {
    for (name, node) in &model.nodes {
        let KindSpec::LoadBalancer(balancer) = &node.spec.kind else { continue };
        let spec = &balancer.balance;
        let looks = matches!(spec.algorithm, Algorithm::RingHash | Algorithm::Maglev)
            || spec.algorithm == Algorithm::UriHash && spec.profile == Some(Profile::Nginx);
        if !looks && spec.hash_on != HashOn::default() {
            let message =
                format!("`hash_on` of `{name}` does nothing: its algorithm hashes no key");
            let help = "`ring-hash` and `maglev` hash what it says, and `uri-hash` of nginx";
            found.push(warning(node.at("hash_on"), message, help));
        }
        if spec.balance_factor.is_some() && spec.bound().is_none() {
            let message = format!(
                "`balance_factor` of `{name}` does nothing: its algorithm has no bound on loads"
            );
            let help = "`ring-hash` and `maglev` have one, and `ring-hash` of haproxy and envoy";
            found.push(warning(node.at("balance_factor"), message, help));
        }
    }
}

/// Paths with an object where there are none.
fn objects(model: &Model, graph: &Graph, found: &mut Vec<Diagnostic>) {
    if graph.fixed.traces.iter().any(Option::is_some) {
        return;
    }
    for (name, endpoint) in &model.endpoints {
        if endpoint.spec.path.contains("{object}") && endpoint.spec.objects.is_none() {
            let message =
                format!("`{{object}}` in the path of endpoint `{name}` is always the same");
            let help = "say how many there are: objects = { count = … }";
            found.push(warning(endpoint.at("path"), message, help));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;

    fn warnings(path: &str, balancer: &str, link: &str) -> String {
        checked(&format!(
            "[endpoint.p]\npath = '{path}'\nwork = [{{ cpu = '1ms' }}]\n[node.u]\n\
             kind = 'client'\narrivals = {{ poisson = '5/s' }}\nmix = {{ p = 1 }}\n\
             [node.lb]\nkind = 'load-balancer'\n{balancer}\n[node.app]\nkind = 'server'\n\
             cores = 1\nreplicas = 2\n[link.u.lb]\n[link.lb.app]\n{link}\n"
        ))
        .2
    }

    #[test]
    fn keys_of_connections_that_do_nothing_are_told_and_others_are_not() {
        let even = "algorithm = 'round-robin'";
        for (connection, keys) in [
            (
                "mode = 'per-request', max = 2, keep_alive = '1s', server_keep_alive = '1s'",
                &["max", "keep_alive", "server_keep_alive"][..],
            ),
            ("mode = 'per-request', protocol = 'h2', tls = '1.3', streams = 5", &["streams"]),
            ("mode = 'per-session', max = 2", &["max"]),
            ("mode = 'pool', tls = '1.3', early_data = true", &["early_data"]),
            ("mode = 'pool', tls = '1.2', early_data = true, resumed = 0.5", &["early_data"]),
            ("mode = 'pool', handshake = '5ms', resumption = '1ms'", &["handshake", "resumption"]),
            ("mode = 'pool', protocol = 'h3', syn_timers = 'linear'", &["syn_timers"]),
            ("mode = 'pool', tls = '1.3', early_data = true, resumed = 0.5", &[]),
            ("mode = 'pool', protocol = 'h3', handshake = '1ms'", &[]),
            ("mode = 'pool', syn_timers = 'linear', max = 3, keep_alive = '1s'", &[]),
            ("mode = 'per-session', keep_alive = '1s'", &[]),
        ] {
            let found = warnings("/", even, &format!("connection = {{ {connection} }}"));
            assert_eq!(found.matches("does nothing").count(), keys.len(), "{connection}\n{found}");
            for key in keys {
                assert!(found.contains(&format!("`{key}` does nothing")), "{key}\n{found}");
            }
        }
    }

    #[test]
    fn keys_of_what_a_balancer_of_layer_4_passes_on_are_not_its_own() {
        let keys = |layer: u8| {
            let connection = "connection = { mode = 'pool', tls = '1.3', handshake = '50ms', \
                              keep_alive = '1ms', max = 1 }";
            let text = format!(
                "[endpoint.p]\nwork = [{{ cpu = '1ms' }}]\n[node.u]\nkind = 'client'\nusers = 5\n\
                 think = '1s'\nmix = {{ p = 1 }}\n[node.lb]\nkind = 'load-balancer'\n\
                 layer = {layer}\n[node.app]\nkind = 'server'\ncores = 1\nreplicas = 2\n\
                 [link.u.lb]\nconnection = {{ mode = 'pool' }}\n[link.lb.app]\n{connection}\n"
            );
            let found = checked(&text).2;
            ["tls", "handshake", "keep_alive", "max"]
                .map(|key| found.contains(&format!("`{key}` does nothing on the link from `lb`")))
        };
        assert_eq!(keys(4), [true; 4]);
        assert_eq!(keys(7), [false; 4]);
    }

    #[test]
    fn keys_that_say_nothing_where_they_stand_are_told() {
        let even = "algorithm = 'round-robin'";
        for (path, balancer, link, said) in [
            ("/", even, "connection = { max = 5 }", "`max` does nothing on the link from `lb`"),
            ("/", even, "connection = { keep_alive = '5s' }", "`keep_alive` does nothing"),
            (
                "/",
                even,
                "connection = { mode = 'pool', streams = 5 }",
                "`streams` does nothing on the link",
            ),
            (
                "/",
                "algorithm = 'round-robin'\nhash_on = 'source'",
                "",
                "`hash_on` of `lb` does nothing",
            ),
            (
                "/",
                "algorithm = 'uri-hash'\nbalance_factor = 125",
                "",
                "`balance_factor` of `lb` does nothing",
            ),
            ("/{object}", even, "", "`{object}` in the path of endpoint `p` is always the same"),
        ] {
            let found = warnings(path, balancer, link);
            assert!(found.contains(said), "{said}\n{found}");
        }
        for (path, balancer, link) in [
            ("/", even, "connection = { mode = 'pool', max = 5, keep_alive = '5s' }"),
            ("/", even, "connection = { mode = 'pool', protocol = 'h2', streams = 5 }"),
            ("/", "algorithm = 'ring-hash'\nhash_on = 'source'", ""),
            ("/", "algorithm = 'ring-hash'\nbalance_factor = 125", ""),
        ] {
            assert_eq!(warnings(path, balancer, link), "", "{balancer} {link}");
        }
    }
}
