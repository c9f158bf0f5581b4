//! Recordings in which a backend fails: what the proxy was told to do about it, and the scenario's
//! words for that.
//!
//! The second of three backends refuses connections, drops packets, dies or stands still. What the
//! recordings do not tell is drawn evenly over its range, one course of events each: how far into a
//! second the clock was, when the balancer began to probe, and when exactly the fault came.

use std::fmt::Write;

use serde::Deserialize;

use crate::balance::Profile;

/// The trace begins so many seconds into the run, for a balancer was there before its first
/// request.
pub(super) const LEAD_S: u64 = 4;

/// The backend that fails.
pub(super) const FAILING: usize = 1;

/// When the fault comes and how long it lasts, in microseconds: at 20 s and for 20 s of a clock
/// that was between 50 and 100 ms ahead of the trace.
const FAULT_US: (u64, u64, u64) = (19_900_000, 19_950_000, 20_000_000);

/// What the configuration of a proxy says of failures: nothing of a key is its default.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Rules {
    connect: Option<String>,
    read: Option<String>,
    max_fails: Option<u32>,
    fail_timeout: Option<String>,
    tries: Option<u32>,
    #[serde(default)]
    is_off: bool,
    retries: Option<u32>,
    redispatch: Option<i32>,
    interval: Option<String>,
    fall: Option<u32>,
    rise: Option<u32>,
    check: Option<String>,
}

/// What is kept of a recorded run with a failing backend, besides what is kept of all.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct FailingRun {
    /// Requests that each backend saw, those of further attempts included.
    pub(super) attempts: Vec<u64>,
    /// Requests that were answered well and took more than 250 ms.
    pub(super) slow: u64,
    /// The second in which the failing backend answered again, if it was to.
    pub(super) back: Option<u64>,
}

/// One of the courses of events that a recording leaves open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Course {
    number: u64,
    of: u64,
}

impl Course {
    /// The course of this number, of so many.
    pub(super) fn of(number: u32, of: u32) -> Self {
        Self { number: number.into(), of: of.max(1).into() }
    }

    /// A place in the middle of a part of a range. `stride` has no divisor in common with the
    /// number of courses, so that what is drawn with another stride goes another way.
    fn place(self, (from, to): (u64, u64), stride: u64) -> u64 {
        let of = self.of.max(1);
        let part = (self.number * stride) % of;
        from + (to - from) * (2 * part + 1) / (2 * of)
    }
}

impl Rules {
    /// Whether what happens depends on the phase of a clock or of probes.
    pub(super) fn has_phase(&self, profile: Profile) -> bool {
        match profile {
            Profile::Nginx => self.max_fails != Some(0),
            Profile::Haproxy | Profile::Envoy | Profile::Caddy => self.interval.is_some(),
        }
    }

    /// The keys of the balancer's table.
    pub(super) fn balancer(&self, profile: Profile, course: Course) -> String {
        let mut text = String::new();
        let timeouts = [("connect", &self.connect), ("read", &self.read)];
        let timeouts: Vec<String> = timeouts
            .into_iter()
            .filter_map(|(key, span)| span.as_ref().map(|span| format!("{key} = \"{span}\"")))
            .collect();
        if !timeouts.is_empty() {
            let _ = writeln!(text, "timeout = {{ {} }}", timeouts.join(", "));
        }
        text + &match profile {
            Profile::Nginx => self.nginx(),
            Profile::Haproxy | Profile::Envoy | Profile::Caddy => self.haproxy(course),
        }
    }

    fn nginx(&self) -> String {
        let (tries, max_fails) = (self.tries.unwrap_or(0), self.max_fails.unwrap_or(1));
        let on = if self.is_off { "on = [], " } else { "" };
        let fail_timeout = self.fail_timeout.as_deref().unwrap_or("10s");
        format!(
            "next_upstream = {{ {on}tries = {tries} }}\n\
             health.passive = {{ max_fails = {max_fails}, fail_timeout = \"{fail_timeout}\" }}\n"
        )
    }

    fn haproxy(&self, course: Course) -> String {
        let (retries, redispatch) = (self.retries.unwrap_or(3), self.redispatch.unwrap_or(0));
        let mut text = format!(
            "next_upstream = {{ profile = \"haproxy\", retries = {retries}, \
             redispatch = {redispatch} }}\n"
        );
        if let (Some(interval), Some(fall), Some(rise)) = (&self.interval, self.fall, self.rise) {
            let timeout = self.check.as_ref().unwrap_or(interval);
            let phase = course.place((0, LEAD_S * 1_000_000), 1);
            let _ = writeln!(
                text,
                "health = {{ active = {{ profile = \"haproxy\", interval = \"{interval}\", \
                 fall = {fall}, rise = {rise}, timeout = \"{timeout}\", phase = \"{phase}us\" }} }}"
            );
        }
        text
    }
}

/// The keys of the client's table: it asked once more when a connection that it had kept closed
/// without an answer, as HAProxy closes them where nginx answers with 502.
pub(super) fn client(profile: Profile) -> &'static str {
    match profile {
        Profile::Haproxy => "retry = { attempts = 2, on = [\"reset\"], backoff = \"0s\" }\n",
        Profile::Nginx | Profile::Envoy | Profile::Caddy => "",
    }
}

/// The clock's table and the fault's.
pub(super) fn tables(fault: &str, course: Course) -> String {
    let phase = course.place((0, 1_000_000), 7);
    let mut text = format!("[clock]\nphase = \"{phase}us\"\n");
    let kind = match fault {
        "blackhole" => "black-hole",
        // All three backends are healthy, and the time-out is short.
        "slow" => return text,
        other => other,
    };
    let _ = write!(text, "[fault.it]\nkind = \"{kind}\"\nnode = \"b{FAILING}\"\n");
    text += &match fault {
        "crash" | "hang" => {
            let at = LEAD_S * 1_000_000 + course.place((FAULT_US.0, FAULT_US.1), 3);
            format!("at = \"{at}us\"\nfor = \"{}us\"\n", FAULT_US.2)
        }
        _ => "at = \"0s\"\n".to_owned(),
    };
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn courses_cover_a_range_evenly_whatever_their_stride() {
        for stride in [1, 3, 7] {
            let mut places: Vec<u64> =
                (0..20).map(|number| Course::of(number, 20).place((100, 140), stride)).collect();
            places.sort_unstable();
            assert_eq!(places, (0..20).map(|part| 101 + 2 * part).collect::<Vec<_>>());
        }
    }

    #[test]
    fn only_what_counts_failures_or_probes_has_a_phase() {
        let rules = |text: &str| serde_json::from_str::<Rules>(text).expect("rules");
        assert!(rules("{}").has_phase(Profile::Nginx));
        assert!(!rules("{\"max_fails\": 0}").has_phase(Profile::Nginx));
        assert!(!rules("{}").has_phase(Profile::Haproxy));
        assert!(rules("{\"interval\": \"1s\"}").has_phase(Profile::Haproxy));
    }
}
