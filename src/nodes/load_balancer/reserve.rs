//! Backups: backends that are asked only when no ordinary one can be.
//!
//! A balancer with backups chooses on two levels, each with turns, trees and rings of its own.
//! When it goes to the second level is the product's rule:
//!
//! - *nginx*, and the textbook: for this request, no ordinary backend is left: each is down, full,
//!   or was tried. A request that came to a backup stays on that level. *Source*: nginx 1.22,
//!   `ngx_http_upstream_get_round_robin_peer` (`peers->next`).
//! - *HAProxy*: no ordinary server is up; full ones are waited for. Then the first backup that is
//!   up takes everything, or all of them share it (`option allbackups`). *Source*: HAProxy 2.6,
//!   `recount_servers`, `srv_act` and `fbck` of `src/lb_*.c`.
//! - *Envoy*: each level takes as many per cent as 1.4 times its share of hosts that are up, the
//!   first one first. *Source*: Envoy's priority levels (`overprovisioning_factor` 140,
//!   `LoadBalancerBase::recalculatePerPriorityState`).

use rand::Rng;

use super::{BalancePlan, LoadBalancer};
use crate::balance::{Backend, Balancer, Profile, Tried};
use crate::fact::Observer;
use crate::id::ExchangeId;
use crate::net::Ctx;
use crate::rng::below;
use crate::time::Time;

/// Envoy's factor by which a level is believed to bear more than its share, in per cent.
const OVERPROVISIONED: u64 = 140;

/// The second level of a balancer.
#[derive(Debug)]
pub(super) struct Reserve {
    /// All backends as this level sees them: ordinary ones have no weight.
    backends: Vec<Backend>,
    balancer: Balancer,
}

/// When backups are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// When no ordinary backend may take the request.
    NoneLeft,
    /// When no ordinary backend is believed to work; then the first backup, or all.
    NoneUp { all: bool },
    /// In proportion to how many are up.
    Shares,
}

impl Reserve {
    /// Those of a balancer that has backups.
    pub(super) fn of(plan: &BalancePlan) -> Option<Box<Self>> {
        let backends = plan.reserve.clone()?;
        Some(Box::new(Self { balancer: Balancer::new(&plan.spec, &backends), backends }))
    }

    /// The algorithm of this level, if that is where the backend of this number is.
    pub(super) fn balancer_of(&mut self, backend: usize) -> Option<&mut Balancer> {
        (self.backends[backend].weight > 0).then_some(&mut self.balancer)
    }
}

impl Rule {
    const fn of(plan: &BalancePlan) -> Self {
        match plan.spec.profile {
            None | Some(Profile::Nginx | Profile::Caddy) => Self::NoneLeft,
            Some(Profile::Haproxy) => Self::NoneUp { all: plan.treats.all_backups },
            Some(Profile::Envoy) => Self::Shares,
        }
    }
}

impl LoadBalancer {
    /// The backend for an exchange, on whichever level; none if none is open.
    pub(super) fn choose_on_levels<O: Observer>(
        &mut self,
        id: ExchangeId,
        tried: Tried<'_>,
        ctx: &mut Ctx<'_, O>,
    ) -> Option<usize> {
        if self.reserve().is_none() {
            return self.choose(id, tried, ctx);
        }
        let now = ctx.now();
        match Rule::of(&self.plan) {
            Rule::NoneLeft => {
                let is_past = (0..self.backends.len())
                    .any(|backend| self.is_backup(backend) && tried.contains(backend));
                let ordinary = if is_past { None } else { self.choose(id, tried, ctx) };
                ordinary.or_else(|| self.choose_backup(id, tried, ctx))
            }
            Rule::NoneUp { .. } if self.has_ordinary_up(now) => self.choose(id, tried, ctx),
            Rule::NoneUp { all: true } => self.choose_backup(id, tried, ctx),
            Rule::NoneUp { all: false } => {
                let first = self.first_backup(now)?;
                self.backends[first].up.then_some(first)
            }
            Rule::Shares => {
                let share = self.ordinary_share(now);
                let is_ordinary = match share {
                    0 => false,
                    100.. => true,
                    1..100 => below(100, self.coin.next_u64()) < share,
                };
                let chosen = self.choose_from(is_ordinary, id, tried, ctx);
                if chosen.is_some() || tried == Tried::NONE {
                    return chosen;
                }
                self.choose_from(!is_ordinary, id, tried, ctx)
            }
        }
    }

    fn choose_from<O: Observer>(
        &mut self,
        is_ordinary: bool,
        id: ExchangeId,
        tried: Tried<'_>,
        ctx: &mut Ctx<'_, O>,
    ) -> Option<usize> {
        if is_ordinary { self.choose(id, tried, ctx) } else { self.choose_backup(id, tried, ctx) }
    }

