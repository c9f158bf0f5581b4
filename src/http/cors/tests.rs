use super::*;

fn page() -> Origin {
    Origin::of("https://app.example").expect("an origin")
}

fn asked<'a>(
    origin: &'a Origin,
    method: &'a str,
    headers: &'a [(&'a str, &'a str)],
    credentials: bool,
) -> Asked<'a> {
    Asked { origin, method, headers, credentials, upload: false }
}

#[test]
fn simple_requests_go_out_at_once_and_others_after_a_preflight() {
    let origin = page();
    let (long, longer) = ("x".repeat(128), "x".repeat(129));
    let form = "application/x-www-form-urlencoded";
    for (method, headers, is_simple) in [
        ("GET", vec![], true),
        ("HEAD", vec![], true),
        ("POST", vec![], true),
        ("PUT", vec![], false),
        ("PATCH", vec![], false),
        ("DELETE", vec![], false),
        ("OPTIONS", vec![], false),
        ("get", vec![], false),
        ("GET", vec![("Accept", "text/html, */*;q=0.8")], true),
        ("GET", vec![("accept", "a\"b")], false),
        ("GET", vec![("Accept", long.as_str())], true),
        ("GET", vec![("Accept", longer.as_str())], false),
        ("GET", vec![("Accept-Language", "de-AT, en;q=0.5")], true),
        ("GET", vec![("Accept-Language", "de_AT")], false),
        ("POST", vec![("Content-Language", "en")], true),
        ("POST", vec![("Content-Language", "en/us")], false),
        ("POST", vec![("Content-Type", form)], true),
        ("POST", vec![("Content-Type", "multipart/form-data; boundary=x")], true),
        ("POST", vec![("Content-Type", "TEXT/plain;charset=utf-8")], true),
        ("POST", vec![("content-type", "application/json")], false),
        ("POST", vec![("Content-Type", "text/xml")], false),
        ("POST", vec![("Content-Type", "")], false),
        ("GET", vec![("Range", "bytes=0-499")], true),
        ("GET", vec![("Range", "bytes=500-")], true),
        ("GET", vec![("Range", "bytes=-500")], false),
        ("GET", vec![("Range", "bytes=0-1,5-9")], false),
        ("GET", vec![("Authorization", "Bearer x")], false),
        ("GET", vec![("X-Requested-With", "XMLHttpRequest")], false),
        ("GET", vec![("If-None-Match", "x")], false),
        ("GET", vec![("Cache-Control", "no-cache")], false),
        ("POST", vec![("Accept", "*/*"), ("Content-Type", "text/plain")], true),
        ("POST", vec![("Accept", "*/*"), ("Content-Type", "application/json")], false),
        ("GET", vec![("Accept", long.as_str()); 8], true),
        ("GET", vec![("Accept", long.as_str()); 9], false),
    ] {
        let expected = if is_simple { Way::Simple } else { Way::Preflight };
        for credentials in [true, false] {
            let way = asked(&origin, method, &headers, credentials).way();
            assert_eq!(way, expected, "{method} {headers:?}");
        }
    }
    let upload = Asked { upload: true, ..asked(&origin, "POST", &[], false) };
    assert_eq!(upload.way(), Way::Preflight);
}

#[test]
fn an_answer_can_be_read_if_it_allows_the_origin_and_its_credentials() {
    let origin = page();
    let (own, yes) = (Some("https://app.example"), Some("true"));
    for (origin_header, credentials_header, with, expected) in [
        (own, None, false, Ok(())),
        (own, yes, false, Ok(())),
        (Some("*"), None, false, Ok(())),
        (Some("*"), yes, false, Ok(())),
        (None, None, false, Err(Blocked::NoOrigin)),
        (None, yes, true, Err(Blocked::NoOrigin)),
        (Some("null"), None, false, Err(Blocked::OtherOrigin)),
        (Some("http://app.example"), None, false, Err(Blocked::OtherOrigin)),
        (Some("https://app.example:8443"), None, false, Err(Blocked::OtherOrigin)),
        (Some("https://app.example/"), None, false, Err(Blocked::OtherOrigin)),
        (Some("https://app.example, https://b.example"), None, false, Err(Blocked::OtherOrigin)),
        (own, yes, true, Ok(())),
        (own, None, true, Err(Blocked::Credentials)),
        (own, Some("True"), true, Err(Blocked::Credentials)),
        (own, Some("false"), true, Err(Blocked::Credentials)),
        (Some("*"), yes, true, Err(Blocked::AnyWithCredentials)),
        (Some("*"), None, true, Err(Blocked::AnyWithCredentials)),
    ] {
        let allowed = Allowed {
            origin: origin_header,
            credentials: credentials_header,
            ..Allowed::default()
        };
        let seen = asked(&origin, "GET", &[], with).check(&allowed);
        assert_eq!(seen, expected, "{allowed:?}, credentials: {with}");
    }
}

