//! Next upstream: a proxy tries another backend instead of failing.
//!
//! *nginx* (`proxy_next_upstream`): after an outcome that `on` names, a backend that was not tried
//! yet, at once, up to `tries` backends and for `timeout`. What may have been acted upon and is not
//! idempotent is not tried again unless `non_idempotent` says so. An error on a connection that had
//! been kept says little of the backend, which may just have closed it: that attempt is not counted
//! (`u->peer.cached`, `u->peer.tries++`). So a single backend is asked again, over another
//! connection; of several the next one is.
//!
//! *HAProxy* (`retries`, `option redispatch`): after a failed connection up to `retries` times. By
//! default it tries the same server, after min(1 s, connect time-out) if it was refused and at once
//! if that timed out. With `redispatch` = n > 0 every n-th retry goes to another server, with n < 0
//! the one that is n before the end; and with round robin among several every one, without a pause.
//! When the last connection timed out, a caller whose connection has carried a request before gets
//! no answer: it is closed (`http_return_srv_error`, `TX_NOT_FIRST`).
//! *Sources*: nginx 1.22, `ngx_http_upstream_next`; HAProxy 2.6, `stream_choose_redispatch` and
//! `back_handle_st_cer`.

use schemars::JsonSchema;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use super::{NginxConditions, Outcome};
use crate::time::Span;
use crate::unit::whole_keys;

/// When a proxy tries another backend. Parameters that the profile does not use have no effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NextUpstreamSpec {
    /// Whose rule it is. Default `nginx`.
    pub profile: UpstreamProfile,
    /// `nginx`: the outcomes after which another backend is tried: `error` (refused or broken),
    /// `timeout`, and statuses such as `http_502`. Default `["error", "timeout"]`; `[]` is never.
    pub on: NginxConditions,
    /// `nginx`: so many backends are tried at most, 0 (all) to 1,000. Default 0.
    #[serde(deserialize_with = "tries")]
    #[schemars(range(min = 0, max = 1_000))]
    pub tries: u32,
    /// `nginx`: no other backend is tried after so long; 0s, the default, is no limit.
    pub timeout: Span,
    /// `nginx`: whether requests that change something are passed on too once they were sent.
    /// Default false.
    pub non_idempotent: bool,
    /// `haproxy`: so many retries after a failed connection, 0 to 100. Default 3.
    #[serde(deserialize_with = "retries")]
    #[schemars(range(min = 0, max = 100))]
    pub retries: u32,
    /// `haproxy`: which retries go to another server: 0, the default, none; n every n-th; -n the
    /// one that is n before the end (-1 is the last).
    #[serde(deserialize_with = "redispatch")]
    #[schemars(range(min = -100, max = 100))]
    pub redispatch: i32,
}

/// Whose rule for trying another backend it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UpstreamProfile {
    /// nginx's `proxy_next_upstream`.
    #[default]
    Nginx,
    /// HAProxy's `retries` and `option redispatch`.
    Haproxy,
}

whole_keys! {
    tries: 0..=1_000;
    retries: 0..=100;
}

fn redispatch<'de, D: Deserializer<'de>>(from: D) -> Result<i32, D::Error> {
    let number = i64::deserialize(from)?;
    i32::try_from(number).ok().filter(|n| (-100..=100).contains(n)).ok_or_else(|| {
        D::Error::custom(format!(
            "`redispatch` is a whole number from -100 to 100, not {number}: -1 is the last retry"
        ))
    })
}

impl Default for NextUpstreamSpec {
    fn default() -> Self {
        Self {
            profile: UpstreamProfile::Nginx,
            on: NginxConditions::of(&["error", "timeout"]).unwrap_or(NginxConditions::NONE),
            tries: 0,
            timeout: Span::ZERO,
            non_idempotent: false,
            retries: 3,
            redispatch: 0,
        }
    }
}

