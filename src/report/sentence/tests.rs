//! Sentences of small real runs.

use super::*;
use crate::report::sample;
use crate::study::compare;

fn of(text: &str) -> String {
    let results = sample::run(text, sample::PLAIN);
    sentence(&results, &compare(&results, 0))
}

#[test]
fn the_faster_of_two_is_named_with_ratio_and_price() {
    let text = of(sample::SHOP);
    assert!(text.starts_with("`up` answers in 0.5"), "{text}");
    assert!(text.contains(" of the mean time of `out` at the same price; its p99 is "), "{text}");
}

#[test]
fn the_baseline_may_be_the_faster_one() {
    let (results, _) = sample::compared();
    let text = sentence(&results, &compare(&results, 1));
    assert!(text.starts_with("`up` answers in 0.5"), "{text}");
}

#[test]
fn unequal_prices_are_told() {
    let text = of(&sample::SHOP.replace("price = 0.4", "price = 0.6"));
    assert!(text.contains("of `out` at 1.50x the price;"), "{text}");
}

#[test]
fn too_few_replications_are_told_before_anything_else() {
    let few = sample::SHOP.replace("replications = 5", "replications = 3");
    let told = ": at least 5 replications are needed to compare, not 3.";
    assert_eq!(of(&few), format!("`out`, `up` are not compared{told}"));
    let three = of(&format!("{few}[variant.way-up.node.app]\ncores = 16\n"));
    assert_eq!(three, format!("`out`, `up`, `way-up` are not compared{told}"));
}

#[test]
fn equal_designs_are_not_told_apart() {
    let text = of(&sample::SHOP.replace("machine = \"big\"", "machine = \"small\"\nreplicas = 4"));
    let start =
        "No difference between `up` and `out` (`up` at the same price) is shown in the mean";
    assert!(text.starts_with(start), "{text}");
}

#[test]
fn a_variant_that_cannot_keep_up_is_named_beside_the_one_that_can() {
    let text = of(&sample::SHOP.replace("replicas = 4", "replicas = 1"));
    assert!(text.starts_with("`up` answers in "), "{text}");
    assert!(text.contains(" on average"), "{text}");
    assert!(
        text.contains("; `out` cannot keep up with the load: `app` has grown since "),
        "{text}"
    );
}

#[test]
fn if_none_keeps_up_that_is_the_sentence() {
    let text = of(&sample::SHOP.replace("200/s", "2000/s"));
    assert_eq!(text, "Neither `out` nor `up` can keep up with the load; `app` grows.");
}

#[test]
fn the_best_of_several_is_named_if_it_is_below_all_others() {
    let text = of(&format!("{}[variant.way-up.node.app]\ncores = 16\n", sample::SHOP));
    assert!(text.starts_with("`way-up` "), "{text}");
    let three = of(&format!("{}[variant.faster.node.app]\ncores = 4\nspeed = 2\n", sample::SHOP));
    assert!(three.starts_with("`faster` is best: its "), "{three}");
    assert!(three.contains(" below those of `out`, `up`"), "{three}");
}

#[test]
fn those_that_the_best_is_not_told_apart_from_are_named() {
    let text = of(&format!("{}[variant.same.node.app]\nmachine = \"big\"\n", sample::SHOP));
    assert!(text.contains("but is not told apart from `same`"), "{text}");
    assert!(text.contains("at the same price"), "{text}");
}

#[test]
fn it_is_one_sentence_of_one_line() {
    for text in [sample::QUEUE, sample::OVERLOADED, sample::SHOP] {
        let text = of(text);
        assert!(text.ends_with('.') && !text.contains('\n') && !text.contains(". "), "{text}");
    }
}

#[test]
fn a_variant_that_fails_more_is_never_best_however_soon_its_successes_are_answered() {
    let refusing = "[variant.refuses.node.app]\nworkers = 1\nqueue = 0\n";
    let text = of(&format!("{}[variant.plain]\n{refusing}", sample::QUEUE));
    assert!(text.starts_with("`refuses` fails "), "{text}");
    assert!(text.contains(" of its requests, `plain` none; of successes, `refuses` "), "{text}");
    let more = format!("{}[variant.plain]\n[variant.fast.node.app]\nspeed = 2\n", sample::QUEUE);
    let text = of(&format!("{more}{refusing}"));
    assert!(text.starts_with("`refuses` fails "), "{text}");
    assert!(text.contains("; `fast` answers in "), "{text}");
}

