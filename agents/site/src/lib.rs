//! The site agent builds what the articles share: index, archive, feed, sitemap and robots file.
//! Rendering ([`render`]) is pure; nothing in this crate talks to a network, a clock or a disk.

pub mod render;
