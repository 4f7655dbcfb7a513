//! All that is printed: data on stdout, talk on stderr. Colours only on a terminal, and never with `NO_COLOR`.

mod bar;
pub(crate) mod style;
pub(crate) mod text;

use std::{
    fmt::Display,
    io::{self, IsTerminal, Write},
};

use comfy_table::{Table, presets};
use serde::Serialize;

pub(crate) use bar::Bar;

/// Where and how a command prints.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    /// Data is JSON.
    pub(crate) json: bool,
    /// No talk.
    pub(crate) quiet: bool,
}

impl Output {
    /// One line of data.
    pub(crate) fn line(self, text: impl Display) -> io::Result<()> {
        // `anstream` drops colours when stdout is no terminal, and when NO_COLOR or TERM=dumb ask for it.
        writeln!(anstream::stdout().lock(), "{text}")
    }

    /// Text as it is: neither a line end nor a colour is added or removed.
    pub(crate) fn raw(self, text: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()
    }

    /// One value as pretty-printed JSON.
    pub(crate) fn value(self, value: &impl Serialize) -> anyhow::Result<()> {
        self.raw(&(serde_json::to_string_pretty(value)? + "\n"))?;
        Ok(())
    }

    /// One value as one line of JSON.
    pub(crate) fn value_line(self, value: &impl Serialize) -> anyhow::Result<()> {
        self.raw(&(serde_json::to_string(value)? + "\n"))?;
        Ok(())
    }

    /// The answer of a command, as text or as JSON: both come from the same value.
    pub(crate) fn report<T: Serialize + Display>(self, report: &T) -> anyhow::Result<()> {
        if self.json {
            return self.value(report);
        }
        Ok(self.line(report)?)
    }

    /// One line of talk; lost talk is no error.
    pub(crate) fn say(self, text: impl Display) {
        if !self.quiet {
            self.complain(text);
        }
    }

    /// One line of talk that is never suppressed.
    pub(crate) fn complain(self, text: impl Display) {
        drop(writeln!(anstream::stderr().lock(), "{text}"));
    }

    /// A progress bar of `length` steps; it shows only on a terminal.
    pub(crate) fn bar(self, length: u64) -> Bar {
        Bar::new(self, length, !self.quiet && io::stderr().is_terminal())
    }
}

/// A table without lines, as pipes like it; trailing blanks are cut by [`rows`].
pub(crate) fn table(head: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(head.iter().map(|name| name.to_uppercase()));
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table
}

/// The table as text.
pub(crate) fn rows(table: &Table) -> String {
    table.trim_fmt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_aligned_and_has_no_trailing_blanks() {
        let mut table = table(&["name", "n"]);
        table.add_row(["a", "1"]).add_row(["longer", "22"]);
        assert_eq!(rows(&table), "NAME    N\na       1\nlonger  22");
    }
}
