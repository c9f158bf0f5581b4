//! What is wrong is told before anything is run or written.

use crate::workplace::{SHOP, Workplace};

#[test]
fn a_wrong_scenario_is_told_on_standard_error_and_nothing_is_written() {
    for command in ["run", "compare", "sweep"] {
        let place = Workplace::with_shop();
        place.write("shop.toml", &SHOP.replace("cores = 2", "coers = 2"));
        let told = place.run(&format!("{command} shop.toml"));
        assert_eq!((told.status, told.stdout.as_str()), (2, ""), "{command}");
        let message = "error: unknown key `coers`\n  --> shop.toml:20:1\n";
        assert!(told.stderr.starts_with(message), "{}", told.stderr);
        assert!(place.is_untouched());
    }
}

#[test]
fn a_key_of_one_variant_is_set_in_it_as_if_it_stood_in_the_file() {
    let place = Workplace::with_shop();
    let set = "--set variant.two.node.app.cores=4";
    place.run(&format!("run shop.toml --no-plots --variant two --out set {set}")).done();
    place.write("shop.toml", &SHOP.replace("cores = 2", "cores = 4"));
    place.run("run shop.toml --no-plots --variant two --out written").done();
    assert_eq!(place.read("set/summary.csv"), place.read("written/summary.csv"));
}

#[test]
fn what_an_overlay_would_not_change_is_refused() {
    for (line, told) in [
        ("run shop.toml --set variant.two.node.app.coers=4", "unknown key `coers`"),
        ("run shop.toml --set variant.tow.node.app.cores=4", "no variant `tow`"),
        ("run shop.toml --variant one --set variant.two.seed=4", "`two`, which is not taken"),
        ("run shop.toml --set sweep.load.seed=4", "a sweep is no part of what is simulated"),
        ("run shop.toml --set include=other.toml", "files are included before anything is set"),
        ("sweep shop.toml --vary variant.two.node.app.cores=1,2", "vary `node.app.cores`"),
        ("sweep shop.toml --vary node.app.cores=1,2 --set variant.two.node.app.cores=4", "varied"),
    ] {
        let place = Workplace::with_shop();
        let said = place.run(line);
        assert_eq!(said.status, 2, "{line}: {}", said.stderr);
        assert!(said.stderr.contains(told), "{line}: {}", said.stderr);
        assert!(place.is_untouched());
    }
}

#[test]
fn an_error_in_a_variant_names_the_variant() {
    let place = Workplace::with_shop();
    place.write("shop.toml", &SHOP.replace("cores = 2", "coers = 2"));
    let told = place.run("run shop.toml");
    assert!(told.stderr.contains("note: in variant `two`\n"), "{}", told.stderr);
    place.write("shop.toml", &SHOP.replace("duration = '4s'", "duration = 4"));
    let told = place.run("run shop.toml");
    assert_eq!(told.status, 2);
    assert!(!told.stderr.contains("in variant"), "{}", told.stderr);
}

#[test]
fn a_seed_below_zero_is_told_what_a_seed_is() {
    let told = Workplace::with_shop().run("run shop.toml --seed -1");
    assert_eq!(told.status, 2);
    assert!(told.stderr.contains("a seed is a whole number from 0 to "), "{}", told.stderr);
}

#[test]
fn every_point_of_a_sweep_is_checked_before_any_is_run() {
    let place = Workplace::with_shop();
    let told = place.run("sweep shop.toml --vary node.app.cores=1,2,0");
    assert_eq!((told.status, told.stdout.as_str()), (2, ""));
    assert!(told.stderr.starts_with("error: "), "{}", told.stderr);
    assert!(place.is_untouched());
}

#[test]
fn what_is_wrong_with_a_sweep_is_told_by_commands_that_do_not_run_it() {
    let sweeps = ["'node.ap.cores' = [1, 2]", "'node.app.cores' = { from = 1 }"];
    for (command, sweep) in ["check", "run", "compare"].into_iter().zip(sweeps.iter().cycle()) {
        let place = Workplace::with_shop();
        place.write("shop.toml", &format!("{SHOP}[sweep.more]\n{sweep}\n"));
        let told = place.run(&format!("{command} shop.toml"));
        assert_eq!((told.status, told.stdout.as_str()), (2, ""), "{command}: {}", told.stderr);
        assert!(told.stderr.starts_with("error: "), "{}", told.stderr);
        assert!(place.is_untouched());
    }
}

