//! Comparing variants, files, and with an earlier result.

use crate::workplace::{SHOP, Workplace};

#[test]
fn variants_are_compared_with_the_first_or_with_the_one_that_is_named() {
    let place = Workplace::with_shop();
    place.run("compare shop.toml --no-plots --out a").done();
    place.run("compare shop.toml --no-plots --out b --against two").done();
    assert!(place.read("a/comparison.csv").contains("\nlatency_mean,one,two,-"));
    assert!(place.read("b/comparison.csv").contains("\nlatency_mean,two,one,"));
}

#[test]
fn variants_of_several_files_bear_the_names_of_both() {
    let place = Workplace::with_shop();
    place.write("other.toml", SHOP.split("[variant.one").next().expect("a beginning"));
    place.run("compare other.toml shop.toml --no-plots").done();
    let rows = place.read("results/other-and-shop/comparison.csv");
    assert!(rows.contains("\nlatency_mean,other,shop/one,"), "{rows}");
    assert!(rows.contains("\nlatency_mean,other,shop/two,"), "{rows}");
}

#[test]
fn one_variant_alone_cannot_be_compared() {
    let told = Workplace::with_shop().run("compare shop.toml --variant one");
    assert_eq!(told.status, 2);
    assert!(told.stderr.contains("nothing to compare it with"), "{}", told.stderr);
}

#[test]
fn variants_with_seeds_of_their_own_cannot_be_paired() {
    let place = Workplace::with_shop();
    place
        .write("shop.toml", &SHOP.replace("[variant.two", "[variant.two]\nseed = 2\n[variant.two"));
    let told = place.run("compare shop.toml");
    assert_eq!(told.status, 2);
    assert!(told.stderr.contains("give --seed and --replications"), "{}", told.stderr);
}

#[test]
fn an_earlier_result_of_the_same_differs_in_nothing() {
    let place = Workplace::with_shop();
    place.run("run shop.toml --no-plots --out before").done();
    let told = place.run("compare shop.toml --no-plots --baseline before --out now").done();
    assert!(told.stdout.contains("Ratio to the earlier result `before`\n"), "{}", told.stdout);
    assert!(!told.stdout.contains(" differs"), "{}", told.stdout);
    let rows = place.read("now/comparison.csv");
    assert!(rows.contains("\nlatency_mean,before,one,0,0,0,1,1,1,false,"), "{rows}");
}

#[test]
fn the_result_does_not_take_the_place_of_its_baseline() {
    let place = Workplace::with_shop();
    place.run("run shop.toml --no-plots").done();
    let before = place.files("results/shop");
    for out in ["", "--out results/shop", "--out results/../results/shop/"] {
        let told = place.run(&format!("compare shop.toml --baseline ./results/shop {out}"));
        assert_eq!(told.status, 2, "{}", told.stderr);
        assert_eq!(
            told.stderr,
            "error: the result would take the place of its baseline `./results/shop`: give another \
             folder with --out\n"
        );
        assert_eq!(place.files("results/shop"), before);
    }
}

#[test]
fn a_change_since_an_earlier_result_is_shown() {
    let place = Workplace::with_shop();
    place.run("run shop.toml --no-plots --out before").done();
    let line =
        "compare shop.toml --no-plots --baseline before --set endpoint.page.work.0.cpu.exp=8ms";
    let told = place.run(line).done();
    let row = told.stdout.lines().find(|line| line.starts_with("  one ") && line.contains("mean"));
    assert!(row.is_some_and(|row| row.ends_with(" differs")), "{}", told.stdout);
}

#[test]
fn an_earlier_result_with_another_seed_cannot_be_paired() {
    let place = Workplace::with_shop();
    place.run("run shop.toml --no-plots --out before --seed 9").done();
    let told = place.run("compare shop.toml --baseline before");
    assert_eq!(told.status, 2);
    assert_eq!(
        told.stderr,
        "error: cannot compare in pairs with the result `before`: its seed is 9, here it is 1: \
         give --seed 9\n"
    );
}

#[test]
fn an_earlier_result_that_is_none_cannot_be_read() {
    let told = Workplace::with_shop().run("compare shop.toml --baseline nowhere");
    assert_eq!(told.status, 4);
    assert!(told.stderr.starts_with("error: cannot read `nowhere/manifest.json`"));
}

#[test]
fn a_variant_that_has_become_unstable_since_an_earlier_result_is_told_as_that() {
    let place = Workplace::with_shop();
    place.run("run shop.toml --no-plots --out before").done();
    let line = "compare shop.toml --no-plots --baseline before --variant one \
                --set endpoint.page.work.0.cpu.exp=40ms";
    let told = place.run(line).done().stdout;
    let row = told.lines().find(|line| line.starts_with("  one ") && line.contains("latency_mean"));
    assert!(row.is_some_and(|row| row.ends_with(" has become unstable")), "{told}");
    assert!(!told.contains("no difference shown"), "{told}");
    assert!(told.contains("\nIntervals hold with a confidence of 95 %.\n"), "{told}");
}

#[test]
fn of_several_files_variants_are_taken_by_the_names_that_results_give_them() {
    let place = Workplace::with_shop();
    place.write("other.toml", SHOP);
    place.run("compare other.toml shop.toml --no-plots --variant shop/two").done();
    let rows = place.read("results/other-and-shop/comparison.csv");
    assert!(rows.contains("\nlatency_mean,other/one,shop/two,"), "{rows}");
    assert!(rows.contains("\nlatency_mean,other/one,other/two,"), "{rows}");
    assert!(!rows.contains("shop/one"), "{rows}");
    let told = place.run("compare other.toml shop.toml --variant shp/two");
    assert_eq!(told.status, 2);
    assert!(told.stderr.contains("`shp/two` is a variant of no scenario here"), "{}", told.stderr);
}

#[test]
fn a_baseline_without_numbers_is_told_as_what_has_none() {
    let place = Workplace::with_shop();
    let told = place
        .run("compare shop.toml --no-plots --set endpoint.page.work.0.cpu.exp=20ms --against one");
    let said = "`one` has no numbers, so nothing can be compared with it.";
    assert!(told.done().stdout.contains(said));
}
