//! From what a scenario says of identity to what nodes do about it.

use toml::Spanned;

use super::build::Build;
use super::program::{Programs, amount};
use super::screen::are_log_ins_watched;
use crate::auth::{
    AuthPlan, AuthSpec, Demands, Deny, DenyCheck, Keep, Renewal, Scheme, Sessions, Steals, Tokens,
};
use crate::count::Count;
use crate::dist::Dist;
use crate::endpoint::{Op, Rule, ScreenRule};
use crate::id::{EndpointId, NodeId};
use crate::model::Named;
use crate::nodes::KindSpec;
use crate::rng::{Purpose, hash_name};
use crate::scenario::Diagnostic;
use crate::time::Span;
use crate::unit::Probability;

const VERIFY: Purpose = Purpose::named("verifying a token");
const SIGN: Purpose = Purpose::named("signing a token");
const HASH: Purpose = Purpose::named("hashing a password");
const ACCOUNT: Purpose = Purpose::named("looking an account up");
const WRONG: Purpose = Purpose::named("a wrong password");

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
        sessions: sessions?,
        tokens: tokens?,
        bytes,
        is_too_large: bytes > spec.header_limit.0,
        programs: crate::auth::Programs::default(),
        endpoints: Vec::new(),
        roles: vec![Vec::new(); build.nodes.len()],
        theft: thefts(build, owner),
        demands: Demands::default(),
    };
    roles(build, &mut plan);
    check_people(build, owner, &plan);
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
    if session.idle > session.absolute {
        let sentence = "`idle` is longer than `absolute`: it would never count";
        build.error(&owner.at("session.idle"), sentence);
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
    Some(Sessions {
        keep: spec.keep,
        store,
        idle: spec.idle,
        absolute: spec.absolute,
        write_every: spec.write_every,
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
        deny = Some(Deny { check: list.check, store, lag: list.lag });
    }
    Some(Tokens { lifetime: spec.lifetime, leeway: spec.leeway, renewal, deny })
}

fn thefts(build: &mut Build<'_>, owner: &Named<AuthSpec>) -> Option<Steals> {
    let spec = owner.spec.theft.as_ref()?;
    let after = spec.after.as_ref().map(|it| build.law(it, &owner.at("theft.after")));
    let discovered = spec.discovered.as_ref();
    let discovered = discovered.map(|it| build.law(it, &owner.at("theft.discovered")));
    Some(Steals { probability: spec.probability, after, discovered })
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

/// What the node that checks and the issuer do.
#[allow(clippy::too_many_lines, reason = "five programs that share their steps")]
fn write_programs(
    build: &mut Build<'_>,
    owner: &Named<AuthSpec>,
    plan: &mut AuthPlan,
    programs: &mut Programs,
) {
    let spec = &owner.spec;
    let (sign, verify) = spec.jwt.algorithm.costs();
    let usual = |dist: &Option<Dist<Span>>, usual| dist.clone().unwrap_or(Dist::Constant(usual));
    let sign = amount(build, &usual(&spec.jwt.sign, sign), &owner.at("jwt.sign"));
    let verify = amount(build, &usual(&spec.jwt.verify, verify), &owner.at("jwt.verify"));
    let hash = amount(build, &spec.password.demand(), &owner.at("password.time"));
    let mean = |amount: &crate::endpoint::Amount| amount.mean().unwrap_or(0.0);
    let is_jwt = plan.scheme == Scheme::Jwt;
    plan.demands = Demands {
        check: if is_jwt { mean(&verify) } else { 0.0 },
        sign: mean(&sign),
        hash: mean(&hash),
    };
    let accounts = spec.accounts.as_ref();
    let accounts = accounts.and_then(|name| build.node(name.get_ref(), &name.span()));
    let hashing = |ops: &mut Vec<Op>| {
        if let Some(to) = accounts {
            let (endpoint, times) = (EndpointId::NONE, Count::Constant(1));
            ops.push(Op::Call { to, endpoint, times, purpose: ACCOUNT });
        }
        ops.extend([Op::Cpu(hash.clone(), HASH), Op::Rule(Rule::Worked(2))]);
    };
    let wrong = spec.password.wrong;
    let guess = are_log_ins_watched(build).then_some(Op::Screen(ScreenRule::Guess(wrong)));
    let ask = |store: Option<NodeId>, writes: bool, ops: &mut Vec<Op>| {
        ops.extend(store.map(|store| Op::Rule(Rule::Ask(store, writes))));
    };
    let deny = plan.tokens.deny.as_ref();
    let renewal = plan.tokens.renewal.as_ref().and_then(|it| it.store.filter(|_| it.record));

    let mut check = Vec::new();
    match plan.scheme {
        Scheme::None => {}
        Scheme::Credentials if plan.issuer == plan.at => hashing(&mut check),
        Scheme::Credentials => check.push(Op::Rule(Rule::Password(plan.issuer))),
        Scheme::Session => ask(plan.sessions.store, false, &mut check),
        Scheme::Jwt => {
            check.extend([Op::Cpu(verify, VERIFY), Op::Rule(Rule::Worked(0))]);
            let central = deny.filter(|deny| deny.check == DenyCheck::Central);
            ask(central.and_then(|deny| deny.store), false, &mut check);
        }
    }
    check.push(Op::Rule(Rule::Identify));
    // What `Identify` skips if nothing is to be written.
    match plan.sessions.store {
        Some(store) => ask(Some(store), true, &mut check),
        None => check.push(Op::Unless(Probability::ALWAYS, WRONG, 0)),
    }
    check.extend([Op::Rule(Rule::Pass), Op::Return]);

    let signs = |ops: &mut Vec<Op>| {
        if is_jwt {
            ops.extend([Op::Cpu(sign.clone(), SIGN), Op::Rule(Rule::Worked(1))]);
        }
    };
    let mut login = Vec::new();
    hashing(&mut login);
    login.extend(guess);
    login.push(Op::Fail(wrong, WRONG, 401));
    ask(plan.sessions.store.or(renewal), true, &mut login);
    signs(&mut login);
    login.extend([Op::Rule(Rule::Grant), Op::Return]);
    let mut refresh = Vec::new();
    ask(renewal, false, &mut refresh);
    refresh.push(Op::Rule(Rule::Renew));
    let rotates = plan.tokens.renewal.is_some_and(|it| it.rotation);
    ask(renewal.filter(|_| rotates), true, &mut refresh);
    signs(&mut refresh);
    refresh.push(Op::Return);
    let mut logout = Vec::new();
    let list = deny.and_then(|deny| deny.store);
    ask(plan.sessions.store.or(list).or(renewal), true, &mut logout);
    logout.extend([Op::Rule(Rule::Revoke), Op::Return]);
    let mut password = Vec::new();
    hashing(&mut password);
    password.push(Op::Return);
    let settle = settle(build, plan, programs);
    check_links(build, owner, plan, [&check, &login, &refresh, &logout]);
    plan.programs = crate::auth::Programs {
        check: programs.add(check),
        settle,
        login: programs.add(login),
        refresh: programs.add(refresh),
        logout: programs.add(logout),
        password: programs.add(password),
    };
}

/// A log-in at the node that keeps sessions in its own memory: its work, and the session.
fn settle(build: &Build<'_>, plan: &AuthPlan, programs: &mut Programs) -> Option<u16> {
    let keeps = plan.scheme == Scheme::Session && plan.sessions.keep != Keep::Shared;
    if !keeps || plan.issuer == plan.at {
        return None;
    }
    let own = programs.of_endpoint(build, plan.login?)?;
    let mut ops = programs.list[usize::from(own)].ops.clone();
    ops.pop();
    ops.extend([Op::Rule(Rule::Settle), Op::Return]);
    Some(programs.add(ops))
}

/// Who asks a store, the issuer or the accounts has a link to them.
fn check_links(
    build: &mut Build<'_>,
    owner: &Named<AuthSpec>,
    plan: &AuthPlan,
    [check, issuing @ ..]: [&Vec<Op>; 4],
) {
    let asked = |ops: &[Op]| -> Vec<NodeId> {
        let to = |op: &Op| {
            if let Op::Rule(Rule::Ask(to, _) | Rule::Password(to)) | Op::Call { to, .. } = op {
                Some(*to)
            } else {
                None
            }
        };
        ops.iter().filter_map(to).collect()
    };
    let by_issuer = issuing.iter().flat_map(|ops| asked(ops)).map(|to| (plan.issuer, to));
    let pairs = asked(check).into_iter().map(|to| (plan.at, to)).chain(by_issuer);
    let mut missing: Vec<(NodeId, NodeId)> =
        pairs.filter(|(from, to)| build.topology.link(*from, *to).is_none()).collect();
    missing.sort_unstable();
    missing.dedup();
    for (from, to) in missing {
        let (from, to) = (build.nodes[from.index()].0, build.nodes[to.index()].0);
        let message = format!("`{from}` asks `{to}`, but there is no link between them");
        let error = Diagnostic::error(owner.at("scheme"), message);
        build.diagnostics.push(error.help(format!("add [link.{from}.{to}]")));
    }
}
