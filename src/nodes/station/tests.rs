//! What one station does with exchanges that come at given moments.

use super::{Discipline, Shape};
use crate::endpoint::Op;
use crate::fact::Exit;
use crate::net::Unwanted;
use crate::nodes::bench::{Bench, call, cores, cpu, ms, wait};
use crate::outcome::Answer;
use crate::rng::Purpose;
use crate::time::Span;

const PATIENCE: Purpose = Purpose::named("patience");

fn of(discipline: Discipline) -> Shape {
    Shape { discipline, ..cores(1) }
}

fn with_workers(workers: u32, queue: u32) -> Shape {
    Shape { workers, queue, ..cores(8) }
}

fn patient(shape: Shape, span: u64) -> Shape {
    Shape { patience: Some((ms(span), PATIENCE)), ..shape }
}

/// Ask 0 takes the core; 1, 2 and 3 of these classes queue up behind it.
fn order(discipline: Discipline, classes: [u8; 3]) -> Vec<u64> {
    let mut bench = Bench::server(&of(discipline), &[&[cpu(10), Op::Return]]);
    bench.ask_for(0, 1, 0);
    for (at, class) in (1..).zip(classes) {
        bench.ask_for(0, class, at);
    }
    bench.run(1_000);
    assert_eq!(bench.in_flight(), (0, 0));
    bench.order()
}

fn ten(shape: &Shape) -> Bench {
    Bench::server(shape, &[&[cpu(10), Op::Return]])
}

#[test]
fn fifo_serves_in_order_of_arrival_whatever_the_class() {
    assert_eq!(order(Discipline::Fifo, [2, 1, 0]), [0, 1, 2, 3]);
}

#[test]
fn lifo_serves_the_latest_first_and_stops_nobody() {
    assert_eq!(order(Discipline::Lifo, [0, 0, 0]), [0, 3, 2, 1]);
}

#[test]
fn priority_serves_the_lowest_class_first_in_order_within_it_and_stops_nobody() {
    assert_eq!(order(Discipline::Priority, [2, 0, 0]), [0, 2, 3, 1]);
}

#[test]
fn preemptive_priority_stops_the_higher_class_and_none_of_its_own() {
    assert_eq!(order(Discipline::PreemptivePriority, [1, 0, 2]), [2, 0, 1, 3]);
}

#[test]
fn a_preempted_job_goes_on_where_it_stopped() {
    let mut bench = ten(&of(Discipline::PreemptivePriority));
    bench.ask_for(0, 1, 0);
    bench.ask_for(0, 0, 4);
    bench.ask_for(0, 0, 16);
    bench.run(100);
    assert_eq!(bench.answers, [(1, 14, 200), (2, 26, 200), (0, 30, 200)]);
    let waited: Vec<u64> =
        bench.core.observer.left.iter().map(|(_, _, waited, _)| *waited).collect();
    assert_eq!(waited, [0, 0, 20]);
}

#[test]
fn of_several_running_jobs_the_highest_class_that_started_last_makes_way() {
    let shape = Shape { discipline: Discipline::PreemptivePriority, ..cores(3) };
    let mut bench = ten(&shape);
    for (at, class) in [(0, 2), (1, 1), (2, 2), (3, 0)] {
        bench.ask_for(0, class, at);
    }
    bench.run(100);
    assert_eq!(bench.answers, [(0, 10, 200), (1, 11, 200), (3, 13, 200), (2, 19, 200)]);
}

#[test]
fn sharing_splits_one_core_evenly_and_the_shorter_job_overtakes() {
    let shape = of(Discipline::Ps);
    let programs: [&[_]; 2] = [&[cpu(10), Op::Return], &[cpu(2), Op::Return]];
    let mut bench = Bench::server(&shape, &programs);
    bench.ask_for(0, 0, 0);
    bench.ask_for(1, 0, 4);
    bench.run(100);
    assert_eq!(bench.answers, [(1, 8, 200), (0, 12, 200)]);
}

#[test]
fn a_cancelled_job_leaves_its_share_to_the_others() {
    let mut bench = ten(&of(Discipline::Ps));
    bench.ask(0);
    bench.ask(0);
    bench.give_up(1, Unwanted::Cancel, 6);
    bench.run(100);
    assert_eq!(bench.answers, [(0, 13, 200)]);
    assert_eq!(bench.in_flight(), (0, 0));
}

