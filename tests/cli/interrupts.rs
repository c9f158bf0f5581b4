//! Ctrl-C in the midst of a replication that would not end.

#![cfg(target_os = "linux")]

use std::fs::read_to_string;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::workplace::{SHOP, Workplace, wait_until};

/// What makes a single replication of the shop outlast every test.
const FOREVER: &str = "--threads 1 --set duration=5000d";

/// A plan for the shop.
const PLAN: &str = "
[machine.small]
cores = 1
price = 1.0
[plan]
node = 'app'
machines = ['small']
replicas = '1..2'
load = { key = 'node.users.arrivals.poisson', values = ['20/s'] }
";

/// So many looks, a millisecond apart, are taken at a program that shall end at once: machines
/// that test may be slow.
const LOOKS: u32 = 5_000;

/// Whether the process listens to Ctrl-C, as the system has it written down.
fn listens(child: &Child) -> bool {
    let status = read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // Signal 2 is the second bit.
    caught.is_some_and(|mask| mask & 0b10 != 0)
}

/// Starts a command, interrupts it once it has been at work for a while, and returns its exit
/// status with what it said on standard error.
fn interrupted(place: &Workplace, line: &str) -> (Option<i32>, String) {
    let mut command = place.command(&format!("{line} {FOREVER}"));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("started");
    wait_until(|| listens(&child));
    std::thread::sleep(Duration::from_millis(200));
    let process = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &process]).status().expect("sent").success());
    for _ in 0..LOOKS {
        if let Some(status) = child.try_wait().expect("it is a child") {
            let mut said = String::new();
            child.stderr.take().expect("a pipe").read_to_string(&mut said).expect("UTF-8");
            return (status.code(), said);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().expect("killed");
    child.wait().expect("gone");
    panic!("`{line}` goes on after it was interrupted");
}

#[test]
fn one_interrupt_ends_a_command_in_the_midst_of_a_replication_and_nothing_is_written() {
    let place = Workplace::with_shop();
    for line in ["run shop.toml -q", "run shop.toml --precision 1%", "compare shop.toml"] {
        ends_with_nothing(&place, line);
    }
    let (shop, _) = SHOP.split_once("[variant").expect("variants");
    place.write("shop.toml", &(shop.replace("cores = 1", "machine = 'small'") + PLAN));
    ends_with_nothing(&place, "plan shop.toml");
}

fn ends_with_nothing(place: &Workplace, line: &str) {
    let (status, said) = interrupted(place, line);
    let kept = "error: interrupted: nothing of it is kept, earlier results stay as they are\n";
    assert_eq!((status, said.as_str()), (Some(130), kept), "{line}");
    assert!(place.is_untouched(), "{line}");
}

#[test]
fn an_interrupt_while_a_warm_up_is_looked_for_ends_that_too() {
    let place = Workplace::with_shop();
    let text = SHOP.replace("warmup = '1s'", "warmup = 'auto'");
    place.write("shop.toml", &text);
    let (status, _) = interrupted(&place, "run shop.toml");
    assert_eq!(status, Some(130));
}

#[test]
fn an_interrupted_sweep_says_how_many_points_are_kept() {
    let place = Workplace::with_shop();
    let (status, said) = interrupted(&place, "sweep shop.toml -q --variant one");
    assert_eq!(status, Some(130));
    let kept = "error: interrupted: 0 of 4 points are kept; the same command goes on from there\n";
    assert_eq!(said, kept);
    assert!(!place.path("results/shop-load").exists());
}
