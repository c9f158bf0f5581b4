//! What a run prints, writes and returns.

use crate::workplace::{SHOP, Workplace};

#[test]
fn results_go_to_the_folder_of_the_scenarios_name() {
    let place = Workplace::with_shop();
    let told = place.run("run shop.toml").done();
    assert!(told.stdout.starts_with("shop: A small shop\n"), "{}", told.stdout);
    let sentence = "Results are in results/shop, plots in its folder `plots`\n";
    assert!(told.stderr.ends_with(sentence), "{}", told.stderr);
    let files = place.files("results/shop");
    for name in ["manifest.json", "summary.csv", "plots/percentiles.svg"] {
        assert!(files.contains_key(std::path::Path::new(name)), "{name}");
    }
}

#[test]
fn results_are_the_same_bytes_on_any_number_of_threads() {
    let place = Workplace::with_shop();
    for threads in [1, 2] {
        let line = format!("compare shop.toml --requests=3 --threads {threads} --out {threads}");
        place.run(&line).done();
    }
    assert_eq!(place.files("1"), place.files("2"));
}

#[test]
fn the_command_in_the_manifest_gives_the_same_result() {
    let place = Workplace::with_shop();
    place.run("run shop.toml --no-plots --set node.app.cores=3 --seed 5 --requests --out a").done();
    let manifest: serde_json::Value =
        serde_json::from_str(&place.read("a/manifest.json")).expect("JSON");
    let command = manifest["command"].as_str().expect("a text");
    let words = command.strip_prefix("lindley ").expect("a command");
    place.run(&format!("{words} --no-plots --out b")).done();
    // The command itself says `--set seed=5` where the first one said `--seed 5`.
    assert_eq!(place.files("a"), place.files("b"));
}

#[test]
fn a_run_from_elsewhere_gives_the_same_bytes_but_for_the_path_in_its_command() {
    let place = Workplace::with_shop();
    std::fs::create_dir(place.path("inner")).expect("made");
    place.write("inner/shop.toml", SHOP);
    place.run("run shop.toml --no-plots --out a").done();
    let told = place.run("run inner/shop.toml --no-plots --out b").done();
    assert!(told.stdout.contains("Reproduce: lindley run inner/shop.toml"), "{}", told.stdout);
    let manifest = std::path::Path::new("manifest.json");
    let (a, mut b) = (place.files("a"), place.files("b"));
    let text = String::from_utf8(b[manifest].clone()).expect("UTF-8");
    let text = text.replacen("lindley run inner/shop.toml", "lindley run shop.toml", 1);
    b.insert(manifest.to_owned(), text.into_bytes());
    assert_eq!(a, b);
}

#[test]
fn a_folder_that_cannot_be_written_is_told_before_anything_is_run() {
    let place = Workplace::with_shop();
    place.write("t.csv", "object\na\n");
    for command in
        ["run shop.toml", "compare shop.toml", "sweep shop.toml", "cache t.csv", "import t.csv"]
    {
        for out in ["shop.toml", "shop.toml/below", "shop.toml/far/below"] {
            let told = place.run(&format!("{command} --out {out}"));
            assert_eq!(told.status, 4, "{command}: {}", told.stderr);
            let (lines, is_error) = (told.stderr.lines().count(), "error: ");
            assert!(lines == 1 && told.stderr.starts_with(is_error), "{command}: {}", told.stderr);
            assert_eq!(told.stdout, "", "{command}");
        }
    }
    assert_eq!(std::fs::read_dir(place.path(".")).expect("a folder").count(), 2);
}

#[test]
fn single_requests_are_written_if_asked_for() {
    let place = Workplace::with_shop();
    place.run("run shop.toml --variant one --no-plots --requests=3 --out a").done();
    assert_eq!(place.read("a/requests.csv").lines().count(), 1 + 3 * 5);
}

#[test]
fn a_strict_fingerprint_is_taken_if_asked_for() {
    let place = Workplace::with_shop();
    place.run("run shop.toml --no-plots --fingerprint strict --out a").done();
    place.run("run shop.toml --no-plots --out b").done();
    assert!(place.read("a/manifest.json").contains("\"strict\""));
    assert!(!place.read("b/manifest.json").contains("\"strict\""));
}

#[test]
fn determinism_is_checked_by_a_second_run() {
    let told = Workplace::with_shop().run("run shop.toml --no-plots --check-determinism").done();
    let sentence = "Two runs agree in the fingerprints of all replications.\n";
    assert!(told.stderr.contains(sentence), "{}", told.stderr);
}

