//! Plans: the smallest number of replicas, the cheapest machine, and what is said of both.

use crate::workplace::Workplace;

/// Each core does a hundred requests a second, which come evenly, so that nobody waits as long as
/// there are cores enough: of `small` the load by 100 are needed, of `big` the load by 400.
const STEPS: &str = "title = 'Steps'
duration = '4s'
warmup = '1s'
replications = 5
[slo]
mean = '50ms'
[machine.small]
cores = 1
price = 1.0
[machine.big]
cores = 4
price = 3.0
[endpoint.page]
work = [{ cpu = '10ms' }]
[node.users]
kind = 'client'
arrivals = { regular = '90/s' }
mix = { page = 1 }
[node.balancer]
kind = 'load-balancer'
algorithm = 'round-robin'
[node.app]
kind = 'server'
machine = 'small'
[link.users.balancer]
[link.balancer.app]
[plan]
node = 'app'
machines = ['small', 'big']
replicas = '1..6'
load = { key = 'node.users.arrivals.regular', values = ['250/s', '90/s', '390/s', '700/s'] }
";

fn with_steps() -> Workplace {
    let place = Workplace::with_shop();
    place.write("steps.toml", STEPS);
    place
}

/// The cells of these columns of `plan.csv`, a line for each row.
fn columns(table: &str, names: &[&str]) -> Vec<String> {
    let head: Vec<&str> = table.lines().next().expect("a header").split(',').collect();
    let place = |name: &&str| head.iter().position(|it| it == name).expect("a column");
    let places: Vec<usize> = names.iter().map(place).collect();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        places.iter().map(|place| cells[*place]).collect::<Vec<_>>().join(" ")
    };
    table.lines().skip(1).map(row).collect()
}

#[test]
fn of_each_machine_as_many_are_planned_as_the_load_needs_by_hand() {
    let place = with_steps();
    let told = place.run("plan steps.toml --no-plots").done();
    let names = ["load", "machine", "replicas", "cost_per_hour", "below", "below_slo", "status"];
    let names: Vec<&str> = names.into_iter().chain(["cheapest"]).collect();
    let found = columns(&place.read("results/steps-plan/plan.csv"), &names);
    let expected = [
        "90/s small 1 1   least yes",
        "90/s big 1 3   least no",
        "250/s small 3 3 2 unstable met yes",
        "250/s big 1 3   least yes",
        "390/s small 4 4 3 unstable met no",
        "390/s big 1 3   least yes",
        "700/s small   6 unstable unstable no",
        "700/s big 2 6 1 unstable met yes",
    ];
    assert_eq!(found, expected);
    let answer = "\n`small` is cheapest at 90/s (from few data); `small` and `big` cost the same \
                  at 250/s (from few data); `big` is cheapest from 390/s on (from few data). It \
                  changes between 90/s and 250/s: at 90/s `small` costs 67 % less than `big`. It \
                  changes between 250/s and 390/s: at 390/s `big` costs 25 % less than `small`.\n";
    assert!(told.stdout.contains(answer), "{}", told.stdout);
    let line = told.stdout.lines().find(|line| line.starts_with("700/s  small"));
    let cells: Vec<&str> = line.expect("a line").split_whitespace().collect();
    assert_eq!(cells, ["700/s", "small", "none", "-", "-", "6", "unstable"]);
}

#[test]
fn no_design_is_run_twice_and_few_are_run_at_all() {
    let told = with_steps().run("plan steps.toml --no-plots --json").done();
    let value: serde_json::Value = serde_json::from_str(&told.stdout).expect("JSON");
    // small: 1; 1, 2, 4, 3; 3, 4; 4, 5, 6, and since none will do 1, 2, 3. big: 1; 1; 1; 1, 2.
    assert_eq!(value["runs"], 18);
    assert_eq!(value["rows"][2]["enough"]["replicas"], 3);
    assert_eq!(value["rows"][2]["below"]["unstable"], true);
    assert_eq!(value["rows"].as_array().map(Vec::len), Some(8));
    assert!(value["conclusion"][0].as_str().is_some_and(|it| it.contains("is cheapest")));
}

/// Of `small` two requests at a time and no line: who finds both taken is refused at once.
const REFUSING: &str = "machine = 'small'\nworkers = 1\nqueue = 0";

