//! The rules of HTTP case by case, in the manner of the recorded ones: an answer is stored, and so
//! many seconds later somebody asks for the same. Behaviour of products follows their documentation
//! and sources where no recording shows it.

use lindley::http::{
    Head, Method, ProfileName, Question, Reuse, Rules, Storing, Wall, date, reuse, storing,
};

/// How long after a full second an answer is made.
const PHASE: f64 = 0.1;

type Headers = [(&'static str, &'static str)];

fn question(method: Method, headers: &Headers) -> Question {
    Question::read(method, headers.iter().copied(), date)
}

#[allow(clippy::cast_possible_truncation, reason = "some thousand seconds")]
fn at(seconds: f64) -> Wall {
    Wall(((PHASE + seconds) * 1e9).round() as i64)
}

/// What a cache does with an answer to `first` when `second` comes `later`.
fn does(
    profile: ProfileName,
    (status, answer): (u16, &Headers),
    first: &Question,
    (later, second): (f64, &Headers),
) -> &'static str {
    let owned: Vec<(String, String)> =
        answer.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let head = Head::read(status, &owned).expect("headers that can be");
    let (profile, now) = (profile.profile(), at(0.0));
    let born = now.plus_seconds(-i64::from(head.age));
    let keeping = match storing(profile, &Rules::default(), first, &head, (born, now)) {
        Storing::Refused => return "not stored",
        Storing::Passes(_) => return "passes",
        Storing::Stored(keeping) => keeping,
    };
    let second = question(Method::Get, second);
    let ignored = profile.vary_ignored;
    if first.variant(&head.vary, ignored) != second.variant(&head.vary, ignored) {
        return "another variant";
    }
    match reuse(profile, &keeping, &second, at(later)) {
        Reuse::Fresh => "fresh",
        Reuse::Accepted | Reuse::Grace => "stale",
        Reuse::Expired | Reuse::Reloaded => "asks",
    }
}

/// Checks what `rfc9111`, `nginx`, `varnish` and `squid` do with an answer to a plain GET.
fn check(status: u16, answer: &Headers, second: (f64, &Headers), expected: [&str; 4]) {
    check_first(&question(Method::Get, &[]), status, answer, second, expected);
}

fn check_first(
    first: &Question,
    status: u16,
    answer: &Headers,
    second: (f64, &Headers),
    expected: [&str; 4],
) {
    use ProfileName::{Nginx, Rfc9111, Squid, Varnish};
    let all = [Rfc9111, Nginx, Varnish, Squid];
    let done = all.map(|profile| does(profile, (status, answer), first, second));
    assert_eq!(done, expected, "{status} {answer:?}, then {second:?}");
}

const PLAIN: &Headers = &[];

#[test]
fn the_lifetime_is_that_of_shared_caches_else_the_usual_one_else_the_date() {
    let all = |said| [said; 4];
    let control = "cache-control";
    check(
        200,
        &[(control, "max-age=9, s-maxage=1")],
        (3.0, PLAIN),
        ["asks", "asks", "stale", "asks"],
    );
    check(200, &[(control, "max-age=1, s-maxage=9")], (3.0, PLAIN), all("fresh"));
    check(200, &[(control, "max-age=9"), ("expires", "@date+1")], (3.0, PLAIN), all("fresh"));
    check(
        200,
        &[("expires", "@date+9"), (control, "max-age=1")],
        (3.0, PLAIN),
        ["asks", "asks", "stale", "asks"],
    );
    check(200, &[("expires", "@date+9"), (control, "public")], (3.0, PLAIN), all("fresh"));
    check(200, &[("expires", "@date+1")], (3.0, PLAIN), ["asks", "asks", "stale", "asks"]);
}

#[test]
fn what_cannot_be_read_as_a_lifetime_is_none_and_of_two_the_first_counts() {
    let control = "cache-control";
    let nothing = ["asks", "not stored", "passes", "asks"];
    check(200, &[(control, "max-age=abc")], (0.5, PLAIN), nothing);
    check(200, &[(control, "max-age=-1")], (0.5, PLAIN), nothing);
    check(200, &[("expires", "0")], (0.5, PLAIN), nothing);
    check(200, &[("expires", "-1")], (0.5, PLAIN), nothing);
    check(200, &[(control, "max-age=9, max-age=0")], (3.0, PLAIN), ["fresh"; 4]);
    check(200, &[(control, "MAX-AGE=9 , Public")], (3.0, PLAIN), ["fresh"; 4]);
    check(200, &[(control, "max-age=0"), (control, "max-age=9")], (0.5, PLAIN), nothing);
}

