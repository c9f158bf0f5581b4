use super::*;

fn origin(url: &str) -> Origin {
    Origin::of(url).expect(url)
}

fn set(same_site: Option<SameSite>) -> SetCookie {
    SetCookie {
        name: "sid".to_owned(),
        domain: None,
        path: Some("/".to_owned()),
        secure: true,
        http_only: true,
        same_site,
    }
}

/// Whether a cookie of `https://shop.example` is sent, so many seconds after it was set.
fn is_sent(
    same_site: Option<SameSite>,
    browser: Browser,
    from: &str,
    what: (Initiator, bool),
    age: u64,
) -> bool {
    let to = origin("https://shop.example");
    let cookie = set(same_site).store(&to, "/").expect("it is sound");
    let from = (!from.is_empty()).then(|| Site::of(&origin(from)));
    let request = Request { to, path: "/".into(), from, initiator: what.0, is_safe: what.1 };
    cookie.goes_with(&request, browser, Span::from_secs(age))
}

/// Kinds of request with what `Strict`, `Lax`, `None` and no attribute do in Chrome after an hour:
/// `y` if the cookie is sent.
const KINDS: [(&str, Initiator, bool, &str); 14] = [
    ("", Initiator::User, true, "yyyy"),
    ("https://shop.example", Initiator::TopLevel, true, "yyyy"),
    ("https://shop.example", Initiator::TopLevel, false, "yyyy"),
    ("https://shop.example", Initiator::Fetch, false, "yyyy"),
    ("https://api.shop.example:8443", Initiator::Fetch, true, "yyyy"),
    ("https://api.shop.example", Initiator::Frame, true, "yyyy"),
    ("https://news.example", Initiator::TopLevel, true, "nyyy"),
    ("https://news.example", Initiator::TopLevel, false, "nnyn"),
    ("https://news.example", Initiator::Frame, true, "nnyn"),
    ("https://news.example", Initiator::Frame, false, "nnyn"),
    ("https://news.example", Initiator::Subresource, true, "nnyn"),
    ("https://news.example", Initiator::Fetch, true, "nnyn"),
    ("https://news.example", Initiator::Fetch, false, "nnyn"),
    // Of the same name, but not of the same scheme: another site.
    ("http://shop.example", Initiator::Subresource, true, "nnyn"),
];

const ATTRIBUTES: [Option<SameSite>; 4] =
    [Some(SameSite::Strict), Some(SameSite::Lax), Some(SameSite::None), None];

#[test]
fn same_site_decides_by_site_kind_of_request_and_method() {
    for (from, initiator, is_safe, expected) in KINDS {
        for (same_site, expected) in ATTRIBUTES.into_iter().zip(expected.chars()) {
            let sent = is_sent(same_site, Browser::Chrome, from, (initiator, is_safe), 3_600);
            let row = format!("{same_site:?} from `{from}`, {initiator:?}, safe: {is_safe}");
            assert_eq!(sent, expected == 'y', "{row}");
        }
    }
}

#[test]
fn without_the_attribute_firefox_and_safari_send_what_chrome_keeps_back() {
    for (from, initiator, is_safe, expected) in KINDS {
        for browser in [Browser::Firefox, Browser::Safari] {
            let what = (initiator, is_safe);
            let all = ATTRIBUTES.map(|it| is_sent(it, browser, from, what, 3_600));
            let explicit: Vec<bool> = expected.chars().map(|it| it == 'y').collect();
            assert_eq!((&all[..3], all[3]), (&explicit[..3], true), "{browser:?}, {from}");
        }
    }
}

#[test]
fn chrome_sends_a_new_cookie_with_a_form_of_another_site_for_two_minutes() {
    let other = "https://news.example";
    for (same_site, initiator, age, expected) in [
        (None, Initiator::TopLevel, 0, true),
        (None, Initiator::TopLevel, 120, true),
        (None, Initiator::TopLevel, 121, false),
        (None, Initiator::Fetch, 0, false),
        (None, Initiator::Frame, 0, false),
        (Some(SameSite::Lax), Initiator::TopLevel, 0, false),
        (Some(SameSite::Strict), Initiator::TopLevel, 0, false),
    ] {
        let sent = is_sent(same_site, Browser::Chrome, other, (initiator, false), age);
        assert_eq!(sent, expected, "{same_site:?}, {initiator:?}, {age} s");
    }
}

