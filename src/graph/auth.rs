//! From what a scenario says of identity to what nodes do about it.

use toml::Spanned;

use super::auth_programs::write_programs;
use super::build::Build;
use super::program::Programs;
use crate::auth::{
    AuthPlan, AuthSpec, Demands, Deny, DenyCheck, Keep, Renewal, Scheme, Sessions, Steals, Tokens,
};
use crate::id::{EndpointId, NodeId};
use crate::model::Named;
use crate::nodes::KindSpec;
use crate::rng::hash_name;
use crate::scenario::Diagnostic;
use crate::time::Span;

/// The plan of identity, if the scenario has a scheme; what is wrong with it is noted.
pub(super) fn auth_plan(build: &mut Build<'_>, programs: &mut Programs) -> Option<AuthPlan> {
    let owner = build.model.auth.as_ref()?;
    let spec = &owner.spec;
    for (key, sentence) in spec.password.mistakes() {
        build.error(&owner.at(&format!("password.{key}")), sentence);
    }
    check_times(build, owner);
    if spec.scheme == Scheme::None {
        return None;
    }
    let at = named(build, owner, "at", spec.at.as_ref(), "who checks: a server or reverse proxy")?;
    let issuer = named(build, owner, "issuer", spec.issuer.as_ref(), "who logs in and issues")?;
    let (sessions, tokens) = (sessions(build, owner), tokens(build, owner));
    let endpoint = |build: &mut Build<'_>, name: &Option<Spanned<String>>| {
        name.as_ref().and_then(|name| build.endpoint(name.get_ref(), &name.span()))
    };
    let bytes = match spec.scheme {
        Scheme::None => 0,
        // `Authorization: Basic` with some thirty characters in base 64.
        Scheme::Credentials => 64,
        Scheme::Session => spec.session.bytes.0,
        Scheme::Jwt => spec.jwt.bytes.0,
    };
    let mut plan = AuthPlan {
        scheme: spec.scheme,
        at,
        issuer,
        login: endpoint(build, &spec.login),
        refresh: endpoint(build, &spec.refresh),
        logout: endpoint(build, &spec.logout),
        everywhere: spec.everywhere,
        sessions: sessions?,
        tokens: tokens?,
        bytes,
        is_cookie: super::cors::has_cookie(build),
        is_too_large: bytes > spec.header_limit.0,
        programs: crate::auth::Programs::default(),
        endpoints: Vec::new(),
        roles: vec![Vec::new(); build.nodes.len()],
        theft: thefts(build, owner),
        pool: None,
        limit: spec.password.limit.clone(),
        demands: Demands::default(),
    };
    roles(build, &mut plan);
    check_people(build, owner, &plan);
    super::cors::check_cookie(build);
    write_programs(build, owner, &mut plan, programs);
    Some(plan)
}

/// The node that a key names; without one, a diagnostic that says what is missing.
fn named(
    build: &mut Build<'_>,
    owner: &Named<AuthSpec>,
    key: &str,
    name: Option<&Spanned<String>>,
    what: &str,
) -> Option<NodeId> {
    if let Some(name) = name {
        return build.node(name.get_ref(), &name.span());
    }
    let scheme = Scheme::ALL.iter().find(|(_, scheme)| *scheme == owner.spec.scheme);
    let word = scheme.map_or("", |(word, _)| word);
    let error = Diagnostic::error(owner.at("scheme"), format!("the scheme `{word}` needs `{key}`"));
    build.diagnostics.push(error.help(format!("name {what}")));
    None
}

