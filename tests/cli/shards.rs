//! Shards of a sweep, and what is made of them.

use crate::workplace::{SHOP, Told, Workplace, lines, wait_until};

/// A grid of eight points with two variants each, whose warm-up is found at each point.
const GRID: &str = "sweep shop.toml --set warmup=auto --vary node.app.replicas=1,2 --sweep load";

/// A sweep of six points that lasts long enough to be stopped in its midst.
const LONG: &str = "sweep shop.toml --threads 1 --set duration=40s \
                    --vary node.users.arrivals.poisson=70/s,60/s,50/s,40/s,30/s,20/s";

/// The shards of a small sweep in the folders `1` and `2`.
fn two_shards() -> Workplace {
    let place = Workplace::with_shop();
    for number in [1, 2] {
        place.run(&format!("sweep shop.toml --shard {number}/2 --out {number}")).done();
    }
    place
}

/// What the command said, which was wrong to ask for.
#[track_caller]
fn refused(told: &Told, sentence: &str) {
    assert_eq!((told.status, told.stdout.as_str()), (2, ""), "{}", told.stderr);
    assert!(told.stderr.contains(sentence), "{sentence}\n{}", told.stderr);
}

#[test]
fn shards_put_together_are_the_sweep_to_the_last_byte_in_any_order() {
    let place = Workplace::with_shop();
    let whole = place.run(&format!("{GRID} --out whole")).done();
    for number in 1..=3 {
        place.run(&format!("{GRID} --shard {number}/3")).done();
    }
    let folders = [2, 3, 1].map(|number| format!("results/shop-load-shard-{number}-of-3"));
    let merged = place.run(&format!("merge {}", folders.join(" "))).done();
    assert_eq!(place.files("results/shop-load"), place.files("whole"));
    assert_eq!(merged.stdout, whole.stdout);
    let json = place.run(&format!("merge --json --out j {}", folders.join(" "))).done().stdout;
    assert_eq!(json, place.run(&format!("{GRID} --json --out j")).done().stdout);
}

#[test]
fn as_many_shards_as_points_have_a_point_each_and_one_shard_is_all() {
    let place = Workplace::with_shop();
    place.run("sweep shop.toml --out whole").done();
    for number in 1..=4 {
        place.run(&format!("sweep shop.toml --shard {number}/4 --out {number}")).done();
        assert_eq!(place.read(&format!("{number}/sweep.csv")).lines().count(), 3);
    }
    place.run("merge 1 2 3 4 --out merged").done();
    assert_eq!(place.files("merged"), place.files("whole"));
    place.run("sweep shop.toml --shard 1/1 --out only").done();
    place.run("merge only --out merged").done();
    assert_eq!(place.files("merged"), place.files("whole"));
}

#[test]
fn a_shard_says_which_one_it_is_and_claims_nothing_about_the_others_points() {
    let place = Workplace::with_shop();
    let told = place.run("sweep shop.toml --shard 2/3").done();
    let manifest = place.read("results/shop-load-shard-2-of-3/manifest.json");
    let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
    let shard = &manifest["shard"];
    assert_eq!(
        (&shard["number"], &shard["of"], &shard["points"]),
        (&2.into(), &3.into(), &1.into())
    );
    assert_eq!(manifest["command"], "lindley sweep shop.toml --shard 2/3");
    assert_eq!(manifest["points"], 4);
    assert!(told.stdout.contains("sweep load, shard 2 of 3, seed 1\n"), "{}", told.stdout);
    assert!(!told.stdout.contains("meets the SLO"), "{}", told.stdout);
    assert!(!place.path("results/shop-load-shard-2-of-3/plots").exists());
    place.run("report results/shop-load-shard-2-of-3").done();
}

#[test]
fn what_is_no_shard_is_refused() {
    for (shard, sentence) in [
        ("0/4", "the shards of 4 are numbered from 1 to 4"),
        ("5/4", "the shards of 4 are numbered from 1 to 4"),
        ("1/0", "a sweep has at least one shard"),
        ("a/b", "a shard is written I/N, such as `2/4` for the second of four"),
        ("-1/4", "a shard is written I/N"),
        ("3", "a shard is written I/N"),
        ("1/5", "the sweep `load` has 4 points, which are too few for 5 shards"),
    ] {
        let place = Workplace::with_shop();
        refused(&place.run(&format!("sweep shop.toml --shard {shard}")), sentence);
        assert!(place.is_untouched());
    }
}

