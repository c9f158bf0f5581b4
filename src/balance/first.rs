//! First: the first open backend in the order of configuration.
//!
//! *Use it* to keep as few machines busy as possible, the others can be switched off, with a limit
//! on each backend's connections; and for a backend with stand-bys. *Weakness*: without limits
//! everything goes to one backend. *Source*: HAProxy `balance first`, Caddy `first`.

use super::backend::Candidates;
use super::{Backend, Balance, BalanceSpec, Query};
use crate::rng::Stream;

/// The algorithm `first`: it remembers nothing.
#[derive(Debug, Clone)]
pub struct First;

impl Balance for First {
    fn new(_: &BalanceSpec, _: &[Backend]) -> Self {
        Self
    }

    #[inline]
    fn pick(&mut self, _: &Query<'_>, among: Candidates<'_>, _: &mut Stream) -> Option<usize> {
        among.open().next().map(|(first, _)| first)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Algorithm::First;
    use super::super::stated::{equal, picks};

    #[test]
    fn the_first_open_backend_takes_everything() {
        let mut backends = equal(3);
        assert_eq!(picks(First, &backends, 3), "aaa");
        backends[0].up = false;
        assert_eq!(picks(First, &backends, 3), "bbb");
    }
}
