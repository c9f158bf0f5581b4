//! Machines and prices: numbers that make sense, whether or not a node has them.

use super::build::Build;
use super::memory::MOST;
use crate::scenario::Span;

/// Says what is wrong with the machines, and with the prices of links.
pub(super) fn check_machines(build: &mut Build<'_>) {
    let model = build.model;
    for machine in model.machines.values() {
        let spec = &machine.spec;
        if !(1..=1_000_000).contains(&spec.cores) {
            build.error(&machine.at("cores"), "`cores` is from 1 to 1000000");
        }
        check_speed(build, spec.speed, &machine.at("speed"));
        check_share(build, "contention", spec.contention, &machine.at("contention"));
        check_share(build, "coherency", spec.coherency, &machine.at("coherency"));
        check_price(build, spec.price, &machine.at("price"));
        if spec.memory.is_some_and(|memory| !(1..=MOST).contains(&memory.0)) {
            build.error(&machine.at("memory"), "`memory` is from 1B to 64TiB");
        }
    }
    for link in model.links.values() {
        check_price(build, link.spec.price.unwrap_or(0.0), &link.at("price"));
    }
}

/// The speed of a core.
pub(super) fn check_speed(build: &mut Build<'_>, speed: f64, span: &Span) {
    if !(1e-6..=1e6).contains(&speed) {
        build.error(span, format!("`speed` is from 0.000001 to 1000000, not {speed}"));
    }
}

/// A parameter of the Universal Scalability Law.
pub(super) fn check_share(build: &mut Build<'_>, key: &str, share: f64, span: &Span) {
    if !(0.0..=1.0).contains(&share) {
        build.error(span, format!("`{key}` is from 0 to 1, not {share}"));
    }
}

fn check_price(build: &mut Build<'_>, price: f64, span: &Span) {
    if !(0.0..=1e12).contains(&price) {
        build.error(span, format!("`price` is a number from 0 to 10^12, not {price}"));
    }
}
