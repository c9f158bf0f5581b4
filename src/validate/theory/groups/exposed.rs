//! How long stolen credentials work.

use std::sync::Arc;

use super::super::case::Case;
use super::super::experiment::{Effort, Experiment, Measured};
use super::super::simulated::{graphs, window};
use super::super::text::{rate, span, steady_for};
use super::identity::site;
use crate::auth::Said;
use crate::fact::{Fact, Observer};
use crate::graph::Graph;
use crate::observe::Audit;
use crate::rng::Key;
use crate::time::{Span, Time};
use crate::world;

/// Seconds that are measured: thefts come as densely as that needs.
const MEASURED: f64 = 1_000.0;

/// What is expected, and the variant that it is held against.
const WANTED: &[(&str, &str)] = &[
    ("exposure_no_revocation_mean", "token"),
    ("exposure_no_revocation_max", "token"),
    ("exposure_denylist_lag_mean", "late"),
    ("exposure_detect_exponential_mean", "detected"),
    ("exposure_server_session_revoked_at_once", "session"),
    ("p_exposed_longer_than_quarter_ttl", "token"),
];

/// Tokens that are stolen at a moment of their life at which all moments are alike: they end by
/// themselves, by a deny-list that is late, or by one that is there when the theft is discovered;
/// and sessions that end when their theft is noticed at once.
pub(super) fn thefts(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let size = effort.size_of(case)?;
    let (ttl, leeway) = (case.number("access_ttl")?, case.number("leeway")?);
    let detection = span(case.number("detection_mean")?);
    let text = [
        // A theft has ended by itself a life after it: those that are measured are of one kind.
        steady_for(MEASURED, ttl + leeway + 100.0, &[]),
        site("[endpoint.page]\n"),
        format!(
            "[node.people]\nkind = \"client\"\n\
             arrivals = {{ visits = {{ poisson = {} }}, visit = \"usual\" }}\n",
            rate(size.each() / MEASURED)
        ),
        "[visit.usual]\npages = { any = 1 }\n[node.accounts]\nkind = \"auth-server\"\n".to_owned(),
        "[node.store]\nkind = \"session-store\"\n[link.app.store]\n[link.accounts.store]\n"
            .to_owned(),
        "[auth]\nat = \"app\"\nissuer = \"accounts\"\nlogin = \"login\"\nscheme = \"jwt\"\n\
         password = { time = \"0s\" }\n[auth.theft]\nprobability = 1\n"
            .to_owned(),
        format!(
            "[auth.session]\nstore = \"store\"\nidle = {0}\nabsolute = {0}\n\
             [auth.jwt]\nsign = \"0s\"\nverify = \"0s\"\nlifetime = {0}\n",
            span(ttl)
        ),
        format!("[variant.token.auth.jwt]\nleeway = {}\n", span(leeway)),
        format!(
            "[variant.late.auth]\njwt.deny_list = {{ check = \"pushed\", lag = {} }}\n\
             theft.discovered = \"0s\"\n",
            span(case.number("denylist_lag")?)
        ),
        format!(
            "[variant.detected.auth]\njwt.deny_list = {{ check = \"pushed\" }}\n\
             theft.discovered = {{ exp = {detection} }}\n"
        ),
        "[variant.session.auth]\nscheme = \"session\"\ntheft.discovered = \"0s\"\n".to_owned(),
    ];
    let variants = graphs(&text.concat())?;
    let mut metrics = Vec::new();
    for (name, _) in case.expected() {
        if !WANTED.iter().any(|(wanted, _)| *wanted == name) {
            return Err(format!("`{name}` is no metric of this group"));
        }
        metrics.push(Measured::plain(name.to_owned()));
    }
    let names: Vec<String> = metrics.iter().map(|it| it.metric.clone()).collect();
    let quarter = Span::from_secs_rounded(ttl / 4.0);
    let run = move |replication: u32| {
        let mut seen = Vec::new();
        for (variant, graph) in &variants {
            seen.push((variant.clone(), exposures(graph, replication, quarter)?));
        }
        let found = |name: &String| {
            let (_, variant) = WANTED.iter().find(|(wanted, _)| wanted == name)?;
            let (_, thefts) = seen.iter().find(|(other, _)| other == variant)?;
            thefts.value(name)
        };
        Ok(names.iter().map(|name| found(name).unwrap_or(f64::NAN)).collect())
    };
    let cost = size.each() * 8.0;
    Ok(Experiment { size, cost, metrics, left_out: Vec::new(), trials: None, run: Box::new(run) })
}

/// The thefts of one run that ended in its window.
#[derive(Debug, Default)]
struct Thefts {
    window: Time,
    quarter: Span,
    count: f64,
    sum: f64,
    longest: f64,
    long: f64,
}

impl Observer for Thefts {
    #[allow(clippy::wildcard_enum_match_arm, reason = "all other facts are about something else")]
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        match *fact {
            Fact::Identity(Said::Exposed { span, .. }) if now >= self.window => {
                self.count += 1.0;
                self.sum += span.as_secs_f64();
                self.longest = self.longest.max(span.as_secs_f64());
                self.long += f64::from(u8::from(span > self.quarter));
            }
            _ => {}
        }
    }
}

impl Thefts {
    fn value(&self, name: &str) -> Option<f64> {
        match name {
            "p_exposed_longer_than_quarter_ttl" => Some(self.long / self.count),
            "exposure_no_revocation_max" => Some(self.longest),
            _ => Some(self.sum / self.count),
        }
    }
}

fn exposures(graph: &Arc<Graph>, replication: u32, quarter: Span) -> Result<Thefts, String> {
    let root = Key::root(graph.run.seed, replication);
    let window = window(graph);
    let thefts = Thefts { window, quarter, ..Thefts::default() };
    let audit = Audit::new(graph.names.len(), Time::ZERO);
    let mut ended = world::run(graph, root, (thefts, audit));
    let (thefts, audit) = &mut ended.observer;
    audit
        .close(ended.at, &ended.requests, &ended.inside, &graph.names)
        .map_err(|violation| format!("replication {replication}: {violation}"))?;
    Ok(std::mem::take(thefts))
}