#[test]
fn an_slo_that_is_met_is_status_0_and_one_that_is_missed_is_status_1() {
    let place = Workplace::with_shop();
    assert_eq!(place.run("run shop.toml --no-plots --assert-slo").status, 0);
    let told = place.run("run shop.toml --no-plots --assert-slo --set slo.p50=1ms");
    assert_eq!(told.status, 1);
    assert!(told.stderr.ends_with("two: the objective `p50` is missed\n"), "{}", told.stderr);
    assert!(told.stdout.starts_with("shop: A small shop\n"), "the results are shown all the same");
}

#[test]
fn json_is_one_value_on_standard_output() {
    let place = Workplace::with_shop();
    for command in ["run", "compare", "sweep"] {
        let told = place.run(&format!("{command} shop.toml --no-plots --json --out {command}"));
        let value: serde_json::Value = serde_json::from_str(&told.done().stdout).expect(command);
        assert_eq!(value["scenario"], "shop", "{command}");
    }
}

#[test]
fn plots_are_drawn_anew_from_the_tables() {
    let place = Workplace::with_shop();
    place.run("compare shop.toml --out a").done();
    let before = place.files("a");
    std::fs::remove_dir_all(place.path("a/plots")).expect("removed");
    place.run("plot a").done();
    assert_eq!(place.files("a"), before);
}

#[test]
fn a_page_has_all_of_a_result_and_stays_with_it_until_the_next_run() {
    let place = Workplace::with_shop();
    place.run("compare shop.toml --out a").done();
    let before = place.files("a");
    let told = place.run("report a").done();
    assert_eq!((told.stdout.as_str(), told.stderr.as_str()), ("", "The page is a/report.html\n"));
    let page = place.read("a/report.html");
    for part in ["<h2>Conclusion</h2>", "latency_p99", "data:image/svg+xml", "lindley compare"] {
        assert!(page.contains(part), "{part}");
    }
    place.run("report a --out elsewhere.html").done();
    assert_eq!(place.read("elsewhere.html"), page);
    place.run("report a --out elsewhere.html").done();
    let told = place.run("report a --out shop.toml");
    assert_eq!(told.status, 4);
    assert!(told.stderr.contains("`shop.toml` is no page of a result"), "{}", told.stderr);
    place.run("plot a").done();
    assert_eq!(place.read("a/report.html"), page);
    place.run("compare shop.toml --out a").done();
    assert_eq!(place.files("a"), before);
}

#[test]
fn a_folder_without_a_manifest_is_refused_before_anything_in_it_is_read() {
    let place = Workplace::with_shop();
    std::fs::create_dir_all(place.path("home/plots")).expect("made");
    // What is no text shows whether it was read.
    std::fs::write(place.path("home/summary.csv"), [0xff]).expect("written");
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", place.path("home/dangling")).expect("a link");
    for command in ["plot home", "report home"] {
        let told = place.run(command);
        let sentence = "error: `home` is no result: it has no manifest.json\n";
        assert_eq!((told.status, told.stderr.as_str()), (4, sentence), "{command}");
    }
    let told = place.run("plot nowhere");
    assert!(told.stderr.starts_with("error: cannot read `nowhere`: "), "{}", told.stderr);
}

#[test]
#[cfg(unix)]
fn nothing_of_a_folder_is_read_or_touched_but_the_files_of_its_result() {
    let place = Workplace::with_shop();
    place.run("compare shop.toml --out a").done();
    let before = place.files("a");
    std::fs::create_dir(place.path("a/mine")).expect("made");
    place.write("a/mine/notes.md", "mine");
    std::os::unix::fs::symlink("nowhere", place.path("a/mine/dangling")).expect("a link");
    place.run("plot a").done();
    place.run("report a").done();
    assert_eq!(place.read("a/mine/notes.md"), "mine");
    for (name, bytes) in before {
        assert!(std::fs::read(place.path("a").join(&name)).expect("read") == bytes, "{name:?}");
    }
    std::fs::rename(place.path("a/nodes.csv"), place.path("nodes.csv")).expect("moved");
    std::os::unix::fs::symlink("../nodes.csv", place.path("a/nodes.csv")).expect("a link");
    let told = place.run("plot a");
    assert!(told.stderr.contains("`a/nodes.csv` is a symbolic link"), "{}", told.stderr);
}

