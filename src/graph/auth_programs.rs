//! What the node that checks and the issuer do, as programs.

use super::build::Build;
use super::program::{Programs, amount};
use super::screen::are_log_ins_watched;
use crate::auth::{AuthPlan, AuthSpec, Demands, DenyCheck, HASH, Keep, Scheme};
use crate::count::Count;
use crate::dist::Dist;
use crate::endpoint::{Amount, Op, Rule, ScreenRule};
use crate::id::{EndpointId, NodeId};
use crate::model::Named;
use crate::rng::Purpose;
use crate::scenario::Diagnostic;
use crate::time::Span;
use crate::unit::Probability;

const VERIFY: Purpose = Purpose::named("verifying a token");
const SIGN: Purpose = Purpose::named("signing a token");
const ACCOUNT: Purpose = Purpose::named("looking an account up");
const COPY: Purpose = Purpose::named("copying a session");
const WRONG: Purpose = Purpose::named("a wrong password");

/// Writes the programs of identity into the plan.
pub(super) fn write_programs(
    build: &mut Build<'_>,
    owner: &Named<AuthSpec>,
    plan: &mut AuthPlan,
    programs: &mut Programs,
) {
    let steps = Steps::new(build, owner, plan);
    let (check, login) = (steps.check(plan), steps.login(&owner.spec, plan));
    let (refresh, logout) = (steps.refresh(plan), steps.logout(plan));
    let mut password = steps.hashing();
    password.push(Op::Return);
    let settle = settle(build, plan, programs);
    check_links(build, owner, plan, [&check, &login, &refresh, &logout]);
    plan.programs = crate::auth::Programs {
        check: programs.add(check),
        settle,
        login: programs.add(login),
        refresh: programs.add(refresh),
        logout: programs.add(logout),
        password: programs.add(password),
    };
}

/// What the programs share.
struct Steps {
    sign: Amount,
    verify: Amount,
    hash: Amount,
    copy: Amount,
    accounts: Option<NodeId>,
    /// Whether other workers than the issuer's cores hash.
    has_pool: bool,
    /// Whether the memory of the issuer is limited, which a hash on its cores then takes first.
    has_room: bool,
    /// That a password is looked at, where passwords are guessed at or log-ins defended.
    guess: Option<Op>,
    /// Where the records of refresh tokens stand, if they stand in a store.
    records: Option<NodeId>,
}

impl Steps {
    /// The demands as the scenario has them; the plan gets what it needs of them.
    fn new(build: &mut Build<'_>, owner: &Named<AuthSpec>, plan: &mut AuthPlan) -> Self {
        let spec = &owner.spec;
        let costs = &build.model.run.costs;
        let (sign, verify) = costs.signature(spec.jwt.algorithm);
        let hashing = costs.hash(&spec.password);
        let usual =
            |dist: &Option<Dist<Span>>, usual| dist.clone().unwrap_or(Dist::Constant(usual));
        let sign = amount(build, &usual(&spec.jwt.sign, sign), &owner.at("jwt.sign"));
        let verify = amount(build, &usual(&spec.jwt.verify, verify), &owner.at("jwt.verify"));
        let hash = amount(build, &hashing, &owner.at("password.time"));
        let copy = usual(&spec.session.copy, Span::ZERO);
        let copy = amount(build, &copy, &owner.at("session.copy"));
        if let Some(workers) = spec.password.pool {
            let law = build.law(&hashing, &owner.at("password.time"));
            plan.pool = Some((workers, law));
        }
        let mean = |amount: &Amount| amount.mean().unwrap_or(0.0);
        plan.demands = Demands {
            check: if plan.scheme == Scheme::Jwt { mean(&verify) } else { 0.0 },
            sign: mean(&sign),
            hash: mean(&hash),
        };
        let accounts = spec.accounts.as_ref();
        let accounts = accounts.and_then(|name| build.node(name.get_ref(), &name.span()));
        let renewal = plan.tokens.renewal.as_ref();
        let records = renewal.and_then(|it| it.store.filter(|_| it.record));
        let wrong = spec.password.wrong;
        let guess = are_log_ins_watched(build).then_some(Op::Screen(ScreenRule::Guess(wrong)));
        let has_pool = plan.pool.is_some();
        let has_room = super::memory::is_limited(build, plan.issuer) && !has_pool;
        Self { sign, verify, hash, copy, accounts, has_pool, has_room, guess, records }
    }

    /// The account is looked up, and the password hashed.
    fn hashing(&self) -> Vec<Op> {
        let mut ops = Vec::new();
        if let Some(to) = self.accounts {
            let (endpoint, times) = (EndpointId::NONE, Count::Constant(1));
            ops.push(Op::Call { to, endpoint, times, purpose: ACCOUNT });
        }
        let hash = || Op::Cpu(self.hash.clone(), HASH);
        ops.extend(self.has_room.then_some(Op::Rule(Rule::Room)));
        ops.push(if self.has_pool { Op::Rule(Rule::Hash) } else { hash() });
        ops.push(Op::Rule(Rule::Worked(2)));
        ops.extend(self.has_room.then_some(Op::Rule(Rule::Freed)));
        ops
    }

    /// A token is signed, if the scheme has tokens.
    fn signs(&self, plan: &AuthPlan, ops: &mut Vec<Op>) {
        if plan.scheme == Scheme::Jwt {
            ops.extend([Op::Cpu(self.sign.clone(), SIGN), Op::Rule(Rule::Worked(1))]);
        }
    }

