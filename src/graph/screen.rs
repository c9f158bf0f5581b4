//! From what a scenario says of screens and attacks to what runs.

use std::sync::Arc;

use super::build::Build;
use super::program::amount;
use crate::arrivals::Arrivals;
use crate::attack::{AttackPlan, QueryDefences, StuffingPlan};
use crate::dist::Dist;
use crate::endpoint::{EndpointSpec, Op, ScreenRule};
use crate::id::NodeId;
use crate::model::Named;
use crate::net::tls::{Certificate, Handshake, Security};
use crate::nodes::KindSpec;
use crate::nodes::auth_server::AuthServerSpec;
use crate::nodes::server::ServerSpec;
use crate::rng::Purpose;
use crate::scenario::{Diagnostic, Span as Place, nearest};
use crate::screen::{
    AccessPlan, AccessRule, AccessRuleSpec, Chore, Compress, Flaw, Https, Infected, LoginDefences,
    LoginDefencesSpec, Scan, ScreenPlan, Screens, Waf,
};
use crate::time::Span;
use crate::unit::Probability;

/// Bytes of a KiB.
const KIB: f64 = 1_024.0;

/// Sizes are below so many bytes: then numbers of either kind have them without loss.
const MOST: u64 = 1 << 53;

/// The screens of each node, and what all of them need to know; none if the scenario has neither
/// screens nor attackers, nor asks who asks.
pub(super) fn screens(
    build: &mut Build<'_>,
) -> (Vec<Option<Arc<ScreenPlan>>>, Option<Box<Screens>>) {
    let ids = (0..).map(NodeId).take(build.nodes.len());
    let plans: Vec<_> = ids.map(|id| screen_plan(build, id).map(Arc::new)).collect();
    let nodes = build.nodes.clone();
    let attacks: Vec<_> =
        nodes.iter().map(|(name, node, _)| attack(build, name, &node.kind)).collect();
    let endpoints = build.endpoints.clone();
    let infected: Vec<_> =
        endpoints.iter().map(|(_, spec)| spec.infected.as_ref().map(Infected::new)).collect();
    let flaws: Vec<_> = endpoints.iter().map(|(name, spec)| flaw(build, name, spec)).collect();
    let is_needed = build.model.run.measure.addresses
        || attacks.iter().any(Option::is_some)
        || infected.iter().any(Option::is_some)
        || flaws.iter().any(Option::is_some)
        || plans.iter().any(Option::is_some);
    let screens = is_needed.then(|| Screens {
        attacks,
        filters: plans
            .iter()
            .map(|plan| plan.as_ref().is_some_and(|it| it.waf.is_some()))
            .collect(),
        people: nodes.iter().map(|(_, node, _)| people_of(build, &node.kind)).collect(),
        infected,
        compressible: endpoints.iter().map(|(_, spec)| spec.response.compressible).collect(),
        flaws,
        start: build.model.run.clock.start.0,
    });
    (plans, screens.map(Box::new))
}

/// How many people the visitors of a node are, if the scenario says so.
fn people_of(build: &Build<'_>, kind: &KindSpec) -> Option<u32> {
    let KindSpec::Client(client) = kind else { return None };
    let Some(Arrivals::Visits { visit, .. }) = &client.arrivals else { return None };
    build.model.visits.get(visit)?.spec.people
}

