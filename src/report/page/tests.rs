use super::*;
use crate::report::{result_files, sample};

fn compared() -> Vec<ResultFile> {
    let (results, comparison) = sample::compared();
    result_files(&sample::provenance(), &results, Some(&comparison))
}

fn text(files: &[ResultFile]) -> String {
    String::from_utf8(page(files).expect("a result").bytes).expect("UTF-8")
}

#[test]
fn the_page_says_what_was_asked_what_came_out_and_how_to_get_it_again() {
    let html = text(&compared());
    let headings = ["Conclusion", "Summary", "Comparison", "Nodes", "How it was made"];
    let places: Vec<usize> = headings
        .iter()
        .map(|it| html.find(&format!("<h2>{it}</h2>")).unwrap_or_else(|| panic!("{it}:\n{html}")))
        .collect();
    assert!(places.is_sorted());
    assert!(html.contains("latency_p99") && html.contains("lindley run sample.toml --seed 1"));
}

#[test]
fn a_page_without_a_comparison_has_no_section_for_it() {
    let results = sample::run(sample::QUEUE, sample::PLAIN);
    let html = text(&result_files(&sample::provenance(), &results, None));
    assert!(!html.contains("<h2>Comparison</h2>") && html.contains("<h2>Summary</h2>"));
}

#[test]
fn who_cannot_keep_up_is_said_and_has_no_averages() {
    let results = sample::run(sample::OVERLOADED, sample::PLAIN);
    let html = text(&result_files(&sample::provenance(), &results, None));
    assert!(html.contains("cannot keep up with the load"), "{html}");
    assert!(html.contains("<td class=\"bad\">unstable</td>"), "{html}");
}

#[test]
fn nothing_in_a_file_becomes_markup_or_is_loaded() {
    let mut files = compared();
    let evil = "<script>alert(1)</script><img src=x onerror=alert(1)>";
    for file in &mut files {
        let text = String::from_utf8_lossy(&file.bytes).into_owned();
        let text = if file.name == "manifest.json" {
            let mut manifest: Value = serde_json::from_str(&text).expect("JSON");
            for key in ["title", "command", "text"] {
                manifest[key] = Value::from(format!("# {evil}"));
            }
            manifest.to_string()
        } else {
            text.replace("latency_mean", evil)
        };
        file.bytes = text.into_bytes();
    }
    let svg = format!("<svg><title>{evil}</title>{evil}</svg>");
    files.push(ResultFile { name: "plots/timeline.svg".to_owned(), bytes: svg.into_bytes() });
    let html = text(&files);
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script"), "{html}");
    assert!(html.matches("<img").count() == 1 && !html.contains("<img src"), "{html}");
    assert!(html.contains("default-src 'none'") && !html.contains("http://"));
}

#[test]
fn a_picture_is_in_the_page_whole() {
    let mut files = compared();
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><title>p99 & more</title></svg>";
    files.push(ResultFile { name: "plots/sweep.svg".to_owned(), bytes: svg.as_bytes().to_vec() });
    assert!(text(&files).contains("src=\"data:image/svg+xml,%3Csvg xmlns=%22http://www"));
}

#[test]
fn what_is_no_result_or_is_damaged_gives_no_page() {
    assert!(matches!(page(&[]), Err(PageError::NoManifest)));
    let mut files = compared();
    files[0].bytes = b"{".to_vec();
    assert!(matches!(page(&files), Err(PageError::Damaged(_))));
    let mut files = compared();
    let summary = files.iter_mut().find(|file| file.name == "summary.csv").expect("one");
    summary.bytes = b"variant,metric\n".to_vec();
    assert!(matches!(page(&files), Err(PageError::Table(_))));
}

#[test]
fn the_same_files_give_the_same_page() {
    assert_eq!(page(&compared()).expect("a result"), page(&compared()).expect("a result"));
}
