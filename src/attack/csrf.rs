//! Forged requests (CSRF): another site lets the victim's browser send a request, and the browser
//! adds what it adds by itself. Cookies go along as `SameSite` says; a token in a header that
//! script sets does not; a token in the form, or a look at `Origin`, tells that the request is
//! forged (OWASP, "Cross-Site Request Forgery Prevention Cheat Sheet").

use crate::http::cookie::{Browser, Cookie, Request};
use crate::time::Span;

/// How the site knows its user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown<'a> {
    /// By a cookie of this age, which the browser adds by itself.
    Cookie(&'a Cookie, Span),
    /// By a header that script of the site's own pages sets, such as `Authorization`.
    Header,
}

/// What the site does about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CsrfDefences {
    /// Whether requests that are not safe must have a token that only the site's own pages know.
    pub token: bool,
    /// Whether requests that are not safe must come from pages of the site itself, as `Origin` or
    /// `Referer` say.
    pub origin_check: bool,
}

/// What a forged request comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgery {
    /// It shows nobody: what proves who asks does not go along.
    IsNobodys,
    /// It is refused for want of the token.
    LacksToken,
    /// It is refused because of where it comes from.
    IsForeign,
    /// It is answered, and has changed nothing.
    ChangesNothing,
    /// It has changed something in the name of the victim.
    Succeeds,
}

/// What a request that another site forged comes to at an endpoint that changes state or does not.
/// Checks are made of methods that are not safe, as frameworks do: an endpoint that changes state
/// with GET is open to all that a link can do.
#[must_use]
pub fn forgery(
    request: &Request,
    changes_state: bool,
    shown: Shown<'_>,
    browser: Browser,
    defences: CsrfDefences,
) -> Forgery {
    let goes_along = match shown {
        Shown::Cookie(cookie, age) => cookie.goes_with(request, browser, age),
        Shown::Header => false,
    };
    if !goes_along {
        Forgery::IsNobodys
    } else if !request.is_safe && defences.token {
        Forgery::LacksToken
    } else if !request.is_safe && defences.origin_check {
        Forgery::IsForeign
    } else if changes_state {
        Forgery::Succeeds
    } else {
        Forgery::ChangesNothing
    }
}

#[cfg(test)]
mod tests {
    use super::Forgery::{ChangesNothing, IsForeign, IsNobodys, LacksToken, Succeeds};
    use super::*;
    use crate::http::cookie::{Initiator, SameSite, SetCookie};
    use crate::http::origin::Origin;
    use crate::http::site::Site;

    fn forged(
        same_site: Option<SameSite>,
        (initiator, is_safe): (Initiator, bool),
        changes_state: bool,
        defences: CsrfDefences,
    ) -> Forgery {
        let to = Origin::of("https://bank.example").expect("an origin");
        let set = SetCookie {
            name: "sid".to_owned(),
            domain: None,
            path: Some("/".to_owned()),
            secure: true,
            http_only: true,
            same_site,
        };
        let cookie = set.store(&to, "/").expect("it is sound");
        let from = Some(Site::of(&Origin::of("https://evil.test").expect("an origin")));
        let request = Request { to, path: "/transfer".to_owned(), from, initiator, is_safe };
        let shown = Shown::Cookie(&cookie, Span::from_secs(3_600));
        forgery(&request, changes_state, shown, Browser::Chrome, defences)
    }

    const NONE: CsrfDefences = CsrfDefences { token: false, origin_check: false };
    const TOKEN: CsrfDefences = CsrfDefences { token: true, origin_check: false };
    const ORIGIN: CsrfDefences = CsrfDefences { token: false, origin_check: true };
    const FORM: (Initiator, bool) = (Initiator::TopLevel, false);
    const LINK: (Initiator, bool) = (Initiator::TopLevel, true);
    const IMAGE: (Initiator, bool) = (Initiator::Subresource, true);
    const SCRIPT: (Initiator, bool) = (Initiator::Fetch, false);

    #[test]
    fn what_a_forged_request_comes_to() {
        let (none, lax, strict) =
            (Some(SameSite::None), Some(SameSite::Lax), Some(SameSite::Strict));
        for (same_site, kind, changes, defences, expected) in [
            (none, FORM, true, NONE, Succeeds),
            (none, SCRIPT, true, NONE, Succeeds),
            (none, IMAGE, true, NONE, Succeeds),
            (none, LINK, true, NONE, Succeeds),
            (none, LINK, false, NONE, ChangesNothing),
            (lax, FORM, true, NONE, IsNobodys),
            (lax, SCRIPT, true, NONE, IsNobodys),
            (lax, IMAGE, true, NONE, IsNobodys),
            // The way that `Lax` leaves open: a link to what changes state with GET.
            (lax, LINK, true, NONE, Succeeds),
            (lax, LINK, false, NONE, ChangesNothing),
            (None, FORM, true, NONE, IsNobodys),
            (None, LINK, true, NONE, Succeeds),
            (strict, FORM, true, NONE, IsNobodys),
            (strict, LINK, true, NONE, IsNobodys),
            (none, FORM, true, TOKEN, LacksToken),
            (none, SCRIPT, true, TOKEN, LacksToken),
            (none, FORM, true, ORIGIN, IsForeign),
            // Checks are made of methods that are not safe.
            (none, LINK, true, TOKEN, Succeeds),
            (none, LINK, true, ORIGIN, Succeeds),
            (lax, LINK, true, TOKEN, Succeeds),
            (strict, LINK, true, TOKEN, IsNobodys),
        ] {
            let found = forged(same_site, kind, changes, defences);
            assert_eq!(found, expected, "{same_site:?} {kind:?} {changes} {defences:?}");
        }
    }

    #[test]
    fn a_token_in_a_header_does_not_go_along_by_itself() {
        let to = Origin::of("https://bank.example").expect("an origin");
        let from = Some(Site::of(&Origin::of("https://evil.test").expect("an origin")));
        for initiator in [Initiator::TopLevel, Initiator::Fetch, Initiator::Subresource] {
            let path = "/transfer".to_owned();
            let request =
                Request { to: to.clone(), path, from: from.clone(), initiator, is_safe: false };
            let found = forgery(&request, true, Shown::Header, Browser::Chrome, NONE);
            assert_eq!(found, IsNobodys, "{initiator:?}");
        }
    }
}