/// What an attacker does.
fn attack(build: &mut Build<'_>, name: &str, kind: &KindSpec) -> Option<AttackPlan> {
    let KindSpec::Attacker(attacker) = kind else { return None };
    let (attack, list) = (attacker.attacking.attack, attacker.attacking.list);
    let needs_list = attack == Some(crate::attack::Attack::CredentialStuffing);
    let at = build.at_node(name, "list");
    match list {
        None if needs_list => {
            let error = Diagnostic::error(at, format!("`{name}` tries passwords, and has none"));
            let help = "give it list = { accounts = 1000, valid = 10 }";
            build.diagnostics.push(error.help(help));
        }
        Some(_) if !needs_list => build.error(&at, "`list` belongs to `credential-stuffing`"),
        Some(list) if list.accounts == 0 || list.tries == 0 => {
            build.error(&at, "a list has at least 1 account and 1 password for each");
        }
        Some(list) if list.accounts.checked_mul(list.tries).is_none() => {
            build.error(&at, "a list has fewer than 2^64 passwords: `accounts` times `tries`");
        }
        Some(list) if list.valid > list.accounts => {
            build.error(&at, "`valid` counts accounts of the list: it is at most `accounts`");
        }
        Some(list) if list.accounts.checked_mul(list.valid).is_none() => {
            build.error(&at, "`accounts` times `valid` is below 2^64");
        }
        _ => {}
    }
    if attack.is_none() {
        let place = build.model.nodes[name].place.clone();
        let error = Diagnostic::error(place, format!("attacker `{name}` needs an `attack`"));
        let words = "sql-injection, credential-stuffing, flood";
        build.diagnostics.push(error.label(format!("the attacks are {words}")));
    }
    let client = &attacker.client;
    let is_open = client
        .arrivals
        .as_ref()
        .is_some_and(|it| !matches!(it, Arrivals::Visits { .. } | Arrivals::Trace { .. }));
    if !is_open {
        let place = build.model.nodes[name].place.clone();
        let error =
            Diagnostic::error(place, format!("attacker `{name}` needs `arrivals` of requests"));
        let help = "such as arrivals = { regular = \"10/s\" }: it has no users and no visits";
        build.diagnostics.push(error.help(help));
    }
    let stuffing = list.filter(|list| list.accounts > 0 && list.tries > 0);
    let stuffing = stuffing.map(|it| StuffingPlan {
        accounts: it.accounts,
        valid: it.valid.min(it.accounts),
        tries: it.tries,
    });
    attack.map(|attack| AttackPlan { attack, stuffing })
}

/// The query of an endpoint with what stands against injections.
fn flaw(build: &mut Build<'_>, name: &str, spec: &EndpointSpec) -> Option<Flaw> {
    let owner = &build.model.endpoints[name];
    let Some(query) = &spec.query else {
        if spec.defences.is_some() {
            let at = owner.at("defences");
            let error = Diagnostic::error(at, "`defences` protect a `query`, and there is none");
            build.diagnostics.push(error.help("give the endpoint query = { rows = 10000 }"));
        }
        return None;
    };
    if spec.work.is_empty() {
        let sentence = format!("endpoint `{name}` has a `query` but no `work` that makes it");
        build.error(&owner.at("query"), sentence);
    }
    let bytes = query.rows.checked_mul(query.row_size.0);
    if bytes.is_none_or(|bytes| bytes >= MOST) {
        build.error(&owner.at("query"), "a table has less than 8 PiB: `rows` times `row_size`");
    }
    let defences = spec.defences.clone().unwrap_or_default();
    let filter = defences.input_filter.as_ref();
    let shares = filter.map(|it| [it.catches, it.false_positives]);
    Some(Flaw {
        rows: query.rows,
        row_bytes: query.row_size.0,
        defences: QueryDefences {
            prepared: defences.prepared,
            input_filter: shares.unwrap_or([Probability::NEVER; 2]),
            privileges: defences.privileges.unwrap_or(u64::MAX),
        },
    })
}

