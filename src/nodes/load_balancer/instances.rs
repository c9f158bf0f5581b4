//! Several processes of one balancer that know nothing of each other, as nginx's workers without a
//! `zone`: each has its own turns, its own counts of what is outstanding, and its own beliefs.
//!
//! What one of them serves, it serves to the end. The balancer takes up the state of the process
//! that an event belongs to before it does anything.

use std::collections::VecDeque;

use super::care::Care;
use super::reserve::Reserve;
use super::{BalancePlan, LoadBalancer};
use crate::balance::{Backend, Balancer};
use crate::fact::Observer;
use crate::health::Health;
use crate::id::{ConnectionId, ExchangeId};
use crate::net::{Ctx, Input, Token};
use crate::rng::{Purpose, below, mix};

/// What one process knows.
#[derive(Debug)]
struct Instance {
    backends: Vec<Backend>,
    balancer: Balancer,
    health: Option<Health>,
    reserve: Option<Box<Reserve>>,
    held: VecDeque<ExchangeId>,
}

/// The processes of a balancer.
#[derive(Debug)]
pub(super) struct Instances {
    /// All of them; in the place of the present one stands what is not used.
    all: Vec<Instance>,
    present: usize,
}

impl Instances {
    /// Those of a balancer that has several.
    pub(super) fn of(plan: &BalancePlan) -> Option<Self> {
        let count = plan.treats.instances.filter(|count| *count > 1)?;
        let one = |_| Instance {
            backends: plan.backends.clone(),
            balancer: Balancer::new(&plan.spec, &plan.backends),
            health: Care::health_of(plan),
            reserve: Reserve::of(plan),
            held: VecDeque::new(),
        };
        Some(Self { all: (0..count).map(one).collect(), present: 0 })
    }
}

impl Instances {
    /// What those that are not at work now believe of backends.
    pub(super) fn healths(&mut self) -> impl Iterator<Item = &mut Health> {
        let present = self.present;
        let others = self.all.iter_mut().enumerate().filter(move |(place, _)| *place != present);
        others.filter_map(|(_, instance)| instance.health.as_mut())
    }
}

impl LoadBalancer {
    /// Takes up the state of the process that `input` belongs to.
    pub(super) fn take_up<O: Observer>(&mut self, input: Input, ctx: &Ctx<'_, O>) {
        let id = match input {
            Input::Reply { parent, .. } => parent,
            Input::Timer(Token::Connect(child, _) | Token::Read(child, _)) => {
                ctx.core.exchanges.hot(child).parent
            }
            Input::Request(id)
            | Input::Resume(id)
            | Input::Timer(
                Token::Patience(id) | Token::Cancelled(id, _, _) | Token::Hedge(id, _),
            ) => id,
            Input::Timer(Token::Returns(_, number)) => {
                return self.take_up_process(usize::from(number));
            }
            Input::Timer(_) | Input::Arrival | Input::Wake(_) => return,
        };
        self.take_up_for(id, ctx);
    }

    /// Takes up the state of the process that serves an exchange: the one that accepted its
    /// connection, or any, where connections are not modelled.
    pub(super) fn take_up_for<O: Observer>(&mut self, id: ExchangeId, ctx: &Ctx<'_, O>) {
        const PROCESS: Purpose = Purpose::named("balancer process");
        let instances = self.care.as_ref().and_then(|care| care.instances.as_ref());
        let Some(instances) = instances else { return };
        let connection = ctx.core.exchanges.cold(id).connection;
        let bits = if connection == ConnectionId::NONE {
            ctx.core.exchanges.hot(id).key.bits(PROCESS)
        } else {
            let generation = ctx.core.connections.get(connection).generation;
            mix(u64::from(connection.0) << 16 | u64::from(generation))
        };
        let number = below(bits, instances.all.len() as u64);
        let number = usize::try_from(number).expect("fewer processes than a word counts");
        self.take_up_process(number);
    }

    /// How many processes there are.
    pub(super) fn processes(&self) -> usize {
        let instances = self.care.as_ref().and_then(|care| care.instances.as_ref());
        instances.map_or(1, |instances| instances.all.len())
    }

    /// The number of the process that is at work.
    pub(super) fn process(&self) -> usize {
        let instances = self.care.as_ref().and_then(|care| care.instances.as_ref());
        instances.map_or(0, |instances| instances.present)
    }

    /// Takes up the state of the process of this number.
    pub(super) fn take_up_process(&mut self, number: usize) {
        let Some(care) = self.care.as_mut() else { return };
        let Some(instances) = &mut care.instances else { return };
        let present = std::mem::replace(&mut instances.present, number);
        if present == number {
            return;
        }
        for place in [present, number] {
            let other = &mut instances.all[place];
            std::mem::swap(&mut self.backends, &mut other.backends);
            std::mem::swap(&mut self.balancer, &mut other.balancer);
            std::mem::swap(&mut care.health, &mut other.health);
            std::mem::swap(&mut care.reserve, &mut other.reserve);
            std::mem::swap(&mut care.held, &mut other.held);
        }
    }
}
