//! Finding personal data and credentials in text, and masking them. Scanners are hand-written: one pass over bytes, nothing compiled.

mod keys;
mod numbers;

use super::Span;

/// What kind of sensitive text was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SensitiveKind {
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A payment card number (right length, issuer digit and Luhn sum).
    Card,
    /// An access key or token.
    Key,
    /// A private key in PEM form.
    PrivateKey,
}

impl SensitiveKind {
    /// The name for messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Email => "e-mail address",
            Self::Phone => "telephone number",
            Self::Card => "card number",
            Self::Key => "access key",
            Self::PrivateKey => "private key",
        }
    }
}

/// All sensitive places of a text in order; they never overlap.
pub(crate) fn find_sensitive(text: &str) -> Vec<(SensitiveKind, Span)> {
    let bytes = text.as_bytes();
    let mut found: Vec<(SensitiveKind, Span)> = Vec::new();
    let (mut at, mut free_from, mut in_url) = (0, 0, false);
    while let Some(byte) = bytes.get(at) {
        in_url = match byte {
            b' ' | b'\n' | b'\t' | b'\r' | b')' | b'>' | b'"' => false,
            b':' => in_url || bytes.get(at..at + 3) == Some(b"://"),
            _ => in_url,
        };
        let hit = match byte {
            b'@' if !in_url => email(bytes, at, free_from).map(|span| (SensitiveKind::Email, span)),
            b'+' | b'(' | b'0'..=b'9' if !in_url => numbers::number(bytes, at),
            b'-' | b'A'..=b'Z' | b'a'..=b'z' => keys::key(text, at),
            _ => None,
        };
        if let Some((kind, span)) = hit {
            at = span.end as usize;
            free_from = at;
            found.push((kind, span));
        } else if numbers::starts(bytes, at) {
            // A number that is harmless as a whole is not looked at again from its middle.
            at = numbers::end(bytes, at).max(at + 1);
        } else {
            at += 1;
        }
    }
    found
}

fn email(bytes: &[u8], at: usize, free_from: usize) -> Option<Span> {
    let local = |byte: &u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-') || !byte.is_ascii()
    };
    let host = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let before = bytes.get(free_from..at)?;
    let start = at - before.iter().rev().take_while(|byte| local(byte)).count();
    let name = bytes.get(start..at)?;
    let after = bytes.get(at + 1..)?;
    let mut domain = after.get(..after.iter().take_while(|byte| host(byte)).count())?;
    while let Some((b'.' | b'-', rest)) = domain.split_last() {
        domain = rest;
    }
    let dot = domain.iter().rposition(|byte| *byte == b'.')?;
    let top = domain.get(dot + 1..)?;
    let end = at + 1 + domain.len();
    // `git@host:path` is an address of a repository, not of a person.
    let repository = name == b"git" && bytes.get(end) == Some(&b':');
    let good = name.iter().any(u8::is_ascii_alphanumeric)
        && dot > 0
        && top.len() >= 2
        && top.iter().all(u8::is_ascii_alphabetic);
    (good && !repository).then(|| Span::new(start, end))
}

/// How a sensitive value may be shown: its first character, to recognise it, and nothing else.
pub(crate) fn mask_value(kind: SensitiveKind, value: &str) -> String {
    let first = value.chars().next().filter(|_| kind != SensitiveKind::PrivateKey);
    format!("{}*** ({})", first.map(String::from).unwrap_or_default(), kind.name())
}

/// The text with everything sensitive masked, and with long runs that look like encoded secrets masked too.
pub(crate) fn masked(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut from = 0;
    for (kind, span) in find_sensitive(text) {
        shown.push_str(text.get(from..span.start as usize).unwrap_or_default());
        shown.push_str(&mask_value(kind, text.get(span.range()).unwrap_or_default()));
        from = span.end as usize;
    }
    shown.push_str(text.get(from..).unwrap_or_default());
    if shown.split_whitespace().any(looks_encoded) {
        let words: Vec<&str> =
            shown.split_whitespace().map(|word| if looks_encoded(word) { "***" } else { word }).collect();
        return words.join(" ");
    }
    shown
}

/// A line of a key's body: at least 32 characters of base64 with letters and digits, and no address.
fn looks_encoded(word: &str) -> bool {
    word.len() >= 32
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-'))
        && word.bytes().any(|byte| byte.is_ascii_digit())
        && word.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<SensitiveKind> {
        find_sensitive(text).into_iter().map(|(kind, _)| kind).collect()
    }

    #[test]
    fn finds_email_addresses() {
        for text in ["mail jane.doe@site.org.", "<a.b+c@x-y.co.uk>", "mailto:j@x.io", "jürgen@web.de", "a@b.cc,c@d.ee"]
        {
            assert!(kinds(text).contains(&SensitiveKind::Email), "{text}");
        }
        for text in [
            "@handle",
            "a @ b.com",
            "npm i foo@1.2.3",
            "git@github.com:org/x",
            "https://medium.com/@name",
            "x@localhost",
            "@",
            "a@.com",
            "a@b.c",
        ] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }

    #[test]
    fn masks_all_but_the_first_character() {
        let shown = masked("Write to jane@site.org or +44 20 7946 0958 now.");
        assert_eq!(shown, "Write to j*** (e-mail address) or +*** (telephone number) now.");
        assert_eq!(masked("MIIEpAIBAAKCAQEA7bq8yW1234567890abcdefgh and more"), "*** and more");
        assert_eq!(masked("nothing here"), "nothing here");
    }

    proptest::proptest! {
        #[test]
        fn spans_are_in_order_and_masked_text_is_clean(text in "[a-z0-9@.+() /:-]{0,80}|\\PC*") {
            let mut end = 0;
            for (_, span) in find_sensitive(&text) {
                assert!(span.start >= end && text.get(span.range()).is_some());
                end = span.end;
            }
            let _ = masked(&text);
        }
    }
}
