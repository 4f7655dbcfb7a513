use serde_json::json;

use super::*;

const YES: Verdict = Verdict::Compatible;
const NO: Verdict = Verdict::Breaking;

/// What all changes do together: for readers, for writers.
fn verdict(old: &Value, new: &Value) -> (Verdict, Verdict) {
    let changes = changes(old, new);
    let all = |of: fn(&Change) -> Verdict| Verdict::of(changes.iter().map(of).all(|v| v == YES));
    (all(|change| change.readers), all(|change| change.writers))
}

/// Judges each pair forwards and backwards.
fn judged(pairs: Vec<(Value, Value, (Verdict, Verdict))>) {
    for (old, new, (readers, writers)) in pairs {
        assert_eq!(verdict(&old, &new), (readers, writers), "{old} -> {new}: {:#?}", changes(&old, &new));
        assert_eq!(verdict(&new, &old), (writers, readers), "{new} -> {old}: {:#?}", changes(&new, &old));
        assert!(!changes(&old, &new).is_empty(), "{old} -> {new} is a change");
        assert_eq!((changes(&old, &old), changes(&new, &new)), (vec![], vec![]));
    }
}

/// A field as it is in an object.
fn field(schema: Value) -> Value {
    json!({"type": "object", "properties": {"a": schema}})
}

#[test]
fn bounds_that_open_break_writers() {
    judged(vec![
        (json!({"maximum": 5}), json!({"maximum": 6}), (YES, NO)),
        (json!({"maximum": 5}), json!({}), (YES, NO)),
        (json!({"minimum": 5}), json!({"minimum": 4.5}), (YES, NO)),
        (json!({"minimum": 5}), json!({"minimum": 5.0}), (YES, YES)),
        (json!({"minLength": 1}), json!({}), (YES, NO)),
        (json!({"maxLength": 1}), json!({"maxLength": 2}), (YES, NO)),
        (json!({"maxItems": 1}), json!({"maxItems": 2}), (YES, NO)),
        (json!({"minItems": 1}), json!({"minItems": 0}), (YES, NO)),
        (json!({"exclusiveMaximum": 3}), json!({"exclusiveMaximum": 4}), (YES, NO)),
        (json!({"uniqueItems": true}), json!({}), (YES, NO)),
        (json!({"pattern": "^a"}), json!({}), (YES, NO)),
        (json!({"format": "uuid"}), json!({}), (YES, NO)),
        (json!({"pattern": "^a"}), json!({"pattern": "^[ab]"}), (NO, NO)),
        (json!({"maximum": 18_446_744_073_709_551_615_u64}), json!({"maximum": 1.844_674_407_370_955_2e19}), (NO, NO)),
    ]);
}

#[test]
fn types_are_sets() {
    judged(vec![
        (json!({"type": "string"}), json!({"type": ["string", "null"]}), (YES, NO)),
        (json!({"type": "integer"}), json!({"type": "number"}), (YES, NO)),
        (json!({"type": ["integer", "string"]}), json!({"type": ["string", "number"]}), (YES, NO)),
        (json!({"type": "string"}), json!({}), (YES, NO)),
        (json!({"type": "string"}), json!({"type": ["string"]}), (YES, YES)),
        (json!({"type": "string", "maxLength": 3}), json!({"type": "integer"}), (NO, NO)),
        (json!({"type": "text"}), json!({"type": "string"}), (NO, NO)),
    ]);
    let only = changes(&json!({"type": "string", "maxLength": 3}), &json!({"type": "integer", "maximum": 3}));
    assert_eq!(only.len(), 1, "bounds of another type say nothing more: {only:?}");
}

#[test]
fn a_list_of_values_is_one_however_it_is_written() {
    let words = |list: &[&str]| -> Value { list.iter().map(|word| json!({"type": "string", "const": word})).collect() };
    judged(vec![
        (json!({"enum": ["a"]}), json!({"enum": ["a", "b"]}), (YES, NO)),
        (json!({"const": "a"}), json!({"const": "b"}), (NO, NO)),
        (json!({"oneOf": words(&["a"])}), json!({"oneOf": words(&["b", "a"])}), (YES, NO)),
        (json!({"oneOf": words(&["a", "b"])}), json!({"enum": ["b", "a"]}), (YES, YES)),
        (json!({"oneOf": words(&["a"])}), json!({"anyOf": [{"const": "a"}, {"type": "null"}]}), (YES, NO)),
        (json!({"enum": [1.0, 2]}), json!({"enum": [1, 2]}), (YES, YES)),
        (json!({"enum": ["a", 1], "type": "string"}), json!({"enum": ["a"]}), (YES, YES)),
        (
            json!({"oneOf": words(&["a", "b"])}),
            json!({"anyOf": [{"oneOf": words(&["a", "b"])}, {"type": "null"}]}),
            (YES, NO),
        ),
        (json!({"enum": ["a"]}), json!({"anyOf": [{"const": "a"}, {"const": "b", "maxLength": 0}]}), (YES, NO)),
        // Against a schema that lists nothing, each value is tried.
        (json!({"enum": ["a", "b"]}), json!({"type": "string", "maxLength": 1}), (YES, NO)),
        (json!({"enum": ["a", "bb"]}), json!({"type": "string", "maxLength": 1}), (NO, NO)),
    ]);
}

