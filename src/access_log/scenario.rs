//! The scenario that a log gives: its requests replayed, and the same as laws.

use std::fmt::Write as _;

use super::sizes::{Full, Law};
use super::{Described, Profile};
use crate::http::Method;

/// What a scenario is made of.
#[derive(Debug, Clone, Copy)]
pub struct Imported<'a> {
    /// The name of the log; printable.
    pub log: &'a str,
    /// Its endpoints, each with the file of its trace, relative to the scenario.
    pub endpoints: &'a [(Described, String)],
    /// Its rates.
    pub profile: &'a Profile,
    /// How many requests it has.
    pub requests: u64,
    /// How many lines were left out.
    pub malformed: u64,
    /// Whether not all objects or endpoints are told apart.
    pub is_full: bool,
}

/// What a request is taken to cost, in seconds: a log does not tell.
const DEMAND: f64 = 0.005;

/// The utilisation that the server is laid out for in the busiest step.
const BUSY: f64 = 0.6;

/// The scenario as text, commented.
#[must_use]
pub fn scenario(imported: &Imported<'_>) -> String {
    let mut text = head(imported);
    for (described, _) in imported.endpoints {
        text.push_str(&endpoint(described));
    }
    text.push_str(&nodes(imported));
    text.push_str(&fitted(imported));
    text
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of cores from 1 to 1000"
)]
fn head(imported: &Imported<'_>) -> String {
    let Imported { log, profile, requests, malformed, .. } = imported;
    let full = if imported.is_full {
        "# It asks for more different things than are told apart: what came late is counted with\n\
         # its endpoint, but not by object, or with `other`.\n"
    } else {
        ""
    };
    let cores = (profile.peak() * DEMAND / BUSY).ceil().clamp(1.0, 1_000.0) as u64;
    format!(
        "# The requests of {log}: {requests} in {seconds} s, {mean} a second on average and\n\
         # {busiest} in the busiest second; {malformed} malformed lines were left out.\n\
         #\n\
         # The variant `replayed` makes the requests of the log, each client those of one\n\
         # endpoint. Logs count whole seconds, so the n requests of a second come, in the order\n\
         # of the log, at n moments drawn at random within it, the same in every run. The\n\
         # variant `fitted` draws from laws instead; beside each stands how far it is from the\n\
         # log: the largest difference of the two distribution functions.\n\
         #\n\
         # A log does not tell what a request costs the server: every `cpu` is a guess of yours\n\
         # to replace, and so is the server. Sizes are those of bodies, as logged. Failures have\n\
         # the shares that they had, but strike at random.\n\
         {full}\n\
         title        = \"{log}\"\n\
         study        = \"terminating\"\n\
         until        = \"drained\"\n\
         duration     = \"{seconds}s\"\n\
         replications = 5\n\
         \n\
         [node.app]\n\
         kind  = \"server\"\n\
         cores = {cores} # at most {percent} % busy over a step, if a request costs 5 ms\n",
        seconds = profile.seconds,
        mean = short(profile.mean),
        busiest = profile.busiest,
        percent = (BUSY * 100.0).round(),
    )
}

fn endpoint(described: &Described) -> String {
    let Described { name, endpoint, popularity } = described;
    let (method, note) = method_of(&endpoint.method);
    let statuses: Vec<String> =
        endpoint.statuses.iter().map(|(status, count)| format!("{count} x {status}")).collect();
    let what = if endpoint.method.is_empty() {
        "all other endpoints".to_owned()
    } else {
        format!("{} {}", endpoint.method, endpoint.pattern)
    };
    let mut text = format!(
        "\n# {what}: {} requests, {} of them different{note}; statuses: {}\n[endpoint.{name}]\n",
        endpoint.requests,
        endpoint.objects.len(),
        statuses.join(", "),
    );
    if method != "GET" {
        let _ = writeln!(text, "method   = \"{method}\"");
    }
    let _ = writeln!(text, "path     = \"{}\"", path(described));
    if let Some(law) = popularity {
        let _ = writeln!(
            text,
            "objects  = {{ count = {}, popularity = {{ zipf = {} }} }} # {} seen, distance {}",
            law.objects,
            short(law.exponent),
            law.seen,
            short(law.distance),
        );
    }
    let status = described.status();
    let status = if status == 200 { String::new() } else { format!(", status = {status}") };
    let _ = writeln!(text, "response = {{ size = {{ trace = \"size\" }}{status} }}");
    let mut steps = vec![format!("{{ cpu = {{ exp = \"{}ms\" }} }}", DEMAND * 1e3)];
    for (status, share) in described.failures() {
        steps.push(format!("{{ fail = {}, status = {status} }}", short(share)));
    }
    let _ = writeln!(text, "work     = [{}]", steps.join(", "));
    if ["POST", "PUT", "PATCH", "DELETE"].contains(&method) {
        text.push_str("write    = true\n");
    }
    text
}

