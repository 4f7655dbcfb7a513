//! JSON Schema 2020-12 generated from the types.

use schemars::{JsonSchema, Schema, generate::SchemaSettings};

/// What the `$id` of every contract starts with.
pub const URN: &str = "urn:content-mesh:contract:";

/// The schema of a type, without `$id`.
#[must_use]
pub fn of<T: JsonSchema>() -> Schema {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    settings.into_generator().into_root_schema_for::<T>()
}

/// The file of a contract as it is kept under `contracts/`: the schema with its `$id`, pretty-printed, with a final newline.
#[must_use]
pub fn file(spec: &crate::EventSpec) -> String {
    let mut schema = (spec.schema)();
    schema.insert("$id".to_owned(), spec.dataschema().into());
    schema.insert("title".to_owned(), spec.event_type.into());
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}
