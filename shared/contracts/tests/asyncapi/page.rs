//! The AsyncAPI document as a page for people: one file, without scripts or anything from elsewhere.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// Where the page is kept, from the root of the repository.
pub(crate) const PAGE: &str = "docs/contracts.html";

/// What the style of the HTTP interface's reference lacks.
const STYLE: &str =
    "pre { margin: 0.5rem 0; } pre code { background: none; padding: 0; }\nsummary { cursor: pointer; }\n";

/// The page of a document. `schema` gives the payload's schema of a contract; `style` is CSS.
pub(crate) fn page(document: &Value, schema: impl Fn(&str) -> Value, style: &str) -> String {
    let title = "Channels and events";
    let (mut contents, mut sections) = (String::new(), String::new());
    for (key, channel) in members(&document["channels"]) {
        let address = text(&channel["address"]);
        push(&mut contents, &format!("<h3><a href=\"#{key}\"><code>{address}</code></a></h3>\n<ul>\n"));
        push(&mut sections, &format!("<section>\n<h2 id=\"{key}\"><code>{address}</code></h2>\n"));
        push(&mut sections, &format!("<p>{}</p>\n", inline(&channel["description"])));
        for (name, _) in members(&channel["messages"]) {
            let message = &document["components"]["messages"][name];
            let entry = format!("<li><a href=\"#{name}\">{name}</a>: {}</li>\n", inline(&message["summary"]));
            push(&mut contents, &entry);
            push(&mut sections, &event(document, key, name, message, &schema));
        }
        push(&mut contents, "</ul>\n");
        push(&mut sections, "</section>\n");
    }
    let about = inline(&document["info"]["description"]);
    let intro = format!(
        "<h1>{title}</h1>\n<p>{about}</p>\n<p>The same for machines: \
         <a href=\"../contracts/asyncapi.json\">asyncapi.json</a>.</p>\n"
    );
    let nav = format!("<nav aria-label=\"Channels\">\n<h2>Channels</h2>\n{contents}</nav>\n");
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{style}{STYLE}</style>\n</head>\n<body>\n<main>\n\
         {intro}{}{nav}{}{sections}</main>\n</body>\n</html>\n",
        agents(document),
        attributes(document),
    )
}

fn agents(document: &Value) -> String {
    let listed = document["info"]["tags"].as_array().into_iter().flatten();
    let rows = listed.map(|agent| vec![code(&plain(&agent["name"])), inline(&agent["description"])]);
    format!("<section>\n<h2>Agents</h2>\n{}</section>\n", table("Agents", &["Agent", "What it does"], rows))
}

fn attributes(document: &Value) -> String {
    let schema = &document["components"]["schemas"]["cloudEvents"];
    let rows = members(&schema["properties"])
        .map(|(name, attribute)| vec![code(name), limits(attribute), inline(&attribute["description"])]);
    let table = table("Message attributes", &["Name", "Value", "Meaning"], rows);
    format!("<section>\n<h2>Message attributes</h2>\n<p>{}</p>\n{table}</section>\n", inline(&schema["description"]))
}

fn event(document: &Value, channel: &str, name: &str, message: &Value, schema: &impl Fn(&str) -> Value) -> String {
    let file = plain(&message["payload"]["$ref"]).trim_start_matches("./").to_owned();
    let contract = file.trim_end_matches(".json");
    let mut html = format!("<article>\n<h3 id=\"{name}\">{name}</h3>\n");
    for paragraph in plain(&message["description"]).split("\n\n") {
        push(&mut html, &format!("<p>{}</p>\n", inline(&Value::from(paragraph))));
    }
    push(
        &mut html,
        &format!(
            "<ul>\n<li>Sent by {}.</li>\n<li>Received by {}.</li>\n\
         <li>Contract: <a href=\"../contracts/{file}\"><code>{contract}</code></a>.</li>\n</ul>\n",
            among(&parties(document, channel, name, "send"), "others than agents"),
            among(&parties(document, channel, name, "receive"), "nobody in the mesh"),
        ),
    );
    let mut rows = Vec::new();
    fields(&schema(contract), "", &mut rows);
    push(&mut html, &table(&format!("Fields of {name}"), &["Name", "Needed", "Value", "Meaning"], rows.into_iter()));
    for example in message["examples"].as_array().into_iter().flatten() {
        let shown = serde_json::to_string_pretty(&example["payload"]).unwrap_or_default();
        let title = format!("Example of {name}: {}", text(&example["name"]));
        // The box scrolls when it is narrow, so the keyboard has to reach it.
        push(
            &mut html,
            &format!(
                "<details>\n<summary>{title}</summary>\n<div class=\"wide\" role=\"region\" aria-label=\"{title}\" \
             tabindex=\"0\">\n<pre><code>{}</code></pre>\n</div>\n</details>\n",
                escaped(&shown)
            ),
        );
    }
    html + "</article>\n"
}

