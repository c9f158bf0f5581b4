//! HTTP caching, request by request: recorded cases of nginx, Varnish and Squid, each run through
//! a proxy with a cache, and judged against what those did and what RFC 9111 allows.

mod recorded;
mod scenario;
mod seen;

use super::super::compared::{Case, Row};
use crate::http::ProfileName;
use recorded::{Recorded, recorded};
use seen::{Seen, seen};

/// The profiles under which every case is run.
const PROFILES: [(ProfileName, &str); 4] = [
    (ProfileName::Nginx, "nginx"),
    (ProfileName::Rfc9111, "rfc9111"),
    (ProfileName::Varnish, "varnish"),
    (ProfileName::Squid, "squid"),
];

/// One case for each recording.
pub(super) fn cases() -> Vec<Case> {
    let case = |it: Recorded| {
        Case::new(format!("http/{}", it.id), true, move |_| {
            let mut rows = Vec::new();
            for (profile, word) in PROFILES {
                rows.extend(judged(&it, word, &seen(&it, profile, word)?)?);
            }
            Ok(rows)
        })
    };
    recorded().into_iter().map(case).collect()
}

/// What a profile did against what it should have done.
fn judged(it: &Recorded, word: &str, seen: &Seen) -> Result<Vec<Row>, String> {
    if word == "rfc9111" {
        return Ok(allowed(it, seen));
    }
    let of = it.observed.get(word).ok_or_else(|| format!("nothing was recorded of {word}"))?;
    let said = seen.statuses.iter().map(|(status, http)| product_word(word, status, *http));
    let is_same = said.zip(&of.status).map(|(said, was)| said == *was);
    let codes = seen.statuses.iter().zip(&of.http).filter(|((_, http), was)| http == *was);
    let rows = [
        count(
            format!("{word}: cache status as recorded"),
            it,
            is_same.filter(|same| *same).count(),
        ),
        count(format!("{word}: HTTP status as recorded"), it, codes.count()),
        Row::near(format!("{word}: fetches"), of.origin_fetches, seen.fetches, 0.0),
        Row::near(format!("{word}: fetches answered 304"), of.origin_304, seen.unchanged, 0.0),
    ];
    // What was set up for a case was set up for nginx alone.
    let is_set_up = word == "nginx" || !it.is_set_up();
    let judge = |(place, row): (usize, Row)| {
        let is_judged = is_set_up && (place > 0 || !it.simultaneous_unordered);
        if is_judged { row } else { row.shown() }
    };
    Ok(rows.into_iter().enumerate().map(judge).collect())
}

/// So many answers of all are as they should be.
fn count(metric: String, it: &Recorded, right: usize) -> Row {
    #[allow(clippy::cast_precision_loss, reason = "a handful of requests")]
    let (all, right) = (it.requests.len() as f64, right as f64);
    Row::near(metric, all, right, 0.0)
}

/// What a cache did, in the word of the product: nginx's `$upstream_cache_status`, Squid's result
/// code, and for Varnish what the recording derived from its log.
fn product_word(product: &str, status: &str, http: u16) -> String {
    let word = match (product, status) {
        ("nginx", "") => "-",
        ("nginx", "collapsed") => "HIT",
        ("nginx", "pass") => "MISS",
        ("nginx", other) => return other.to_uppercase(),
        ("varnish", "" | "pass" | "bypass") => "PASS",
        ("varnish", "hit" | "collapsed") => "HIT",
        ("varnish", "stale" | "updating") => "STALE",
        ("varnish", _) => "MISS",
        (_, "hit") if http == 304 => "TCP_INM_HIT",
        (_, "hit" | "stale") => "TCP_MEM_HIT",
        (_, "expired") if http >= 500 => "TCP_REFRESH_FAIL_ERR",
        (_, "expired") => "TCP_REFRESH_MODIFIED",
        (_, "revalidated") => "TCP_REFRESH_UNMODIFIED",
        (_, _) => "TCP_MISS",
    };
    word.to_owned()
}

/// What the standard allows: `M` is fetched, `H` from the cache, `V` fetched or asked about, `S`
/// expired, `X` fetched and not stored, `504` that.
fn allowed(it: &Recorded, seen: &Seen) -> Vec<Row> {
    let is = |letter: &str, (status, http): &(String, u16)| match letter {
        "H" => matches!(status.as_str(), "hit" | "collapsed"),
        "S" => matches!(status.as_str(), "stale" | "updating"),
        "504" => *http == 504,
        _ => !matches!(status.as_str(), "hit" | "collapsed" | "stale" | "updating"),
    };
    let right = it
        .allowed
        .iter()
        .zip(&seen.statuses)
        .filter(|(allowed, said)| allowed.split('|').any(|letter| is(letter, said)));
    let row = count(format!("rfc9111: allowed by section {}", it.section), it, right.count());
    // Of requests that come at once it counts only how many of them were fetched.
    let fetched = |allowed: &&String| allowed.split('|').all(|it| matches!(it, "M" | "V" | "X"));
    let may_be = |allowed: &&String| allowed.split('|').any(|it| matches!(it, "M" | "V" | "X"));
    #[allow(clippy::cast_precision_loss, reason = "a handful of requests")]
    let [least, most] =
        [it.allowed.iter().filter(fetched).count(), it.allowed.iter().filter(may_be).count()]
            .map(|count| count as f64);
    if it.simultaneous_unordered {
        let middle = f64::midpoint(least, most);
        let fetches =
            Row::near("rfc9111: fetches".to_owned(), middle, seen.fetches, (most - least) / 2.0);
        return vec![row.shown(), fetches];
    }
    vec![row]
}
