//! The rules together.

use super::*;

const fn at(seconds: u64) -> Time {
    Time(seconds * 1_000_000_000)
}

fn health(text: &str, count: usize) -> Health {
    Health::new(&toml::from_str(text).unwrap(), &vec![1; count], Span::ZERO)
}

#[test]
fn without_rules_all_are_up_with_their_whole_weight() {
    let mut health = health("", 2);
    (0..9).for_each(|_| health.on_failure(0, at(0)));
    assert_eq!(health.on_probe(0, false, at(0)), Probed::Unchanged);
    assert!(health.is_usable(0, at(0)) && health.probes().is_none());
    assert_eq!((health.share(0, at(0)), health.effective_weight(0)), (FULL_WEIGHT, None));
}

#[test]
fn a_backend_is_up_if_all_rules_say_so() {
    let text = "passive = { max_fails = 1, fail_timeout = \"10s\", profile = \"consecutive\" }\n\
                active = { rise = 1, fall = 1 }\noutlier = { consecutive_failures = 2 }";
    let mut health = health(text, 2);
    health.on_failure(0, at(0));
    assert!(!health.is_up(0, at(9)) && health.is_up(0, at(10)));
    assert_eq!(health.on_probe(0, false, at(10)), Probed::Down);
    assert!(!health.is_up(0, at(10)));
    assert_eq!(health.on_probe(0, true, at(11)), Probed::Up);
    assert!(health.is_up(0, at(11)));
    // The second failure in a row ejects for longer than the passive rule does.
    health.on_failure(0, at(12));
    assert!(!health.is_up(0, at(30)) && health.is_up(0, at(50)));
    assert_eq!(health.count_up(at(30)), 1);
}

#[test]
fn a_probe_that_goes_well_ends_an_ejection() {
    let mut health = health("active = {}\noutlier = { consecutive_failures = 1 }", 2);
    health.on_failure(0, at(0));
    assert!(!health.is_up(0, at(1)));
    assert_eq!(health.on_probe(0, true, at(1)), Probed::Unchanged);
    assert!(health.is_up(0, at(1)));
}

#[test]
fn in_panic_all_are_used() {
    let mut health = health("active = { fall = 1 }\npanic_threshold = 0.5", 4);
    health.on_probe(0, false, at(0));
    health.on_probe(1, false, at(0));
    assert!(!health.is_usable(0, at(0)), "half of them are up, which is not below one half");
    health.on_probe(2, false, at(0));
    assert!((0..4).all(|backend| health.is_usable(backend, at(0))));
    assert!(!health.is_up(0, at(0)));
}

#[test]
fn slow_start_counts_from_the_last_return() {
    let text = "active = { rise = 1, fall = 1 }\nslow_start = { window = \"10s\" }\n\
                passive = { profile = \"consecutive\", fail_timeout = \"2s\" }";
    let mut health = health(text, 2);
    assert_eq!(health.share(0, at(1)), FULL_WEIGHT);
    health.on_probe(0, false, at(10));
    health.on_probe(0, true, at(20));
    assert_eq!([20, 22, 25, 30].map(|now| health.share(0, at(now))), [1, 200, 500, FULL_WEIGHT]);
    health.on_failure(0, at(40));
    assert_eq!(health.share(0, at(43)), 100);
}

#[test]
fn the_phase_of_the_clock_reaches_nginxs_rule() {
    let spec = toml::from_str("passive = { fail_timeout = \"2s\" }").unwrap();
    let until = |phase| {
        let mut health = Health::new(&spec, &[1, 1], Span::from_millis(phase));
        health.on_failure(0, at(1));
        (1_000..9_000).find(|ms| health.is_up(0, Time(ms * 1_000_000)))
    };
    assert_eq!((until(0), until(900)), (Some(4_000), Some(3_100)));
}

#[test]
fn who_is_taken_out_by_hand_is_used_by_nobody_and_judged_by_nothing_until_put_back() {
    let text = "active = { rise = 2, fall = 1 }\npanic_threshold = 0.9\n\
                passive = { max_fails = 1, profile = \"consecutive\" }\n\
                slow_start = { window = \"10s\" }";
    let mut health = health(text, 3);
    health.tell(0, Word::Out, at(1));
    assert!(!health.is_up(0, at(1)) && !health.is_usable(0, at(1)), "not even in a panic");
    assert!(!health.in_panic(2), "of the two that may be used, two are up");
    health.on_failure(0, at(2));
    assert_eq!(health.on_probe(0, false, at(2)), Probed::Unchanged);
    health.tell(0, Word::Out, at(3));
    health.tell(0, Word::Back, at(4));
    assert!(!health.is_up(0, at(4)), "it was taken out twice");
    health.tell(0, Word::Back, at(5));
    assert!(health.is_up(0, at(5)));
    assert_eq!([5, 10, 15].map(|now| health.share(0, at(now))), [1, 500, FULL_WEIGHT]);
}

#[test]
fn who_does_not_exist_counts_nowhere() {
    let text = "passive = { max_fails = 1, fail_timeout = \"10s\" }\n\
                outlier = { consecutive_failures = 2, max_ejection = 0.5 }\n\
                panic_threshold = 0.5";
    let mut health = health(text, 10);
    (4..10).for_each(|backend| health.tell(backend, Word::Leaves, at(0)));
    assert!(!health.in_panic(2) && health.in_panic(1), "of four");
    (0..4).for_each(|backend| {
        health.on_server_error(backend, at(1));
        health.on_server_error(backend, at(1));
    });
    assert_eq!(health.count_up(at(1)), 2, "half of the four may be ejected");
    assert_eq!((health.exists(0), health.exists(9)), (true, false));
}

#[test]
fn nginx_never_takes_out_the_only_one_there_is() {
    let mut health = health("passive = { max_fails = 1, fail_timeout = \"10s\" }", 4);
    (1..4).for_each(|backend| health.tell(backend, Word::Leaves, at(100)));
    health.on_failure(0, at(100));
    assert!(health.is_up(0, at(100)), "the only one there is is never out");
    health.tell(1, Word::Joins, at(101));
    health.on_failure(0, at(101));
    assert!(!health.is_up(0, at(101)));
    assert_eq!(health.returns(0, at(101)), Some(at(112)));
}

#[test]
fn of_who_comes_nothing_is_known() {
    let rules = [
        "passive = { max_fails = 1, fail_timeout = \"99s\" }",
        "passive = { max_fails = 1, fail_timeout = \"99s\", profile = \"consecutive\" }",
        "outlier = { consecutive_failures = 1 }",
        "active = { fall = 1, rise = 9 }",
    ];
    for text in rules {
        let mut health = health(text, 3);
        health.on_failure(0, at(1));
        health.on_probe(0, false, at(1));
        assert!(!health.is_up(0, at(2)), "{text}");
        health.tell(0, Word::Leaves, at(2));
        health.tell(0, Word::Joins, at(3));
        assert!(health.is_up(0, at(3)), "{text}");
        assert_eq!(health.returns(0, at(3)), None, "{text}");
    }
}
