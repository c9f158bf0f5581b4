//! Work that ends early: a call that fails makes the server itself fail, so what it would do after
//! that is done less often than the traffic equations say; and a page that fails has no parts.

use std::collections::{BTreeMap, BTreeSet};

use super::super::bound::Bound;
use super::super::seats::may_run_out;
use super::super::strangers::sees_strangers;
use super::{Effect, Finder, Reach};
use crate::count::Count;
use crate::endpoint::{Op, ScreenRule};
use crate::fault::{FaultKind, Target};
use crate::graph::{Graph, Pair, Role, is_denied, programs, successors};
use crate::id::NodeId;
use crate::limit::LimitKey;
use crate::nodes::client::ClientPlan;

impl Finder<'_> {
    /// Looks for what is done only if calls succeed that may fail.
    pub(super) fn ends(&mut self) {
        let graph = self.graph;
        let failing = failing(graph);
        let visits = self.traffic.clients.iter().flat_map(|it| it.visits.keys().copied());
        for pair in visits.collect::<BTreeSet<Pair>>() {
            match &graph.plans[pair.0.index()].role {
                Role::Answering(_) => self.goes_on(pair, &failing),
                Role::Client(client) => self.loads_parts(pair, client, &failing),
                Role::Proxy { .. } | Role::Balancer { .. } => {}
            }
        }
    }

    /// Work that goes on only if its calls succeed.
    fn goes_on(&mut self, pair: Pair, failing: &BTreeSet<Pair>) {
        let graph = self.graph;
        let fails = |to: Pair| failing.contains(&to) || gives_up(graph, pair.0, to.0);
        let why = format!("`{}` goes on to it only if its calls succeed", self.name(pair.0));
        let mut works = false;
        for number in programs(graph, pair) {
            let ops = &graph.fixed.programs[usize::from(number)].ops;
            for place in after_calls(ops, &fails) {
                match &ops[place] {
                    Op::Call { to, .. } => {
                        self.doubt(*to, Reach::Onward, Effect::SPARED, &why);
                    }
                    Op::Keep(keep) => {
                        self.add(keep.to, Reach::Onward, Effect::SPARED);
                    }
                    Op::Cpu(..)
                    | Op::CpuPerByte(_)
                    | Op::Wait(..)
                    | Op::Screen(ScreenRule::Costs(..) | ScreenRule::CostsPerByte(..)) => {
                        works = true;
                    }
                    Op::Unless(..)
                    | Op::Fork(..)
                    | Op::Join
                    | Op::Fail(..)
                    | Op::Rule(_)
                    | Op::Screen(_)
                    | Op::Forward
                    | Op::Return => {}
                }
            }
        }
        if works {
            let why = "some of its work is done only if its calls succeed";
            let effect = Effect { spares: true, ..Effect::work(Bound::AtMost) };
            self.doubt(pair.0, Reach::Here, effect, why);
        }
    }

    /// Parts of a page that may fail, or that comes too late.
    fn loads_parts(&mut self, pair: Pair, client: &ClientPlan, failing: &BTreeSet<Pair>) {
        if !failing.contains(&pair) && client.timeout.is_none() {
            return;
        }
        let graph = self.graph;
        let why =
            format!("`{}` asks for the parts of a page only if that succeeds", self.name(pair.0));
        let pages = client.mix.iter().zip(&client.pages).filter(|((_, it), _)| *it == pair.1);
        for part in pages.flat_map(|(_, page)| &page.parts) {
            let calls = graph.served.calls.get(&(pair.0, part.endpoint)).into_iter().flatten();
            for ((to, _), _) in calls {
                self.doubt(*to, Reach::Onward, Effect::SPARED, &why);
            }
        }
    }

    fn name(&self, id: NodeId) -> &str {
        &self.graph.names[id.index()]
    }
}

