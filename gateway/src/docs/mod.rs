//! The reference for people: the OpenAPI document as HTML, without scripts or anything from elsewhere.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::problem::Kind;

const STYLE: &str = include_str!("style.css");

/// The reference of an OpenAPI document.
pub(crate) fn reference(document: &Value) -> String {
    let title = text(&document["info"]["title"]);
    let about = inline(&document["info"]["description"]);
    let machines = "<p>The same for machines: <a href=\"openapi.json\">openapi.json</a>.</p>\n";
    let (mut contents, mut sections) = (String::new(), String::new());
    each(document, |tag, operations| {
        let name = text(&tag["name"]);
        push(&mut contents, &format!("<h2>{name}</h2>\n<ul>\n"));
        push(&mut sections, &format!("<section>\n<h2>{name}</h2>\n<p>{}</p>\n", inline(&tag["description"])));
        for (path, method, operation) in operations {
            let (id, summary) = (text(&operation["operationId"]), text(&operation["summary"]));
            let entry = format!("<li><a href=\"#{id}\"><code>{method} {path}</code></a> {summary}</li>\n");
            push(&mut contents, &entry);
            push(&mut sections, &one(path, &method, operation));
        }
        push(&mut contents, "</ul>\n");
        push(&mut sections, "</section>\n");
    });
    let schemas = schemas(document);
    let nav = format!("<nav aria-label=\"Operations\">\n{contents}</nav>\n");
    page(&title, &format!("<h1>{title}</h1>\n<p>{about}</p>\n{machines}{nav}{sections}{schemas}"))
}

fn schemas(document: &Value) -> String {
    let mut html = "<section>\n<h2>Schemas</h2>\n".to_owned();
    for (name, schema) in object(&document["components"]["schemas"]) {
        push(&mut html, &format!("<h3 id=\"schema-{name}\">{name}</h3>\n{}", schema_table(name, schema)));
    }
    html + "</section>\n"
}

/// The page of a problem.
pub(crate) fn problem(kind: Kind, reference: &str) -> String {
    let code = kind.code();
    let body = format!(
        "<h1><code>{code}</code></h1>\n<p>{}. Answered with status {}.</p>\n<h2>What to do</h2>\n<p>{}</p>\n\
         <p><a href=\"{}\">Reference</a></p>\n",
        escaped(kind.title()),
        kind.status(),
        inline(&Value::from(kind.advice())),
        escaped(reference),
    );
    page(code, &body)
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
}

/// Calls `tell` with each tag and its operations, in the order of the document.
fn each<'a>(document: &'a Value, mut tell: impl FnMut(&Value, Vec<(&'a str, String, &'a Value)>)) {
    for tag in document["tags"].as_array().into_iter().flatten() {
        let mut found = Vec::new();
        for (path, methods) in object(&document["paths"]) {
            for (method, operation) in object(methods) {
                if operation["tags"][0] == tag["name"] {
                    found.push((path.as_str(), method.to_uppercase(), operation));
                }
            }
        }
        tell(tag, found);
    }
}

fn one(path: &str, method: &str, operation: &Value) -> String {
    let id = text(&operation["operationId"]);
    let mut html = format!(
        "<article>\n<h3 id=\"{id}\"><code>{method} {path}</code></h3>\n<p><strong>{}.</strong> {}</p>\n",
        text(&operation["summary"]),
        inline(&operation["description"])
    );
    let params = operation["parameters"].as_array().cloned().unwrap_or_default();
    if !params.is_empty() {
        push(
            &mut html,
            &table(
                &format!("Parameters of {method} {path}"),
                &["Name", "In", "Value", "Meaning"],
                params.iter().map(|param| {
                    vec![
                        code(&text(&param["name"])),
                        text(&param["in"]),
                        limits(&param["schema"]),
                        inline(&param["description"]),
                    ]
                }),
            ),
        );
    }
    if let Some(schema) = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str() {
        push(&mut html, &format!("<p>Body: JSON, {}.</p>\n", link(schema)));
    }
    let answers = object(&operation["responses"]).map(|(status, answer)| {
        let content = object(&answer["content"]).next();
        let media = content.map(|(media, _)| code(media)).unwrap_or_default();
        let schema = content.and_then(|(_, content)| content["schema"]["$ref"].as_str()).map(link).unwrap_or_default();
        let headers: Vec<String> = object(&answer["headers"]).map(|(name, _)| code(name)).collect();
        vec![status.clone(), inline(&answer["description"]), format!("{media} {schema}"), headers.join(", ")]
    });
    push(&mut html, &table(&format!("Answers of {method} {path}"), &["Status", "Meaning", "Body", "Headers"], answers));
    push(&mut html, "</article>\n");
    html
}

