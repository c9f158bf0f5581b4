//! How many of the answers a proxy has chores with: what passes sealed it does not scan, what its
//! cache had was scanned when it came, and only what is said to be compressible is compressed.

use super::Graph;
use super::demand::Given;
use super::reach::Pair;

/// The same with the shares of the answers for a pair that are scanned and compressed. Of answers
/// whose size varies all are compressed, or none, by their mean.
pub(super) fn chores(graph: &Graph, (node, endpoint): Pair, given: Given) -> Given {
    let Some(screen) = &graph.plans[node.index()].screen else { return given };
    let calls = graph.served.calls.get(&(node, endpoint)).into_iter().flatten();
    let fetched: f64 = calls.map(|(_, often)| often).sum();
    let screens = graph.fixed.screens.as_ref();
    let is_text = screens.and_then(|it| it.compressible.get(endpoint.index()).copied());
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a mean size is below 2^53, and the cast saturates"
    )]
    let bytes = given.response as u64;
    let is_large = screen.compress.is_some_and(|compress| compress.left_of(bytes).is_some());
    Given {
        scanned: if screen.tunnels(endpoint) { 0.0 } else { fetched.min(1.0) },
        compressed: if is_large && is_text.unwrap_or(false) { 1.0 } else { 0.0 },
        ..given
    }
}
