//! Keys of connections, of hashes and of paths that say nothing where they stand.

use super::ineffective::warning;
use crate::balance::{Algorithm, HashOn, Profile};
use crate::graph::Graph;
use crate::model::{Model, Protocol};
use crate::net::Mode;
use crate::nodes::KindSpec;
use crate::scenario::Diagnostic;

/// Adds the warnings.
pub(super) fn connecting(model: &Model, graph: &Graph, found: &mut Vec<Diagnostic>) {
    links(model, found);
    hashes(model, found);
    objects(model, graph, found);
}

/// Limits of connections that exist already, and streams where there are none.
fn links(model: &Model, found: &mut Vec<Diagnostic>) {
    for ((from, to), link) in &model.links {
        let spec = &link.spec.connection;
        let is_warm = spec.mode == Mode::Warm;
        let warm = "connections are warm without a `mode`: there are as many as are needed, for \
                    ever; give it mode = \"pool\"";
        let one = "a connection of HTTP/1.1 carries one request at a time: streams are for \
                   protocol = \"h2\"";
        let has_one = spec.protocol == Protocol::H1;
        for (key, is_written, help) in [
            ("max", is_warm && spec.max.is_some(), warm),
            ("keep_alive", is_warm && spec.keep_alive.is_some(), warm),
            ("server_keep_alive", is_warm && spec.server_keep_alive.is_some(), warm),
            (
                "streams",
                (is_warm || has_one) && spec.streams.is_some(),
                if has_one { one } else { warm },
            ),
        ] {
            if is_written {
                let message = format!("`{key}` does nothing on the link from `{from}` to `{to}`");
                found.push(warning(link.at(&format!("connection.{key}")), message, help));
            }
        }
    }
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
