//! What an origin says: the heads of its answers, and how they change with their number.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::ResponseSpec;
use crate::http::Head;

/// Headers in the order in which they are sent: `{ Age = "9" }`, by name, or
/// `[["Expires", "0"], ["Cache-Control", "max-age=60"]]` where the order matters.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Headers(pub Vec<(String, String)>);

struct HeadersVisitor;

impl<'de> Visitor<'de> for HeadersVisitor {
    type Value = Headers;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("headers by name, or a list of pairs of name and value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Headers, A::Error> {
        let mut headers = BTreeMap::new();
        while let Some((name, value)) = map.next_entry::<String, String>()? {
            headers.insert(name, value);
        }
        Ok(Headers(headers.into_iter().collect()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Headers, A::Error> {
        let mut headers = Vec::new();
        while let Some(pair) = seq.next_element()? {
            headers.push(pair);
        }
        Ok(Headers(headers))
    }
}

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(HeadersVisitor)
    }
}

impl JsonSchema for Headers {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Headers".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let by_name = generator.subschema_for::<BTreeMap<String, String>>();
        let in_order = generator.subschema_for::<Vec<(String, String)>>();
        schemars::json_schema!({ "anyOf": [by_name, in_order] })
    }
}

/// What an origin answers from a number of requests for a path on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerSpec {
    /// From which answer for a path on, from 1.
    #[schemars(range(min = 1))]
    pub from: u32,
    /// Its status; that of the response by default.
    #[schemars(range(min = 100, max = 599))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// All its headers; those of the response by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headers: Option<Headers>,
    /// Whether the connection is closed instead of an answer.
    #[serde(default)]
    pub closed: bool,
}

/// One of the answers that an endpoint gives in turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// From which answer for a path on, from 1.
    pub from: u32,
    /// What it says.
    pub head: Head,
    /// Whether the connection is closed instead.
    pub closed: bool,
}

/// What an endpoint answers, one after the other, or what is wrong with it: the place below the
/// endpoint, and why.
pub(crate) fn replies(
    spec: &ResponseSpec,
    answers: &[AnswerSpec],
) -> Result<Vec<Reply>, (String, String)> {
    let usual = usual_headers(spec);
    let wrong = |place: &str| {
        let place = place.to_owned();
        move |why| (place, why)
    };
    let first = Head::read(spec.status, &usual).map_err(wrong("response"))?;
    let mut replies = vec![Reply { from: 1, head: first, closed: false }];
    for (number, answer) in answers.iter().enumerate() {
        let place = format!("answers.{number}");
        let headers = answer.headers.as_ref().map_or(&*usual, |headers| &headers.0);
        let status = answer.status.unwrap_or(spec.status);
        if !(100..=599).contains(&status) {
            let why = format!("a status is from 100 to 599, not {status}");
            return Err((format!("{place}.status"), why));
        }
        let last = replies.last().map_or(0, |reply| reply.from);
        if answer.from < last || answer.from == 0 {
            let why = "answers come in the order of their numbers, from 1".to_owned();
            return Err((format!("{place}.from"), why));
        }
        let head = Head::read(status, headers).map_err(wrong(&place))?;
        replies.push(Reply { from: answer.from, head, closed: answer.closed });
    }
    Ok(replies)
}

/// The headers that the keys of a response stand for, and those beside them.
fn usual_headers(spec: &ResponseSpec) -> Vec<(String, String)> {
    let keys = [
        ("Cache-Control", &spec.cache_control),
        ("Expires", &spec.expires),
        ("ETag", &spec.etag),
        ("Last-Modified", &spec.last_modified),
        ("Vary", &spec.vary),
        ("Set-Cookie", &spec.set_cookie),
        ("Age", &spec.age),
    ];
    let said = keys.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)));
    let beside = spec.headers.iter().flat_map(|headers| headers.0.iter().cloned());
    said.chain(beside).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Tag;

    #[test]
    fn the_order_of_expires_and_cache_control_is_kept_where_it_is_given() {
        let read = |text: &str| -> ResponseSpec { toml::from_str(text).unwrap() };
        let first = |text: &str| replies(&read(text), &[]).unwrap().remove(0).head.expires_first;
        assert!(first("headers = [['Expires', '@date-1'], ['Cache-Control', 'max-age=60']]"));
        assert!(!first("headers = { Expires = '@date-1', Cache-Control = 'max-age=60' }"));
        assert!(!first("expires = '@date-1'\ncache_control = 'max-age=60'"));
    }

    #[test]
    fn later_answers_take_what_they_do_not_say_from_the_response() {
        let spec: ResponseSpec =
            toml::from_str("cache_control = 'max-age=1'\netag = '\"a\"'").unwrap();
        let answer = AnswerSpec { from: 2, status: Some(500), headers: None, closed: false };
        let replies = replies(&spec, &[answer]).unwrap();
        assert_eq!((replies[1].head.status, replies[1].head.control.max_age), (500, Some(1)));
        assert_eq!(replies[1].head.etag, Some(Tag::parse("\"a\"")));
    }
}