/// The screens of a node; none if it has none.
fn screen_plan(build: &mut Build<'_>, id: NodeId) -> Option<ScreenPlan> {
    let (name, node, _) = build.nodes[id.index()].clone();
    let counts = build.model.run.measure.addresses;
    let plan = match &node.kind {
        KindSpec::ForwardProxy(it) => {
            let tunnels = tunnels(build, it.screen.https);
            ScreenPlan {
                access: access(build, name, &it.screen.access, &tunnels),
                knows: it.screen.url_list().map(|list| list.knows),
                scan: it.screen.scan().map(|scan| Scan {
                    per_byte: per_byte(scan.cpu_per_kib),
                    catches: scan.catches,
                    false_positives: scan.false_positives,
                }),
                intercepts: (it.screen.https == Some(Https::Intercept)).then(opening),
                tunnels,
                ..ScreenPlan::default()
            }
        }
        KindSpec::ReverseProxy(it) => ScreenPlan {
            access: access(build, name, &it.screen.access, &[]),
            connections: it.screen.connection_limit.clone(),
            waf: it
                .screen
                .waf()
                .map(|waf| Waf { catches: waf.catches, false_positives: waf.false_positives }),
            compress: it.screen.compress().map(|it| Compress {
                per_byte: per_byte(it.cpu_per_kib),
                ratio: it.ratio.get(),
                min_size: it.min_size.0,
            }),
            ..ScreenPlan::default()
        },
        KindSpec::Server(ServerSpec { screen, .. })
        | KindSpec::AuthServer(AuthServerSpec { screen, .. }) => ScreenPlan {
            access: access(build, name, &screen.access, &[]),
            connections: screen.connection_limit.clone(),
            login: screen.defences.as_ref().map(|spec| login(build, name, spec)),
            ..ScreenPlan::default()
        },
        KindSpec::Client(_)
        | KindSpec::Attacker(_)
        | KindSpec::LoadBalancer(_)
        | KindSpec::Cache(_)
        | KindSpec::Database(_)
        | KindSpec::SessionStore(_) => ScreenPlan::default(),
    };
    (counts || plan.is_any()).then_some(ScreenPlan { counts, ..plan })
}

#[allow(clippy::cast_precision_loss, reason = "a cost is far below 2^53 ns")]
fn per_byte(per_kib: Span) -> f64 {
    per_kib.0 as f64 / KIB
}

/// What a connection over TLS 1.3 costs the side that opens it.
fn opening() -> [Span; 2] {
    [Handshake::Full, Handshake::Resumed]
        .map(|it| Security::Tls13.cpu(it, Certificate::EcdsaP256).client)
}

/// For each endpoint, whether a forward proxy passes its connections on.
fn tunnels(build: &Build<'_>, https: Option<Https>) -> Box<[bool]> {
    if https != Some(Https::Tunnel) {
        return Box::default();
    }
    build.endpoints.iter().map(|(_, spec)| spec.is_https()).collect()
}

/// The rules of access of the node called `name`.
fn access(
    build: &mut Build<'_>,
    name: &str,
    rules: &[AccessRuleSpec],
    tunnels: &[bool],
) -> Option<AccessPlan> {
    if rules.is_empty() {
        return None;
    }
    let rules: Vec<AccessRule> =
        rules.iter().enumerate().map(|(n, spec)| rule(build, name, n, spec, tunnels)).collect();
    Some(AccessPlan { rules: rules.into() })
}

fn rule(
    build: &mut Build<'_>,
    name: &str,
    number: usize,
    spec: &AccessRuleSpec,
    tunnels: &[bool],
) -> AccessRule {
    let key = |key: &str| format!("access.{number}.{key}");
    let sees_all = |place: usize| !tunnels.get(place).copied().unwrap_or(false);
    let about = |(place, (_, endpoint)): (usize, &(&str, &EndpointSpec))| {
        spec.is_about(endpoint, sees_all(place))
    };
    let mut endpoints: Vec<bool> = build.endpoints.iter().enumerate().map(about).collect();
    endpoints.push(spec.is_about_all());
    let known: Vec<&str> =
        build.endpoints.iter().filter_map(|(_, spec)| spec.category.as_deref()).collect();
    for category in spec.categories.iter().filter(|it| !known.contains(&it.as_str())) {
        let at = build.at_node(name, &key("categories"));
        nobody_has(build, "endpoint", "category", category, &known, at);
    }
    let mut shown = named(build, &spec.from);
    if !spec.regions.is_empty() {
        let mut in_regions = regions(build, name, spec, &key("regions"));
        if let Some(shown) = &shown {
            in_regions.retain(|node| shown.contains(node));
        }
        shown = Some(in_regions);
    }
    let peers = named(build, &spec.peers);
    AccessRule {
        ruling: spec.rule,
        endpoints: endpoints.into(),
        shown: shown.map(Into::into),
        peers: peers.map(Into::into),
        during: spec.during.map(|times| times.map(|time| time.0)),
    }
}

