//! Caches that cannot keep what they are asked for.

use super::suspicion::Watch;
use crate::graph::kept_for;
use crate::model::Study;

impl Watch<'_> {
    /// Endpoints that come to a cache, and of which it keeps nothing because nothing says for how
    /// long: what a cache does with such answers is to hand them on.
    pub(super) fn caches(&mut self) {
        for (id, name, span) in self.nodes() {
            let Some(plan) = self.graph.cache(id) else { continue };
            let is_kept = |endpoint: &crate::id::EndpointId| {
                let is_looked_for = plan.endpoints.get(endpoint.index()).copied().unwrap_or(false);
                !is_looked_for || kept_for(self.graph, plan, *endpoint).is_some()
            };
            let asked = self.graph.served.calls.keys().filter(|(node, _)| *node == id);
            let not_kept: Vec<String> = asked
                .filter(|(_, endpoint)| !is_kept(endpoint))
                .map(|(_, endpoint)| self.graph.endpoint_name(*endpoint).to_owned())
                .collect();
            for endpoint in not_kept {
                let message = format!("the cache of `{name}` gives nothing of `{endpoint}` again");
                let help = "its answers allow no use without asking the origin: give the response \
                            a `cache_control` such as \"max-age=60\", or the cache a `default_ttl`";
                self.warn(span.clone(), message, help);
            }
        }
    }

    /// Caches that are still empty for the most part while they are measured.
    pub(super) fn filling(&mut self) {
        if self.graph.run.study == Study::Terminating {
            // The beginning is what is asked about.
            return;
        }
        for (id, name, span) in self.nodes() {
            if self.graph.caches.iter().any(|cache| cache.node == id && cache.is_filling) {
                let message = format!(
                    "the cache of `{name}` is still filling while it is measured: it answers less \
                     than one that has been asked for long"
                );
                let help = "give the run a longer `warmup`, and with it a longer `duration`; or \
                            study = \"terminating\", if how it fills is what you want to know";
                self.warn(span, message, help);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;
    use crate::check::text;

    /// What is told of a cache before a server that is asked for a hundred objects twenty times a
    /// second, and warned of.
    fn told(page: &str, run: &str, cache: &str, more: &str) -> (String, String) {
        let (graph, checked, warnings) = checked(&format!(
            "{run}\n[endpoint.page]\npath = '/p'\nobjects = {{ count = 100 }}\n\
             work = [{{ cpu = '60ms' }}]\n{page}\n[node.u]\nkind = 'client'\n\
             arrivals = {{ poisson = '20/s' }}\nmix = {{ page = 1 }}\n[node.edge]\n\
             kind = 'reverse-proxy'\ncache = {{ capacity = '1GiB', {cache} }}\n[node.app]\n\
             kind = 'server'\ncores = 1\n[link.u.edge]\n[link.edge.app]\n{more}\n"
        ));
        (text("base", &graph, &checked), warnings)
    }

    const FRESH: &str = "response = { cache_control = 'max-age=10' }";
    const LONG: &str = "duration = '1000s'";

    #[test]
    fn the_age_of_an_answer_is_taken_from_its_lifetime() {
        let (said, _) = told(FRESH, LONG, "", "");
        assert!(said.contains("answers about 66.7 %"), "{said}");
        let (said, _) =
            told("response = { cache_control = 'max-age=10', age = '6' }", LONG, "", "");
        assert!(said.contains("answers about 44.4 %"), "{said}");
    }

    #[test]
    fn a_clock_of_whole_seconds_is_no_change_of_lifetimes() {
        let (said, _) = told(FRESH, "duration = '1001s'", "profile = 'nginx'", "");
        assert!(said.contains("answers about"), "{said}");
    }

    #[test]
    fn what_is_never_given_from_a_cache_is_known_to_pass_it() {
        for (page, cache) in [
            ("headers = { cache-control = 'no-cache' }", ""),
            ("headers = { range = 'bytes=0-99' }", ""),
            ("headers = { x-no = '1' }", "bypass = ['x-no']"),
        ] {
            let (said, warnings) = told(&format!("{page}\n{FRESH}"), LONG, cache, "");
            assert!(said.contains("answers nothing of what comes"), "{page}: {said}");
            assert!(warnings.contains("is offered 1.200"), "{page}: {warnings}");
            assert!(!warnings.contains("expires"), "{page}: {warnings}");
        }
    }

    #[test]
    fn where_more_than_rates_and_lifetimes_decides_nothing_is_told() {
        let date = "response = { expires = 'Thu, 01 Jan 2026 00:05:00 GMT' }";
        let other = "[endpoint.post]\nmethod = 'POST'\npath = '/p'\nwork = []\n[node.v]\n\
                     kind = 'client'\narrivals = { poisson = '1/s' }\nmix = { post = 1 }\n\
                     [link.v.edge]";
        let crash = "[fault.f]\nkind = 'crash'\nnode = 'edge'\nmtbf = '20s'\nmttr = '1s'";
        let asks = |control: &str| format!("headers = {{ cache-control = '{control}' }}\n{FRESH}");
        for (page, more) in [
            (asks("max-age=3").as_str(), ""),
            (asks("max-stale=5").as_str(), ""),
            (date, ""),
            (FRESH, other),
            (FRESH, crash),
        ] {
            let (said, _) = told(page, LONG, "", more);
            assert!(said.contains("its cache answers is not known"), "{page} {more}: {said}");
        }
    }

    #[test]
    fn a_cache_that_fills_for_longer_than_the_warm_up_is_warned_of() {
        let fresh = "response = { cache_control = 'max-age=100000' }";
        let (said, warnings) = told(fresh, "duration = '20s'\nwarmup = '2s'", "", "");
        assert!(said.contains("not known before the run, since it is still filling"), "{said}");
        assert!(warnings.contains("the cache of `edge` is still filling"), "{warnings}");
        let (said, warnings) = told(fresh, "duration = '200s'\nwarmup = '40s'", "", "");
        assert!(said.contains("answers about 100.0 %"), "{said}");
        assert!(!warnings.contains("filling"), "{warnings}");
        let short = "duration = '20s'\nstudy = 'terminating'";
        let (_, warnings) = told(fresh, short, "", "");
        assert!(!warnings.contains("filling"), "{warnings}");
    }
}