#[test]
fn what_is_written_and_does_nothing_is_told_by_check_and_by_run() {
    for command in ["check", "run"] {
        let place = Workplace::with_shop();
        place.write("shop.toml", &SHOP.replace("work =", "role = 'admin'\nwork ="));
        let told = place.run(&format!("{command} shop.toml"));
        let warning = "warning: the `role` of endpoint `page` is asked of nobody\n";
        assert!(told.status == 0 && told.stderr.contains(warning), "{command}: {}", told.stderr);
    }
}

#[test]
fn a_file_that_cannot_be_read_is_status_4() {
    let told = Workplace::with_shop().run("run none.toml");
    assert_eq!(told.status, 4);
    assert_eq!(told.stderr, "error: cannot read `none.toml`: there is no such file\n");
}

#[test]
fn a_trace_that_cannot_be_read_is_status_4_and_a_wrong_one_is_status_2() {
    let place = Workplace::with_shop();
    let poisson = "{ poisson = '60/s' }";
    place.write("shop.toml", &SHOP.replace(poisson, "{ trace = 'none.csv' }"));
    let told = place.run("run shop.toml");
    assert_eq!(told.status, 4, "{}", told.stderr);
    assert!(told.stderr.contains("cannot read `none.csv`: there is no such file"));
    place.write("none.csv", "nonsense\n1\n");
    assert_eq!(place.run("run shop.toml").status, 2);
}

#[test]
fn no_file_outside_of_the_scenarios_folder_is_read() {
    let place = Workplace::with_shop();
    std::fs::create_dir(place.path("inner")).expect("made");
    let poisson = "{ poisson = '60/s' }";
    place.write("inner/shop.toml", &SHOP.replace(poisson, "{ trace = '../t.csv' }"));
    place.write("t.csv", "arrival_s\n1\n2\n");
    let told = place.run("run inner/shop.toml");
    assert!(told.stderr.contains("outside of the scenario's folder"), "{}", told.stderr);
    assert_ne!(told.status, 0);
}

#[test]
fn a_folder_that_holds_something_else_is_not_replaced() {
    let place = Workplace::with_shop();
    std::fs::create_dir(place.path("mine")).expect("made");
    place.write("mine/letter.txt", "dear");
    let told = place.run("run shop.toml --no-plots --out mine");
    assert_eq!(told.status, 4, "{}", told.stderr);
    assert_eq!(place.read("mine/letter.txt"), "dear");
}

#[test]
fn what_was_laid_into_a_result_stops_the_next_run_into_it() {
    let place = Workplace::with_shop();
    place.run("run shop.toml --out result").done();
    place.run("run shop.toml --no-plots --out result").done();
    place.write("result/notes.md", "mine");
    let told = place.run("run shop.toml --out result");
    assert_eq!(told.status, 4, "{}", told.stderr);
    assert!(told.stderr.contains("result` holds `notes.md` beside"), "{}", told.stderr);
    assert_eq!(place.read("result/notes.md"), "mine");
    place.run("plot result").done();
    assert_eq!(place.read("result/notes.md"), "mine");
}

#[test]
fn nothing_to_watch_is_told_before_anything_is_run() {
    let place = Workplace::with_shop();
    place.write("shop.toml", &SHOP.replace("[slo]\np50 = '1s'\n", ""));
    let told = place.run("run shop.toml --assert-slo");
    assert_eq!(told.status, 2);
    let sentence = "error: `--assert-slo` has nothing to watch: `one` has no `[slo]`\n";
    assert_eq!(told.stderr, sentence);
    assert!(place.is_untouched());
}

#[test]
fn a_file_that_lacks_only_its_ending_is_named_and_one_that_is_not_there_cannot_be_read() {
    let place = Workplace::with_shop();
    let told = place.run("run shop");
    assert_eq!(told.status, 2);
    assert!(told.stderr.contains("did you mean the file `shop.toml`?"), "{}", told.stderr);
    for absent in ["absent.toml", "absent.tml"] {
        assert_eq!(place.run(&format!("run {absent}")).status, 4, "{absent}");
    }
}

#[test]
fn the_option_takes_the_seeds_that_the_key_takes() {
    let most = u64::MAX;
    let place = Workplace::with_shop();
    place.run(&format!("run shop.toml --no-plots --out a --seed {most}")).done();
    place.run(&format!("run shop.toml --no-plots --out b --set seed={most}")).done();
    assert_eq!(place.read("a/summary.csv"), place.read("b/summary.csv"));
}
