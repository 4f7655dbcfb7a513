//! What is asked of code that reads what strangers wrote: one function per target, from bytes to a panic that says what is
//! wrong. libFuzzer calls them (`fuzz/`), and so does an ordinary test, with the seeds and with what was once found.
#![allow(clippy::expect_used, clippy::panic, reason = "a target says what is wrong by a panic")]

pub mod decode;
mod dom;
pub mod front_matter;
pub mod markdown;
pub mod offline;
mod page;
mod shapes;
pub mod validate;

/// A target: from any bytes to a panic, or to nothing.
pub type Target = fn(&[u8]);

/// Every target by its name, which is also the name of its folders under `fuzz/`.
pub const TARGETS: [(&str, Target); 6] = [
    ("decode", decode::text),
    ("decode_structured", decode::structured),
    ("front_matter", front_matter::text),
    ("markdown", markdown::text),
    ("offline", offline::text),
    ("validate", validate::text),
];

/// The parts of an input, which stand between lines of `%%`.
fn parts(bytes: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(bytes).split("\n%%\n").map(str::to_owned).collect()
}
