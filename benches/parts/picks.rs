//! Balancing: a backend is picked, told that something was sent, and that it is done.

use lindley::balance::{Algorithm, Backend, BalanceSpec, Balancer, Query, Tried};
use lindley::id::{NodeId, ReplicaId};
use lindley::rng::{Key, mix};
use lindley::time::{Span, Time};

use crate::timing::{cost, head, show};

const PICKS: u64 = 500_000;

fn backends(count: u32) -> Vec<Backend> {
    let backend = |i: u32| Backend {
        node: NodeId(0),
        replica: ReplicaId(i),
        weight: 1,
        outstanding: 0,
        up: true,
        works: true,
        exists: true,
        name_hash: Backend::hash_of("app", i + 1),
        id: i + 1,
        address: "".into(),
    };
    (0..count).map(backend).collect()
}

/// So many picks; what was picked eight picks ago is done.
fn picks(spec: &BalanceSpec, backends: &mut [Backend]) -> usize {
    let mut balancer = Balancer::new(spec, backends);
    let mut coin = Key::root(1, 0).stream("balancer", "coin");
    let mut sent = [None; 8];
    for n in 0..PICKS {
        let now = Time(n * 1_000_000);
        let query = Query { source: mix(n), uri: mix(!n), address: 0, path: "", now };
        let picked = balancer.pick(&query, backends, Tried::NONE, &mut coin);
        if let Some(picked) = picked {
            backends[picked].outstanding += 1;
            balancer.on_sent(picked, now);
        }
        #[allow(clippy::cast_possible_truncation, reason = "the rest of a division")]
        let place = &mut sent[n as usize % 8];
        if let Some(done) = std::mem::replace(place, picked) {
            backends[done].outstanding -= 1;
            balancer.on_done(done, now, Span(8_000_000));
        }
    }
    sent.iter().flatten().sum()
}

/// All algorithms, at two numbers of backends.
pub fn all() {
    head("picks: a backend picked, sent to, and done");
    for count in [4, 100] {
        for algorithm in Algorithm::ALL {
            let spec = BalanceSpec { algorithm: *algorithm, ..BalanceSpec::default() };
            let nanos = cost(PICKS, || picks(&spec, &mut backends(count)));
            show(&format!("{} among {count}", algorithm.name()), nanos);
        }
    }
}
