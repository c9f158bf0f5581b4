//! The keys of a scenario that say how a balancer chooses.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::backend::Reads;
use super::{Algorithm, Balancer, Profile, Query};
use crate::time::Span;

/// The largest weight of a backend.
const MAX_WEIGHT: i64 = 1_000;

/// The largest table of Maglev hashing: Envoy's limit.
const MAX_TABLE: i64 = 5_000_011;

/// How a load balancer chooses a backend. Parameters that the algorithm does not use have no
/// effect, so that a variant may change the algorithm alone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default, remote = "Self")]
pub struct BalanceSpec {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// A product whose choices are made pick by pick as it makes them, where it differs under the
    /// algorithm's name. Default: none, the textbook's choices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// `power-of-d`: how many random backends are compared, 1 to 64. Default 2.
    #[serde(deserialize_with = "choices")]
    #[schemars(range(min = 1, max = 64))]
    pub choices: u32,
    /// `ring-hash`: how many points a backend of average weight has on the ring, 1 to 10,000:
    /// more points make shares more even. Default 100.
    #[serde(deserialize_with = "virtual_nodes")]
    #[schemars(range(min = 1, max = 10_000))]
    pub virtual_nodes: u32,
    /// `maglev`: how many places the table has, a prime number up to 5,000,011 that is many
    /// times the number of backends. Default 65,537.
    #[serde(deserialize_with = "table_size")]
    #[schemars(range(min = 2, max = 5_000_011))]
    pub table_size: u32,
    /// `ring-hash` and `maglev`: how much a backend may have outstanding, in per cent of the
    /// average, by weight; what is more goes on to the next one. 100 to 65,536; HAProxy's
    /// `hash-balance-factor`. Default: no bound.
    #[serde(deserialize_with = "balance_factor", skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 100, max = 65_536))]
    pub balance_factor: Option<u32>,
    /// `ring-hash` and `maglev`, and `uri-hash` of the profile `nginx`: what is hashed. Default
    /// `uri`.
    pub hash_on: HashOn,
    /// `least-response-time`: how long a latency takes to be forgotten: after this time a peak
    /// has faded to 37 %. Default 10s.
    #[serde(deserialize_with = "decay")]
    pub decay: Span,
    /// The weight of each backend of a node, by the node's name: 0 (takes no new work) to 1,000.
    /// Default 1. Only the weighted algorithms and the hashes heed it.
    #[serde(deserialize_with = "weights")]
    pub weights: BTreeMap<String, u32>,
    /// Where each backend of a node listens, by the node's name, as `host:port`; its second
    /// machine listens at the next port, and so on. Only the rings of the profiles `nginx` and
    /// `envoy` heed it. Default `NAME-1:80`, `NAME-2:80` and so on.
    #[serde(deserialize_with = "addresses", skip_serializing_if = "BTreeMap::is_empty")]
    pub addresses: BTreeMap<String, String>,
}

impl<'de> Deserialize<'de> for BalanceSpec {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let spec = Self::deserialize(from)?;
        match spec.profile.and_then(|profile| profile.lack(&spec)) {
            Some(lack) => Err(Error::custom(lack)),
            None => Ok(spec),
        }
    }
}

impl Serialize for BalanceSpec {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, to)
    }
}

/// What a consistent hash is taken of.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Deserialize,
    Serialize,
    JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum HashOn {
    /// The source address of the connection: a client keeps its backend.
    Source,
    /// Origin, path and object: an object keeps its backend, which suits caches.
    #[default]
    Uri,
    /// The cookie that names the session: a user keeps a backend behind any address. Its text is
    /// the trace's name of the session, or a number of its own; requests without a session have no
    /// cookie, and all go to one backend.
    Cookie,
}

impl Default for BalanceSpec {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::RoundRobin,
            profile: None,
            choices: 2,
            virtual_nodes: 100,
            table_size: 65_537,
            balance_factor: None,
            hash_on: HashOn::Uri,
            decay: Span::from_secs(10),
            weights: BTreeMap::new(),
            addresses: BTreeMap::new(),
        }
    }
}