/// The method of a scenario, and a remark if the log has another one.
fn method_of(method: &str) -> (&str, &'static str) {
    if method.is_empty() {
        ("GET", ", whatever their method")
    } else if Method::from_name(method).is_some() {
        (method, "")
    } else {
        ("POST", ", asked for as POST, which no cache keeps either")
    }
}

/// The path with the place of the object in it.
fn path(described: &Described) -> String {
    let pattern = &described.endpoint.pattern;
    if described.endpoint.method.is_empty() {
        return "/other/{object}".to_owned();
    }
    match pattern.rfind(":id") {
        Some(at) => format!("{}{{object}}{}", &pattern[..at], &pattern[at + 3..]),
        None if described.popularity.is_some() => format!("{pattern}?{{object}}"),
        None => pattern.clone(),
    }
}

fn nodes(imported: &Imported<'_>) -> String {
    let mut text = String::new();
    for (described, trace) in imported.endpoints {
        let name = &described.name;
        let _ = write!(
            text,
            "\n[node.users-{name}]\nkind     = \"client\"\narrivals = {{ trace = \"{trace}\" }}\n\
             mix      = {{ {name} = 1 }}\n[link.users-{name}.app]\nlatency = \"20ms\"\n",
        );
    }
    text
}

/// The variants: the requests of the log as they stand above, and laws in their place.
#[allow(clippy::cast_precision_loss, reason = "a share is no exact number")]
fn fitted(imported: &Imported<'_>) -> String {
    let mut text = String::from("\n[variant.replayed]\n");
    for (described, _) in imported.endpoints {
        let Described { name, endpoint, .. } = described;
        let share = endpoint.requests as f64 / imported.requests as f64;
        let steps = imported.profile.steps.iter();
        let steps: Vec<String> = steps
            .map(|(begin, rate)| format!("[\"{begin}s\", \"{}/s\"]", short(rate * share)))
            .collect();
        let _ = write!(
            text,
            "\n[variant.fitted.endpoint.{name}.response]\nsize = {} # distance {}\n\
             [variant.fitted.node.users-{name}]\narrivals = {{ poisson = {{ steps = [{}] }} }}\n",
            law(endpoint.sizes.law()),
            short(endpoint.sizes.distance()),
            steps.join(", "),
        );
    }
    text
}

fn law(Law { empty, full }: Law) -> String {
    let full = match full {
        Full::Constant(bytes) => format!("\"{bytes}B\""),
        Full::Lognormal { mean, cv } => {
            format!("{{ lognormal = {{ mean = \"{}B\", cv = {} }} }}", mean.round(), short(cv))
        }
    };
    if empty > 0.0 {
        let (none, some) = (short(empty), short(1.0 - empty));
        let none = format!("{{ weight = {none}, of = \"0B\" }}");
        format!("{{ mixture = [{none}, {{ weight = {some}, of = {full} }}] }}")
    } else {
        full
    }
}

/// Four significant digits at least, all that stand before the point, and no exponent.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of decimals is small and above 0"
)]
fn short(number: f64) -> String {
    let decimals: usize = match number {
        number if number >= 1_000.0 => 0,
        number if number >= 100.0 => 1,
        number if number >= 10.0 => 2,
        number if number >= 1.0 => 3,
        number if number >= 0.01 => 5,
        number if number >= 1e-5 => 9,
        // What is rare is not never: a rate of 0 would be refused. Beyond that it is never.
        number if number >= 1e-20 => (4.0 - libm::log10(number)).ceil() as usize,
        _ => 0,
    };
    let text = format!("{number:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_plain() {
        for (number, text) in [
            (0.0, "0"),
            (1.0, "1"),
            (12.3456, "12.35"),
            (123_456.7, "123457"),
            (0.98765, "0.98765"),
            (0.000_012_345, "0.000012345"),
            (0.000_000_000_123_45, "0.00000000012345"),
            (1e-30, "0"),
            (1_000.0, "1000"),
            (100.0, "100"),
        ] {
            assert_eq!(short(number), text);
        }
    }

    #[test]
    fn laws_are_written_as_scenarios_read_them() {
        assert_eq!(law(Law { empty: 0.0, full: Full::Constant(12) }), "\"12B\"");
        let lognormal = Law { empty: 0.25, full: Full::Lognormal { mean: 100.4, cv: 1.5 } };
        assert_eq!(
            law(lognormal),
            "{ mixture = [{ weight = 0.25, of = \"0B\" }, { weight = 0.75, of = \
             { lognormal = { mean = \"100B\", cv = 1.5 } } }] }"
        );
        assert_eq!(
            law(Law { empty: 0.25, full: Full::Constant(12) }),
            "{ mixture = [{ weight = 0.25, of = \"0B\" }, { weight = 0.75, of = \"12B\" }] }"
        );
    }

    #[test]
    fn methods_that_scenarios_do_not_know_are_sent_as_post() {
        assert_eq!(method_of("HEAD").0, "HEAD");
        assert_eq!(method_of("PROPFIND").0, "POST");
        assert_eq!(method_of("").0, "GET");
    }
}
