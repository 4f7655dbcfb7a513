//! The slug: code makes it, or lets one pass that is made as it would be.

use mesh_contracts::Slug;

use super::{Article, text::content_words};

/// Most characters (the contract's bound).
const CHARS: usize = 75;
/// Hex digits of the content id in the slug of an article whose title has no Latin letters. The end of the id is used, as
/// publish does.
const ID_DIGITS: usize = 8;

/// The slug given when it is one and holds more than half of the keyphrase's words; else the title's, else keyphrase and
/// title. Letters outside of ASCII are transliterated; without any that can be, the slug is `article-` and a part of the id.
pub(super) fn fit(given: &str, keyphrase: &str, title: &str, article: &Article<'_>) -> Option<Slug> {
    let given = given.trim();
    let made = [title.to_owned(), article.title.to_owned(), format!("{keyphrase} {title}")];
    let made = made.iter().map(|text| joined(&ascii_words(text)));
    let candidates = std::iter::once(given.to_owned()).chain(made);
    let mut valid = candidates.filter_map(|text| Slug::new(text).ok());
    valid.find(|slug| covers(slug, keyphrase)).or_else(|| {
        let id = article.content_id.0.simple().to_string();
        Slug::new(format!("article-{}", &id[id.len() - ID_DIGITS..])).ok()
    })
}

/// Whether more than half of the keyphrase's words that matter are in the slug, as far as they can be.
fn covers(slug: &Slug, keyphrase: &str) -> bool {
    let parts: Vec<&str> = slug.split('-').collect();
    let words: Vec<Vec<String>> =
        content_words(keyphrase).iter().map(|word| ascii_words(word)).filter(|word| !word.is_empty()).collect();
    let there = words.iter().filter(|word| word.iter().all(|part| parts.contains(&part.as_str()))).count();
    words.is_empty() || there * 2 > words.len()
}

/// Words with hyphens between them, each once, as many as fit.
fn joined(words: &[String]) -> String {
    let mut slug = String::new();
    for (at, word) in words.iter().enumerate() {
        let gap = usize::from(!slug.is_empty());
        if words[..at].contains(word) {
            continue;
        }
        if slug.len() + gap + word.len() > CHARS {
            break;
        }
        if gap == 1 {
            slug.push('-');
        }
        slug.push_str(word);
    }
    slug
}

/// The words of a text in lower-case ASCII; letters that have no likeness there separate words.
fn ascii_words(text: &str) -> Vec<String> {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => folded.push(c),
            // An apostrophe, or an accent on its own, belongs to its word: "don't" is "dont".
            '\'' | '\u{2018}' | '\u{2019}' | '\u{300}'..='\u{36f}' => {}
            _ => folded.push_str(fold(c)),
        }
    }
    folded.split_whitespace().map(str::to_owned).collect()
}

/// Latin letters with marks as ASCII; a space for all else.
fn fold(c: char) -> &'static str {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' | 'ạ'..='ặ' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ẹ'..='ệ' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ỉ' | 'ị' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ơ' | 'ọ'..='ợ' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'þ' => "th",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ư' | 'ụ'..='ự' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' | 'ỳ'..='ỹ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => " ",
    }
}