#[test]
fn a_page_and_a_topology_go_to_the_standard_output_if_that_is_asked_for() {
    let place = Workplace::with_shop();
    place.run("compare shop.toml --out a").done();
    let told = place.run("report a --out -").done();
    assert!(told.stdout.starts_with("<!DOCTYPE html>") && told.stderr.is_empty());
    for command in ["graph shop.toml", "trace shop.toml --variant one"] {
        let told = place.run(&format!("{command} --out -")).done();
        assert!(told.stdout == place.run(command).done().stdout, "{command}");
    }
    assert!(!place.path("-").exists());
}

#[test]
fn a_file_that_is_called_like_an_option_is_found_again_by_the_command_that_is_told() {
    let place = Workplace::with_shop();
    place.write("-x.toml", SHOP);
    let told = place.run("run --no-plots --variant one --out a -- -x.toml").done();
    let command =
        told.stdout.lines().find_map(|line| line.trim().strip_prefix("Reproduce: lindley "));
    let command = command.expect("a command");
    assert_eq!(command, "run ./-x.toml --variant one");
    place.run(&format!("{command} --no-plots --out b")).done();
    assert_eq!(place.files("a"), place.files("b"));
}

#[test]
fn a_latency_that_meets_the_slo_is_told_to_be_of_the_few_that_succeed() {
    let place = Workplace::with_shop();
    let told = place.run("run shop.toml --no-plots --variant one --out a").done();
    assert!(!told.stdout.contains("that succeed"), "{}", told.stdout);
    let work = "{ cpu = { exp = '5ms' } }";
    place.write(
        "shop.toml",
        &SHOP.replace(work, &format!("{work}, {{ fail = 0.5, status = 503 }}")),
    );
    let more = "--set duration=60s --set slo.p50=2s";
    let told = place.run(&format!("run shop.toml --no-plots --variant one {more} --out a")).done();
    let line = told.stdout.lines().find(|line| line.contains("SLO p50")).expect("an objective");
    assert!(
        line.contains(": met (") && line.contains(" % of the requests that succeed)"),
        "{line}"
    );
}

#[test]
fn a_metric_that_a_table_shows_in_any_case_is_not_shown_twice() {
    let place = Workplace::with_shop();
    let asked = "--metric throughput --metric goodput --metric goodput";
    for command in ["run --variant one", "compare"] {
        let line = format!("{command} shop.toml --no-plots {asked} --out a");
        let told = place.run(&line).done().stdout;
        let table = told.split("Ratio to").next().expect("a table");
        let rows = |name: &str| table.lines().filter(|row| row.trim().starts_with(name)).count();
        assert_eq!([rows("throughput"), rows("goodput")], [1, 1], "{told}");
    }
}

#[test]
fn requests_of_a_replayed_trace_name_the_session_that_they_belong_to() {
    let place = Workplace::with_shop();
    place.write("rows.csv", "arrival_ms,session\n0,ann\n10,bob\n20,ann\n30,\n40,bob\n");
    let shop = SHOP.replace("{ poisson = '60/s' }", "{ trace = 'rows.csv' }");
    let shop = shop.split("[sweep").next().expect("a shop").replace("warmup = '1s'\n", "");
    place.write("shop.toml", &format!("study = 'terminating'\n{shop}"));
    place.run("run shop.toml --no-plots --variant one --requests --replications 5").done();
    let table = place.read("results/shop/requests.csv");
    let first = table.lines().skip(1).take(5).map(|row| row.split(',').nth(4).expect("a user"));
    assert_eq!(first.collect::<Vec<_>>(), ["0", "1", "0", "0", "1"], "{table}");
}

#[test]
fn a_run_in_which_time_stands_still_names_the_nodes_that_go_round() {
    let place = Workplace::with_shop();
    let shop = SHOP.replace("arrivals = { poisson = '60/s' }", "users = 1");
    let shop = shop.split("[variant").next().expect("a shop").replace("cores = 1\n", "");
    place.write("shop.toml", &shop.replace("{ cpu = { exp = '5ms' } }", ""));
    let told = place.run("run shop.toml --no-plots --replications 1").done();
    let said = ["`users`, `app`", "`app`, `users`"];
    let said = said.map(|it| format!("events without end at one moment, which go round at {it}"));
    assert!(
        said.iter().any(|said| told.stdout.replace('\n', " ").contains(said)),
        "{}",
        told.stdout
    );
}
