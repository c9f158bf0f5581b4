//! Probes at moments that are not measured: their rows in the results are empty.

use super::ineffective::warning;
use crate::graph::Graph;
use crate::model::{Model, Study, Warmup};
use crate::scenario::Diagnostics;
use crate::time::Span;

/// Adds the warnings.
pub(super) fn unseen(model: &Model, graph: &Graph, diagnostics: &mut Diagnostics) {
    let warmup = match graph.run.warmup {
        _ if graph.run.study == Study::Terminating => return,
        Some(Warmup::Given(span)) => span,
        // It is not known yet.
        Some(Warmup::Auto) => return,
        None => Span(graph.run.duration.0 / 10),
    };
    for (name, probe) in &model.probes {
        let early = probe.spec.at.iter().find(|at| **at < warmup);
        let (None, Some(at)) = (probe.spec.cycle, early) else { continue };
        let message = format!("probe `{name}` sees nothing at {at}: the warm-up ends at {warmup}");
        let help = "what is before that is not measured; a terminating study measures all of it";
        diagnostics.push(warning(probe.at("at"), message, help));
    }
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;

    fn warnings(head: &str, probe: &str) -> String {
        checked(&format!(
            "{head}\n[endpoint.p]\nwork = [{{ cpu = '1ms' }}]\n[node.u]\nkind = 'client'\n\
             arrivals = {{ poisson = '5/s' }}\nmix = {{ p = 1 }}\n[node.app]\n\
             kind = 'server'\ncores = 1\n[link.u.app]\n[probe.x]\nnode = 'app'\n{probe}\n"
        ))
        .2
    }

    #[test]
    fn a_probe_within_the_warm_up_is_told() {
        let early = "at = ['1s', '50s']";
        let steady = "duration = '1000s'\nwarmup = '20s'";
        let found = warnings(steady, early);
        assert!(found.contains("probe `x` sees nothing at 1s: the warm-up ends at 20s"), "{found}");
        assert!(warnings("duration = '1000s'", early).contains("the warm-up ends at 100s"));
        assert_eq!(warnings(steady, "at = ['20s', '50s']"), "");
        assert_eq!(warnings(steady, "at = ['1s', '50s']\ncycle = '60s'"), "");
        assert_eq!(warnings("study = 'terminating'\nduration = '1000s'", early), "");
    }
}
