//! What screens let pass and what they cost: only of scenarios with screens or attackers.

use super::{EndToEnd, Metric, Unit, average, averaged, counted, rate};
use crate::screen::{Chore, Defence, Fate};

#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn objects(run: &EndToEnd<'_>, fate: Fate) -> Option<f64> {
    Some(run.screens?.objects[fate as usize] as f64)
}

fn cores(run: &EndToEnd<'_>, chore: Chore) -> Option<f64> {
    average(run.screens?.worked[chore as usize].into(), run.window)
}

/// The metrics of this kind.
pub(super) const METRICS: &[Metric] = &[
    averaged(
        "requests_denied",
        Unit::PerSecond,
        "Requests that rules of access denied, attacking ones included.",
        |run| {
            let (screens, by) = (run.screens?, Defence::Access as usize);
            rate(screens.stopped[by] + screens.blocked[by], run.window)
        },
    ),
    counted(
        "infected_listed",
        "Requests for infected objects that a list of bad addresses stopped.",
        |run| objects(run, Fate::Listed),
    ),
    counted("infected_caught", "Infected objects that a scan stopped.", |run| {
        objects(run, Fate::Caught)
    }),
    counted("infected_passed", "Infected objects that came through a forward proxy.", |run| {
        objects(run, Fate::Passed)
    }),
    counted("healthy_stopped", "Healthy objects that a scan stopped.", |run| {
        objects(run, Fate::Mistaken)
    }),
    averaged("scan_cores", Unit::Count, "Cores at work for nothing but scans of content.", |run| {
        cores(run, Chore::Scan)
    }),
    averaged(
        "filter_cores",
        Unit::Count,
        "Cores at work for nothing but filters of requests and checks of input.",
        |run| cores(run, Chore::Filter),
    ),
    averaged("compress_cores", Unit::Count, "Cores at work for nothing but compression.", |run| {
        cores(run, Chore::Compress)
    }),
    averaged(
        "intercept_cores",
        Unit::Count,
        "Cores at work for handshakes of connections that a forward proxy opens to look inside.",
        |run| cores(run, Chore::Intercept),
    ),
    averaged(
        "compression_saved",
        Unit::Share,
        "The share of the bytes of compressed answers that compression took away.",
        |run| {
            let [before, after] = run.screens?.compressed;
            super::share(before - after, before)
        },
    ),
];
