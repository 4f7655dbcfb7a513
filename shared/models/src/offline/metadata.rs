//! The task `metadata`: what search engines and link previews say of an article, within their limits.

use serde_json::{Value, json};

use super::{
    NAME,
    article::DISCLOSURE,
    phrase::is_stop,
    seed::Rng,
    task::{text, texts},
    text::{one_line, shorten},
    writer::capitalise,
};

const TITLE_CHARS: usize = 60;
/// Least and most characters of a description.
const DESCRIPTION_CHARS: (usize, usize) = (121, 156);
const SLUG_CHARS: usize = 75;
const KEYPHRASE_CHARS: usize = 80;
const KEYWORDS: usize = 20;
/// Most words of a keyphrase.
const PHRASE_WORDS: usize = 4;
const OG_TITLE_CHARS: usize = 95;
const OG_DESCRIPTION_CHARS: usize = 200;
/// What fills a description that has too little to say; longer than any gap.
const FILLER: &str = "Calm steps and plain words wait in the text, with room for notes of your own and for questions to come \
                      back to on a quiet day with others.";

/// The metadata of the input, as JSON.
pub(super) fn metadata(value: &Value) -> Result<String, String> {
    let line = |field| Ok::<_, String>(plain(text(value, field)?.unwrap_or_default()));
    let (topic, summary, first) = (line("topic")?, line("summary")?, line("first_paragraph")?);
    let mut title = line("title")?;
    let site = line("site_name")?;
    let keywords: Vec<&str> = texts(value, "keywords")?.into_iter().chain(texts(value, "core_keywords")?).collect();
    text(value, "seo_instructions")?;
    text(value, "language")?;
    if title.is_empty() {
        topic.clone_into(&mut title);
    }
    if title.is_empty() {
        return Err("input.title and input.topic are missing".to_owned());
    }
    capitalise(&mut title);
    let keywords = all_keywords(&keywords, if topic.is_empty() { &title } else { &topic });
    let keyphrase = keywords.first().cloned().unwrap_or_default();
    let about = if summary.is_empty() { &first } else { &summary };
    let answer = json!({
        "title": short_title(&title, &site),
        "description": description(about, &keyphrase),
        "slug": slug(&title, &mut Rng::new(NAME, "metadata", value)),
        "keyphrase": keyphrase,
        "keywords": keywords,
        "og_title": shorten(&title, OG_TITLE_CHARS).trim_end(),
        "og_description": og_description(about, &title),
    });
    Ok(answer.to_string())
}

/// Text of strangers on one line, without the marks of Markdown and without our own last line.
fn plain(text: &str) -> String {
    one_line(&text.replace(DISCLOSURE, " ").replace(['\\', '`', '*', '#', '<', '>'], ""))
}

/// The title within its limit, cut at the colon rather than in the middle; with the site's name where there is room.
fn short_title(title: &str, site: &str) -> String {
    let with_site = format!("{title} | {site}");
    if !site.is_empty() && with_site.chars().count() <= TITLE_CHARS {
        return with_site;
    }
    let head = title.split(": ").next().unwrap_or(title);
    let fitting = if title.chars().count() > TITLE_CHARS { head } else { title };
    let short = shorten(fitting, TITLE_CHARS);
    let neat = short.trim_end_matches([' ', ',', ':', ';', '-']);
    // A title of nothing but such marks is still a title.
    if neat.is_empty() { short.to_owned() } else { neat.to_owned() }
}

/// A text of 121 to 156 characters that names the keyphrase where it is short enough.
fn description(about: &str, keyphrase: &str) -> String {
    let mut text = about.to_owned();
    if !about.to_lowercase().contains(&keyphrase.to_lowercase()) && keyphrase.chars().count() <= KEYPHRASE_CHARS / 2 {
        text = format!("{}: {about}", keyphrase.trim_end_matches(['.', ':', '!', '?']));
        capitalise(&mut text);
    }
    if text.chars().count() < DESCRIPTION_CHARS.0 {
        text = format!("{} {FILLER}", text.trim_end()).trim_start().to_owned();
    }
    // Whole sentences, if they come out right; else as many words as go in.
    let marks = text.char_indices().filter(|(_, c)| matches!(c, '.' | '!' | '?')).map(|(at, _)| &text[..=at]);
    let within = |text: &&str| (DESCRIPTION_CHARS.0..=DESCRIPTION_CHARS.1).contains(&text.chars().count());
    let whole = marks.filter(|head| text[head.len()..].starts_with(' ') || head.len() == text.len()).rfind(within);
    whole.map_or_else(|| cut(&text, DESCRIPTION_CHARS.1), str::to_owned)
}

fn og_description(about: &str, title: &str) -> String {
    cut(if about.is_empty() { title } else { about }, OG_DESCRIPTION_CHARS)
}

