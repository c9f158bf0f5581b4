//! The same models on the event calendar of `desque`: a binary heap of boxed events.

use desque::SimState;
use desque::serial::{Event, Simulation};

use super::heap::{Calendar, Model};
use super::outcome::Outcome;

/// The state of a simulation: the model, and what it has put into the calendar just now.
struct State<M> {
    model: M,
    put: Few,
    end: u64,
}

/// What an event of the models puts into the calendar at most.
#[derive(Default)]
struct Few {
    events: [(u64, u32); 2],
    count: usize,
}

/// What a model puts into the calendar at the start.
struct Many(Vec<(u64, u32)>);

/// An event of a model.
#[derive(Debug)]
struct What(u32);

/// Runs a model on `desque` until `end`.
pub fn run<M: Model + 'static>(model: M, end: u64) -> Outcome {
    let mut sim = Simulation::new(State { model, put: Few::default(), end }, 0);
    let mut first = Many(Vec::new());
    sim.state_mut().model.begin(&mut first);
    for (time, event) in first.0 {
        sim.schedule(What(event), time).expect("the first events lie ahead");
    }
    sim.run().expect("no event fails");
    sim.state().model.outcome()
}

impl<M> SimState<u64> for State<M> {
    #[inline]
    fn is_complete(&self, now: &u64) -> bool {
        *now > self.end
    }
}

impl<M: Model> Event<State<M>, u64> for What {
    fn execute(&mut self, sim: &mut Simulation<State<M>, u64>) -> desque::Result {
        let now = *sim.current_time();
        let state = sim.state_mut();
        state.put.count = 0;
        state.model.handle(now, self.0, &mut state.put);
        for at in 0..sim.state().put.count {
            let (time, event) = sim.state().put.events[at];
            sim.schedule(Self(event), time)?;
        }
        Ok(())
    }
}

impl Calendar for Few {
    #[inline]
    fn put(&mut self, time: u64, event: u32) {
        self.events[self.count] = (time, event);
        self.count += 1;
    }
}

impl Calendar for Many {
    fn put(&mut self, time: u64, event: u32) {
        self.0.push((time, event));
    }
}
