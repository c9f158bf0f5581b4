//! What a plan may say, and what is said of one that is wrong.

use super::*;
use crate::scenario::source::Sources;
use crate::scenario::tree::document;

const PLAN: &str = "[plan]\nnode = 'app'\nmachines = ['small', 'big']\nreplicas = '1..4'\n\
    load = { key = 'node.users.arrivals.poisson', from = '400/s', to = '100/s', steps = 4 }\n";

fn read(text: &str) -> Result<Sizing, String> {
    let mut sources = Sources::new();
    sources.add("shop.toml", text);
    let mut diagnostics = Diagnostics::new();
    let table = document(text, 0, &mut diagnostics).table;
    let entry = table.entry("plan").expect("a plan");
    let parts = Parts::read(entry, &mut diagnostics);
    let sizing = parts.and_then(|parts| parts.build(&entry.key_span, &mut diagnostics));
    sizing.ok_or_else(|| diagnostics.to_plain(&sources))
}

fn of_arguments(options: [Option<&str>; 4]) -> Result<Parts, String> {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let parts = Parts::of_arguments(options, &mut sources, &mut diagnostics);
    parts.ok_or_else(|| diagnostics.to_plain(&sources))
}

#[test]
fn a_plan_has_machines_as_written_and_replicas_and_loads_that_go_up() {
    let plan = read(PLAN).expect("a plan");
    assert_eq!((plan.node(), plan.machines()), ("app", vec!["small", "big"]));
    assert_eq!(plan.replicas(), [1, 2, 3, 4]);
    assert_eq!(plan.loads(), ["100/s", "200/s", "300/s", "400/s"]);
    assert_eq!(plan.load_key().to_string(), "node.users.arrivals.poisson");
    let list = PLAN.replace("'1..4'", "[8, 1, 4]").replace("from = '400/s', to = '100/s', ", "");
    let list = list.replace("steps = 4", "values = ['9/min', '1/s', '2/s']");
    let plan = read(&list).expect("a plan");
    assert_eq!((plan.replicas(), plan.loads()), (vec![1, 4, 8], vec!["9/min", "1/s", "2/s"]));
    assert_eq!(read(&PLAN.replace("'1..4'", "3")).expect("a plan").replicas(), [3]);
}

#[test]
fn a_design_sets_the_machine_the_replicas_and_the_load() {
    let plan = read(PLAN).expect("a plan");
    let set = plan.overlays(Design { machine: 1, step: 2, load: 3 });
    let set: Vec<String> =
        set.iter().map(|it| format!("{}={}", it.path, it.value.value.label())).collect();
    let load = "node.users.arrivals.poisson=400/s";
    assert_eq!(set, ["node.app.machine=big", "node.app.replicas=3", load]);
    let samples: Vec<Vec<Assignment>> = plan.samples().collect();
    assert_eq!(samples.len(), 2 + 1 + 3, "two numbers, the other machine, the other loads");
    let first: Vec<String> = samples[0].iter().map(|it| it.value.value.label()).collect();
    assert_eq!(first, ["small", "4", "100/s"], "the largest number comes first");
    let text = PLAN.replace("'1..4'", "'1..60000'");
    assert_eq!(read(&text).expect("a plan").samples().count(), 6, "however long the range");
}

#[test]
fn what_is_wrong_with_a_plan_is_told_at_its_place() {
    for (right, wrong, said) in [
        ("node = 'app'\n", "", "missing key `node`\n --> shop.toml:1:2"),
        ("node = 'app'", "node = 3", "`node` takes the name of a node\n --> shop.toml:2:8"),
        ("machines", "machine", "did you mean `machines`?"),
        ("['small', 'big']", "[]", "`machines` takes names"),
        ("['small', 'big']", "['small', 3]", "`machines` takes names"),
        ("['small', 'big']", "['small', 'small']", "is given the value small twice"),
        ("'1..4'", "'4..1'", "a range goes up"),
        ("'1..4'", "'few'", "`replicas` takes a range"),
        ("'1..4'", "[1, 0]", "a whole number from 1 on\n --> shop.toml:4:16"),
        ("'1..4'", "[1, 1]", "is given the value 1 twice"),
        ("'1..4'", "true", "`replicas` takes a range"),
        ("{ key = 'node.users.arrivals.poisson', ", "{ ", "`key` says what the load is"),
        ("key = 'node.users.arrivals.poisson'", "key = 'a b'", "is not the path of a key"),
        ("key = 'node.users.arrivals.poisson'", "key = 'sweep.x'", "no part of what is simulated"),
        ("'node.users.arrivals.poisson'", "'node.app.replicas'", "two axes vary"),
        ("steps = 4", "step = 4", "did you mean `steps`?"),
        ("steps = 4", "steps = 4, values = [1]", "unknown key `from`"),
        ("to = '100/s', steps = 4", "to = '100/s'", "missing key `steps`"),
        ("to = '100/s', ", "to = '1ms', ", "the same unit"),
    ] {
        let text = PLAN.replace(right, wrong);
        assert_ne!(text, PLAN, "{right}");
        let shown = read(&text).expect_err(wrong);
        assert!(shown.contains(said), "{wrong}: {shown}");
    }
    let names = "load = { key = 'a', values = ['x', 'y'] }\n";
    let text = format!("{}{names}", PLAN.split("load").next().unwrap_or_default());
    assert!(read(&text).expect_err("names").contains("the loads `a` have no order"));
    assert!(read("plan = 3").expect_err("a number").contains("write [plan]"));
}

#[test]
fn options_lie_over_the_table_and_what_neither_says_is_missing() {
    let options = [None, Some("tiny"), Some("1,2"), None];
    let parts = of_arguments(options).expect("options");
    assert_eq!(parts.missing(), ["node", "load"]);
    let mut diagnostics = Diagnostics::new();
    let table = document(PLAN, 0, &mut diagnostics).table;
    let written = Parts::read(table.entry("plan").expect("a plan"), &mut diagnostics);
    let plan = parts.over(written.expect("a plan")).build(&(0..0), &mut diagnostics);
    let plan = plan.expect("a plan");
    assert_eq!((plan.machines(), plan.replicas(), plan.node()), (vec!["tiny"], vec![1, 2], "app"));
    for (options, said) in [
        ([None, None, Some("8..1"), None], "a range goes up"),
        ([None, Some("a,,b"), None, None], "a value is missing"),
        ([None, None, None, Some("x")], "`--load` needs a key"),
    ] {
        let shown = of_arguments(options).expect_err(said);
        assert!(shown.contains(said) && shown.contains("command line"), "{shown}");
    }
}
