//! The title for search results.

use super::{
    Article,
    text::{capitalised, cut, normal, plain, times},
};

/// Most characters: about 600 pixels.
const CHARS: usize = 60;

/// The title given, or else the article's, with the keyphrase in it, within 60 characters.
pub(super) fn fit(given: &str, keyphrase: &str, article: &Article<'_>) -> String {
    let given = plain(given);
    let title = if given.is_empty() { plain(article.title) } else { given };
    let as_it_is = cut(&title, CHARS);
    if times(&normal(&as_it_is), &normal(keyphrase)) > 0 {
        return as_it_is;
    }
    cut(&format!("{}: {title}", capitalised(keyphrase)), CHARS)
}
