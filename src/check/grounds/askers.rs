//! Who asks: clients that give up, closed loops, browsers that keep answers, and attacks.

use super::super::unsettled::stay;
use super::{Effect, Finder, Reach};
use crate::attack::Attack;
use crate::graph::{Origin, Role, browsers_keep};
use crate::id::NodeId;
use crate::model::Study;
use crate::net::Fixed;
use crate::nodes::client::{ClientPlan, Demand};
use crate::nodes::timeouts::Late;

impl Finder<'_> {
    /// Looks at every client, and at what is done to all.
    pub(super) fn askers(&mut self) {
        let graph = self.graph;
        let Fixed {
            topology: _,
            endpoints: _,
            programs: _,
            traces: _,
            objects: _,
            auth,
            addresses: _,
            http: _,
            cross_origin: _,
            attacks,
            browsers: _,
            screens: _,
        } = &*graph.fixed;
        let attackers: Vec<NodeId> = graph.attackers().collect();
        for (id, plan) in self.ids().zip(&graph.plans) {
            let Role::Client(client) = &plan.role else { continue };
            self.client(id, client);
            // A flood asks as clients do, whatever it gets.
            if attackers.contains(&id) && !self.floods(id) {
                let why = "how much it asks for depends on what it gets";
                self.doubt(id, Reach::Behind, Effect::EITHER, why);
            }
            if attacks.is_some() {
                let why = "what attacks make its browsers do comes on top";
                self.doubt(id, Reach::Behind, Effect::MORE, why);
            }
        }
        if let Some(auth) = auth {
            let why = "nobody is taken to be refused, or to have to log in again";
            let at: Vec<NodeId> = self.ids().filter(|id| self.identifies(auth, *id)).collect();
            for id in at {
                self.doubt(id, Reach::Onward, Effect::EITHER, why);
            }
        }
    }

    /// A run that is looked at from its beginning has no visits under way then, so that fewer pages
    /// are asked for than later.
    fn empty_beginning(&mut self, id: NodeId, client: &ClientPlan) {
        let Demand::Visits(visit) = &client.demand else { return };
        let (stay, duration) = (stay(visit), self.graph.run.duration);
        if self.graph.run.study == Study::Terminating && stay.0 > duration.0 / 1_000 {
            let why = format!(
                "its visits last {stay} on average and begin with the run, so that less comes at \
                 first"
            );
            self.doubt(id, Reach::Behind, Effect::REFUSED, &why);
        }
    }

    /// Whether an attacker asks for no other reason than to ask.
    fn floods(&self, id: NodeId) -> bool {
        let attacks = self.graph.fixed.screens.iter().flat_map(|screens| &screens.attacks);
        let mut own = attacks.skip(id.index()).take(1).flatten();
        own.any(|plan| plan.attack == Attack::Flood)
    }

    /// Whether a node asks who somebody is.
    fn identifies(&self, auth: &crate::auth::AuthPlan, id: NodeId) -> bool {
        let mut asked = self.graph.served.calls.keys().filter(|(node, _)| *node == id);
        asked.any(|(node, endpoint)| auth.program(*node, *endpoint, false).is_some())
    }

    fn client(&mut self, id: NodeId, client: &ClientPlan) {
        // Further attempts are looked at with those of balancers, arrivals with the flow.
        let ClientPlan {
            node: _,
            name_hash: _,
            routes: _,
            mix: _,
            demand: _,
            addresses: _,
            timeout,
            retry: _,
            class: _,
            browser: _,
            pages: _,
            from: _,
            preflights: _,
        } = client;
        if timeout.as_ref().is_some_and(|(_, late)| *late != Late::Abandon) {
            let why = "what it no longer waits for is given up";
            self.doubt(id, Reach::Behind, Effect::REFUSED, why);
        }
        self.empty_beginning(id, client);
        let has_logins = self.graph.fixed.auth.as_ref().is_some_and(|plan| plan.has_logins());
        if has_logins && matches!(client.demand, Demand::Closed(..) | Demand::ClosedTrace(_)) {
            let why = "its users log in at first and whenever what they have has lapsed, which is \
                       not counted";
            self.doubt(id, Reach::Behind, Effect::MORE, why);
        }
        let traffic = self.traffic;
        let Some(own) = traffic.clients.iter().find(|it| it.node == id) else { return };
        // All three are told with the clients, and preflights with what is left out.
        if own.origin == Origin::About {
            self.add(id, Reach::Behind, Effect::EITHER);
        }
        if own.origin == Origin::AtMost || browsers_keep(self.graph, own) {
            self.add(id, Reach::Behind, Effect::SPARED);
        }
        if super::super::left_out::asked_before(self.graph, client) > 0.0 {
            self.add(id, Reach::Behind, Effect::MORE);
        }
    }
}
