//! URI hash: by the hash of origin, path and object, modulo the backends.
//!
//! *Use it* in front of caches, so that each object is stored once. *Weakness*: a popular object
//! puts all its traffic on one backend; the number of backends must not change, for one more
//! moves nearly every object (then `ring-hash` or `maglev`). *Source*: HAProxy `balance uri`
//! (map-based), nginx `hash $uri`.

use super::backend::{Candidates, Reads};
use super::modulo::Modulo;
use super::{Backend, Balance, BalanceSpec, Query};
use crate::rng::Stream;

/// The algorithm `uri-hash`.
#[derive(Debug, Clone)]
pub struct UriHash {
    modulo: Modulo,
}

impl Balance for UriHash {
    fn new(_: &BalanceSpec, backends: &[Backend]) -> Self {
        Self { modulo: Modulo::new(backends) }
    }

    fn reads(_: &BalanceSpec) -> Reads {
        Reads::Uri
    }

    fn on_change(&mut self, backend: usize, backends: &[Backend]) {
        self.modulo.on_change(backend, backends);
    }

    #[inline]
    fn pick(&mut self, query: &Query<'_>, among: Candidates<'_>, _: &mut Stream) -> Option<usize> {
        self.modulo.pick(query.uri, among)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Algorithm::UriHash;
    use super::super::stated::picks_by;

    #[test]
    fn an_object_keeps_its_backend_whoever_asks_for_it() {
        let by_source = |n| (4, n);
        assert_eq!(picks_by(UriHash, 3, by_source, 5), "abcab");
        let by_uri = |n| (n, 4);
        assert_eq!(picks_by(UriHash, 3, by_uri, 5), "bbbbb");
    }
}
