//! How far a run is, on standard error when somebody watches.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A progress bar, or none.
#[derive(Debug)]
pub(crate) struct Bar(Option<ProgressBar>);

impl Bar {
    pub(crate) fn new(requests: usize) -> Self {
        let length = u64::try_from(requests).unwrap_or(u64::MAX);
        let make = || {
            let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("[{bar:30}] {pos}/{len} {msg} ({elapsed})") {
                bar.set_style(style.progress_chars("=> "));
            }
            bar
        };
        Self(std::io::stderr().is_terminal().then(make))
    }

    pub(crate) fn reach(&self, position: usize, message: &str) {
        if let Some(bar) = &self.0 {
            bar.set_position(u64::try_from(position).unwrap_or(u64::MAX));
            bar.set_message(message.to_owned());
        }
    }

    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