/// The operations that are done only if calls succeed of which `fails` says that they may not.
fn after_calls(ops: &[Op], fails: &dyn Fn(Pair) -> bool) -> BTreeSet<usize> {
    let may_fail = |op: &Op| matches!(op, Op::Call { to, endpoint, .. } if fails((*to, *endpoint)));
    let ends = |op: &Op| may_fail(op) || matches!(op, Op::Fail(often, ..) if often.get() > 0.0);
    let mut after = BTreeSet::new();
    for (place, op) in ops.iter().enumerate() {
        let breaks = match op {
            Op::Fork(starts, needed) => {
                let branch = |start: &&u16| {
                    from(ops, usize::from(**start)).into_iter().any(|place| ends(&ops[place]))
                };
                starts.iter().filter(branch).count() + usize::from(*needed) > starts.len()
            }
            Op::Call { times, .. } if may_fail(op) => {
                if !matches!(times, Count::Constant(0 | 1)) {
                    after.insert(place);
                }
                true
            }
            Op::Call { .. }
            | Op::Cpu(..)
            | Op::CpuPerByte(_)
            | Op::Wait(..)
            | Op::Unless(..)
            | Op::Join
            | Op::Fail(..)
            | Op::Rule(_)
            | Op::Keep(_)
            | Op::Screen(_)
            | Op::Forward
            | Op::Return => false,
        };
        if breaks {
            after.extend(from(ops, place + 1));
        }
    }
    after
}

/// The operations that an operation leads to, itself among them.
fn from(ops: &[Op], start: usize) -> BTreeSet<usize> {
    let (mut open, mut seen) = (vec![start], BTreeSet::new());
    while let Some(place) = open.pop() {
        let Some(op) = ops.get(place) else { continue };
        if seen.insert(place) {
            let next = successors(op, place).into_iter().filter(|(_, share)| *share > 0.0);
            open.extend(next.map(|(to, _)| to));
        }
    }
    seen
}

/// The pairs whose visits may fail, and those whose visits fail with these.
fn failing(graph: &Graph) -> BTreeSet<Pair> {
    let mut callers: BTreeMap<Pair, Vec<Pair>> = BTreeMap::new();
    let mut open = Vec::new();
    for (from, calls) in &graph.served.calls {
        open.extend(may_fail(graph, *from).then_some(*from));
        for (to, _) in calls.iter().filter(|(_, often)| *often > 0.0) {
            open.extend(may_fail(graph, *to).then_some(*to));
            open.extend(gives_up(graph, from.0, to.0).then_some(*from));
            // What a store does not answer is not there.
            if graph.plans[to.0.index()].aside.is_none() {
                callers.entry(*to).or_default().push(*from);
            }
        }
    }
    let mut failing = BTreeSet::new();
    while let Some(pair) = open.pop() {
        if failing.insert(pair) {
            open.extend(callers.get(&pair).into_iter().flatten());
        }
    }
    failing
}

/// Whether whoever calls does not wait for the answer in any case.
fn gives_up(graph: &Graph, from: NodeId, to: NodeId) -> bool {
    let link = graph.fixed.topology.link(from, to);
    let link = link.map(|link| &graph.links[link.index()]);
    link.is_some_and(|link| link.waits.is_some() || link.breaker.is_some())
}

/// Whether a visit for a pair may fail by itself.
fn may_fail(graph: &Graph, pair: Pair) -> bool {
    let plan = &graph.plans[pair.0.index()];
    let is_full = plan.shape.as_ref().is_some_and(|it| {
        it.queue != u32::MAX || it.patience.is_some() || it.shed.is_some() || it.backlog.is_some()
    });
    let by_limit = plan
        .limit
        .as_ref()
        .is_some_and(|limit| limit.key != LimitKey::Address || !sees_strangers(graph, pair.0));
    let by_screen = plan.screen.as_ref().is_some_and(|it| {
        let stops = it.knows.is_some() || it.waf.is_some() || it.login.is_some();
        stops || it.connections.is_some() || is_denied(graph, pair)
    });
    let by_role = match &plan.role {
        Role::Client(_) | Role::Proxy { .. } => false,
        Role::Balancer { plan, .. } => plan.treats.max_conns.is_some(),
        Role::Answering(_) => {
            let asked = graph.fixed.endpoints.get(pair.1.index());
            let fails = |op: &Op| matches!(op, Op::Fail(often, ..) if often.get() > 0.0);
            let mut numbers = programs(graph, pair).into_iter();
            asked.is_some_and(|asked| asked.status >= 400)
                || numbers.any(|it| graph.fixed.programs[usize::from(it)].ops.iter().any(fails))
        }
    };
    let by_connections = may_run_out(graph, pair.0);
    is_full || by_limit || by_screen || by_role || by_connections || is_struck(graph, pair.0)
}

