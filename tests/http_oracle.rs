//! Storing and freshness against another implementation of RFC 9111, over random headers: every
//! disagreement has a known reason.

use std::collections::BTreeMap;
use std::time::{Duration, UNIX_EPOCH};

use http_cache_semantics::{CacheOptions, CachePolicy};
use lindley::http::{
    BEGIN, Head, Method, ProfileName, Question, Reuse, Rules, Storing, Wall, date, reuse, storing,
};
use lindley::rng::mix;

const SECOND: i64 = 1_000_000_000;

/// Draws of one case, one after the other.
struct Draws(u64);

impl Draws {
    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        self.0 = mix(self.0.wrapping_add(0x9e37_79b9_7f4a_7c15));
        of[usize::try_from(self.0 % of.len() as u64).expect("a small number")]
    }

    fn often(&mut self, percent: u64) -> bool {
        self.one(&(0..100).collect::<Vec<u64>>()) < percent
    }
}

/// An answer, a first request and a second one so many seconds later.
struct Case {
    status: u16,
    first: Vec<(String, String)>,
    answer: Vec<(String, String)>,
    second: Vec<(String, String)>,
    later: i64,
    is_shared: bool,
}

fn http_date(second: i64) -> String {
    let unix = u64::try_from(BEGIN + second).expect("after 1970");
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(unix))
}

/// The headers of a random answer.
fn answer(draws: &mut Draws) -> Vec<(String, String)> {
    let mut control = Vec::new();
    for (percent, directive) in [
        (55, "max-age"),
        (20, "s-maxage"),
        (8, "no-cache"),
        (6, "no-store"),
        (8, "private"),
        (15, "public"),
        (12, "must-revalidate"),
        (6, "proxy-revalidate"),
        (5, "immutable"),
    ] {
        if draws.often(percent) {
            let takes_seconds = directive.ends_with("age");
            let seconds = draws.one(&[0, 1, 5, 60, 600]);
            control.push(if takes_seconds {
                format!("{directive}={seconds}")
            } else {
                directive.to_owned()
            });
        }
    }
    let mut answer = vec![("date".to_owned(), http_date(0))];
    let mut say = |name: &str, value: String| answer.push((name.to_owned(), value));
    if !control.is_empty() {
        say("cache-control", control.join(", "));
    }
    if draws.often(25) {
        say("expires", http_date(draws.one(&[-60, 0, 3, 60, 600])));
    }
    if draws.often(15) {
        say("age", draws.one(&["0", "4", "59", "700"]).to_owned());
    }
    if draws.often(20) {
        say("last-modified", http_date(draws.one(&[-10, -1_000, -100_000])));
    }
    if draws.often(8) {
        say("set-cookie", "sid=1".to_owned());
    }
    if draws.often(8) {
        say("vary", draws.one(&["*", "x-a"]).to_owned());
    }
    answer
}

fn case(number: u64) -> Case {
    let mut draws = Draws(mix(number));
    let answer = answer(&mut draws);
    let first = if draws.often(12) {
        vec![("authorization".to_owned(), "Basic YTpi".to_owned())]
    } else {
        Vec::new()
    };
    let mut second = Vec::new();
    if draws.often(40) {
        let directive = draws.one(&[
            "no-cache",
            "max-age=0",
            "max-age=30",
            "min-fresh=5",
            "max-stale",
            "max-stale=30",
        ]);
        second.push(("cache-control".to_owned(), directive.to_owned()));
    }
    if draws.often(10) {
        second.push(("x-a".to_owned(), "1".to_owned()));
    }
    Case {
        status: draws.one(&[200, 200, 200, 200, 203, 301, 302, 404, 410, 500, 503]),
        first,
        answer,
        second,
        later: draws.one(&[0, 2, 10, 100, 1_000]),
        is_shared: draws.often(70),
    }
}

