//! Which balancer a recording is of, and by which rule it is judged: one line each.

use super::constants::{
    CADDY, DIRECT, ENVOY, HAPROXY, HAPROXY_TCP, Hop, NGINX, NGINX_CLOSE, NGINX_DRAINS, NGINX_STREAM,
};
use crate::balance::Algorithm::{
    LeastConnections, PowerOfD, Random, RingHash, RoundRobin, SourceHash, UriHash,
};
use crate::balance::Profile::{Caddy, Envoy, Haproxy, Nginx};
use crate::balance::{Algorithm, BalanceSpec, HashOn, Profile};

/// By which rule a case is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bar {
    /// Means of requests that never queue: the tail is the machine's, not the proxy's.
    Idle,
    /// Mean and 99th percentile near those of the recorded runs.
    Near,
    /// The same, but where the first backend listens differs from run to run and decides: one run
    /// is compared.
    NearOneRun,
    /// The recorded mean within the range of many seeds.
    Seeds,
    /// Where a backend fails: by the range of many courses where what was recorded depends on the
    /// phase of a clock or of probes, else as near.
    Phase,
    /// Shown and not judged.
    Exempt,
}

/// What a policy's name stands for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    policy: &'static str,
    pub(super) hop: Hop,
    /// None: the client asks the backend itself.
    balancer: Option<(Profile, Algorithm, HashOn)>,
    pub(super) bar: Bar,
}

const fn kind(policy: &'static str, hop: Hop, by: (Profile, Algorithm), bar: Bar) -> Kind {
    Kind { policy, hop, balancer: Some((by.0, by.1, HashOn::Uri)), bar }
}

const fn direct(policy: &'static str, bar: Bar) -> Kind {
    Kind { policy, hop: DIRECT, balancer: None, bar }
}

