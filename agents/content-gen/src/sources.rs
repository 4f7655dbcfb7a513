//! What an article may draw on: the texts and feeds of its request and its site, numbered. No address is ever fetched; a
//! feed is given as its content.

use feed_rs::{model, parser};
use mesh_article::html_text;
use mesh_contracts::{
    Detail, Int, List, Text, WebAddress,
    events::{ContentRequest, Feed, Source},
    records::{NumberedSource, WebsiteSettings},
};
use mesh_core::AgentError;

/// Most sources of an article.
const MOST: usize = 30;
/// Most characters of all their texts, some 10,000 tokens.
const MOST_CHARS: usize = 40_000;
/// Most entries of a feed, the newest.
const ENTRIES: usize = 10;
/// Most characters of an entry's text.
const ENTRY_CHARS: usize = 2000;

/// The sources by number: the texts of the request and of the site, then the entries of their feeds, as many as there is
/// room for.
///
/// # Errors
/// [`AgentError::Reject`] with `SOURCES_TOO_LARGE` or `FEED_INVALID`.
pub(crate) fn numbered(
    request: &ContentRequest,
    site: Option<&WebsiteSettings>,
) -> Result<List<NumberedSource, MOST>, AgentError> {
    let (texts, feeds) = site.map(|site| (&*site.research_sources, &*site.research_feeds)).unwrap_or_default();
    let mut sources: Vec<Source> = request.sources.iter().chain(texts).cloned().collect();
    let mut chars: usize = sources.iter().map(|source| source.text.chars().count()).sum();
    within("sources", sources.len(), MOST, "sources")?;
    within("sources", chars, MOST_CHARS, "characters of text")?;
    for (field, feeds) in [("feeds", &*request.feeds), ("researchFeeds", feeds)] {
        for (number, feed) in feeds.iter().enumerate() {
            for entry in entries(&format!("{field}.{number}"), feed)? {
                chars += entry.text.chars().count();
                if sources.len() < MOST && chars <= MOST_CHARS {
                    sources.push(entry);
                }
            }
        }
    }
    Ok(List::clip((1..).zip(sources).map(|(id, source)| NumberedSource::new(Int::clamp(id), source))))
}

fn within(field: &str, count: usize, most: usize, what: &str) -> Result<(), AgentError> {
    if count <= most {
        return Ok(());
    }
    let limit = format!("at most {most} {what}, those of the site included");
    let details = vec![Detail::new(field, Some(&count.to_string()), &limit)];
    Err(AgentError::reject("SOURCES_TOO_LARGE", format!("there are {count} {what}, {limit}"), details))
}

/// The newest entries of a feed that say something, the newest first; those without a date come last.
fn entries(field: &str, feed: &Feed) -> Result<Vec<Source>, AgentError> {
    // Ids are not looked at; the usual ones are in part random.
    let parser = parser::Builder::new().id_generator(|_, _, _| String::new()).build();
    let mut entries = parser.parse(feed.as_bytes()).map(|feed| feed.entries).unwrap_or_default();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.published.or(entry.updated)));
    let sources: Vec<Source> = entries.iter().filter_map(source).take(ENTRIES).collect();
    if sources.is_empty() {
        let limit = "the content of an RSS, Atom or JSON feed with entries";
        let start: String = feed.chars().take(60).collect();
        let details = vec![Detail::new(field, Some(&start), limit)];
        return Err(AgentError::reject("FEED_INVALID", format!("{field} must be {limit}"), details));
    }
    Ok(sources)
}

/// An entry as a source; one without title or text has the other for it.
fn source(entry: &model::Entry) -> Option<Source> {
    let title = entry.title.as_ref().map(|title| plain(&title.content)).unwrap_or_default();
    let summary = entry.summary.as_ref().map(|summary| plain(&summary.content)).filter(|text| !text.is_empty());
    let content = || entry.content.as_ref().and_then(|content| content.body.as_deref()).map(plain);
    let text = summary.or_else(content).unwrap_or_default();
    let (title, text) = match (title.is_empty(), text.is_empty()) {
        (true, true) => return None,
        (true, false) => (text.clone(), text),
        (false, true) => (title.clone(), title),
        (false, false) => (title, text),
    };
    let text: String = text.chars().take(ENTRY_CHARS).collect();
    let page = |link: &&model::Link| link.rel.as_deref().is_none_or(|rel| rel == "alternate");
    let url = entry.links.iter().find(page).and_then(|link| WebAddress::new(link.href.as_str()).ok());
    Some(Source { title: Text::clip(&title), text: Text::clip(&text), url })
}

