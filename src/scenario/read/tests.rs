//! Small types against wrong tables: what is said, and of which place.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use toml::Spanned;

use super::*;
use crate::scenario::source::Sources;
use crate::scenario::tree::document;
use crate::unit::Rate;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(dead_code, reason = "the tests read them to see whether they can be read")]
struct Server {
    machine: String,
    replicas: Option<u32>,
    speed: Option<f64>,
    busy: Option<bool>,
    discipline: Option<Discipline>,
    service: Option<Dist>,
    rate: Option<Rate>,
    #[serde(default)]
    work: Vec<Step>,
    #[serde(default)]
    steps: Vec<(f64, u8)>,
    #[serde(default)]
    replica: BTreeMap<Spanned<u8>, Spanned<Inner>>,
    at: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "the tests read them to see whether they can be read")]
struct Inner {
    weight: u32,
    address: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Discipline {
    Fifo,
    PreemptivePriority,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "the tests read them to see whether they can be read")]
enum Dist {
    Exp(f64),
    Uniform(f64, f64),
    Lognormal { mean: f64, cv: f64 },
    Never,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "the tests read them to see whether they can be read")]
struct Step {
    cpu: Option<u32>,
    wait: Option<u32>,
}

fn read(text: &str) -> Result<Server, String> {
    let mut sources = Sources::new();
    sources.add("before.toml", "an earlier text");
    let base = sources.add("shop.toml", text).start;
    let mut diagnostics = Diagnostics::new();
    let table = document(text, base, &mut diagnostics).table;
    let read = read_table(&table, &["kind", "routes"], &mut diagnostics);
    match (read, diagnostics.has_errors()) {
        (Some(server), false) => Ok(server),
        (None, true) => Err(diagnostics.to_plain(&sources)),
        (read, _) => panic!("{read:?} and {}", diagnostics.to_plain(&sources)),
    }
}

fn check(text: &str, expected: &str) {
    let text = format!("machine = 'm'\n{text}");
    assert_eq!(read(&text).expect_err("a fault").trim_end(), expected.trim_matches('\n'));
}

/// The first lines of all that is said: message, place.
fn said(text: &str) -> Vec<String> {
    let shown = read(text).expect_err("a fault");
    let error = |block: &str| {
        let mut lines = block.lines();
        let message = lines.next().unwrap_or_default().trim_start_matches("error: ");
        let place = lines.next().unwrap_or_default().trim().trim_start_matches("--> shop.toml:");
        format!("{place}: {message}")
    };
    shown.trim_end().split("\n\n").map(error).collect()
}

#[test]
fn a_sound_table_is_read_with_the_places_of_its_values() {
    let text = "machine = 'small'\nkind = 'server'\ndiscipline = 'preemptive-priority'
service = { lognormal = { mean = 1, cv = 2.5 } }
at = 'x'\n[replica.2]\nweight = 3\naddress = 'a'";
    let base = "an earlier text".len() + 1;
    let place = |word: &str| {
        let start = base + text.find(word).expect("it stands there");
        start..start + word.len()
    };
    let server = read(text).expect("it is sound");
    assert!(matches!(server.discipline, Some(Discipline::PreemptivePriority)));
    assert!(matches!(server.service, Some(Dist::Lognormal { cv: 2.5, .. })));
    assert_eq!(server.at.map(|at| at.span()), Some(place("'x'")));
    let (key, replica) = server.replica.first_key_value().expect("one");
    assert_eq!((*key.get_ref(), key.span().start), (2, place("2]").start));
    assert_eq!((replica.get_ref().weight, replica.span()), (3, place("[replica.2]")));
}

#[test]
fn an_unknown_key_is_told_with_the_nearest_of_the_allowed_ones() {
    check(
        "reps = 4",
        "
error: unknown key `reps`
 --> shop.toml:2:1
  |
2 | reps = 4
  | ^^^^ the keys here are `replicas`, `replica`, `steps` and 10 others
  |
help: did you mean `replicas`?
  |
2 | replicas = 4
  |    ++++",
    );
}

#[test]
fn a_short_list_of_keys_is_told_whole() {
    check(
        "work = [{ cpu = 1, xyzzy = 2 }]",
        "
error: unknown key `xyzzy`
 --> shop.toml:2:20
  |
2 | work = [{ cpu = 1, xyzzy = 2 }]
  |                    ^^^^^ the keys here are `cpu`, `wait`",
    );
}

