//! Compositions: `allOf`, `anyOf`, `oneOf`.

use serde_json::Value;

use super::{
    Effect, Keyword, Walk,
    expand::stripped,
    types::{allowed, words},
};

/// Whether other schemas speak of the same value; a list of constants does not count.
pub(super) fn composed(schema: &Value) -> bool {
    let branches = |name: &str| schema.get(name).and_then(Value::as_array);
    schema.get("allOf").is_some()
        || ["anyOf", "oneOf"].into_iter().any(|name| branches(name).is_some_and(|list| words(list).is_none()))
}

impl Walk {
    pub(super) fn branches(&mut self, at: &str, keyword: &Keyword<'_>) {
        let all = keyword.name == "allOf";
        // A list of constants was compared as such.
        let list = |value: Option<&Value>| {
            let list = value.and_then(Value::as_array).filter(|list| all || words(list).is_none()).cloned();
            if all { Some(list.unwrap_or_default()) } else { list }
        };
        let (old, new) = (list(keyword.old), list(keyword.new));
        match (&old, &new) {
            (Some(from), Some(to)) if keyword.name != "oneOf" || (disjoint(from) && disjoint(to)) => {
                self.pairs(at, from, to, all);
            }
            _ if same(&old, &new) => {}
            (Some(_), Some(_)) => {
                let why = "of branches that overlap, a change of one can make two of them valid, or none";
                self.add(at, "branches changed", (keyword.old, keyword.new), Effect::Other, why);
            }
            (None, _) => self.add(
                at,
                &format!("{} added", keyword.name),
                (None, keyword.new),
                Effect::Narrower,
                "old events need not fit",
            ),
            (_, None) => {
                let why = "new events need not fit what old readers require";
                self.add(at, &format!("{} removed", keyword.name), (keyword.old, None), Effect::Wider, why);
            }
        }
    }

    /// Branches that are the same are passed over; of the others each is compared with its counterpart, if there is one.
    fn pairs(&mut self, at: &str, old: &[Value], new: &[Value], all: bool) {
        let mut left: Vec<(usize, &Value)> = new.iter().enumerate().collect();
        let mut gone = Vec::new();
        for branch in old {
            match left.iter().position(|(_, other)| stripped(other) == stripped(branch)) {
                Some(found) => drop(left.remove(found)),
                None => gone.push(branch),
            }
        }
        if gone.len() == left.len() {
            for (from, (index, to)) in gone.into_iter().zip(left) {
                self.schemas(&format!("{at}/{index}"), from, to, true);
            }
            return;
        }
        let (less, more) = if all { (Effect::Wider, Effect::Narrower) } else { (Effect::Narrower, Effect::Wider) };
        for branch in gone {
            self.add(at, "branch removed", (Some(branch), None), less, less.why());
        }
        for (index, branch) in left {
            self.add(&format!("{at}/{index}"), "branch added", (None, Some(branch)), more, more.why());
        }
    }
}

fn same(old: &Option<Vec<Value>>, new: &Option<Vec<Value>>) -> bool {
    let stripped = |list: &Option<Vec<Value>>| list.as_ref().map(|list| list.iter().map(stripped).collect::<Vec<_>>());
    stripped(old) == stripped(new)
}

/// Whether no value can fit two branches, because their types differ.
fn disjoint(branches: &[Value]) -> bool {
    let fits = |seen: u8, branch: &Value| match branch {
        Value::Object(_) => allowed(branch).filter(|types| types & seen == 0).map(|types| types | seen),
        _ => None,
    };
    branches.iter().try_fold(0, fits).is_some()
}
