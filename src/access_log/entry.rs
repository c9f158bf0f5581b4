//! An entry of a log: one request in Common or Combined Log Format.
//!
//! `host ident user [date] "request" status bytes`, and in the Combined format `"referer" "agent"`
//! after it; what follows that is not looked at. `-` stands for what is absent. *Source*: Apache
//! HTTP Server 2.4, "Log Files"; nginx, `ngx_http_log_module`.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use super::clock::seconds;
use super::quoted::quoted;

/// A request as a log tells of it; the texts are what came over the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The address that it came from, or its name.
    pub host: &'a [u8],
    /// The name that somebody logged in by.
    pub user: Option<&'a [u8]>,
    /// When: seconds since 1970 in UTC.
    pub second: i64,
    /// The method.
    pub method: Cow<'a, [u8]>,
    /// What was asked for: a path, perhaps with a query. Scheme and host are taken off.
    pub target: Cow<'a, [u8]>,
    /// The status of the answer, from 100 to 599.
    pub status: u16,
    /// Bytes of the body of the answer: none is written as `-` or 0.
    pub bytes: u64,
    /// What the browser calls itself.
    pub agent: Option<Cow<'a, [u8]>>,
}

/// Bytes as they stand in the line, or as they were before they were escaped.
type Bytes<'a> = Cow<'a, [u8]>;

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Malformed {
    /// It is longer than anything that a server would accept.
    #[error("the line is longer than 64 KiB")]
    TooLong,
    /// There is no host, no second field, or no date.
    #[error("it does not begin with a host, two fields and a date in brackets")]
    Beginning,
    /// The date is none.
    #[error("its date is not such as 10/Oct/2000:13:55:36 -0700")]
    Date,
    /// The request stands not in quotes.
    #[error("its request stands not in quotes that are closed")]
    Quotes,
    /// The request is not a method, a target and a version.
    #[error("its request is no method and target of HTTP")]
    Request,
    /// The status is none.
    #[error("its status is not from 100 to 599")]
    Status,
    /// The size is none.
    #[error("its size is neither a whole number up to 2^60 nor `-`")]
    Size,
}

/// The largest size that the rest of the model knows: 1 EiB.
const MAX_BYTES: u64 = 1 << 60;

impl<'a> Entry<'a> {
    /// The entry that `line` holds.
    ///
    /// # Errors
    /// If it is not of the format.
    pub fn read(line: &'a [u8]) -> Result<Self, Malformed> {
        let (host, rest) = client(line).ok_or(Malformed::Beginning)?;
        let bracket = rest.windows(2).position(|pair| pair == b" [").ok_or(Malformed::Beginning)?;
        // A name may hold spaces; what stands before it may not.
        let (_, user) = word(&rest[..bracket]).ok_or(Malformed::Beginning)?;
        let rest = &rest[bracket + 2..];
        let end = rest.iter().position(|byte| *byte == b']').ok_or(Malformed::Beginning)?;
        let second = seconds(&rest[..end]).ok_or(Malformed::Date)?;
        let rest = rest[end + 1..].strip_prefix(b" ").ok_or(Malformed::Quotes)?;
        let (request, rest) = quoted(rest).ok_or(Malformed::Quotes)?;
        let rest = rest.strip_prefix(b" ").ok_or(Malformed::Quotes)?;
        let (status, rest) = word(rest).ok_or(Malformed::Status)?;
        let status = whole(status).and_then(|status| u16::try_from(status).ok());
        let status = status.filter(|it| (100..=599).contains(it)).ok_or(Malformed::Status)?;
        let (bytes, rest) = word(rest).unwrap_or((rest, b""));
        let bytes = if bytes == b"-" { Some(0) } else { whole(bytes) };
        let bytes = bytes.filter(|bytes| *bytes <= MAX_BYTES).ok_or(Malformed::Size)?;
        let (method, target) = asked(request).ok_or(Malformed::Request)?;
        Ok(Self {
            host,
            user: present(user),
            second,
            method,
            target,
            status,
            bytes,
            agent: agent(rest),
        })
    }

    /// The address that it came from, if that is one.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        address(self.host)
    }

    /// What was asked for without its query.
    #[must_use]
    pub fn path(&self) -> &[u8] {
        let end = self.target.iter().position(|byte| matches!(byte, b'?' | b'#'));
        &self.target[..end.unwrap_or(self.target.len())]
    }
}

/// Who asked, and what follows. Three things that servers are set up to write stand for an
/// address: the site with its port before it, as in Apache's `vhost_combined`; an address with a
/// port; and the list of `X-Forwarded-For`, which begins with the client.
fn client(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let (mut host, mut rest) = word(line)?;
    if has_port(host)
        && let Some((second, after)) = word(rest)
        && address(first_of(second)).is_some()
    {
        (host, rest) = (second, after);
    }
    let mut listed = host;
    while listed.ends_with(b",") {
        (listed, rest) = word(rest)?;
    }
    Some((without_port(first_of(host)), rest))
}

