//! Nodes of closed loops that are full: no queue grows without limit there, since users who wait
//! ask for nothing else, but they do wait.

use super::bound::Bound;
use super::circuit::given;
use super::grounds::Grounds;
use crate::graph::{Graph, Traffic};
use crate::id::NodeId;

/// One line for each node that can do no more than its users would ask for if nobody waited; none
/// where less than what is known may come, for another reason than that.
pub(super) fn full(graph: &Graph, traffic: &Traffic) -> Vec<String> {
    let is_closed = |id: NodeId| {
        let mut clients = traffic.clients.iter().filter(|it| it.origin.is_closed());
        clients.any(|client| client.visits.keys().any(|(node, _)| *node == id))
    };
    let grounds = Grounds::of(graph, &given(traffic));
    let ids = (0..).map(NodeId).zip(&traffic.nodes);
    let full = ids.filter_map(|(id, node)| {
        let busiest = node.busiest().filter(|busiest| *busiest >= 1.0 - 1e-9);
        busiest
            .filter(|_| is_closed(id) && grounds.load(id) != Bound::AtMost)
            .map(|busiest| (id, busiest))
    });
    let line = |(id, busiest): (NodeId, f64)| {
        // A bound of one closed loop ends where the node is full.
        let much = if busiest <= 1.0 + 1e-9 {
            "all that it can do, or more,".to_owned()
        } else {
            format!("{busiest:.3} of what it can do")
        };
        format!(
            "  {}: full: its users would ask for {much} if nobody waited, so they wait, and ask \
             for no more than it can",
            graph.names[id.index()]
        )
    };
    full.map(line).collect()
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;
    use crate::check::text;

    /// What is told of two groups of so many users, who ask one server in turn.
    fn told(users: u32) -> (String, String) {
        let group = |name: &str| {
            format!(
                "[node.{name}]\nkind = 'client'\nusers = {users}\nthink = {{ exp = '1s' }}\n\
                 mix = {{ page = 1 }}\n[link.{name}.app]\n"
            )
        };
        let (graph, checked, warnings) = checked(&format!(
            "[endpoint.page]\nwork = [{{ cpu = {{ exp = '10ms' }} }}]\n{}{}\
             [node.app]\nkind = 'server'\ncores = 1\n",
            group("east"),
            group("west")
        ));
        (text("base", &graph, &checked), warnings)
    }

    #[test]
    fn a_node_to_which_closed_loops_would_bring_too_much_is_said_to_be_full() {
        let (said, warnings) = told(60);
        let line = "app: full: its users would ask for 1.188 of what it can do if nobody waited";
        assert!(said.contains(line) && warnings.is_empty(), "{said}{warnings}");
        assert!(!told(40).0.contains("full"));
    }

    #[test]
    fn a_bound_that_ends_where_the_node_is_full_says_so_and_what_a_store_may_spare_is_not() {
        let said = |work: &str, more: &str| {
            let (graph, checked, _) = checked(&format!(
                "[endpoint.page]\npath = '/{{object}}'\nobjects = {{ count = 9 }}\n\
                 work = [{work}]\n[node.users]\nkind = 'client'\nusers = 200\n\
                 think = {{ exp = '1s' }}\nmix = {{ page = 1 }}\ntimeout = {{ total = '9s' }}\n\
                 [link.users.app]\n[node.app]\nkind = 'server'\ncores = 1\n{more}\n"
            ));
            text("base", &graph, &checked)
        };
        let work = "{ cpu = { exp = '10ms' } }";
        assert!(
            said(work, "").contains("app: full: its users would ask for 1."),
            "{}",
            said(work, "")
        );
        let spared = format!("{{ lookup = 'mem', miss = [{work}] }}");
        let store = "[node.mem]\nkind = 'cache'\ncapacity = { objects = 5 }\n[link.app.mem]";
        assert!(!said(&spared, store).contains("full"), "{}", said(&spared, store));
    }
}
