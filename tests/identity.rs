//! Identity in whole runs: what each scheme asks of stores and cores, and what ends it.

mod support;

use support::{graph, graph_of, reading, run};

/// People who come, log in, look at pages and go.
const SITE: &str = "duration = '10min'
[auth]
at = 'app'
issuer = 'accounts'
login = 'login'
refresh = 'renew'
logout = 'logout'
[auth.session]
store = 'sessions'
[auth.jwt]
lifetime = '60s'
[endpoint.page]
work = [{ cpu = '1ms' }]
[endpoint.login]
path = '/login'
[endpoint.renew]
path = '/renew'
[endpoint.logout]
path = '/logout'
[page.any]
endpoint = 'page'
[visit.usual]
pages = { any = 1 }
length = { geometric = { mean = 10 } }
think = { exp = '10s' }
logout = 0.5
[node.people]
kind = 'client'
arrivals = { visits = { poisson = '1/s' }, visit = 'usual' }
[node.edge]
kind = 'reverse-proxy'
routes = [{ path = '/', to = 'app' }, { to = 'accounts' }]
[node.app]
kind = 'server'
cores = 2
[node.accounts]
kind = 'auth-server'
cores = 4
[node.sessions]
kind = 'session-store'
cores = 1
service = '0.2ms'
[link.people.edge]
latency = '10ms'
[link.edge.app]
[link.edge.accounts]
[link.app.sessions]
[link.accounts.sessions]
[link.app.accounts]
[variant.session.auth]
scheme = 'session'
[variant.credentials.auth]
scheme = 'credentials'
[variant.jwt.auth]
scheme = 'jwt'
[variant.jwt.auth.jwt]
lifetime = '2h'
[variant.renewed.auth]
scheme = 'jwt'
[variant.renewed.auth.jwt.refresh]
rotation = true
";

fn readings(variant: &str, names: &[&str]) -> Vec<f64> {
    let run = run(&graph_of(SITE, variant));
    names.iter().map(|name| reading(&run, name)).collect()
}

#[test]
fn a_session_costs_a_look_up_for_each_authorised_request_and_a_token_none() {
    let session = readings("session", &["store_lookups", "authorised_rate", "store_writes"]);
    assert!(session[1] > 5.0, "{session:?}");
    assert!((session[0] - session[1]).abs() < 0.01, "{session:?}");
    assert!(session[2] > session[1], "requests and log-ins write: {session:?}");
    let token = readings("jwt", &["store_lookups", "store_writes", "authorised_rate"]);
    assert!(token[0].abs() + token[1].abs() < 1e-12 && token[2] > 5.0, "{token:?}");
}

#[test]
fn people_ask_for_the_same_pages_under_every_scheme() {
    let seen = |variant| readings(variant, &["authorised_rate"])[0];
    let (session, token, renewed) = (seen("session"), seen("jwt"), seen("renewed"));
    assert!((session - token).abs() < 0.02 * session, "{session} {token}");
    assert!((session - renewed).abs() < 0.02 * session, "{session} {renewed}");
}

#[test]
fn tokens_are_renewed_and_nobody_is_made_to_log_in_again() {
    let names = ["refresh_rate", "forced_logins", "login_rate", "refresh_success"];
    let found = readings("renewed", &names);
    assert!(found[0] > 0.8 && found[1] < 0.01 && (found[2] - 1.0).abs() < 0.15, "{found:?}");
    assert!((found[3] - 1.0).abs() < 1e-9, "{found:?}");
}

#[test]
fn a_password_with_every_request_is_hashed_every_time() {
    let found = readings("credentials", &["identity_cores", "authorised_rate", "login_rate"]);
    // 24 ms each.
    assert!((found[0] - 0.024 * found[1]).abs() < 0.02 * found[0], "{found:?}");
    assert!(found[2].abs() < 1e-12, "nobody logs in: {found:?}");
}

#[test]
fn who_is_refused_logs_in_again_when_tokens_end_and_nothing_renews_them() {
    let text = format!("{SITE}\n[variant.short.auth]\nscheme = 'jwt'\n");
    let run = run(&graph_of(&text, "short"));
    assert!(reading(&run, "forced_logins") > 0.1);
    assert!(reading(&run, "authorised_ratio") < 0.99);
}

#[test]
fn a_store_that_dies_takes_all_sessions_along_and_tokens_do_not_notice() {
    let fault = "[fault.dies]\nnode = 'sessions'\nkind = 'crash'\nat = '5min'\nfor = '1s'\n";
    let text = format!("{SITE}{fault}");
    let session = run(&graph_of(&text, "session"));
    assert!(reading(&session, "forced_logins") * 540.0 > 30.0);
    let token = run(&graph_of(&text, "jwt"));
    assert!(reading(&token, "forced_logins").abs() < 1e-12);
}

#[test]
fn roles_are_asked_for_after_the_name() {
    let text = SITE.replace("[endpoint.page]", "[endpoint.page]\nrole = 'editor'");
    let text = text.replace("kind = 'client'", "kind = 'client'\nroles = { editor = 0.3 }");
    let ratio = reading(&run(&graph_of(&text, "jwt")), "authorised_ratio");
    assert!((ratio - 0.3).abs() < 0.05, "{ratio}");
}

#[test]
fn nothing_is_paid_where_nobody_is_asked() {
    let found = run(&graph(SITE));
    assert!(reading(&found, "success_ratio") > 0.999);
}
