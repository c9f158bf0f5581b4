//! What the command line understands.

use crate::workplace::Workplace;

#[test]
fn the_help_shows_an_example_of_each_command_and_the_exit_statuses() {
    let told = Workplace::with_shop().run("--help").done();
    let commands = [
        "run",
        "compare",
        "sweep",
        "merge",
        "plan",
        "new",
        "list",
        "plot",
        "graph",
        "schema",
        "completions",
    ];
    for command in commands {
        assert!(told.stdout.contains(&format!("\n  lindley {command} ")), "{command}");
    }
    assert!(told.stdout.contains("\nExit status:\n    0  done\n"), "{}", told.stdout);
    assert!(told.stdout.contains("\n  130  interrupted\n"), "{}", told.stdout);
}

#[test]
fn every_option_is_explained() {
    let place = Workplace::with_shop();
    for command in ["run", "compare", "sweep", "merge", "plan", "plot", "graph", "new"] {
        let help = place.run(&format!("{command} --help")).done().stdout;
        let lines: Vec<&str> = help.lines().collect();
        for (number, line) in lines.iter().enumerate() {
            if line.trim_start().starts_with("--") {
                let is_explained = lines[number + 1].starts_with("          ");
                assert!(is_explained || line.contains("  "), "{command}: {line}");
            }
        }
    }
}

#[test]
fn a_precision_that_was_not_reached_is_told_even_if_it_is_quiet() {
    let place = Workplace::with_shop();
    let line = "run shop.toml --no-plots --quiet --set duration=2s --variant one";
    let told = place.run(&format!("{line} --precision 0.1%")).done();
    let warning = "warning: one: a precision of 0.1 % was not reached after 200 replications, ";
    assert!(told.stderr.contains(warning), "{}", told.stderr);
    assert!(told.stderr.contains("latency_mean is known to "), "{}", told.stderr);
    let told = place.run(&format!("{line} --set duration=4s --precision 90%")).done();
    assert_eq!(told.stderr, "");
}

#[test]
fn an_unknown_command_is_refused_with_status_2() {
    let told = Workplace::with_shop().run("rum shop.toml");
    assert_eq!((told.status, told.stdout.as_str()), (2, ""));
    assert!(told.stderr.contains("a similar subcommand exists: 'run'"), "{}", told.stderr);
}

#[test]
fn a_shipped_scenario_is_found_by_its_name_and_a_file_by_its_ending() {
    let place = Workplace::with_shop();
    place.write("flash-crowd.toml", crate::workplace::SHOP);
    let shipped = place.run("graph flash-crowd").done().stdout;
    let file = place.run("graph flash-crowd.toml").done().stdout;
    assert!(file.contains("\"users\" -> \"app\""), "{file}");
    assert!(!shipped.contains("\"users\" -> \"app\""), "{shipped}");
}

#[test]
fn an_unknown_scenario_is_answered_with_the_nearest_name() {
    let told = Workplace::with_shop().run("run flash-crow");
    assert_eq!(told.status, 2);
    assert_eq!(
        told.stderr,
        "error: there is no scenario `flash-crow`, shipped or as a file: did you mean \
         `flash-crowd`?\n"
    );
}

#[test]
fn an_unknown_variant_is_answered_with_the_nearest_name() {
    let told = Workplace::with_shop().run("run shop.toml --variant tow");
    assert_eq!(told.status, 2);
    let sentence = "error: `shop` has no variant `tow`: did you mean `two`?\n";
    assert_eq!(told.stderr, sentence);
}

#[test]
fn a_set_key_stands_in_the_overlays_and_changes_the_result() {
    let place = Workplace::with_shop();
    place.run("run shop.toml --no-plots --seed 7 --set node.app.cores=4 --out a").done();
    place.run("run shop.toml --no-plots --seed 7 --out b").done();
    let manifest = place.read("a/manifest.json");
    assert!(manifest.contains("\"node.app.cores=4\",\n    \"seed=7\""), "{manifest}");
    assert_ne!(place.read("a/summary.csv"), place.read("b/summary.csv"));
}

#[test]
fn precision_adds_replications_until_it_is_reached() {
    let place = Workplace::with_shop();
    place.run("run shop.toml --variant one --no-plots --precision 5% --out a").done();
    let rows = place.read("a/replications.csv");
    assert!(rows.lines().filter(|line| line.contains(",latency_mean,")).count() > 10, "{rows}");
}

#[test]
fn list_shows_what_each_shipped_scenario_asks() {
    let told = Workplace::with_shop().run("list").done();
    assert!(told.stdout.starts_with("scale-up-vs-scale-out\n    "), "{}", told.stdout);
    let names = told.stdout.lines().filter(|line| !line.starts_with(' ')).count();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files = std::fs::read_dir(folder).expect("a folder").count();
    assert_eq!(names, files, "every file in `scenarios` is shipped");
}

#[test]
fn a_table_that_is_set_merges_as_that_of_a_variant_does() {
    let place = Workplace::with_shop();
    // The node keeps its kind and its cores.
    let said = |set: &str| {
        let mut command = place.command("graph shop.toml --variant two --set");
        let told = command.arg(set).output().expect("it starts");
        assert!(told.status.success(), "{set}: {}", String::from_utf8_lossy(&told.stderr));
        String::from_utf8(told.stdout).expect("UTF-8")
    };
    assert_eq!(said("node.app={replicas=8}"), said("node.app.replicas=8"));
    let one = "link.users.app={latency='3ms',bandwidth='1Gbit/s'}";
    let mut command = place.command("graph shop.toml --variant two --set");
    let both = command.args([one, "--set", "link.users.app={bandwidth='2Gbit/s'}"]);
    let both = String::from_utf8(both.output().expect("it starts").stdout).expect("UTF-8");
    assert!(both.contains("3ms") || both.contains("3 ms"), "{both}");
}

#[test]
fn what_is_set_in_a_variant_and_hidden_by_what_is_set_in_all_is_warned_of() {
    let place = Workplace::with_shop();
    let said =
        |sets: &str| place.run(&format!("check shop.toml --variant one {sets}")).done().stderr;
    let inner = "--set variant.one.node.app.cores=2";
    let warning = "`variant.one.node.app.cores` does nothing: `node.app.cores` is set as well";
    for sets in
        [format!("{inner} --set node.app.cores=1"), format!("--set node.app.cores=1 {inner}")]
    {
        assert!(said(&sets).contains(warning), "{sets}: {}", said(&sets));
    }
    assert!(
        said(&format!("{inner} --set node.app={{cores=1}}")).contains("does nothing: `node.app`")
    );
    assert!(!said(&format!("{inner} --set node.app={{speed=1}}")).contains("does nothing"));
    assert!(!said(&format!("{inner} --set node.app.speed=1")).contains("does nothing"));
}
