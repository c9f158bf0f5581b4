//! Sweeps: their table, the knee, and going on where one was stopped.

use std::path::PathBuf;
use std::process::Command;

use crate::workplace::{Workplace, lines, wait_until};

/// Where [`LONG`] keeps its finished points.
const STATE: &str = "results/.shop-vary.sweep/sweep.state.jsonl";
const LOCK: &str = "results/.shop-vary.sweep/lock";

/// A sweep that does not end while a test waits for it.
const ENDLESS: &str = "sweep shop.toml --set duration=90d --replications 1000";

/// A sweep that lasts long enough to be stopped in its midst.
const LONG: &str = "sweep shop.toml --no-plots --threads 1 --set duration=40s \
                    --vary node.users.arrivals.poisson=70/s,60/s,50/s,40/s,30/s,20/s";

#[test]
fn the_largest_load_that_meets_the_slo_is_told_for_each_variant() {
    let told = Workplace::with_shop().run("sweep shop.toml --no-plots").done();
    let load = "meets the SLO up to node.users.arrivals.poisson =";
    assert!(told.stdout.contains(&format!("\none: {load} 60/s\n")), "{}", told.stdout);
    assert!(
        told.stdout.contains(&format!("\ntwo: {load} 60/s; unknown at 400/s\n")),
        "{}",
        told.stdout
    );
}

#[test]
fn of_a_grid_the_knee_is_told_along_the_load_for_each_value_of_the_other_key() {
    let place = Workplace::with_shop();
    let line = "sweep shop.toml --no-plots --sweep load --vary node.app.replicas=1,9";
    let told = place.run(&format!("{line} --variant one")).done().stdout;
    let load = "node.users.arrivals.poisson";
    let few = format!("\none, app.replicas = 1: meets the SLO up to {load} = 60/s\n");
    let many = format!("\none, app.replicas = 9: meets the SLO at every {load} of this sweep\n");
    assert!(told.contains(&few) && told.contains(&many), "{told}");
}

#[test]
fn the_table_has_a_row_for_each_point_and_variant() {
    let place = Workplace::with_shop();
    place.run("sweep shop.toml --vary node.app.replicas=1..2 --sweep load").done();
    let table = place.read("results/shop-load/sweep.csv");
    let head = "point,sweep,variant,node.users.arrivals.poisson,node.app.replicas,latency_mean,";
    assert!(table.starts_with(head), "{table}");
    assert_eq!(table.lines().count(), 1 + 4 * 2 * 2);
    assert!(table.contains("\n1,load,two,20/s,2,"), "{table}");
    let has_ending = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "svg");
    assert!(place.files("results/shop-load/plots").keys().any(has_ending));
}

#[test]
fn a_sweep_leaves_the_results_of_a_comparison_alone() {
    let place = Workplace::with_shop();
    place.run("compare shop.toml --no-plots").done();
    let before = place.files("results/shop");
    place.run("sweep shop.toml --no-plots").done();
    assert_eq!(place.files("results/shop"), before);
}

#[test]
fn a_sweep_gives_the_same_bytes_on_any_number_of_threads() {
    let place = Workplace::with_shop();
    place.run("sweep shop.toml --threads 1 --out 1").done();
    place.run("sweep shop.toml --threads 2 --out 2").done();
    assert_eq!(place.files("1"), place.files("2"));
}

#[test]
fn a_killed_sweep_goes_on_and_comes_to_the_same_bytes() {
    let place = Workplace::with_shop();
    place.run(&format!("{LONG} --out whole")).done();
    for finished in [0, 1, 3, 5, 8] {
        let state = place.path(STATE);
        let mut child = place.start(LONG);
        wait_until(|| lines(&state) > finished);
        child.kill().expect("killed");
        child.wait().expect("gone");
        assert!(state.exists(), "it was killed in its midst");
        let told = place.run(LONG).done();
        let note = format!("going on with a sweep of which {}", lines(&state));
        assert!(finished == 0 || told.stderr.contains(&note[..note.len() - 1]), "{}", told.stderr);
        assert_eq!(place.files("results/shop-vary"), place.files("whole"));
        assert!(
            !place.path("results/.shop-vary.sweep").exists(),
            "what is done leaves nothing behind"
        );
        std::fs::remove_dir_all(place.path("results")).expect("removed");
    }
}

#[test]
fn a_second_process_on_the_same_sweep_is_refused() {
    let place = Workplace::with_shop();
    let mut first = place.start(ENDLESS);
    wait_until(|| place.path("results/.shop-load.sweep/lock").exists());
    let told = place.run(ENDLESS);
    first.kill().expect("killed");
    let process = first.id();
    first.wait().expect("gone");
    assert_eq!(told.status, 4);
    let sentence = format!("error: process {process} works on this sweep: ");
    assert!(told.stderr.starts_with(&sentence), "{}", told.stderr);
}

#[test]
fn another_sweep_does_not_go_on_with_foreign_points_unless_told_to_restart() {
    let place = Workplace::with_shop();
    let mut child = place.start(LONG);
    wait_until(|| lines(&place.path(STATE)) > 1);
    child.kill().expect("killed");
    child.wait().expect("gone");
    let told = place.run(&format!("{LONG} --seed 8"));
    assert_eq!(told.status, 2, "{}", told.stderr);
    assert!(told.stderr.contains("of another sweep: "), "{}", told.stderr);
    assert!(told.stderr.contains("the seed differs"), "{}", told.stderr);
    place.run(&format!("{LONG} --seed 8 --restart")).done();
}