#[test]
fn names_allowed_besides_are_suggested_too() {
    assert!(read("machine = 'm'\nroute = 1").expect_err("unknown").contains("mean `routes`?"));
    assert!(read("machine = 'm'\nroutes = 1\nkind = 2").is_ok());
}

#[test]
fn an_unknown_word_is_told_with_the_allowed_ones() {
    check(
        "discipline = 'fivo'",
        "
error: unknown value `fivo` of `discipline`
 --> shop.toml:2:14
  |
2 | discipline = 'fivo'
  |              ^^^^^^ the values here are `fifo`, `preemptive-priority`
  |
help: did you mean `fifo`?
  |
2 - discipline = 'fivo'
2 + discipline = \"fifo\"
  |",
    );
}

#[test]
fn an_unknown_alternative_is_told_at_its_key() {
    check(
        "service = { lognorm = { mean = 1, cv = 1 } }",
        "
error: unknown key `lognorm`
 --> shop.toml:2:13
  |
2 | service = { lognorm = { mean = 1, cv = 1 } }
  |             ^^^^^^^ the keys here are `exp`, `uniform`, `lognormal`, `never`
  |
help: did you mean `lognormal`?
  |
2 | service = { lognormal = { mean = 1, cv = 1 } }
  |                    ++",
    );
}

#[test]
fn a_number_in_quotes_is_corrected() {
    check(
        "replicas = '8'",
        "
error: `replicas` takes a whole number from 0 to 4294967295
 --> shop.toml:2:12
  |
2 | replicas = '8'
  |            ^^^ the text \"8\" stands here
  |
help: write it without quotes
  |
2 - replicas = '8'
2 + replicas = 8
  |",
    );
}

#[test]
fn a_missing_key_is_told_at_its_table() {
    check(
        "[replica.1]\nweight = 2",
        "
error: missing key `address`
 --> shop.toml:2:1
  |
2 | [replica.1]
  | ^^^^^^^^^^^ `address` is needed here",
    );
}

#[test]
fn each_kind_of_fault_has_its_sentence() {
    for (text, expected) in [
        ("replicas = -3", "2:12: `replicas` takes a whole number from 0 to 4294967295"),
        ("replicas = 2.5", "2:12: `replicas` takes a whole number from 0 to 4294967295"),
        (
            "replicas = 18446744073709551616",
            "2:12: `replicas` takes a whole number from 0 to 4294967295",
        ),
        ("speed = true", "2:9: `speed` takes a number"),
        ("busy = 1", "2:8: `busy` takes `true` or `false`"),
        ("work = 3", "2:8: `work` takes a list"),
        ("work = [1]", "2:9: an element of `work` is a table"),
        ("steps = [[1, 2, 3]]", "2:10: an element of `steps` is a list of 2 elements"),
        ("steps = [[1, 300]]", "2:14: an element of `steps` is a whole number from 0 to 255"),
        ("service = { }", "2:11: `service` takes exactly one alternative"),
        ("service = { exp = 1, never = {} }", "2:11: `service` takes exactly one alternative"),
        ("service = 'exp'", "2:11: `exp` needs a value"),
        ("service = { never = 3 }", "2:21: `never` takes an empty table"),
        ("service = { uniform = [1] }", "2:23: `uniform` takes a list of 2 elements"),
        ("service = { lognormal = { mean = 1 } }", "2:25: missing key `cv`"),
        (
            "rate = '600'",
            "2:8: a rate needs a unit: did you mean \"600/s\" or \"600/min\" or \"600/h\"?",
        ),
        (
            "rate = 600",
            "2:8: a rate needs a unit: did you mean \"600/s\" or \"600/min\" or \"600/h\"?",
        ),
        ("rate = [1]", "2:8: `rate` takes a rate such as \"600/s\" or \"90/min\""),
        (
            "at = 09:00:00\nreplica.x = { weight = 1, address = '' }",
            "3:9: `x` takes a whole number from 0 to 255",
        ),
    ] {
        assert_eq!(said(&format!("machine = 'm'\n{text}")), [expected], "{text}");
    }
}