#[test]
fn a_preflight_allows_method_and_headers_by_name() {
    let origin = page();
    let json: &[(&str, &str)] = &[("Content-Type", "application/json")];
    let token: &[(&str, &str)] = &[("Authorization", "Bearer x")];
    let plain: &[(&str, &str)] = &[];
    for (method, headers, with, status, methods, allow, expected) in [
        ("PUT", plain, false, 204, "PUT", "", Ok(())),
        ("PUT", plain, false, 200, "GET, PUT", "", Ok(())),
        ("PUT", plain, false, 204, "GET", "", Err(Blocked::Method)),
        ("PUT", plain, false, 204, "put", "", Err(Blocked::Method)),
        ("PUT", plain, false, 204, "*", "", Ok(())),
        ("PUT", plain, true, 204, "*", "", Err(Blocked::Method)),
        ("PUT", plain, false, 401, "PUT", "", Err(Blocked::Status)),
        ("PUT", plain, false, 301, "PUT", "", Err(Blocked::Status)),
        ("POST", json, false, 204, "", "content-type", Ok(())),
        ("POST", json, false, 204, "POST", "", Err(Blocked::Header)),
        ("POST", json, false, 204, "", "X-Other, Content-Type", Ok(())),
        ("POST", json, false, 204, "", "*", Ok(())),
        ("POST", json, true, 204, "", "*", Err(Blocked::Header)),
        ("GET", token, false, 204, "", "*", Err(Blocked::Header)),
        ("GET", token, false, 204, "", "*, authorization", Ok(())),
        ("GET", token, true, 204, "", "Authorization", Ok(())),
    ] {
        let allowed = Allowed {
            origin: Some("https://app.example"),
            credentials: Some("true"),
            methods: Some(methods),
            headers: Some(allow),
            max_age: None,
        };
        let seen = asked(&origin, method, headers, with).check_preflight(status, &allowed);
        assert_eq!(seen, expected, "{method} {headers:?}, {status}, `{methods}`, `{allow}`");
    }
}

/// An entry with the origin, the URL and whether cookies go along.
type Entry = ((Origin, String, bool), String);

fn entries(asked: &Asked<'_>, url: &str) -> Vec<Entry> {
    let place = (asked.origin.clone(), url.to_owned(), asked.credentials);
    needed(asked).map(|what| (place.clone(), what)).collect()
}

fn covers(cache: &PreflightCache<Entry>, asked: &Asked<'_>, url: &str, now: Time) -> bool {
    cache.covers(entries(asked, url).into_iter(), now)
}

fn remember(
    cache: &mut PreflightCache<Entry>,
    asked: &Asked<'_>,
    url: &str,
    max_age: Option<i64>,
    now: Time,
) {
    cache.remember(entries(asked, url).into_iter(), max_age, now);
}

#[test]
fn a_preflight_holds_for_its_url_origin_credentials_and_for_so_long() {
    let (origin, other) = (page(), Origin::of("https://other.example").unwrap());
    let at = |seconds: u64| Time(seconds * 1_000_000_000);
    for (max_age, cap, last) in [
        (None, CHROME_CAP, 4),
        (Some(60), CHROME_CAP, 59),
        (Some(100_000), CHROME_CAP, 7_199),
        (Some(100_000), FIREFOX_CAP, 86_399),
        (Some(100_000), SAFARI_CAP, 599),
    ] {
        let mut cache = PreflightCache::new(cap);
        let put = asked(&origin, "PUT", &[("X-A", "1")], false);
        assert!(!covers(&cache, &put, "/1", at(0)));
        remember(&mut cache, &put, "/1", max_age, at(0));
        assert!(covers(&cache, &put, "/1", at(last)) && !covers(&cache, &put, "/1", at(last + 1)));
        assert!(!covers(&cache, &put, "/2", at(1)), "another URL");
        assert!(!covers(&cache, &Asked { credentials: true, ..put }, "/1", at(1)));
        assert!(!covers(&cache, &Asked { origin: &other, ..put }, "/1", at(1)));
        assert!(!covers(&cache, &Asked { method: "DELETE", ..put }, "/1", at(1)));
        assert!(!covers(&cache, &Asked { headers: &[("X-B", "1")], ..put }, "/1", at(1)));
        assert!(covers(&cache, &Asked { method: "GET", ..put }, "/1", at(1)), "asked for less");
    }
    for never in [0, -1] {
        let mut cache = PreflightCache::new(CHROME_CAP);
        let put = asked(&origin, "PUT", &[], false);
        remember(&mut cache, &put, "/1", Some(never), at(0));
        assert!(!covers(&cache, &put, "/1", at(0)));
    }
}

#[test]
fn expired_entries_do_not_pile_up_and_a_browser_that_is_closed_forgets() {
    let mut cache = PreflightCache::new(CHROME_CAP);
    for second in 0..10_000_u64 {
        let now = Time(second * 1_000_000_000);
        cache.remember([(second % 2, second)].into_iter(), Some(5), now);
    }
    assert!(cache.entries.len() <= 128, "{} are kept", cache.entries.len());
    cache.forget((0, 0)..=(0, u64::MAX));
    assert!(cache.entries.keys().all(|(browser, _)| *browser == 1));
    assert!(!cache.entries.is_empty());
}