#[test]
fn a_plan_whose_objectives_ask_nothing_of_failures_tells_how_many_fail() {
    let place = with_steps();
    place.write("steps.toml", &STEPS.replace("machine = 'small'", REFUSING));
    let told = place.run("plan steps.toml --no-plots --machines small").done().stdout;
    assert!(told.contains(" But of all requests "), "{told}");
    assert!(told.contains(" fail at 700/s on `small`, and the objectives ask nothing of those."));
    let head = told.lines().find(|line| line.starts_with("load")).expect("a head");
    assert!(head.contains("fail  not met  cheapest"), "{head}");
    let found = columns(&place.read("results/steps-plan/plan.csv"), &["load", "success_ratio"]);
    let of_700: f64 = found[3].strip_prefix("700/s ").and_then(|it| it.parse().ok()).expect("one");
    assert!((0.1..0.2).contains(&of_700), "{of_700}: at most one of seven");
    let minded = STEPS.replace("machine = 'small'", REFUSING);
    place.write("steps.toml", &minded.replace("mean = '50ms'", "mean = '50ms'\nsuccess = 0.05"));
    let told = place.run("plan steps.toml --no-plots --machines small").done().stdout;
    assert!(told.contains(" fail at 700/s on `small`, which the objectives allow."), "{told}");
    assert!(!told.contains("fail  not met"), "success has a column of its own: {told}");
}

#[test]
fn where_too_many_are_too_slow_fewer_are_found() {
    // An idle replica goes to sleep, and wakes for nearly every request where there are many.
    let place = with_steps();
    let cold = "machine = 'small'\nsetup = { after = '50ms', time = '100ms' }";
    let text = STEPS.replace("machine = 'small'", cold).replace("'4s'", "'40s'");
    place.write("steps.toml", &text);
    let line = "plan steps.toml --no-plots --machines small --replicas 8..23 --load \
                node.users.arrivals.regular=20/s,200/s";
    let told = place.run(line).done().stdout;
    let names = ["load", "replicas", "below", "below_slo", "looked_at", "status"];
    let found = columns(&place.read("results/steps-plan/plan.csv"), &names);
    let none = "20/s  23 missed 8 9 10 11 13 15 19 23 missed";
    assert_eq!(found, [none, "200/s 8   8 23 least"], "{told}");
    let said = "no machine meets the objectives at 20/s, with up to 23 replicas (8, 9, 10, 11, 13, \
                15, 19 and 23 were run); `small` is cheapest at 200/s.";
    assert!(told.contains(said), "{told}");
}

#[test]
fn a_plan_gives_the_same_bytes_on_any_number_of_threads_and_is_drawn() {
    let place = with_steps();
    place.run("plan steps.toml --threads 1 --out 1").done();
    let told = place.run("plan steps.toml --threads 2 --out 2 --quiet").done();
    assert_eq!(place.files("1"), place.files("2"));
    assert_eq!(told.stderr, "");
    let plot = place.read("1/plots/plan.svg");
    assert!(plot.contains("Filled markers") && plot.contains("cost per hour"), "{plot}");
    assert!(place.path("1/plots/plan.png").exists());
}

#[test]
fn options_take_the_place_of_the_table_and_of_one_that_is_not_there() {
    let place = with_steps();
    place.run("plan steps.toml --no-plots --machines big --replicas 1,2 --out a").done();
    let names = ["load", "machine", "replicas"];
    let found = columns(&place.read("a/plan.csv"), &names);
    assert_eq!(found, ["90/s big 1", "250/s big 1", "390/s big 1", "700/s big 2"]);
    let bare = STEPS.split("[plan]").next().expect("a scenario");
    place.write("bare.toml", bare);
    let options = "--node app --machines small,big --replicas 1..3 --load \
                   node.users.arrivals.regular=90/s,190/s";
    let told = place.run(&format!("plan bare.toml --no-plots {options}")).done();
    let found = columns(&place.read("results/bare-plan/plan.csv"), &names);
    assert_eq!(found, ["90/s small 1", "90/s big 1", "190/s small 2", "190/s big 1"]);
    assert!(told.stdout.contains(&format!("\nReproduce: lindley plan bare.toml {options}\n")));
    let told = place.run("plan bare.toml --node app --replicas 1..3");
    assert_eq!((told.status, told.stdout.as_str()), (2, ""));
    let lacks = "there is nothing to plan: `bare.toml` has no table [plan], and the command line \
                 lacks --machines, --load\n";
    assert!(told.stderr.contains(lacks), "{}", told.stderr);
    assert!(told.stderr.contains("machines = [\"big\", \"small\"]\n"), "{}", told.stderr);
}

