//! The commands that simulate nothing.

use crate::workplace::Workplace;

#[test]
fn a_new_scenario_runs_as_it_is() {
    let place = Workplace::with_shop();
    place.run("new first.toml").done();
    place.run("compare first.toml --no-plots --set duration=10s").done();
    assert_eq!(place.run("new").done().stdout, place.read("first.toml"));
}

#[test]
fn a_new_scenario_is_not_written_over_an_old_one() {
    let place = Workplace::with_shop();
    let told = place.run("new shop.toml");
    assert_eq!(told.status, 4);
    let sentence = "error: cannot write `shop.toml`: there is such a file already\n";
    assert_eq!(told.stderr, sentence);
}

#[test]
fn the_graph_has_nodes_with_their_machines_and_links_with_their_latencies() {
    let place = Workplace::with_shop();
    let told = place.run("graph shop.toml --variant two --set link.users.app.latency=3ms").done();
    assert_eq!(
        told.stdout,
        r#"digraph "shop, variant two" {
  label="shop, variant two";
  rankdir=LR;
  node [shape=box];
  "app" [label="app\nserver\n1 x 2 cores"];
  "users" [label="users\nclient"];
  "users" -> "app" [label="3ms"];
}
"#
    );
}

#[test]
fn completions_know_every_command() {
    let told = Workplace::with_shop().run("completions bash").done();
    for command in ["run", "compare", "sweep", "merge", "plan", "check"] {
        assert!(told.stdout.contains(&format!("lindley__subcmd__{command}")), "{command}");
    }
}

#[test]
fn plots_and_pages_need_a_result() {
    let place = Workplace::with_shop();
    std::fs::create_dir(place.path("empty")).expect("made");
    for command in ["plot", "report"] {
        let told = place.run(&format!("{command} empty"));
        assert_eq!((told.status, told.stdout.as_str()), (4, ""));
        assert!(told.stderr.starts_with("error: `empty`"), "{}", told.stderr);
        assert!(told.stderr.ends_with("it has no manifest.json\n"), "{}", told.stderr);
    }
}
