//! Access keys by their well-known prefixes, and private keys by their header.

use super::super::Span;
use super::SensitiveKind;

/// A prefix, how many characters must follow at least, and whether only capitals and digits may.
struct Shape {
    prefix: &'static str,
    rest: usize,
    capitals: bool,
}

const fn shape(prefix: &'static str, rest: usize) -> Shape {
    Shape { prefix, rest, capitals: false }
}

const SHAPES: [Shape; 16] = [
    shape("sk-", 20),
    shape("sk_live_", 16),
    shape("rk_live_", 16),
    shape("ghp_", 20),
    shape("gho_", 20),
    shape("ghs_", 20),
    shape("ghu_", 20),
    shape("github_pat_", 20),
    shape("glpat-", 20),
    shape("xoxb-", 16),
    shape("xoxp-", 16),
    shape("AIza", 35),
    shape("hf_", 30),
    shape("eyJhbGciOi", 40),
    Shape { prefix: "AKIA", rest: 16, capitals: true },
    Shape { prefix: "ASIA", rest: 16, capitals: true },
];

/// The key beginning at byte `at`.
pub(super) fn key(text: &str, at: usize) -> Option<(SensitiveKind, Span)> {
    let bytes = text.as_bytes();
    if at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    if bytes.get(at) == Some(&b'-') {
        return private_key(text, at);
    }
    let tail = bytes.get(at..)?;
    let shape = SHAPES.iter().find(|shape| tail.starts_with(shape.prefix.as_bytes()))?;
    let rest = tail.get(shape.prefix.len()..)?;
    let allowed = |byte: &u8| {
        if shape.capitals {
            byte.is_ascii_uppercase() || byte.is_ascii_digit()
        } else {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
        }
    };
    let length = rest.iter().take_while(|byte| allowed(byte)).count();
    let secret = rest.get(..length)?;
    // Words joined by hyphens (`sk-learn-...`) are no key: a key has one long run.
    let run = secret.split(|byte| matches!(byte, b'-' | b'_' | b'.')).map(<[u8]>::len).max().unwrap_or_default();
    let good = length >= shape.rest && run >= shape.rest.min(16);
    good.then(|| (SensitiveKind::Key, Span::new(at, at + shape.prefix.len() + length)))
}

/// From the PEM header to the end of the footer, or to the end of the text when there is none.
fn private_key(text: &str, at: usize) -> Option<(SensitiveKind, Span)> {
    let tail = text.get(at..)?.strip_prefix("-----BEGIN ")?;
    let label = tail.lines().next()?;
    if !label.split("-----").next()?.ends_with("PRIVATE KEY") {
        return None;
    }
    let end = match tail.find("-----END ") {
        Some(footer) => {
            let from = at + "-----BEGIN ".len() + footer + "-----END ".len();
            text.get(from..)?.find("-----").map_or(text.len(), |close| from + close + "-----".len())
        }
        None => text.len(),
    };
    Some((SensitiveKind::PrivateKey, Span::new(at, end)))
}

#[cfg(test)]
mod tests {
    use super::super::{SensitiveKind, find_sensitive, masked};

    fn kinds(text: &str) -> Vec<SensitiveKind> {
        find_sensitive(text).into_iter().map(|(kind, _)| kind).collect()
    }

    #[test]
    fn finds_keys() {
        let tail = "Ab3".repeat(14);
        for text in [
            format!("sk-{tail}"),
            format!("key=sk-proj-{tail}"),
            format!("https://a.io/?k=AIza{tail}"),
            format!("ghp_{tail}"),
            "AKIAIOSFODNN7EXAMPLE".to_owned(),
        ] {
            assert_eq!(kinds(&text), [SensitiveKind::Key], "{text}");
        }
    }

    #[test]
    fn leaves_words_alone() {
        for text in [
            "sk-learn-pipelines-and-transformers",
            "risk-adjusted-portfolio-management-now",
            "sk-short",
            "AKIAshort",
            "ASIA PACIFIC",
            "-----BEGIN CERTIFICATE-----",
        ] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }

    #[test]
    fn a_private_key_goes_to_its_footer() {
        let text = "x -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- y";
        assert_eq!(masked(text), "x *** (private key) y");
        assert_eq!(masked("-----BEGIN PRIVATE KEY-----\nMIIE"), "*** (private key)");
    }
}