#[test]
fn a_difference_of_less_than_1_percent_is_not_called_one() {
    let near = "[variant.near.node.app]\nspeed = 1.001\n";
    let text = of(&format!("{}[variant.plain]\n{near}", sample::QUEUE));
    let start = "The mean times of `near` and `plain` differ by less than 1 %";
    assert!(text.starts_with(start), "{text}");
    let text = of(&format!("{}[variant.plain]\n{near}[variant.same]\n", sample::QUEUE));
    assert!(text.contains("is less than 1 % below `plain`, `same`"), "{text}");
}

#[test]
fn variants_under_different_loads_are_not_ranked_without_that_being_told() {
    let less = "[variant.less.node.users]\narrivals = { poisson = \"30/s\" }\n";
    let text = of(&format!("{}[variant.plain]\n{less}", sample::QUEUE));
    assert!(text.contains(" (not under the same load: `plain` "), "{text}");
    assert!(!of(sample::SHOP).contains("not under the same load"));
}

#[test]
fn what_attackers_get_is_told_before_any_time_and_only_the_safest_are_ranked() {
    let text = of(sample::ATTACKED);
    let start = "Attacks that succeed: `nothing` 119, `waf` 2";
    assert!(text.starts_with(start), "{text}");
    assert!(text.contains(", `prepared` none; `prepared` answers in "), "{text}");
    assert!(!text.contains("`nothing` answers") && !text.contains("best"), "{text}");
    let two = sample::ATTACKED
        .replace("[variant.waf.node.edge]\nwaf", "[variant.waf.node.edge]\nenabled = true #");
    let two =
        two.replace("[variant.prepared.endpoint.search]\ndefences = { prepared = true }\n", "");
    let alike = of(&two);
    assert!(alike.ends_with("; attacks that succeed: `nothing`, `waf` 119."), "{alike}");
}

#[test]
fn a_single_attack_that_succeeds_is_no_reason_to_rank_who_stops_all_of_them_first() {
    let rare = sample::ATTACKED.replace("sql-injection = 0.8", "sql-injection = 0.997");
    let text = of(&rare);
    assert!(text.starts_with("Attacks that succeed: `nothing` 119, `waf` 0."), "{text}");
    assert!(text.contains(", `prepared` none; the mean times of `prepared` and `waf` "), "{text}");
}

#[test]
fn what_attackers_get_is_told_of_too_few_replications_too() {
    let text = of(&sample::ATTACKED.replace("replications = 5", "replications = 2"));
    assert!(text.contains("not 2; attacks that succeed: `nothing` 119, `waf` 2"), "{text}");
}

/// A page of one large part, or of a chain of small ones: the same work, and each part of the chain
/// is one more journey.
const PAGES: &str = r#"
duration = "60s"
replications = 5
[endpoint.html]
path = "/"
work = [{ cpu = { exp = "10ms" } }]
[endpoint.part]
path = "/p"
work = [{ cpu = { exp = "10ms" } }]
[endpoint.bundle]
path = "/b"
work = [{ cpu = { exp = "50ms" } }]
[page.x]
endpoint = "html"
[visit.v]
pages = { x = 1 }
think = "1s"
[node.u]
kind = "client"
arrivals = { visits = { poisson = "5/s" }, visit = "v" }
[node.app]
kind = "server"
cores = 8
[link.u.app]
latency = "50ms"
[variant.bundle.page.x]
resources = [{ endpoint = "bundle" }]
[variant.chain.page.x]
resources = [{ endpoint = "part" }, { endpoint = "part", depth = 2 }]
"#;

#[test]
fn a_page_that_is_there_sooner_is_better_however_soon_its_single_requests_are_answered() {
    let text = of(PAGES);
    assert!(text.starts_with("`bundle` loads pages in 0."), "{text}");
    assert!(text.contains(" of the mean time of `chain`"), "{text}");
    let three = of(&format!(
        "{PAGES}[variant.worse.page.x]\nresources = [{{ endpoint = \"bundle\" }}, \
                             {{ endpoint = \"bundle\", depth = 2 }}]\n"
    ));
    assert!(three.starts_with("`bundle` is best: its mean page load of "), "{three}");
}

