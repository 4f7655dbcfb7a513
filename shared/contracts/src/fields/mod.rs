//! Field types that cannot hold a value their schema refuses.

mod int;
mod list;
mod pointer;
mod text;
mod time;
mod word;

pub use int::Int;
pub use list::List;
pub use pointer::{Pointer, Sha256Hex};
pub use text::Text;
pub use time::Time;
pub use word::{HexColor, Language, Name, Slug, WebAddress};
