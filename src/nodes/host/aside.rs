//! Caches beside the servers: what a store keeps of values, and how a server's work asks for them.

use super::{Host, Next};
use crate::endpoint::{Keep, Verb};
use crate::evict::{Capacity, Policy, Store};
use crate::fact::{CacheStatus, Fact, Observer};
use crate::id::{EndpointId, ExchangeId};
use crate::net::{Call, Ctx};
use crate::outcome::Answer;
use crate::rng::{Key, Purpose, mix, open_unit};
use crate::time::{Span, Time};

/// What a cache-aside store keeps, ready to run.
#[derive(Debug, Clone)]
pub struct AsidePlan {
    /// What goes first.
    pub policy: Policy,
    /// How much each replica keeps.
    pub capacity: Capacity,
    /// How long a value is given; none for ever.
    pub ttl: Option<Span>,
    /// The share of that by which it may be kept shorter.
    pub ttl_jitter: f64,
}

/// A value in a store.
#[derive(Debug, Clone, Copy)]
struct Value {
    bytes: u64,
    until: Time,
}

/// The values that the replicas of a store keep.
#[derive(Debug)]
pub(super) struct Aside {
    plan: AsidePlan,
    replicas: Box<[Store<Value>]>,
    root: Key,
}

impl AsidePlan {
    fn store(&self, replica: u64, root: Key) -> Store<Value> {
        const EVICTION: Purpose = Purpose::named("eviction");
        Store::new(self.policy, self.capacity).seeded(root.with(replica).bits(EVICTION))
    }
}

impl Aside {
    /// What a store does with an exchange: the answer, and how many bytes it brings.
    fn answers<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> (Answer, u64) {
        const JITTER: Purpose = Purpose::named("ttl jitter");
        let exchange = ctx.core.exchanges.hot(id);
        let (by, request, endpoint) = (exchange.at, exchange.request, exchange.endpoint);
        let (name, bytes) = (ctx.cold(id).source, ctx.cold(id).bytes);
        let now = ctx.now();
        let store = &mut self.replicas[usize::from(by.replica)];
        let (nothing, below) = (Answer::with_status(204), true);
        if endpoint == EndpointId::LOOKUP {
            let found = store.get(name).copied();
            let (status, bytes) = match found {
                Some(value) if now < value.until => (CacheStatus::Hit, value.bytes),
                Some(_) => (CacheStatus::Expired, 0),
                None => (CacheStatus::Miss, 0),
            };
            ctx.observe(&Fact::Looked { by, request, status, bytes, below });
            let answer = if status == CacheStatus::Hit { Answer::OK } else { nothing };
            return (answer, bytes);
        }
        if endpoint == EndpointId::FORGET {
            store.remove(name);
            return (nothing, 0);
        }
        let until = match self.plan.ttl {
            None => Time::NEVER,
            Some(ttl) => {
                let unit = open_unit(self.root.with(mix(name) ^ now.0).bits(JITTER));
                let share = 1.0 - self.plan.ttl_jitter * unit;
                #[allow(clippy::cast_precision_loss, reason = "a share of a lifetime")]
                let span = Span::from_nanos_rounded(ttl.0 as f64 * share);
                now + span
            }
        };
        let was_there = store.peek_mut(name).is_some_and(|value| value.until <= now);
        let stored = store.put(name, bytes, Value { bytes, until });
        let status = if was_there { CacheStatus::Expired } else { CacheStatus::Miss };
        let (given, renewed, lost) = (0, false, false);
        let fetched =
            Fact::Fetched { by, request, bytes, given, stored, status, renewed, lost, below };
        ctx.observe(&fetched);
        (nothing, 0)
    }
}

impl Host {
    /// The same host, which keeps values if there is a plan for that.
    #[must_use]
    pub fn keeping(self, plan: Option<&AsidePlan>, replicas: u16, root: Key) -> Self {
        let aside = plan.map(|plan| {
            let replicas = (0..replicas).map(|replica| plan.store(replica.into(), root)).collect();
            Box::new(Aside { plan: plan.clone(), replicas, root })
        });
        Self { aside, ..self }
    }

    /// The answer to an exchange that asks for nothing with an endpoint: what it has already, or
    /// what a store makes of a look-up.
    pub(super) fn plain_answer<O: Observer>(
        &mut self,
        id: ExchangeId,
        ctx: &mut Ctx<'_, O>,
    ) -> Answer {
        let is_verb = ctx.core.exchanges.hot(id).endpoint.is_for_store();
        match &mut self.aside {
            Some(aside) if is_verb => {
                let (answer, bytes) = aside.answers(id, ctx);
                ctx.cold(id).bytes = bytes;
                answer
            }
            Some(_) | None => ctx.cold(id).answer,
        }
    }

    /// A replica of a store starts anew, without any values.
    pub(super) fn forgets_values(&mut self, replica: u16) {
        if let Some(aside) = &mut self.aside {
            let store = aside.plan.store(replica.into(), aside.root);
            aside.replicas[usize::from(replica)] = store;
        }
    }

    /// Asks a store for a value, hands it one, or has it taken away.
    pub(super) fn asks_store<O: Observer>(
        &mut self,
        id: ExchangeId,
        keep: &Keep,
        ctx: &mut Ctx<'_, O>,
    ) -> Next {
        let exchange = ctx.core.exchanges.hot(id);
        let request = exchange.request;
        let key = Key(exchange.key.bits(keep.purpose));
        let of = if keep.by_user { ctx.owner_of(request) } else { ctx.path_of(id) };
        let name = mix(of ^ keep.name);
        let verb = match keep.verb {
            Verb::Lookup(_) => EndpointId::LOOKUP,
            Verb::Fill => EndpointId::FILL,
            Verb::Forget => EndpointId::FORGET,
        };
        let call = Call {
            endpoint: verb,
            key,
            backend: u16::MAX,
            below: true,
            // What the message names. A store is reached by servers only, and has no use for
            // addresses.
            source: name,
            carried: crate::id::ConnectionId::NONE,
            value: if verb == EndpointId::FILL { value_bytes(id, ctx) } else { 0 },
        };
        let link = ctx.fixed.topology.link(self.node, keep.to).expect("look-ups have links");
        ctx.call(id, link, ctx.shard(keep.to, name), call);
        self.called(id, ctx);
        Next::Holds
    }

    /// A store has answered, or could not be asked. Where the value is there, what it costs is
    /// left out; a store that does not answer is one that does not have it.
    pub(super) fn heard_store<O: Observer>(
        &mut self,
        parent: ExchangeId,
        found: bool,
        ctx: &mut Ctx<'_, O>,
    ) {
        let exchange = ctx.core.exchanges.hot(parent);
        let (program, step) = (usize::from(exchange.program), usize::from(exchange.step));
        let op = step.checked_sub(1).and_then(|step| ctx.fixed.programs[program].ops.get(step));
        if let Some(crate::endpoint::Op::Keep(Keep { verb: Verb::Lookup(after), .. })) = op
            && found
        {
            ctx.hot(parent).step = *after;
        }
    }
}

/// The size of the value that the work of an exchange makes: that of its endpoint's response.
fn value_bytes<O: Observer>(id: ExchangeId, ctx: &Ctx<'_, O>) -> u64 {
    let endpoint = ctx.core.exchanges.hot(id).endpoint;
    let kind = ctx.fixed.endpoints.get(endpoint.index());
    let bytes =
        kind.and_then(|kind| Some(ctx.response_bytes(id, kind, kind.response_bytes.as_ref()?)));
    bytes.unwrap_or(0)
}
