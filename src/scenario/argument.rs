//! `--set KEY=VALUE`, `--vary KEY=VALUES` and the options of a plan on the command line.

use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::overlay::Assignment;
use crate::scenario::source::{Sources, Span};
use crate::scenario::sweep::{Axis, MAX_CELLS, Scale, steps};
use crate::scenario::tree::{self, Item, Path, Value, part_len};

/// What messages call the text of an argument.
const COMMAND_LINE: &str = "command line";

/// So many loads are between the ends of a `--load`, both included.
pub const LOADS: usize = 8;

/// The assignment that `--set argument` asks for. The value is read as TOML if it is a number, a
/// truth value, a list, a table in braces or a quoted string; anything else is a text, so that
/// `800/s` needs no quotes.
#[must_use]
pub fn set(
    argument: &str,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Option<Assignment> {
    noted(diagnostics, read("--set", argument, sources, literal))
        .map(|(path, value)| Assignment { path, value })
}

/// The axis that `--vary argument` asks for: `KEY=1..8` or `KEY=1..9..2` (whole numbers, both ends
/// included, with a step), or `KEY=a,b,c`, each read as [`set`] reads it.
#[must_use]
pub fn vary(argument: &str, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<Axis> {
    let (path, (values, span)) = noted(
        diagnostics,
        read("--vary", argument, sources, |value, at| {
            let values = match range(value, at) {
                Some(range) => range?,
                None => list(value, at)?,
            };
            Ok((values, at..at + value.len()))
        }),
    )?;
    Axis::of(path, values, &span, diagnostics)
}

/// The axis that `--load argument` asks for: `KEY=100/s..2000/s`, in [`LOADS`] steps of about equal
/// ratio, or `KEY=a,b,c`.
#[must_use]
pub fn load(argument: &str, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<Axis> {
    let ends = |value: &str, at: usize| {
        let values = match value.split_once("..") {
            Some((from, to)) => {
                let last = to.trim();
                let from = literal(from.trim(), at)?;
                let to = literal(last, at + value.len() - last.len())?;
                rounded(steps(&from, &to, LOADS, Scale::Log)?)
            }
            None => list(value, at)?,
        };
        Ok((values, at..at + value.len()))
    };
    let (path, (values, span)) = noted(diagnostics, read("--load", argument, sources, ends))?;
    Axis::of(path, values, &span, diagnostics)
}

/// The same values, of which those between the ends have three digits only: they are as good as
/// any others, and can be read. Where both ends are whole numbers all are, each once.
fn rounded(mut values: Vec<Item>) -> Vec<Item> {
    let is_whole =
        |item: Option<&Item>| matches!(item, Some(Item { value: Value::Integer(_), .. }));
    let whole = is_whole(values.first()) && is_whole(values.last());
    let short = |x: f64| format!("{x:.2e}").parse().unwrap_or(x);
    let last = values.len().saturating_sub(1);
    for item in values.iter_mut().take(last).skip(1) {
        item.value = match &item.value {
            #[allow(clippy::cast_possible_truncation, reason = "it lies between whole numbers")]
            Value::Float(x) if whole => Value::Integer(x.round() as i128),
            Value::Float(x) => Value::Float(short(*x)),
            Value::Text(text) => {
                let digits = |c: char| c.is_ascii_digit() || c == '.';
                let (number, unit) = text.split_at(text.find(|c| !digits(c)).unwrap_or(text.len()));
                let number = number
                    .parse()
                    .map_or_else(|_| number.to_owned(), |x| f64::to_string(&short(x)));
                Value::Text(format!("{number}{unit}"))
            }
            Value::Integer(_)
            | Value::Boolean(_)
            | Value::Moment(_)
            | Value::Array(_)
            | Value::Table(_) => continue,
        };
    }
    values.dedup_by(|one, other| one.value == other.value);
    values
}

/// The text behind `option` as a value.
pub(super) fn word(option: &str, text: &str, sources: &mut Sources) -> Item {
    let whole = sources.add(COMMAND_LINE, format!("{option} {text}"));
    plain(text, whole.start + option.len() + 1)
}

/// The list `a,b,c` behind `option` as a value.
pub(super) fn listed(
    option: &str,
    text: &str,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Option<Item> {
    let span = word(option, text, sources).span;
    let items = noted(diagnostics, list(text, span.start))?;
    Some(Item { span, value: Value::Array(items) })
}

fn noted<T>(diagnostics: &mut Diagnostics, result: Result<T, Box<Diagnostic>>) -> Option<T> {
    result.map_err(|error| diagnostics.push(*error)).ok()
}

/// Splits `KEY=VALUE` and reads the value, which is given with its address.
fn read<T>(
    option: &str,
    argument: &str,
    sources: &mut Sources,
    value: impl Fn(&str, usize) -> Result<T, Box<Diagnostic>>,
) -> Result<(Path, T), Box<Diagnostic>> {
    let whole = sources.add(COMMAND_LINE, format!("{option} {argument}"));
    let start = whole.start + option.len() + 1;
    let Some(equals) = equals(argument) else {
        let message = format!("`{option}` needs a key, `=` and a value");
        let label = "such as `node.app.replicas=8`";
        return Err(Box::new(Diagnostic::error(start..whole.end, message).label(label)));
    };
    let (key, text) = (&argument[..equals], &argument[equals + 1..]);
    let path = Path::parse(key, &(start..start + key.len()))?;
    let blank = text.len() - text.trim_start().len();
    let at = start + equals + 1 + blank;
    let text = text.trim();
    if text.is_empty() {
        let message = format!("`{path}` is given no value");
        return Err(Box::new(Diagnostic::error(start + equals..whole.end, message)));
    }
    Ok((path, value(text, at)?))
}

/// Where the `=` behind the key is: the first one outside of quotes.
fn equals(argument: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(c) = argument[at..].chars().next() {
        match c {
            '=' => return Some(at),
            '"' | '\'' => at += part_len(&argument[at..])?,
            c => at += c.len_utf8(),
        }
        if !argument.is_char_boundary(at) {
            return None;
        }
    }
    None
}

/// A TOML value, or a text without quotes.
fn literal(text: &str, at: usize) -> Result<Item, Box<Diagnostic>> {
    match tree::value(text, at) {
        Ok(Item { value: Value::Moment(_), .. }) => Ok(plain(text, at)),
        Ok(item) => Ok(item),
        // What begins like TOML was meant to be TOML.
        Err(error) if text.starts_with(['[', '{', '"', '\'']) => Err(error),
        Err(_) => match tree::check_text(text, &(at..at + text.len())) {
            Some(wrong) => Err(Box::new(wrong)),
            None => Ok(plain(text, at)),
        },
    }
}

fn plain(text: &str, at: usize) -> Item {
    Item { span: at..at + text.len(), value: Value::Text(text.to_owned()) }
}

/// The whole numbers of `1..8` or `1..9..2`; nothing if the text has not that form.
pub(super) fn range(text: &str, at: usize) -> Option<Result<Vec<Item>, Box<Diagnostic>>> {
    let mut parts = text.split("..");
    let (first, last) = (parts.next()?, parts.next()?);
    let step = parts.next();
    let number = |text: &str| text.trim().parse::<i64>().ok();
    let refuse =
        |message: String| Some(Err(Box::new(Diagnostic::error(at..at + text.len(), message))));
    let numbers = (number(first), number(last), step.map_or(Some(1), number), parts.next());
    let (Some(first), Some(last), Some(step), None) = numbers else {
        if first.starts_with(['[', '{', '"', '\'']) || text.contains(',') {
            return None;
        }
        return refuse("a range is made of whole numbers, such as `1..8` or `1..9..2`".to_owned());
    };
    if first > last || step < 1 {
        return refuse("a range goes up, by steps of at least 1".to_owned());
    }
    let count = i128::from(last) - i128::from(first);
    if count / i128::from(step) >= MAX_CELLS as i128 {
        return refuse(format!("a sweep has at most {MAX_CELLS} points"));
    }
    let step = usize::try_from(step).unwrap_or(usize::MAX);
    let values = (i128::from(first)..=i128::from(last)).step_by(step);
    Some(Ok(values.map(|n| Item { span: at..at + text.len(), value: Value::Integer(n) }).collect()))
}

/// The values of `a,b,c`; commas within brackets and quotes do not count.
fn list(text: &str, at: usize) -> Result<Vec<Item>, Box<Diagnostic>> {
    let mut values = Vec::new();
    let mut start = 0;
    for end in commas(text).into_iter().chain([text.len()]) {
        let raw = &text[start..end];
        let word = raw.trim();
        let word_at = at + start + (raw.len() - raw.trim_start().len());
        if word.is_empty() {
            let span: Span = at + start..at + end;
            return Err(Box::new(Diagnostic::error(span, "a value is missing between two commas")));
        }
        values.push(literal(word, word_at)?);
        start = end + 1;
    }
    Ok(values)
}

fn commas(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut depth = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(_), _) if escaped => escaped = false,
            (Some(b'"'), b'\\') => escaped = true,
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'[' | b'{') => depth += 1,
            (None, b']' | b'}') => depth = depth.saturating_sub(1),
            (None, b',') if depth == 0 => found.push(at),
            (None, _) => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set_to(argument: &str) -> Result<(String, Value), String> {
        let mut sources = Sources::new();
        let mut diagnostics = Diagnostics::new();
        set(argument, &mut sources, &mut diagnostics)
            .map(|one| (one.path.to_string(), one.value.value))
            .ok_or_else(|| diagnostics.to_plain(&sources))
    }

    fn varied(argument: &str) -> Result<Vec<String>, String> {
        let mut sources = Sources::new();
        let mut diagnostics = Diagnostics::new();
        vary(argument, &mut sources, &mut diagnostics)
            .map(|axis| axis.values.iter().map(|level| level.label.clone()).collect())
            .ok_or_else(|| diagnostics.to_plain(&sources))
    }

    #[test]
    fn loads_between_two_ends_can_be_read() {
        let loads = |argument: &str| {
            let mut diagnostics = Diagnostics::new();
            let axis = load(argument, &mut Sources::new(), &mut diagnostics);
            let axis = axis.ok_or_else(|| diagnostics.sorted()[0].message.clone());
            axis.map(|axis| axis.values.into_iter().map(|it| it.label).collect::<Vec<_>>())
        };
        let eight = ["100/s", "153/s", "235/s", "361/s", "554/s", "850/s", "1300/s", "2000/s"];
        assert_eq!(loads("a=100/s..2000/s").expect("loads"), eight);
        assert_eq!(loads("a=1..20").expect("loads"), ["1", "2", "4", "6", "8", "13", "20"]);
        assert_eq!(loads("a=5/s,7/s").expect("loads"), ["5/s", "7/s"]);
        for (argument, said) in [
            ("a=5/s..7ms", "`from` and `to` need the same unit"),
            ("a=..7/s", "the ends of a range are numbers"),
            ("a=0/s..7/s", "ends above zero"),
            ("a", "`--load` needs a key"),
        ] {
            let message = loads(argument).expect_err(argument);
            assert!(message.contains(said), "{argument}: {message}");
        }
    }

    #[test]
    fn a_value_is_toml_if_it_can_be_and_else_a_text() {
        let text = |text: &str| Value::Text(text.to_owned());
        for (argument, key, value) in [
            ("node.app.replicas=8", "node.app.replicas", Value::Integer(8)),
            ("a = 0.5 ", "a", Value::Float(0.5)),
            ("a=true", "a", Value::Boolean(true)),
            ("a=\"8\"", "a", text("8")),
            ("a=800/s", "a", text("800/s")),
            ("a=fifo", "a", text("fifo")),
            ("clock.start=09:00", "clock.start", text("09:00")),
            ("a=x=y", "a", text("x=y")),
            ("'b=c'.d=1", "\"b=c\".d", Value::Integer(1)),
        ] {
            assert_eq!(set_to(argument).expect(argument), (key.to_owned(), value));
        }
        let (_, table) = set_to("a={exp='5ms'}").expect("a table");
        assert_eq!(table.label(), "{ exp = \"5ms\" }");
    }

    #[test]
    fn a_wrong_argument_is_shown_as_it_was_typed() {
        assert_eq!(
            set_to("node.app=[1, 2").expect_err("cut off").trim_end(),
            "error: unclosed array
 --> command line:1:21
  |
1 | --set node.app=[1, 2
  |                     ^ expected `]`"
        );
        for (argument, said) in [
            ("node.app", "`--set` needs a key, `=` and a value"),
            ("", "`--set` needs a key"),
            ("=1", "`` is not the path of a key"),
            ("a..b=1", "`a..b` is not the path of a key"),
            ("a=", "`a` is given no value"),
            ("\"a=1", "`--set` needs a key"),
            ("\"\\é=1", "`--set` needs a key"),
        ] {
            let shown = set_to(argument).expect_err(argument);
            assert!(shown.contains(said), "{argument}: {shown}");
        }
    }

    #[test]
    fn a_range_includes_both_ends() {
        assert_eq!(varied("a=1..4").expect("an axis"), ["1", "2", "3", "4"]);
        assert_eq!(varied("a=1..9..4").expect("an axis"), ["1", "5", "9"]);
        assert_eq!(varied("a=1..8..4").expect("an axis"), ["1", "5"]);
        assert_eq!(varied("a=-1..0").expect("an axis"), ["-1", "0"]);
        assert_eq!(varied("a=3..3").expect("an axis"), ["3"]);
    }

    #[test]
    fn a_list_is_split_at_its_outer_commas() {
        assert_eq!(varied("a=fifo,lifo, ps").expect("an axis"), ["fifo", "lifo", "ps"]);
        assert_eq!(varied("a=5ms").expect("an axis"), ["5ms"]);
        assert_eq!(
            varied("a={uniform={min=1,max=2}},[1,2],\"x,\\\",y\"").expect("an axis"),
            ["{ uniform = { min = 1, max = 2 } }", "[1, 2]", "x,\",y"]
        );
    }

    #[test]
    fn a_wrong_range_or_list_is_refused() {
        for (argument, said) in [
            ("a=8..1", "a range goes up"),
            ("a=1..8..0", "a range goes up"),
            ("a=1..8..-1", "a range goes up"),
            ("a=1..", "a range is made of whole numbers"),
            ("a=1ms..8ms", "a range is made of whole numbers"),
            ("a=1..2..3..4", "a range is made of whole numbers"),
            ("a=0..9223372036854775807", "at most 1000000 points"),
            ("a=-9223372036854775808..9223372036854775807..9223372036854775807", "!"),
            ("a=1,,2", "a value is missing between two commas"),
            ("a=1,2,", "a value is missing"),
            ("a=1,2,1", "is given the value 1 twice"),
            ("a=", "is given no value"),
        ] {
            match varied(argument) {
                Ok(values) => assert_eq!((said, values.len()), ("!", 3)),
                Err(shown) => assert!(shown.contains(said), "{argument}: {shown}"),
            }
        }
    }
}
