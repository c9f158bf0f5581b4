//! What connections do to requests: SYNs that are lost, windows that are small at first, and the
//! few that a browser opens.

use super::super::case::Case;
use super::super::experiment::{Effort, Experiment};
use super::super::read::Read;
use super::super::simulated::Simulated;
use super::super::text::{client, page, rate, server, span, steady_for};
use crate::net::Part;
use crate::net::tcp::SynTimers;

/// Attempts to connect per second: those that fail do not pile up.
const CONNECTS: f64 = 1_000.0;

/// Requests far apart, and how long they are measured and not measured, in seconds.
const EVERY_S: f64 = 10.0;
const MEASURED_S: f64 = 100.0;
const WARM_UP_S: f64 = 30.0;

/// Pages so far apart that one is there before the next is wanted, and how many are measured.
const PAGE_EVERY_S: f64 = 1e6;
const PAGES: f64 = 20.0;

/// Connections that wait for the next page.
const KEPT: &str = "mode = \"pool\", keep_alive = \"3650d\"";

/// A new connection for each request, over a link that loses SYNs.
pub(super) fn lost_syns(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let size = effort.size_of(case)?;
    let timeout = case.number("connect_timeout")?;
    let timers = syn_timers(&case.numbers("syn_send_times")?, timeout)?;
    let demand = format!(
        "arrivals = {{ regular = {} }}\ntimeout = {{ connect = {} }}",
        rate(CONNECTS),
        span(timeout)
    );
    let (measured, warm_up) = size.seconds(CONNECTS);
    let text = [
        // As many attempts of each length end as begin only after the longest of them.
        steady_for(measured, warm_up.max(2.0 * timeout), &[]),
        page("{ wait = \"0s\" }"),
        server("app", ""),
        client(&demand, "app"),
        format!("loss = {{ up = {:?} }}\n", case.number("p_loss")?),
        format!("connection = {{ mode = \"per-request\", syn_timers = \"{timers}\" }}\n"),
    ];
    Simulated::new(text.concat(), size).experiment(case, |name| match name {
        "p_connected" => vec![Read::at("app", "connected_ratio")],
        "p_connected_without_retransmit" => vec![Read::at("app", "connected_at_once_ratio")],
        "mean_extra_delay_if_connected" => vec![Read::at("app", "connect_extra_mean")],
        "mean_syns_sent" => vec![Read::first(|view| {
            Some(view.at("app", "syn_sent")? / view.at("app", "connect_rate")?)
        })],
        _ => Vec::new(),
    })
}

/// The word for the timers that send SYNs at these seconds, as far as they come before the
/// time-out.
fn syn_timers(times: &[f64], timeout: f64) -> Result<&'static str, String> {
    let named = [("classic", SynTimers::Classic), ("linear", SynTimers::Linear)];
    let found = named.into_iter().find(|(_, timers)| {
        let sent = (0..timers.most()).map(|n| timers.sent(n).as_secs_f64());
        let sent: Vec<f64> = sent.filter(|at| *at < timeout).collect();
        let wanted: Vec<f64> = times.iter().copied().filter(|at| *at < timeout).collect();
        sent.len() == wanted.len()
            && sent.iter().zip(&wanted).all(|(sent, wanted)| (sent - wanted).abs() < 1e-9)
    });
    found.map(|(word, _)| word).ok_or_else(|| "no `syn_timers` send at these times".to_owned())
}

/// A response over a new connection, from the request on.
pub(super) fn slow_start(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let rtt = case.number("rtt")?;
    let demand = format!("arrivals = {{ interval = {} }}", span(EVERY_S));
    let text = [
        steady_for(MEASURED_S, WARM_UP_S, &[]),
        page("{ wait = \"0s\" }"),
        format!("response = {{ size = \"{}B\" }}\n", case.whole("response_bytes")?),
        server("app", ""),
        client(&demand, "app"),
        format!("latency = {}\n", span(rtt / 2.0)),
        format!(
            "connection = {{ mode = \"per-request\", initial_window = {}, mss = {} }}\n",
            case.whole("initial_window")?,
            case.whole("mss")?
        ),
    ];
    // Opening the connection is another part of the latency.
    let time = || Read::first(|view| view.part(Part::Network));
    Simulated::new(text.concat(), effort.size(10)).experiment(case, |name| match name {
        "time_request_to_last_byte" => vec![time()],
        "rounds" => vec![time().divided(rtt)],
        _ => Vec::new(),
    })
}

/// A page whose parts are wanted at once, over the connections of a browser, which are there from
/// the page before.
pub(super) fn browser_limits(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let (rtt, resources) = (case.number("rtt")?, case.whole("resources")?);
    let demand = format!(
        "arrivals = {{ poisson = {}, batch = {resources} }}\naddresses = {{ count = 1 }}",
        rate(1.0 / PAGE_EVERY_S)
    );
    let text = [
        steady_for(PAGES * PAGE_EVERY_S, PAGES * PAGE_EVERY_S, &[]),
        page(&format!("{{ wait = {} }}", span(case.number("server_time")?))),
        server("app", ""),
        client(&demand, "app"),
        format!("latency = {}\n", span(rtt / 2.0)),
        format!(
            "[variant.h1.link.users.app]\nconnection = {{ {KEPT}, per_origin = {} }}\n",
            case.whole("h1_connections")?
        ),
        format!(
            "[variant.h2.link.users.app]\nconnection = {{ {KEPT}, protocol = \"h2\", \
             streams = {resources}, per_origin = 1 }}\n"
        ),
    ];
    let last = |variant: &str| Read::variant(variant, |view| view.overall("latency_max"));
    Simulated::new(text.concat(), effort.size(u64::from(resources) * 10)).experiment(case, |name| {
        match name {
            "h1_all_done" => vec![last("h1")],
            "h2_all_done" => vec![last("h2")],
            // One round is what a page takes whose parts all travel at once.
            "h1_rounds" => vec![Read::new(|seen| {
                let of = |variant| seen.variant(variant)?.overall("latency_max");
                Some(of("h1")? / of("h2")?)
            })],
            _ => Vec::new(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syn_timers_are_known_by_what_they_send_before_the_time_out() {
        assert_eq!(syn_timers(&[0.0, 1.0, 3.0, 7.0, 15.0], 10.0), Ok("classic"));
        assert_eq!(syn_timers(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 7.0], 6.0), Ok("linear"));
        assert!(syn_timers(&[0.0, 3.0, 9.0], 10.0).is_err());
        assert!(syn_timers(&[0.0, 1.0], 10.0).is_err(), "more are sent than these");
    }
}
