//! DynamoDB: items in memory, written under their conditions; one page for every query.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Mutex,
};

use serde_json::{Value, json};

use super::{
    condition::{Condition, order},
    expression::{Bindings, Item},
};

/// A table forgets its oldest items beyond this many, so that the stub does not grow with what is measured.
const KEPT: usize = 2_000;

/// All tables; they exist when they are named.
#[derive(Debug, Default)]
pub(super) struct Tables(Mutex<BTreeMap<String, Table>>);

#[derive(Debug, Default)]
struct Table {
    items: BTreeMap<String, Item>,
    arrived: VecDeque<String>,
}

/// What an operation answers; on refusal the error of the service.
pub(super) type Answer = Result<Value, Value>;

impl Tables {
    /// The answer to an operation; `None` when the stub does not have it.
    pub(super) fn answer(&self, operation: &str, input: &Value) -> Option<Answer> {
        let name = input["TableName"].as_str().unwrap_or_default();
        Some(match operation {
            "GetItem" => {
                Ok(self.with(name, |table| table.get(&input["Key"])).map_or(json!({}), |item| json!({ "Item": item })))
            }
            "PutItem" | "UpdateItem" | "DeleteItem" => self.with(name, |table| match table.refusal(name, input) {
                Some(stored) => Err(conditional_check_failed(stored)),
                None => Ok(table.write(name, input)),
            }),
            "Query" => Ok(self.with(name, |table| table.query(name, input))),
            "Scan" => Ok(self.with(name, |table| table.scan(input))),
            "BatchGetItem" => Ok(self.batch_get(input)),
            "TransactWriteItems" => self.transact(input["TransactItems"].as_array()?),
            _ => return None,
        })
    }

    fn with<T>(&self, name: &str, work: impl FnOnce(&mut Table) -> T) -> T {
        work(self.0.lock().unwrap().entry(name.to_owned()).or_default())
    }

    fn batch_get(&self, input: &Value) -> Value {
        let mut responses = json!({});
        for (name, wanted) in input["RequestItems"].as_object().into_iter().flatten() {
            let keys = wanted["Keys"].as_array().map(Vec::as_slice).unwrap_or_default();
            let found: Vec<Item> = keys.iter().filter_map(|key| self.with(name, |table| table.get(key))).collect();
            responses[name] = json!(found);
        }
        json!({ "Responses": responses, "UnprocessedKeys": {} })
    }

    /// All or nothing; one lock makes it one step.
    fn transact(&self, items: &[Value]) -> Answer {
        let mut tables = self.0.lock().unwrap();
        let writes = items.iter().filter_map(|item| item.as_object()?.iter().next());
        let writes: Vec<(&str, &str, &Value)> = writes
            .map(|(kind, input)| (kind.as_str(), input["TableName"].as_str().unwrap_or_default(), input))
            .collect();
        let refusals =
            writes.iter().map(|(_, name, input)| tables.entry((*name).to_owned()).or_default().refusal(name, input));
        let refusals: Vec<Option<Value>> = refusals.collect();
        if refusals.iter().any(Option::is_some) {
            return Err(transaction_cancelled(refusals));
        }
        for (_, name, input) in writes.iter().filter(|(kind, ..)| *kind != "ConditionCheck") {
            tables.entry((*name).to_owned()).or_default().write(name, input);
        }
        Ok(json!({}))
    }
}

impl Table {
    fn get(&self, key: &Value) -> Option<Item> {
        self.items.get(&place(key)).cloned()
    }

    /// When the condition of a write does not hold: the item it was about, as far as it asks for it.
    fn refusal(&self, name: &str, input: &Value) -> Option<Value> {
        let condition = input["ConditionExpression"].as_str()?;
        let stored = self.items.get(&target(name, input)).cloned();
        if Condition::of(condition).holds(Bindings::of(input), stored.as_ref().unwrap_or(&Item::new())) {
            return None;
        }
        let wanted = input["ReturnValuesOnConditionCheckFailure"] == json!("ALL_OLD");
        Some(stored.filter(|_| wanted).map_or(Value::Null, Value::Object))
    }