impl BalanceSpec {
    /// Whether choices depend on what is asked for.
    #[must_use]
    pub fn reads_uri(&self) -> bool {
        matches!(Balancer::reads(self), Reads::Uri | Reads::Path)
    }

    /// Whether choices need [`Query::address`], the client's address itself.
    #[must_use]
    pub fn reads_address(&self) -> bool {
        Balancer::reads(self) == Reads::Address
    }

    /// Whether choices need [`Query::path`], the request target itself.
    #[must_use]
    pub fn reads_path(&self) -> bool {
        Balancer::reads(self) == Reads::Path
    }

    /// Whether what is asked for is to be replaced by the cookie of its session.
    #[must_use]
    pub fn reads_cookie(&self) -> bool {
        let by_text = self.algorithm == Algorithm::UriHash && self.profile == Some(Profile::Nginx);
        let heeds = by_text || matches!(self.algorithm, Algorithm::RingHash | Algorithm::Maglev);
        heeds && self.hash_on == HashOn::Cookie
    }

    /// The part of the work that a backend of this weight gets beside the others' parts, as far
    /// as that does not depend on how they do.
    #[must_use]
    pub fn share_of(&self, weight: u32) -> f64 {
        match self.profile {
            None => self.algorithm.share_of(weight),
            Some(profile) => profile.share_of(self.algorithm, weight),
        }
    }

    /// Where machine number `replica` of a node listens, counted from 0.
    #[must_use]
    pub fn address_of(&self, node: &str, replica: u32) -> String {
        let first = self.addresses.get(node).and_then(|text| parts(text));
        match first {
            Some((host, port)) => format!("{host}:{}", port + replica),
            None => format!("{node}-{}:80", replica + 1),
        }
    }
}

impl HashOn {
    /// What a profile must read to hash this part as it is written.
    pub(super) const fn as_written(self) -> Reads {
        match self {
            Self::Source => Reads::Address,
            Self::Uri | Self::Cookie => Reads::Path,
        }
    }

    /// Hands that part of the query on as text: an address with dots, or the request target.
    pub(super) fn with_text<T>(self, query: &Query<'_>, mut then: impl FnMut(&[u8]) -> T) -> T {
        match self {
            Self::Source => {
                let mut text = [0; 15];
                let length = dotted(query.address, &mut text);
                then(&text[..length])
            }
            Self::Uri | Self::Cookie => then(query.path.as_bytes()),
        }
    }

    /// What must be read to hash this part.
    pub(super) const fn reads(self) -> Reads {
        match self {
            Self::Source => Reads::Source,
            Self::Uri | Self::Cookie => Reads::Uri,
        }
    }

    /// The hash of that part of the query.
    #[inline]
    #[must_use]
    pub const fn of(self, query: &Query<'_>) -> u64 {
        match self {
            Self::Source => query.source,
            Self::Uri | Self::Cookie => query.uri,
        }
    }
}

fn choices<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    within("choices", i64::deserialize(from)?, 1, 64)
}

fn virtual_nodes<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    within("virtual_nodes", i64::deserialize(from)?, 1, 10_000)
}

fn table_size<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    let size = within("table_size", i64::deserialize(from)?, 2, MAX_TABLE)?;
    if is_prime(size) {
        return Ok(size);
    }
    let next = (size..).find(|n| is_prime(*n)).unwrap_or(size);
    Err(Error::custom(format!("`table_size` is a prime number: the next above {size} is {next}")))
}

fn balance_factor<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    within("balance_factor", i64::deserialize(from)?, 100, 65_536).map(Some)
}

fn decay<'de, D: Deserializer<'de>>(from: D) -> Result<Span, D::Error> {
    let decay = Span::deserialize(from)?;
    if decay.is_zero() {
        return Err(Error::custom("`decay` is longer than 0s: write \"10s\" for the usual one"));
    }
    Ok(decay)
}

