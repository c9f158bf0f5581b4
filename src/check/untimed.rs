//! Attempts after a time-out that nobody has, lines of a kernel that nobody stands in, and buckets
//! that are taken for larger than they are written.

use super::ineffective::warning;
use crate::graph::Graph;
use crate::limit::{LimitProfile, RateLimitSpec};
use crate::model::Model;
use crate::net::Mode;
use crate::resilience::{Outcome, RetrySpec};
use crate::scenario::Diagnostic;

/// Adds the warnings.
pub(super) fn untimed(model: &Model, graph: &Graph, found: &mut Vec<Diagnostic>) {
    retries(model, found);
    backlogs(model, graph, found);
    buckets(model, found);
}

/// Further attempts after a time-out of an attempt: the total one is over all of them.
fn retries(model: &Model, found: &mut Vec<Diagnostic>) {
    let usual = RetrySpec::default().on;
    for (name, node) in &model.nodes {
        let Some(client) = node.spec.kind.asks() else { continue };
        let Some(retry) = client.retry.as_ref().filter(|retry| retry.on != usual) else { continue };
        let has_read = client.timeout.as_ref().is_some_and(|it| it.read.is_some());
        if retry.on.contains(Outcome::ReadTimeout) && !has_read {
            let message = format!(
                "`timeout` in `retry.on` of `{name}` does nothing: no attempt has a time-out of \
                 its own"
            );
            let help = "give it `timeout = { read = … }`: `total` is over all attempts";
            found.push(warning(node.at("retry.on"), message, help));
        }
    }
}

/// Limits of what waits for a worker before a SYN is dropped, where no worker is waited for, or no
/// SYN is sent.
fn backlogs(model: &Model, graph: &Graph, found: &mut Vec<Diagnostic>) {
    for (name, node) in &model.nodes {
        let station = node.spec.station().filter(|it| it.backlog.is_some());
        let (Some(station), Some(id)) = (station, graph.node(name)) else { continue };
        let links = graph.fixed.topology.links.iter().zip(&graph.links);
        let mut into = links.filter(|(ends, _)| ends.to == id);
        let opens = into.any(|(_, link)| {
            link.transport.as_ref().is_some_and(|it| it.mode != Mode::Warm && it.has_tcp)
        });
        let why = match (station.workers, opens) {
            (None, _) => "nothing waits for a worker, since there are as many as are needed",
            (Some(_), false) => "no connection to it is ever opened, so no SYN is dropped",
            (Some(_), true) => continue,
        };
        let message = format!("`backlog` of `{name}` does nothing: {why}");
        let help = "it needs `workers`, and links with `connection = { mode = … }`";
        found.push(warning(node.at("backlog"), message, help));
    }
}

/// Buckets without a token, and periods that are too short for one request.
fn buckets(model: &Model, found: &mut Vec<Diagnostic>) {
    for (name, node) in &model.nodes {
        let station = node.spec.station();
        let limit = station.and_then(|station| station.rate_limit.as_ref());
        let is_empty =
            limit.is_some_and(|it| it.profile == LimitProfile::TokenBucket && it.burst == Some(0));
        if is_empty {
            let message = format!(
                "`burst = 0` of the `rate_limit` of `{name}` is taken for 1: a token bucket that \
                 holds none lets nothing pass"
            );
            found.push(warning(node.at("rate_limit.burst"), message, "write 1, or more"));
        }
        let counts = |it: &&RateLimitSpec| it.profile == LimitProfile::Haproxy;
        if limit.filter(counts).is_some_and(|it| it.per_period() == 0) {
            let message = format!(
                "the `rate_limit` of `{name}` lets nothing pass: `rate` × `period` is less than \
                 one request"
            );
            let help = "give it a longer `period`: so many pass in each";
            found.push(warning(node.at("rate_limit"), message, help));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;

    fn warnings(client: &str, server: &str, link: &str) -> String {
        checked(&format!(
            "[endpoint.p]\nwork = [{{ cpu = '1ms' }}]\n[node.u]\nkind = 'client'\n\
             arrivals = {{ poisson = '5/s' }}\nmix = {{ p = 1 }}\n{client}\n[node.app]\n\
             kind = 'server'\ncores = 1\n{server}\n[link.u.app]\n{link}\n"
        ))
        .2
    }

    #[test]
    fn attempts_after_a_time_out_that_nobody_has_are_told() {
        let on = "retry = { on = ['timeout'] }";
        for client in [on.to_owned(), format!("{on}\ntimeout = {{ total = '9s' }}")] {
            let found = warnings(&client, "", "");
            assert!(found.contains("`timeout` in `retry.on` of `u` does nothing"), "{found}");
        }
        for client in [
            format!("{on}\ntimeout = {{ read = '9s' }}"),
            "retry = {}".to_owned(),
            "retry = { on = ['reset'] }".to_owned(),
        ] {
            assert_eq!(warnings(&client, "", ""), "", "{client}");
        }
    }

    #[test]
    fn a_line_before_workers_that_nobody_stands_in_is_told() {
        let opened = "connection = { mode = 'per-request' }";
        let found = warnings("", "backlog = 5", opened);
        assert!(found.contains("does nothing: nothing waits for a worker"), "{found}");
        let found = warnings("", "backlog = 5\nworkers = 2", "");
        assert!(found.contains("no connection to it is ever opened"), "{found}");
        assert_eq!(warnings("", "backlog = 5\nworkers = 2", opened), "");
    }

    #[test]
    fn a_bucket_without_a_token_is_told_to_have_one() {
        let limit = |more: &str| format!("rate_limit = {{ rate = '5/s', key = 'all', {more} }}");
        let found = warnings("", &limit("burst = 0"), "");
        assert!(
            found.contains("`burst = 0` of the `rate_limit` of `app` is taken for 1"),
            "{found}"
        );
        assert_eq!(warnings("", &limit("burst = 1"), ""), "");
        assert_eq!(warnings("", &limit("burst = 0, profile = 'nginx'"), ""), "");
    }

    #[test]
    fn a_period_in_which_not_one_request_passes_is_told() {
        let limit = |period: &str| {
            format!(
                "rate_limit = {{ rate = '0.5/s', key = 'all', profile = 'haproxy', \
                 period = '{period}' }}"
            )
        };
        let found = warnings("", &limit("1s"), "");
        assert!(found.contains("the `rate_limit` of `app` lets nothing pass"), "{found}");
        assert_eq!(warnings("", &limit("2s"), ""), "");
    }
}