    /// Puts, updates or deletes, as the fields of the input say.
    fn write(&mut self, name: &str, input: &Value) -> Value {
        let place = target(name, input);
        let old = self.items.get(&place).cloned();
        let new = if let Some(item) = input["Item"].as_object() {
            item.clone()
        } else if let Some(expression) = input["UpdateExpression"].as_str() {
            let mut item = old.clone().unwrap_or_else(|| input["Key"].as_object().cloned().unwrap_or_default());
            Bindings::of(input).update(&mut item, expression);
            item
        } else {
            self.items.remove(&place);
            return json!({});
        };
        self.insert(place, new.clone());
        returned(input, old, new)
    }

    fn insert(&mut self, place: String, item: Item) {
        if self.items.insert(place.clone(), item).is_none() {
            self.arrived.push_back(place);
        }
        if self.arrived.len() > KEPT
            && let Some(oldest) = self.arrived.pop_front()
        {
            self.items.remove(&oldest);
        }
    }

    fn query(&self, name: &str, input: &Value) -> Value {
        let range = match input["IndexName"].as_str() {
            Some("due") => "due_at",
            Some("by-run") => "begun_at",
            Some(_) => "sort",
            None => key_of(name).last().unwrap_or(&"id"),
        };
        let mut found: Vec<&Item> = self.items.values().collect();
        keep(input, "KeyConditionExpression", &mut found);
        found.sort_by(|one, two| order(&one[range], &two[range]));
        if input["ScanIndexForward"] == json!(false) {
            found.reverse();
        }
        let limit = input["Limit"].as_u64().and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        found.truncate(limit);
        keep(input, "FilterExpression", &mut found);
        json!({ "Items": found, "Count": found.len() })
    }

    fn scan(&self, input: &Value) -> Value {
        let mut found: Vec<&Item> = self.items.values().collect();
        keep(input, "FilterExpression", &mut found);
        json!({ "Items": found, "Count": found.len() })
    }
}

/// Keeps the items that meet the condition in this field, if there is one.
fn keep(input: &Value, field: &str, items: &mut Vec<&Item>) {
    if let Some(condition) = input[field].as_str().map(Condition::of) {
        let bindings = Bindings::of(input);
        items.retain(|item| condition.holds(bindings, item));
    }
}

fn conditional_check_failed(stored: Value) -> Value {
    let code = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
    let mut error = json!({ "__type": code, "message": "The conditional request failed" });
    if !stored.is_null() {
        error["Item"] = stored;
    }
    error
}

fn transaction_cancelled(refusals: Vec<Option<Value>>) -> Value {
    let reason = |refusal: Option<Value>| match refusal {
        None => json!({ "Code": "None" }),
        Some(Value::Null) => json!({ "Code": "ConditionalCheckFailed" }),
        Some(stored) => json!({ "Code": "ConditionalCheckFailed", "Item": stored }),
    };
    json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons",
        "CancellationReasons": refusals.into_iter().map(reason).collect::<Vec<_>>(),
    })
}

/// Where the item of a write is: its key is given, or part of the item.
fn target(table: &str, input: &Value) -> String {
    if input["Key"].is_object() {
        return place(&input["Key"]);
    }
    let part = |part: &&str| Some(((*part).to_owned(), input["Item"].get(*part)?.clone()));
    place(&Value::Object(key_of(table).iter().filter_map(part).collect()))
}

/// The names of a table's key: a ledger's, a document table's, or those of the peer's table.
fn key_of(table: &str) -> &'static [&'static str] {
    if table.ends_with("-ledger") {
        &["event_id"]
    } else if table.starts_with("peer") {
        &["id"]
    } else {
        &["partition", "id"]
    }
}

/// A key as one text; JSON objects here are sorted by name.
fn place(key: &Value) -> String {
    key.to_string()
}

fn returned(input: &Value, old: Option<Item>, new: Item) -> Value {
    let item = match input["ReturnValues"].as_str() {
        Some("ALL_OLD" | "UPDATED_OLD") => old,
        Some("ALL_NEW" | "UPDATED_NEW") => Some(new),
        _ => None,
    };
    item.map_or(json!({}), |item| json!({ "Attributes": item }))
}