/// The agents that send or receive an event.
fn parties(document: &Value, channel: &str, event: &str, action: &str) -> Vec<String> {
    let wanted = format!("#/channels/{channel}/messages/{event}");
    members(&document["operations"])
        .filter(|(_, operation)| operation["action"] == action)
        .filter(|(_, operation)| {
            operation["messages"].as_array().is_some_and(|m| m.iter().any(|m| m["$ref"] == *wanted))
        })
        .map(|(_, operation)| code(&plain(&operation["tags"][0]["name"])))
        .collect()
}

fn among(agents: &[String], nobody: &str) -> String {
    if agents.is_empty() { nobody.to_owned() } else { agents.join(", ") }
}

/// A row for each field, those of its objects and lists after it: `cost.input_tokens`, `keywords[]`.
fn fields(schema: &Value, at: &str, rows: &mut Vec<Vec<String>>) {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    for (name, property) in members(&schema["properties"]) {
        let path = format!("{at}{name}");
        let needed = if required.iter().any(|one| one == name) { "required" } else { "optional" };
        rows.push(vec![code(&path), needed.to_owned(), limits(property), inline(&property["description"])]);
        fields(property, &format!("{path}."), rows);
        let items = &property["items"];
        if items["properties"].is_object() {
            fields(items, &format!("{path}[]."), rows);
        } else if items.is_object() {
            rows.push(vec![
                code(&format!("{path}[]")),
                "each".to_owned(),
                limits(items),
                inline(&items["description"]),
            ]);
        }
    }
}

/// Type and bounds of a schema in words.
fn limits(schema: &Value) -> String {
    let names: Vec<String> = match &schema["type"] {
        Value::Array(names) => names.iter().map(plain).collect(),
        Value::String(name) => vec![name.clone()],
        _ => Vec::new(),
    };
    let mut said = if names.is_empty() { Vec::new() } else { vec![escaped(&names.join(" or "))] };
    let bounds = [
        ("minimum", "from"),
        ("maximum", "to"),
        ("minLength", "characters from"),
        ("maxLength", "characters to"),
        ("maxItems", "items to"),
        ("format", "format"),
        ("default", "default"),
        ("const", "only"),
    ];
    for (keyword, word) in bounds {
        if !schema[keyword].is_null() {
            said.push(format!("{word} {}", code(&plain(&schema[keyword]))));
        }
    }
    match schema["pattern"].as_str() {
        // A class without blanks, unanchored: the one way in which the contracts say it.
        Some(pattern) if pattern.starts_with("[^\\u0009") => said.push("not blank".to_owned()),
        Some(pattern) => said.push(format!("matching {}", code(pattern))),
        None => {}
    }
    said.extend(schema["oneOf"].as_array().into_iter().flatten().map(|word| code(&plain(&word["const"]))));
    said.join(", ")
}

fn table(caption: &str, heads: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let caption = escaped(caption);
    let heads: String = heads.iter().map(|head| format!("<th scope=\"col\">{head}</th>")).collect();
    let mut html = format!(
        "<div class=\"wide\" role=\"region\" aria-label=\"{caption}\" tabindex=\"0\">\n<table>\n\
         <caption>{caption}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n"
    );
    for row in rows {
        let mut cells = row.into_iter();
        let first = cells.next().unwrap_or_default();
        let others: String = cells.map(|cell| format!("<td>{cell}</td>")).collect();
        push(&mut html, &format!("<tr><th scope=\"row\">{first}</th>{others}</tr>\n"));
    }
    html + "</tbody>\n</table>\n</div>\n"
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn text(value: &Value) -> String {
    escaped(value.as_str().unwrap_or_default())
}

/// Text in which `code` is marked by backticks; brackets around it are links within the Rust code.
fn inline(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default().replace("[`", "`").replace("`]", "`");
    text.split('`').enumerate().map(|(at, part)| if at % 2 == 1 { code(part) } else { escaped(part) }).collect()
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