/// Whether lindley would give the answer for the second request without asking.
fn ours(case: &Case) -> bool {
    let name = if case.is_shared { ProfileName::Rfc9111 } else { ProfileName::Browser };
    let read = |headers: &[(String, String)]| {
        let pairs = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        Question::read(Method::Get, pairs, date)
    };
    let (first, second) = (read(&case.first), read(&case.second));
    let head = Head::read(case.status, &case.answer).expect("headers that can be");
    let born = Wall(0).plus_seconds(-i64::from(head.age));
    let (profile, rules) = (name.profile(), Rules::default());
    let Storing::Stored(keeping) = storing(profile, &rules, &first, &head, (born, Wall(0))) else {
        return false;
    };
    let is_same = first.variant(&head.vary, &[]) == second.variant(&head.vary, &[]);
    let verdict = reuse(profile, &keeping, &second, Wall(case.later * SECOND));
    is_same && matches!(verdict, Reuse::Fresh | Reuse::Accepted)
}

/// Whether the crate `http-cache-semantics` would.
fn theirs(case: &Case) -> bool {
    let request = |headers: &[(String, String)]| {
        let mut builder = http::Request::get("http://example.com/");
        for (name, value) in headers {
            builder = builder.header(name, value);
        }
        builder.body(()).expect("a request")
    };
    let mut response = http::Response::builder().status(case.status);
    for (name, value) in &case.answer {
        response = response.header(name, value);
    }
    let response = response.body(()).expect("a response");
    let options = CacheOptions { shared: case.is_shared, ..CacheOptions::default() };
    let began = UNIX_EPOCH + Duration::from_secs(u64::try_from(BEGIN).expect("after 1970"));
    let policy = CachePolicy::new_options(&request(&case.first), &response, began, options);
    let later = began + Duration::from_secs(u64::try_from(case.later).expect("later"));
    policy.is_storable()
        && policy.before_request(&request(&case.second), later).satisfies_without_revalidation()
}

/// Why the two may disagree about a case.
fn reason(case: &Case, ours: bool) -> Option<&'static str> {
    let value = |name: &str| {
        let found = case.answer.iter().find(|(other, _)| other == name);
        found.map_or("", |(_, value)| value.as_str())
    };
    let (control, asked) = (value("cache-control"), case.second.first());
    let wants = |what: &str| {
        asked.is_some_and(|(name, value)| name == "cache-control" && value.starts_with(what))
    };
    if ours && case.is_shared && !value("set-cookie").is_empty() {
        return Some(
            "the crate takes answers that set cookies for expired (RFC 9111, 7.3: they are not)",
        );
    }
    if ours && case.is_shared && control.contains("proxy-revalidate") {
        return Some(
            "the crate takes `proxy-revalidate` for a lifetime of nothing (5.2.2.8: it is none)",
        );
    }
    if ours && matches!(case.status, 500 | 503) {
        return Some(
            "the crate stores none of the other final statuses (3: explicit lifetimes suffice)",
        );
    }
    if !ours && control.contains("immutable") && !control.contains("max-age") {
        return Some("the crate gives `immutable` a lifetime of its own (RFC 8246: it has none)");
    }
    if !ours && wants("max-stale") {
        return Some(
            "the crate gives answers that were never fresh, or that shared caches must revalidate, \
             for `max-stale`",
        );
    }
    None
}

#[test]
fn decisions_agree_with_another_implementation_of_the_standard() {
    let mut reasons: BTreeMap<&str, u32> = BTreeMap::new();
    let (mut given, mut refused) = (0, 0);
    for number in 0..60_000 {
        let case = case(number);
        let (ours, theirs) = (ours(&case), theirs(&case));
        if ours == theirs {
            *(if ours { &mut given } else { &mut refused }) += 1;
            continue;
        }
        let Some(reason) = reason(&case, ours) else {
            panic!(
                "case {number}: ours {ours}, theirs {theirs}: {} {:?} then {:?} answered {:?} \
                 after {} s, shared {}",
                case.status, case.first, case.second, case.answer, case.later, case.is_shared
            );
        };
        *reasons.entry(reason).or_default() += 1;
    }
    assert_eq!(reasons.len(), 5, "a reason that explains nothing: {reasons:#?}");
    let disagreed: u32 = reasons.values().sum();
    assert!(given > 8_000 && refused > 25_000, "{given} given, {refused} refused: too one-sided");
    assert!(disagreed < 6_000, "{disagreed} disagreements: {reasons:#?}");
}