#[test]
fn fields_nobody_named_before_are_not_counted_on() {
    let open = |fields: Value, required: Value| json!({"properties": fields, "required": required});
    judged(vec![
        (open(json!({}), json!([])), open(json!({"a": {"type": "string"}}), json!([])), (YES, YES)),
        (open(json!({}), json!([])), open(json!({"a": {"type": "string"}}), json!(["a"])), (NO, YES)),
        (open(json!({"a": {}}), json!([])), open(json!({"a": {}}), json!(["a"])), (NO, YES)),
        // Required, though not described: it was written, as anything.
        (open(json!({}), json!(["a"])), open(json!({"a": {"type": "string"}}), json!(["a"])), (NO, YES)),
        (json!({"properties": {"a": {}}, "additionalProperties": false}), json!({"properties": {"a": {}}}), (YES, NO)),
        (
            json!({"additionalProperties": false}),
            json!({"additionalProperties": false, "properties": {"a": {}}}),
            (YES, NO),
        ),
        (
            json!({"additionalProperties": {"type": "string"}}),
            json!({"additionalProperties": {"type": "string"}, "properties": {"a": {"type": "integer"}}}),
            (NO, NO),
        ),
        (
            json!({"additionalProperties": {"type": "string"}}),
            json!({"additionalProperties": {"type": ["string", "null"]}}),
            (YES, NO),
        ),
    ]);
}

#[test]
fn what_is_nested_counts_like_what_is_not() {
    judged(vec![
        (field(json!({"items": {"maxLength": 3}})), field(json!({"items": {"maxLength": 4}})), (YES, NO)),
        (field(json!({})), field(json!({"items": {"maxLength": 4}})), (NO, YES)),
        (field(json!({"a/b": 1})), field(json!({"a/b": 2})), (NO, NO)),
        (field(json!({"type": "string"})), field(json!(false)), (NO, YES)),
        (field(json!(true)), field(json!({})), (YES, YES)),
    ]);
    let found = changes(&field(json!({"items": {"maxLength": 3}})), &field(json!({"items": {"maxLength": 4}})));
    let [change] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((&*change.path, &*change.what), ("/properties/a/items/maxLength", "maxLength raised"));
}

#[test]
fn null_may_be_a_branch_or_a_type() {
    let object = json!({"type": "object", "properties": {"x": {"type": "string"}}});
    let both = json!({"type": ["object", "null"], "properties": {"x": {"type": "string"}}});
    let branch = json!({"anyOf": [object, {"type": "null"}], "description": "either"});
    judged(vec![
        (field(branch.clone()), field(both.clone()), (YES, YES)),
        (field(object.clone()), field(branch.clone()), (YES, NO)),
        (
            field(json!({"const": "a", "type": "string"})),
            field(json!({"oneOf": [{"const": "a", "type": "string"}, {"type": "null"}]})),
            (YES, NO),
        ),
    ]);
}

#[test]
fn references_are_followed() {
    let with = |length: u32| json!({"properties": {"a": {"$ref": "#/$defs/t", "description": "d"}}, "$defs": {"t": {"maxLength": length}}});
    judged(vec![
        (with(3), with(4), (YES, NO)),
        (with(3), json!({"properties": {"a": {"maxLength": 4}}}), (YES, NO)),
        (
            json!({"properties": {"a": {"$ref": "#/$defs/t", "minLength": 1}}, "$defs": {"t": {"maxLength": 3}}}),
            with(3),
            (YES, NO),
        ),
    ]);
    let list = |length: u32| json!({"$ref": "#/$defs/l", "$defs": {"l": {"maxLength": length, "properties": {"next": {"$ref": "#/$defs/l"}}}}});
    judged(vec![
        (list(3), list(4), (NO, NO)),
        (json!({"$ref": "other.json"}), json!({"$ref": "other.json", "minimum": 1}), (NO, NO)),
    ]);
}