#[test]
fn what_expires_in_the_second_of_its_date_lasts_for_that_second_in_a_clock_of_seconds() {
    check(200, &[("expires", "@date")], (0.5, PLAIN), ["asks", "fresh", "passes", "asks"]);
    check(200, &[("expires", "@date")], (1.0, PLAIN), ["asks", "asks", "passes", "asks"]);
    check(200, &[("expires", "@date-1")], (0.5, PLAIN), ["asks", "not stored", "passes", "asks"]);
}

#[test]
fn age_in_other_caches_counts_but_for_nginx() {
    let of = |age| [("cache-control", "max-age=10"), ("age", age)];
    check(200, &of("5"), (4.0, PLAIN), ["fresh"; 4]);
    check(200, &of("9"), (3.0, PLAIN), ["asks", "fresh", "stale", "asks"]);
    check(200, &of("10"), (0.5, PLAIN), ["asks", "fresh", "passes", "asks"]);
    check(200, &of("99"), (0.5, PLAIN), ["asks", "fresh", "passes", "asks"]);
}

#[test]
fn what_names_fields_is_about_those_only_but_where_the_whole_header_is_searched() {
    let of = |control| [("cache-control", control)];
    let some = ["fresh", "not stored", "passes", "fresh"];
    check(200, &of("max-age=9, private=\"x-user, x-b\""), (1.0, PLAIN), some);
    check(200, &of("max-age=9, no-cache=\"set-cookie\""), (1.0, PLAIN), some);
    check(
        200,
        &of("max-age=9, private"),
        (1.0, PLAIN),
        ["not stored", "not stored", "passes", "not stored"],
    );
    check(200, &of("max-age=9, no-cache"), (1.0, PLAIN), ["asks", "not stored", "passes", "asks"]);
}

#[test]
fn requests_say_how_old_an_answer_may_be_to_those_who_listen() {
    let answer = [("cache-control", "max-age=10")];
    let asked = |control| [("cache-control", control)];
    let ignored = |rfc, squid| [rfc, "fresh", "fresh", squid];
    check(200, &answer, (5.5, &asked("max-age=5")), ignored("asks", "fresh"));
    check(200, &answer, (6.5, &asked("max-age=5")), ignored("asks", "asks"));
    check(200, &answer, (0.5, &asked("max-age=0")), ignored("asks", "asks"));
    check(200, &answer, (7.0, &asked("min-fresh=5")), ignored("asks", "asks"));
    check(200, &answer, (3.0, &asked("min-fresh=5")), ignored("fresh", "fresh"));
    check(200, &answer, (3.0, &asked("no-cache")), ignored("asks", "asks"));
    check(200, &answer, (3.0, &[("pragma", "no-cache")]), ignored("asks", "asks"));
    check(200, &answer, (14.0, &asked("max-stale=5")), ["stale", "asks", "stale", "stale"]);
    check(200, &answer, (17.0, &asked("max-stale=5")), ["asks", "asks", "stale", "asks"]);
    check(200, &answer, (999.0, &asked("max-stale")), ["stale", "asks", "asks", "stale"]);
    check(200, &answer, (14.0, &asked("max-age=5, max-stale")), ["asks", "asks", "stale", "asks"]);
}

#[test]
fn expired_answers_are_given_for_as_long_as_they_say_unless_they_must_be_asked_about() {
    let of = |control| [("cache-control", control)];
    let within = "max-age=1, stale-while-revalidate=5";
    check(200, &of(within), (4.0, PLAIN), ["stale", "stale", "stale", "asks"]);
    check(200, &of(within), (9.0, PLAIN), ["asks", "asks", "asks", "asks"]);
    for must in ["must-revalidate", "proxy-revalidate", "s-maxage=1"] {
        let text: &'static str = format!("{within}, {must}").leak();
        check(200, &of(text), (4.0, PLAIN), ["asks", "stale", "stale", "asks"]);
        check(
            200,
            &of(text),
            (4.0, &[("cache-control", "max-stale=60")]),
            ["asks", "stale", "stale", "asks"],
        );
    }
}

