//! From what a scenario says of attacks to what is done, and what the cookie of a victim permits.

use super::build::Build;
use super::cors::{cookie, has_cookie};
use super::visits::origin_of;
use crate::attack::{CsrfPlan, CsrfSpec, Injection, Lure, PageAttacks, XssPlan, XssSpec};
use crate::auth::Scheme;
use crate::endpoint::EndpointSpec;
use crate::http::Method;
use crate::http::cookie::{Browser, Initiator, LAX_POST, Request};
use crate::http::origin::Origin;
use crate::http::site::Site;
use crate::model::Named;
use crate::nodes::KindSpec;
use crate::scenario::Diagnostic;
use crate::time::Span;

const BROWSERS: [Browser; 3] = [Browser::Chrome, Browser::Firefox, Browser::Safari];

/// What is done to people while they look at pages; none if nothing is.
pub(super) fn attacks(build: &mut Build<'_>) -> Option<Box<PageAttacks>> {
    let model = build.model;
    let csrf = model.csrf.as_ref().filter(|it| it.spec.enabled);
    let xss = model.xss.as_ref().filter(|it| it.spec.enabled);
    let places =
        [("csrf", csrf.map(|it| it.place.clone())), ("xss", xss.map(|it| it.place.clone()))];
    for (name, place) in places {
        let Some(place) = place else { continue };
        check_people(build, name, &place);
    }
    let firsts = [
        csrf.map(|it| (it.at("after"), it.spec.after)),
        xss.map(|it| (it.at("after"), it.spec.after)),
    ];
    for (at, _) in firsts.into_iter().flatten().filter(|(_, after)| *after == 0) {
        build.error(&at, "`after` counts pages of a visit: it is at least 1");
    }
    let csrf = csrf.and_then(|owner| csrf_plan(build, owner));
    let xss = xss.and_then(|owner| xss_plan(build, owner));
    (csrf.is_some() || xss.is_some()).then(|| Box::new(PageAttacks { csrf, xss }))
}

/// The browsers of the people of each node, if it matters which they are.
pub(super) fn browsers(build: &Build<'_>) -> Vec<Browser> {
    let of = |kind: &KindSpec| match kind {
        KindSpec::Client(client) => client.browser.clone().unwrap_or_default().profile,
        KindSpec::ForwardProxy(_)
        | KindSpec::ReverseProxy(_)
        | KindSpec::LoadBalancer(_)
        | KindSpec::Server(_)
        | KindSpec::Cache(_)
        | KindSpec::Attacker(_)
        | KindSpec::Database(_)
        | KindSpec::SessionStore(_)
        | KindSpec::AuthServer(_) => Browser::default(),
    };
    build.nodes.iter().map(|(_, node, _)| of(&node.kind)).collect()
}

/// Only who is logged in, and looks at pages, has something to lose here.
fn check_people(build: &mut Build<'_>, name: &str, place: &crate::scenario::Span) {
    let scheme = build.model.auth.as_ref().map_or(Scheme::None, |auth| auth.spec.scheme);
    if !matches!(scheme, Scheme::Session | Scheme::Jwt) {
        let message = format!("`{name}` needs people who log in");
        let error = Diagnostic::error(place.clone(), message);
        build.diagnostics.push(error.help("give [auth] the scheme `session` or `jwt`"));
    } else if build.model.visits.is_empty() {
        build.error(place, format!("`{name}` needs people who look at pages: a [visit.NAME]"));
    }
}

/// The origin of the pages that people look at: the first that is written, since all that is not
/// is one origin.
fn site(build: &Build<'_>) -> Option<Origin> {
    let model = build.model;
    let visits = model.visits.values().filter_map(|visit| visit.spec.origin.as_deref());
    let pages = model.pages.values().filter_map(|page| origin_of(build, page));
    Origin::of(visits.chain(pages).next().unwrap_or("https://site.example")).ok()
}

fn csrf_plan(build: &mut Build<'_>, owner: &Named<CsrfSpec>) -> Option<CsrfPlan> {
    let spec = &owner.spec;
    let endpoint = build.endpoint(spec.endpoint.get_ref(), &spec.endpoint.span())?;
    let (_, target) = *build.endpoints.get(endpoint.index())?;
    check_lure(build, owner, target);
    let page = match Origin::of(&spec.from) {
        Ok(page) => page,
        Err(sentence) => {
            build.error(&owner.at("from"), sentence);
            return None;
        }
    };
    let site = site(build)?;
    let to = target.origin.as_deref().map_or_else(|| Some(site.clone()), |it| Origin::of(it).ok());
    let request = Request {
        to: to?,
        path: target.path.clone(),
        from: Some(Site::of(&page)),
        initiator: spec.by.initiator(),
        is_safe: target.method.is_safe(),
    };
    let has_cookie = has_cookie(build);
    let rides = cookie(build, &site).map_or_else(Vec::new, |cookie| {
        let goes = |browser, age| cookie.goes_with(&request, browser, age);
        let later = LAX_POST + Span::from_secs(1);
        let of = |browser| (browser, [goes(browser, Span::ZERO), goes(browser, later)]);
        BROWSERS.into_iter().map(of).collect()
    });
    let from = (spec.by == Lure::Script).then_some(spec.from.as_str());
    Some(CsrfPlan {
        endpoint,
        from: build.origins.id(from),
        share: spec.share,
        after: spec.after,
        is_safe: target.method.is_safe(),
        token: spec.token,
        origin_check: spec.origin_check,
        has_cookie,
        rides,
    })
}

/// What a page cannot let a browser send.
fn check_lure(build: &mut Build<'_>, owner: &Named<CsrfSpec>, target: &EndpointSpec) {
    let is_get = target.method == Method::Get;
    let is_form = is_get || target.method == Method::Post;
    let (word, can) = match owner.spec.by {
        Lure::Link => ("a link", is_get),
        Lure::Image => ("an image", is_get),
        Lure::Form | Lure::Frame => ("a form", is_form),
        Lure::Script => ("a script", true),
    };
    if !can {
        let message = format!("{word} sends no {}", target.method.name());
        let error = Diagnostic::error(owner.at("by"), message);
        build.diagnostics.push(error.help("`script` sends any method, after a preflight"));
    }
}

fn xss_plan(build: &mut Build<'_>, owner: &Named<XssSpec>) -> Option<XssPlan> {
    let spec = &owner.spec;
    let rides = match &spec.rides {
        Some(name) => Some(build.endpoint(name.get_ref(), &name.span())?),
        None => None,
    };
    let is_readable = if has_cookie(build) {
        let site = site(build)?;
        cookie(build, &site).is_some_and(|cookie| {
            let domain = cookie.domain.clone();
            let scheme = crate::http::origin::Scheme::Https;
            let page = Request {
                to: Origin { scheme, host: domain, port: 443 },
                path: cookie.path.clone(),
                from: None,
                initiator: Initiator::User,
                is_safe: true,
            };
            cookie.is_readable(&page)
        })
    } else {
        true
    };
    Some(XssPlan {
        share: spec.share,
        after: spec.after,
        rides,
        defences: [
            (Injection::Validation, spec.validation),
            (Injection::Encoding, spec.encoding),
            (Injection::Policy, spec.csp),
        ],
        is_readable,
    })
}