#[test]
fn who_misses_the_slo_is_named_first_and_is_not_praised() {
    let slo = format!("slo = {{ mean = \"15ms\" }}\n{}", sample::SHOP);
    let text = of(&slo);
    assert!(text.starts_with("`out` misses the SLO, `up` meets it; `up` answers in "), "{text}");
    assert!(!text.contains("of the mean time of"), "{text}");
    let none = of(&slo.replace("15ms", "1ms"));
    assert!(none.starts_with("`out`, `up` miss the SLO; `up` answers in "), "{none}");
    let three =
        format!("{}[variant.faster.node.app]\ncores = 4\nspeed = 2\n", slo.replace("15ms", "1ms"));
    let text = of(&three);
    assert!(text.contains(" miss the SLO; `faster` comes nearest: its "), "{text}");
    let all = of(&slo.replace("15ms", "10s"));
    assert!(all.starts_with("`up` answers in "), "{all}");
}

#[test]
fn where_all_meet_the_slo_the_cheapest_is_named() {
    let dear = sample::SHOP.replace("price = 0.4", "price = 0.5");
    let slo = format!("slo = {{ mean = \"10s\" }}\n{dear}");
    let text = of(&slo);
    let end = "; both meet the SLO, and `out` is cheapest, at ";
    assert!(text.contains(end) && text.ends_with(" per hour."), "{text}");
    let faster = "[variant.faster.node.app]\ncores = 4\nspeed = 2\n";
    let free = of(&format!("{slo}{faster}"));
    assert!(!free.contains("cheapest"), "{free}");
    assert!(!of(&dear).contains("cheapest"));
}

#[test]
fn a_link_that_is_too_little_is_named_as_a_node_is() {
    let link = "[link.users.app]";
    let narrow = format!("{link}\nbandwidth = \"1Mbit/s\"\n");
    let sized = "[endpoint.page]\nresponse = { size = \"10KiB\" }\n";
    let shop = sample::QUEUE.replace("[endpoint.page]\n", sized);
    let shop = shop.replace(&format!("{link}\n"), &narrow);
    let text = of(&format!("{shop}[variant.a]\n[variant.b.node.app]\nspeed = 2\n"));
    let said = "too little: users → app, the way back, where ";
    assert!(text.starts_with("Neither `a` nor `b` can keep up") && text.contains(said), "{text}");
    let other = format!(
        "{shop}[variant.a]\n[variant.b.{}]\nbandwidth = \"1Gbit/s\"\n",
        &link[1..link.len() - 1]
    );
    let text = of(&other);
    assert!(text.contains("; `a` cannot keep up") && text.contains(said), "{text}");
}

#[test]
fn where_nothing_succeeds_no_times_are_compared() {
    let broken = "[variant.broken.endpoint.page]\nwork = [ { fail = 1.0, status = 503 } ]\n";
    let text = of(&format!("{}[variant.plain]\n{broken}", sample::QUEUE));
    let start = "`broken` fails 100.0 % of its requests, `plain` none; `plain` answers in ";
    assert!(text.starts_with(start) && !text.contains("too little"), "{text}");
}

#[test]
fn only_the_first_clause_of_a_sentence_begins_with_a_capital() {
    let near =
        format!("{}[variant.plain]\n[variant.near.node.app]\nspeed = 1.001\n", sample::QUEUE);
    let refuses = "[variant.refuses.node.app]\nworkers = 1\nqueue = 0\n";
    let text = of(&format!("{near}{refuses}"));
    assert!(text.contains("; the mean times of `near` and `plain` differ"), "{text}");
}

#[test]
fn a_run_that_takes_longer_to_drain_is_under_the_same_load() {
    let drained =
        sample::QUEUE.replace("warmup = \"2s\"", "study = \"terminating\"\nuntil = \"drained\"");
    let slow = "[variant.plain]\n[variant.slow.node.app]\nspeed = 0.3\n";
    // The arrivals of one variant are written in another way, so that loads are looked at.
    let again = "[variant.again.node.users]\narrivals = { poisson = \"3000/min\" }\n";
    let other = "[variant.less.node.users]\narrivals = { poisson = \"30/s\" }\n";
    let same = of(&format!("{drained}{slow}{again}"));
    assert!(!same.contains("not under the same load"), "{same}");
    let less = of(&format!("{drained}{slow}{other}"));
    assert!(less.contains(" (not under the same load: `plain`, `slow` "), "{less}");
    assert!(less.contains("/s, `less` "), "{less}");
}
