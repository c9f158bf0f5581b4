//! Rates that follow a schedule.

use super::super::case::Case;
use super::super::experiment::{Effort, Experiment, Size};
use super::super::read::Read;
use super::super::seen::View;
use super::super::simulated::Simulated;
use super::super::text::{client, exponential, page, rate, server, span, steady_for};
use crate::observe::RequestRow;
use crate::study::Wanted;
use crate::time::{Span, Time};

/// Requests of a full run of swinging arrivals. The variance is what needs so many: its relative
/// error is √(2 / n) for n independent looks, of which a period gives as many as it has phases.
const SWING_REQUESTS: f64 = 60e6;

/// Phases of a period that are looked at.
const PHASES: u32 = 30;

/// Periods until nothing is left of the beginning.
const WARM_UP_PERIODS: f64 = 20.0;

/// Arrivals that swing, each held for an exponential time without waiting: how many are there at
/// one phase, on average over periods.
pub(super) fn swinging(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let (mean, period) = (case.number("base_rate")?, case.number("period")?);
    let held = case.number("holding_mean")?;
    let phase = case.number("phase_t")? % period;
    let (size, periods) = swings(effort, mean * period);
    let demand = format!(
        "arrivals = {{ poisson = {{ sine = {{ mean = {}, amplitude = {:?}, period = {} }} }} }}",
        rate(mean),
        case.number("amplitude")?,
        span(period)
    );
    let text = [
        steady_for(f64::from(periods) * period, WARM_UP_PERIODS * period, &[]),
        page(&format!("{{ wait = {} }}", exponential(held))),
        client(&demand, "app"),
        server("app", ""),
        probes(period, phase, periods),
    ];
    Simulated::new(text.concat(), size).experiment(case, |name| {
        let read = match name {
            "mean_in_system" => Read::first(at_phase),
            "variance" => Read::first(move |view| Some(at_phase(view)? * dispersion(view)?)),
            "peak_mean" => Read::first(move |view| Some(Swing::of(view)?.peak())),
            "peak_lag_seconds" => Read::first(move |view| Some(Swing::of(view)?.lag * period)),
            _ => return Vec::new(),
        };
        vec![read]
    })
}

/// How many periods a replication measures.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of periods or requests is positive and far below 2^32"
)]
fn swings(effort: Effort, requests_per_period: f64) -> (Size, u32) {
    let all = (SWING_REQUESTS / requests_per_period).max(1_000.0);
    let all = if effort == Effort::Quick { all / 50.0 } else { all };
    let size = effort.size(1);
    let periods = (all / f64::from(size.replications)).ceil().max(WARM_UP_PERIODS);
    let measured = |periods: f64| (periods * requests_per_period).round() as u64;
    let requests = measured(periods * f64::from(size.replications));
    let full = requests.max(SWING_REQUESTS as u64);
    (Size { full, requests, ..size }, periods as u32)
}

/// One phase and a whole period of them, averaged over periods; and single looks at each phase
/// of each period.
fn probes(period: f64, phase: f64, periods: u32) -> String {
    let step = period / f64::from(PHASES);
    let moments = |count: u32, from: f64| -> String {
        let moment = |n: u32| span(from + f64::from(n) * step);
        (0..count).map(moment).collect::<Vec<_>>().join(", ")
    };
    let cycle = span(period);
    format!(
        "[probe.phase]\nnode = \"app\"\nat = [{}]\ncycle = {cycle}\n\
         [probe.period]\nnode = \"app\"\nat = [{}]\ncycle = {cycle}\n\
         [probe.looks]\nnode = \"app\"\nat = [{}]\n",
        span(phase),
        moments(PHASES, 0.0),
        moments(PHASES * periods, WARM_UP_PERIODS * period),
    )
}

fn at_phase(view: View<'_>) -> Option<f64> {
    view.probe("phase")?.first().copied().flatten()
}

/// The variance of the number present over its mean, at each phase over the periods, averaged
/// over phases: 1 if the number is Poisson at every phase.
fn dispersion(view: View<'_>) -> Option<f64> {
    let looks: Vec<f64> = view.probe("looks")?.iter().copied().collect::<Option<_>>()?;
    let phases = PHASES as usize;
    let of_phase = |phase: usize| {
        let counts: Vec<f64> = looks.iter().skip(phase).step_by(phases).copied().collect();
        #[allow(clippy::cast_precision_loss, reason = "a number of periods")]
        let n = counts.len() as f64;
        let mean = counts.iter().sum::<f64>() / n;
        let squares: f64 = counts.iter().map(|count| (count - mean) * (count - mean)).sum();
        squares / (n - 1.0) / mean
    };
    Some((0..phases).map(of_phase).sum::<f64>() / f64::from(PHASES))
}