/// What is known of a request whose attempt has just failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried {
    /// How many attempts were made, that one included.
    pub made: u32,
    /// How many of them, that one included, broke on a connection that had carried others before.
    pub on_kept: u32,
    /// What the attempt came to.
    pub outcome: Outcome,
    /// Whether doing it twice does no harm.
    pub is_idempotent: bool,
    /// The time since the first attempt.
    pub since: Span,
    /// How many backends there are: for HAProxy those that are up.
    pub backends: u32,
    /// Whether they are taken in turn (HAProxy's `roundrobin` and `static-rr`).
    pub in_turn: bool,
}

/// What happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The outcome stands.
    Stop,
    /// A backend that was not tried yet is picked, at once.
    Untried,
    /// The same backend is tried again after this time.
    Same(Span),
    /// A backend is picked anew after this time; not the last one if there is another.
    Other(Span),
}

/// The rule, made ready.
#[derive(Debug, Clone)]
pub struct NextUpstream {
    spec: NextUpstreamSpec,
    /// HAProxy's pause before the same server is tried again.
    turn_around: Span,
}

impl NextUpstream {
    /// The rule that `spec` describes, of a proxy with this time-out of connections.
    #[must_use]
    pub fn new(spec: &NextUpstreamSpec, connect_timeout: Option<Span>) -> Self {
        let second = Span::from_secs(1);
        let turn_around = connect_timeout.map_or(second, |timeout| timeout.min(second));
        Self { spec: spec.clone(), turn_around }
    }

    /// Whether it is HAProxy's.
    #[must_use]
    pub fn is_haproxys(&self) -> bool {
        self.spec.profile == UpstreamProfile::Haproxy
    }

    /// Whether the caller's connection is closed instead of an answer to this outcome, if it has
    /// carried a request before.
    #[must_use]
    pub fn closes_in_silence(&self, outcome: Outcome) -> bool {
        self.is_haproxys() && outcome == Outcome::ConnectTimeout
    }

    /// What happens after a failed attempt.
    #[inline]
    #[must_use]
    pub fn decide(&self, tried: &Tried) -> Next {
        match self.spec.profile {
            UpstreamProfile::Nginx => self.as_nginx(tried),
            UpstreamProfile::Haproxy => self.as_haproxy(tried),
        }
    }

    /// Whether this outcome counts against the backend in passive health checks. In nginx errors
    /// and time-outs always do, a status only if `on` names it, 403 and 404 never; HAProxy's
    /// `observe layer4` counts what broke the connection.
    #[inline]
    #[must_use]
    pub fn counts_against(&self, outcome: Outcome) -> bool {
        match outcome {
            Outcome::Refused | Outcome::ConnectTimeout | Outcome::ReadTimeout | Outcome::Reset => {
                true
            }
            Outcome::Status(403 | 404) | Outcome::NoBackend | Outcome::RateLimited => false,
            Outcome::Status(_) => {
                self.spec.profile == UpstreamProfile::Nginx && self.spec.on.contains(outcome)
            }
        }
    }

    fn as_nginx(&self, tried: &Tried) -> Next {
        let spec = &self.spec;
        let tries = if spec.tries == 0 { tried.backends } else { spec.tries.min(tried.backends) };
        let is_harmless = tried.is_idempotent || spec.non_idempotent || !tried.outcome.was_sent();
        let is_late = !spec.timeout.is_zero() && tried.since >= spec.timeout;
        if tried.made < tries + tried.on_kept
            && is_harmless
            && !is_late
            && spec.on.contains(tried.outcome)
        {
            Next::Untried
        } else {
            Next::Stop
        }
    }

