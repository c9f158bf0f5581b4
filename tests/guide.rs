//! The guide of the product: its numbers are those of the committed results, its excerpts stand in
//! the scenarios, its commands are the program's, and no link leads nowhere.

mod support;

#[path = "guide/book.rs"]
mod book;
#[path = "guide/commands.rs"]
mod commands;
#[path = "guide/links.rs"]
mod links;
#[path = "guide/marked.rs"]
mod marked;
#[path = "guide/quantity.rs"]
mod quantity;
#[path = "guide/table.rs"]
mod table;

use std::collections::BTreeSet;

use book::{Page, pages, read, scenarios};
use support::LARGE;

#[test]
fn the_numbers_of_the_guide_are_those_of_the_committed_results() {
    #[allow(clippy::disallowed_methods, reason = "a test may be told to write its expectation")]
    let blesses = std::env::var("BLESS").is_ok();
    for page in pages() {
        let text = marked::filled_in(&page.text).unwrap_or_else(|e| panic!("{}: {e}", page.path));
        if blesses {
            std::fs::write(support::source::root().join(&page.path), &text).expect("written");
        }
        let now = read(&page.path);
        let both = now.lines().zip(text.lines());
        for (was, is) in both {
            assert_eq!(was, is, "{}: BLESS=1 cargo test --test guide writes it", page.path);
        }
        assert_eq!(now, text, "{}: BLESS=1 cargo test --test guide writes it", page.path);
    }
}

#[test]
fn every_shipped_scenario_has_a_page_and_every_page_a_scenario() {
    let mut names: Vec<String> = pages().into_iter().filter_map(|page| page.scenario).collect();
    names.sort();
    assert_eq!(names, scenarios());
}

#[test]
fn the_index_leads_through_all_pages_and_each_page_to_the_next() {
    let order = book::order();
    let mut sorted = order.clone();
    sorted.sort();
    assert_eq!(sorted, scenarios(), "the index names every page once");
    for (page, next) in order.iter().zip(order.iter().skip(1)) {
        let text = read(&format!("docs/guide/{page}.md"));
        let last = text.lines().last().unwrap_or_default();
        assert!(last.contains(&format!("({next}.md)")), "{page} does not lead to {next}: {last}");
        assert!(last.contains("(README.md)"), "{page} does not lead back to the index: {last}");
    }
}

#[test]
fn every_page_has_its_scenario_its_command_its_numbers_and_its_plot() {
    for Page { path, text, scenario } in pages() {
        let Some(name) = scenario else { continue };
        let mut parts = vec![
            format!("(../../scenarios/{name}.toml)"),
            "```toml\n".to_owned(),
            "```console\n$ lindley ".to_owned(),
        ];
        if !LARGE.contains(&name.as_str()) {
            parts.push(format!("<!-- table {name}"));
            parts.push(format!("](../../results/{name}/plots/"));
        }
        for part in parts {
            assert!(text.contains(&part), "{path} has no `{part}`");
        }
    }
}

#[test]
fn no_link_leads_nowhere() {
    let mut count = 0;
    let others = ["README.md", "docs/guide.md"].map(Page::read);
    for page in pages().iter().chain(&others) {
        for link in links::inside(&page.text) {
            count += 1;
            assert!(links::leads_somewhere(&page.path, link), "{}: {link}", page.path);
        }
    }
    assert!(count > 100, "only {count} links were found");
    for other in &others {
        let index =
            if other.path == "README.md" { "docs/guide/README.md" } else { "guide/README.md" };
        assert!(other.text.contains(&format!("({index})")), "{} leads to the guide", other.path);
    }
}

#[test]
fn every_excerpt_stands_in_its_scenario() {
    for Page { path, text, scenario } in pages() {
        let Some(name) = scenario else { continue };
        let whole = read(&format!("scenarios/{name}.toml"));
        for excerpt in book::blocks(&text, "toml") {
            let missing = book::not_inside(&excerpt, &whole);
            assert_eq!(
                missing, None,
                "{path}: scenarios/{name}.toml does not say this in its turn"
            );
        }
    }
}

#[test]
fn every_command_is_taken_by_the_program() {
    let (mut seen, mut wrong) = (BTreeSet::new(), Vec::new());
    for Page { path, text, .. } in pages() {
        for block in book::blocks(&text, "console") {
            for line in block.lines().filter_map(|line| line.strip_prefix("$ lindley ")) {
                if seen.insert(line.to_owned()) {
                    let checked = commands::check(line);
                    wrong.extend(checked.err().map(|e| format!("{path}: lindley {line}: {e}")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen.len() >= scenarios().len(), "every page shows its command");
}

#[test]
fn what_is_wrong_in_a_page_is_found() {
    let unknown = "<!-- table csrf: forged_acepted -->\n<!-- end -->\n";
    assert!(marked::filled_in(unknown).is_err(), "no such metric");
    let nobody = "<!--=csrf nobody forged_accepted-->1<!--/-->";
    assert!(marked::filled_in(nobody).is_err(), "no such variant");
    assert!(marked::filled_in("<!-- table csrf: forged_accepted -->\n").is_err(), "no end");
    let first = "It is\n<!--=scalability-law perfect latency_p50-->5 ms<!--/-->.";
    assert!(marked::filled_in(first).is_err(), "begins a line");
    let stale = "it is <!--=scalability-law perfect latency_p50-->no number<!--/-->.";
    assert_ne!(marked::filled_in(stale).as_deref(), Ok(stale), "a stale number is replaced");
    let (whole, excerpt) = ("a = 1\nb   = 2\n", "b = 2\na = 1\n");
    assert_eq!(book::not_inside(excerpt, whole).as_deref(), Some("a = 1"), "out of order");
    assert_eq!(book::not_inside("a   = 1\n\nb = 2\n", whole), None, "spaces do not matter");
    assert!(!links::leads_somewhere("docs/guide/README.md", "no-such-page.md"));
    assert!(commands::check("compare csrf --no-such-option").is_err());
    assert!(commands::check("compare csrf --set node.nobody.cores=1").is_err());
    assert!(commands::check("compare no-such-scenario").is_err());
}