fn weights<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, u32>, D::Error> {
    let written = BTreeMap::<String, i64>::deserialize(from)?;
    let checked = written.into_iter().map(|(node, weight)| {
        let weight = within(&format!("weights.{node}"), weight, 0, MAX_WEIGHT)?;
        Ok((node, weight))
    });
    checked.collect()
}

fn addresses<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, String>, D::Error> {
    let written = BTreeMap::<String, String>::deserialize(from)?;
    for (node, address) in &written {
        if parts(address).is_none() {
            return Err(Error::custom(format!(
                "`addresses.{node}` is a host and a port up to 65535, as \"127.0.0.1:8001\""
            )));
        }
    }
    Ok(written)
}

/// Host and port of an address.
fn parts(address: &str) -> Option<(&str, u32)> {
    let (host, port) = address.rsplit_once(':')?;
    let port = port.parse::<u16>().ok()?;
    (!host.is_empty()).then_some((host, port.into()))
}

/// Writes an address as four decimal numbers with dots, and says how long that is: no choice
/// allocates.
fn dotted(address: u32, text: &mut [u8; 15]) -> usize {
    let mut length = 0;
    let mut put = |byte: u8| {
        text[length] = byte;
        length += 1;
    };
    for (place, octet) in address.to_be_bytes().into_iter().enumerate() {
        if place > 0 {
            put(b'.');
        }
        if octet >= 100 {
            put(b'0' + octet / 100);
        }
        if octet >= 10 {
            put(b'0' + octet / 10 % 10);
        }
        put(b'0' + octet % 10);
    }
    length
}

/// The number if it lies in the range, else a sentence.
fn within<E: Error>(key: &str, number: i64, min: i64, max: i64) -> Result<u32, E> {
    u32::try_from(number).ok().filter(|_| (min..=max).contains(&number)).ok_or_else(|| {
        E::custom(format!("`{key}` is a whole number from {min} to {max}, not {number}"))
    })
}

