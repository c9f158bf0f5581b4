//! Queues whose answers are known.

use super::super::compared::Case;
use super::coverage::{
    Asked::{self, Difference, Metric},
    STUDIES, covered,
};
use crate::theory::{MD1, MG1, MMc, MMcK, MachineRepairman, Unsolved};

/// Numbers with their truths, in the units of results.
type Truths = Result<Vec<(Asked, f64)>, Unsolved>;

const EXPONENTIAL: &str = "{ exp = '10ms' }";

/// A scenario of ten replications with one kind of work, one client and one server.
fn queue(duration: &str, cpu: &str, client: &str, rest: &str) -> String {
    format!(
        "duration = '{duration}'\nwarmup = '10s'\nreplications = 10\nseed = 20\n\
         [endpoint.job]\nwork = [{{ cpu = {cpu} }}]\n\
         [node.users]\nkind = 'client'\nmix = {{ job = 1 }}\n{client}\n\
         [link.users.app]\n[node.app]\nkind = 'server'\n{rest}\n"
    )
}

fn case(id: &str, text: String, truths: impl Fn() -> Truths + Send + Sync + 'static) -> Case {
    Case::new(format!("intervals/{id}"), true, move |is_quick| {
        let truths = truths().map_err(|unsolved| unsolved.to_string())?;
        covered(&text, &truths, STUDIES[usize::from(is_quick)])
    })
}

const fn ms(seconds: f64) -> f64 {
    seconds * 1e3
}

fn mean(sojourn: f64) -> (Asked, f64) {
    (Metric("latency_mean"), ms(sojourn))
}

/// M/M/c: all that is known of it.
fn exponential(rate: f64, servers: u32) -> Truths {
    let queue = MMc::new(rate, 100.0, servers)?;
    let quantile = |name, p| (Metric(name), ms(queue.sojourn_quantile(p)));
    Ok(vec![
        mean(queue.means().sojourn),
        quantile("latency_p50", 0.5),
        quantile("latency_p95", 0.95),
        quantile("latency_p99", 0.99),
        (Metric("throughput"), rate),
    ])
}

/// All cases.
pub(super) fn all() -> Vec<Case> {
    [open_queues(), other_systems(), pairs()].into_iter().flatten().collect()
}

/// Queues that whoever comes joins.
fn open_queues() -> Vec<Case> {
    vec![
        case(
            "mm1-50",
            queue("160s", EXPONENTIAL, "arrivals = { poisson = '50/s' }", "cores = 1"),
            || exponential(50.0, 1),
        ),
        case(
            "mm1-80",
            queue("310s", EXPONENTIAL, "arrivals = { poisson = '80/s' }", "cores = 1"),
            || exponential(80.0, 1),
        ),
        case(
            "mm4-70",
            queue("60s", EXPONENTIAL, "arrivals = { poisson = '280/s' }", "cores = 4"),
            || exponential(280.0, 4),
        ),
        case(
            "md1-60",
            queue("160s", "'10ms'", "arrivals = { poisson = '60/s' }", "cores = 1"),
            || Ok(vec![mean(MD1::new(60.0, 0.01)?.means().sojourn)]),
        ),
        case(
            "mg1-50-cv2",
            queue(
                "310s",
                "{ lognormal = { mean = '10ms', cv = 2 } }",
                "arrivals = { poisson = '50/s' }",
                "cores = 1",
            ),
            || Ok(vec![mean(MG1::new(50.0, 0.01, 4.0)?.means().sojourn)]),
        ),
    ]
}

/// Systems that refuse or fail, that ask no faster than they are answered, or do not queue.
fn other_systems() -> Vec<Case> {
    vec![
        case(
            "mm1k-90",
            queue(
                "60s",
                EXPONENTIAL,
                "arrivals = { poisson = '90/s' }",
                "cores = 1\nworkers = 1\nqueue = 4",
            ),
            || {
                let queue = MMcK::new(90.0, 100.0, 1, 5)?;
                let let_in = 1.0 - queue.blocking();
                Ok(vec![
                    mean(queue.means().sojourn),
                    (Metric("success_ratio"), let_in),
                    (Metric("goodput"), 90.0 * let_in),
                ])
            },
        ),
        case(
            "closed",
            queue("160s", EXPONENTIAL, "users = 12\nthink = { exp = '100ms' }", "cores = 1"),
            || {
                let means = MachineRepairman::new(12, 0.1, 100.0, 1)?.means();
                Ok(vec![mean(means.sojourn), (Metric("throughput"), means.throughput)])
            },
        ),
        case(
            "no-queue",
            queue("160s", EXPONENTIAL, "arrivals = { poisson = '100/s' }", "")
                .replacen("cpu", "wait", 1),
            || {
                let quantile = |p: f64| -10.0 * libm::log1p(-p);
                Ok(vec![
                    mean(0.01),
                    (Metric("latency_p50"), quantile(0.5)),
                    (Metric("latency_p95"), quantile(0.95)),
                    (Metric("latency_p99"), quantile(0.99)),
                ])
            },
        ),
        case(
            "failures",
            queue(
                "60s",
                EXPONENTIAL,
                "arrivals = { poisson = '20/s' }",
                "cores = 1\n[endpoint.job]\nwork = [{ fail = 0.03 }]",
            )
            .replacen("[endpoint.job]\nwork = [{ cpu = { exp = '10ms' } }]\n", "", 1),
            || Ok(vec![(Metric("success_ratio"), 0.97)]),
        ),
    ]
}

/// Two designs under the same requests.
fn pairs() -> Vec<Case> {
    vec![case(
        "faster",
        queue(
            "160s",
            EXPONENTIAL,
            "arrivals = { poisson = '50/s' }",
            "cores = 1\n[variant.as-is]\n[variant.faster.node.app]\nspeed = 1.1",
        ),
        || {
            let (slow, fast) = (MMc::new(50.0, 100.0, 1)?, MMc::new(50.0, 110.0, 1)?);
            let quantile = |p| ms(fast.sojourn_quantile(p) - slow.sojourn_quantile(p));
            Ok(vec![
                (Difference("latency_mean"), ms(fast.means().sojourn - slow.means().sojourn)),
                (Difference("latency_p95"), quantile(0.95)),
            ])
        },
    )]
}
