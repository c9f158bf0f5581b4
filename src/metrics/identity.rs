//! What identity costs and what it lets through: only of scenarios with `[auth]`.

use super::{EndToEnd, Metric, Unit, average, averaged, lasting, mean_of_successes, rate, share};

const fn per_second(
    name: &'static str,
    about: &'static str,
    read: fn(&EndToEnd<'_>) -> Option<f64>,
) -> Metric {
    averaged(name, Unit::PerSecond, about, read)
}

/// A sum of nanoseconds as the mean of so many, in seconds.
#[allow(clippy::cast_precision_loss, reason = "a mean for statistics")]
fn mean(sum: u128, count: u64) -> Option<f64> {
    (count > 0).then(|| sum as f64 / count as f64 / 1e9)
}

/// The metrics of this kind.
pub(super) const METRICS: &[Metric] = &[
    per_second("authorised_rate", "Requests that were checked and let in.", |run| {
        rate(run.identities?.checked[1], run.window)
    }),
    averaged(
        "authorised_ratio",
        Unit::Share,
        "The share of checked requests that were let in.",
        |run| {
            let [checked, accepted] = run.identities?.checked;
            share(accepted, checked)
        },
    ),
    mean_of_successes(
        "authorised_latency_mean",
        Unit::Millis,
        "The mean latency of successful requests beside log-ins, renewals and log-outs.",
        |run| {
            let (_, count, sum) = run.identities?.ended[3];
            mean(sum, count)
        },
    ),
    averaged(
        "authorised_success",
        Unit::Share,
        "The share of requests beside log-ins, renewals and log-outs that succeeded.",
        |run| {
            let (ended, succeeded, _) = run.identities?.ended[3];
            share(succeeded, ended)
        },
    ),
    per_second("store_lookups", "Look-ups in stores of sessions and tokens.", |run| {
        rate(run.identities?.asked[0], run.window)
    }),
    per_second("store_writes", "Writes to stores of sessions and tokens.", |run| {
        rate(run.identities?.asked[1], run.window)
    }),
    averaged(
        "identity_cores",
        Unit::Count,
        "Cores, and workers of a pool, at work for nothing but identity: hashing, signing, \
         verifying; what was given up is not counted.",
        |run| average(run.identities?.worked.iter().map(|it| u128::from(*it)).sum(), run.window),
    ),
    averaged("identity_share", Unit::Share, "The share of that in all that they do.", |run| {
        let identity = run.identities?.worked.iter().sum();
        let busy: u128 = run.meters.nodes.iter().map(|node| node.busy.area()).sum();
        share(identity, u64::try_from(busy).ok()? + run.identities?.pooled)
    }),
    averaged(
        "credential_bytes",
        Unit::Count,
        "Bytes that a checked request carries to show who sends it.",
        |run| share(run.identities?.bytes, run.identities?.checked[0]),
    ),
    per_second("login_rate", "Log-ins that were granted.", |run| {
        rate(run.identities?.granted[0], run.window)
    }),
    per_second("refresh_rate", "Renewals of tokens that were granted.", |run| {
        rate(run.identities?.granted[1], run.window)
    }),
    per_second("forced_logins", "People who were refused and had to log in again.", |run| {
        rate(run.identities?.forced, run.window)
    }),
    averaged("carts_lost", Unit::Count, "Sessions lost with what they carried.", |run| {
        average(u128::from(run.identities?.carts) * u128::from(run.window.0), run.window)
    }),
    mean_of_successes(
        "login_latency_mean",
        Unit::Millis,
        "The mean latency of successful log-ins.",
        |run| {
            let (_, count, sum) = run.identities?.ended[0];
            mean(sum, count)
        },
    ),
    averaged("login_success", Unit::Share, "The share of log-ins that succeeded.", |run| {
        let (ended, succeeded, _) = run.identities?.ended[0];
        share(succeeded, ended)
    }),
    mean_of_successes(
        "refresh_latency_mean",
        Unit::Millis,
        "The mean latency of renewals.",
        |run| {
            let (_, count, sum) = run.identities?.ended[1];
            mean(sum, count)
        },
    ),
    averaged("refresh_success", Unit::Share, "The share of renewals that succeeded.", |run| {
        let (ended, succeeded, _) = run.identities?.ended[1];
        share(succeeded, ended)
    }),
    averaged("people_mean", Unit::Count, "People present, on average over time.", |run| {
        average(run.identities?.people.area(), run.window)
    }),
    lasting(
        "exposure_mean",
        "How long a stolen credential works after the theft, on average of those that ended.",
        |run| {
            let (count, sum, _) = run.identities?.exposed;
            mean(sum, count)
        },
    ),
    lasting(
        "exposure_max",
        "The longest that a stolen credential worked in a run, of those that ended, on average \
         over the runs.",
        |run| {
            let (count, _, most) = run.identities?.exposed;
            (count > 0).then(|| std::time::Duration::from_nanos(most).as_secs_f64())
        },
    ),
    lasting(
        "exposure_after_discovery_mean",
        "How long a stolen credential works after its theft was discovered, on average.",
        |run| {
            let (count, sum) = run.identities?.after_discovery;
            mean(sum, count)
        },
    ),
    averaged(
        "stolen_mean",
        Unit::Count,
        "Stolen credentials that work, on average over time.",
        |run| average(run.identities?.stolen.area(), run.window),
    ),
    per_second("thief_rate", "Requests of thieves that were let in.", |run| {
        rate(run.identities?.thiefs, run.window)
    }),
    per_second("key_fetches", "Fetches of the keys of tokens by those who check.", |run| {
        rate(run.identities?.events[0], run.window)
    }),
    per_second("stale_rate", "Requests let in by a copy, for want of an answer.", |run| {
        rate(run.identities?.events[1], run.window)
    }),
    per_second("evicted_sessions", "Sessions that a store let go for want of room.", |run| {
        rate(run.identities?.events[2], run.window)
    }),
    per_second("families_ended", "Families of refresh tokens that a reuse ended.", |run| {
        rate(run.identities?.families, run.window)
    }),
    lasting(
        "exposure_after_logout_mean",
        "How long a stolen credential works after its owner has logged out, on average.",
        |run| {
            let (count, sum) = run.identities?.after_logout;
            mean(sum, count)
        },
    ),
    averaged(
        "exposure_censored",
        Unit::Share,
        "Stolen credentials that worked at the end, as a share of these and of those that ended.",
        |run| {
            let identities = run.identities?;
            let (ended, open) = (identities.exposed.0, u64::from(identities.stolen.now));
            share(open, ended + open)
        },
    ),
];

/// The metrics of session fixation.
pub(super) const FIXATION: &[Metric] = &[
    per_second("fixed_logins", "Log-ins under the name of a session that was set before.", |run| {
        rate(run.identities?.fixed[0], run.window)
    }),
    averaged(
        "fixation_success",
        Unit::Share,
        "The share of them that kept that name, so that who had set it is let in as well.",
        |run| {
            let [tried, kept] = run.identities?.fixed;
            share(kept, tried)
        },
    ),
];
