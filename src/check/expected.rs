//! What connections are expected to come to, for people.

use super::strangers::asks_once;
use super::text::time;
use crate::graph::{Graph, LinkPlan, passes_on};
use crate::id::NodeId;
use crate::net::{Mode, Transport};

/// How many round trips requests wait for connections that are opened.
pub(super) fn connections(graph: &Graph) -> Vec<String> {
    let links = graph.fixed.topology.links.iter().zip(&graph.links);
    let opener = |from: NodeId| match () {
        () if passes_on(graph, from) => Opener::PassesOn,
        () if asks_once(graph, from) => Opener::AsksOnce,
        () => Opener::Keeps,
    };
    links.filter_map(|(ends, link)| connection(link, opener(ends.from))).collect()
}

/// How many round trips it takes on average to open a connection.
fn rounds(it: &Transport) -> f64 {
    let tcp = u32::from(it.has_tcp);
    let [full, resumed] = it.tls.map_or([tcp, tcp], |rounds| rounds.map(|more| more + tcp));
    f64::from(full) * (1.0 - it.resumed) + f64::from(resumed) * it.resumed
}

/// Seconds that every exchange over a link waits for a connection of its own, if it opens one.
pub(super) fn opening(link: &LinkPlan) -> f64 {
    let transport = link.transport.as_ref().filter(|it| it.mode == Mode::PerRequest);
    transport.map_or(0.0, |it| rounds(it) * 2.0 * link.latency.mean() / 1e9)
}

/// Who opens connections over a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opener {
    /// Who uses them as their mode says.
    Keeps,
    /// Each of its requests comes from somebody new.
    AsksOnce,
    /// A balancer of layer 4: one for each that it passes on, without keys of its own.
    PassesOn,
}

/// How long requests wait for a connection; nothing where that takes no time.
fn connection(link: &LinkPlan, opener: Opener) -> Option<String> {
    let it: &Transport = link.transport.as_ref()?;
    let mean = if opener == Opener::PassesOn { 1.0 } else { rounds(it) };
    let when = match it.mode {
        _ if opener == Opener::PassesOn => "the first request on each connection",
        _ if opener == Opener::AsksOnce && it.mode != Mode::Warm => "every request",
        Mode::PerRequest => "every request",
        Mode::PerSession if it.keep_alive.is_none() && it.server_keep_alive.is_none() => {
            "the first request of a session"
        }
        Mode::PerSession => "a request whose session has no connection, or no longer,",
        Mode::Warm | Mode::Pool => "a request that finds no connection",
    };
    let wait = mean * 2.0 * link.latency.mean() / 1e9;
    let trips = if (mean - 1.0).abs() < 1e-9 { "round trip" } else { "round trips" };
    (wait > 0.0).then(|| {
        let name = link.name.replace('>', " → ");
        let is_early = it.early_data && it.resumed > 0.0 && opener != Opener::PassesOn;
        let unless = if is_early { ", one more for what no early data may carry" } else { "" };
        format!("  {name}: {when} waits {} until it is open ({mean} {trips}{unless})", time(wait))
    })
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;

    #[test]
    fn faults_and_connections_are_told_with_what_they_come_to() {
        let text = "[endpoint.page]\n[node.users]\nkind = 'client'\nmix = { page = 1 }\n\
            arrivals = { poisson = '1/s' }\n[node.app]\nkind = 'server'\nreplicas = 2\n\
            [link.users.app]\nlatency = '10ms'\n\
            connection = { mode = 'per-request', tls = '1.2', resumed = 0.5 }\n\
            [fault.x]\nkind = 'crash'\nnode = 'app'\nmtbf = { exp = '9h' }\n\
            mttr = { exp = '1h' }\ncrews = 1\n";
        let (graph, ..) = checked(text);
        // Down with one crew: 2/9 of one and 2/81 of both, to 1 of none.
        let both = 2.0 / 81.0 / (1.0 + 2.0 / 9.0 + 2.0 / 81.0);
        let lines = crate::check::repairs::availabilities(&graph);
        let share = format!("{both:.3e}");
        assert!(lines.len() == 1 && lines[0].contains(&share), "{lines:?}, not {share}");
        assert!(lines[0].contains("with exponential times"), "{lines:?}");
        let lines = super::connections(&graph);
        assert!(lines[0].contains("every request waits 50 ms"), "{lines:?}");
        assert!(lines[0].contains("2.5 round trips)"), "{lines:?}");
        let (graph, ..) = checked(&text.replace("'1.2'", "'1.3', early_data = true"));
        let lines = super::connections(&graph);
        assert!(lines[0].contains("1.5 round trips, one more for what no"), "{lines:?}");
    }

    /// What is told of the connections of users to a balancer, and of its own.
    fn opened(layer: u8, users: &str, own: &str) -> (Vec<String>, String) {
        let (graph, checked, _) = checked(&format!(
            "[endpoint.p]\nwork = [{{ cpu = '1ms' }}]\n[node.u]\nkind = 'client'\nusers = 5\n\
             think = '1s'\nmix = {{ p = 1 }}\n[node.lb]\nkind = 'load-balancer'\n\
             layer = {layer}\n[node.app]\nkind = 'server'\ncores = 1\nreplicas = 2\n\
             [link.u.lb]\n{users}\n[link.lb.app]\n{own}\n"
        ));
        (super::connections(&graph), crate::check::text("base", &graph, &checked))
    }

    #[test]
    fn a_balancer_of_layer_4_opens_its_connections_without_keys() {
        let users = "connection = { mode = 'pool' }";
        let own = "latency = '2ms'\nconnection = { mode = 'pool', tls = '1.3' }";
        let (lines, said) = opened(4, users, own);
        let line = "  lb → app: the first request on each connection waits 4 ms until it is open \
                    (1 round trip)";
        assert_eq!(lines, [line]);
        assert!(!said.contains("takes a handshake"), "{said}");
        let (_, said) = opened(4, users, "connection = { mode = 'pool', max = 1 }");
        assert!(!said.contains("connections are needed"), "{said}");
        assert!(!said.contains("limited number"), "{said}");
        let (lines, said) = opened(7, users, own);
        let line = "  lb → app: a request that finds no connection waits 8 ms until it is open (2 \
                    round trips)";
        assert_eq!(lines, [line]);
        assert!(said.contains("takes a handshake"), "{said}");
    }

    #[test]
    fn a_session_whose_connection_ends_while_somebody_thinks_opens_more_than_one() {
        let told = |more: &str| {
            let users = format!("latency = '10ms'\nconnection = {{ mode = 'per-session'{more} }}");
            opened(7, &users, "").0
        };
        assert!(told("")[0].contains("the first request of a session waits 20 ms"));
        let line = "a request whose session has no connection, or no longer, waits 20 ms";
        assert!(told(", keep_alive = '10ms'")[0].contains(line));
    }
}
