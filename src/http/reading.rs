//! Reading the heads of answers, and dates.

use super::{Control, Expires, Head, Tag, Vary};

/// The second in which every run begins by the calendar: the first of January 2026, in seconds of
/// Unix time. Dates in headers are read against it.
pub const BEGIN: i64 = 1_767_225_600;

/// A second of the run's clock, from a date of HTTP.
#[must_use]
pub fn date(text: &str) -> Option<i64> {
    let at = httpdate::parse_http_date(text.trim()).ok()?;
    let since = at.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(i64::try_from(since.as_secs()).ok()?.saturating_sub(BEGIN))
}

impl Head {
    /// Reads the headers of an answer, in the order in which they are sent.
    ///
    /// # Errors
    /// If a header stands there twice that may not, or has a value that it cannot have.
    pub fn read(status: u16, headers: &[(String, String)]) -> Result<Self, String> {
        let mut head = Self { status, ..Self::default() };
        let (mut has_control, mut names) = (false, Vec::new());
        let mut control = String::new();
        for (name, value) in headers {
            let name = name.to_ascii_lowercase();
            match name.as_str() {
                "cache-control" => {
                    // Several lines are one list.
                    control =
                        if has_control { format!("{control},{value}") } else { value.clone() };
                    (head.control, has_control) = (Control::parse(&control), true);
                }
                "expires" => {
                    head.expires = Some(expires(value));
                    head.expires_first = !has_control;
                }
                "age" => head.age = value.trim().parse().map_err(|_| no_age(value))?,
                "etag" => head.etag = Some(Tag::parse(value)),
                "last-modified" => head.last_modified = Some(changed(value)?),
                "vary" => head.vary = Vary::parse(value),
                "set-cookie" => head.sets_cookie = true,
                _ => {}
            }
            if names.contains(&name) && name != "set-cookie" && name != "cache-control" {
                return Err(format!("the header `{name}` stands there twice"));
            }
            names.push(name);
        }
        Ok(head)
    }
}

fn no_age(value: &str) -> String {
    format!("`Age` is a number of seconds, not `{value}`")
}

/// `@date+60` is 60 s after the answer was made; what is no date has expired.
fn expires(value: &str) -> Expires {
    let value = value.trim();
    let after = value.strip_prefix("@date").map(|rest| if rest.is_empty() { "0" } else { rest });
    if let Some(seconds) = after.and_then(|rest| rest.parse::<i64>().ok()) {
        return Expires::After(seconds);
    }
    // A date that cannot be read is one in the past (RFC 9111, section 5.3).
    date(value).map_or(Expires::At(i64::MIN / 4_000_000_000), Expires::At)
}

fn changed(value: &str) -> Result<i64, String> {
    date(value).ok_or_else(|| {
        format!(
            "`Last-Modified` is a date such as `Mon, 01 Jan 2024 00:00:00 GMT`, not `{value}`; \
             runs begin on the first of January 2026"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_seconds_since_the_run_began() {
        assert_eq!(date("Thu, 01 Jan 2026 00:01:00 GMT"), Some(60));
        assert_eq!(date("Wed, 31 Dec 2025 23:59:59 GMT"), Some(-1));
        assert_eq!(date("0"), None);
    }

    #[test]
    fn expires_is_relative_absolute_or_over() {
        assert_eq!(expires("@date+60"), Expires::After(60));
        assert_eq!(expires("@date-60"), Expires::After(-60));
        assert_eq!(expires("@date"), Expires::After(0));
        assert_eq!(expires("Thu, 01 Jan 2026 00:01:00 GMT"), Expires::At(60));
        assert!(matches!(expires("0"), Expires::At(long_ago) if long_ago < -1_000_000_000));
    }
}
