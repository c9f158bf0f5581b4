//! The header `Cache-Control`, of requests and of responses.

/// The directives of RFC 9111, section 5.2, and RFC 5861, in seconds. Those that are not known
/// are ignored, as is an argument that is no number (which makes the lifetime 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Control {
    /// How long the answer is fresh; of a request, how old it may be.
    pub max_age: Option<u32>,
    /// The same for shared caches.
    pub s_maxage: Option<u32>,
    /// How long past its lifetime an answer is still welcome, of a request.
    pub max_stale: Option<u32>,
    /// How much of its lifetime has to be left, of a request.
    pub min_fresh: Option<u32>,
    /// How long an expired answer may be given while it is fetched anew.
    pub stale_while_revalidate: Option<u32>,
    /// How long an expired answer may be given where fetching it anew fails.
    pub stale_if_error: Option<u32>,
    /// Nothing is to be used again unless the origin says that it is still right.
    pub no_cache: bool,
    /// Nothing is to be stored.
    pub no_store: bool,
    /// The same about single fields of the answer, named as its argument.
    pub no_cache_fields: bool,
    /// Only for the user's own cache.
    pub is_private: bool,
    /// The same about single fields.
    pub private_fields: bool,
    /// For all caches, whatever else forbids it.
    pub is_public: bool,
    /// Never to be given expired.
    pub must_revalidate: bool,
    /// The same for shared caches.
    pub proxy_revalidate: bool,
    /// The request wants what is stored, or nothing.
    pub only_if_cached: bool,
}

/// RFC 9111, section 1.2.2: what is larger counts as 2^31.
const MOST: u64 = 1 << 31;

impl Control {
    /// Reads the value of the header. Where a directive stands twice, the first counts (RFC 9111,
    /// section 4.2.1).
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut control = Self::default();
        let mut is_quoted = false;
        let ends = move |letter: char| {
            is_quoted ^= letter == '"';
            letter == ',' && !is_quoted
        };
        for directive in text.split(ends) {
            let (name, argument) = match directive.split_once('=') {
                Some((name, argument)) => (name.trim(), Some(argument.trim().trim_matches('"'))),
                None => (directive.trim(), None),
            };
            control.take(&name.to_ascii_lowercase(), argument);
        }
        control
    }

    fn take(&mut self, name: &str, argument: Option<&str>) {
        let given = || argument.map(|text| seconds(text).unwrap_or(0));
        let first = |before: &mut Option<u32>| *before = before.or_else(given);
        match name {
            "max-age" => first(&mut self.max_age),
            "s-maxage" => first(&mut self.s_maxage),
            "max-stale" => {
                let most = argument.and_then(seconds).unwrap_or(u32::MAX);
                self.max_stale = self.max_stale.or(Some(most));
            }
            "min-fresh" => first(&mut self.min_fresh),
            "stale-while-revalidate" => first(&mut self.stale_while_revalidate),
            "stale-if-error" => first(&mut self.stale_if_error),
            "no-cache" if argument.is_none() => self.no_cache = true,
            "no-cache" => self.no_cache_fields = true,
            "private" if argument.is_none() => self.is_private = true,
            "private" => self.private_fields = true,
            "no-store" => self.no_store = true,
            "public" => self.is_public = true,
            "must-revalidate" => self.must_revalidate = true,
            "proxy-revalidate" => self.proxy_revalidate = true,
            "only-if-cached" => self.only_if_cached = true,
            _ => {}
        }
    }

    /// Whether anything of it says how long an answer is fresh to a cache that is shared or not.
    #[must_use]
    pub fn lifetime(&self, shared: bool) -> Option<u32> {
        self.s_maxage.filter(|_| shared).or(self.max_age)
    }
}

/// Delta-seconds: digits alone.
fn seconds(text: &str) -> Option<u32> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_number.then(|| text.parse::<u64>().unwrap_or(u64::MAX).min(MOST));
    number.and_then(|number| u32::try_from(number).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_no_case_and_spaces_do_not_count() {
        let control = Control::parse(" Public ,MAX-AGE = 60,S-MaxAge=\"5\" , must-revalidate");
        assert_eq!((control.max_age, control.s_maxage), (Some(60), Some(5)));
        assert!(control.is_public && control.must_revalidate && !control.no_cache);
        assert_eq!((control.lifetime(true), control.lifetime(false)), (Some(5), Some(60)));
    }

    #[test]
    fn an_argument_that_is_no_number_makes_the_lifetime_nothing() {
        assert_eq!(Control::parse("max-age=abc").max_age, Some(0));
        assert_eq!(Control::parse("max-age=-1").max_age, Some(0));
        assert_eq!(Control::parse("max-age=99999999999").max_age, Some(1 << 31));
        assert_eq!(Control::parse("max-age").max_age, None);
    }

    #[test]
    fn max_stale_without_an_argument_takes_an_answer_of_any_age() {
        assert_eq!(Control::parse("max-stale").max_stale, Some(u32::MAX));
        assert_eq!(Control::parse("max-stale=9").max_stale, Some(9));
    }

    #[test]
    fn directives_about_single_fields_do_not_forbid_the_whole() {
        let control = Control::parse("no-cache=\"set-cookie\", private=\"x-user, no-store, x\"");
        assert!(!control.no_cache && !control.is_private && !control.no_store);
        assert!(control.no_cache_fields && control.private_fields);
    }

    #[test]
    fn of_a_directive_that_stands_twice_the_first_counts() {
        let control = Control::parse("max-age=5, max-age=60, s-maxage=x, s-maxage=9");
        assert_eq!((control.max_age, control.s_maxage), (Some(5), Some(0)));
    }
}