/// All kinds; the longest name that a policy begins with counts.
const KINDS: &[Kind] = &[
    kind("nginx refuse", NGINX, (Nginx, RoundRobin), Bar::Phase),
    kind("nginx blackhole", NGINX, (Nginx, RoundRobin), Bar::Phase),
    kind("nginx crash", NGINX, (Nginx, RoundRobin), Bar::Phase),
    kind("nginx hang", NGINX, (Nginx, RoundRobin), Bar::Phase),
    kind("nginx slow", NGINX, (Nginx, RoundRobin), Bar::Phase),
    kind("haproxy refuse", HAPROXY, (Haproxy, RoundRobin), Bar::Phase),
    kind("haproxy blackhole", HAPROXY, (Haproxy, RoundRobin), Bar::Phase),
    kind("haproxy crash", HAPROXY, (Haproxy, RoundRobin), Bar::Phase),
    kind("haproxy hang", HAPROXY, (Haproxy, RoundRobin), Bar::Phase),
    kind("haproxy slow", HAPROXY, (Haproxy, RoundRobin), Bar::Phase),
    direct("direct", Bar::Idle),
    direct("single-c8-direct", Bar::Near),
    kind("nginx-keepalive", NGINX, (Nginx, RoundRobin), Bar::Idle),
    kind("nginx-close", NGINX_CLOSE, (Nginx, RoundRobin), Bar::Idle),
    kind("nginx-clientnew", NGINX, (Nginx, RoundRobin), Bar::Idle),
    kind("nginx-stream", NGINX_STREAM, (Nginx, RoundRobin), Bar::Idle),
    kind("haproxy", HAPROXY, (Haproxy, RoundRobin), Bar::Idle),
    kind("haproxy-tcp", HAPROXY_TCP, (Haproxy, RoundRobin), Bar::Idle),
    kind("envoy", ENVOY, (Envoy, RoundRobin), Bar::Idle),
    kind("caddy", CADDY, (Caddy, RoundRobin), Bar::Idle),
    kind("nginx-rr", NGINX, (Nginx, RoundRobin), Bar::Near),
    kind("nginx-least_conn", NGINX, (Nginx, LeastConnections), Bar::Near),
    kind("nginx-random", NGINX, (Nginx, Random), Bar::Seeds),
    kind("nginx-random2-least_conn", NGINX, (Nginx, PowerOfD), Bar::Seeds),
    kind("nginx-ip_hash", NGINX, (Nginx, SourceHash), Bar::Near),
    kind("nginx-hash-uri", NGINX, (Nginx, UriHash), Bar::Near),
    kind("nginx-hash-uri-consistent", NGINX, (Nginx, RingHash), Bar::NearOneRun),
    kind("nginx-http-rr", NGINX, (Nginx, RoundRobin), Bar::Near),
    kind("nginx-stream-rr", NGINX_STREAM, (Nginx, RoundRobin), Bar::Near),
    kind("nginx-stream-least_conn", NGINX_STREAM, (Nginx, LeastConnections), Bar::Near),
    Kind {
        policy: "nginx-hash-remote_addr",
        hop: NGINX,
        balancer: Some((Nginx, UriHash, HashOn::Source)),
        bar: Bar::Near,
    },
    Kind {
        policy: "nginx-hash-cookie",
        hop: NGINX,
        balancer: Some((Nginx, UriHash, HashOn::Cookie)),
        bar: Bar::Near,
    },
    Kind {
        policy: "nginx-hash-cookie-consistent",
        hop: NGINX,
        balancer: Some((Nginx, RingHash, HashOn::Cookie)),
        bar: Bar::NearOneRun,
    },
    kind("haproxy-http-rr", HAPROXY, (Haproxy, RoundRobin), Bar::Near),
    kind("haproxy-tcp-rr", HAPROXY_TCP, (Haproxy, RoundRobin), Bar::Near),
    kind("haproxy-cookie-insert", HAPROXY, (Haproxy, RoundRobin), Bar::Near),
    kind("nginx N=", NGINX, (Nginx, RoundRobin), Bar::Near),
    kind("haproxy-rr", HAPROXY, (Haproxy, RoundRobin), Bar::Near),
    kind("haproxy-roundrobin", HAPROXY, (Haproxy, RoundRobin), Bar::Near),
    kind("haproxy-leastconn", HAPROXY, (Haproxy, LeastConnections), Bar::Near),
    kind("haproxy-random2", HAPROXY, (Haproxy, PowerOfD), Bar::Seeds),
    kind("haproxy-source", HAPROXY, (Haproxy, SourceHash), Bar::Near),
    kind("haproxy-uri", HAPROXY, (Haproxy, UriHash), Bar::Near),
    kind("haproxy-uri-consistent", HAPROXY, (Haproxy, RingHash), Bar::Near),
    kind("envoy-ROUND_ROBIN", ENVOY, (Envoy, RoundRobin), Bar::Near),
    kind("envoy-LEAST_REQUEST", ENVOY, (Envoy, PowerOfD), Bar::Seeds),
    kind("envoy-RANDOM", ENVOY, (Envoy, Random), Bar::Seeds),
    Kind {
        policy: "envoy-RING_HASH-ip",
        hop: ENVOY,
        balancer: Some((Envoy, RingHash, HashOn::Source)),
        bar: Bar::NearOneRun,
    },
    // Caddy swaps neighbours of the order in which requests came: which ones cannot be known.
    kind("caddy-round_robin", CADDY, (Caddy, RoundRobin), Bar::Exempt),
    kind("caddy-least_conn", CADDY, (Caddy, LeastConnections), Bar::Near),
    kind("caddy-random_choose2", CADDY, (Caddy, PowerOfD), Bar::Seeds),
];

/// The kind of a policy.
pub(super) fn kind_of(policy: &str) -> Option<&'static Kind> {
    let named = KINDS.iter().filter(|kind| policy.starts_with(kind.policy));
    named.max_by_key(|kind| kind.policy.len())
}

impl Kind {
    /// How the balancer chooses, if there is one.
    pub(super) fn balance(&self) -> Option<BalanceSpec> {
        let (profile, algorithm, hash_on) = self.balancer?;
        let profile = Some(profile);
        Some(BalanceSpec { algorithm, profile, hash_on, ..BalanceSpec::default() })
    }

    /// The product that balances, if one does.
    pub(super) fn profile(&self) -> Option<Profile> {
        self.balancer.map(|(profile, ..)| profile)
    }

    /// Whether it loses requests for want of connections when so many are present at once.
    pub(super) fn drains_at(&self, present: u64) -> bool {
        self.balancer.is_some_and(|(profile, ..)| profile == Nginx) && present > NGINX_DRAINS
    }
}

#[cfg(test)]
mod tests {
    use super::super::recording::built_in;
    use super::*;

    #[test]
    fn the_longest_name_counts() {
        assert_eq!(kind_of("haproxy-uri-consistent").map(|it| it.bar), Some(Bar::Near));
        assert_eq!(kind_of("nginx-rr-w3:1").map(|it| it.policy), Some("nginx-rr"));
        assert_eq!(kind_of("direct-new").map(|it| it.policy), Some("direct"));
        assert!(kind_of("traefik").is_none());
    }

    #[test]
    fn every_recording_is_of_some_kind() {
        for recording in built_in() {
            assert!(kind_of(&recording.policy).is_some(), "{}", recording.policy);
        }
    }
}