/// The text cut between words to so many characters, with an ellipsis for the rest; between characters where the words
/// are too long for that.
fn cut(text: &str, chars: usize) -> String {
    if text.chars().count() <= chars {
        return text.to_owned();
    }
    let hard: String = text.chars().take(chars - 1).collect();
    let soft =
        hard.rsplit_once(' ').map_or(hard.as_str(), |(head, _)| head).trim_end_matches([',', ':', ';', '.', '-']);
    let fits = soft.chars().count() + 30 > chars;
    format!("{}…", if fits { soft } else { hard.as_str() })
}

/// The words of the topic that say what it is about: the first run of words that matter, at most four of them.
fn phrase(topic: &str) -> String {
    let bare = |word: &&str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let matters = |word: &&str| !is_stop(&bare(word)) && !bare(word).is_empty();
    let parts = |word: &str| word.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).count();
    let mut count = 0;
    let run = topic.split_whitespace().skip_while(|word| !matters(word)).take_while(|word| {
        count += parts(word);
        matters(word) && count <= PHRASE_WORDS
    });
    let run = run.collect::<Vec<_>>().join(" ");
    let run = run.trim_matches(|c: char| !c.is_alphanumeric());
    if run.is_empty() { topic.to_owned() } else { run.to_owned() }
}

/// The keywords, each once; without any, what the topic is about. The first is the keyphrase.
fn all_keywords(keywords: &[&str], topic: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let about = phrase(topic);
    let about = keywords.iter().all(|keyword| keyword.trim().is_empty()).then_some(about.as_str());
    for keyword in keywords.iter().copied().chain(about) {
        let keyword = shorten(&plain(keyword), KEYPHRASE_CHARS).trim().to_owned();
        let known = all.iter().any(|own| own.to_lowercase() == keyword.to_lowercase());
        if keyword.chars().any(char::is_alphanumeric) && !known && all.len() < KEYWORDS {
            all.push(keyword);
        }
    }
    if all.is_empty() { vec!["article".to_owned()] } else { all }
}

/// The title up to its colon, in lower-case ASCII and hyphens; of a title without any of these, a name from its hash.
fn slug(title: &str, rng: &mut Rng) -> String {
    let mut slug = String::new();
    for c in title.split(": ").next().unwrap_or(title).chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            'ä' | 'æ' => slug.push_str("ae"),
            'ö' | 'œ' => slug.push_str("oe"),
            'ü' => slug.push_str("ue"),
            'ß' => slug.push_str("ss"),
            'á' | 'à' | 'â' | 'ã' | 'å' => slug.push('a'),
            'é' | 'è' | 'ê' | 'ë' => slug.push('e'),
            'í' | 'ì' | 'î' | 'ï' => slug.push('i'),
            'ó' | 'ò' | 'ô' | 'õ' | 'ø' => slug.push('o'),
            'ú' | 'ù' | 'û' => slug.push('u'),
            'ñ' => slug.push('n'),
            'ç' => slug.push('c'),
            '\'' | '’' => {}
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    if slug.len() > SLUG_CHARS {
        let cut = slug[..=SLUG_CHARS].rfind('-').filter(|at| *at > 0).unwrap_or(SLUG_CHARS);
        slug.truncate(cut);
    }
    let slug = slug.trim_matches('-');
    if slug.is_empty() { format!("article-{:08x}", rng.below(usize::MAX >> 32)) } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_field_and_quote_nothing() {
        for (input, field) in [
            (json!({"summary": "secret"}), "title"),
            (json!({"title": ["secret"]}), "title"),
            (json!({"title": "secret", "keywords": "secret"}), "keywords"),
            (json!({"title": "secret", "core_keywords": [1]}), "core_keywords"),
            (json!({"title": "secret", "seo_instructions": 1}), "seo_instructions"),
        ] {
            let error = metadata(&input).unwrap_err();
            assert!(error.contains(field) && !error.contains("secret"), "{input}: {error}");
        }
    }

    #[test]
    fn slugs_are_kebab_case() {
        let slug = |title: &str| slug(title, &mut Rng::new("m", "t", &Value::Null));
        for (title, expected) in [
            ("Small Queues, Big Meetings: a plan", "small-queues-big-meetings"),
            ("  Größe & Maß!  ", "groesse-mass"),
            ("A beginner's guide", "a-beginners-guide"),
            ("C++", "c"),
        ] {
            assert_eq!(slug(title), expected);
        }
        assert!(slug("日本の庭園").starts_with("article-"));
        assert!(slug(&"word ".repeat(40)).len() <= SLUG_CHARS && slug(&"x".repeat(200)).len() <= SLUG_CHARS);
    }
}