#[test]
fn branches_are_compared_with_their_counterparts() {
    let text = |length: u32| json!({"type": "string", "maxLength": length});
    let object = |fields: Value| json!({"type": "object", "properties": fields});
    judged(vec![
        (json!({"anyOf": [text(3), {"type": "integer"}]}), json!({"anyOf": [{"type": "integer"}, text(4)]}), (YES, NO)),
        (json!({"anyOf": [text(3)]}), json!({"anyOf": [text(3), {"type": "integer"}]}), (YES, NO)),
        (json!({"allOf": [text(3)]}), json!({"allOf": [text(3), {"minLength": 1}]}), (NO, YES)),
        (json!({"allOf": [text(3)]}), json!({}), (YES, NO)),
        (json!({"anyOf": [text(3), text(2)]}), json!({}), (YES, NO)),
        (json!({"oneOf": [text(3), {"type": "integer"}]}), json!({"oneOf": [text(4), {"type": "integer"}]}), (YES, NO)),
        // More than one branch may fit: a wider one may make two valid.
        (json!({"oneOf": [text(3), {"minLength": 4}]}), json!({"oneOf": [text(4), {"minLength": 4}]}), (NO, NO)),
        // A field that one branch does not name, another may.
        (
            json!({"anyOf": [object(json!({})), object(json!({"x": {"type": "integer"}}))]}),
            json!({"anyOf": [object(json!({"x": {"type": "string"}})), object(json!({"x": {"type": "integer"}}))]}),
            (NO, YES),
        ),
    ]);
}

#[test]
fn what_is_not_understood_is_breaking() {
    let beside = |length: u32| json!({"not": {"maxLength": 1}, "maxLength": length});
    judged(vec![
        (json!({"not": {"type": "string"}}), json!({"not": {"type": "integer"}}), (NO, NO)),
        (json!({}), json!({"x-ours": 1}), (NO, NO)),
        (json!({}), json!({"patternProperties": {"^a": {}}}), (NO, NO)),
        (json!({"if": {"minLength": 3}}), json!({"if": {"minLength": 4}}), (NO, NO)),
        (json!({"items": [{"type": "string"}]}), json!({"items": [{"type": "integer"}]}), (NO, NO)),
        (json!({"required": "a"}), json!({"required": "b"}), (NO, NO)),
        (json!({"maxLength": "3"}), json!({"maxLength": "4"}), (NO, NO)),
        (json!({"$schema": "a"}), json!({"$schema": "b"}), (NO, NO)),
        (beside(3), beside(4), (NO, NO)),
        (json!({"default": 1}), json!({"default": 2}), (NO, NO)),
    ]);
    assert_eq!(verdict(&json!({"not": {}, "title": "a"}), &json!({"not": {}, "title": "b"})), (YES, YES));
}

#[test]
fn explanations_only_explain() {
    let old = json!({"title": "A", "properties": {"a": {"description": "x", "examples": [1]}}});
    let new = json!({"title": "B", "properties": {"a": {"description": "y", "examples": [2], "deprecated": true}}});
    judged(vec![(old.clone(), new.clone(), (YES, YES))]);
    assert_eq!(changes(&old, &new).len(), 4);
    // A field may have the name of a keyword.
    let named = |name: &str| json!({"properties": {name: {"type": "string"}}, "required": [name]});
    judged(vec![(named("title"), named("description"), (NO, NO))]);
}

#[test]
fn a_change_says_what_it_was_and_why() {
    let found = changes(&field(json!({"maximum": 2000})), &field(json!({"maximum": 1000})));
    let change = Change {
        path: "/properties/a/maximum".into(),
        what: "maximum lowered".into(),
        from: Some(json!(2000)),
        to: Some(json!(1000)),
        readers: NO,
        writers: YES,
        why: "old events may be above the new bound".into(),
    };
    assert_eq!(found, [change]);
}

fn source(contract: &str, schema: Value) -> Source {
    let mut schema = schema;
    schema["$id"] = format!("urn:content-mesh:contract:{contract}").into();
    Source::new(contract, schema)
}

#[test]
fn only_a_new_version_may_break() {
    let v1 = source("a-v1", json!({"maximum": 5}));
    let narrower = json!({"maximum": 4});
    let told = |new: &[Source]| {
        let entries = compare(std::slice::from_ref(&v1), new);
        entries.into_iter().map(|entry| (entry.contract.clone(), entry.fails())).collect::<Vec<_>>()
    };
    assert_eq!(told(std::slice::from_ref(&v1)), []);
    assert_eq!(told(&[source("a-v1", narrower.clone())]), [("a-v1".into(), true)]);
    assert_eq!(told(&[v1.clone(), source("a-v2", narrower.clone())]), [("a-v2".into(), false)]);
    assert_eq!(told(&[source("a-v2", narrower.clone())]), [("a-v1".into(), true), ("a-v2".into(), false)]);
    assert_eq!(told(&[v1.clone(), source("b-v1", narrower)]), []);
}

#[test]
fn a_contract_is_compared_with_each_of_its_releases() {
    let release = |n: u32, schema: Value| Source { label: format!("a-v1.{n}"), ..source("a-v1", schema) };
    let [with, without] = [json!({"properties": {"x": {"type": "string"}}}), json!({"properties": {}})];
    let again = json!({"properties": {"x": {"type": "integer"}}});
    let failing: Vec<String> = compare(&[release(1, with), release(2, without)], &[source("a-v1", again)])
        .into_iter()
        .filter(Entry::fails)
        .map(|entry| entry.against)
        .collect();
    assert_eq!(failing, ["a-v1.1"], "the second release alone would let it pass");
}
