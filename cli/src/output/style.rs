//! Meaning to colour, in one place. Colours are dropped where `NO_COLOR` is set or nobody watches (see [`super::Output`]).

use std::fmt::{self, Display};

use clap::builder::styling::{AnsiColor, Style};

/// A text with a style around it.
#[derive(Debug, Clone)]
pub(crate) struct Styled<T>(Style, T);

impl<T: Display> Display for Styled<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        self.1.fmt(f)?;
        write!(f, "{:#}", self.0)
    }
}

/// What went well.
pub(crate) fn good<T: Display>(text: T) -> Styled<T> {
    Styled(AnsiColor::Green.on_default(), text)
}

/// What went wrong.
pub(crate) fn bad<T: Display>(text: T) -> Styled<T> {
    Styled(AnsiColor::Red.on_default().bold(), text)
}

/// What needs a second look.
pub(crate) fn warn<T: Display>(text: T) -> Styled<T> {
    Styled(AnsiColor::Yellow.on_default(), text)
}

/// What may be skipped.
pub(crate) fn faint<T: Display>(text: T) -> Styled<T> {
    Styled(Style::new().dimmed(), text)
}

/// What names the rest.
pub(crate) fn strong<T: Display>(text: T) -> Styled<T> {
    Styled(Style::new().bold(), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_ends_where_its_text_ends() {
        assert_eq!(good("ok").to_string(), "\u{1b}[32mok\u{1b}[0m");
        assert_eq!(format!("{:>4}|", faint("ok")), "\u{1b}[2m  ok\u{1b}[0m|");
    }
}