    /// Before a request is let in.
    fn check(&self, plan: &AuthPlan) -> Vec<Op> {
        let mut check = vec![Op::Rule(Rule::Present)];
        match plan.scheme {
            Scheme::None => {}
            Scheme::Credentials if plan.issuer == plan.at => check.extend(self.hashing()),
            Scheme::Credentials => check.push(Op::Rule(Rule::Password(plan.issuer))),
            Scheme::Session => ask(plan.sessions.store, false, &mut check),
            Scheme::Jwt => {
                if plan.tokens.keys.is_some() && plan.issuer != plan.at {
                    check.extend([Op::Rule(Rule::Keys(plan.issuer)), Op::Rule(Rule::Learn)]);
                }
                check.extend([Op::Cpu(self.verify.clone(), VERIFY), Op::Rule(Rule::Worked(0))]);
                let deny = plan.tokens.deny.as_ref();
                let central = deny.filter(|deny| deny.check == DenyCheck::Central);
                ask(central.and_then(|deny| deny.store), false, &mut check);
            }
        }
        check.push(Op::Rule(Rule::Identify));
        // What `Identify` skips if nothing is to be written.
        check.push(match plan.sessions.store {
            Some(store) => Op::Rule(Rule::Ask(store, true)),
            None if plan.sessions.keep == Keep::Replicated => Op::Cpu(self.copy.clone(), COPY),
            None => Op::Unless(Probability::ALWAYS, WRONG, 0),
        });
        check.extend([Op::Rule(Rule::Pass), Op::Return]);
        check
    }

    fn login(&self, spec: &AuthSpec, plan: &AuthPlan) -> Vec<Op> {
        let limit = spec.password.limit.as_ref().map(|_| Op::Rule(Rule::Limit));
        let is_late = spec.password.limit_after;
        let mut login = Vec::new();
        login.extend(limit.clone().filter(|_| !is_late));
        login.extend(self.hashing());
        login.extend(limit.filter(|_| is_late));
        login.extend(self.guess.clone());
        login.push(Op::Fail(spec.password.wrong, WRONG, 401));
        ask(plan.sessions.store.or(self.records), true, &mut login);
        self.signs(plan, &mut login);
        login.extend([Op::Rule(Rule::Grant), Op::Return]);
        login
    }

    fn refresh(&self, plan: &AuthPlan) -> Vec<Op> {
        let mut refresh = Vec::new();
        ask(self.records, false, &mut refresh);
        refresh.push(Op::Rule(Rule::Renew));
        let rotates = plan.tokens.renewal.is_some_and(|it| it.rotation);
        ask(self.records.filter(|_| rotates), true, &mut refresh);
        self.signs(plan, &mut refresh);
        refresh.push(Op::Return);
        refresh
    }

    fn logout(&self, plan: &AuthPlan) -> Vec<Op> {
        let mut logout = Vec::new();
        let list = plan.tokens.deny.as_ref().and_then(|deny| deny.store);
        ask(plan.sessions.store.or(list).or(self.records), true, &mut logout);
        logout.extend([Op::Rule(Rule::Revoke), Op::Return]);
        logout
    }
}

/// Asks a store, if there is one.
fn ask(store: Option<NodeId>, writes: bool, ops: &mut Vec<Op>) {
    ops.extend(store.map(|store| Op::Rule(Rule::Ask(store, writes))));
}

/// A log-in at the node that keeps sessions in its own memory: its work, and the session.
fn settle(build: &Build<'_>, plan: &AuthPlan, programs: &mut Programs) -> Option<u16> {
    let keeps = plan.scheme == Scheme::Session && plan.sessions.keep != Keep::Shared;
    if !keeps || plan.issuer == plan.at {
        return None;
    }
    let own = programs.of_endpoint(build, plan.login?)?;
    let mut ops = programs.list[usize::from(own)].ops.clone();
    ops.pop();
    ops.extend([Op::Rule(Rule::Settle), Op::Return]);
    Some(programs.add(ops))
}

/// Who asks a store, the issuer or the accounts has a link to them.
fn check_links(
    build: &mut Build<'_>,
    owner: &Named<AuthSpec>,
    plan: &AuthPlan,
    [check, issuing @ ..]: [&Vec<Op>; 4],
) {
    let asked = |ops: &[Op]| -> Vec<NodeId> {
        let to = |op: &Op| {
            if let Op::Rule(Rule::Ask(to, _) | Rule::Password(to) | Rule::Keys(to))
            | Op::Call { to, .. } = op
            {
                Some(*to)
            } else {
                None
            }
        };
        ops.iter().filter_map(to).collect()
    };
    let by_issuer = issuing.iter().flat_map(|ops| asked(ops)).map(|to| (plan.issuer, to));
    let pairs = asked(check).into_iter().map(|to| (plan.at, to)).chain(by_issuer);
    let mut missing: Vec<(NodeId, NodeId)> =
        pairs.filter(|(from, to)| build.topology.link(*from, *to).is_none()).collect();
    missing.sort_unstable();
    missing.dedup();
    for (from, to) in missing {
        let (from, to) = (build.nodes[from.index()].0, build.nodes[to.index()].0);
        let message = format!("`{from}` asks `{to}`, but there is no link between them");
        let error = Diagnostic::error(owner.at("scheme"), message);
        build.diagnostics.push(error.help(format!("add [link.{from}.{to}]")));
    }
}