/// The first entry of a list.
fn first_of(list: &[u8]) -> &[u8] {
    list.split(|byte| *byte == b',').next().unwrap_or(list)
}

fn has_port(host: &[u8]) -> bool {
    let colon = host.iter().rposition(|byte| *byte == b':');
    colon.is_some_and(|at| at > 0 && whole(&host[at + 1..]).is_some())
}

/// An address without the port behind it; whatever is none stays as it is.
fn without_port(host: &[u8]) -> &[u8] {
    let text = std::str::from_utf8(host).unwrap_or_default();
    let has_both = text.parse::<SocketAddr>().is_ok();
    let colon = host.iter().rposition(|byte| *byte == b':').filter(|_| has_both);
    colon.map_or(host, |at| &host[..at])
}

fn address(host: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(host).ok()?;
    let text = text.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(text);
    // The zone of a link-local address says which of the server's own cables it came by.
    text.split('%').next()?.parse().ok()
}

/// The first word of a text and what follows the space after it; none if it is empty.
fn word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text.iter().position(|byte| *byte == b' ').unwrap_or(text.len());
    (end > 0).then(|| (&text[..end], text.get(end + 1..).unwrap_or_default()))
}

fn present(field: &[u8]) -> Option<&[u8]> {
    (!field.is_empty() && field != b"-" && field != b"\"\"").then_some(field)
}

fn whole(digits: &[u8]) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(digits).ok().filter(|_| is_number)?.parse().ok()
}

/// The method and the target of a request line; the version may be missing, as in HTTP/0.9.
fn asked(request: Bytes<'_>) -> Option<(Bytes<'_>, Bytes<'_>)> {
    match request {
        Cow::Borrowed(line) => split(line).map(|(method, target)| (method.into(), target.into())),
        Cow::Owned(line) => split(&line)
            .map(|(method, target)| (method.to_owned().into(), target.to_owned().into())),
    }
}

fn split(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let (method, rest) = word(line)?;
    let last = rest.iter().rposition(|byte| *byte == b' ');
    let target = match last {
        Some(at) if rest[at + 1..].starts_with(b"HTTP/") => &rest[..at],
        // Clients that are wrong leave spaces in what they ask for.
        _ => rest,
    };
    let is_token = method.len() <= 32 && method.iter().all(u8::is_ascii_alphabetic);
    let target = relative(target);
    let is_target = target.starts_with(b"/") || target == b"*" || method == b"CONNECT";
    (is_token && is_target && !target.is_empty()).then_some((method, target))
}

/// The path of a target that names scheme and host, as those of proxies do.
fn relative(target: &[u8]) -> &[u8] {
    let Some(at) = target.windows(3).position(|part| part == b"://") else { return target };
    if target[..at].is_empty() || !target[..at].iter().all(u8::is_ascii_alphabetic) {
        return target;
    }
    let after = &target[at + 3..];
    after.iter().position(|byte| *byte == b'/').map_or(b"/", |slash| &after[slash..])
}

