//! From what a scenario says of a cache to what runs.

use super::build::Build;
use crate::endpoint::EndpointSpec;
use crate::http::Rules;
use crate::nodes::KindSpec;
use crate::nodes::caching::{CachePlan, CacheSpec, CachingSpec, IgnoreSpec, LockSpec, LockTimes};
use crate::nodes::host::AsidePlan;
use crate::rng::Purpose;
use crate::scenario::Diagnostic;
use crate::screen::Https;
use crate::time::Span;
use crate::unit::Probability;

/// The cache of the proxy called `name`, ready to run.
pub(super) fn cache_plan(
    build: &mut Build<'_>,
    name: &str,
    spec: &CachingSpec,
) -> Option<CachePlan> {
    let cache = spec.cache()?;
    let tunnels = build.model.nodes[name].spec.kind.https() == Some(Https::Tunnel);
    let hit = cache.hit.as_ref().map(|dist| {
        let at = build.at_node(name, "cache.hit");
        (build.law(dist, &at), Purpose::named(&format!("hit at {name}")))
    });
    let profile = cache.profile.profile();
    let default_ttl = default_ttl(build, name, cache);
    let ignores = |what: IgnoreSpec| cache.ignore.contains(&what);
    let lock = match cache.lock {
        None => profile.collapses.then_some(None),
        Some(LockSpec::Plain(false)) => None,
        // nginx, proxy_cache_lock_timeout.
        Some(LockSpec::Plain(true)) => Some(profile.polls.map(|_| Span::from_secs(5))),
        Some(LockSpec::Limited(LockTimes { timeout })) => Some(Some(timeout)),
    };
    Some(CachePlan {
        policy: cache.policy,
        capacity: cache.capacity,
        hit,
        endpoints: build
            .endpoints
            .iter()
            .map(|(name, spec)| may_be_stored(build, name, spec) && !(tunnels && spec.is_https()))
            .collect(),
        profile,
        rules: Rules {
            default_ttl,
            ignores_set_cookie: ignores(IgnoreSpec::SetCookie),
            ignores_control: ignores(IgnoreSpec::CacheControl),
            ignores_expires: ignores(IgnoreSpec::Expires),
            grace: cache.grace,
        },
        stale_on: cache.use_stale.clone().into(),
        revalidates: cache.revalidate.unwrap_or(profile.revalidates),
        refreshes_beside: cache.background_update.unwrap_or(profile.refreshes_beside),
        updates_beside: cache.background_update == Some(true),
        lock,
        min_uses: cache.min_uses,
        bypass: cache.bypass.iter().map(|name| name.to_ascii_lowercase().into()).collect(),
        ttl_jitter: cache.ttl_jitter.map_or(0.0, Probability::get),
        inactive: cache.inactive,
    })
}

/// Whether caches look for the answers of an endpoint: what lets people in or out, or renews what
/// they have, is nobody else's, and is sent by POST whether that is written or not.
pub(super) fn may_be_stored(build: &Build<'_>, name: &str, spec: &EndpointSpec) -> bool {
    let auth = build.model.auth.as_ref().map(|auth| &auth.spec);
    let is_errand = auth.is_some_and(|auth| {
        let errands = [&auth.login, &auth.refresh, &auth.logout];
        errands.into_iter().flatten().any(|errand| errand.get_ref() == name)
    });
    spec.method.is_cacheable() && !spec.write && !is_errand
}

/// What a cache-aside store keeps; none for other kinds.
pub(super) fn aside_plan(build: &mut Build<'_>, name: &str, kind: &KindSpec) -> Option<AsidePlan> {
    let KindSpec::Cache(spec) = kind else { return None };
    let keeping = &spec.keeping;
    let Some(capacity) = keeping.capacity else {
        let at = build.at_node(name, "kind");
        let error = Diagnostic::error(at, format!("cache `{name}` has no `capacity`"));
        let help =
            "say how much each replica keeps: capacity = \"512MiB\", or { objects = 10_000 }";
        build.diagnostics.push(error.help(help));
        return None;
    };
    Some(AsidePlan {
        policy: keeping.policy,
        capacity,
        ttl: keeping.ttl,
        ttl_jitter: keeping.ttl_jitter.map_or(0.0, Probability::get),
    })
}

/// The lifetimes of answers that say nothing of it, by status; 0 stands for all others.
fn default_ttl(build: &mut Build<'_>, name: &str, cache: &CacheSpec) -> Box<[(u16, Span)]> {
    let mut list = Vec::new();
    for (key, span) in &cache.default_ttl {
        let status = if key == "any" { Some(0) } else { key.parse::<u16>().ok() };
        match status.filter(|status| *status == 0 || (100..=599).contains(status)) {
            Some(status) => list.push((status, *span)),
            None => {
                let at = build.at_node(name, &format!("cache.default_ttl.{key}"));
                build.error(&at, format!("`{key}` is neither a status nor `any`"));
            }
        }
    }
    list.into()
}