/// Times that make no sense together.
fn check_times(build: &mut Build<'_>, owner: &Named<AuthSpec>) {
    let (jwt, session) = (&owner.spec.jwt, &owner.spec.session);
    if jwt.lifetime.is_zero() {
        build.error(&owner.at("jwt.lifetime"), "a token that is dead when it is born");
    }
    if jwt.keys.is_some_and(|keys| keys.rotate.is_zero()) {
        build.error(&owner.at("jwt.keys.rotate"), "a key that never signs");
    }
    if session.capacity == Some(0) {
        build.error(&owner.at("session.capacity"), "a store that holds no session");
    }
    if session.stale > session.idle {
        let sentence = "`stale` is longer than `idle`: a copy would outlive its session";
        build.error(&owner.at("session.stale"), sentence);
    }
    if session.copy.is_some() && session.keep != Keep::Replicated {
        build.error(&owner.at("session.copy"), "only `replicated` sessions are copied");
    }
    if session.memory.is_some() && session.keep == Keep::Shared {
        let sentence = "`shared` sessions stand in a store, not in the memory of servers";
        build.error(&owner.at("session.memory"), sentence);
    }
    if session.idle > session.absolute {
        let (idle, absolute) = (session.idle, session.absolute);
        let sentence = format!("`idle`, {idle}, is longer than `absolute`, {absolute}");
        let is_usual = idle == crate::auth::SessionSpec::default().idle;
        let key = if is_usual { "session.absolute" } else { "session.idle" };
        let error = Diagnostic::error(owner.at(key), sentence);
        build.diagnostics.push(error.help("write an `idle` that is shorter: it would never count"));
    }
    let Some(refresh) = jwt.refresh.as_ref().filter(|refresh| refresh.enabled) else { return };
    if jwt.lifetime > refresh.lifetime {
        let message = format!(
            "the access token lives for {}, longer than the refresh token, {}",
            jwt.lifetime, refresh.lifetime
        );
        let error = Diagnostic::error(owner.at("jwt.lifetime"), message);
        build.diagnostics.push(error.help("what renews something outlives it"));
    }
    if refresh.margin + refresh.jitter >= jwt.lifetime {
        let sentence = "`margin` and `jitter` are shorter than the life of the access token";
        build.error(&owner.at("jwt.refresh.margin"), sentence);
    }
}

fn sessions(build: &mut Build<'_>, owner: &Named<AuthSpec>) -> Option<Sessions> {
    let spec = &owner.spec.session;
    let is_wanted = owner.spec.scheme == Scheme::Session && spec.keep == Keep::Shared;
    let store = if is_wanted {
        Some(store(build, owner, "session.store", spec.store.as_ref())?)
    } else {
        None
    };
    // Only a session has a copy that may be old.
    let is_session = owner.spec.scheme == Scheme::Session;
    Some(Sessions {
        keep: spec.keep,
        store,
        idle: spec.idle,
        absolute: spec.absolute,
        write_every: spec.write_every,
        stale: if is_session { spec.stale } else { Span::ZERO },
        capacity: spec.capacity,
        renews_name: spec.renew_at_login,
        cart: spec.cart,
    })
}

/// The session store that a key names.
fn store(
    build: &mut Build<'_>,
    owner: &Named<AuthSpec>,
    key: &str,
    name: Option<&Spanned<String>>,
) -> Option<NodeId> {
    let Some(name) = name else {
        let error = Diagnostic::error(owner.at(key), "this needs a store, and names none");
        build.diagnostics.push(error.help(format!("give `{key}` the name of a session-store")));
        return None;
    };
    let id = build.node(name.get_ref(), &name.span())?;
    let kind = &build.nodes[id.index()].1.kind;
    if !matches!(kind, KindSpec::SessionStore(_)) {
        let sentence = format!("`{}` is a {}, no session-store", name.get_ref(), kind.word());
        build.error(&name.span(), sentence);
    }
    Some(id)
}