#[test]
fn a_station_holds_workers_plus_queue_and_refuses_the_next() {
    let mut bench = ten(&with_workers(2, 1));
    for _ in 0..4 {
        bench.ask(0);
    }
    bench.run(100);
    assert_eq!(bench.answers, [(3, 0, 503), (0, 10, 200), (1, 10, 200), (2, 20, 200)]);
    assert_eq!(bench.core.observer.left[0], (3, 0, 0, Exit::Refused));
}

#[test]
fn a_queue_of_none_makes_a_loss_system() {
    let mut bench = ten(&with_workers(1, 0));
    bench.ask(0);
    bench.ask(9);
    bench.ask(10);
    bench.run(100);
    assert_eq!(bench.answers, [(1, 9, 503), (0, 10, 200), (2, 20, 200)]);
}

#[test]
fn patience_ends_a_wait_for_a_core() {
    let mut bench = ten(&patient(cores(1), 5));
    bench.ask(0);
    bench.ask(1);
    bench.ask(7);
    bench.run(100);
    assert_eq!(bench.answers, [(1, 6, 503), (0, 10, 200), (2, 20, 200)]);
    assert_eq!(bench.core.observer.left[0], (1, 6, 5, Exit::Dropped));
}

#[test]
fn patience_ends_a_wait_for_a_worker() {
    let mut bench = ten(&patient(with_workers(1, 9), 5));
    bench.ask(0);
    bench.ask(1);
    bench.run(100);
    assert_eq!(bench.answers, [(1, 6, 503), (0, 10, 200)]);
}

#[test]
fn patience_runs_on_from_the_wait_for_a_worker_into_that_for_a_core() {
    let programs: [&[_]; 2] = [&[cpu(20), Op::Return], &[wait(4), Op::Return]];
    let shape = Shape { workers: 2, queue: 9, ..patient(cores(1), 10) };
    let mut bench = Bench::server(&shape, &programs);
    bench.ask(0);
    bench.ask_for(1, 0, 0);
    bench.ask(1);
    bench.run(100);
    assert_eq!(bench.answers, [(1, 4, 200), (2, 11, 503), (0, 20, 200)]);
}

#[test]
fn who_was_served_once_is_never_dropped() {
    let program = [cpu(3), wait(1), cpu(3), Op::Return];
    let mut bench = Bench::server(&patient(cores(1), 5), &[&program, &[cpu(20), Op::Return]]);
    bench.ask(0);
    bench.ask_for(1, 0, 2);
    bench.run(100);
    assert_eq!(bench.answers, [(1, 23, 200), (0, 26, 200)]);
}

#[test]
fn patience_of_who_left_unserved_touches_nobody_who_takes_the_place() {
    let nothing = [Op::Return];
    let shape = Shape { workers: 1, queue: 9, ..patient(cores(1), 30) };
    let mut bench = Bench::server(&shape, &[&[cpu(10), Op::Return], &nothing]);
    bench.ask(0);
    bench.ask_for(1, 0, 0);
    bench.ask(10);
    bench.ask(10);
    bench.ask(11);
    bench.run(29);
    bench.ask(29);
    bench.run(100);
    let dropped: Vec<_> = bench.answers.iter().filter(|(_, _, status)| *status == 503).collect();
    assert!(dropped.is_empty(), "{dropped:?}");
}

#[test]
fn a_shared_core_ends_the_patience_too() {
    let shape = Shape { workers: 1, queue: 9, discipline: Discipline::Ps, ..patient(cores(1), 15) };
    let mut bench = ten(&shape);
    for _ in 0..2 {
        bench.ask(0);
    }
    bench.ask(12);
    bench.run(100);
    assert_eq!(bench.answers, [(0, 10, 200), (1, 20, 200), (2, 30, 200)]);
}

#[test]
fn a_synchronous_worker_is_held_during_a_call() {
    let program = [call(2, 1), cpu(1), Op::Return];
    let mut bench = Bench::server(&with_workers(1, 9), &[&program]);
    bench.ask(0);
    bench.ask(1);
    bench.reply(0, Answer::OK, 5);
    bench.run(100);
    assert_eq!(bench.calls.iter().map(|(_, at)| *at).collect::<Vec<_>>(), [0, 6]);
}

