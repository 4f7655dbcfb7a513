//! The progress bar, and lines above it.

use std::{fmt::Display, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Output;

/// A progress bar that is not there when nobody watches; lines go above it.
#[derive(Debug)]
pub(crate) struct Bar {
    out: Output,
    shown: Option<ProgressBar>,
}

impl Bar {
    pub(super) fn new(out: Output, length: u64, shown: bool) -> Self {
        let make = || {
            let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{spinner} [{bar:30}] {pos}/{len} {msg} ({elapsed})") {
                bar.set_style(style.progress_chars("=> "));
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        };
        Self { out, shown: shown.then(make) }
    }

    /// One line of talk above the bar.
    pub(crate) fn say(&self, text: impl Display) {
        match &self.shown {
            Some(bar) => bar.suspend(|| self.out.say(text)),
            None => self.out.say(text),
        }
    }

    /// How far it is, and what comes now.
    pub(crate) fn reach(&self, position: u64, message: impl Into<String>) {
        if let Some(bar) = &self.shown {
            bar.set_position(position);
            bar.set_message(message.into());
        }
    }

    /// Takes it away.
    pub(crate) fn finish(self) {
        if let Some(bar) = self.shown {
            bar.finish_and_clear();
        }
    }
}
