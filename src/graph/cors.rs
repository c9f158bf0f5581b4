//! Pages, and who may read what of other origins: from origins and headers as they are written to
//! the decisions of browsers, made for each endpoint and each policy.

use std::collections::BTreeMap;

use super::build::Build;
use super::program::{Programs, amount};
use super::visits::origin_of;
use crate::attack::{CsrfSpec, Lure};
use crate::auth::{AuthSpec, Scheme, TokenStorage};
use crate::endpoint::{EndpointSpec, Op};
use crate::http::cookie::{Browser, Cookie, Initiator, Request};
use crate::http::cors::{Allowed, Asked, is_forbidden, needed};
use crate::http::origin::Origin;
use crate::http::site::Site;
use crate::id::NodeId;
use crate::model::{Model, Named};
use crate::net::{Asking, CrossOrigin, OriginId, PolicyId, PolicyPlan, Verdicts};
use crate::nodes::KindSpec;
use crate::nodes::cors::CorsSpec;
use crate::people::PageSpec;
use crate::rng::Purpose;
use crate::scenario::Span;
use crate::unit::Probability;

const PREFLIGHT: Purpose = Purpose::named("answering a preflight");

/// The origins of the pages of a scenario.
#[derive(Debug, Default)]
pub(super) struct Origins {
    list: Vec<(String, Origin)>,
}

impl Origins {
    /// Those that clients and visits name; what is none is noted.
    pub(super) fn of(build: &mut Build<'_>) -> Self {
        let mut written: Vec<(String, Span)> = Vec::new();
        for (name, node, _) in build.nodes.clone() {
            if let KindSpec::Client(client) = &node.kind
                && let Some(origin) = &client.origin
            {
                written.push((origin.clone(), build.at_node(name, "origin")));
            }
        }
        let visits = build.model.visits.values();
        written.extend(visits.filter_map(|it| Some((it.spec.origin.clone()?, it.at("origin")))));
        let has_scripts = |page: &&Named<PageSpec>| page.spec.resources.iter().any(|it| it.script);
        for page in build.model.pages.values().filter(has_scripts) {
            let at = page.at("endpoint");
            written.extend(origin_of(build, page).map(|origin| (origin.to_owned(), at)));
        }
        if let Some(csrf) = forging_script(build) {
            written.push((csrf.spec.from.clone(), csrf.at("from")));
        }
        let mut origins = Self::default();
        for (text, at) in written {
            match Origin::of(&text) {
                Ok(_) if origins.id(Some(&text)) != OriginId::NONE => {}
                Ok(origin) => origins.list.push((text, origin)),
                Err(sentence) => build.error(&at, sentence),
            }
        }
        origins
    }

    /// The number of an origin.
    pub(super) fn id(&self, text: Option<&str>) -> OriginId {
        let place = self.list.iter().position(|(other, _)| Some(other.as_str()) == text);
        place.and_then(|place| u16::try_from(place).ok()).map_or(OriginId::NONE, OriginId)
    }
}

/// What pages ask of other origins; none if they ask none.
pub(super) fn cross_origin(
    build: &mut Build<'_>,
    origins: &Origins,
    programs: &mut Programs,
) -> Option<Box<CrossOrigin>> {
    if origins.list.is_empty() {
        return None;
    }
    let targets = targets(build);
    let mut plan = CrossOrigin {
        unknown: programs.add(vec![Op::Fail(Probability::ALWAYS, PREFLIGHT, 405), Op::Return]),
        ..CrossOrigin::default()
    };
    let specs = policies(build, &mut plan, programs);
    let mut words: BTreeMap<String, u32> = BTreeMap::new();
    // Who forges requests wants cookies to go along.
    let forger = forging_script(build).and_then(|it| Origin::of(&it.spec.from).ok());
    for (_, page) in &origins.list {
        let mut asking = Vec::new();
        for ((_, spec), to) in build.endpoints.clone().into_iter().zip(&targets) {
            let is_cross = to.as_ref().is_some_and(|to| to != page);
            let to = to.as_ref().unwrap_or(page);
            let credentials = spec.credentials || forger.as_ref() == Some(page);
            let is_bare = is_bare(build, spec, (page, credentials), to);
            asking.push(if is_cross {
                let sends_token = sends_token(build, spec);
                Asking {
                    is_bare,
                    ..asks(spec, (page, credentials), sends_token, &specs, &mut words)
                }
            } else {
                Asking { is_bare, ..Asking::default() }
            });
        }
        plan.asking.push(asking);
    }
    let is_needed = plan.asking.iter().flatten().any(|asking| asking.is_cross);
    is_needed.then(|| Box::new(plan))
}