#[test]
fn all_faults_of_a_table_are_told_at_once() {
    let text = "reps = 4
speed = 'fast'
rate = '600'
work = [{ cpu = 'x', cqu = 1 }, 7, { wait = -1 }]
service = { lognormal = { maen = 1, cv = 'y' } }
steps = [[1, 2], ['a', 'b']]
[replica.1]
weight = 'heavy'
[replica.2]
address = 3";
    assert_eq!(
        said(text),
        [
            "1:1: missing key `machine`",
            "1:1: unknown key `reps`",
            "2:9: `speed` takes a number",
            "3:8: a rate needs a unit: did you mean \"600/s\" or \"600/min\" or \"600/h\"?",
            "4:17: `cpu` takes a whole number from 0 to 4294967295",
            "4:22: unknown key `cqu`",
            "4:33: an element of `work` is a table",
            "4:45: `wait` takes a whole number from 0 to 4294967295",
            "5:27: unknown key `maen`",
            "5:42: `cv` takes a number",
            "6:19: an element of `steps` is a number",
            "8:10: `weight` takes a whole number from 0 to 4294967295",
            "9:1: missing key `weight`",
            "10:11: `address` takes a text",
        ]
    );
}

#[test]
fn what_only_follows_from_another_fault_is_not_told() {
    assert_eq!(said("machine = 3"), ["1:11: `machine` takes a text"]);
    assert_eq!(said("machnie = 'm'"), ["1:1: unknown key `machnie`"]);
    assert_eq!(said("machine = 'm'\nservice = { exp = 'x' }"), ["2:19: `exp` takes a number"]);
    assert_eq!(
        said("machine = 'm'\nsteps = [[1, 'x']]"),
        ["2:14: an element of `steps` is a whole number from 0 to 255"]
    );
}

#[test]
fn a_visitor_of_a_type_sees_words_and_tables_alike() {
    /// A rate, or a table with the one key `mean`.
    #[derive(Debug, PartialEq)]
    struct Either(f64);
    struct Visitor;
    impl<'de> serde::de::Visitor<'de> for Visitor {
        type Value = Either;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number or a table")
        }
        fn visit_i64<E>(self, n: i64) -> Result<Either, E> {
            i32::try_from(n).map_or_else(|_| Ok(Either(0.0)), |n| Ok(Either(f64::from(n))))
        }
        fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Either, A::Error> {
            let key = map.next_key::<String>()?;
            match key.as_deref() {
                Some("mean") => map.next_value().map(Either),
                Some(key) => Err(serde::de::Error::unknown_field(key, &["mean"])),
                None => Err(serde::de::Error::missing_field("mean")),
            }
        }
    }
    impl<'de> Deserialize<'de> for Either {
        fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            from.deserialize_any(Visitor)
        }
    }
    let read = |text: &str| {
        let mut diagnostics = Diagnostics::new();
        let item = crate::scenario::tree::value(text, 0).expect("a value");
        let read = read_item::<Either>(&item, &mut diagnostics);
        read.ok_or_else(|| {
            diagnostics.sorted().first().map(|d| (d.message.clone(), d.span.clone()))
        })
    };
    assert_eq!(read("3"), Ok(Either(3.0)));
    assert_eq!(read("{ mean = 2.5 }"), Ok(Either(2.5)));
    assert_eq!(read("{ maen = 2 }"), Err(Some(("unknown key `maen`".to_owned(), Some(2..6)))));
    assert_eq!(
        read("{ mean = 'x' }"),
        Err(Some(("`mean` takes a number".to_owned(), Some(9..12))))
    );
    assert_eq!(read("{}"), Err(Some(("missing key `mean`".to_owned(), Some(0..2)))));
}

#[test]
fn a_huge_table_of_faults_is_told_in_bounded_time() {
    let mut text = "machine = 'm'\n".to_owned();
    for n in 0..200_000 {
        text.push_str(&format!("key{n} = {n}\n"));
    }
    text.push_str(&format!("work = [{}]\n", "{ cpu = 'x' }, ".repeat(200_000)));
    let shown = read(&text).expect_err("many faults");
    assert!(shown.ends_with("more errors\n"), "{}", &shown[shown.len() - 100..]);
}
