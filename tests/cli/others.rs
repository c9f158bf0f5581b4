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
fn the_graph_as_a_picture_shows_what_is_switched_on() {
    let place = Workplace::with_shop();
    let set = "--set node.app.replicas=4 --set link.users.app.latency=3ms --set \
               node.users.routes=[{to='app'}]";
    let line = format!("graph shop.toml --format svg --variant two {set}");
    let told = place.run(&line).done();
    let shows = |svg: &str, text: &str| svg.contains(&format!("\n{text}\n"));
    assert!(told.stdout.starts_with("<!-- lindley graph -->\n<svg "), "{}", &told.stdout[..80]);
    for text in ["shop, variant two", "A small shop", "users", "server ×4", "2 cores", "3ms"] {
        assert!(shows(&told.stdout, text), "{text}");
    }
    let spare = "--set node.spare.kind=server --set link.users.spare.latency=7ms";
    let both = place.run(&format!("{line} {spare}")).done().stdout;
    assert!(shows(&both, "spare") && shows(&both, "7ms"));
    for off in ["node.spare.enabled=false", "link.users.spare.enabled=false"] {
        let without = place.run(&format!("{line} {spare} --set {off}")).done().stdout;
        assert!(!shows(&without, "7ms"), "{off}");
        assert_eq!(shows(&without, "spare"), off.starts_with("link"), "{off}");
    }
}

#[test]
fn a_graph_is_written_over_an_earlier_one_and_over_nothing_else() {
    let place = Workplace::with_shop();
    for format in ["svg", "dot", "svg"] {
        let line = format!("graph shop.toml --format {format}");
        let told = place.run(&format!("{line} --out shop.svg")).done();
        assert_eq!(told.stdout, "");
        assert_eq!(place.read("shop.svg"), place.run(&line).done().stdout);
    }
    place.write("mine.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>");
    let told = place.run("graph shop.toml --format svg --out mine.svg");
    assert_eq!((told.status, told.stdout.as_str()), (4, ""));
    assert!(told.stderr.contains("`mine.svg` is no topology and would be lost"), "{}", told.stderr);
    let told = place.run("graph shop.toml --format pdf");
    assert_eq!((told.status, told.stdout.as_str()), (2, ""));
    assert!(told.stderr.contains("[possible values: dot, svg]"), "{}", told.stderr);
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
