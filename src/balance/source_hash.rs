//! Source hash: by the hash of the source address, modulo the backends.
//!
//! *Use it* to keep a client on one backend without cookies. *Weakness*: all clients behind one
//! forward proxy or carrier gateway land on one backend; the number of backends must not change,
//! for one more moves nearly every client; shares are as uneven as the addresses. *Source*:
//! HAProxy `balance source`, nginx `ip_hash`.

use super::backend::{Candidates, Reads};
use super::modulo::Modulo;
use super::{Backend, Balance, BalanceSpec, Query};
use crate::rng::Stream;

/// The algorithm `source-hash`.
#[derive(Debug, Clone)]
pub struct SourceHash {
    modulo: Modulo,
}

impl Balance for SourceHash {
    fn new(_: &BalanceSpec, backends: &[Backend]) -> Self {
        Self { modulo: Modulo::new(backends) }
    }

    fn reads(_: &BalanceSpec) -> Reads {
        Reads::Source
    }

    fn on_change(&mut self, backend: usize, backends: &[Backend]) {
        self.modulo.on_change(backend, backends);
    }

    #[inline]
    fn pick(&mut self, query: &Query<'_>, among: Candidates<'_>, _: &mut Stream) -> Option<usize> {
        self.modulo.pick(query.source, among)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Algorithm::SourceHash;
    use super::super::stated::picks_by;

    #[test]
    fn a_source_keeps_its_backend_whatever_it_asks_for() {
        let by_source = |n| (4, n);
        assert_eq!(picks_by(SourceHash, 3, by_source, 5), "bbbbb");
        let by_uri = |n| (n, 4);
        assert_eq!(picks_by(SourceHash, 3, by_uri, 5), "abcab");
    }
}
