//! A recorded case as a scenario: for each path a client that replays its requests and an endpoint
//! with its answers; one proxy with the cache; one origin. Links take a millisecond each way, as
//! those of the recordings did by their response times.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::recorded::{Origin, Recorded, Response};

/// The scenario under a profile.
pub(super) fn text(it: &Recorded, profile: &str) -> Result<String, String> {
    let last = it.requests.iter().map(|request| request.t).fold(0.0, f64::max);
    let mut text = format!(
        "study = \"terminating\"\nuntil = \"drained\"\nduration = \"{}s\"\nreplications = 1\n\
         clock = {{ phase = \"{}s\" }}\n",
        last + 1.0,
        it.start_phase_s
    );
    text += "[node.origin]\nkind = \"server\"\n[node.edge]\nkind = \"reverse-proxy\"\n";
    let _ = write!(text, "[node.edge.cache]\nprofile = \"{profile}\"\ncapacity = \"100MiB\"\n");
    for line in &it.settings {
        text += &setting(line)?;
    }
    if let Some(inactive) = it.inactive() {
        let _ = writeln!(text, "inactive = \"{}\"", span(inactive));
    }
    for (number, origin) in it.origin.iter().enumerate() {
        text += &tables(number, origin);
    }
    text += "[link.edge.origin]\nlatency = \"1ms\"\n";
    Ok(text)
}

/// A duration of nginx as one of a scenario.
fn span(text: &str) -> String {
    match text.strip_suffix('m') {
        Some(minutes) => format!("{minutes}min"),
        None => text.to_owned(),
    }
}

/// What a directive of nginx is called in a scenario.
fn setting(line: &str) -> Result<String, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let list = |words: &[&str]| {
        let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
        format!("[{}]", quoted.join(", "))
    };
    Ok(match words.as_slice() {
        ["proxy_cache_min_uses", count] => format!("min_uses = {count}\n"),
        ["proxy_cache_bypass", variable] => {
            let header = variable.trim_start_matches("$http_").replace('_', "-");
            format!("bypass = [\"{header}\"]\n")
        }
        ["proxy_cache_lock", "on"] => "lock = true\n".to_owned(),
        ["proxy_cache_revalidate", "on"] => "revalidate = true\n".to_owned(),
        ["proxy_cache_background_update", "on"] => "background_update = true\n".to_owned(),
        ["proxy_cache_valid", statuses @ .., lifetime] => {
            let each = statuses.iter().map(|it| format!("{it} = \"{}\"", span(lifetime)));
            format!("default_ttl = {{ {} }}\n", each.collect::<Vec<_>>().join(", "))
        }
        ["proxy_cache_use_stale", causes @ ..] => format!("use_stale = {}\n", list(causes)),
        ["proxy_ignore_headers", names @ ..] => {
            let names: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            format!("ignore = {}\n", list(&names))
        }
        _ => return Err(format!("`{line}` has no key of a cache")),
    })
}

/// The client and the endpoint of one path.
fn tables(number: usize, origin: &Origin) -> String {
    let first = &origin.responses[0];
    let mut text = format!(
        "[node.client{number}]\nkind = \"client\"\narrivals = {{ trace = \"{number}\" }}\n\
         mix = {{ path{number} = 1 }}\n[link.client{number}.edge]\nlatency = \"1ms\"\n\
         [endpoint.path{number}]\npath = \"{}\"\nwork = [ {{ wait = \"{}s\" }} ]\n\
         response = {{ size = \"{}B\", status = {}, headers = {} }}\n",
        origin.url,
        first.delay,
        first.body,
        first.status,
        headers(first)
    );
    if origin.responses.len() > 1 {
        text += "answers = [\n";
        for (from, response) in (2..).zip(&origin.responses[1..]) {
            let _ = writeln!(
                text,
                "  {{ from = {from}, status = {}, closed = {}, headers = {} }},",
                response.status,
                response.down,
                headers(response)
            );
        }
        text += "]\n";
    }
    text
}

/// The headers of an answer as pairs, in the order in which they were sent.
fn headers(response: &Response) -> String {
    let own = [("ETag", &response.etag), ("Last-Modified", &response.last_modified)];
    let own = own.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
    let sent = response.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let pair = |(name, value): (&str, &str)| format!("[\"{name}\", '{value}']");
    format!("[{}]", sent.chain(own).map(pair).collect::<Vec<_>>().join(", "))
}

/// The requests for the path of this number, as a trace.
pub(super) fn trace(it: &Recorded, number: usize) -> String {
    let url = &it.origin[number].url;
    let names: BTreeSet<&String> = it.requests.iter().flat_map(|it| it.headers.keys()).collect();
    let mut text = "arrival_s,method".to_owned();
    for name in &names {
        let _ = write!(text, ",header:{}", name.to_lowercase());
    }
    text.push('\n');
    for request in it.requests.iter().filter(|request| request.url == *url) {
        let _ = write!(text, "{},{}", request.t, request.method);
        for name in &names {
            let value = request.headers.get(*name).map_or("", String::as_str);
            let _ = write!(text, ",\"{}\"", value.replace('"', "\"\""));
        }
        text.push('\n');
    }
    text
}
