//! What may be at the place of a result, and what becomes of it.

use super::*;

fn file(name: &str, text: &str) -> ResultFile {
    ResultFile { name: name.to_owned(), bytes: text.as_bytes().to_vec() }
}

fn result(text: &str) -> Vec<ResultFile> {
    vec![file("manifest.json", "{}"), file("summary.csv", text), file("plots/sweep.svg", text)]
}

fn scratch() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// All names in `folder`, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn message(out: &Path, files: &[ResultFile]) -> String {
    write_folder(out, files).expect_err("an error").to_string()
}

#[test]
fn missing_folders_above_are_made_and_subfolders_within() {
    let scratch = scratch();
    let out = scratch.path().join("results/mm1");
    write_folder(&out, &result("x")).expect("written");
    assert_eq!(names(&out), ["manifest.json", "plots", "summary.csv"]);
    assert_eq!(fs::read_to_string(out.join("plots/sweep.svg")).expect("a file"), "x");
    assert_eq!(names(&scratch.path().join("results")), ["mm1"]);
}

#[test]
fn an_earlier_result_is_replaced_as_a_whole() {
    let scratch = scratch();
    let out = scratch.path().join("mm1");
    write_folder(&out, &[result("old"), vec![file("probes.csv", "")]].concat()).expect("written");
    write_folder(&out, &result("new")).expect("written");
    assert_eq!(names(&out), ["manifest.json", "plots", "summary.csv"]);
    assert_eq!(fs::read_to_string(out.join("summary.csv")).expect("a file"), "new");
    assert_eq!(names(scratch.path()), ["mm1"]);
}

#[test]
fn what_somebody_laid_into_a_result_is_not_lost() {
    let scratch = scratch();
    for name in ["notes.md", "sub/y", "plots/mine.svg"] {
        let out = scratch.path().join(name.replace('/', "-"));
        write_folder(&out, &result("old")).expect("written");
        fs::create_dir_all(out.join(name).parent().expect("a folder")).expect("made");
        fs::write(out.join(name), "mine").expect("a file");
        let told = message(&out, &result("new"));
        assert!(told.contains(&format!("holds `{name}` beside an earlier result")), "{told}");
        assert_eq!(check_folder(&out).expect_err("an error").to_string(), told);
        assert_eq!(fs::read_to_string(out.join(name)).expect("a file"), "mine");
        assert_eq!(fs::read_to_string(out.join("summary.csv")).expect("a file"), "old");
        write_folder(&out, &[result("new"), vec![file(name, "mine")]].concat()).expect("kept");
    }
}

#[test]
fn every_file_of_a_result_is_known_as_its_own() {
    let scratch = scratch();
    let out = scratch.path().join("mm1");
    let (results, comparison) = crate::report::sample::compared();
    let provenance = crate::report::sample::provenance();
    let all = crate::report::result_files(&provenance, &results, Some(&comparison));
    write_folder(&out, &all).expect("written");
    write_folder(&out, &result("new")).expect("replaced");
    assert_eq!(names(&out), ["manifest.json", "plots", "summary.csv"]);
}

#[test]
fn of_several_at_once_the_last_one_wins_and_none_fails() {
    let scratch = scratch();
    let out = scratch.path().join("mm1");
    write_folder(&out, &result("old")).expect("written");
    let write = |number: usize| {
        // As other processes do, whose hidden folders have other names.
        let mut place = Place::of(&out).expect("a place");
        place.new.set_file_name(format!(".mm1.new-of-{number}"));
        place.old.set_file_name(format!(".mm1.old-of-{number}"));
        for _ in 0..20 {
            fs::create_dir(&place.new).expect("made");
            fill(&place.new, &result(&number.to_string())).expect("filled");
            put_in_place(&place, &[]).expect("put in place");
            discard(&place.old).expect("removed");
        }
    };
    std::thread::scope(|scope| {
        for number in 0..4 {
            scope.spawn(move || write(number));
        }
    });
    assert_eq!(names(&out), ["manifest.json", "plots", "summary.csv"]);
    assert_eq!(names(scratch.path()), ["mm1"]);
}

#[test]
fn an_empty_folder_is_filled() {
    let scratch = scratch();
    write_folder(scratch.path(), &result("x")).expect("written");
    assert_eq!(names(scratch.path()).len(), 3);
}

#[test]
fn a_folder_that_holds_something_else_is_left_alone() {
    let scratch = scratch();
    for name in ["thesis.tex", "manifest.json"] {
        let out = scratch.path().join(format!("with {name}"));
        fs::create_dir(&out).expect("a folder");
        fs::write(out.join(name), "mine").expect("a file");
        let message = message(&out, &result("x"));
        assert!(message.contains("holds something else") && message.contains(name), "{message}");
        assert_eq!(names(&out), [name]);
    }
}

#[test]
fn a_file_at_the_place_is_left_alone() {
    let scratch = scratch();
    let out = scratch.path().join("mm1");
    fs::write(&out, "mine").expect("a file");
    assert!(
        message(&out, &result("x"))
            .ends_with("is a file, not a folder: choose another one with --out")
    );
    assert_eq!(fs::read_to_string(&out).expect("a file"), "mine");
}

