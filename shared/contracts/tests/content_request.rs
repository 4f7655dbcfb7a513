//! The bounds of `ContentRequest`, from both sides.

mod support;

use mesh_contracts::{events::ContentRequest, read, validate};

/// Reads a raw body as the mesh does; `None` when schema and type refuse it.
fn judge(body: &str) -> Option<ContentRequest> {
    let payload = mesh_contracts::parse(body).ok()?;
    let valid = validate("content-request-v1", &payload);
    let read = read::<ContentRequest>(&payload);
    assert_eq!(valid.is_ok(), read.is_ok(), "{body}: {valid:?}, {read:?}");
    read.ok()
}

/// A request with one field written as it is.
fn with(field: &str, raw: &str) -> String {
    let mut fields = vec![("content_topic", r#""Savings""#), ("word_count", "800")];
    fields.retain(|(name, _)| *name != field);
    fields.push((field, raw));
    let members: Vec<String> = fields.iter().map(|(name, raw)| format!("\"{name}\":{raw}")).collect();
    format!("{{{}}}", members.join(","))
}

fn accepts(field: &str, raws: &[&str]) {
    for raw in raws {
        assert!(judge(&with(field, raw)).is_some(), "{field} {raw} is refused");
    }
}

fn refuses(field: &str, raws: &[&str]) {
    for raw in raws {
        assert!(judge(&with(field, raw)).is_none(), "{field} {raw} is accepted");
    }
}

fn quoted(text: &str, times: usize) -> String {
    format!("\"{}\"", text.repeat(times))
}

#[test]
fn a_topic_has_1_to_200_characters_and_is_not_blank() {
    accepts(
        "content_topic",
        &[r#""x""#, r#"" x ""#, r#""\u200b""#, &quoted("x", 200), &quoted("ä", 200), &quoted("😀", 200)],
    );
    refuses("content_topic", &[r#""""#, r#"" ""#, r#""\t\n\u00a0\u3000""#, r#""\ufeff""#, r#""\u0085""#]);
    refuses("content_topic", &[&quoted("x", 201), &quoted("ä", 201), "null", "7", "[]", "{}", r#""\ud800""#]);
    assert!(judge(r#"{"word_count":800}"#).is_none(), "no topic");
}

#[test]
fn a_word_count_is_an_integer_from_300_to_2000_however_it_is_written() {
    for (raw, value) in
        [("300", 300), ("301", 301), ("1999", 1999), ("2000", 2000), ("800.0", 800), ("8e2", 800), ("80000E-2", 800)]
    {
        assert_eq!(judge(&with("word_count", raw)).map(|r| r.word_count.get()), Some(value), "{raw}");
    }
    refuses("word_count", &["299", "2001", "299.0", "2001.0", "2e9", "1e300", "-800", "0", "800.5", "1e400"]);
    refuses("word_count", &[r#""800""#, "null", "true", "[800]", "{}", "18446744073709551616", "0800", "+800", "NaN"]);
    assert!(judge(r#"{"content_topic":"Savings"}"#).is_none(), "no word count");
}

#[test]
fn a_prompt_context_has_less_than_2000_characters_and_may_be_empty() {
    accepts("prompt_context", &["null", r#""""#, r#"" ""#, &quoted("x", 1999), &quoted("😀", 1999)]);
    refuses("prompt_context", &[&quoted("x", 2000), &quoted("ä", 2000), "0", "[]", "false"]);
}

#[test]
fn there_are_at_most_20_keywords_of_at_most_80_characters() {
    let list = |item: &str, count: usize| format!("[{}]", vec![item; count].join(","));
    accepts("keywords", &["[]", &list(r#""k""#, 20), &list(&quoted("ä", 80), 20)]);
    refuses(
        "keywords",
        &[&list(r#""k""#, 21), &list(&quoted("k", 81), 1), r#"[""]"#, r#"[" "]"#, "[null]", "null", r#""k""#],
    );
}

#[test]
fn a_language_is_a_tag() {
    accepts("language", &[r#""en""#, r#""deu""#, r#""de-CH""#, r#""zh-Hant-TW""#, r#""sl-rozaj-biske-1994""#, "null"]);
    refuses("language", &[r#""""#, r#""e""#, r#""engl""#, r#""EN""#, r#""De""#, r#""en_US""#, r#""en-""#, r#""-en""#]);
    refuses(
        "language",
        &[r#""en-a""#, r#""en-abcdefghi""#, r#""en-aa-bb-cc-dd""#, r#""en\n""#, r#"" en""#, r#""dé""#, "7"],
    );
}

#[test]
fn site_and_post_are_names() {
    for field in ["website_id", "post_id"] {
        accepts(field, &[r#""a""#, r#""9""#, r#""finance-weekly""#, r#""a.b_c-D""#, &quoted("w", 64), "null"]);
        refuses(
            field,
            &[r#""""#, r#"".a""#, r#""-a""#, r#""_a""#, r#""a/b""#, r#""a b""#, r#""ä""#, r#""a\n""#, &quoted("w", 65)],
        );
    }
}

#[test]
fn a_request_id_has_1_to_200_characters_and_is_not_blank() {
    accepts("request_id", &["null", r#""1""#, r#""any thing/ü""#, &quoted("x", 200)]);
    refuses("request_id", &[r#""""#, r#"" ""#, &quoted("x", 201), "1"]);
}

#[test]
fn unknown_fields_are_tolerated_and_repeated_ones_are_not() {
    accepts("x", &["null", "{\"deep\":[1,{}]}", "\"text\""]);
    accepts("Word_Count", &["1"]);
    for body in [
        r#"{"content_topic":"a","word_count":300,"word_count":300}"#,
        r#"{"content_topic":"a","content_\u0074opic":"b","word_count":300}"#,
        r#"{"content_topic":"a","word_count":300,"x":{"y":1,"y":2}}"#,
        r#"{"content_topic":"a","word_count":300,"x":1,"x":1}"#,
    ] {
        assert!(judge(body).is_none(), "{body} is accepted");
    }
}

#[test]
fn absent_fields_have_their_defaults() {
    let request = judge(r#"{"content_topic":"Savings","word_count":300}"#).expect("valid");
    assert!(request.keywords.is_empty());
    assert_eq!(
        (request.prompt_context, request.request_id, request.website_id, request.language),
        (None, None, None, None)
    );
}
