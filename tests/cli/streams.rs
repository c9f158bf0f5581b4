//! Standard output, standard error, and nobody at their other end.

use std::process::Stdio;

use crate::workplace::Workplace;

#[test]
fn a_closed_output_is_no_error() {
    let place = Workplace::with_shop();
    for line in ["schema", "run shop.toml --no-plots --quiet", "--help"] {
        let mut command = place.command(line);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{line}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{line}");
    }
}

#[test]
fn without_a_terminal_there_are_no_colours_and_no_bar() {
    let place = Workplace::with_shop();
    let told = place.run("compare shop.toml --no-plots").done();
    assert!(!told.stdout.contains('\u{1b}') && !told.stderr.contains(['\u{1b}', '\r']));
    assert_eq!(told.stderr.lines().count(), 2, "{}", told.stderr);
}

#[test]
fn colours_can_be_asked_for_and_no_color_forbids_them() {
    let place = Workplace::with_shop();
    let mut command = place.command("run none.toml");
    let colourful = command.env("CLICOLOR_FORCE", "1").output().expect("it runs");
    assert!(colourful.stderr.contains(&0x1b));
    let mut command = place.command("run none.toml");
    let plain = command.env("NO_COLOR", "1").output().expect("it runs");
    assert!(!plain.stderr.contains(&0x1b));
}

#[test]
fn quiet_leaves_out_all_but_results_and_errors() {
    let place = Workplace::with_shop();
    let told = place.run("run shop.toml --no-plots --quiet").done();
    assert_eq!(told.stderr, "");
    assert!(told.stdout.starts_with("shop: A small shop\n"), "{}", told.stdout);
    let told = place.run("run shop.toml --quiet --set node.app.cores=0");
    assert!(told.stderr.starts_with("error: "), "{}", told.stderr);
}

#[test]
fn a_load_that_has_no_steady_state_is_told_before_the_run() {
    let place = Workplace::with_shop();
    let line = "run shop.toml --no-plots -q --variant one --set node.users.arrivals.poisson=400/s";
    let told = place.run(line).done();
    let said = "warning: `app` is offered 2.000 of what it can do: its queue grows without limit";
    assert!(told.stderr.contains(said), "{}", told.stderr);
    assert!(told.stderr.contains("there is no steady state"), "{}", told.stderr);
    let told = place.run(&format!("{line} --set study=terminating --set warmup=0s"));
    assert!(!told.stderr.contains("is offered"), "{}", told.stderr);
}