fn tokens(build: &mut Build<'_>, owner: &Named<AuthSpec>) -> Option<Tokens> {
    let spec = &owner.spec.jwt;
    let is_used = owner.spec.scheme == Scheme::Jwt;
    let mut renewal = None;
    if let Some(refresh) = spec.refresh.as_ref().filter(|refresh| refresh.enabled && is_used) {
        let name = refresh.store.as_ref();
        let store = match name {
            Some(_) => Some(store(build, owner, "jwt.refresh.store", name)?),
            None => None,
        };
        if owner.spec.refresh.is_none() {
            let sentence = "renewals need an endpoint: name it in `auth.refresh`";
            build.error(&owner.at("jwt.refresh"), sentence);
        }
        renewal = Some(Renewal {
            lifetime: refresh.lifetime,
            rotation: refresh.rotation,
            grace: refresh.grace,
            record: refresh.record,
            store,
            margin: refresh.margin,
            jitter: refresh.jitter,
            background: refresh.background,
        });
    }
    let mut deny = None;
    if let Some(list) = spec.deny_list.as_ref().filter(|list| list.enabled && is_used) {
        let store = match (list.check, &list.store) {
            (DenyCheck::Pushed, None) => None,
            (_, name) => Some(store(build, owner, "jwt.deny_list.store", name.as_ref())?),
        };
        // Who asks the list itself knows at once what is on it.
        let lag = match list.check {
            DenyCheck::Central => Span::ZERO,
            DenyCheck::Pushed => list.lag,
        };
        deny = Some(Deny { check: list.check, store, lag });
    }
    let keys = spec.keys.filter(|_| is_used);
    Some(Tokens { lifetime: spec.lifetime, leeway: spec.leeway, keys, renewal, deny })
}

fn thefts(build: &mut Build<'_>, owner: &Named<AuthSpec>) -> Option<Steals> {
    let spec = owner.spec.theft.as_ref()?;
    let after = spec.after.as_ref().map(|it| build.law(it, &owner.at("theft.after")));
    let discovered = spec.discovered.as_ref();
    let discovered = discovered.map(|it| build.law(it, &owner.at("theft.discovered")));
    let uses = spec.uses.as_ref().map(|it| build.law(it, &owner.at("theft.uses")));
    if uses.as_ref().is_some_and(|law| law.mean() <= 0.0) {
        build.error(&owner.at("theft.uses"), "a thief waits a while between requests");
    }
    Some(Steals {
        probability: spec.probability,
        fixation: spec.fixation,
        what: spec.what,
        after,
        discovered,
        uses,
    })
}

/// What each endpoint asks of people, and what each group of people has.
fn roles(build: &mut Build<'_>, plan: &mut AuthPlan) {
    let errands = [plan.login, plan.refresh, plan.logout];
    let ids = (0..).map(EndpointId);
    let needs = ids.zip(&build.endpoints).map(|(id, (_, spec))| {
        let role = spec.role.as_deref().map(hash_name);
        (!spec.auth || errands.contains(&Some(id)), role)
    });
    plan.endpoints = needs.collect();
    for (roles, (_, node, _)) in plan.roles.iter_mut().zip(&build.nodes) {
        if let Some(client) = node.kind.asks() {
            *roles = client.roles.iter().map(|(name, share)| (hash_name(name), *share)).collect();
        }
    }
}

/// People who log in need an endpoint for that.
fn check_people(build: &mut Build<'_>, owner: &Named<AuthSpec>, plan: &AuthPlan) {
    let has_people = build.nodes.iter().any(|(_, node, _)| match &node.kind {
        KindSpec::Client(client) => {
            let is_visit = |it| matches!(it, &crate::arrivals::Arrivals::Visits { .. });
            client.users.is_some() || client.arrivals.as_ref().is_some_and(is_visit)
        }
        KindSpec::ForwardProxy(_)
        | KindSpec::ReverseProxy(_)
        | KindSpec::LoadBalancer(_)
        | KindSpec::Server(_)
        | KindSpec::Cache(_)
        | KindSpec::Database(_)
        | KindSpec::SessionStore(_)
        | KindSpec::Attacker(_)
        | KindSpec::AuthServer(_) => false,
    });
    if has_people && plan.has_logins() && plan.login.is_none() {
        let error = Diagnostic::error(owner.at("scheme"), "people log in, but nothing says how");
        build.diagnostics.push(error.help("name the endpoint of log-ins in `auth.login`"));
    }
}
