//! The decisions of nginx 1.22 and HAProxy 2.6, measured, against ours.

use serde::Deserialize;
use std::collections::BTreeMap;

use super::{Decision, Delayed, LimitProfile, Limiter, RateLimitSpec};
use crate::time::{Span, Time};
use crate::unit::Rate;

const RECORDED: &str = include_str!("../../tests/data/real/s7-ratelimit.json");

#[derive(Deserialize)]
struct Recorded {
    measured: BTreeMap<String, Arrivals>,
}

#[derive(Deserialize)]
struct Arrivals {
    arrival_ms: Vec<u64>,
    limits: BTreeMap<String, Case>,
}

#[derive(Deserialize)]
struct Case {
    accepted_rejected_string: Vec<String>,
    delays_ms: Option<Vec<Vec<f64>>>,
    identical_in_3_runs: bool,
    predicted: Option<String>,
    predicted_delays_ms: Option<Vec<u64>>,
    smallest_margin_thousandths: Option<u64>,
}

fn recorded() -> BTreeMap<String, Arrivals> {
    serde_json::from_str::<Recorded>(RECORDED).unwrap().measured
}

/// The limit that a name such as `rate=10r/s burst=10 delay=4` or
/// `haproxy http_req_rate(2s) gt 15` stands for.
fn limit_of(name: &str) -> RateLimitSpec {
    if let Some(rest) = name.strip_prefix("haproxy http_req_rate(") {
        let (seconds, limit) = rest.split_once("s) gt ").unwrap();
        let (seconds, limit): (u64, f64) = (seconds.parse().unwrap(), limit.parse().unwrap());
        #[allow(clippy::cast_precision_loss, reason = "one or two")]
        let rate = Rate(limit / seconds as f64);
        let period = Span::from_secs(seconds);
        return RateLimitSpec {
            period,
            profile: LimitProfile::Haproxy,
            ..RateLimitSpec::of_rate(rate)
        };
    }
    let mut spec =
        RateLimitSpec { profile: LimitProfile::Nginx, ..RateLimitSpec::of_rate(Rate(0.0)) };
    for word in name.split(' ') {
        match word.split_once('=') {
            Some(("rate", rate)) => {
                let (number, unit) = rate.split_once("r/").unwrap();
                let number: f64 = number.parse().unwrap();
                spec.rate = Rate(if unit == "m" { number / 60.0 } else { number });
            }
            Some(("burst", burst)) => spec.burst = Some(burst.parse().unwrap()),
            Some(("delay", delay)) => spec.delay = Some(Delayed::Above(delay.parse().unwrap())),
            _ => {
                assert_eq!(word, "nodelay");
                spec.delay = Some(Delayed::None);
            }
        }
    }
    spec
}

/// What becomes of arrivals half a millisecond after these moments, all from one address.
fn decide(spec: &RateLimitSpec, arrivals: &[u64]) -> Vec<Decision> {
    decide_later(spec, arrivals, 0)
}

/// The same on a clock that is so many milliseconds ahead.
fn decide_later(spec: &RateLimitSpec, arrivals: &[u64], ahead: u64) -> Vec<Decision> {
    let mut limit = Limiter::new(spec);
    let at = |millis: &u64| Time((millis + ahead) * 1_000_000 + 500_000);
    arrivals.iter().map(|millis| limit.decide(7, at(millis))).collect()
}

fn letters(decisions: &[Decision]) -> String {
    decisions.iter().map(|it| if *it == Decision::Reject { 'R' } else { 'A' }).collect()
}

fn delay_ms(decision: Decision) -> u64 {
    match decision {
        Decision::Delay(span) => span.0 / 1_000_000,
        Decision::Pass | Decision::Reject => 0,
    }
}