#[cfg(unix)]
#[test]
fn an_interrupted_sweep_ends_with_130_and_keeps_its_points() {
    let place = Workplace::with_shop();
    let state: PathBuf = place.path(STATE);
    let mut child = place.start(LONG);
    wait_until(|| lines(&state) > 2);
    let process = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &process]).status().expect("sent").success());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    assert!(lines(&state) > 2 && !place.path("results/shop-vary").exists());
    assert!(!place.path(LOCK).exists());
}

#[test]
fn what_is_varied_cannot_be_set() {
    let told = Workplace::with_shop().run("sweep shop.toml --set node.users.arrivals.poisson=1/s");
    assert_eq!(told.status, 2);
    assert_eq!(
        told.stderr,
        "error: `node.users.arrivals.poisson` is varied, and cannot be set as well\n"
    );
}

#[test]
fn a_sweep_that_misses_its_slo_is_status_1_if_it_is_watched() {
    let place = Workplace::with_shop();
    assert_eq!(place.run("sweep shop.toml --no-plots --assert-slo").status, 1);
}

/// Half of the requests are given up.
const IMPATIENT: &str = "sweep shop.toml --no-plots --variant one \
                         --set node.users.timeout.total=5ms --vary node.app.cores=1,2";

#[test]
fn a_point_that_fails_many_requests_is_not_commended_without_that_being_told() {
    let told = Workplace::with_shop().run(IMPATIENT).done().stdout;
    let head = told.lines().find(|line| line.starts_with("app.cores")).expect("a table");
    assert!(head.contains(" successes/s ") && head.contains(" fail "), "{told}");
    let knee = told.lines().find(|line| line.starts_with("one: ")).expect("a sentence");
    assert!(knee.contains("; but of all requests ") && knee.contains(" fail at 1, "), "{told}");
}

#[test]
fn variants_that_a_sweep_makes_one_are_told() {
    let place = Workplace::with_shop();
    let told = place.run("sweep shop.toml --no-plots --vary node.app.cores=1,2").done().stdout;
    let same = "\n`one`, `two` come to the same at every point: ";
    let why = "what is varied takes the place of what they set.\n";
    assert!(told.contains(&format!("{same}{why}")), "{told}");
    let told = place.run("sweep shop.toml --no-plots").done().stdout;
    assert!(!told.contains("come to the same"), "{told}");
    // What is varied is none of what they set: it is not why.
    let idle = crate::workplace::SHOP.replace("cores = 2", "speed = 1");
    place.write("idle.toml", &idle);
    let line = "sweep idle.toml --no-plots --vary node.users.arrivals.poisson=20/s,30/s";
    let told = place.run(line).done().stdout;
    assert!(told.contains(&format!("{same}what they set makes no difference here.\n")), "{told}");
}

#[test]
fn a_sweep_that_draws_nothing_speaks_of_no_plots() {
    let place = Workplace::with_shop();
    let line = "sweep shop.toml --variant one --vary node.app.cores=1,2 --vary seed=1,2 --vary \
                duration=3s,4s";
    let told = place.run(line).done();
    assert!(!place.path("results/shop-vary/plots").exists());
    assert!(told.stderr.ends_with("Results are in results/shop-vary\n"), "{}", told.stderr);
}

#[test]
fn numbers_from_few_data_are_marked_and_every_metric_is_written() {
    let place = Workplace::with_shop();
    let told = place.run("sweep shop.toml --no-plots").done().stdout;
    assert!(told.contains(" ~") && told.contains("\n~ few data: "), "{told}");
    let table = place.read("results/shop-load/sweep.csv");
    let head = table.lines().next().expect("a header");
    assert!(head.contains(",latency_p99_high,latency_p99_status,"), "{head}");
    assert!(head.contains(",offered_rate,offered_rate_low,"), "{head}");
}

#[test]
fn metrics_that_are_asked_for_stand_in_the_table_of_each_command() {
    let place = Workplace::with_shop();
    let asked = "--no-plots --metric in_system_mean --metric app.queue_max";
    let run = place.run(&format!("run shop.toml {asked} --variant one")).done().stdout;
    let compared = place.run(&format!("compare shop.toml {asked}")).done().stdout;
    let swept = place.run(&format!("sweep shop.toml {asked}")).done().stdout;
    for told in [&run, &compared, &swept] {
        assert!(told.contains("in_system_mean") && told.contains("app queue_max"), "{told}");
    }
    let rows = compared.lines().filter(|line| line.trim_start().starts_with("in_system_mean"));
    assert_eq!(rows.count(), 2, "among the numbers and among the ratios: {compared}");
    for (line, said) in [
        ("sweep shop.toml --metric app.wait_mean", "of nodes a sweep keeps `utilisation` and"),
        ("compare shop.toml --metric hit_ration", "did you mean `hit_ratio`?"),
    ] {
        let wrong = place.run(line);
        assert!(wrong.status == 2 && wrong.stderr.contains(said), "{}", wrong.stderr);
        assert!(wrong.stdout.is_empty());
    }
}
