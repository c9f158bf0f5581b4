//! What people who stay for hours ask of stores and of those who renew their tokens.

use super::super::case::Case;
use super::super::experiment::{Effort, Experiment};
use super::super::read::Read;
use super::super::simulated::Simulated;
use super::super::text::{exponential, rate, span, steady_for};
use super::identity::site;

/// Visits of a full run, over all replications: the number of people present varies with them.
const VISITS: u64 = 60_000;

/// Lives of a session that are measured, and that are cut: what is missing of the people after
/// five of them is less than a hundredth, and a fortieth of that on average over the rest.
const MEASURED: f64 = 20.0;
const CUT: f64 = 5.0;

/// People who come at a constant rate, stay for an exponential time, and ask for pages at one of
/// their own, with sessions or with tokens that are renewed. People have nothing to do with one
/// another, so a hundredth of them asks for a hundredth of what all ask for.
pub(super) fn sessions(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let size = effort.size(VISITS);
    let life = case.number("session_life_mean")?;
    let present = size.each() / MEASURED;
    let share = present / case.number("active_users")?;
    let ttl = case.number("access_ttl")?;
    let think = exponential(1.0 / case.number("request_rate_per_user")?);
    let text = [
        steady_for(MEASURED * life, CUT * life, &[]),
        site("[endpoint.page]\n"),
        format!(
            "[node.people]\nkind = \"client\"\n\
             arrivals = {{ visits = {{ poisson = {} }}, visit = \"usual\" }}\n",
            rate(present / life)
        ),
        format!(
            "[visit.usual]\npages = {{ any = 1 }}\nstay = {}\nthink = {think}\n",
            exponential(life)
        ),
        "[node.accounts]\nkind = \"auth-server\"\n[link.accounts.store]\n".to_owned(),
        "[node.store]\nkind = \"session-store\"\n[link.app.store]\n".to_owned(),
        "[auth]\nat = \"app\"\nissuer = \"accounts\"\nlogin = \"login\"\nrefresh = \"renew\"\n\
         password = { time = \"0s\" }\n"
            .to_owned(),
        // Neither idle nor old sessions end: people leave before.
        "[auth.session]\nstore = \"store\"\nidle = \"9000h\"\nabsolute = \"9000h\"\n".to_owned(),
        format!("[auth.jwt]\nsign = \"0s\"\nverify = \"0s\"\nlifetime = {}\n", span(ttl)),
        "[auth.jwt.refresh]\nlifetime = \"9000h\"\nstore = \"store\"\n".to_owned(),
        "[variant.session.auth]\nscheme = \"session\"\n[variant.jwt.auth]\nscheme = \"jwt\"\n"
            .to_owned(),
    ];
    Simulated::new(text.concat(), size).experiment(case, |name| {
        let of = |variant, metric| vec![Read::variant(variant, move |it| it.overall(metric))];
        let scaled = |variant, metric| {
            of(variant, metric).into_iter().map(|read| read.divided(share)).collect()
        };
        match name {
            "session_store_lookup_rate" => scaled("session", "store_lookups"),
            // A token asks the store when it is renewed, and for no page.
            "jwt_store_lookup_rate" => vec![Read::variant("jwt", |it| {
                Some(it.overall("store_lookups")? - it.overall("refresh_rate")?)
            })],
            "refresh_rate_exact_exponential_sessions" => scaled("jwt", "refresh_rate"),
            "login_rate" => scaled("jwt", "login_rate"),
            "mean_sessions" => scaled("session", "people_mean"),
            // As many as fit into the lives of tokens that follow one another.
            "lookups_saved_per_refresh" => vec![Read::variant("jwt", move |it| {
                let each = it.overall("people_mean")? / ttl;
                Some(it.overall("authorised_rate")? / each)
            })],
            "refresh_rate" | "refresh_writes_if_rotated" => vec![Read::left_out(
                "takes the last token of a visit for a whole one; \
                 `refresh_rate_exact_exponential_sessions` is held against the run",
            )],
            _ => Vec::new(),
        }
    })
}