#[test]
fn nginx_decides_as_measured_wherever_the_measurement_is_sharp() {
    let mut sharp = 0;
    for (list, Arrivals { arrival_ms, limits }) in &recorded() {
        for (name, case) in limits {
            let is_sharp = case.smallest_margin_thousandths.is_some_and(|margin| margin > 0);
            if !is_sharp || !case.identical_in_3_runs {
                continue;
            }
            sharp += 1;
            let decisions = decide(&limit_of(name), arrival_ms);
            let text = letters(&decisions);
            assert!(case.accepted_rejected_string.iter().all(|run| *run == text), "{list} {name}");
            for run in case.delays_ms.iter().flatten() {
                check_delays(&decisions, run, &format!("{list} {name}"));
            }
        }
    }
    assert_eq!(sharp, 8);
}

/// Nine in ten of the measured delays are from 0 to 3 ms longer than decided, as the measurement
/// was found to be.
#[track_caller]
fn check_delays(decisions: &[Decision], measured: &[f64], what: &str) {
    let late = |decision: &Decision, measured: &f64| {
        #[allow(clippy::cast_precision_loss, reason = "below a minute")]
        let decided = delay_ms(*decision) as f64;
        (0.0..=3.0).contains(&(measured - decided))
    };
    let delayed = decisions.iter().zip(measured).filter(|(it, _)| delay_ms(**it) > 0);
    let (near, all) = delayed.fold((0, 0), |(near, all), (decision, measured)| {
        (near + u32::from(late(decision, measured)), all + 1)
    });
    assert!(all > 20 && near * 10 >= all * 9, "{what}: {near} of {all}");
}

#[test]
fn nginx_decides_in_all_cases_as_another_reading_of_its_source_does() {
    // The recorded predictions were made by the measurement's author, for the same moments.
    let mut cases = 0;
    for (list, Arrivals { arrival_ms, limits }) in &recorded() {
        for (name, case) in limits {
            let Some(predicted) = &case.predicted else { continue };
            let decisions = decide(&limit_of(name), arrival_ms);
            assert_eq!(letters(&decisions), *predicted, "{list} {name}");
            let delays: Vec<u64> = decisions.iter().map(|it| delay_ms(*it)).collect();
            assert_eq!(Some(&delays), case.predicted_delays_ms.as_ref(), "{list} {name}");
            cases += 1;
        }
    }
    assert_eq!(cases, 36);
}

#[test]
fn haproxy_shuts_out_an_offender_as_measured() {
    let (mut cases, mut sharp) = (0, 0);
    for (list, Arrivals { arrival_ms, limits }) in &recorded() {
        for (name, case) in limits {
            // Of requests that come at one moment, reality may count the later ones first.
            if !name.starts_with("haproxy") || !case.identical_in_3_runs {
                continue;
            }
            // Periods begin at even milliseconds, and nobody knows which ones were even: requests
            // exactly a period apart fall into one or the other by that alone.
            let spec = limit_of(name);
            let texts = [0, 1].map(|ahead| letters(&decide_later(&spec, arrival_ms, ahead)));
            let runs = &case.accepted_rejected_string;
            assert!(runs.iter().all(|run| texts.contains(run)), "{list} {name}: {texts:?}");
            sharp += u32::from(texts[0] == texts[1]);
            cases += 1;
        }
    }
    assert_eq!((cases, sharp), (9, 8));
}

#[test]
fn a_bucket_of_the_textbook_decides_as_nginx_away_from_whole_milliseconds() {
    // nginx's burst does not count the request that the rate itself allows.
    let arrivals = &recorded()["random-2"].arrival_ms;
    let nginx = limit_of("rate=10r/s burst=5");
    let textbook = RateLimitSpec {
        profile: LimitProfile::TokenBucket,
        burst: Some(6),
        delay: Some(Delayed::All),
        ..nginx.clone()
    };
    let (ours, theirs) = (decide(&textbook, arrivals), decide(&nginx, arrivals));
    assert_eq!(letters(&ours), letters(&theirs));
    assert!(ours.iter().zip(&theirs).all(|(a, b)| delay_ms(*a).abs_diff(delay_ms(*b)) <= 1));
}
