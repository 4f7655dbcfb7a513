//! DynamoDB's conditions on one item: those of writes, keys and filters alike.

use std::cmp::Ordering;

use serde_json::Value;

use super::expression::{Bindings, Item, number};

/// A condition such as `attribute_not_exists(a) OR (b = :c AND d BETWEEN :e AND :f)`.
pub(super) struct Condition(Vec<String>);

impl Condition {
    /// The condition of a text.
    pub(super) fn of(text: &str) -> Self {
        Self(words(text))
    }

    /// Whether an item meets it.
    pub(super) fn holds(&self, bindings: Bindings<'_>, item: &Item) -> bool {
        let mut reader = Reader { bindings, item, words: &self.0 };
        let result = reader.either();
        assert!(reader.words.is_empty(), "the stub does not read the end of {:?}", self.0);
        result
    }
}

struct Reader<'a> {
    bindings: Bindings<'a>,
    item: &'a Item,
    words: &'a [String],
}

impl Reader<'_> {
    fn peek(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    fn next(&mut self) -> String {
        let (first, rest) = self.words.split_first().expect("a condition that goes on");
        self.words = rest;
        first.clone()
    }

    fn skip(&mut self, word: &str) {
        let next = self.next();
        assert_eq!(next, word, "the stub reads no such condition");
    }

    fn either(&mut self) -> bool {
        let mut result = self.both();
        while self.peek().eq_ignore_ascii_case("OR") {
            self.next();
            result |= self.both();
        }
        result
    }

    fn both(&mut self) -> bool {
        let mut result = self.one();
        while self.peek().eq_ignore_ascii_case("AND") {
            self.next();
            result &= self.one();
        }
        result
    }

    fn one(&mut self) -> bool {
        match self.peek() {
            "(" => {
                self.next();
                let result = self.either();
                self.skip(")");
                result
            }
            word if word.eq_ignore_ascii_case("NOT") => {
                self.next();
                !self.one()
            }
            "attribute_exists" => self.argument().is_some(),
            "attribute_not_exists" => self.argument().is_none(),
            "begins_with" => {
                self.next();
                self.skip("(");
                let value = self.operand();
                self.skip(",");
                let prefix = self.operand();
                self.skip(")");
                value.zip(prefix).is_some_and(|(value, prefix)| text(&value).starts_with(text(&prefix)))
            }
            _ => self.comparison(),
        }
    }

    /// The value of a function's one argument.
    fn argument(&mut self) -> Option<Value> {
        self.next();
        self.skip("(");
        let value = self.operand();
        self.skip(")");
        value
    }

    fn operand(&mut self) -> Option<Value> {
        let word = self.next();
        if word.starts_with(':') { Some(self.bindings.bound(&word)) } else { self.bindings.read(self.item, &word) }
    }

    fn comparison(&mut self) -> bool {
        let left = self.operand();
        let how = self.next();
        let right = self.operand();
        if how.eq_ignore_ascii_case("BETWEEN") {
            self.skip("AND");
            let high = self.operand();
            return compare(left.as_ref(), ">=", right.as_ref()) && compare(left.as_ref(), "<=", high.as_ref());
        }
        compare(left.as_ref(), &how, right.as_ref())
    }
}

/// What is absent compares with nothing, and differs from everything.
fn compare(left: Option<&Value>, how: &str, right: Option<&Value>) -> bool {
    let (Some(left), Some(right)) = (left, right) else { return how == "<>" };
    match how {
        "=" => equal(left, right),
        "<>" => !equal(left, right),
        "<" => order(left, right).is_lt(),
        "<=" => order(left, right).is_le(),
        ">" => order(left, right).is_gt(),
        ">=" => order(left, right).is_ge(),
        other => panic!("the stub does not compare by {other}"),
    }
}

fn equal(left: &Value, right: &Value) -> bool {
    let set = |value: &Value| -> Option<Vec<String>> {
        let mut entries: Vec<String> =
            value.get("NS").or(value.get("SS"))?.as_array()?.iter().map(Value::to_string).collect();
        entries.sort_unstable();
        Some(entries)
    };
    match (set(left), set(right)) {
        (Some(left), Some(right)) => left == right,
        _ if left.get("N").is_some() => order(left, right).is_eq(),
        _ => left == right,
    }
}

/// Numbers by size, all else as text.
pub(super) fn order(left: &Value, right: &Value) -> Ordering {
    if left.get("N").is_some() { number(left).cmp(&number(right)) } else { text(left).cmp(text(right)) }
}

fn text(value: &Value) -> &str {
    value["S"].as_str().unwrap_or_default()
}

/// Names, values, operators and brackets.
fn words(condition: &str) -> Vec<String> {
    let class = |c: char| match c {
        '(' | ')' | ',' => 0,
        '=' | '<' | '>' => 1,
        c if c.is_whitespace() => 2,
        _ => 3,
    };
    let mut words: Vec<String> = Vec::new();
    let mut last = 2;
    for c in condition.chars() {
        match (class(c), words.last_mut()) {
            (2, _) => {}
            (same, Some(word)) if same == last && same != 0 => word.push(c),
            _ => words.push(c.to_string()),
        }
        last = class(c);
    }
    words
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn meets(condition: &str) -> bool {
        let item = json!({ "id": {"S": "7"}, "n": {"N": "9"}, "w": {"NS": ["1", "2"]} });
        let input = json!({
            "ExpressionAttributeNames": {"#id": "id"},
            "ExpressionAttributeValues": {
                ":id": {"S": "7"}, ":low": {"N": "1"}, ":high": {"N": "10"}, ":w": {"NS": ["2", "1"]},
            },
        });
        Condition::of(condition).holds(Bindings::of(&input), item.as_object().unwrap())
    }

    #[test]
    fn conditions_are_read_as_dynamodb_reads_them() {
        assert!(meets("#id = :id AND n BETWEEN :low AND :high") && meets("begins_with(id, :id) AND (w=:w)"));
        assert!(meets("attribute_not_exists(id) OR n >= :low AND n<:high"));
        assert!(meets("attribute_not_exists(id) OR NOT (n < :low)") && meets("absent <> :id"));
        assert!(!meets("(attribute_exists(id) OR n < :low) AND n > :high"));
        assert!(!meets("attribute_not_exists(id)") && !meets("absent <= :low") && !meets("w <> :w"));
    }
}