/// HTML or text on one line.
fn plain(html: &str) -> String {
    html_text(html).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn request(more: Value) -> ContentRequest {
        let mut request = json!({"content_topic": "Tea", "word_count": 300});
        for (field, value) in more.as_object().into_iter().flatten() {
            request[field] = value.clone();
        }
        mesh_contracts::read(&request).expect("a request")
    }

    fn rss(items: &str) -> String {
        format!("<rss version=\"2.0\"><channel><title>T</title><link>https://t.example</link>{items}</channel></rss>")
    }

    fn texts(count: usize, chars: usize) -> Value {
        json!(vec![json!({"title": "T", "text": "x".repeat(chars)}); count])
    }

    fn refused(more: Value) -> (&'static str, String) {
        match numbered(&request(more), None) {
            Err(AgentError::Reject { code, details, .. }) => {
                let value = details[0].value.as_deref().unwrap_or_default();
                (code, format!("{} {value}: {}", &*details[0].field, &*details[0].limit))
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn texts_come_first_and_a_feed_gives_its_newest_entries() {
        let item = |title: &str, day: u32| {
            format!(
                "<item><title>{title}</title><link>https://t.example/{day}</link><description>&lt;p&gt;Said &amp;amp;
                 done on day {day}.&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;</description>
                 <pubDate>Wed, {day:02} Nov 2026 09:00:00 GMT</pubDate></item>"
            )
        };
        let feed = rss(&[item("Old", 4), item("New", 18)].concat());
        let sources = [json!({"title": "Given", "text": "Words.", "url": "https://g.example/"})];
        let found = numbered(&request(json!({"sources": sources, "feeds": [feed]})), None).expect("sources");
        let of = |at: usize| json!(found[at]);
        assert_eq!(found.len(), 3);
        assert_eq!(of(0), json!({"id": 1, "title": "Given", "text": "Words.", "url": "https://g.example/"}));
        let new = json!({"id": 2, "title": "New", "text": "Said & done on day 18.", "url": "https://t.example/18"});
        assert_eq!((of(1), &of(2)["title"]), (new, &json!("Old")));
    }

    #[test]
    fn atom_and_json_feeds_are_read_and_a_bad_address_is_left_out() {
        let atom = "<feed xmlns=\"http://www.w3.org/2005/Atom\"><id>x</id><title>F</title><updated>2026-11-17T10:00:00Z</updated>\
                    <entry><id>1</id><title>A</title><link rel=\"self\" href=\"https://a.example/self\"/>\
                    <link href=\"javascript:x()\"/><updated>2026-11-17T10:00:00Z</updated><content>Body</content></entry></feed>";
        let json_feed = json!({"version": "https://jsonfeed.org/version/1", "title": "F",
            "items": [{"id": "1", "url": "https://j.example/1", "content_text": "Only text"}]});
        let found = numbered(&request(json!({"feeds": [atom, json_feed.to_string()]})), None).expect("sources");
        assert_eq!(json!(found[0]), json!({"id": 1, "title": "A", "text": "Body"}));
        assert_eq!((&*found[1].title, found[1].url.as_deref()), ("Only text", Some("https://j.example/1")));
    }

    #[test]
    fn what_is_no_feed_is_refused_by_its_place() {
        let limit = "the content of an RSS, Atom or JSON feed with entries";
        for feed in ["https://news.example/feed.xml", "<rss version=\"2.0\"><channel>", "<html></html>", "{}"] {
            let (code, told) = refused(json!({"feeds": [rss("<item><title>T</title></item>"), feed]}));
            assert_eq!((code, told.as_str()), ("FEED_INVALID", format!("feeds.1 {feed}: {limit}").as_str()), "{feed}");
        }
    }

    #[test]
    fn there_is_an_end_to_the_texts_and_feeds_fill_what_is_left() {
        assert_eq!(numbered(&request(json!({"sources": texts(10, 4000)})), None).expect("just so").len(), 10);
        let (code, told) = refused(json!({"sources": texts(11, 4000)}));
        let limit = "at most 40000 characters of text, those of the site included";
        assert_eq!((code, told), ("SOURCES_TOO_LARGE", format!("sources 44000: {limit}")));
        let feed = rss(&"<item><title>T</title><description>Ten chars.</description></item>".repeat(20));
        let filled = |count, chars| {
            let asked = request(json!({"sources": texts(count, chars), "feeds": [feed, feed]}));
            numbered(&asked, None).expect("sources").len()
        };
        assert_eq!((filled(1, 10), filled(15, 10), filled(10, 4000)), (21, 30, 10));
    }
}
