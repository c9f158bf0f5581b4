//! Routes: where a proxy sends a request, by what is asked for.

mod support;

use std::collections::BTreeMap;

use lindley::fact::{Fact, Observer};
use lindley::rng::Key;
use lindley::time::Time;
use lindley::world;
use support::graph;

/// How many exchanges came to each node.
#[derive(Debug, Default)]
struct Entered(BTreeMap<u16, u32>);

impl Observer for Entered {
    fn hear(&mut self, _: Time, fact: &Fact<'_>) {
        if let Fact::Entered { at, .. } = fact {
            *self.0.entry(at.node.0).or_insert(0) += 1;
        }
    }
}

/// How many of a hundred requests come to `old` and to `new` by these routes; a third of them bring
/// two cookies.
fn split(routes: &str) -> [u32; 2] {
    let text = format!(
        "study = 'terminating'\nduration = '100.5s'\nuntil = 'drained'\n\
         [endpoint.plain]\npath = '/a'\n\
         [endpoint.beta]\npath = '/b'\nheaders = {{ Cookie = 'theme=dark; beta=1' }}\n\
         [node.users]\nkind = 'client'\narrivals = {{ interval = '1s' }}\n\
         mix = {{ plain = 2, beta = 1 }}\n\
         [node.edge]\nkind = 'reverse-proxy'\nroutes = [{routes}, {{ to = 'old' }}]\n\
         [node.old]\nkind = 'server'\n[node.new]\nkind = 'server'\n\
         [link.users.edge]\n[link.edge.old]\n[link.edge.new]\n"
    );
    let graph = graph(&text);
    let seen = world::run(&graph, Key::root(1, 0), Entered::default()).observer.0;
    ["old", "new"].map(|name| {
        let id = graph.node(name).expect("a node");
        seen.get(&id.0).copied().unwrap_or(0)
    })
}

#[test]
fn a_cookie_sends_those_who_bring_it_elsewhere() {
    let [old, new] = split("{ cookie = 'beta=1', to = 'new' }");
    assert!(old + new == 100 && (20..50).contains(&new), "{old} and {new}");
    assert_eq!(split("{ cookie = 'beta', to = 'new' }"), [old, new]);
    assert_eq!(split("{ cookie = 'beta=2', to = 'new' }"), [100, 0]);
}

#[test]
fn all_conditions_of_a_route_hold_together() {
    assert_eq!(split("{ cookie = 'beta', path = '/a', to = 'new' }"), [100, 0]);
    let [_, new] = split("{ cookie = 'theme=dark', path = '/*', to = 'new' }");
    assert!(new > 0);
}

/// Which replicas the callers of a node chose.
#[derive(Debug, Default)]
struct Replicas(Vec<u16>);

impl Observer for Replicas {
    fn hear(&mut self, _: Time, fact: &Fact<'_>) {
        if let Fact::Picked { chosen, .. } = fact {
            self.0.push(chosen.replica);
        }
    }
}

#[test]
fn what_writes_calls_the_primary_also_by_calls_without_an_endpoint() {
    let text = |write: bool| {
        format!(
            "study = 'terminating'\nduration = '10s'\nuntil = 'drained'\n\
             [endpoint.page]\nwrite = {write}\nwork = [{{ call = 'db' }}]\n\
             [node.users]\nkind = 'client'\narrivals = {{ interval = '100ms' }}\n\
             mix = {{ page = 1 }}\n[node.app]\nkind = 'server'\n\
             [node.db]\nkind = 'database'\nreplicas = 3\nservice = '1ms'\n\
             [link.users.app]\n[link.app.db]\n"
        )
    };
    let chosen = |write: bool| {
        let (graph, root) = (graph(&text(write)), Key::root(1, 0));
        world::run(&graph, root, Replicas::default()).observer.0
    };
    assert!(chosen(true).len() > 50 && chosen(true).iter().all(|replica| *replica == 0));
    assert!((0..3).all(|replica| chosen(false).contains(&replica)));
}
