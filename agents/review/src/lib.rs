//! The `review` agent: decides from the text itself whether a draft may be published, must be revised or is blocked.
//! The checks are pure functions: no I/O, no clock and no model call belongs in them.

pub mod checks;
pub mod text;
