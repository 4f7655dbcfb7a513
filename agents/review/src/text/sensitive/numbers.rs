//! Telephone and card numbers: digits in groups, joined by single separators.

use super::super::Span;
use super::SensitiveKind;

const SPACE: u8 = 1;
const DOT: u8 = 2;
const DASH: u8 = 4;
const PAREN: u8 = 8;

/// A run of digits with single separators, at most 19 digits kept.
#[derive(Default)]
struct Run {
    digits: [u8; 20],
    count: usize,
    groups: [u8; 8],
    group_count: usize,
    separators: u8,
    plus: bool,
    end: usize,
}

/// Whether a number may begin here: not inside a word, path, price or longer number.
pub(super) fn starts(bytes: &[u8], at: usize) -> bool {
    let numeric = bytes.get(at).is_some_and(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'('));
    let before = at.checked_sub(1).and_then(|at| bytes.get(at));
    numeric
        && !before.is_some_and(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'/' | b'.' | b'=' | b'-' | b'_' | b'#' | b'$' | b',')
                || !byte.is_ascii()
        })
}

/// Where the number beginning here ends.
pub(super) fn end(bytes: &[u8], at: usize) -> usize {
    read(bytes, at).end
}

/// The telephone or card number beginning here.
pub(super) fn number(bytes: &[u8], at: usize) -> Option<(SensitiveKind, Span)> {
    if !starts(bytes, at) {
        return None;
    }
    let run = read(bytes, at);
    let follows = bytes.get(run.end).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte == b'%');
    if follows {
        return None;
    }
    let kind = if is_card(&run) {
        SensitiveKind::Card
    } else if is_phone(&run) {
        SensitiveKind::Phone
    } else {
        return None;
    };
    Some((kind, Span::new(at, run.end)))
}

fn read(bytes: &[u8], start: usize) -> Run {
    let mut run = Run { end: start, ..Run::default() };
    let mut at = start;
    let mut fresh = true;
    // What separates counts only when digits follow: a full stop behind the number ends the sentence.
    let mut pending = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'0'..=b'9' => {
                run.digit(*byte - b'0', fresh);
                run.separators |= std::mem::take(&mut pending);
                run.end = at + 1;
            }
            b'+' if at == start => run.plus = true,
            // Separators stand alone, but for a bracket with a space beside it.
            b'(' if pending & PAREN == 0 => pending |= PAREN,
            b')' if (run.separators | pending) & PAREN != 0 => {}
            b' ' if !fresh || bytes.get(at.wrapping_sub(1)) == Some(&b')') => pending |= SPACE,
            b'-' if !fresh => pending |= DASH,
            b'.' if !fresh => pending |= DOT,
            _ => break,
        }
        fresh = !byte.is_ascii_digit();
        at += 1;
    }
    run
}

impl Run {
    fn digit(&mut self, digit: u8, new_group: bool) {
        if let Some(slot) = self.digits.get_mut(self.count) {
            *slot = digit;
        }
        self.count += 1;
        self.group_count += usize::from(new_group);
        let group = self.group_count.checked_sub(1).and_then(|at| self.groups.get_mut(at));
        if let Some(length) = group {
            *length = length.saturating_add(1);
        }
    }

    fn has(&self, separator: u8) -> bool {
        self.separators & separator != 0
    }

    fn groups(&self) -> &[u8] {
        self.groups.get(..self.group_count).unwrap_or_default()
    }
}

fn is_phone(run: &Run) -> bool {
    let first = run.digits.first().copied().unwrap_or_default();
    match run.groups() {
        _ if run.plus => (8..=15).contains(&run.count),
        // North America: 212-555-0142, (212) 555-0142, 1.212.555.0142.
        [3, 3, 4] | [1, 3, 3, 4] => run.has(DASH) || run.has(PAREN) || (run.has(DOT) && !run.has(SPACE)),
        // National form elsewhere: trunk 0, area code of three digits and more; points would make dates match.
        [3..=5, _, ..] => first == 0 && !run.has(DOT) && (9..=12).contains(&run.count),
        _ => false,
    }
}

fn is_card(run: &Run) -> bool {
    let digits = run.digits.get(..run.count).unwrap_or_default();
    let issuer = matches!(digits.first(), Some(2..=6));
    let plain = !run.plus && matches!(run.separators, 0 | SPACE | DASH);
    let grouped = run.groups().len() == 1
        || (run.groups().iter().all(|length| (2..=7).contains(length)) && run.groups().len() <= 5);
    let varied = digits.windows(2).any(|pair| matches!(pair, [a, b] if a != b));
    (13..=19).contains(&run.count) && issuer && plain && grouped && varied && luhn(digits)
}

fn luhn(digits: &[u8]) -> bool {
    let doubled = |digit: u8| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| u32::from(if at % 2 == 1 { doubled(*digit) } else { *digit }))
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::super::{SensitiveKind, find_sensitive};

    fn kinds(text: &str) -> Vec<SensitiveKind> {
        find_sensitive(text).into_iter().map(|(kind, _)| kind).collect()
    }

    #[test]
    fn finds_telephone_numbers() {
        for text in [
            "+49 30 901820",
            "call (212) 555-0142.",
            "1-212-555-0142",
            "212.555.0142",
            "020 7946 0958",
            "tel:+442079460958",
            "+1 (212) 555-0142",
            "0211-1234567",
        ] {
            assert_eq!(kinds(text), [SensitiveKind::Phone], "{text}");
        }
    }

    #[test]
    fn leaves_other_numbers_alone() {
        for text in [
            "2024-01-15",
            "01.02.2024 10:00",
            "1,000,000",
            "3.14159265358",
            "10 000 000 000",
            "192.168.100.1",
            "1700000000000",
            "v1.212.555.01",
            "$212-555-0142",
            "978-3-16-148410-0",
            "https://a.io/212-555-0142",
            "+5 %",
            "100 200 3000",
            "2019-2024",
            "abc+49301234567x",
            "(2024) 100",
        ] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }

    #[test]
    fn finds_cards_by_luhn() {
        for text in ["4111 1111 1111 1111.", "4111111111111111", "5500-0000-0000-0004", "3782 822463 10005"] {
            assert_eq!(kinds(text), [SensitiveKind::Card], "{text}");
        }
        for text in ["4111 1111 1111 1112", "4444444444444444", "1111 1111 1111 1117", "41111111111111110000000"] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }
}
