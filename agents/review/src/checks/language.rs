//! The language the article is written in.

use whatlang::Lang;

use super::finding::{Finding, Severity, Sink};
use super::{Context, Policy};
use crate::text::TextModel;

/// ISO 639-1 codes beside the 639-3 codes of the detector.
const CODES: [(&str, &str); 70] = [
    ("af", "afr"),
    ("ak", "aka"),
    ("am", "amh"),
    ("ar", "ara"),
    ("az", "aze"),
    ("be", "bel"),
    ("bg", "bul"),
    ("bn", "ben"),
    ("ca", "cat"),
    ("cs", "ces"),
    ("cy", "cym"),
    ("da", "dan"),
    ("de", "deu"),
    ("el", "ell"),
    ("en", "eng"),
    ("eo", "epo"),
    ("es", "spa"),
    ("et", "est"),
    ("fa", "pes"),
    ("fi", "fin"),
    ("fr", "fra"),
    ("gu", "guj"),
    ("he", "heb"),
    ("hi", "hin"),
    ("hr", "hrv"),
    ("hu", "hun"),
    ("hy", "hye"),
    ("id", "ind"),
    ("it", "ita"),
    ("ja", "jpn"),
    ("jv", "jav"),
    ("ka", "kat"),
    ("km", "khm"),
    ("kn", "kan"),
    ("ko", "kor"),
    ("la", "lat"),
    ("lt", "lit"),
    ("lv", "lav"),
    ("mk", "mkd"),
    ("ml", "mal"),
    ("mr", "mar"),
    ("my", "mya"),
    ("nb", "nob"),
    ("ne", "nep"),
    ("nl", "nld"),
    ("no", "nob"),
    ("or", "ori"),
    ("pa", "pan"),
    ("pl", "pol"),
    ("pt", "por"),
    ("ro", "ron"),
    ("ru", "rus"),
    ("si", "sin"),
    ("sk", "slk"),
    ("sl", "slv"),
    ("sn", "sna"),
    ("sr", "srp"),
    ("sv", "swe"),
    ("ta", "tam"),
    ("te", "tel"),
    ("th", "tha"),
    ("tk", "tuk"),
    ("tl", "tgl"),
    ("tr", "tur"),
    ("uk", "ukr"),
    ("ur", "urd"),
    ("uz", "uzb"),
    ("vi", "vie"),
    ("yi", "yid"),
    ("zh", "cmn"),
];
/// Languages the detector confuses too easily to block for.
const ALIKE: [[Lang; 2]; 4] =
    [[Lang::Dan, Lang::Nob], [Lang::Hrv, Lang::Srp], [Lang::Ind, Lang::Jav], [Lang::Ces, Lang::Slk]];
/// Bytes of each of the three samples that are looked at; detection is the dearest check, and more text does not change the answer.
const SAMPLE: usize = 400;

/// What the detector says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Detected {
    pub(crate) language: Lang,
    pub(crate) reliable: bool,
}

/// Detects the language of a text that is long enough.
pub(super) fn detect(model: &TextModel, policy: &Policy) -> Option<Detected> {
    let text = model.text();
    text.chars().nth(policy.language_min_chars.saturating_sub(1))?;
    let info = if text.len() <= 3 * SAMPLE { whatlang::detect(text) } else { whatlang::detect(&sample(text)) }?;
    Some(Detected { language: info.lang(), reliable: info.is_reliable() })
}

/// Pieces from the beginning, the middle and the end.
fn sample(text: &str) -> String {
    let piece = |from: usize| {
        let start = text.ceil_char_boundary(from);
        text.get(start..text.ceil_char_boundary(start + SAMPLE)).unwrap_or_default()
    };
    [piece(0), piece((text.len() - SAMPLE) / 2), piece(text.len() - SAMPLE)].join(" ")
}

/// Whether checks for English apply: by the language asked for, else by the one detected; a text too short to tell counts as English.
pub(super) fn is_english(requested: Option<&str>, detected: Option<Detected>) -> bool {
    match requested.and_then(short_code) {
        Some(code) => code == "en",
        None => detected.is_none_or(|detected| detected.language == Lang::Eng || !detected.reliable),
    }
}

/// The ISO 639-1 code of a language tag (`en-GB`, `eng`, `EN`); none when it is unknown.
pub(super) fn short_code(tag: &str) -> Option<&'static str> {
    let primary = tag.trim().split(['-', '_']).next()?;
    CODES
        .iter()
        .find(|(short, long)| short.eq_ignore_ascii_case(primary) || long.eq_ignore_ascii_case(primary))
        .map(|(short, _)| *short)
}

fn requested(tag: &str) -> Option<Lang> {
    let short = short_code(tag)?;
    CODES.iter().find(|(known, _)| *known == short).and_then(|(_, long)| Lang::from_code(*long))
}

pub(super) fn check(context: &Context<'_>, out: &mut Sink) {
    let Some(detected) = context.detected.filter(|detected| detected.reliable) else { return };
    let Some(wanted) = context.article.language.and_then(requested) else { return };
    let alike = ALIKE.iter().any(|pair| pair.contains(&wanted) && pair.contains(&detected.language));
    if detected.language != wanted && !alike {
        let finding =
            Finding::new("language", Severity::Block, "The article is not written in the language requested.");
        out.push(finding.measured(detected.language.eng_name()).threshold(wanted.eng_name()));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{article, found};
    use super::*;
    use crate::checks::Article;

    const ENGLISH: &str = "The garden is quiet in the early morning, and the people of the village walk slowly along the river. They talk about the weather, \
                           the harvest and their children, who have left for the city and who come home only when the summer is over and the days are short.";
    const GERMAN: &str = "Der Garten ist am frühen Morgen still, und die Leute des Dorfes gehen langsam am Fluss entlang. Sie sprechen über das Wetter, die Ernte \
                          und ihre Kinder, die in die Stadt gezogen sind und erst nach Hause kommen, wenn der Sommer vorbei ist und die Tage kürzer werden.";

    fn severities(text: &str, language: &str) -> Vec<Severity> {
        found("language", &Article { language: Some(language), ..article(text) })
    }

    #[test]
    fn another_language_blocks() {
        assert_eq!(severities(GERMAN, "en"), [Severity::Block]);
        assert_eq!(severities(&GERMAN.repeat(20), "en-GB"), [Severity::Block]);
        assert_eq!(severities(ENGLISH, "deu"), [Severity::Block]);
    }

    #[test]
    fn the_requested_language_passes() {
        for (text, tag) in [(ENGLISH, "en_US"), (GERMAN, "de-AT"), (GERMAN, "DE")] {
            assert_eq!(severities(text, tag), [], "{tag}");
        }
    }

    #[test]
    fn short_texts_and_unknown_tags_are_not_judged() {
        assert_eq!(severities("Der Garten ist am frühen Morgen still.", "en"), []);
        assert_eq!(severities(GERMAN, "tlh"), []);
        assert_eq!(found("language", &article(GERMAN)), []);
    }

    #[test]
    fn every_code_is_known_to_the_detector() {
        let unknown: Vec<_> = CODES.iter().filter(|(_, long)| Lang::from_code(*long).is_none()).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    #[test]
    fn english_is_asked_for_or_detected() {
        let german = Some(Detected { language: Lang::Deu, reliable: true });
        assert!(is_english(None, None) && is_english(Some("en-GB"), german));
        assert!(!is_english(None, german) && !is_english(Some("de"), None));
    }
}
