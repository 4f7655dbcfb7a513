//! The publish agent turns reviewed text into the files a reader or a site generator can use.
//! Rendering ([`render`]) is pure; nothing in this crate talks to a network, a clock or a disk.

pub mod render;