/// The second of the two quoted fields that the Combined format has more.
fn agent(rest: &[u8]) -> Option<Cow<'_, [u8]>> {
    let (_, rest) = quoted(rest)?;
    let (agent, _) = quoted(rest.strip_prefix(b" ")?)?;
    (!agent.is_empty() && *agent != *b"-").then_some(agent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Entry<'_> {
        Entry::read(line.as_bytes()).unwrap_or_else(|why| panic!("{line}: {why}"))
    }

    #[test]
    fn the_example_of_the_manual_is_read() {
        let line = "127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] \
                    \"GET /apache_pb.gif HTTP/1.0\" 200 2326";
        let entry = read(line);
        assert_eq!(entry.address(), Some("127.0.0.1".parse().unwrap()));
        assert_eq!((entry.user, entry.second), (Some(&b"frank"[..]), 971_211_336));
        assert_eq!((&*entry.method, &*entry.target), (&b"GET"[..], &b"/apache_pb.gif"[..]));
        assert_eq!((entry.status, entry.bytes, entry.agent), (200, 2_326, None));
    }

    #[test]
    fn the_combined_format_has_an_agent_and_absent_fields_are_absent() {
        let line = "2001:db8::1 - - [10/Oct/2000:13:55:36 +0000] \"GET /a?b=c HTTP/2.0\" 304 - \
                    \"-\" \"Mozilla \\\"x\\\"\" \"more\" 0.004";
        let entry = read(line);
        assert_eq!(entry.address(), Some("2001:db8::1".parse().unwrap()));
        assert_eq!((entry.user, entry.bytes), (None, 0));
        assert_eq!(entry.agent.as_deref(), Some(&b"Mozilla \"x\""[..]));
        assert_eq!((&*entry.target, entry.path()), (&b"/a?b=c"[..], &b"/a"[..]));
    }

    #[test]
    fn targets_lose_scheme_and_host_and_keep_their_spaces() {
        for (request, target) in [
            ("GET http://a.example/x HTTP/1.1", "/x"),
            ("GET https://a.example HTTP/1.1", "/"),
            ("GET /to?u=http://b/c HTTP/1.1", "/to?u=http://b/c"),
            ("GET /a b c HTTP/1.1", "/a b c"),
            ("GET /old", "/old"),
            ("OPTIONS * HTTP/1.1", "*"),
            ("CONNECT a.example:443 HTTP/1.1", "a.example:443"),
        ] {
            let line = format!("h - - [10/Oct/2000:13:55:36 +0000] \"{request}\" 200 1");
            assert_eq!(&*read(&line).target, target.as_bytes(), "{request}");
        }
    }

    #[test]
    fn hosts_may_be_names_zones_or_brackets_and_users_may_hold_spaces() {
        let line =
            |host: &str| format!("{host} - a b [10/Oct/2000:13:55:36 +0000] \"GET /\" 200 1");
        assert_eq!(read(&line("web.example")).address(), None);
        assert_eq!(read(&line("fe80::1%eth0")).address(), Some("fe80::1".parse().unwrap()));
        assert_eq!(read(&line("[::1]")).address(), Some("::1".parse().unwrap()));
        assert_eq!(read(&line("::1")).user, Some(&b"a b"[..]));
    }

    #[test]
    fn each_mistake_has_its_name() {
        let date = "[10/Oct/2000:13:55:36 +0000]";
        for (line, why) in [
            ("", Malformed::Beginning),
            ("h", Malformed::Beginning),
            ("h - -", Malformed::Beginning),
            ("h - - [10/Oct/2000:13:55:36 +0000", Malformed::Beginning),
            ("h - - [yesterday] \"GET / HTTP/1.1\" 200 1", Malformed::Date),
            (&format!("h - - {date} GET / 200 1"), Malformed::Quotes),
            (&format!("h - - {date} \"GET / HTTP/1.1 200 1"), Malformed::Quotes),
            (&format!("h - - {date} \"-\" 408 0"), Malformed::Request),
            (&format!(r#"h - - {date} "\x16\x03\x01" 400 0"#), Malformed::Request),
            (&format!("h - - {date} \"GET nowhere HTTP/1.1\" 400 0"), Malformed::Request),
            (&format!("h - - {date} \"GET / HTTP/1.1\" 099 0"), Malformed::Status),
            (&format!("h - - {date} \"GET / HTTP/1.1\" ok 0"), Malformed::Status),
            (&format!("h - - {date} \"GET / HTTP/1.1\" 200 many"), Malformed::Size),
            (&format!("h - - {date} \"GET / HTTP/1.1\" 200 9999999999999999999"), Malformed::Size),
            (&format!("h - - {date} \"GET / HTTP/1.1\" 200"), Malformed::Size),
        ] {
            assert_eq!(Entry::read(line.as_bytes()).expect_err(line), why, "{line}");
        }
    }

    #[test]
    fn no_bytes_make_it_panic() {
        let line =
            b"::1 - a [10/Oct/2000:13:55:36 -0700] \"GET /a?\\x41 HTTP/1.1\" 200 9 \"r\" \"a\"";
        for cut in 0..line.len() {
            let _ = Entry::read(&line[..cut]);
            let _ = Entry::read(&line[cut..]);
            for byte in [0, b'"', b'\\', b'[', b']', b' ', b'%', 0xff] {
                let mut changed = line.to_vec();
                changed[cut] = byte;
                if let Ok(entry) = Entry::read(&changed) {
                    let _ = (entry.address(), entry.path().len());
                }
            }
        }
    }

    #[test]
    fn a_site_a_port_and_a_list_of_proxies_are_not_taken_for_the_client() {
        for host in [
            "10.0.0.7",
            "www.example:80 10.0.0.7",
            "10.1.1.1:443 10.0.0.7",
            "10.0.0.7:51000",
            "10.0.0.7, 192.168.0.1",
            "10.0.0.7, 192.168.0.1, 192.168.0.2",
            "10.0.0.7,192.168.0.1",
            "www.example:80 10.0.0.7, 192.168.0.1",
        ] {
            let line = format!("{host} - ann [10/Oct/2000:13:55:36 +0000] \"GET /a\" 200 1");
            let entry = read(&line);
            assert_eq!((entry.host, entry.user), (&b"10.0.0.7"[..], Some(&b"ann"[..])), "{host}");
        }
        let line = "www.example:80 - ann [10/Oct/2000:13:55:36 +0000] \"GET /a\" 200 1";
        assert_eq!(read(line).host, b"www.example:80");
    }
}