#[test]
fn shards_of_other_sweeps_are_refused_with_what_differs_in_which_folder() {
    let place = two_shards();
    place.write("store.toml", SHOP);
    std::fs::create_dir(place.path("changed")).expect("made");
    place.write("changed/shop.toml", &SHOP.replace("5ms", "6ms"));
    for (line, sentence) in [
        ("shop.toml --seed 8", "its seed is 8, not 1"),
        ("shop.toml --replications 6", "its number of replications is 6, not 5"),
        ("shop.toml --set node.app.speed=2", "what is set is `node.app.speed=2`, not nothing"),
        ("shop.toml --variant two", "its variants are `two`, not `one`, `two`"),
        ("shop.toml --vary node.app.cores=1,2", "its sweep is `vary`, not `load`; it varies `node"),
        ("shop.toml --sweep load --vary seed=1,2", "`seed`, not `node.users.arrivals.poisson`"),
        ("store.toml", "its scenario is `store`, not `shop`"),
        ("changed/shop.toml", "the text of its scenario differs"),
    ] {
        place.run(&format!("sweep {line} --shard 2/2 --out other")).done();
        let told = place.run("merge 1 other");
        refused(&told, "`other` is a shard of another sweep than `1`: ");
        refused(&told, sentence);
    }
    place.run("sweep shop.toml --shard 2/3 --out other").done();
    refused(&place.run("merge 1 other"), "its number of shards is 3, not 2");
    let manifest = place.read("2/manifest.json").replace("\"version\": \"", "\"version\": \"9");
    place.write("2/manifest.json", &manifest);
    refused(&place.run("merge 1 2"), "`2` was made by lindley 9");
    assert!(!place.path("results").exists());
}

#[test]
fn a_shard_that_is_missing_or_given_twice_is_named() {
    let place = two_shards();
    let command = "lindley sweep shop.toml --shard 1/2";
    refused(&place.run("merge 2"), "shard 1 of 2 is missing: ");
    refused(&place.run("merge 2"), command);
    refused(&place.run("merge 1 2 ./1"), "shard 1 of 2 is given twice: `1` and `./1`");
    place.run("sweep shop.toml --shard 2/4 --out other").done();
    refused(&place.run("merge other"), "shards 1, 3, 4 of 4 are missing: ");
}

#[test]
fn a_folder_that_is_no_shard_is_refused_and_none_is_written_over() {
    let place = two_shards();
    place.run("sweep shop.toml --no-plots --out whole").done();
    place.run("run shop.toml --no-plots --out run").done();
    std::fs::create_dir(place.path("empty")).expect("made");
    let not = "is no shard of a sweep: ";
    refused(&place.run("merge 1 whole"), &format!("`whole` {not}it is the result of all of one"));
    refused(&place.run("merge run 2"), &format!("`run` {not}it is the result of something else"));
    let told = place.run("merge empty run");
    refused(&told, &format!("`empty` {not}it has no manifest.json; `run` {not}"));
    assert_eq!(place.run("merge 1 absent").status, 4);
    refused(&place.run("merge 1 2 --out 2"), "would take the place of the shard `2`");
    place.run("merge 1 2 --no-plots --out whole").done();
}

#[test]
fn a_shard_that_was_damaged_on_its_way_is_told() {
    let place = two_shards();
    let points = place.read("2/points.jsonl");
    let all = points.lines().count();
    let without_last = points.lines().take(all - 1).map(|line| format!("{line}\n"));
    for damaged in [
        without_last.collect::<String>(),
        points[..points.len() - 9].to_owned(),
        points.replacen("\"fingerprint\":\"", "\"fingerprint\":\"0", 1),
        "nonsense\n".to_owned(),
    ] {
        place.write("2/points.jsonl", &damaged);
        let told = place.run("merge 1 2");
        assert_eq!((told.status, told.stdout.as_str()), (4, ""), "{}", told.stderr);
        assert_eq!(told.stderr, "error: `2` is damaged: copy it anew\n");
    }
    std::fs::remove_file(place.path("2/points.jsonl")).expect("removed");
    refused(&place.run("merge 1 2"), "`2` is no shard of a sweep: it has no points.jsonl");
}

#[test]
fn a_killed_shard_is_told_as_unfinished_and_goes_on_to_the_same_bytes() {
    let place = Workplace::with_shop();
    place.run(&format!("{LONG} --out whole")).done();
    place.run(&format!("{LONG} --shard 2/2 --out 2")).done();
    let (state, line) =
        (place.path(".1.sweep/sweep.state.jsonl"), format!("{LONG} --shard 1/2 --out 1"));
    let mut child = place.start(&line);
    wait_until(|| lines(&state) > 1);
    child.kill().expect("killed");
    child.wait().expect("gone");
    let count = lines(&state) - 1;
    let sentence = format!("`1` is unfinished: of shard 1 of 2 there are {count} of 6 rows; ");
    refused(&place.run("merge 1 2"), &sentence);
    let told = place.run(&format!("{LONG} --shard 2/2 --out 1"));
    refused(&told, "of another sweep: the shard differs");
    let told = place.run(&line).done();
    assert!(told.stderr.contains("going on with a sweep of which "), "{}", told.stderr);
    place.run("merge 1 2 --out merged").done();
    assert_eq!(place.files("merged"), place.files("whole"));
}

#[test]
fn the_slo_of_a_merged_sweep_can_be_watched() {
    let place = two_shards();
    assert_eq!(place.run("merge 1 2 --no-plots --assert-slo").status, 1);
    place.write("shop.toml", &SHOP.replace("[slo]\np50 = '1s'\n", ""));
    place.run("sweep shop.toml --shard 1/1 --out 1").done();
    refused(&place.run("merge 1 --assert-slo"), "`--assert-slo` has nothing to watch: `one` has");
}
