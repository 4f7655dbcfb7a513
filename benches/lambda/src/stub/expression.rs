//! DynamoDB's expressions that change items, and the names and values all expressions refer to.

use serde_json::{Map, Value, json};

/// Names and values an expression refers to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bindings<'a> {
    names: &'a Value,
    values: &'a Value,
}

/// An item: names to typed values such as `{"S": "text"}`.
pub(super) type Item = Map<String, Value>;

impl<'a> Bindings<'a> {
    pub(super) fn of(input: &'a Value) -> Self {
        Self { names: &input["ExpressionAttributeNames"], values: &input["ExpressionAttributeValues"] }
    }

    fn name(&self, token: &str) -> String {
        self.names[token].as_str().unwrap_or(token).to_owned()
    }

    /// `#a.b[0]` as keys and positions.
    fn path(&self, token: &str) -> Vec<String> {
        let parts = token.trim().split('.').flat_map(|part| part.split('['));
        parts.map(|part| self.name(part.trim_end_matches(']'))).collect()
    }

    fn value(&self, item: &Item, operand: &str) -> Value {
        let operand = operand.trim();
        if let Some(inside) = operand.strip_prefix("if_not_exists(") {
            let (path, other) = inside.trim_end_matches(')').split_once(',').unwrap_or((inside, ""));
            return self.read(item, path).unwrap_or_else(|| self.value(item, other));
        }
        if let Some(inside) = operand.strip_prefix("list_append(") {
            let (one, two) = split_top(inside.strip_suffix(')').unwrap_or(inside), ',');
            let list = |value: Value| value["L"].as_array().cloned().unwrap_or_default();
            let both = [list(self.value(item, one)), list(self.value(item, two))].concat();
            return json!({ "L": both });
        }
        if operand.starts_with(':') {
            return self.bound(operand);
        }
        self.read(item, operand).unwrap_or_default()
    }

    /// The value bound to `:name`.
    pub(super) fn bound(&self, name: &str) -> Value {
        self.values[name].clone()
    }

    /// The value at a path of an item.
    pub(super) fn read(&self, item: &Item, path: &str) -> Option<Value> {
        let path = self.path(path);
        let mut at = item.get(&path[0])?;
        for key in &path[1..] {
            at = match key.parse::<usize>() {
                Ok(position) => at.get("L")?.get(position)?,
                Err(_) => at.get("M")?.get(key)?,
            };
        }
        Some(at.clone())
    }

    fn write(&self, item: &mut Item, path: &str, value: Option<Value>) {
        let path = self.path(path);
        let (last, inner) = path.split_last().unwrap();
        if inner.is_empty() {
            match value {
                Some(value) => drop(item.insert(last.clone(), value)),
                None => drop(item.remove(last)),
            }
            return;
        }
        let mut at = item.get_mut(&inner[0]);
        for key in inner[1..].iter().chain([last]) {
            at = at.and_then(|at| match key.parse::<usize>() {
                Ok(position) => at.get_mut("L")?.get_mut(position),
                Err(_) => Some(at.get_mut("M")?.as_object_mut()?.entry(key.clone()).or_insert(Value::Null)),
            });
        }
        if let Some(at) = at {
            *at = value.unwrap_or(Value::Null);
        }
    }

    /// Applies an update expression: `SET a = :b, c = d + :e REMOVE f ADD g :h`.
    pub(super) fn update(&self, item: &mut Item, expression: &str) {
        for (clause, body) in clauses(expression) {
            let mut rest = body;
            while !rest.trim().is_empty() {
                let (one, others) = split_top(rest, ',');
                rest = others;
                self.apply(item, clause, one.trim());
            }
        }
    }

    fn apply(&self, item: &mut Item, clause: &str, one: &str) {
        match clause {
            "SET" => {
                let (path, operand) = one.split_once('=').unwrap_or((one, ""));
                let value = self.sum(item, operand);
                self.write(item, path, Some(value));
            }
            "REMOVE" => self.write(item, one, None),
            "ADD" => {
                let (path, operand) = one.split_once(' ').unwrap_or((one, ""));
                let sum = number(&self.read(item, path).unwrap_or_default()) + number(&self.value(item, operand));
                self.write(item, path, Some(json!({ "N": sum.to_string() })));
            }
            other => panic!("the stub has no {other} in an update"),
        }
    }

    fn sum(&self, item: &Item, operand: &str) -> Value {
        for (sign, factor) in [(" + ", 1), (" - ", -1)] {
            if let Some((one, two)) = operand.rsplit_once(sign) {
                let sum = number(&self.value(item, one)) + factor * number(&self.value(item, two));
                return json!({ "N": sum.to_string() });
            }
        }
        self.value(item, operand)
    }
}

pub(super) fn number(value: &Value) -> i64 {
    value["N"].as_str().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// The clauses of an update, in order.
fn clauses(expression: &str) -> Vec<(&str, &str)> {
    const WORDS: [&str; 4] = ["SET", "REMOVE", "ADD", "DELETE"];
    let starts = |word: &'static str| {
        expression.match_indices(word).filter(|(at, word)| {
            let before = expression[..*at].chars().next_back();
            let after = expression[at + word.len()..].chars().next();
            before.is_none_or(char::is_whitespace) && after.is_some_and(char::is_whitespace)
        })
    };
    let mut found: Vec<(usize, &str)> = WORDS.into_iter().flat_map(starts).collect();
    found.sort_unstable();
    let ends = found.iter().skip(1).map(|(at, _)| *at).chain([expression.len()]);
    found.iter().zip(ends).map(|((at, word), end)| (*word, &expression[at + word.len()..end])).collect()
}

/// Before and after the first separator outside brackets.
fn split_top(text: &str, separator: char) -> (&str, &str) {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if c == separator && depth == 0 => return (&text[..at], &text[at + 1..]),
            _ => {}
        }
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item() -> Item {
        let inner = json!({"M": {"a": {"L": [{"BOOL": false}]}}});
        let item = json!({ "id": {"S": "7"}, "n": {"N": "2"}, "m": inner, "old": {"S": "x"} });
        item.as_object().unwrap().clone()
    }

    #[test]
    fn an_update_counts_sets_inside_and_removes() {
        let input = json!({
            "ExpressionAttributeNames": {"#n": "n", "#new": "new"},
            "ExpressionAttributeValues": {
                ":one": {"N": "1"}, ":zero": {"N": "0"}, ":yes": {"BOOL": true}, ":l": {"L": [{"N": "9"}]},
            },
        });
        let mut changed = item();
        let expression = "SET #n = if_not_exists(#n, :zero) + :one, #new = if_not_exists(#new, :zero) + :one, \
                          m.a[0] = :yes, l = list_append(if_not_exists(l, :l), :l) REMOVE old";
        Bindings::of(&input).update(&mut changed, expression);
        assert_eq!((&changed["n"], &changed["new"]), (&json!({"N": "3"}), &json!({"N": "1"})));
        assert_eq!(changed["m"], json!({"M": {"a": {"L": [{"BOOL": true}]}}}));
        assert_eq!(changed["l"], json!({"L": [{"N": "9"}, {"N": "9"}]}));
        assert!(!changed.contains_key("old"));
    }
}
