//! What is suspicious about identity, and what theory says of stolen tokens.

use super::ineffective::warning;
use super::suspicion::Watch;
use crate::auth::exposure::{longest, until_discovery, until_expiry, with_deny_list};
use crate::auth::{Loot, PasswordHash, Scheme};
use crate::dist::Law;
use crate::graph::Graph;
use crate::model::Model;
use crate::scenario::Diagnostics;
use crate::time::Span;

/// A hash that takes so long, in milliseconds, is taken for a mistake: people wait for it.
const LONG: f64 = 2_000.0;

impl Watch<'_> {
    /// Thefts of nothing, and sessions that end while they are used.
    pub(super) fn identity(&mut self) {
        let Some(auth) = self.model.auth.as_ref().filter(|it| it.spec.scheme != Scheme::None)
        else {
            return;
        };
        let plan = self.graph.fixed.auth.as_ref();
        if auth.spec.theft.is_some() && auth.spec.scheme == Scheme::Credentials {
            let message = "nothing is stolen: with `credentials` there is no session or token, and \
                           stolen passwords are not modelled";
            self.is_unused(auth.at("theft"), message.to_owned());
        }
        let times = plan.map(|plan| (plan.sessions.idle, plan.sessions.write_every));
        // A page before `write_every` is over renews nothing, and one after `idle` comes too late.
        if auth.spec.scheme == Scheme::Session
            && let Some((idle, every)) = times.filter(|(idle, every)| every > idle)
        {
            let message = format!(
                "a session ends after {idle} without a write, and one is written every {every} at \
                 most: those who ask all the time are logged out as well"
            );
            let help = "let `write_every` be shorter than `idle`";
            self.warn(auth.at("session.write_every"), message, help);
        }
    }
}

/// Adds a warning of a hash that takes so long that nobody waits for it.
pub(super) fn slow_hash(model: &Model, graph: &Graph, diagnostics: &mut Diagnostics) {
    let Some((auth, plan)) = model.auth.as_ref().zip(graph.fixed.auth.as_ref()) else { return };
    let millis = plan.demands.hash / 1e6;
    if millis <= LONG {
        return;
    }
    let password = &auth.spec.password;
    let is_default = password.time.is_none() && password.hash == PasswordHash::Bcrypt;
    let key = if is_default { "password.cost" } else { "password" };
    let message = format!("a log-in takes {} of a core", long(millis / 1e3));
    let help = "each step of bcrypt's `cost` doubles it; 10 to 12 are usual";
    diagnostics.push(warning(auth.at(key), message, help));
}

/// A long time in the unit that suits it.
fn long(seconds: f64) -> String {
    let (number, unit) = match seconds {
        short if short < 120.0 => (short, "seconds"),
        minutes if minutes < 7_200.0 => (minutes / 60.0, "minutes"),
        hours => (hours / 3_600.0, "hours"),
    };
    format!("{number:.1} {unit}")
}