/// The nodes of some names; none if there are no names.
fn named(build: &mut Build<'_>, names: &[toml::Spanned<String>]) -> Option<Vec<NodeId>> {
    let found = names.iter().filter_map(|name| build.node(name.get_ref(), &name.span()));
    let found: Vec<NodeId> = found.collect();
    (!names.is_empty()).then_some(found)
}

/// The region that each node says to be in.
fn region_of(kind: &KindSpec) -> Option<&str> {
    match kind {
        KindSpec::Client(it) => it.region.as_deref(),
        KindSpec::Attacker(it) => it.client.region.as_deref(),
        KindSpec::ForwardProxy(it) => it.screen.region.as_deref(),
        KindSpec::ReverseProxy(_)
        | KindSpec::LoadBalancer(_)
        | KindSpec::Server(_)
        | KindSpec::Cache(_)
        | KindSpec::Database(_)
        | KindSpec::SessionStore(_)
        | KindSpec::AuthServer(_) => None,
    }
}

fn regions(build: &mut Build<'_>, name: &str, spec: &AccessRuleSpec, key: &str) -> Vec<NodeId> {
    let ids = (0..).map(NodeId);
    let all: Vec<(NodeId, String)> = ids
        .zip(&build.nodes)
        .filter_map(|(id, (_, node, _))| Some((id, region_of(&node.kind)?.to_owned())))
        .collect();
    let known: Vec<&str> = all.iter().map(|(_, region)| region.as_str()).collect();
    for region in spec.regions.iter().filter(|it| !known.contains(&it.as_str())) {
        let at = build.at_node(name, key);
        nobody_has(build, "node", "region", region, &known, at);
    }
    let is_meant = |(_, region): &&(NodeId, String)| spec.regions.contains(region);
    all.iter().filter(is_meant).map(|(id, _)| *id).collect()
}

/// Says that nothing has the word of a rule, and which one may have been meant.
fn nobody_has(
    build: &mut Build<'_>,
    owner: &str,
    what: &str,
    word: &str,
    known: &[&str],
    at: Place,
) {
    let error = Diagnostic::error(at, format!("no {owner} has the {what} `{word}`"));
    build.diagnostics.push(match nearest(word, known.iter().copied()) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help(format!("give some {owner} {what} = \"{word}\"")),
    });
}

/// What the node called `name` does against guessed passwords, if it is the one who logs in.
fn login(build: &mut Build<'_>, name: &str, spec: &LoginDefencesSpec) -> LoginDefences {
    let auth = build.model.auth.as_ref();
    let issuer = auth.and_then(|auth| auth.spec.issuer.as_ref());
    if issuer.is_none_or(|issuer| issuer.get_ref() != name) {
        let at = build.at_node(name, "defences");
        let error = Diagnostic::error(at, format!("nobody logs in at `{name}`"));
        let help = "defences of log-ins belong to the node that `auth.issuer` names";
        build.diagnostics.push(error.help(help));
    }
    if spec.lockout.is_some_and(|it| it.failures == 0) {
        let at = build.at_node(name, "defences.lockout.failures");
        build.error(&at, "an account is locked after at least 1 failure");
    }
    LoginDefences {
        per_address: spec.per_address.clone(),
        per_account: spec.per_account.clone(),
        lockout: spec.lockout,
    }
}