/// Whether a fault takes a node away now and then.
fn is_struck(graph: &Graph, id: NodeId) -> bool {
    let of = |target: &Target| matches!(target, Target::Replica(at) if at.node == id);
    let stops = |kind| !matches!(kind, FaultKind::Slow | FaultKind::CacheFlush | FaultKind::Drain);
    graph.faults.iter().any(|plan| stops(plan.kind) && plan.targets.iter().any(of))
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;
    use crate::check::text;

    /// What is told of a server with this work before a database, whose second endpoint is `q`.
    fn told(work: &str, q: &str, db: &str) -> String {
        let (graph, checked, _) = checked(&format!(
            "[endpoint.page]\nwork = [{work}]\n[endpoint.q]\n{q}\n[node.users]\n\
             kind = 'client'\narrivals = {{ poisson = '100/s' }}\nmix = {{ page = 1 }}\n\
             [node.app]\nkind = 'server'\ncores = 2\n[node.db]\nkind = 'database'\ncores = 2\n\
             service = {{ exp = '2ms' }}\n{db}\n[link.users.app]\n[link.app.db]\n"
        ));
        text("base", &graph, &checked)
    }

    const Q: &str = "{ call = 'db', endpoint = 'q' }";
    const FAILS: &str = "work = [{ cpu = { exp = '2ms' } }, { fail = 0.5 }]";
    const ON: &str = "db: `app` goes on to it only if its calls succeed";

    #[test]
    fn what_comes_after_a_call_that_may_fail_comes_at_most_as_often() {
        let two = format!("{Q}, {{ call = 'db' }}");
        let three = "{ call = 'db', endpoint = 'q', times = 3 }";
        let branch = format!("{{ parallel = [{Q}, {{ wait = '1ms' }}] }}, {{ call = 'db' }}");
        let own = "{ parallel = [{ fail = 0.5 }, { wait = '1ms' }] }, { call = 'db' }";
        let missing = "work = [{ cpu = '2ms' }]\nresponse = { status = 404 }";
        let plain = "work = [{ cpu = '2ms' }]";
        for (work, q, db, rate) in [
            (two.as_str(), FAILS, "", "at most 200"),
            (three, FAILS, "", "at most 300"),
            (three, missing, "", "at most 300"),
            (branch.as_str(), FAILS, "", "at most 200"),
            (own, plain, "", "at most 100"),
            (two.as_str(), plain, "workers = 2\nqueue = 3", "at most 200"),
        ] {
            let said = told(work, q, db);
            assert!(said.contains(ON) && said.contains(rate), "{work} {q} {db}: {said}");
        }
        let said = told(&format!("{Q}, {{ cpu = '1ms' }}"), FAILS, "");
        assert!(said.contains("app: some of its work is done only if its calls"), "{said}");
        assert!(said.contains("at most 0.1") && !said.contains(ON), "{said}");
    }

    #[test]
    fn what_comes_before_a_failure_or_whatever_happens_is_counted_as_it_is() {
        let first = format!("{{ parallel = [{Q}, {{ call = 'db' }}], wait_for = 'first' }}");
        for (work, q) in [
            (Q.to_owned(), FAILS),
            (format!("{{ cpu = '1ms' }}, {{ fail = 0.5 }}, {Q}"), "work = [{ cpu = '2ms' }]"),
            (format!("{first}, {{ cpu = '1ms' }}"), FAILS),
            (format!("{{ parallel = [{Q}, {{ call = 'db' }}] }}"), FAILS),
            (format!("{Q}, {{ call = 'db' }}"), "work = [{ cpu = '2ms' }]"),
        ] {
            let said = told(&work, q, "");
            assert!(!said.contains("at most"), "{work} {q}: {said}");
        }
    }

    #[test]
    fn parts_of_a_page_that_may_fail_come_at_most_as_often() {
        let of = |work: &str| {
            let (graph, checked, _) = checked(&format!(
                "[endpoint.page]\nwork = [{work}]\n[endpoint.part]\nwork = [{{ cpu = '1ms' }}]\n\
                 [page.home]\nendpoint = 'page'\nresources = [{{ endpoint = 'part', count = 4 }}]\n\
                 [visit.v]\npages = {{ home = 1 }}\nlength = 2\nthink = '1s'\n[node.users]\n\
                 kind = 'client'\narrivals = {{ visits = {{ poisson = '2/s' }}, visit = 'v' }}\n\
                 [node.app]\nkind = 'server'\ncores = 2\n[link.users.app]\n"
            ));
            text("base", &graph, &checked)
        };
        let why = "`users` asks for the parts of a page only if that succeeds";
        assert!(of("{ cpu = '1ms' }, { fail = 0.1 }").contains(why));
        assert!(!of("{ cpu = '1ms' }").contains("at most"));
    }
}
