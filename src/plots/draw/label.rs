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

/// Each of `texts` cut to `room`; those that became alike are numbered.
pub(crate) fn shorten_all(texts: &[String], size: f64, room: f64) -> Vec<String> {
    let mut labels: Vec<String> = texts.iter().map(|text| shorten(text, size, room)).collect();
    for index in 1..labels.len() {
        let mut number = 1;
        while labels[..index].contains(&labels[index]) {
            number += 1;
            let suffix = format!(" ({number})");
            let left = room - font::width(&suffix, size);
            labels[index] = shorten(&texts[index], size, left) + &suffix;
        }
    }
    labels
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
        assert!(labels[0] != labels[1] && labels[1] != labels[2] && labels[0] != labels[2]);
        assert!(labels.iter().all(|label| font::width(label, 11.0) <= 80.0), "{labels:?}");
    }

    #[test]
    fn no_wrapped_line_is_too_wide() {
        let lines = wrap("one two three four five six seven", 11.0, 60.0);
        assert!(lines.len() > 2 && lines.iter().all(|line| font::width(line, 11.0) <= 60.0));
        assert_eq!(lines.join(" "), "one two three four five six seven");
    }
}
