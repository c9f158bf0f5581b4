//! Long names cut to the room there is, without two becoming one.

use super::font;

/// `text`, or its beginning and end with an ellipsis between, no wider than `room` in `size`.
pub(crate) fn shorten(text: &str, size: f64, room: f64) -> String {
    if font::width(text, size) <= room {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    (2..letters.len())
        .rev()
        .map(|kept| {
            let tail = kept * 2 / 5;
            let head: String = letters[..kept - tail].iter().collect();
            let tail: String = letters[letters.len() - tail..].iter().collect();
            format!("{}…{}", head.trim_end(), tail.trim_start())
        })
        .find(|short| font::width(short, size) <= room)
        .unwrap_or_else(|| "…".to_owned())
}

/// Each of `texts` cut to `room`. Where that would leave some alike, these lose the beginning that
/// they share instead; what is alike even then is numbered.
pub(crate) fn shorten_all(texts: &[String], size: f64, room: f64) -> Vec<String> {
    let plain: Vec<String> = texts.iter().map(|text| shorten(text, size, room)).collect();
    let alike = |index: usize| plain.iter().filter(|label| **label == plain[index]).count() > 1;
    let shared = shared_beginning((0..texts.len()).filter(|&n| alike(n)).map(|n| &texts[n]));
    let mut labels: Vec<String> = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let full = match alike(index) {
            true => format!("…{}", text.chars().skip(shared).collect::<String>()),
            false => text.clone(),
        };
        let mut label = cut_end(&full, size, room);
        for number in 2.. {
            if !labels.contains(&label) {
                break;
            }
            let suffix = format!(" ({number})");
            label = cut_end(&full, size, room - font::width(&suffix, size)) + &suffix;
        }
        labels.push(if alike(index) { label } else { plain[index].clone() });
    }
    labels
}

/// How many letters all the texts begin with, but for the last four of them, which show what the
/// rest belongs to.
fn shared_beginning<'a>(mut texts: impl Iterator<Item = &'a String>) -> usize {
    let first: Vec<char> = texts.next().map(|text| text.chars().collect()).unwrap_or_default();
    let shared = texts.fold(first.len(), |shared, text| {
        text.chars().zip(&first).take(shared).take_while(|(a, b)| a == *b).count()
    });
    shared.saturating_sub(4)
}

/// `text`, or its beginning with an ellipsis, no wider than `room` in `size`.
fn cut_end(text: &str, size: f64, room: f64) -> String {
    if font::width(text, size) <= room {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    (1..letters.len())
        .rev()
        .map(|kept| letters[..kept].iter().collect::<String>() + "…")
        .find(|short| font::width(short, size) <= room)
        .unwrap_or_else(|| "…".to_owned())
}

/// `text` broken at spaces into lines no wider than `room` in `size`.
pub(crate) fn wrap(text: &str, size: f64, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if font::width(&format!("{line} {word}"), size) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_fits_is_left_alone() {
        assert_eq!(shorten("scale-up", 11.0, 100.0), "scale-up");
    }

    #[test]
    fn a_long_name_keeps_both_its_ends() {
        let short = shorten("session-store-in-the-second-region", 11.0, 90.0);
        assert!(short.starts_with("session") && short.ends_with("on"), "{short}");
        assert!(font::width(&short, 11.0) <= 90.0);
    }

    #[test]
    fn names_that_differ_in_the_middle_alone_stay_apart() {
        let names = ["a", "b", "c"].map(|c| format!("{}{c}{}", "x".repeat(40), "y".repeat(40)));
        let labels = shorten_all(&names, 11.0, 80.0);
        assert!(labels[0].starts_with("…xxxxay") && labels[2].starts_with("…xxxxcy"), "{labels:?}");
        assert!(labels.iter().all(|label| font::width(label, 11.0) <= 80.0), "{labels:?}");
    }

    #[test]
    fn names_that_differ_nowhere_near_are_numbered() {
        let names = ["a", "b", "ab"].map(|c| format!("{c}{}{c}", "x".repeat(90)));
        let mut labels = shorten_all(&[names.to_vec(), names.to_vec()].concat(), 11.0, 60.0);
        labels.sort();
        labels.dedup();
        assert_eq!(labels.len(), 6);
    }

    #[test]
    fn no_wrapped_line_is_too_wide() {
        let lines = wrap("one two three four five six seven", 11.0, 60.0);
        assert!(lines.len() > 2 && lines.iter().all(|line| font::width(line, 11.0) <= 60.0));
        assert_eq!(lines.join(" "), "one two three four five six seven");
    }
}
