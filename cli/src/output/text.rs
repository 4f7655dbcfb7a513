//! Small words: how texts, sizes, times and money are written.

use std::time::Duration;

use mesh_contracts::events::Cost;
use mesh_core::Timestamp;

/// A text from elsewhere as it may go to a terminal: on one line, and without anything the terminal would obey.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !c.is_control()).collect()
}

/// A text from elsewhere, cut to `most` characters.
pub(crate) fn short(text: &str, most: usize) -> String {
    let text = plain(text);
    match text.char_indices().nth(most) {
        None => text,
        Some(_) => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// A point in time, to the second.
pub(crate) fn time(at: Timestamp) -> String {
    at.datetime().format("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// A duration as people say it: `0.35 s`, `12.4 s`, `3 min 20 s`.
pub(crate) fn duration(took: Duration) -> String {
    let seconds = took.as_secs();
    match seconds {
        0..10 => format!("{:.2} s", took.as_secs_f64()),
        10..120 => format!("{:.1} s", took.as_secs_f64()),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// A count with its noun: `1 message`, `3 messages`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// Tokens and money: `812 + 1204 tokens, $0.000000`.
pub(crate) fn cost(cost: &Cost) -> String {
    let tokens = format!("{} + {} tokens", cost.input_tokens, cost.output_tokens);
    match cost.micro_usd {
        Some(micro) => format!("{tokens}, ${}.{:06}", micro.count() / 1_000_000, micro.count() % 1_000_000),
        None => format!("{tokens}, no price known"),
    }
}

/// A word as a POSIX shell reads it back.
pub(crate) fn shell(word: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(safe) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// `2h`, `30m`, `45s`, `7d`, or a timestamp: the point in time that is meant.
pub(crate) fn since(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    if let Some(at) = Timestamp::parse(text) {
        return Ok(at);
    }
    let allowed = || format!("{text:?} is no time; allowed are 45s, 30m, 2h, 7d or 2026-11-20T09:30:00Z");
    let (number, unit) = text.split_at(text.len() - text.chars().next_back().map_or(0, char::len_utf8));
    let number: u64 = number.parse().map_err(|_| allowed())?;
    let seconds = match unit {
        "s" => Some(1),
        "m" => Some(60),
        "h" => Some(3600),
        "d" => Some(86_400),
        _ => None,
    };
    let ago = seconds.and_then(|unit| number.checked_mul(unit)).ok_or_else(allowed)?;
    Ok(now.minus(Duration::from_secs(ago)))
}

#[cfg(test)]
mod tests {
    use mesh_contracts::Int;

    use super::*;

    #[test]
    fn a_text_from_elsewhere_cannot_command_the_terminal() {
        assert_eq!(plain("a\u{1b}[31mb\nc\u{9b}d"), "a[31mb cd");
        assert_eq!(short("äöü", 3), "äöü");
        assert_eq!(short("abcdef", 4), "abc…");
    }

    #[test]
    fn money_is_written_in_full() {
        let mut spent = Cost { input_tokens: Int::clamp(12), output_tokens: Int::clamp(34), micro_usd: None };
        assert_eq!(cost(&spent), "12 + 34 tokens, no price known");
        spent.micro_usd = Int::new(1_000_042);
        assert_eq!(cost(&spent), "12 + 34 tokens, $1.000042");
    }

    #[test]
    fn a_quoted_word_is_one_word() {
        assert_eq!(shell("target/debug/mesh"), "target/debug/mesh");
        assert_eq!(shell("my mesh"), "'my mesh'");
        assert_eq!(shell("it's"), r"'it'\''s'");
        assert_eq!(shell(""), "''");
    }

    #[test]
    fn durations_ago_and_timestamps_are_times() {
        let now = Timestamp(100_000_000_000);
        assert_eq!(since("45s", now), Ok(Timestamp(99_999_955_000)));
        assert_eq!(since("2h", now), Ok(now.minus(Duration::from_secs(7200))));
        assert_eq!(since("1970-01-01T00:00:01Z", now), Ok(Timestamp(1000)));
        for bad in ["", "h", "2w", "-1h", "yesterday", "99999999999999999d", "5ö"] {
            assert!(since(bad, now).is_err(), "{bad}");
        }
    }

    #[test]
    fn durations_read_well() {
        let said = [350, 12_400, 200_000].map(|ms| duration(Duration::from_millis(ms)));
        assert_eq!(said, ["0.35 s", "12.4 s", "3 min 20 s"]);
        assert_eq!((count(1, "message"), count(0, "message")), ("1 message".into(), "0 messages".into()));
    }
}
