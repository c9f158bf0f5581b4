//! A recording as the text of a scenario.

use std::fmt::Write;

use super::constants::{CONNECT_US, Hop, NGINX_CONNECTIONS, SEND_US, TIMER_CV, TIMER_US, WIRE_US};
use super::failing::{self, Course};
use super::kinds::{Bar, Kind};
use super::recording::Recording;
use crate::balance::{HashOn, Profile};

/// How long the recorded clients waited for an answer.
const PATIENCE: &str = "30s";

/// How long the users of a closed loop asked, in seconds.
pub(super) const CLOSED_S: u64 = 40;

/// The scenario: a client that replays the trace, the balancer if there is one, the backends.
pub(super) fn text(recording: &Recording, kind: &Kind, course: Course) -> String {
    let demand = if recording.is_closed() {
        format!("trace = \"{}\"", recording.trace)
    } else {
        format!("arrivals = {{ trace = \"{}\" }}", recording.trace)
    };
    let mut text = format!(
        "duration = \"400s\"\n[node.users]\nkind = \"client\"\n{demand}\nmix = {{ page = 1 }}\n\
         timeout = {{ total = \"{PATIENCE}\", late = \"abandon\" }}\n"
    );
    if let (Some(_), Some(profile)) = (&recording.rules, kind.profile()) {
        text += failing::client(profile);
    }
    // A slot is a worker with a core of its own, which it keeps until its timer has woken.
    let _ = write!(
        text,
        "[endpoint.page]\nwork = [ {{ cpu = {{ trace = \"service\" }} }}, {{ wait = {{ lognormal = \
         {{ mean = \"{TIMER_US}us\", cv = {TIMER_CV} }} }} }} ]\n"
    );
    for (number, slots) in recording.slots.iter().enumerate() {
        let _ = write!(
            text,
            "[node.b{number}]\nkind = \"server\"\ncores = {slots}\nworkers = {slots}\n"
        );
        if let Some(queue) = recording.queue {
            let _ = writeln!(text, "queue = {queue}");
        }
    }
    if let Some(fault) = &recording.fault {
        text += &failing::tables(fault, course);
    }
    text + &way(recording, kind, course)
}

/// What is between client and backends. Without a balancer half of the way is each direction of a
/// link.
fn way(recording: &Recording, kind: &Kind, course: Course) -> String {
    let connect = if recording.mode == "new" { CONNECT_US } else { 0 };
    let Hop { request, response } = kind.hop;
    let request = (request.0 + SEND_US.0 + connect, request.1 + SEND_US.1 + connect);
    let Some(spec) = kind.balance() else {
        let half = (request.0 + request.1 + response.0 + response.1) / 4;
        return format!("[link.users.b0]\nlatency = \"{half}us\"\n");
    };
    let profile = spec.profile.map_or("", |profile| profile.name());
    let mut text = format!(
        "[node.lb]\nkind = \"load-balancer\"\nalgorithm = \"{}\"\nprofile = \"{profile}\"\n\
         overhead = {{ request = {}, response = {} }}\n",
        spec.algorithm.name(),
        uniform(less(request)),
        uniform(less(response))
    );
    if spec.profile == Some(Profile::Nginx) && !is_layer_4(recording) {
        // A request that is handed on takes two connections; without them it is not answered.
        let _ = write!(text, "workers = {}\nqueue = 0\n", NGINX_CONNECTIONS / 2);
    }
    match spec.hash_on {
        HashOn::Source => text += "hash_on = \"source\"\n",
        HashOn::Cookie => text += "hash_on = \"cookie\"\n",
        HashOn::Uri => {}
    }
    let names = || (0..recording.slots.len()).map(|number| format!("b{number}"));
    if recording.weights.iter().any(|weight| *weight != 1) {
        let weights = names().zip(&recording.weights).map(|(name, it)| format!("{name} = {it}"));
        let _ = writeln!(text, "weights = {{ {} }}", weights.collect::<Vec<_>>().join(", "));
    }
    if kind.bar == Bar::NearOneRun
        && let Some(port) = recording.runs.first().and_then(|run| run.port)
    {
        let address = |(name, port): (String, u16)| format!("{name} = \"127.0.0.1:{port}\"");
        let addresses: Vec<String> = names().zip(port..).map(address).collect();
        let _ = writeln!(text, "addresses = {{ {} }}", addresses.join(", "));
    }
    text += &limits(&recording.policy);
    if recording.policy.contains("cookie-insert") {
        text += "sticky = { cookie = \"SRV\" }\n";
    }
    if let (Some(rules), Some(profile)) = (&recording.rules, spec.profile) {
        text += &rules.balancer(profile, course);
    }
    text += &entrance(recording);
    for name in names() {
        let _ = writeln!(text, "[link.lb.{name}]\nlatency = \"{WIRE_US}us\"");
        if recording.rules.is_some() {
            // Whether a connection exists decides what a fault does to a request.
            text += "connection = { mode = \"pool\" }\n";
        }
    }
    text
}

/// What a policy's name says of full backends.
fn limits(policy: &str) -> String {
    let after = |word: &str| {
        let (_, rest) = policy.split_once(word)?;
        rest.split(' ').next().map(str::to_owned)
    };
    let mut text = String::new();
    if let Some(most) = after("maxconn ").or_else(|| after("max_conns=")) {
        let _ = writeln!(text, "max_conns = {most}");
    }
    if let Some(patience) = after("timeout queue ") {
        let _ = writeln!(text, "backend_queue = \"{patience}\"");
    }
    text
}

/// Whether a balancer passed connections on.
fn is_layer_4(recording: &Recording) -> bool {
    recording.policy.contains("-stream-") || recording.policy.contains("-tcp-")
}

/// How the clients' connections reach the balancer, and what that makes of it.
fn entrance(recording: &Recording) -> String {
    let is_layer_4 = is_layer_4(recording);
    let layer = if is_layer_4 { "layer = 4\n" } else { "" };
    let mode = match recording.mode.as_str() {
        "pin" => "connection = { mode = \"per-session\" }\n",
        "new" if is_layer_4 => "connection = { mode = \"per-request\" }\n",
        // Whether a connection was used before decides what HAProxy says of a failure.
        _ if recording.rules.is_some() => "connection = { mode = \"pool\" }\n",
        _ => "",
    };
    format!("{layer}[link.users.lb]\n{mode}")
}

/// A hop without the way to the backends.
fn less((least, most): (u64, u64)) -> (u64, u64) {
    (least - WIRE_US, most - WIRE_US)
}

/// The uniform law over a range of microseconds.
fn uniform((least, most): (u64, u64)) -> String {
    format!("{{ uniform = {{ min = \"{least}us\", max = \"{most}us\" }} }}")
}

#[cfg(test)]
mod tests {
    use super::super::super::ready::graphs;
    use super::super::kinds::kind_of;
    use super::super::recording::{Traces, built_in};
    use super::*;

    #[test]
    fn every_recording_is_a_scenario_that_can_be_run() {
        let mut traces = Traces::default();
        for recording in built_in().iter().filter(|it| !it.trace.contains("lognormal")) {
            let kind = kind_of(&recording.policy).expect("a kind");
            let text = text(recording, kind, Course::of(1, 20));
            let graphs = graphs(&text, &mut traces);
            assert!(graphs.is_ok(), "{}: {}\n{text}", recording.id(), graphs.unwrap_err());
        }
    }
}
