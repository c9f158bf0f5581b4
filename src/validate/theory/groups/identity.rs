//! What it costs to know who asks: a look-up or a verification with every request, and a pool of
//! hashing workers for those who log in.

use super::super::case::Case;
use super::super::experiment::{Effort, Experiment};
use super::super::read::Read;
use super::super::simulated::Simulated;
use super::super::text::{exponential, poisson, rate, server, span, steady};

/// A look-up in a session store before the application's work, or the verification of a token as a
/// part of it. The second needs a worker kept over both of its steps: they are one service.
pub(super) fn session_or_token(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let size = effort.size_of(case)?;
    let per_second = case.number("arrival_rate")?;
    let app = exponential(1.0 / case.number("app_rate")?);
    let store = exponential(1.0 / case.number("store_rate")?);
    let verify = span(case.number("verify_seconds")?);
    let text = [
        steady(&size, per_second, &[]),
        format!("[endpoint.page]\nwork = [ {{ cpu = {app} }} ]\n"),
        poisson(per_second, "app"),
        server("app", "cores = 1\n[link.app.store]"),
        format!("[node.store]\nkind = \"session-store\"\ncores = 1\nservice = {store}\n"),
        "[auth]\nat = \"app\"\nissuer = \"app\"\n".to_owned(),
        // Those who ask were there a moment ago: nothing is to be written.
        "[auth.session]\nstore = \"store\"\nwrite_every = \"1h\"\n".to_owned(),
        format!("[auth.jwt]\nverify = {verify}\n"),
        "[variant.session.auth]\nscheme = \"session\"\n".to_owned(),
        "[variant.jwt]\nauth.scheme = \"jwt\"\nnode.app.workers = 1\n".to_owned(),
    ];
    Simulated::new(text.concat(), size).experiment(case, |name| {
        let (variant, node, wanted) = match name {
            "session_W" => ("session", None, Wanted::Latency),
            "jwt_W" => ("jwt", None, Wanted::Latency),
            "session_store_utilization" => ("session", Some("store"), Wanted::Utilisation),
            "jwt_app_utilization" => ("jwt", Some("app"), Wanted::Utilisation),
            "session_store_saturation_rate" => ("session", Some("store"), Wanted::Saturation),
            "jwt_app_saturation_rate" => ("jwt", Some("app"), Wanted::Saturation),
            _ => return Vec::new(),
        };
        vec![Read::variant(variant, move |view| {
            let at = |metric| view.at(node?, metric);
            match wanted {
                Wanted::Latency => view.overall("latency_mean"),
                Wanted::Utilisation => at("utilisation"),
                // The rate at which the node would be busy all the time.
                Wanted::Saturation => Some(at("arrival_rate")? / at("utilisation")?),
            }
        })]
    })
}

/// What is wanted of a variant.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    Latency,
    Utilisation,
    Saturation,
}

/// M/D/c: visitors log in as they come, and each log-in is one hash of a constant time on one of
/// the cores of the auth-server.
pub(super) fn log_ins(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let size = effort.size_of(case)?;
    let per_second = case.number("arrival_rate")?;
    let text = [
        steady(&size, per_second, &[]),
        site("[endpoint.page]\n"),
        format!(
            "[node.people]\nkind = \"client\"\n\
             arrivals = {{ visits = {{ poisson = {} }}, visit = \"usual\" }}\n",
            rate(per_second)
        ),
        "[visit.usual]\npages = { any = 1 }\n".to_owned(),
        format!("[node.accounts]\nkind = \"auth-server\"\ncores = {}\n", case.whole("servers")?),
        format!(
            "[auth]\nscheme = \"jwt\"\njwt = {{ sign = \"0s\", verify = \"0s\" }}\n\
             at = \"app\"\nissuer = \"accounts\"\nlogin = \"login\"\n\
             [auth.password]\ntime = {}\n",
            span(case.number("service_time")?)
        ),
    ];
    Simulated::new(text.concat(), size)
        .experiment(case, |name| Read::station("accounts", name).into_iter().collect())
}

/// A site behind a proxy, whose log-ins and renewals go to another node than its pages; the nodes
/// take no time.
pub(super) fn site(page: &str) -> String {
    format!(
        "{page}[page.any]\nendpoint = \"page\"\n\
         [endpoint.login]\npath = \"/login\"\n[endpoint.renew]\npath = \"/renew\"\n\
         [endpoint.logout]\npath = \"/logout\"\n\
         [node.edge]\nkind = \"reverse-proxy\"\nroutes = [ \
         {{ path = \"/login\", to = \"accounts\" }}, {{ path = \"/renew\", to = \"accounts\" }}, \
         {{ path = \"/logout\", to = \"accounts\" }}, {{ to = \"app\" }} ]\n\
         [node.app]\nkind = \"server\"\n\
         [link.people.edge]\n[link.edge.app]\n[link.edge.accounts]\n"
    )
}
