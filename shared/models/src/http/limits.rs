//! What the headers of an answer say is left until when.

use std::time::Duration;

use chrono::DateTime;
use mesh_core::Timestamp;
use reqwest::header::HeaderMap;

use super::exchange::text;

/// How long the headers forbid another call: the longest of the limits of which nothing is left. `time` reads a reset;
/// header names are those of `remaining`, with `reset` in its place.
fn closed(
    headers: &HeaderMap,
    remaining: &[(&str, &str)],
    time: impl Fn(&str) -> Option<Duration>,
) -> Option<Duration> {
    let spent = |name: &str| text(headers, name).is_some_and(|left| left.trim() == "0");
    let resets = remaining.iter().filter(|(left, _)| spent(left)).filter_map(|(_, reset)| text(headers, reset));
    resets.filter_map(|reset| time(reset.trim())).max().filter(|time| !time.is_zero())
}

/// As OpenAI has them: a reset is a time such as `12ms` or `6m0s`.
pub(crate) fn openai(headers: &HeaderMap, _now: Timestamp) -> Option<Duration> {
    const LIMITS: [(&str, &str); 2] = [
        ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
        ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
    ];
    closed(headers, &LIMITS, duration)
}

/// As Anthropic has them: a reset is a date.
pub(crate) fn anthropic(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    const LIMITS: [(&str, &str); 4] = [
        ("anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"),
        ("anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"),
        ("anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"),
        ("anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"),
    ];
    let until = |reset: &str| DateTime::parse_from_rfc3339(reset).ok().map(|date| date.timestamp_millis());
    closed(headers, &LIMITS, |reset| Some(now.until(Timestamp(until(reset)?))))
}

/// There are none, or none that can be relied on: Azure sends zeros that mean nothing.
pub(crate) fn none(_headers: &HeaderMap, _now: Timestamp) -> Option<Duration> {
    None
}

/// `1h2m3.5s`, `12ms`: numbers with their units.
fn duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        seconds += number
            * match &rest[..unit] {
                "d" => 86_400.0,
                "h" => 3_600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 0.001,
                _ => return None,
            };
        rest = &rest[unit..];
    }
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn times_are_read_with_their_units() {
        for (text, millis) in [("12ms", 12), ("6m0s", 360_000), ("1h2m3.5s", 3_723_500), ("1s", 1_000)] {
            assert_eq!(duration(text), Some(Duration::from_millis(millis)), "{text}");
        }
        for text in ["12", "s", "1x", "-1s", "1.2.3s", "1e9s"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn only_what_is_used_up_closes_and_the_longest_counts() {
        let now = Timestamp::parse("2026-11-20T12:00:00Z").unwrap();
        let spent = headers(&[
            ("x-ratelimit-remaining-requests", "0"),
            ("x-ratelimit-reset-requests", "2s"),
            ("x-ratelimit-remaining-tokens", "0"),
            ("x-ratelimit-reset-tokens", "6m0s"),
        ]);
        assert_eq!(openai(&spent, now), Some(Duration::from_secs(360)));
        let left = headers(&[("x-ratelimit-remaining-requests", "1"), ("x-ratelimit-reset-requests", "2s")]);
        assert_eq!(openai(&left, now), None);
        let odd = headers(&[("x-ratelimit-remaining-requests", "-1"), ("x-ratelimit-reset-requests", "2s")]);
        assert_eq!(openai(&odd, now), None);
        let spent = headers(&[
            ("anthropic-ratelimit-output-tokens-remaining", "0"),
            ("anthropic-ratelimit-output-tokens-reset", "2026-11-20T12:00:30Z"),
        ]);
        assert_eq!((anthropic(&spent, now), none(&spent, now)), (Some(Duration::from_secs(30)), None));
        let past = headers(&[
            ("anthropic-ratelimit-requests-remaining", "0"),
            ("anthropic-ratelimit-requests-reset", "2026-11-20T11:00:00Z"),
        ]);
        assert_eq!(anthropic(&past, now), None);
    }
}