    fn as_haproxy(&self, tried: &Tried) -> Next {
        let (retry, spec) = (tried.made, &self.spec);
        let was_refused = tried.outcome == Outcome::Refused;
        if retry > spec.retries || !(was_refused || tried.outcome == Outcome::ConnectTimeout) {
            return Next::Stop;
        }
        let pause = if was_refused { self.turn_around } else { Span::ZERO };
        let every = match spec.redispatch {
            0 => return Next::Same(pause),
            n if n > 0 => n.unsigned_abs(),
            n => (spec.retries + 1).saturating_sub(n.unsigned_abs()).max(1),
        };
        let is_turn = tried.in_turn && tried.backends > 1;
        if is_turn {
            Next::Other(Span::ZERO)
        } else if retry % every == 0 {
            Next::Other(pause)
        } else {
            Next::Same(pause)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> NextUpstream {
        NextUpstream::new(&toml::from_str(text).unwrap(), Some(Span::from_millis(300)))
    }

    fn tried(made: u32, outcome: Outcome) -> Tried {
        let since = Span::from_secs(2);
        let (on_kept, is_idempotent, backends, in_turn) = (0, true, 3, false);
        Tried { made, on_kept, outcome, is_idempotent, since, backends, in_turn }
    }

    #[test]
    fn nginx_tries_each_backend_once_after_errors_and_timeouts() {
        let rule = rule("");
        for outcome in
            [Outcome::Refused, Outcome::Reset, Outcome::ConnectTimeout, Outcome::ReadTimeout]
        {
            let next = [1, 2, 3].map(|made| rule.decide(&tried(made, outcome)));
            assert_eq!(next, [Next::Untried, Next::Untried, Next::Stop], "{outcome:?}");
        }
        for outcome in [Outcome::Status(502), Outcome::NoBackend, Outcome::RateLimited] {
            assert_eq!(rule.decide(&tried(1, outcome)), Next::Stop, "{outcome:?}");
        }
    }

    #[test]
    fn nginx_does_not_count_an_attempt_that_broke_on_a_kept_connection() {
        let broken = |made, on_kept| Tried { made, on_kept, ..tried(made, Outcome::Reset) };
        let once = rule("tries = 1");
        assert_eq!(once.decide(&broken(1, 1)), Next::Untried);
        assert_eq!(once.decide(&broken(2, 1)), Next::Stop, "the next one was on a new connection");
        assert_eq!(once.decide(&broken(2, 2)), Next::Untried);
        assert_eq!(rule("").decide(&Tried { backends: 1, ..broken(1, 1) }), Next::Untried);
        assert_eq!(rule("on = []").decide(&broken(1, 1)), Next::Stop);
        let post = Tried { is_idempotent: false, ..broken(1, 1) };
        assert_eq!(rule("").decide(&post), Next::Stop, "it may have been acted upon");
    }

    #[test]
    fn nginx_stops_after_its_tries_its_time_or_when_it_is_off() {
        let next = |text: &str, made| rule(text).decide(&tried(made, Outcome::Reset));
        assert_eq!([1, 2].map(|made| next("tries = 2", made)), [Next::Untried, Next::Stop]);
        assert_eq!(next("timeout = \"2s\"", 1), Next::Stop);
        assert_eq!(next("timeout = \"2001ms\"", 1), Next::Untried);
        assert_eq!(next("on = []", 1), Next::Stop);
        let one = Tried { backends: 1, ..tried(1, Outcome::Refused) };
        assert_eq!(rule("").decide(&one), Next::Stop);
    }

    #[test]
    fn nginx_does_not_send_twice_what_changes_something() {
        let post = |text: &str, outcome| {
            rule(text).decide(&Tried { is_idempotent: false, ..tried(1, outcome) })
        };
        assert_eq!(post("", Outcome::Refused), Next::Untried);
        assert_eq!(post("", Outcome::ReadTimeout), Next::Stop);
        assert_eq!(post("non_idempotent = true", Outcome::ReadTimeout), Next::Untried);
    }

    #[test]
    fn nginx_counts_a_status_against_a_backend_only_if_it_is_named() {
        let rule = rule("on = [\"http_503\", \"http_404\"]");
        assert!(rule.counts_against(Outcome::Refused), "even if it is not named");
        assert!(rule.counts_against(Outcome::Status(503)));
        assert!(!rule.counts_against(Outcome::Status(500)));
        assert!(!rule.counts_against(Outcome::Status(404)));
        assert_eq!(rule.decide(&tried(1, Outcome::Status(404))), Next::Untried);
    }

    #[test]
    fn haproxy_tries_the_same_server_again_after_a_pause() {
        let rule = rule("profile = \"haproxy\"");
        let pause = Span::from_millis(300);
        let next: Vec<Next> =
            (1..=4).map(|made| rule.decide(&tried(made, Outcome::Refused))).collect();
        assert_eq!(next, [Next::Same(pause), Next::Same(pause), Next::Same(pause), Next::Stop]);
        let late = rule.decide(&tried(1, Outcome::ConnectTimeout));
        assert_eq!(late, Next::Same(Span::ZERO));
        assert_eq!(rule.decide(&tried(1, Outcome::ReadTimeout)), Next::Stop);
        let slow = NextUpstream::new(&rule.spec, None);
        assert_eq!(slow.decide(&tried(1, Outcome::Refused)), Next::Same(Span::from_secs(1)));
    }

    #[test]
    fn haproxy_redispatches_when_it_says() {
        let others = |redispatch: i32| {
            let rule = rule(&format!("profile = \"haproxy\"\nredispatch = {redispatch}"));
            let is_other =
                |made| matches!(rule.decide(&tried(made, Outcome::Refused)), Next::Other(_));
            [1, 2, 3].map(is_other)
        };
        assert_eq!(others(0), [false, false, false]);
        assert_eq!(others(-1), [false, false, true]);
        assert_eq!(others(-2), [false, true, false]);
        assert_eq!(others(1), [true, true, true]);
        assert_eq!(others(2), [false, true, false]);
        assert_eq!(others(-100), [true, true, true]);
    }

    #[test]
    fn haproxy_takes_the_next_in_turn_without_a_pause() {
        let rule = rule("profile = \"haproxy\"\nredispatch = -1");
        let turn = Tried { in_turn: true, ..tried(1, Outcome::Refused) };
        assert_eq!(rule.decide(&turn), Next::Other(Span::ZERO));
        let alone = Tried { backends: 1, made: 3, ..turn };
        assert_eq!(rule.decide(&alone), Next::Other(Span::from_millis(300)));
    }

    #[test]
    fn only_haproxy_closes_in_silence_and_only_when_connections_time_out() {
        let haproxy = rule("profile = \"haproxy\"");
        assert!(haproxy.closes_in_silence(Outcome::ConnectTimeout));
        assert!(!haproxy.closes_in_silence(Outcome::Refused));
        assert!(!haproxy.closes_in_silence(Outcome::ReadTimeout));
        assert!(!rule("").closes_in_silence(Outcome::ConnectTimeout));
    }

    #[test]
    fn every_key_is_read_and_an_impossible_value_refused() {
        let text = "profile = \"haproxy\"\non = [\"error\", \"http_502\"]\ntries = 2\n\
                    timeout = \"5s\"\nnon_idempotent = true\nretries = 1\nredispatch = -1\n";
        let spec: NextUpstreamSpec = toml::from_str(text).unwrap();
        assert_eq!(toml::to_string(&spec).as_deref(), Ok(text));
        for (text, said) in [
            ("on = [\"reset\"]", "unknown outcome `reset`: there are `error`, `timeout`"),
            ("tries = -1", "`tries` is a whole number from 0 to 1000, not -1"),
            ("redispatch = 101", "from -100 to 100, not 101"),
            ("profile = \"caddy\"", "expected `nginx` or `haproxy`"),
            ("try = 1", "unknown field `try`"),
        ] {
            let error = toml::from_str::<NextUpstreamSpec>(text).expect_err(text).to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
        let schema = serde_json::to_value(schemars::schema_for!(NextUpstreamSpec)).unwrap();
        let keys = schema["properties"].as_object().unwrap();
        assert_eq!(keys.len(), 7);
        assert!(keys.values().all(|key| key["description"].is_string()), "{schema:#}");
    }
}
