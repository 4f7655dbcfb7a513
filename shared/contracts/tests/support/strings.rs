//! Strings at the edges of what the contracts allow.

use super::rng::Rng;

/// Blank characters (Unicode `White_Space` and the byte order mark), characters that only look blank, and others.
const ALPHABET: [char; 30] = [
    'a', 'Z', '0', '-', '_', '.', ' ', '\t', '\n', '\u{0B}', '\u{0C}', '\r', '\u{1C}', '\u{85}', '\u{A0}', '\u{1680}',
    '\u{180E}', '\u{2000}', '\u{200A}', '\u{200B}', '\u{2028}', '\u{202F}', '\u{205F}', '\u{2060}', '\u{3000}',
    '\u{FEFF}', '\0', 'ä', '\u{301}', '😀',
];

/// `length` characters, either all of one kind or mixed.
pub(crate) fn of_length(rng: &mut Rng, length: usize) -> String {
    let one = ALPHABET[rng.below(ALPHABET.len())];
    match rng.below(4) {
        0 => std::iter::repeat_n(one, length).collect(),
        1 => (0..length).map(|_| ALPHABET[rng.below(ALPHABET.len())]).collect(),
        2 if length > 0 => format!("{}x", String::from(one).repeat(length - 1)),
        _ => "word ".chars().cycle().take(length).collect(),
    }
}

/// The text with one small change.
pub(crate) fn nudged(rng: &mut Rng, text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let at = rng.below(chars.len() + 1);
    let c = ALPHABET[rng.below(ALPHABET.len())];
    match rng.below(8) {
        0 => return text.to_uppercase(),
        1 => return text.to_lowercase(),
        2 => return format!("{text}\n"),
        3 => return format!(" {text}"),
        4 if at < chars.len() => drop(chars.remove(at)),
        5 if at < chars.len() => chars[at] = c,
        6 if at < chars.len() => chars.insert(at, chars[at]),
        _ => chars.insert(at, c),
    }
    chars.into_iter().collect()
}

/// Something that looks like a point in time, often one.
pub(crate) fn time(rng: &mut Rng) -> String {
    const ODD: [&str; 18] = [
        "2026-02-30T00:00:00.000Z",
        "2024-02-29T12:00:00.000Z",
        "2023-02-29T12:00:00.000Z",
        "1900-02-29T12:00:00.000Z",
        "2000-02-29T12:00:00.000Z",
        "0000-02-29T00:00:00.000Z",
        "9999-12-31T23:59:59.999Z",
        "2026-06-30T23:59:60.000Z",
        "2026-06-30T23:59:60.500Z",
        "2026-06-30T24:00:00.000Z",
        "2026-11-20T09:30:00Z",
        "2026-11-20T09:30:00.000+00:00",
        "2026-11-20T09:30:00.000-00:00",
        "2026-11-20t09:30:00.000z",
        "2026-11-20 09:30:00.000Z",
        "2026-11-20T09:30:00.0000Z",
        "+2026-11-20T09:30:00.000Z",
        "-0001-11-20T09:30:00.000Z",
    ];
    if rng.chance(30) {
        return ODD[rng.below(ODD.len())].to_owned();
    }
    let year = [rng.below(10_000), 1600 + 100 * rng.below(10), 2000 + rng.below(40)][rng.below(3)];
    let month = if rng.chance(30) { 2 } else { rng.below(14) };
    let day = if rng.chance(40) { 27 + rng.below(6) } else { rng.below(32) };
    let (month, day) = if rng.chance(25) { (2, 29) } else { (month, day) };
    let (hour, minute, second, milli) = (rng.below(25), rng.below(61), rng.below(61), rng.below(1000));
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

/// An id in one of the forms of a UUID; only the canonical one is allowed.
pub(crate) fn id(rng: &mut Rng) -> String {
    let hex = format!("{:016x}{:016x}", rng.bits(), rng.bits());
    let dashed = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-");
    match rng.below(12) {
        0 => hex,
        1 => dashed.to_uppercase(),
        2 => format!("{{{dashed}}}"),
        3 => format!("urn:uuid:{dashed}"),
        4 => "00000000-0000-0000-0000-000000000000".into(),
        5 => "FFFFFFFF-ffff-ffff-ffff-ffffffffffff".into(),
        6 => format!("{dashed}0"),
        7 => dashed.replacen('-', "", 1),
        _ => dashed,
    }
}

/// A word that may be a name, a language tag, a colour, a slug or a digest.
pub(crate) fn word(rng: &mut Rng) -> String {
    const WORDS: [&str; 32] = [
        "en",
        "de-CH",
        "zh-Hant-TW",
        "sl-rozaj-biske-1994",
        "de-1-2",
        "EN",
        "e",
        "engl",
        "en_US",
        "en-",
        "-en",
        "de-CH\n",
        "i-klingon",
        "default",
        "a",
        ".hidden",
        "-x",
        "a/b",
        "ümlaut",
        "a.b_c-9",
        "",
        "en-abcdefghi",
        "#FF5733",
        "#ff573",
        "#FF57333",
        "FF5733",
        "#GG5733",
        "#ff5733\n",
        "small-queues",
        "small--queues",
        "small-queues-",
        "Small-Queues",
    ];
    match rng.below(5) {
        0 => "a".repeat([1, 63, 64, 65, 75, 76][rng.below(6)]),
        1 => "0f".repeat([31, 32, 33][rng.below(3)]),
        2 => (0..rng.below(6)).fold("de".to_owned(), |tag, _| format!("{tag}-{}", "ab3".repeat(1 + rng.below(3)))),
        _ => WORDS[rng.below(WORDS.len())].to_owned(),
    }
}
