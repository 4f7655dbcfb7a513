//! `mesh explain`: an error code's page, with cause and cure.

use mesh_contracts::error_pages;
use serde::Serialize;

use crate::{
    app::App,
    exit::Exit,
    output::{style, text},
};

/// Which code.
#[derive(Debug, clap::Args)]
pub(crate) struct ExplainArgs {
    /// The code, such as CONTRACT_VIOLATION
    code: String,
}

#[derive(Debug, Serialize)]
struct Page<'a> {
    code: &'a str,
    page: &'a str,
}

#[derive(Debug, Serialize)]
struct Unknown<'a> {
    code: &'a str,
    closest: Vec<&'a str>,
}

pub(crate) fn run(args: ExplainArgs, app: &App) -> anyhow::Result<Exit> {
    let code = args.code.trim().to_uppercase().replace('-', "_");
    if let Some(page) = error_pages::page(&code) {
        match app.out.json {
            true => app.out.value(&Page { code: &code, page })?,
            false => app.out.raw(page)?,
        }
        return Ok(Exit::Ok);
    }
    let closest = closest(&code, error_pages::CODES.iter().map(|(name, _)| *name));
    app.out.complain(format_args!("{} there is no code {}", style::bad("error:"), text::plain(&code)));
    if app.out.json {
        app.out.value(&Unknown { code: &code, closest })?;
    } else if !closest.is_empty() {
        app.out.say(format_args!("Did you mean {}?", closest.join(", ")));
    }
    Ok(Exit::Failure)
}

/// The codes most like `code`: those that contain it, then those that share most letter pairs with it.
fn closest<'a>(code: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    const LEAST: usize = 40;
    let mut scored: Vec<(usize, &str)> = known.map(|name| (likeness(code, name), name)).collect();
    scored.retain(|(score, _)| *score >= LEAST);
    scored.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    scored.into_iter().take(3).map(|(_, name)| name).collect()
}

/// How alike two words are, in percent: shared pairs of letters (Dice), 100 when one is part of the other.
fn likeness(a: &str, b: &str) -> usize {
    if a.len() >= 3 && (b.contains(a) || a.contains(b)) {
        return 100;
    }
    let pairs = |word: &str| -> Vec<(char, char)> { word.chars().zip(word.chars().skip(1)).collect() };
    let (of_a, mut of_b) = (pairs(a), pairs(b));
    let total = of_a.len() + of_b.len();
    let mut shared: usize = 0;
    for pair in of_a {
        if let Some(position) = of_b.iter().position(|other| *other == pair) {
            of_b.swap_remove(position);
            shared += 1;
        }
    }
    (200 * shared).checked_div(total).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_that_was_meant_comes_first() {
        let known = ["MODEL_TIMEOUT", "MODEL_AUTH", "CONTRACT_VIOLATION", "INVALID_JSON"];
        let of = |code: &str| closest(code, known.into_iter());
        assert_eq!(of("MODEL_TIMEOT"), ["MODEL_TIMEOUT", "MODEL_AUTH"]);
        assert_eq!(of("TIMEOUT"), ["MODEL_TIMEOUT"]);
        assert_eq!(of("CONTRACT_VIOLATON").first(), Some(&"CONTRACT_VIOLATION"));
        assert!(of("XYZ").is_empty() && of("").is_empty());
    }
}