/// The first harmonic of the mean number present: theory says that there is no other.
struct Swing {
    mean: f64,
    amplitude: f64,
    /// By what share of a period the number present is behind the rate.
    lag: f64,
}

impl Swing {
    fn of(view: View<'_>) -> Option<Self> {
        let means: Vec<f64> = view.probe("period")?.iter().copied().collect::<Option<_>>()?;
        let count = f64::from(PHASES);
        let (mut sine, mut cosine) = (0.0, 0.0);
        for (n, mean) in (0..PHASES).zip(&means) {
            let angle = std::f64::consts::TAU * f64::from(n) / count;
            sine += 2.0 / count * mean * libm::sin(angle);
            cosine += 2.0 / count * mean * libm::cos(angle);
        }
        Some(Self {
            mean: means.iter().sum::<f64>() / count,
            amplitude: (sine * sine + cosine * cosine).sqrt(),
            // mean + amplitude sin(x - 2π lag)
            lag: libm::atan2(-cosine, sine) / std::f64::consts::TAU,
        })
    }

    fn peak(&self) -> f64 {
        self.mean + self.amplitude
    }
}

/// Constant gaps into a constant server, too many for a while and then fewer: the fluid limit.
pub(super) fn overload(case: &Case, _: Effort) -> Result<Experiment, String> {
    let (overload, service_rate) = (case.number("overload_rate")?, case.number("service_rate")?);
    let (after, seconds) = (case.number("after_rate")?, case.number("overload_seconds")?);
    if overload <= service_rate || after >= service_rate {
        return Err("the first rate is above the service rate, the second below".to_owned());
    }
    let drain = (overload - service_rate) * seconds / (service_rate - after);
    let demand = format!(
        "arrivals = {{ regular = {{ steps = [[\"0s\", {}], [{}, {}]] }} }}",
        rate(overload),
        span(seconds),
        rate(after)
    );
    let text = [
        format!(
            "study = \"terminating\"\nuntil = \"drained\"\nduration = {}\n",
            span(seconds + 1.1 * drain)
        ),
        page(&format!("{{ cpu = {} }}", span(1.0 / service_rate))),
        client(&demand, "app"),
        server("app", "cores = 1"),
    ];
    // All single requests are wanted, since most of what is expected is about some of them.
    let wanted = Wanted { requests: Some(None), ..Wanted::default() };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    let requests = (overload * seconds + after * 1.1 * drain) as u64;
    let size = Size { full: requests, requests, replications: 1 };
    let simulated = Simulated { text: text.concat(), size, wanted };
    let service = Span::from_secs_rounded(1.0 / service_rate);
    let ends = Time::ZERO + Span::from_secs_rounded(seconds);
    simulated.experiment(case, |name| {
        let read = match name {
            "max_backlog" => Read::at("app", "queue_max"),
            "max_wait" => Read::first(move |view| Some(longest_wait(view.requests(), service))),
            "drain_seconds" => Read::first(move |view| {
                let last = delayed(view.requests(), service).map(|row| row.end).max()?;
                Some(last.since(ends).as_secs_f64())
            }),
            "mean_wait_of_overload_arrivals" => {
                Read::first(move |view| Some(mean_wait(view.requests(), service, ends)))
            }
            "requests_delayed" => Read::first(move |view| {
                #[allow(clippy::cast_precision_loss, reason = "a count")]
                let count = delayed(view.requests(), service).count() as f64;
                Some(count)
            }),
            _ => return Vec::new(),
        };
        vec![read]
    })
}

fn wait(row: &RequestRow, service: Span) -> Span {
    let latency = row.end.since(row.asked.started);
    Span(latency.0.saturating_sub(service.0))
}

fn delayed(rows: &[RequestRow], service: Span) -> impl Iterator<Item = &RequestRow> {
    rows.iter().filter(move |row| !wait(row, service).is_zero())
}

fn longest_wait(rows: &[RequestRow], service: Span) -> f64 {
    rows.iter().map(|row| wait(row, service)).max().unwrap_or_default().as_secs_f64()
}

fn mean_wait(rows: &[RequestRow], service: Span, before: Time) -> f64 {
    let early = rows.iter().filter(|row| row.asked.started <= before);
    let (count, sum) = early.fold((0.0, 0.0), |(count, sum), row| {
        (count + 1.0, sum + wait(row, service).as_secs_f64())
    });
    sum / count
}
