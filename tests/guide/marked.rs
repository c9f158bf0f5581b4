//! Places of a page that are filled in from the committed results.
//!
//! ```text
//! <!-- table csrf: forged_accepted; node bank utilisation | no-defence, strict -->
//! …
//! <!-- end -->
//! <!-- sweep scalability-law-cores: throughput -->
//! …
//! <!-- end -->
//! <!-- plan right-size-plan -->
//! …
//! <!-- end -->
//! <!--=csrf no-defence forged_accepted-->24 a minute<!--/-->
//! <!--=csrf no-defence / strict latency_mean-->1<!--/-->
//! ```
//!
//! The last one is a ratio of two variants.

use crate::quantity::one;
use crate::table::{by_load, by_point, by_variant, in_a_sentence, short};

/// The text with every marked place filled in anew.
///
/// # Errors
/// If a mark asks for what the results do not have, does not end, or would end its paragraph since
/// it begins a line.
pub(crate) fn filled_in(text: &str) -> Result<String, String> {
    if let Some(line) = text.lines().find(|line| line.trim_start().starts_with("<!--=")) {
        return Err(format!("a line begins with a number: {line}"));
    }
    let text = replaced(text, "<!-- table ", " -->\n", "<!-- end -->", table)?;
    let text = replaced(&text, "<!-- sweep ", " -->\n", "<!-- end -->", sweep)?;
    let text = replaced(&text, "<!-- plan ", " -->\n", "<!-- end -->", plan)?;
    replaced(&text, "<!--=", "-->", "<!--/-->", number)
}

/// The text with what stands between each mark (`opening` … `closing`) and `end` made by `fill`.
fn replaced(
    text: &str,
    opening: &str,
    closing: &str,
    end: &str,
    fill: fn(&str) -> Result<String, String>,
) -> Result<String, String> {
    let mut parts = text.split(opening);
    let mut done = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let unended = || format!("`{opening}{}` does not end", part.lines().next().unwrap_or(""));
        let (asked, rest) = part.split_once(closing).ok_or_else(unended)?;
        let (_, after) = rest.split_once(end).ok_or_else(unended)?;
        done.push_str(&format!("{opening}{asked}{closing}{}{end}{after}", fill(asked)?));
    }
    Ok(done)
}

fn table(asked: &str) -> Result<String, String> {
    let (scenario, rest) = asked.split_once(": ").ok_or("a table is of `scenario: metrics`")?;
    let (quantities, variants) = rest.split_once(" | ").unwrap_or((rest, ""));
    let quantities: Vec<&str> = quantities.split("; ").collect();
    let variants: Vec<&str> = variants.split(", ").filter(|it| !it.is_empty()).collect();
    // An empty line on both sides: Markdown ends tables and comments there.
    Ok(format!("\n{}\n", by_variant(scenario, &quantities, &variants)?))
}

fn sweep(asked: &str) -> Result<String, String> {
    let (sweep, metric) = asked.split_once(": ").ok_or("a table is of `sweep: metric`")?;
    Ok(format!("\n{}\n", by_point(sweep, metric)?))
}

fn plan(asked: &str) -> Result<String, String> {
    Ok(format!("\n{}\n", by_load(asked)?))
}

fn number(asked: &str) -> Result<String, String> {
    let mut words = asked.splitn(3, ' ');
    let (scenario, variant) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let rest = words.next().ok_or("a number is of `scenario variant metric`")?;
    let Some(rest) = rest.strip_prefix("/ ") else {
        return in_a_sentence(&one(scenario, variant, rest)?);
    };
    let (below, quantity) = rest.split_once(' ').ok_or("a ratio is of two variants")?;
    let above = one(scenario, variant, quantity)?.mean.ok_or("there is no number")?;
    let below = one(scenario, below, quantity)?.mean.ok_or("there is no number")?;
    Ok(short(above / below))
}
