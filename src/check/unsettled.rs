//! What a run does not get to: a steady state that takes longer than its warm-up, and rows of a
//! trace after its end.

use super::ineffective::warning;
use crate::arrivals::{Arrivals, RateProfile};
use crate::auth::Scheme;
use crate::graph::{Graph, Role};
use crate::model::{Model, Study, Warmup};
use crate::nodes::client::Demand;
use crate::people::VisitPlan;
use crate::scenario::Diagnostics;
use crate::time::Span;
use crate::trace::Trace;

/// After so many mean lengths of a visit what is left of the empty beginning is below 1 % (e⁻⁵ if
/// lengths are exponential).
const LENGTHS: f64 = 5.0;

/// Warns of visits that the warm-up is too short for, and of traces that the run cuts.
pub(super) fn unsettled(model: &Model, graph: &Graph, diagnostics: &mut Diagnostics) {
    let duration = graph.run.duration;
    let warmup = match graph.run.warmup {
        Some(Warmup::Given(span)) => span,
        // What is found is found within the run, and half of it is the most that is looked for.
        Some(Warmup::Auto) => Span(duration.0 / 2),
        None => Span(duration.0 / 10),
    };
    for (name, plan) in graph.names.iter().zip(&graph.plans) {
        let Role::Client(client) = &plan.role else { continue };
        let node = &model.nodes[name];
        match &client.demand {
            Demand::Visits(visit) if graph.run.study == Study::SteadyState => {
                let stay = stay(visit);
                if stay <= warmup {
                    continue;
                }
                let needed = Span::from_secs_rounded(libm::ceil(LENGTHS * stay.as_secs_f64()));
                let message = format!(
                    "visits of `{name}` last {stay} on average, and the warm-up is {warmup}: by \
                     then not as many are under way as there will be"
                );
                let help =
                    format!("give the run warmup = \"{needed}\", and as much again to measure");
                diagnostics.push(warning(node.at("arrivals"), message, &help));
            }
            Demand::Replayed(trace) => {
                if let Some((message, help)) = cut(name, trace, duration) {
                    diagnostics.push(warning(node.at("arrivals"), message, &help));
                }
            }
            Demand::Open(arrivals) if graph.run.study == Study::SteadyState => {
                if let Some(last) = last_change(arrivals).filter(|last| *last > warmup) {
                    let message = format!(
                        "the rate of `{name}` changes until {last}, and the study is of a steady \
                         state: what comes in the first {warmup} is not measured"
                    );
                    let help = "study = \"terminating\" measures the run from its beginning to its \
                                end";
                    diagnostics.push(warning(node.at("arrivals"), message, help));
                }
            }
            Demand::Closed(..) | Demand::ClosedTrace(_)
                if graph.run.study == Study::SteadyState =>
            {
                if let Some((message, help)) = stolen(name, graph, warmup) {
                    diagnostics.push(warning(node.at("users"), message, &help));
                }
            }
            Demand::Visits(_)
            | Demand::Open(_)
            | Demand::Renewal(_)
            | Demand::Closed(..)
            | Demand::ClosedTrace(_) => {}
        }
    }
}

/// When a rate that is given piece by piece changes last.
fn last_change(arrivals: &Arrivals) -> Option<Span> {
    let (Arrivals::Poisson { poisson: profile, .. } | Arrivals::Regular { regular: profile }) =
        arrivals
    else {
        return None;
    };
    match profile {
        RateProfile::Steps { steps: pieces } | RateProfile::Ramp { ramp: pieces } => {
            pieces.last().map(|(moment, _)| *moment)
        }
        RateProfile::Constant(_) | RateProfile::Sine { .. } => None,
    }
}

/// What is said of credentials that can be stolen, and outlive the warm-up: of users who never
/// leave, what thieves have at once grows for as long as one lasts.
fn stolen(name: &str, graph: &Graph, warmup: Span) -> Option<(String, String)> {
    let plan = graph.fixed.auth.as_ref().filter(|plan| plan.theft.is_some())?;
    let (what, life) = match plan.scheme {
        Scheme::Session => ("sessions", plan.sessions.absolute),
        Scheme::Jwt => ("tokens", plan.tokens.lifetime),
        Scheme::None | Scheme::Credentials => return None,
    };
    let message = format!(
        "{what} of `{name}`, whose users never leave, last up to {life}, and the warm-up is \
         {warmup}: by then not as many are stolen as there will be"
    );
    (life > warmup).then(|| (message, format!("give the run warmup = \"{life}\", or more")))
}

/// How long a visit is on average.
pub(super) fn stay(visit: &VisitPlan) -> Span {
    let pauses = (visit.mean_pages() - 1.0).max(0.0) * visit.think.mean();
    Span::from_nanos_rounded(visit.stay.as_ref().map_or(pauses, crate::dist::Law::mean))
}