    /// One of the backups, by the algorithm: it is told how they are first.
    fn choose_backup<O: Observer>(
        &mut self,
        id: ExchangeId,
        tried: Tried<'_>,
        ctx: &mut Ctx<'_, O>,
    ) -> Option<usize> {
        let now = ctx.now();
        let mut reserve = self.care.as_mut()?.reserve.take()?;
        let written = self.plan.reserve.as_deref().unwrap_or_default();
        for (number, own) in written.iter().enumerate().filter(|(_, own)| own.weight > 0) {
            let weight = self.weight_now(number, own.weight, now);
            let seen = &self.backends[number];
            let it = &mut reserve.backends[number];
            it.outstanding = seen.outstanding;
            let now = (seen.up, seen.works, seen.exists, weight);
            if (it.up, it.works, it.exists, it.weight) != now {
                (it.up, it.works, it.exists, it.weight) = now;
                reserve.balancer.on_change(number, &reserve.backends);
            }
        }
        std::mem::swap(&mut self.backends, &mut reserve.backends);
        std::mem::swap(&mut self.balancer, &mut reserve.balancer);
        let chosen = self.choose(id, tried, ctx);
        std::mem::swap(&mut self.backends, &mut reserve.backends);
        std::mem::swap(&mut self.balancer, &mut reserve.balancer);
        if let Some(care) = &mut self.care {
            care.reserve = Some(reserve);
        }
        chosen
    }

    /// The second level; none in a balancer without backups.
    fn reserve(&self) -> Option<&Reserve> {
        self.care.as_ref()?.reserve.as_deref()
    }

    fn is_backup(&self, backend: usize) -> bool {
        self.plan.reserve.as_ref().is_some_and(|reserve| reserve[backend].weight > 0)
    }

    /// Whether a backend that exists takes new work on either level.
    pub(super) fn takes_work(&self, backend: usize) -> bool {
        let it = &self.backends[backend];
        it.exists && (it.weight > 0 || self.is_backup(backend))
    }

    /// Whether a backend is believed to work, be it full or not.
    pub(super) fn works(&self, backend: usize, now: Time) -> bool {
        let health = self.care.as_ref().and_then(|care| care.health.as_ref());
        health.is_none_or(|health| health.is_usable(backend, now))
    }

    /// Whether the rule lets a backend of its level be asked now, if it has room.
    pub(super) fn is_on_level(&self, backend: usize, now: Time) -> bool {
        match Rule::of(&self.plan) {
            Rule::NoneUp { .. } if self.reserve().is_none() => true,
            Rule::NoneUp { .. } if self.has_ordinary_up(now) => !self.is_backup(backend),
            Rule::NoneUp { all: false } => self.first_backup(now) == Some(backend),
            Rule::NoneUp { all: true } | Rule::NoneLeft | Rule::Shares => true,
        }
    }

    fn has_ordinary_up(&self, now: Time) -> bool {
        let mut all = 0..self.backends.len();
        all.any(|backend| self.backends[backend].weight > 0 && self.works(backend, now))
    }

    fn first_backup(&self, now: Time) -> Option<usize> {
        let mut all = 0..self.backends.len();
        all.find(|backend| self.is_backup(*backend) && self.works(*backend, now))
    }

    /// How many per cent of the requests Envoy sends to ordinary backends now.
    fn ordinary_share(&self, now: Time) -> u64 {
        let health = |is_backup: bool| {
            let of =
                |number: &usize| self.takes_work(*number) && self.is_backup(*number) == is_backup;
            let all = (0..self.backends.len()).filter(of);
            let up = all.clone().filter(|number| self.works(*number, now));
            health_of(up.count() as u64, all.count() as u64)
        };
        shared(health(false), health(true))
    }
}

/// What a level bears, in per cent, if so many of all its hosts are up.
fn health_of(up: u64, all: u64) -> u64 {
    (OVERPROVISIONED * up).checked_div(all).unwrap_or(0).min(100)
}

/// How many per cent the first of two levels takes that bear so much.
fn shared(first: u64, second: u64) -> u64 {
    match (first + second).min(100) {
        0 => 100,
        total => (first * 100 / total).min(100),
    }
}

#[cfg(test)]
mod tests {
    use super::{health_of, shared};

    #[test]
    fn envoys_first_level_takes_what_it_bears_and_both_are_stretched_if_they_fall_short() {
        // Hosts of a hundred that are up, and the share of the first level: the table of Envoy's
        // documentation of priority levels, and what it says of levels that fall short together.
        for (first, second, share) in [
            (100, 100, 100),
            (72, 100, 100),
            (71, 100, 99),
            (50, 100, 70),
            (25, 100, 35),
            (0, 100, 0),
            (25, 25, 50),
            (0, 0, 100),
        ] {
            let seen = shared(health_of(first, 100), health_of(second, 100));
            assert_eq!(seen, share, "{first} and {second}");
        }
    }
}