/// What a proxy does before it hands a request on, and with the answer, for its screens.
pub(super) fn around_forwarding(build: &mut Build<'_>, name: &str) -> [Vec<Op>; 2] {
    let purpose = Purpose::named(&format!("filter of {name}"));
    let (mut before, mut behind) = (Vec::new(), Vec::new());
    let infected = build.endpoints.iter().any(|(_, spec)| spec.infected.is_some());
    match &build.model.nodes[name].spec.kind {
        KindSpec::ForwardProxy(it) => {
            let screen = it.screen.clone();
            if screen.https == Some(Https::Intercept) {
                behind.push(Op::Screen(ScreenRule::Opening));
            }
            if let Some(scan) = screen.scan() {
                let cost = per_byte(scan.cpu_per_kib);
                behind.push(Op::Screen(ScreenRule::CostsPerByte(Chore::Scan, cost)));
            }
            if screen.scan().is_some() || infected {
                behind.push(Op::Screen(ScreenRule::Scan));
            }
        }
        KindSpec::ReverseProxy(it) => {
            let screen = it.screen.clone();
            if let Some(waf) = screen.waf() {
                if let Some(dist) = &waf.cost {
                    let at = build.at_node(name, "waf.cost");
                    let cost = amount(build, dist, &at);
                    before.push(Op::Screen(ScreenRule::Costs(Chore::Filter, cost, purpose)));
                }
                before.push(Op::Screen(ScreenRule::Filter));
            }
            if let Some(compress) = screen.compress() {
                if compress.ratio.get() <= 0.0 {
                    let at = build.at_node(name, "compress.ratio");
                    build.error(&at, "something is left: `ratio` is above 0");
                }
                let cost = per_byte(compress.cpu_per_kib);
                behind.push(Op::Screen(ScreenRule::CostsPerByte(Chore::Compress, cost)));
                behind.push(Op::Screen(ScreenRule::Compress));
            }
        }
        KindSpec::Client(_)
        | KindSpec::Attacker(_)
        | KindSpec::LoadBalancer(_)
        | KindSpec::Server(_)
        | KindSpec::Cache(_)
        | KindSpec::Database(_)
        | KindSpec::SessionStore(_)
        | KindSpec::AuthServer(_) => {}
    }
    [before, behind]
}

/// What an endpoint with a query does before its work.
pub(super) fn before_work(build: &mut Build<'_>, owner: &Named<EndpointSpec>) -> Vec<Op> {
    const CHECK: Purpose = Purpose::named("check of input");
    let spec = &owner.spec;
    let filter = spec.defences.as_ref().and_then(|it| it.input_filter.as_ref());
    let Some(filter) = filter.filter(|_| spec.query.is_some()) else { return Vec::new() };
    let mut ops = Vec::new();
    let cost: Option<&Dist<Span>> = filter.cost.as_ref();
    if let Some(cost) = cost {
        let cost = amount(build, cost, &owner.at("defences.input_filter.cost"));
        ops.push(Op::Screen(ScreenRule::Costs(Chore::Filter, cost, CHECK)));
    }
    ops.push(Op::Screen(ScreenRule::Input));
    ops
}

/// Whether log-ins are guessed at, or defended: then each is looked at when its password is hashed.
pub(super) fn are_log_ins_watched(build: &Build<'_>) -> bool {
    build.nodes.iter().any(|(_, node, _)| match &node.kind {
        KindSpec::Attacker(_) => true,
        KindSpec::Server(ServerSpec { screen, .. })
        | KindSpec::AuthServer(AuthServerSpec { screen, .. }) => screen.defences.is_some(),
        KindSpec::Client(_)
        | KindSpec::ForwardProxy(_)
        | KindSpec::ReverseProxy(_)
        | KindSpec::LoadBalancer(_)
        | KindSpec::Cache(_)
        | KindSpec::Database(_)
        | KindSpec::SessionStore(_) => false,
    })
}
