//! Balancing by hashes: how even shares are, and how many keys move.
//!
//! Placements and keys are what is random here, so the algorithms are asked directly, through the
//! question that a load balancer asks.

use super::super::case::Case;
use super::super::experiment::{Effort, Experiment, Measured, Size};
use crate::balance::{Algorithm, Backend, BalanceSpec, Balancer, Query, Tried};
use crate::id::{NodeId, ReplicaId};
use crate::rng::{Key, Stream, mix};
use crate::time::Time;

/// Placements for which the tolerances were made.
const PLACEMENTS: u64 = 10_000;

/// Keys for each placement: they cut the ring into equal pieces, so that shares are counted to
/// the nearest piece.
const PIECES: u64 = 4_096;

/// Keys for each placement of which it is counted how many move.
const MOVING_KEYS: u64 = 100;

/// What a case is about.
#[derive(Debug, Clone, Copy)]
struct Setting {
    servers: u32,
    virtual_nodes: u32,
    clients: u32,
    nat_share: f64,
}

/// What was counted over placements, each a mean over them.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    share_square: f64,
    max_share: f64,
    moved_consistent: f64,
    moved_modulo: f64,
    empty: f64,
    nat: f64,
}

/// Ring hash, and the hash modulo the servers for contrast.
pub(super) fn hashing(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let setting = Setting {
        servers: case.whole("servers")?,
        virtual_nodes: case.whole("virtual_nodes")?,
        clients: case.whole("clients")?,
        nat_share: case.number("nat_share")?,
    };
    if setting.servers == 0 || setting.virtual_nodes == 0 {
        return Err("there is at least one server, with one point".to_owned());
    }
    let metrics: Vec<String> = case.expected().map(|(name, _)| name.to_owned()).collect();
    let size = sized(effort);
    let each = size.requests / u64::from(size.replications);
    let names = metrics.clone();
    for name in &names {
        if value(name, Counts::default(), setting).is_none() {
            return Err(format!("`{name}` is no metric of this group"));
        }
    }
    let run = move |replication: u32| {
        let counts = count(setting, replication, each);
        let number = |name: &String| value(name, counts, setting).unwrap_or(f64::NAN);
        Ok(names.iter().map(number).collect())
    };
    #[allow(clippy::cast_precision_loss, reason = "an estimate")]
    let (cost, trials) =
        ((each * (PIECES + MOVING_KEYS)) as f64, size.requests as f64 * f64::from(setting.servers));
    Ok(Experiment {
        size,
        cost,
        metrics: metrics.into_iter().map(Measured::plain).collect(),
        left_out: Vec::new(),
        trials: Some(trials),
        run: Box::new(run),
    })
}

fn sized(effort: Effort) -> Size {
    match effort {
        Effort::Full => effort.size(PLACEMENTS),
        // Placements are cheap: a quick run has a tenth of them.
        Effort::Quick => Size { requests: PLACEMENTS / 10, ..effort.size(PLACEMENTS) },
    }
}

fn value(name: &str, counts: Counts, setting: Setting) -> Option<f64> {
    let servers = f64::from(setting.servers);
    Some(match name {
        // The coefficient of variation of a share, whose mean is 1 / n.
        "share_cv_ring" => (counts.share_square * servers * servers - 1.0).max(0.0).sqrt(),
        "mean_max_share_ring" => counts.max_share,
        "moved_on_add_consistent" => counts.moved_consistent,
        "moved_on_add_modulo" => counts.moved_modulo,
        "mean_empty_servers_source_hash" => counts.empty,
        "share_of_server_with_nat" => setting.nat_share + (1.0 - setting.nat_share) * counts.nat,
        _ => return None,
    })
}

/// Counts over so many placements.
#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn count(setting: Setting, replication: u32, placements: u64) -> Counts {
    let root = Key::root(1, replication).named("placements");
    let mut coin = root.stream("balancer", "coin");
    let mut sums = Counts::default();
    for placement in 0..placements {
        add(&mut sums, setting, root.with(placement), &mut coin);
    }
    let mean = |sum: f64| sum / placements as f64;
    Counts {
        share_square: mean(sums.share_square),
        max_share: mean(sums.max_share),
        moved_consistent: mean(sums.moved_consistent),
        moved_modulo: mean(sums.moved_modulo),
        empty: mean(sums.empty),
        nat: mean(sums.nat),
    }
}

/// Adds what one placement shows.
#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn add(sums: &mut Counts, setting: Setting, key: Key, coin: &mut Stream) {
    let n = setting.servers;
    let (few, more) = (backends(n, key), backends(n + 1, key));
    let ring = |backends: &[Backend]| balancer(Algorithm::RingHash, setting, backends);
    let modulo = |backends: &[Backend]| balancer(Algorithm::SourceHash, setting, backends);
    let (mut small_ring, mut large_ring) = (ring(&few), ring(&more));
    let (mut by_few, mut by_more) = (modulo(&few), modulo(&more));
    let mut shares = vec![0_u64; few.len()];
    let piece = u64::MAX / PIECES + 1;
    let offset = mix(key.0) % piece;
    for number in 0..PIECES {
        let hash = number * piece + offset;
        shares[owner(&mut small_ring, &few, hash, coin)] += 1;
    }
    let share = |count: &u64| *count as f64 / PIECES as f64;
    sums.share_square += shares.iter().map(|it| share(it) * share(it)).sum::<f64>() / f64::from(n);
    sums.max_share += shares.iter().map(share).fold(0.0, f64::max);
    let (mut moved, mut moved_modulo) = (0, 0);
    for number in 0..MOVING_KEYS {
        let hash = key.named("moving").with(number).0;
        let is_moved = |before: usize, after: usize| u64::from(before != after);
        moved += is_moved(
            owner(&mut small_ring, &few, hash, coin),
            owner(&mut large_ring, &more, hash, coin),
        );
        moved_modulo +=
            is_moved(owner(&mut by_few, &few, hash, coin), owner(&mut by_more, &more, hash, coin));
    }
    sums.moved_consistent += moved as f64 / MOVING_KEYS as f64;
    sums.moved_modulo += moved_modulo as f64 / MOVING_KEYS as f64;
    let mut clients = vec![0_u64; few.len()];
    for client in 0..setting.clients {
        let hash = key.named("client").with(client.into()).0;
        clients[owner(&mut by_few, &few, hash, coin)] += 1;
    }
    sums.empty += clients.iter().filter(|count| **count == 0).count() as f64;
    let gateway = owner(&mut by_few, &few, key.named("gateway").0, coin);
    sums.nat += clients[gateway] as f64 / f64::from(setting.clients.max(1));
}

fn backends(count: u32, placement: Key) -> Vec<Backend> {
    let backend = |number: u32| Backend {
        node: NodeId(0),
        replica: ReplicaId(number),
        weight: 1,
        outstanding: 0,
        up: true,
        works: true,
        exists: true,
        name_hash: placement.with(number.into()).0,
        id: number + 1,
        address: "".into(),
    };
    (0..count).map(backend).collect()
}

fn balancer(algorithm: Algorithm, setting: Setting, backends: &[Backend]) -> Balancer {
    let virtual_nodes = setting.virtual_nodes;
    Balancer::new(&BalanceSpec { algorithm, virtual_nodes, ..BalanceSpec::default() }, backends)
}

fn owner(balancer: &mut Balancer, backends: &[Backend], hash: u64, coin: &mut Stream) -> usize {
    let query = Query { source: hash, uri: hash, address: 0, path: "", now: Time::ZERO };
    let picked = balancer.pick(&query, backends, Tried::NONE, coin);
    picked.expect("all backends are up")
}
