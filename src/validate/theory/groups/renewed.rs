//! What people who stay for hours ask of stores and of those who renew their tokens.

use super::super::case::Case;
use super::super::experiment::{Effort, Experiment};
use super::super::read::Read;
use super::super::simulated::Simulated;
use super::super::text::{exponential, rate, span, steady_for};
use super::identity::site;

/// Visits of a full run, over all replications: the number of people present varies with them, by
/// sqrt(2/n) of its mean on average over time, of which three make the tolerance.
const VISITS: u64 = 240_000;

/// Lives of a session that are measured, and that are cut: what is missing of the people after
/// five of them is less than a hundredth, and a fortieth of that on average over the rest.
const MEASURED: f64 = 20.0;
const CUT: f64 = 5.0;

/// People who are there all the time: what they ask for at random moments needs only a few.
const STAYING: f64 = 4.0;

/// People who come at a constant rate and stay for an exponential time, and people who are there
/// all the time.
///
/// The first, of whom many are needed, look at one page each and renew their tokens: how many are
/// there is independent of what else they ask for. The others ask for pages at random moments, so
/// that all of their tokens live to their end, as the closed forms have it that know of no last
/// one. People have nothing to do with one another: so many of them ask for their share of what
/// all ask for.
pub(super) fn sessions(case: &Case, effort: Effort) -> Result<Experiment, String> {
    let size = effort.size(VISITS);
    let (life, active) = (case.number("session_life_mean")?, case.number("active_users")?);
    let present = size.each() / MEASURED;
    let ttl = case.number("access_ttl")?;
    let think = exponential(1.0 / case.number("request_rate_per_user")?);
    let text = [
        steady_for(MEASURED * life, CUT * life, &[]),
        site("[endpoint.page]\n"),
        "[node.people]\nkind = \"client\"\n[visit.usual]\npages = { any = 1 }\n".to_owned(),
        format!("stay = {}\nthink = \"9000h\"\n", exponential(life)),
        "[node.accounts]\nkind = \"auth-server\"\n[link.accounts.store]\n".to_owned(),
        "[node.store]\nkind = \"session-store\"\n[link.app.store]\n".to_owned(),
        "[auth]\nat = \"app\"\nissuer = \"accounts\"\nlogin = \"login\"\nrefresh = \"renew\"\n\
         scheme = \"jwt\"\npassword = { time = \"0s\" }\n"
            .to_owned(),
        // Neither idle nor old sessions end: people leave before.
        "[auth.session]\nstore = \"store\"\nidle = \"9000h\"\nabsolute = \"9000h\"\n".to_owned(),
        format!("[auth.jwt]\nsign = \"0s\"\nverify = \"0s\"\nlifetime = {}\n", span(ttl)),
        "[auth.jwt.refresh]\nlifetime = \"9000h\"\nstore = \"store\"\n".to_owned(),
        format!(
            "[variant.coming.node.people]\n\
             arrivals = {{ visits = {{ poisson = {} }}, visit = \"usual\" }}\n",
            rate(present / life)
        ),
        staying("session", &think),
        staying("jwt", &think),
    ];
    let (of_coming, of_staying) = (present / active, STAYING / active);
    Simulated::new(text.concat(), size).experiment(case, |name| {
        let one = |variant, metric, share| {
            vec![Read::variant(variant, move |it| Some(it.overall(metric)? / share))]
        };
        match name {
            "mean_sessions" => one("coming", "people_mean", of_coming),
            "login_rate" => one("coming", "login_rate", of_coming),
            "refresh_rate_exact_exponential_sessions" => one("coming", "refresh_rate", of_coming),
            "session_store_lookup_rate" => one("session", "store_lookups", of_staying),
            // A token asks the store when it is renewed, and for no page.
            "jwt_store_lookup_rate" => vec![Read::variant("jwt", |it| {
                Some(it.overall("store_lookups")? - it.overall("refresh_rate")?)
            })],
            "refresh_rate" => one("jwt", "refresh_rate", of_staying),
            "refresh_writes_if_rotated" => one("jwt", "store_writes", of_staying),
            "lookups_saved_per_refresh" => vec![Read::variant("jwt", |it| {
                Some(it.overall("authorised_rate")? / it.overall("refresh_rate")?)
            })],
            _ => Vec::new(),
        }
    })
}

/// A variant of people who are there all the time and ask for pages.
fn staying(scheme: &str, think: &str) -> String {
    format!(
        "[variant.{scheme}]\nauth.scheme = \"{scheme}\"\n\
         node.people = {{ users = {STAYING}, think = {think}, mix = {{ page = 1 }} }}\n"
    )
}