#[test]
fn a_file_in_the_way_above_is_named() {
    let scratch = scratch();
    let above = scratch.path().join("results");
    fs::write(&above, "mine").expect("a file");
    let message = message(&above.join("mm1"), &result("x"));
    assert!(message.contains(&above.display().to_string()), "{message}");
}

#[cfg(unix)]
#[test]
fn symbolic_links_are_not_followed_whether_they_dangle_or_end_in_a_slash() {
    let scratch = scratch();
    let elsewhere = scratch.path().join("elsewhere");
    fs::create_dir(&elsewhere).expect("a folder");
    for (name, target) in [("link", "elsewhere"), ("dangling", "nowhere")] {
        let link = scratch.path().join(name);
        std::os::unix::fs::symlink(target, &link).expect("a link");
        for out in [link.clone(), link.join("")] {
            let message = message(&out, &result("x"));
            assert!(message.contains("is a symbolic link"), "{message}");
        }
    }
    assert!(names(&elsewhere).is_empty());
}

#[cfg(unix)]
#[test]
fn a_folder_that_must_not_be_written_to_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = scratch();
    fs::set_permissions(scratch.path(), fs::Permissions::from_mode(0o500)).expect("a mode");
    // The system lets its administrator write anywhere.
    if File::create(scratch.path().join("probe")).is_err() {
        let message = message(&scratch.path().join("mm1"), &result("x"));
        assert!(message.starts_with("cannot create the folder"), "{message}");
    }
    fs::set_permissions(scratch.path(), fs::Permissions::from_mode(0o700)).expect("a mode");
}

#[test]
fn names_that_leave_the_folder_or_are_none_are_refused_before_anything_is_written() {
    let scratch = scratch();
    let out = scratch.path().join("mm1");
    let wrong = ["../x", "/etc/x", "a/../../x", "a/./x", "", "a//x", "x/", "..", "a\\x", "c:x"];
    for name in wrong {
        let message = message(&out, &[result("x"), vec![file(name, "x")]].concat());
        assert!(message.contains("would leave the folder"), "{name}: {message}");
    }
    assert!(names(scratch.path()).is_empty());
}

#[test]
fn a_name_that_occurs_twice_is_refused() {
    let scratch = scratch();
    let message = message(&scratch.path().join("mm1"), &[result("x"), result("y")].concat());
    assert_eq!(message, "two files of the result are called `manifest.json`");
}

#[test]
fn a_path_without_a_name_is_refused() {
    for path in ["", "/", ".."] {
        assert!(message(Path::new(path), &result("x")).contains("does not name a folder"));
    }
}

#[test]
fn what_a_crash_left_behind_is_replaced_or_does_no_harm() {
    let scratch = scratch();
    let out = scratch.path().join("mm1");
    write_folder(&out, &result("old")).expect("written");
    let place = Place::of(&out).expect("a place");
    let other = scratch.path().join(".mm1.new-0");
    for left in [&place.new, &place.old, &other] {
        fs::create_dir(left).expect("a folder");
        fs::write(left.join("summary.csv"), "half").expect("a file");
    }
    write_folder(&out, &result("new")).expect("written");
    assert_eq!(fs::read_to_string(out.join("summary.csv")).expect("a file"), "new");
    assert_eq!(names(scratch.path()), [".mm1.new-0", "mm1"]);
}

#[test]
fn an_error_on_the_way_leaves_the_earlier_result_and_nothing_else() {
    let scratch = scratch();
    let out = scratch.path().join("mm1");
    write_folder(&out, &result("old")).expect("written");
    // A file cannot be a folder as well: the second write fails half way.
    let clash = [result("new"), vec![file("summary.csv/x", "x")]].concat();
    assert!(message(&out, &clash).contains("summary.csv"));
    assert_eq!(fs::read_to_string(out.join("summary.csv")).expect("a file"), "old");
    assert_eq!(names(scratch.path()), ["mm1"]);
}

#[test]
fn a_trial_leaves_nothing_behind_and_touches_no_result() {
    let scratch = scratch();
    check_folder(&scratch.path().join("results/far/below/mm1")).expect("it could be written");
    assert!(names(scratch.path()).is_empty());
    let out = scratch.path().join("mm1");
    write_folder(&out, &result("old")).expect("written");
    check_folder(&out).expect("it could be written");
    assert_eq!(names(scratch.path()), ["mm1"]);
    assert_eq!(names(&out).len(), 3);
}

#[test]
fn a_trial_finds_what_writing_would_find() {
    let scratch = scratch();
    fs::write(scratch.path().join("file"), "mine").expect("a file");
    let long = "n".repeat(300);
    check_folder(&scratch.path().join("far").join(&long)).expect_err("too long a name");
    for out in ["file", "file/mm1", "file/far/mm1", &long, ".."] {
        let out = scratch.path().join(out);
        let trial = check_folder(&out).expect_err("an error").to_string();
        assert_eq!(trial, message(&out, &result("x")));
    }
    assert_eq!(names(scratch.path()), ["file"]);
}