/// The page whose script forges requests, if one does.
fn forging_script<'a>(build: &Build<'a>) -> Option<&'a Named<CsrfSpec>> {
    build.model.csrf.as_ref().filter(|it| it.spec.enabled && it.spec.by == Lure::Script)
}

/// The origin of each endpoint, if it is written; what is none is noted.
fn targets(build: &mut Build<'_>) -> Vec<Option<Origin>> {
    let mut targets = Vec::new();
    for (name, spec) in build.endpoints.clone() {
        let origin = spec.origin.as_deref().map(Origin::of).transpose();
        targets.push(origin.unwrap_or_else(|sentence| {
            let at = build.model.endpoints[name].at("origin");
            build.error(&at, sentence);
            None
        }));
    }
    targets
}

/// Whether a script sends its token in a header of its own. Cookies are the browser's matter, and
/// who logs in has no token yet.
pub(super) fn sends_token(build: &Build<'_>, spec: &EndpointSpec) -> bool {
    let auth = build.model.auth.as_ref().map(|auth| &auth.spec);
    let login = auth.and_then(|auth| build.model.endpoints.get(auth.login.as_ref()?.get_ref()));
    let is_login = login.is_some_and(|login| std::ptr::eq(&raw const login.spec, spec));
    let shows = match auth.map_or(Scheme::None, |auth| auth.scheme) {
        Scheme::Jwt => !is_login,
        Scheme::Credentials => true,
        Scheme::None | Scheme::Session => false,
    };
    spec.auth && !has_cookie(build) && shows
}

/// Whether people show a cookie.
pub(super) fn has_cookie(build: &Build<'_>) -> bool {
    build.model.auth.as_ref().is_some_and(|auth| match auth.spec.scheme {
        Scheme::Session => true,
        Scheme::Jwt => auth.spec.jwt.storage == TokenStorage::Cookie,
        Scheme::None | Scheme::Credentials => false,
    })
}

/// The cookie of somebody who looks at pages of `site` and has logged in: what lets people in sets
/// it, at its own origin if it has one. What no browser keeps is noted, once.
pub(super) fn cookie(build: &mut Build<'_>, site: &Origin) -> Option<Cookie> {
    let model = build.model;
    let auth = model.auth.as_ref().filter(|_| has_cookie(build))?;
    let setter = setter(&auth.spec, model).unwrap_or_else(|| site.clone());
    let stored = auth.spec.cookie.store(&setter);
    stored.map_err(|sentence| is_not_kept(build, auth, sentence)).ok()
}

/// The origin that sets the cookie, where it is written: that of the log-in.
fn setter(auth: &AuthSpec, model: &Model) -> Option<Origin> {
    let login = model.endpoints.get(auth.login.as_ref()?.get_ref())?;
    Origin::of(login.spec.origin.as_deref()?).ok()
}

/// Notes a cookie that no browser keeps, whoever shows it and wherever pages come from.
pub(super) fn check_cookie(build: &mut Build<'_>) {
    let model = build.model;
    let Some(auth) = model.auth.as_ref().filter(|_| has_cookie(build)) else { return };
    let sound = match setter(&auth.spec, model) {
        Some(setter) => auth.spec.cookie.store(&setter).map(|_| ()),
        None => auth.spec.cookie.is_sound(),
    };
    if let Err(sentence) = sound {
        is_not_kept(build, auth, sentence);
    }
}

fn is_not_kept(build: &mut Build<'_>, auth: &Named<AuthSpec>, sentence: String) {
    if !build.diagnostics.has_errors() {
        build.error(&auth.at("cookie"), sentence);
    }
}