#[test]
fn what_is_wrong_with_a_plan_is_told_before_anything_is_run() {
    for (line, right, wrong, said) in [
        ("--node ap", "", "", "unknown node `ap`\n --> command line:1:8\n"),
        ("--node users", "", "", "`users` has no machines that could be planned"),
        ("--machines smal,big", "", "", "did you mean `small`?"),
        ("--replicas 4..1", "", "", "a range goes up"),
        ("--load node.users.arrivals.regluar=1/s,2/s", "", "", "did you mean `regular`?"),
        ("--set node.app.replicas=2", "", "", "`node.app.replicas` is planned, and cannot be set"),
        ("--set plan.node=x", "", "", "a plan is no part of what is simulated"),
        ("", "price = 3.0\n", "", "machine `big` has no price\n  --> steps.toml:"),
        ("", "machine = 'small'", "cores = 3", "node `app` has `cores` of its own"),
        (
            "",
            "machine = 'small'",
            "machine = 'small'\nautoscale = { max = 4, target = 0.5, boot = '10s' }",
            "node `app` has `autoscale`\n  --> steps.toml:",
        ),
        ("--replicas 1..90000", "", "", "replicas"),
        ("", "[slo]\nmean = '50ms'\n", "", "and `base` has none: write `[slo]`"),
        ("", "node = 'app'\n", "", "missing key `node`"),
        ("", "'1..6'", "'1..x'", "a range is made of whole numbers"),
        ("", "[plan]", "[variant.a.plan]", "variant `a` cannot have a plan of its own"),
    ] {
        let place = with_steps();
        place.write("steps.toml", &STEPS.replacen(right, wrong, usize::from(!right.is_empty())));
        let told = place.run(&format!("plan steps.toml {line}"));
        assert_eq!((told.status, told.stdout.as_str()), (2, ""), "{line} {wrong}");
        assert!(told.stderr.starts_with("error: "), "{}", told.stderr);
        assert!(told.stderr.contains(said), "{said}: {}", told.stderr);
        assert!(!place.path("results").exists());
    }
}

#[test]
fn what_is_wrong_with_a_plan_is_told_by_commands_that_do_not_run_it() {
    for command in ["check", "run", "compare"] {
        let place = with_steps();
        place.write("steps.toml", &STEPS.replace("'small', 'big'", "'small', 'bog'"));
        let told = place.run(&format!("{command} steps.toml"));
        assert_eq!((told.status, told.stdout.as_str()), (2, ""), "{command}: {}", told.stderr);
        assert!(told.stderr.contains("unknown machine `bog`"), "{}", told.stderr);
    }
    let told = with_steps().run("check steps.toml").done();
    assert!(!told.stderr.contains("no node has machine"), "a plan may choose it: {}", told.stderr);
}

#[test]
fn a_plan_that_no_machine_can_meet_is_status_1_if_it_is_watched() {
    let place = with_steps();
    let line = "plan steps.toml --no-plots --assert-slo";
    assert_eq!(place.run(line).status, 0);
    let told = place.run(&format!("{line} --machines small"));
    assert_eq!(told.status, 1);
    let sentence = "no machine meets the objectives at 700/s, with up to 6 replicas";
    assert!(told.stdout.contains(sentence), "{}", told.stdout);
}

#[test]
fn each_variant_has_its_own_plan_and_those_that_a_plan_makes_one_are_told() {
    let place = with_steps();
    let variants = "[variant.one.node.app]\nmachine = 'big'\n[variant.two.node.app]\nreplicas = 2\n\
                    [variant.three.machine.big]\ncores = 4\nprice = 2.5\n";
    place.write("steps.toml", &format!("{STEPS}{variants}"));
    let told = place.run("plan steps.toml --replicas 1..8").done().stdout;
    assert!(told.contains("\none: `small` is cheapest at 90/s (from few data); "), "{told}");
    let three =
        "\nthree: `small` is cheapest at 90/s (from few data); `big` is cheapest from 250/s on";
    assert!(told.contains(three), "{told}");
    assert!(told.contains("\n`one`, `two` come to the same at every load: "), "{told}");
    assert!(place.path("results/steps-plan/plots/plan-three.svg").exists());
}

#[test]
fn a_plan_leaves_other_results_and_foreign_files_alone() {
    let place = with_steps();
    place.run("run steps.toml --no-plots").done();
    let before = place.files("results/steps");
    place.run("plan steps.toml").done();
    place.run("plan steps.toml --no-plots").done();
    assert_eq!(place.files("results/steps"), before);
    place.write("results/steps-plan/notes.md", "mine");
    let told = place.run("plan steps.toml");
    assert_eq!(told.status, 4, "{}", told.stderr);
    assert_eq!(place.read("results/steps-plan/notes.md"), "mine");
}
