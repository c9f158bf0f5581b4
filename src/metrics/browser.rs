//! What browsers ask before they send, what they keep from their pages, and how long pages take:
//! only of scenarios with pages of several parts or several origins.

use super::{
    EndToEnd, Evidence, Metric, Unit, average, averaged, errors, mean_of_successes, rate, share,
};
use crate::attack::{Forgery, Injection};
use crate::observe::Sample;
use crate::outcome::Reason;

/// How long pages took; none if none was loaded.
fn loads(run: &EndToEnd<'_>) -> Option<Sample> {
    let loads = &run.browsers?.loads;
    (loads.count() > 0).then(|| Sample::of([loads]))
}

/// How many forged requests became of what this is, per second.
fn forged(run: &EndToEnd<'_>, outcome: Forgery) -> Option<f64> {
    rate(run.browsers?.forged[outcome as usize], run.window)
}

/// How many scripts became of what this is, per second.
fn injected(run: &EndToEnd<'_>, outcome: Injection) -> Option<f64> {
    rate(run.browsers?.injected[outcome as usize], run.window)
}

const fn per_second(
    name: &'static str,
    about: &'static str,
    read: fn(&EndToEnd<'_>) -> Option<f64>,
) -> Metric {
    averaged(name, Unit::PerSecond, about, read)
}

/// The metrics of attacks from pages.
pub(super) const ATTACKS: &[Metric] = &[
    per_second("forged_attempts", "Requests forged by pages of another site.", |run| {
        rate(run.browsers?.forged.iter().sum(), run.window)
    }),
    per_second("forged_accepted", "Forged requests that were let in.", |run| {
        forged(run, Forgery::Accepted)
    }),
    per_second("forged_without_cookie", "Forged requests that `SameSite` left bare.", |run| {
        forged(run, Forgery::SameSite)
    }),
    per_second("forged_without_token", "Forged requests that a token stopped.", |run| {
        forged(run, Forgery::Token)
    }),
    per_second("forged_wrong_origin", "Forged requests that a check of `Origin` stopped.", |run| {
        forged(run, Forgery::Origin)
    }),
    per_second("forged_not_sent", "Forged requests that a preflight stopped.", |run| {
        forged(run, Forgery::Preflight)
    }),
    per_second(
        "forged_without_header",
        "Forged requests that lacked the header with the token of their user.",
        |run| forged(run, Forgery::Header),
    ),
    per_second(
        "forged_logged_out",
        "Forged requests whose user was not logged in, or whose browser left the cookie out.",
        |run| forged(run, Forgery::Nobody),
    ),
    per_second("script_attempts", "Scripts of somebody else that people came upon.", |run| {
        rate(run.browsers?.injected.iter().sum(), run.window)
    }),
    per_second("script_runs", "Scripts of somebody else that ran in the site's pages.", |run| {
        injected(run, Injection::Runs)
    }),
    per_second("script_refused", "Scripts that validation refused.", |run| {
        injected(run, Injection::Validation)
    }),
    per_second("script_encoded", "Scripts that were written as text.", |run| {
        injected(run, Injection::Encoding)
    }),
    per_second("script_forbidden", "Scripts that a content security policy stopped.", |run| {
        injected(run, Injection::Policy)
    }),
    per_second(
        "ridden_accepted",
        "Requests of scripts in somebody's name that were let in.",
        |run| rate(run.browsers?.ridden, run.window),
    ),
    per_second("credentials_stolen", "Credentials that scripts could read and stole.", |run| {
        rate(run.browsers?.stolen, run.window)
    }),
    averaged(
        "stolen_credential_seconds",
        Unit::Count,
        "Seconds for which stolen credentials worked, for each second of the run.",
        |run| average(run.browsers?.exposed, run.window),
    ),
];

/// The metrics of this kind.
pub(super) const METRICS: &[Metric] = &[
    averaged("preflights", Unit::PerSecond, "Preflights that browsers sent.", |run| {
        rate(run.browsers?.asked[1], run.window)
    }),
    averaged(
        "preflight_share",
        Unit::Share,
        "The share of requests that need a preflight for which none was remembered.",
        |run| {
            let [asked, sent] = run.browsers?.asked;
            share(sent, asked)
        },
    ),
    averaged(
        "cors_unsent",
        Unit::PerSecond,
        "Requests that browsers did not send, since the preflight did not allow them.",
        |run| rate(run.browsers?.blocked[0], run.window),
    ),
    averaged(
        "cors_unread",
        Unit::PerSecond,
        "Answers that browsers kept from the page, after a server had done the work.",
        |run| rate(run.browsers?.blocked[1], run.window),
    ),
    averaged(
        "errors_cors_blocked",
        Unit::Share,
        "The share of ended requests that browsers did not send or whose answer they withheld.",
        |run| {
            run.browsers?;
            errors::of(run, Reason::CorsBlocked)
        },
    ),
    averaged("page_rate", Unit::PerSecond, "Pages that were loaded with all their parts.", |run| {
        rate(run.browsers?.loads.count(), run.window)
    }),
    mean_of_successes(
        "page_load_mean",
        Unit::Millis,
        "Mean time from wanting a page until its last part is there.",
        |run| loads(run)?.mean(),
    ),
    Metric {
        evidence: Evidence::Quantile(0.95),
        ..averaged(
            "page_load_p95",
            Unit::Millis,
            "95 % of the pages are there with all their parts after at most this.",
            |run| loads(run)?.quantile(0.95),
        )
    },
];
