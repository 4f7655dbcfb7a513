//! Reading and replacing the documents that the gateway writes.

use mesh_contracts::{Detail, Time, find_contract};
use mesh_core::{
    Outcome, Ports,
    ports::{DocKey, Document, Write},
    submit::{SubmitError, submit},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{
    SOURCE,
    problem::{Kind, Problem},
};

/// How often a write is tried again when somebody else wrote first.
const TRIES: u32 = 5;

/// On what condition a document is replaced (RFC 9110, section 13).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Condition {
    /// Always.
    #[default]
    Always,
    /// `If-None-Match: *`: only when there is none.
    Absent,
    /// `If-Match: *`: only when there is one.
    Present,
    /// `If-Match`: only when its version is one of these.
    Versions(Vec<u64>),
}

impl Condition {
    fn check(&self, version: Option<u64>) -> Result<(), Problem> {
        let holds = match (self, version) {
            (Self::Always, _) | (Self::Absent, None) | (Self::Present, Some(_)) => true,
            (Self::Versions(versions), Some(version)) => versions.contains(&version),
            _ => false,
        };
        if holds {
            Ok(())
        } else {
            Err(Problem::new(Kind::PreconditionFailed, "the condition of the request does not hold"))
        }
    }
}

/// What is stored, and its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored<T> {
    /// The value.
    pub value: T,
    /// Its version, which rises by one with every write; its ETag.
    pub version: u64,
}

/// What a replacement did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Put<T> {
    /// What is stored now.
    pub stored: Stored<T>,
    /// True when there was none before.
    pub created: bool,
}

pub(crate) async fn document(ports: &Ports, kind: &str, id: &str) -> Result<Option<Document>, Problem> {
    if !mesh_core::ports::state_limits::is_id(id) {
        return Ok(None);
    }
    Ok(ports.state.get(&DocKey::new(kind, id)).await?)
}

pub(crate) async fn read<T: DeserializeOwned>(
    ports: &Ports,
    kind: &str,
    id: &str,
) -> Result<Option<Stored<T>>, Problem> {
    document(ports, kind, id).await?.as_ref().map(decode).transpose()
}

pub(crate) fn decode<T: DeserializeOwned>(document: &Document) -> Result<Stored<T>, Problem> {
    let what = || format!("{} {}", document.key.kind, document.key.id);
    let value = mesh_contracts::read(&document.body).map_err(|message| Problem::corrupt(&what(), &message))?;
    Ok(Stored { value, version: document.version })
}

/// Replaces a document by what `make` makes of the one that is there; again when somebody else wrote in between.
pub(crate) async fn replace<T, M>(
    ports: &Ports,
    (kind, id): (&str, &str),
    condition: &Condition,
    make: M,
) -> Result<Put<T>, Problem>
where
    T: Serialize + DeserializeOwned,
    M: Fn(Option<&T>) -> Result<(T, Option<String>, Time), Problem>,
{
    for _ in 0..TRIES {
        let old = document(ports, kind, id).await?;
        let before: Option<Stored<T>> = old.as_ref().map(decode).transpose()?;
        condition.check(before.as_ref().map(|stored| stored.version))?;
        let (value, owner, sort) = make(before.as_ref().map(|stored| &stored.value))?;
        let write = match &old {
            Some(old) => Write::replace(old, &value),
            None => Write::create(kind, id, &value),
        };
        let write = write.map_err(|error| Problem::corrupt(kind, &error.to_string()))?.sort(sort);
        let write = owner.iter().fold(write, |write, owner| write.owner(owner));
        let key = format!("put/{kind}/{id}/{:032x}", ports.entropy.bits());
        match submit(ports, SOURCE, &key, Outcome::nothing().write(write)).await {
            Ok(_) => {
                let version = before.as_ref().map_or(0, |stored| stored.version) + 1;
                return Ok(Put { stored: Stored { value, version }, created: before.is_none() });
            }
            Err(SubmitError::Busy) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::busy())
}

/// What a caller may send of a record: the fields of its contract and those of `also`, of which `fixed` are not the caller's
/// and are set here.
pub(crate) struct Shape<'a> {
    pub(crate) contract: &'a str,
    /// Shown to callers besides the record; ignored when they send it back.
    pub(crate) also: &'a [&'a str],
    /// Field and value that the path gives.
    pub(crate) named: (&'a str, &'a str),
    /// Fields that are ours, with their values; `Null`: absent.
    pub(crate) fixed: Vec<(&'a str, Value)>,
}

impl Shape<'_> {
    /// The record that a body asks for.
    pub(crate) fn read<T: DeserializeOwned>(&self, body: &Value) -> Result<T, Problem> {
        let Value::Object(fields) = body else {
            return Err(Problem::contract(vec![Detail::new("body", None, "an object")]));
        };
        let (name, id) = self.named;
        if let Some(other) = fields.get(name).filter(|given| given.as_str() != Some(id)) {
            return Err(Problem::contract(vec![Detail::new(
                name,
                Some(&other.to_string()),
                "the id in the path, or absent",
            )]));
        }
        self.refuse_unknown(fields)?;
        let mut record: Map<String, Value> = fields
            .iter()
            .filter(|(field, _)| !self.also.contains(&field.as_str()))
            .map(|(f, v)| (f.clone(), v.clone()))
            .collect();
        record.insert(name.to_owned(), id.into());
        for (field, value) in &self.fixed {
            record.remove(*field);
            if !value.is_null() {
                record.insert((*field).to_owned(), value.clone());
            }
        }
        let record = Value::Object(record);
        mesh_contracts::validate(self.contract, &record).map_err(Problem::contract)?;
        mesh_contracts::read(&record).map_err(|message| Problem::new(Kind::ContractViolation, message))
    }

    /// A slip of the pen in the name of an optional field would change nothing, and nobody would know.
    fn refuse_unknown(&self, fields: &Map<String, Value>) -> Result<(), Problem> {
        let schema = find_contract(self.contract).map(|spec| (spec.schema)().to_value()).unwrap_or_default();
        let known = |field: &str| !schema["properties"][field].is_null() || self.also.contains(&field);
        let unknown: Vec<Detail> = fields
            .keys()
            .filter(|field| !known(field))
            .take(50)
            .map(|field| Detail::new(field, None, "a known field"))
            .collect();
        if unknown.is_empty() { Ok(()) } else { Err(Problem::contract(unknown)) }
    }
}

/// The time now, as records have it.
pub(crate) fn now(ports: &Ports) -> Time {
    ports.clock.now().datetime().into()
}