#[test]
fn statuses_have_a_lifetime_of_their_own_or_only_one_that_is_said() {
    let said = [("cache-control", "max-age=9")];
    let only = |varnish, squid| ["fresh", "fresh", varnish, squid];
    for (status, varnish, squid) in [
        (204, "fresh", "not stored"),
        (301, "fresh", "fresh"),
        (302, "fresh", "fresh"),
        (307, "fresh", "fresh"),
        (308, "passes", "fresh"),
        (404, "fresh", "not stored"),
        (410, "fresh", "fresh"),
        (500, "passes", "not stored"),
        (503, "passes", "not stored"),
    ] {
        check(status, &said, (1.0, PLAIN), only(varnish, squid));
    }
    // 1,000 s old: a tenth, or a fifth, of that; or two minutes.
    let old = [("last-modified", "Wed, 31 Dec 2025 23:43:20 GMT")];
    for (status, rfc, varnish, squid) in [
        (200, "fresh", "fresh", "fresh"),
        (204, "fresh", "fresh", "not stored"),
        (301, "fresh", "fresh", "fresh"),
        (302, "not stored", "passes", "not stored"),
        (404, "fresh", "fresh", "not stored"),
        (410, "fresh", "fresh", "fresh"),
        (500, "not stored", "passes", "not stored"),
    ] {
        check(status, &old, (60.0, PLAIN), [rfc, "not stored", varnish, squid]);
    }
    check(200, &old, (150.0, PLAIN), ["asks", "not stored", "asks", "fresh"]);
    check(
        302,
        &[("cache-control", "public"), old[0]],
        (60.0, PLAIN),
        ["fresh", "not stored", "passes", "not stored"],
    );
}

#[test]
fn answers_to_somebody_are_for_all_only_where_they_say_so() {
    let first = question(Method::Get, &[("authorization", "Basic YTpi")]);
    let of = |control| [("cache-control", control)];
    check_first(
        &first,
        200,
        &of("max-age=9"),
        (1.0, PLAIN),
        ["not stored", "fresh", "passes", "not stored"],
    );
    for control in ["max-age=9, public", "s-maxage=9", "max-age=9, must-revalidate"] {
        check_first(&first, 200, &of(control), (1.0, PLAIN), ["fresh", "fresh", "passes", "fresh"]);
    }
    check_first(
        &first,
        200,
        &of("max-age=9, private"),
        (1.0, PLAIN),
        ["not stored", "not stored", "passes", "not stored"],
    );
}

#[test]
fn cookies_forbid_what_products_and_not_the_standard_forbid() {
    let answer = [("cache-control", "max-age=9"), ("set-cookie", "a=1")];
    check(200, &answer, (1.0, PLAIN), ["fresh", "not stored", "passes", "fresh"]);
}

#[test]
fn answers_differ_by_each_header_that_they_name_whatever_its_order_and_case() {
    let answer = [("cache-control", "max-age=9"), ("vary", "X-B, x-a")];
    let first = question(Method::Get, &[("X-A", "1"), ("x-b", "2")]);
    let of = |second: &'static Headers, said| {
        check_first(&first, 200, &answer, (1.0, second), [said; 4]);
    };
    of(&[("x-b", "2"), ("x-a", "1"), ("x-c", "3")], "fresh");
    of(&[("x-b", "2"), ("x-a", "2")], "another variant");
    of(&[("x-b", "1"), ("x-a", "2")], "another variant");
    of(&[("x-a", "1")], "another variant");
    let any = [("cache-control", "max-age=9"), ("vary", "x-a, *")];
    check_first(
        &first,
        200,
        &any,
        (1.0, &[("x-a", "1")]),
        ["not stored", "not stored", "passes", "asks"],
    );
}

#[test]
fn only_whole_answers_to_get_are_stored_unless_the_cache_asks_for_the_whole() {
    let answer = [("cache-control", "max-age=9")];
    for method in [Method::Post, Method::Put, Method::Patch, Method::Delete, Method::Options] {
        check_first(
            &question(method, &[]),
            200,
            &answer,
            (1.0, PLAIN),
            ["not stored", "not stored", "passes", "not stored"],
        );
    }
    check_first(
        &question(Method::Head, &[]),
        200,
        &answer,
        (1.0, PLAIN),
        ["not stored", "fresh", "fresh", "not stored"],
    );
    check(206, &answer, (1.0, PLAIN), ["not stored", "not stored", "passes", "not stored"]);
    let first = question(Method::Get, &[("cache-control", "no-store")]);
    check_first(&first, 200, &answer, (1.0, PLAIN), ["not stored", "fresh", "fresh", "not stored"]);
}