/// By trial division: at most 2,236 of them.
fn is_prime(n: u32) -> bool {
    n >= 2 && (2..).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Time;

    fn check_refused(text: &str, said: &str) {
        let error = toml::from_str::<BalanceSpec>(text).expect_err(text).to_string();
        assert!(error.contains(said), "{text}: {error}");
    }

    #[test]
    fn every_key_is_read() {
        let text = "algorithm = \"maglev\"\nchoices = 3\nvirtual_nodes = 7\ntable_size = 13\n\
                    balance_factor = 125\n\
                    hash_on = \"source\"\ndecay = \"2s\"\nweights = { app = 3, old = 0 }";
        let expected = BalanceSpec {
            algorithm: Algorithm::Maglev,
            choices: 3,
            virtual_nodes: 7,
            table_size: 13,
            balance_factor: Some(125),
            hash_on: HashOn::Source,
            decay: Span::from_secs(2),
            weights: BTreeMap::from([("app".to_owned(), 3), ("old".to_owned(), 0)]),
            ..BalanceSpec::default()
        };
        assert_eq!(toml::from_str(text), Ok(expected));
    }

    #[test]
    fn nothing_written_is_round_robin() {
        assert_eq!(toml::from_str(""), Ok(BalanceSpec::default()));
        assert_eq!(BalanceSpec::default().algorithm, Algorithm::default());
    }

    #[test]
    fn an_impossible_value_is_refused_with_what_is_allowed() {
        for (text, said) in [
            ("choices = 0", "`choices` is a whole number from 1 to 64, not 0"),
            ("choices = 65", "from 1 to 64, not 65"),
            ("virtual_nodes = 10_001", "from 1 to 10000, not 10001"),
            ("virtual_nodes = -1", "not -1"),
            ("table_size = 65_536", "a prime number: the next above 65536 is 65537"),
            ("table_size = 5_000_012", "from 2 to 5000011"),
            ("decay = \"0s\"", "longer than 0s"),
            ("balance_factor = 1.25", "expected i64"),
            ("balance_factor = 99", "from 100 to 65536, not 99"),
            ("balance_factor = 125\nprofile = \"nginx\"", "has no bounded loads"),
            ("weights = { app = 1_001 }", "`weights.app` is a whole number from 0 to 1000"),
            ("hash_on = \"host\"", "expected one of `source`, `uri`, `cookie`"),
            ("algorithm = \"least-connection\"", "`least-connections`"),
            ("virtual_node = 3", "unknown field `virtual_node`"),
            ("profile = \"traefik\"", "expected one of `nginx`, `haproxy`, `envoy`, `caddy`"),
            ("addresses = { app = \"10.0.0.1\" }", "`addresses.app` is a host and a port"),
            ("addresses = { app = \"a:65536\" }", "a port up to 65535"),
        ] {
            check_refused(text, said);
        }
    }

    #[test]
    fn a_profile_is_refused_what_its_product_lacks_and_told_what_it_has() {
        for (text, said) in [
            (
                "algorithm = \"maglev\"\nprofile = \"nginx\"",
                "the profile `nginx` has no `maglev`: it has `round-robin`",
            ),
            ("algorithm = \"source-hash\"\nprofile = \"envoy\"", "`ring-hash`"),
            ("algorithm = \"power-of-d\"\nprofile = \"nginx\"\nchoices = 3", "is 2, not 3"),
            ("algorithm = \"power-of-d\"\nprofile = \"caddy\"\nchoices = 1", "at least two"),
            ("profile = \"caddy\"\nweights = { app = 3 }", "has no weights"),
            (
                "algorithm = \"ring-hash\"\nprofile = \"haproxy\"\nhash_on = \"cookie\"",
                "hashes no cookies",
            ),
        ] {
            check_refused(text, said);
        }
        let text = "algorithm = \"power-of-d\"\nprofile = \"haproxy\"\nchoices = 3";
        assert!(toml::from_str::<BalanceSpec>(text).is_ok());
    }

    #[test]
    fn a_cookie_is_read_where_something_hashes_it() {
        let reads = |text: &str| toml::from_str::<BalanceSpec>(text).unwrap().reads_cookie();
        let on = "hash_on = \"cookie\"\nalgorithm = ";
        assert!(reads(&format!("{on}\"ring-hash\"")));
        assert!(reads(&format!("{on}\"maglev\"")));
        assert!(reads(&format!("{on}\"uri-hash\"\nprofile = \"nginx\"")));
        assert!(!reads(&format!("{on}\"uri-hash\"")));
        assert!(!reads(&format!("{on}\"round-robin\"")));
        assert!(!reads("algorithm = \"ring-hash\""));
    }

    #[test]
    fn machines_of_a_node_listen_at_ports_in_a_row() {
        let spec = toml::from_str::<BalanceSpec>("addresses = { app = \"10.0.0.1:8001\" }");
        let spec = spec.unwrap();
        assert_eq!(spec.address_of("app", 0), "10.0.0.1:8001");
        assert_eq!(spec.address_of("app", 2), "10.0.0.1:8003");
        assert_eq!(spec.address_of("db", 1), "db-2:80");
    }

    #[test]
    fn an_address_is_hashed_as_it_is_written() {
        for address in ["0.0.0.0", "10.20.130.7", "255.255.255.255", "127.1.113.239"] {
            let number = u32::from(address.parse::<std::net::Ipv4Addr>().unwrap());
            let query = Query { source: 0, uri: 0, address: number, path: "", now: Time::ZERO };
            HashOn::Source.with_text(&query, |text| assert_eq!(text, address.as_bytes()));
        }
    }

    #[test]
    fn the_schema_describes_every_key_and_every_algorithm() {
        let schema = serde_json::to_value(schemars::schema_for!(BalanceSpec)).unwrap();
        let described = |part: &serde_json::Value| part["description"].is_string();
        let keys = schema["properties"].as_object().unwrap();
        assert_eq!(keys.len(), 10);
        assert!(keys.values().all(described), "{schema:#}");
        let words = schema["$defs"]["Algorithm"]["oneOf"].as_array().unwrap();
        assert_eq!(words.len(), Algorithm::ALL.len());
        assert!(words.iter().all(described), "{schema:#}");
    }
}
