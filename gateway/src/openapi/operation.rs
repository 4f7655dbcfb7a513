//! What an operation is, and how its parts are written in OpenAPI.

use axum::routing::MethodRouter;
use mesh_contracts::records::Scope;
use serde_json::{Map, Value, json};

use crate::{app::App, problem::Kind};

/// One method of one path.
pub(crate) struct Operation {
    /// Lower case.
    pub(crate) method: &'static str,
    /// As the router and OpenAPI both write it: `/sites/{websiteId}`.
    pub(crate) path: &'static str,
    /// `operationId`.
    pub(crate) id: &'static str,
    /// The system it belongs to.
    pub(crate) tag: &'static str,
    /// One line.
    pub(crate) summary: &'static str,
    /// One paragraph.
    pub(crate) about: &'static str,
    /// What a key must allow; `None`: no key is needed.
    pub(crate) scope: Option<Scope>,
    pub(crate) params: &'static [Param],
    /// Name of the body's schema.
    pub(crate) body: Option<&'static str>,
    pub(crate) answers: Vec<Answer>,
    /// Besides those that all have, and those of keys and bodies.
    pub(crate) problems: &'static [Kind],
    pub(crate) handler: fn() -> MethodRouter<App>,
}

/// Where a parameter is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
}

/// A parameter.
pub(crate) struct Param {
    pub(crate) name: &'static str,
    pub(crate) place: Place,
    pub(crate) about: &'static str,
    pub(crate) schema: fn() -> Value,
}

impl Param {
    pub(crate) fn described(&self) -> Value {
        let place = match self.place {
            Place::Path => "path",
            Place::Query => "query",
            Place::Header => "header",
        };
        let required = self.place == Place::Path;
        json!({"name": self.name, "in": place, "required": required, "description": self.about, "schema": (self.schema)()})
    }
}

/// An answer that is no problem.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) about: &'static str,
    pub(crate) media: &'static str,
    /// Name of its schema; `None`: any text.
    pub(crate) schema: Option<&'static str>,
    pub(crate) headers: &'static [Header],
}

impl Answer {
    pub(crate) fn described(&self) -> Value {
        let schema = match self.schema {
            Some(name) => json!({"$ref": format!("#/components/schemas/{name}")}),
            None => json!({"type": "string"}),
        };
        let mut headers = Header::described(self.headers);
        headers.extend(Header::described(&[names::REQUEST_ID]));
        json!({"description": self.about, "headers": headers, "content": {self.media: {"schema": schema}}})
    }
}

/// A header of an answer.
pub(crate) struct Header {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
}

impl Header {
    pub(crate) fn described(headers: &[Self]) -> Map<String, Value> {
        let one = |header: &Self| {
            let schema = json!({"type": "string"});
            (header.name.to_owned(), json!({"description": header.about, "schema": schema}))
        };
        headers.iter().map(one).collect()
    }
}

/// Parameters and headers that several operations share.
pub(crate) mod names {
    use mesh_contracts::{Id, Name, schema};
    use serde_json::{Value, json};

    use super::{Header, Param, Place};

    pub(crate) const JSON: &str = "application/json";
    pub(crate) const LOCATION: Header = Header { name: "Location", about: "Where the run's status is." };
    pub(crate) const ETAG: Header = Header { name: "ETag", about: "The version of what is stored." };
    pub(crate) const RETRY_AFTER: Header = Header { name: "Retry-After", about: "Seconds after which to try again." };
    pub(crate) const REQUEST_ID: Header = Header { name: "X-Request-Id", about: "Names the request in our log." };
    pub(crate) const WWW_AUTHENTICATE: Header = Header { name: "WWW-Authenticate", about: "How to send a key." };
    pub(crate) const PREFERENCE_APPLIED: Header =
        Header { name: "Preference-Applied", about: "The wait that was honoured, if one was asked for." };

    pub(crate) const SITE: Param = named("websiteId", "The site.");
    pub(crate) const POST: Param = named("postId", "The post.");
    pub(crate) const RUN: Param = identified("trackingId", "The run.");
    pub(crate) const CONTENT: Param = identified("contentId", "The article.");
    pub(crate) const OF_SITE: Param =
        Param { name: "websiteId", place: Place::Query, about: "Only posts of this site, newest first.", schema: name };
    pub(crate) const LIMIT: Param = Param { name: "limit", place: Place::Query, about: "Most items.", schema: limit };
    pub(crate) const CURSOR: Param =
        Param { name: "cursor", place: Place::Query, about: "Where the last page ended, as it said.", schema: text };
    pub(crate) const REASON: Param =
        Param { name: "reason", place: Place::Query, about: "Why, as the notice on the page says.", schema: reason };
    pub(crate) const PREFER: Param = Param {
        name: "Prefer",
        place: Place::Header,
        about: "`wait=<seconds>` (RFC 7240): answer when the run has ended, or after so long; at most 25.",
        schema: prefer,
    };
    pub(crate) const IF_MATCH: Param = Param {
        name: "If-Match",
        place: Place::Header,
        about: "Only when the stored version is this ETag; `*`: only when there is one.",
        schema: text,
    };
    pub(crate) const IF_NONE_MATCH: Param =
        Param { name: "If-None-Match", place: Place::Header, about: "`*`: only when there is none.", schema: star };
    pub(crate) const IDEMPOTENCY_KEY: Param = Param {
        name: "Idempotency-Key",
        place: Place::Header,
        about: "The same key with the same body gives the same run, however often it is sent (90 days).",
        schema: idempotency_key,
    };

    const fn named(name: &'static str, about: &'static str) -> Param {
        Param { name, place: Place::Path, about, schema: self::name }
    }

    const fn identified(name: &'static str, about: &'static str) -> Param {
        Param { name, place: Place::Path, about, schema: id }
    }

    fn name() -> Value {
        bare(schema::of::<Name>().to_value())
    }

    fn id() -> Value {
        bare(schema::of::<Id>().to_value())
    }

    /// Inside OpenAPI the dialect is understood.
    pub(crate) fn bare(mut schema: Value) -> Value {
        if let Some(fields) = schema.as_object_mut() {
            fields.retain(|name, _| name != "$schema" && name != "title");
        }
        schema
    }

    fn limit() -> Value {
        json!({"type": "integer", "minimum": 1, "maximum": crate::page::MOST, "default": crate::page::DEFAULT})
    }

    fn text() -> Value {
        json!({"type": "string"})
    }

    fn reason() -> Value {
        bare(schema::of::<mesh_contracts::Text<1, 300>>().to_value())
    }

    fn prefer() -> Value {
        json!({"type": "string", "examples": ["wait=20"]})
    }

    fn star() -> Value {
        json!({"type": "string", "const": "*"})
    }

    fn idempotency_key() -> Value {
        json!({"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"})
    }
}