fn schema_table(name: &str, schema: &Value) -> String {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let rows = object(&schema["properties"]).map(|(name, property)| {
        let needed = if required.contains(&name.as_str()) { "required" } else { "optional" };
        vec![code(name), needed.to_owned(), limits(property), inline(&property["description"])]
    });
    let about = format!("<p>{}</p>\n", inline(&schema["description"]));
    let mut rows = rows.peekable();
    match rows.peek() {
        Some(_) => about + &table(&format!("Fields of {name}"), &["Name", "Needed", "Value", "Meaning"], rows),
        None => about,
    }
}

/// Type and bounds of a schema in words.
fn limits(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return link(reference);
    }
    let mut said: Vec<String> = match &schema["type"] {
        Value::String(name) => vec![escaped(name)],
        Value::Array(names) => {
            vec![names.iter().filter_map(Value::as_str).map(escaped).collect::<Vec<_>>().join(" or ")]
        }
        _ => Vec::new(),
    };
    let bounds = [
        ("minimum", "from"),
        ("maximum", "to"),
        ("minLength", "characters from"),
        ("maxLength", "characters to"),
        ("maxItems", "items to"),
        ("default", "default"),
        ("const", "only"),
    ];
    for (field, word) in bounds {
        if !schema[field].is_null() {
            said.push(format!("{word} {}", code(&plain(&schema[field]))));
        }
    }
    for branch in schema["oneOf"].as_array().into_iter().chain(schema["enum"].as_array()).flatten() {
        let word = if branch.is_object() { &branch["const"] } else { branch };
        said.push(code(&plain(word)));
    }
    said.join(", ")
}

fn table(caption: &str, heads: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let caption = escaped(caption);
    // The box scrolls when it is narrow, so the keyboard has to reach it.
    let mut html = format!(
        "<div class=\"wide\" role=\"region\" aria-label=\"{caption}\" tabindex=\"0\">\n<table>\n<caption>{caption}</caption>\n<thead><tr>"
    );
    for head in heads {
        push(&mut html, &format!("<th scope=\"col\">{head}</th>"));
    }
    push(&mut html, "</tr></thead>\n<tbody>\n");
    for row in rows {
        push(&mut html, "<tr>");
        for (at, cell) in row.iter().enumerate() {
            push(
                &mut html,
                &if at == 0 { format!("<th scope=\"row\">{cell}</th>") } else { format!("<td>{cell}</td>") },
            );
        }
        push(&mut html, "</tr>\n");
    }
    push(&mut html, "</tbody>\n</table>\n</div>\n");
    html
}

fn link(reference: &str) -> String {
    let name = escaped(reference.rsplit('/').next().unwrap_or_default());
    format!("<a href=\"#schema-{name}\">{name}</a>")
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn text(value: &Value) -> String {
    escaped(value.as_str().unwrap_or_default())
}

/// Text in which `code` is marked by backticks.
fn inline(value: &Value) -> String {
    let parts = value.as_str().unwrap_or_default().split('`');
    parts.enumerate().map(|(at, part)| if at % 2 == 1 { code(part) } else { escaped(part) }).collect()
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn push(html: &mut String, more: &str) {
    // Writing to a string cannot fail.
    let _ = html.write_str(more);
}