#[test]
fn what_must_not_be_stored_is_refused() {
    let (tls, plain) = ("https://www.shop.example", "http://www.shop.example");
    let domain = |domain: &str| SetCookie { domain: Some(domain.to_owned()), ..set(None) };
    let named = |name: &str| SetCookie { name: name.to_owned(), ..set(None) };
    let open = |name: &str| SetCookie { secure: false, ..named(name) };
    for (cookie, from, expected) in [
        (set(None), tls, None),
        (set(None), plain, Some(Refused::InsecureOrigin)),
        (open("sid"), plain, None),
        (
            SetCookie { secure: false, ..set(Some(SameSite::None)) },
            tls,
            Some(Refused::NoneWithoutSecure),
        ),
        (domain("shop.example"), tls, None),
        (domain(".shop.example"), tls, None),
        (domain("other.example"), tls, Some(Refused::Domain)),
        (domain("a.www.shop.example"), tls, Some(Refused::Domain)),
        (domain("example"), tls, Some(Refused::Domain)),
        (domain("hop.example"), tls, Some(Refused::Domain)),
        (named("__Host-sid"), tls, None),
        (open("__Host-sid"), tls, Some(Refused::Prefix)),
        (SetCookie { path: None, ..named("__Host-sid") }, tls, Some(Refused::Prefix)),
        (SetCookie { path: Some("/a".into()), ..named("__host-sid") }, tls, Some(Refused::Prefix)),
        (
            SetCookie { name: "__Host-sid".into(), ..domain("shop.example") },
            tls,
            Some(Refused::Prefix),
        ),
        (open("__Secure-sid"), tls, Some(Refused::Prefix)),
        (SetCookie { name: "__Secure-sid".into(), ..domain("shop.example") }, tls, None),
    ] {
        assert_eq!(cookie.store(&origin(from), "/").err(), expected, "{cookie:?} from {from}");
    }
}

#[test]
fn host_path_and_scheme_decide_where_a_cookie_goes() {
    let sent = |domain: Option<&str>, path: Option<&str>, secure, url: &str, asked: &str| {
        let (domain, path) = (domain.map(str::to_owned), path.map(str::to_owned));
        let cookie = SetCookie { domain, path, secure, ..set(None) };
        let cookie = cookie.store(&origin("https://www.shop.example"), "/a/b?c=/d").unwrap();
        let request = Request {
            to: origin(url),
            path: asked.to_owned(),
            from: None,
            initiator: Initiator::User,
            is_safe: true,
        };
        cookie.goes_with(&request, Browser::Chrome, Span::ZERO)
    };
    let (own, sub) = ("https://www.shop.example", "https://x.www.shop.example");
    let (all, root) = (Some("shop.example"), Some("/"));
    for (domain, path, secure, url, asked, expected) in [
        (None, root, true, own, "/", true),
        (None, root, true, "https://www.shop.example:8443", "/", true),
        (None, root, true, sub, "/", false),
        (None, root, true, "https://shop.example", "/", false),
        (all, root, true, own, "/", true),
        (all, root, true, sub, "/", true),
        (all, root, true, "https://shop.example", "/", true),
        (all, root, true, "https://notshop.example", "/", false),
        (None, root, true, "http://www.shop.example", "/", false),
        (None, root, false, "http://www.shop.example", "/", true),
        (None, Some("/a"), true, own, "/a", true),
        (None, Some("/a"), true, own, "/a/b", true),
        (None, Some("/a"), true, own, "/a?q", true),
        (None, Some("/a"), true, own, "/ab", false),
        (None, Some("/a/"), true, own, "/a/b", true),
        (None, Some("/a/"), true, own, "/a", false),
        // Without a path, the folder of what was asked for.
        (None, None, true, own, "/a/x", true),
        (None, None, true, own, "/b", false),
    ] {
        let row = format!("{domain:?}, {path:?}, {secure}: {url}{asked}");
        assert_eq!(sent(domain, path, secure, url, asked), expected, "{row}");
    }
}

#[test]
fn what_is_http_only_is_sent_but_not_read_by_scripts() {
    let to = origin("https://shop.example");
    let request = Request {
        to: to.clone(),
        path: "/".into(),
        from: Some(Site::of(&to)),
        initiator: Initiator::Fetch,
        is_safe: false,
    };
    for http_only in [true, false] {
        let cookie = SetCookie { http_only, ..set(None) }.store(&to, "/").unwrap();
        assert!(cookie.goes_with(&request, Browser::Chrome, Span::ZERO));
        assert_eq!(cookie.is_readable(&request), !http_only);
    }
}