/// What of a trace comes after the end, if some does.
#[allow(clippy::cast_precision_loss, reason = "a count of rows is below 2^53")]
fn cut(name: &str, trace: &Trace, duration: Span) -> Option<(String, String)> {
    let rows = trace.rows();
    let within = rows.iter().filter(|row| row.arrival().0 < duration.0).count();
    let last = rows.iter().map(|row| row.arrival().0).max()?;
    let help = format!("its last row is at {}", Span(last));
    match within {
        0 => Some((
            format!("the trace of `{name}` begins after the run, which ends at {duration}"),
            help,
        )),
        all if all == rows.len() => None,
        some => {
            let share = 100.0 * some as f64 / rows.len() as f64;
            let message = format!(
                "`{name}` replays {some} of {} rows of its trace ({share:.2} %): the run ends at \
                 {duration}",
                rows.len()
            );
            Some((message, help))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::tests::{checked, replayed};

    /// The warnings of visits of so many pages, with ten seconds between two.
    fn of_visits(pages: u32, warmup: &str) -> String {
        checked(&format!(
            "duration = '120s'\nwarmup = {warmup}\n[endpoint.p]\npath = '/'\n\
             work = [{{ cpu = '1ms' }}]\n[page.p]\nendpoint = 'p'\n[visit.v]\npages = {{ p = 1 }}\n\
             length = {{ geometric = {{ mean = {pages} }} }}\nthink = {{ exp = '10s' }}\n\
             [node.u]\nkind = 'client'\n\
             arrivals = {{ visits = {{ poisson = '1/s' }}, visit = 'v' }}\n\
             [node.app]\nkind = 'server'\ncores = 1\n[link.u.app]\n"
        ))
        .2
    }

    #[test]
    fn visits_that_are_longer_than_the_warm_up_are_told_with_the_one_that_they_need() {
        let said = of_visits(61, "'12s'");
        assert!(said.contains("visits of `u` last 600s on average"), "{said}");
        assert!(said.contains("warmup = \"3000s\""), "{said}");
        assert!(of_visits(61, "'auto'").contains("last 600s"));
        assert!(!of_visits(2, "'12s'").contains("on average"));
    }

    #[test]
    fn a_rate_that_changes_while_a_steady_state_is_measured_is_told() {
        let of = |study: &str, rate: &str| {
            checked(&format!(
                "duration = '100s'\nstudy = '{study}'\n[endpoint.p]\n\
                 work = [{{ cpu = '1ms' }}]\n[node.u]\nkind = 'client'\n\
                 arrivals = {{ poisson = {rate} }}\nmix = {{ p = 1 }}\n[node.app]\n\
                 kind = 'server'\ncores = 1\n[link.u.app]\n"
            ))
            .2
        };
        let late = "{ steps = [['0s', '1/s'], ['50s', '9/s']] }";
        let said = of("steady-state", late);
        assert!(said.contains("the rate of `u` changes until 50s"), "{said}");
        for (study, rate) in [
            ("terminating", late),
            ("steady-state", "{ ramp = [['0s', '1/s'], ['10s', '9/s']] }"),
            ("steady-state", "'9/s'"),
        ] {
            let said = of(study, rate);
            assert!(!said.contains("changes until"), "{study} {rate}: {said}");
        }
    }

    #[test]
    fn sessions_of_users_who_never_leave_are_longer_than_a_short_warm_up() {
        let of = |warmup: &str, theft: &str| {
            checked(&format!(
                "duration = '1h'\nwarmup = '{warmup}'\n[auth]\nat = 'app'\nissuer = 'app'\n\
                 login = 'login'\nscheme = 'jwt'\njwt = {{ lifetime = '20min' }}\n{theft}\n\
                 [endpoint.login]\npath = '/login'\n[endpoint.p]\npath = '/'\n\
                 work = [{{ cpu = '1ms' }}]\n[node.u]\nkind = 'client'\nusers = 5\n\
                 think = '9s'\nmix = {{ p = 1 }}\n[node.app]\nkind = 'server'\ncores = 1\n\
                 [link.u.app]\n"
            ))
            .2
        };
        let theft = "theft = { probability = 0.1 }";
        let said = of("5min", theft);
        assert!(
            said.contains("tokens of `u`, whose users never leave, last up to 1200s"),
            "{said}"
        );
        assert!(!of("20min", theft).contains("never leave"));
        assert!(!of("5min", "").contains("never leave"));
    }

    #[test]
    fn a_trace_that_the_run_cuts_is_told_with_the_share_that_is_replayed() {
        let text = |duration: &str| {
            format!(
                "duration = '{duration}'\n[endpoint.p]\nwork = [{{ cpu = '1ms' }}]\n[node.u]\n\
                 kind = 'client'\narrivals = {{ trace = 't.csv' }}\nmix = {{ p = 1 }}\n\
                 [node.app]\nkind = 'server'\ncores = 1\n[link.u.app]\n"
            )
        };
        let rows = "arrival_s\n1\n2\n3\n40\n";
        let said = replayed(&text("10s"), rows).2;
        assert!(said.contains("`u` replays 3 of 4 rows of its trace (75.00 %)"), "{said}");
        let said = replayed(&text("500ms"), rows).2;
        assert!(said.contains("the trace of `u` begins after the run"), "{said}");
        let said = replayed(&text("41s"), rows).2;
        assert!(!said.contains("its trace") && !said.contains("the trace of"), "{said}");
    }
}