#[test]
fn an_asynchronous_worker_is_given_back_during_a_call_and_needed_again() {
    let program = [call(2, 1), cpu(10), Op::Return];
    let shape = Shape { is_async: true, ..with_workers(1, 9) };
    let mut bench = Bench::server(&shape, &[&program]);
    bench.ask(0);
    bench.ask(1);
    bench.reply(1, Answer::OK, 3);
    bench.reply(0, Answer::OK, 5);
    bench.run(100);
    assert_eq!(bench.calls.iter().map(|(_, at)| *at).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(bench.answers, [(1, 13, 200), (0, 23, 200)]);
}

#[test]
fn who_comes_back_for_a_worker_is_never_refused() {
    let program = [call(2, 1), cpu(10), Op::Return];
    let shape = Shape { is_async: true, ..with_workers(1, 0) };
    let mut bench = Bench::server(&shape, &[&program]);
    bench.ask(0);
    bench.ask(1);
    bench.reply(0, Answer::OK, 2);
    bench.reply(1, Answer::OK, 3);
    bench.run(100);
    assert_eq!(bench.answers, [(0, 12, 200), (1, 22, 200)]);
}

#[test]
fn a_pause_stops_work_that_goes_on_where_it_stopped() {
    let mut bench = ten(&Shape { pauses: Some((ms(6), ms(50))), ..cores(1) });
    bench.ask(0);
    bench.run(200);
    assert_eq!(bench.answers, [(0, 60, 200)]);
    assert_eq!(
        bench.states(),
        "0 busy 1, 6 busy 0, 6 stopped 1, 56 stopped 0, 56 busy 1, 60 busy 0"
    );
}

#[test]
fn the_clock_of_pauses_stands_still_while_nobody_works() {
    let mut bench = ten(&Shape { pauses: Some((ms(15), ms(50))), ..cores(1) });
    bench.ask(0);
    bench.ask(500);
    bench.run(1_000);
    assert_eq!(bench.answers, [(0, 10, 200), (1, 560, 200)]);
}

#[test]
fn nobody_starts_during_a_pause() {
    let mut bench = ten(&Shape { pauses: Some((ms(5), ms(50))), ..cores(2) });
    bench.ask(0);
    bench.ask(20);
    bench.run(57);
    assert!(bench.states().ends_with("55 stopped 0, 55 busy 1, 55 busy 2"), "{}", bench.states());
}

#[test]
fn work_cancelled_in_a_pause_is_gone_when_it_ends() {
    let mut bench = ten(&Shape { pauses: Some((ms(5), ms(50))), ..cores(1) });
    bench.ask(0);
    bench.ask(10);
    bench.give_up(0, Unwanted::Cancel, 20);
    bench.run(200);
    assert_eq!(bench.answers, [(1, 115, 200)], "5 ms of work, a pause, 5 ms of work");
    assert_eq!(bench.in_flight(), (0, 0));
}

#[test]
fn a_replica_that_is_off_comes_back_with_the_first_arrival() {
    let mut bench = ten(&Shape { setup: Some((Span::ZERO, ms(100))), ..cores(1) });
    bench.ask(5);
    bench.ask(50);
    bench.run(500);
    assert_eq!(bench.answers, [(0, 115, 200), (1, 125, 200)]);
    let expected = "0 off, 5 starting, 105 on, 105 busy 1, 125 busy 0, 125 off";
    assert_eq!(bench.states(), expected);
}

#[test]
fn a_replica_stays_on_for_as_long_as_its_idle_time_says() {
    let mut bench = ten(&Shape { setup: Some((Span::from_millis(30), ms(100))), ..cores(1) });
    bench.ask(0);
    bench.ask(139);
    bench.ask(200);
    bench.run(500);
    assert_eq!(bench.answers, [(0, 110, 200), (1, 149, 200), (2, 310, 200)]);
}

#[test]
fn a_replica_whose_only_job_gave_up_during_the_set_up_is_switched_off_again() {
    let mut bench = ten(&Shape { setup: Some((Span::ZERO, ms(100))), ..cores(1) });
    bench.ask(0);
    bench.give_up(0, Unwanted::Cancel, 50);
    bench.run(500);
    assert_eq!(bench.states(), "0 off, 0 starting, 100 on, 100 off");
}

#[test]
fn a_pause_does_not_switch_a_replica_off_over_the_head_of_those_who_wait() {
    let setup = Some((Span::ZERO, ms(100)));
    let mut bench = ten(&Shape { pauses: Some((ms(5), ms(50))), setup, ..cores(1) });
    bench.ask(0);
    bench.ask(110);
    bench.give_up(0, Unwanted::Cancel, 120);
    bench.run(1_000);
    assert_eq!(bench.order(), [1]);
    assert!(bench.states().ends_with("off"), "{}", bench.states());
}
