//! What opening connections costs, in round trips.

use std::fmt::Write;

use super::super::case::Case;
use super::super::experiment::{Effort, Experiment};
use super::super::read::Read;
use super::super::simulated::Simulated;
use super::super::text::{client, page, server, span, steady_for};

/// Requests far apart, and how long they are measured and not measured, in seconds.
const EVERY_S: f64 = 10.0;
const MEASURED_S: f64 = 100.0;
const WARM_UP_S: f64 = 30.0;

/// The time to the first byte over each kind of connection: a variant for each.
pub(super) fn set_up(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let latency = span(case.number("rtt")? / 2.0);
    let link = format!("latency = {latency}\n");
    let mut text = [
        steady_for(MEASURED_S, WARM_UP_S, &[]),
        page(&format!("{{ wait = {} }}", span(case.number("server_time")?))),
        server("app", "cores = 1"),
        client(
            &format!("arrivals = {{ interval = {} }}\naddresses = {{ count = 1 }}", span(EVERY_S)),
            "app",
        ),
        link,
    ]
    .concat();
    for (name, _) in case.expected() {
        let keys = keys(name).ok_or_else(|| format!("`{name}` is no kind of connection"))?;
        let _ = write!(
            text,
            "[variant.{}.link.users.app]\nconnection = {{ {keys}, handshake = \"0s\", \
             resumption = \"0s\" }}\n",
            name.replace('_', "-")
        );
    }
    Simulated::new(text, effort.size(10)).experiment(case, |name| {
        vec![Read::variant(&name.replace('_', "-"), |view| view.overall("latency_mean"))]
    })
}

/// The keys of a connection that theory calls `name`.
fn keys(name: &str) -> Option<&'static str> {
    Some(match name {
        "http_new" => "mode = \"per-request\"",
        "http_keepalive" => "mode = \"pool\"",
        "https_keepalive" => "mode = \"pool\", tls = \"1.3\"",
        "tls12_full_new" => "mode = \"per-request\", tls = \"1.2\"",
        "tls12_resumed_new" => "mode = \"per-request\", tls = \"1.2\", resumed = 1.0",
        "tls13_full_new" => "mode = \"per-request\", tls = \"1.3\"",
        "tls13_resumed_new" => "mode = \"per-request\", tls = \"1.3\", resumed = 1.0",
        "tls13_0rtt_new" => {
            "mode = \"per-request\", tls = \"1.3\", resumed = 1.0, early_data = true"
        }
        "quic_1rtt_new" => "mode = \"per-request\", protocol = \"h3\"",
        "quic_0rtt_new" => {
            "mode = \"per-request\", protocol = \"h3\", resumed = 1.0, early_data = true"
        }
        _ => return None,
    })
}
