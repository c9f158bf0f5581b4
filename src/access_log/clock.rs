//! The date of an entry, `10/Oct/2000:13:55:36 -0700`, as seconds since 1970 in UTC.

/// The months as logs write them.
const MONTHS: [&[u8]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// The seconds since the beginning of 1970 in UTC; none if `text` is no date of a log.
pub(super) fn seconds(text: &[u8]) -> Option<i64> {
    let (moment, offset) = text.split_at_checked(20)?;
    let [_, _, b'/', _, _, _, b'/', _, _, _, _, b':', _, _, b':', _, _, b':', _, _] = moment else {
        return None;
    };
    let month = MONTHS.iter().position(|month| moment[3..6].eq_ignore_ascii_case(month))?;
    let month = i64::try_from(month).ok()? + 1;
    let (day, year) = (number(&moment[..2])?, number(&moment[7..11])?);
    let (hour, minute) = (number(&moment[12..14])?, number(&moment[15..17])?);
    let second = number(&moment[18..])?;
    // 60 is a leap second, which counts as the first of the next minute as in POSIX.
    let is_sound = (1..=days_of(year, month)).contains(&day)
        && (1_970..=9_999).contains(&year)
        && hour < 24
        && minute < 60
        && second <= 60;
    let local = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    is_sound.then_some(())?;
    Some(local - offset_of(offset)?)
}

/// ` -0700`, ` +05:30` or nothing, in seconds east of UTC.
fn offset_of(text: &[u8]) -> Option<i64> {
    let (sign, hours, minutes) = match text {
        [] => return Some(0),
        [b' ', b'Z'] => return Some(0),
        [b' ', sign, h1, h2, m1, m2] | [b' ', sign, h1, h2, b':', m1, m2] => {
            (sign, number(&[*h1, *h2])?, number(&[*m1, *m2])?)
        }
        _ => return None,
    };
    let east = hours * 3_600 + minutes * 60;
    match sign {
        b'+' if hours < 24 && minutes < 60 => Some(east),
        b'-' if hours < 24 && minutes < 60 => Some(-east),
        _ => None,
    }
}

fn number(digits: &[u8]) -> Option<i64> {
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| i64::from(byte - b'0'));
    digits.iter().try_fold(0, |sum, byte| Some(sum * 10 + digit(byte)?))
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from the first of January 1970 to a day of the Gregorian calendar (Howard Hinnant,
/// "chrono-compatible low-level date algorithms", 2013: years begin in March).
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_seconds_since_1970_wherever_they_were_written() {
        for (text, expected) in [
            ("01/Jan/1970:00:00:00 +0000", 0),
            ("10/Oct/2000:13:55:36 -0700", 971_211_336),
            ("29/Feb/2024:23:59:59 +0000", 1_709_251_199),
            ("01/Mar/2024:05:29:59 +05:30", 1_709_251_199),
            ("31/Dec/2016:23:59:60 +0000", 1_483_228_800),
            ("01/jan/2026:00:00:00", 1_767_225_600),
            ("01/Jan/2026:00:00:00 Z", 1_767_225_600),
        ] {
            assert_eq!(seconds(text.as_bytes()), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "10/Oct/2000",
            "29/Feb/2023:00:00:00 +0000",
            "00/Jan/2023:00:00:00 +0000",
            "31/Apr/2023:00:00:00 +0000",
            "01/Okt/2023:00:00:00 +0000",
            "01/Jan/1969:00:00:00 +0000",
            "01/Jan/2023:24:00:00 +0000",
            "01/Jan/2023:00:60:00 +0000",
            "01/Jan/2023:00:00:61 +0000",
            "01/Jan/2023:00:00:00 0700",
            "01/Jan/2023:00:00:00 +2500",
            "01/Jan/2023:00:00:00 +07000",
            "0x/Jan/2023:00:00:00 +0000",
            "01-Jan-2023:00:00:00 +0000",
        ] {
            assert_eq!(seconds(text.as_bytes()), None, "{text}");
        }
    }
}
