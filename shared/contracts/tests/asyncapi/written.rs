//! What is generated from the agents' declarations: the document and its page.

use std::{fs, io};

use mesh_contracts::find_contract;
use serde_json::Value;

use crate::{document, files, page};

/// File names, from the folder `contracts/`, and their texts.
///
/// # Errors
/// A file of `agents/`, `contracts/` or the style that cannot be read.
pub(crate) fn all() -> io::Result<files::Files> {
    let made = document::document()?;
    let style = fs::read_to_string(files::folder().join("../gateway/src/docs/style.css"))?;
    let page = page::page(&made, schema, &style);
    Ok([(document::DOCUMENT.to_owned(), document::text(&made)?), (format!("../{}", page::PAGE), page)].into())
}

fn schema(contract: &str) -> Value {
    find_contract(contract).map(|spec| (spec.schema)().to_value()).unwrap_or_default()
}