/// What theory says of tokens that are stolen at any moment of their life alike; none where
/// nothing is stolen, or other things decide.
#[must_use]
pub(super) fn exposure(graph: &Graph) -> Option<String> {
    let plan = graph.fixed.auth.as_ref().filter(|plan| plan.scheme == Scheme::Jwt)?;
    let is_of_tokens = |what| what == Loot::Access;
    let theft = plan.theft.as_ref().filter(|it| it.after.is_none() && is_of_tokens(it.what))?;
    let (life, leeway) = (plan.tokens.lifetime.as_secs_f64(), plan.tokens.leeway.as_secs_f64());
    let span = |seconds: f64| Span::from_secs_rounded(seconds);
    let alone = format!(
        "A stolen token works for {} on average (T/2 + leeway) and {} at most, if nothing ends it",
        span(until_expiry(life, leeway)),
        span(longest(life, leeway)),
    );
    let Some((deny, discovered)) = plan.tokens.deny.as_ref().zip(theft.discovered.as_ref()) else {
        return Some(format!("{alone}."));
    };
    let lag = deny.lag.as_secs_f64();
    let mut noticed = String::new();
    if let Law::Exponential(_) = discovered {
        let mean = discovered.mean() / 1e9;
        noticed = format!(
            ", and for {} if that is d after a discovery, which takes an exponential time of \
             mean {}",
            span(until_discovery(life, leeway, mean, lag)),
            span(mean),
        );
    }
    Some(format!(
        "{alone}; for {} if it is denied d = {} after the theft{noticed}.",
        span(with_deny_list(life, leeway, lag)),
        deny.lag,
    ))
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;
    use crate::check::text;

    /// What is said, and warned of, where something is stolen.
    fn told(auth: &str, more: &str) -> (String, String) {
        let (graph, checked, warnings) = checked(&format!(
            "[auth]\nat = 'app'\nissuer = 'id'\nlogin = 'login'\npassword = {{ time = '1ms' }}\n\
             {auth}\n[endpoint.login]\npath = '/login'\n\
             [endpoint.page]\nwork = [{{ cpu = '1ms' }}]\n\
             [page.p]\nendpoint = 'page'\n[visit.v]\npages = {{ p = 1 }}\nlength = 3\n\
             think = '1s'\n[node.u]\nkind = 'client'\n\
             arrivals = {{ visits = {{ poisson = '1/s' }}, visit = 'v' }}\n\
             [node.edge]\nkind = 'reverse-proxy'\n\
             routes = [{{ path = '/login', to = 'id' }}, {{ to = 'app' }}]\n\
             [node.app]\nkind = 'server'\ncores = 4\n[node.id]\nkind = 'auth-server'\n\
             cores = 1\n[link.u.edge]\n[link.edge.app]\n[link.edge.id]\n{more}"
        ));
        (text("base", &graph, &checked), warnings)
    }

    #[test]
    fn exposures_are_told_for_access_tokens_with_their_leeway() {
        let jwt = "scheme = 'jwt'\njwt = { lifetime = '10min', leeway = '60s', \
                   deny_list = { check = 'pushed', lag = '30s' } }\n";
        let (said, _) = told(&format!("{jwt}theft = {{ probability = 1, discovered = '0s' }}"), "");
        let sentence = "works for 360s on average (T/2 + leeway) and 660s at most, if nothing ends \
                        it; for 30s if it is denied d = 30s after the theft.";
        assert!(said.contains(sentence), "{said}");
    }

    #[test]
    fn thefts_where_there_is_nothing_to_steal_are_warned_of() {
        let (_, warnings) =
            told("scheme = 'credentials'\ntheft = { probability = 1 }", "[link.app.id]");
        assert!(warnings.contains("nothing is stolen: with `credentials`"), "{warnings}");
    }

    #[test]
    fn users_of_a_closed_loop_reach_the_server_that_they_log_in_at() {
        let text = "[auth]\nat = 'app'\nissuer = 'acc'\nlogin = 'login'\nscheme = 'jwt'\n\
                    [endpoint.page]\npath = '/'\nwork = [{ cpu = '1ms' }]\n[endpoint.login]\n\
                    path = '/login'\n[node.users]\nkind = 'client'\nusers = 100\nthink = '1s'\n\
                    mix = { page = 1 }\n[node.edge]\nkind = 'reverse-proxy'\n\
                    routes = [{ path = '/login', to = 'acc' }, { to = 'app' }]\n[node.app]\n\
                    kind = 'server'\ncores = 1\n[node.acc]\nkind = 'auth-server'\ncores = 1\n\
                    [link.users.edge]\n[link.edge.app]\n[link.edge.acc]\n";
        let (graph, checked, warnings) = checked(text);
        let said = crate::check::text("base", &graph, &checked);
        assert!(!warnings.contains("reaches"), "{warnings}");
        assert!(said.contains("its users log in at first and whenever"), "{said}");
    }
}
