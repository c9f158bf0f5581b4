//! Arrivals that come together.

use super::super::case::Case;
use super::super::experiment::{Effort, Experiment};
use super::super::read::Read;
use super::super::simulated::Simulated;
use super::super::text::{client, exponential, page, rate, server, steady};
use crate::study::Wanted;

/// Single requests that a replication keeps, to tell the first of a batch from the others.
const SAMPLE: usize = 200_000;

/// A rate that switches between two values at random.
pub(super) fn modulated(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let size = effort.size_of(case)?;
    let rates = (case.number("rate_1")?, case.number("rate_2")?);
    let leave = (case.number("switch_1_to_2")?, case.number("switch_2_to_1")?);
    // The share of time in a state is the rate of coming into it.
    let mean = (rates.0 * leave.1 + rates.1 * leave.0) / (leave.0 + leave.1);
    let demand = format!(
        "arrivals = {{ mmpp = {{ rates = [{}, {}], leave = [{}, {}] }} }}",
        rate(rates.0),
        rate(rates.1),
        rate(leave.0),
        rate(leave.1)
    );
    let text = [
        steady(&size, mean, &[]),
        page(&format!("{{ cpu = {} }}", exponential(1.0 / case.number("service_rate")?))),
        client(&demand, "app"),
        server("app", "cores = 1"),
    ];
    Simulated::new(text.concat(), size).experiment(case, |name| match name {
        "mean_rate" => vec![Read::overall("offered_rate")],
        _ => Read::station("app", name).into_iter().collect(),
    })
}

/// Batches of a constant size.
pub(super) fn batches(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let size = effort.size_of(case)?;
    let (batches, batch) = (case.number("batch_rate")?, case.whole("batch_size")?);
    let service = 1.0 / case.number("service_rate")?;
    let demand = format!("arrivals = {{ poisson = {}, batch = {batch} }}", rate(batches));
    let text = [
        steady(&size, batches * f64::from(batch), &[]),
        page(&format!("{{ cpu = {} }}", exponential(service))),
        client(&demand, "app"),
        server("app", "cores = 1"),
    ];
    let wanted = Wanted { requests: Some(Some(SAMPLE)), ..Wanted::default() };
    Simulated { text: text.concat(), size, wanted }.experiment(case, |name| match name {
        "Wq_first_of_batch" => {
            vec![Read::first(move |view| {
                let firsts = view
                    .requests()
                    .iter()
                    .filter(|row| row.asked.ordinal.is_multiple_of(batch.into()));
                let (count, sum) = firsts.fold((0.0, 0.0), |(count, sum), row| {
                    (count + 1.0, sum + row.end.since(row.asked.started).as_secs_f64())
                });
                // A log knows how long a request took, of which the mean service is known.
                (count > 0.0).then(|| sum / count - service)
            })]
        }
        _ => Read::station("app", name).into_iter().collect(),
    })
}