/// Whether a script of `page` asks for an endpoint at `to` without the cookie of its user: because
/// it does not say that it goes along, or because the browser does not send it there.
fn is_bare(
    build: &mut Build<'_>,
    spec: &EndpointSpec,
    (page, credentials): (&Origin, bool),
    to: &Origin,
) -> [bool; Browser::ALL.len()] {
    if !spec.auth || !has_cookie(build) {
        return [false; Browser::ALL.len()];
    }
    let Some(cookie) = cookie(build, page) else { return [true; Browser::ALL.len()] };
    let request = Request {
        to: to.clone(),
        path: spec.path.clone(),
        from: Some(Site::of(page)),
        initiator: Initiator::Fetch,
        is_safe: spec.method.is_safe(),
    };
    let is_left_out = to != page && !credentials;
    Browser::ALL
        .map(|browser| is_left_out || !cookie.goes_with(&request, browser, crate::time::Span::ZERO))
}

/// The policies of nodes, which get a number each.
fn policies<'a>(
    build: &mut Build<'a>,
    plan: &mut CrossOrigin,
    programs: &mut Programs,
) -> Vec<&'a CorsSpec> {
    let mut specs = Vec::new();
    for (id, (name, node, _)) in (0..).map(NodeId).zip(build.nodes.clone()) {
        let spec = policy_of(&node.kind).filter(|spec| spec.enabled);
        plan.by_node.push(PolicyId::NONE);
        let Some(spec) = spec else { continue };
        plan.by_node[id.index()] = PolicyId(u16::try_from(specs.len()).unwrap_or(u16::MAX));
        let mut ops = Vec::new();
        if let Some(dist) = &spec.cpu {
            let at = build.at_node(name, "cors.cpu");
            ops.push(Op::Cpu(amount(build, dist, &at), PREFLIGHT));
        }
        if spec.behind_auth {
            check_gate(build, name);
            ops.push(Op::Fail(Probability::ALWAYS, PREFLIGHT, 401));
        }
        ops.push(Op::Return);
        plan.policies.push(PolicyPlan { max_age: spec.seconds(), program: programs.add(ops) });
        specs.push(spec);
    }
    specs
}

/// What a node says to scripts of other origins.
#[must_use]
pub const fn policy_of(kind: &KindSpec) -> Option<&CorsSpec> {
    match kind {
        KindSpec::Server(spec) => spec.sharing.cors.as_ref(),
        KindSpec::ReverseProxy(spec) => spec.sharing.cors.as_ref(),
        KindSpec::Client(_)
        | KindSpec::ForwardProxy(_)
        | KindSpec::LoadBalancer(_)
        | KindSpec::Cache(_)
        | KindSpec::Attacker(_)
        | KindSpec::Database(_)
        | KindSpec::SessionStore(_)
        | KindSpec::AuthServer(_) => None,
    }
}

/// Only where people are asked who they are can a preflight be refused for want of an answer.
fn check_gate(build: &mut Build<'_>, name: &str) {
    let auth = build.model.auth.as_ref().filter(|auth| auth.spec.scheme != Scheme::None);
    let at = auth.and_then(|auth| auth.spec.at.as_ref()).map(toml::Spanned::get_ref);
    if at.is_none_or(|at| at != name) {
        let at = build.at_node(name, "cors.behind_auth");
        build.error(&at, format!("`{name}` asks nobody who they are: `auth.at` names who does"));
    }
}

/// How scripts of `page` ask for an endpoint of another origin.
fn asks(
    spec: &EndpointSpec,
    (page, credentials): (&Origin, bool),
    sends_token: bool,
    policies: &[&CorsSpec],
    words: &mut BTreeMap<String, u32>,
) -> Asking {
    let own = spec.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut headers: Vec<(&str, &str)> = own.filter(|(name, _)| !is_forbidden(name)).collect();
    let has_token = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    if sends_token && !has_token {
        headers.push(("authorization", "Bearer"));
    }
    let asked = Asked {
        origin: page,
        method: spec.method.name(),
        headers: &headers,
        credentials,
        upload: false,
    };
    let mut number = |word: String| {
        let next = u32::try_from(words.len()).unwrap_or(u32::MAX);
        *words.entry(word).or_insert(next)
    };
    let verdicts = |allowed: &Allowed<'_>| Verdicts {
        preflight: asked.check_preflight(204, allowed),
        answer: asked.check(allowed),
    };
    let by_policy = policies.iter().map(|policy| verdicts(&policy.says(page).allowed()));
    Asking {
        is_cross: true,
        is_bare: [false; Browser::ALL.len()],
        credentials,
        needed: needed(&asked).map(&mut number).collect(),
        verdicts: by_policy.chain([verdicts(&Allowed::default())]).collect(),
    }
}
