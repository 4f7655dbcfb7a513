//! What is wrong with a request, as RFC 9457 has it (`application/problem+json`).

use mesh_contracts::Detail;
use mesh_core::{ports::PortError, submit::SubmitError};

/// What kind of thing is wrong. Each has a page at `/problems/{code}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The body is no JSON, or repeats a key.
    InvalidJson,
    /// The body breaks its contract.
    ContractViolation,
    /// A path segment, query parameter or header is malformed.
    InvalidParameter,
    /// No valid key came with the request.
    Unauthenticated,
    /// The key does not allow this.
    ScopeMissing,
    /// The key is for another site.
    SiteForeign,
    /// There is no such route, or nothing of that name.
    NotFound,
    /// The route does not take this method.
    MethodNotAllowed,
    /// The post's site has no settings.
    SiteMissing,
    /// The post's site is not active.
    SiteInactive,
    /// The site prefers a model that is not configured.
    ModelNotConfigured,
    /// A post stays with its site.
    PostMoved,
    /// The document changed since it was read.
    PreconditionFailed,
    /// The body is too large.
    PayloadTooLarge,
    /// The body is of another type than JSON.
    UnsupportedMediaType,
    /// The idempotency key was used with another request.
    KeyReused,
    /// Too many requests.
    RateLimited,
    /// A fault of ours.
    Internal,
    /// The store is out of reach, or busy.
    Unavailable,
    /// It took too long.
    TimedOut,
}

/// Every kind.
pub const KINDS: [Kind; 20] = [
    Kind::InvalidJson,
    Kind::ContractViolation,
    Kind::InvalidParameter,
    Kind::Unauthenticated,
    Kind::ScopeMissing,
    Kind::SiteForeign,
    Kind::NotFound,
    Kind::MethodNotAllowed,
    Kind::SiteMissing,
    Kind::SiteInactive,
    Kind::ModelNotConfigured,
    Kind::PostMoved,
    Kind::PreconditionFailed,
    Kind::PayloadTooLarge,
    Kind::UnsupportedMediaType,
    Kind::KeyReused,
    Kind::RateLimited,
    Kind::Internal,
    Kind::Unavailable,
    Kind::TimedOut,
];

impl Kind {
    /// Its permanent code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::InvalidJson => "INVALID_JSON",
            Self::ContractViolation => "CONTRACT_VIOLATION",
            Self::InvalidParameter => "INVALID_PARAMETER",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::ScopeMissing => "SCOPE_MISSING",
            Self::SiteForeign => "SITE_FOREIGN",
            Self::NotFound => "NOT_FOUND",
            Self::MethodNotAllowed => "METHOD_NOT_ALLOWED",
            Self::SiteMissing => "SITE_MISSING",
            Self::SiteInactive => "SITE_INACTIVE",
            Self::ModelNotConfigured => "MODEL_NOT_CONFIGURED",
            Self::PostMoved => "POST_MOVED",
            Self::PreconditionFailed => "PRECONDITION_FAILED",
            Self::PayloadTooLarge => "PAYLOAD_TOO_LARGE",
            Self::UnsupportedMediaType => "UNSUPPORTED_MEDIA_TYPE",
            Self::KeyReused => "IDEMPOTENCY_KEY_REUSED",
            Self::RateLimited => "RATE_LIMITED",
            Self::Internal => "INTERNAL",
            Self::Unavailable => "STORE_UNAVAILABLE",
            Self::TimedOut => "TIMEOUT",
        }
    }

    /// Its HTTP status.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::InvalidJson | Self::ContractViolation | Self::InvalidParameter => 400,
            Self::Unauthenticated => 401,
            Self::ScopeMissing | Self::SiteForeign => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::SiteMissing | Self::SiteInactive | Self::ModelNotConfigured | Self::PostMoved => 409,
            Self::PreconditionFailed => 412,
            Self::PayloadTooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::KeyReused => 422,
            Self::RateLimited => 429,
            Self::Internal => 500,
            Self::Unavailable | Self::TimedOut => 503,
        }
    }

    /// The same in a few words, the same for every occurrence.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::InvalidJson => "The body is no JSON",
            Self::ContractViolation => "The body breaks its contract",
            Self::InvalidParameter => "A parameter is malformed",
            Self::Unauthenticated => "A valid key is needed",
            Self::ScopeMissing => "The key does not allow this",
            Self::SiteForeign => "The key is for another site",
            Self::NotFound => "There is no such thing",
            Self::MethodNotAllowed => "The route does not take this method",
            Self::SiteMissing => "The site has no settings",
            Self::SiteInactive => "The site is not active",
            Self::ModelNotConfigured => "A preferred model is not configured",
            Self::PostMoved => "A post stays with its site",
            Self::PreconditionFailed => "It changed since it was read",
            Self::PayloadTooLarge => "The body is too large",
            Self::UnsupportedMediaType => "The body must be JSON",
            Self::KeyReused => "The idempotency key was used before",
            Self::RateLimited => "Too many requests",
            Self::Internal => "A fault of ours",
            Self::Unavailable => "The mesh cannot be reached",
            Self::TimedOut => "It took too long",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::InvalidJson => "Send one JSON value in UTF-8 in which no object repeats a key.",
            Self::ContractViolation => {
                "Correct the fields that `errors` names: each with its value and what is allowed."
            }
            Self::InvalidParameter => "Correct the path segment, query parameter or header that `errors` names.",
            Self::Unauthenticated => {
                "Send `Authorization: Bearer <key>` or `X-Api-Key: <key>` with a key that was not revoked."
            }
            Self::ScopeMissing => "Use a key with the scope that the route asks for: read, generate or write.",
            Self::SiteForeign => "Use a key of this site, or one for every site.",
            Self::NotFound => "Compare path and id with the reference at /docs.",
            Self::MethodNotAllowed => "Use one of the methods in the Allow header.",
            Self::SiteMissing => "Store the site's settings first: PUT /sites/{websiteId}.",
            Self::SiteInactive => "Set isActive of the site to true, or ask for a post of another site.",
            Self::ModelNotConfigured => {
                "Configure the model for the deployment, or remove it from the site's preferred models."
            }
            Self::PostMoved => "Store a new post for the other site.",
            Self::PreconditionFailed => "Read it again, make the change again, and send the new ETag as If-Match.",
            Self::PayloadTooLarge => "Send a smaller body; `detail` names the limit.",
            Self::UnsupportedMediaType => "Send the body with Content-Type: application/json.",
            Self::KeyReused => "Use a new Idempotency-Key for another request, or repeat the first one exactly.",
            Self::RateLimited => "Wait as many seconds as Retry-After says.",
            Self::Internal => "Try again, and report the instance if it stays: it is in our log.",
            Self::Unavailable => "Try again in a moment, with the same Idempotency-Key if there was one.",
            Self::TimedOut => "Try again; what was asked for may have happened.",
        }
    }
}

/// One thing that is wrong with one request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Problem {
    /// The kind.
    pub kind: Kind,
    /// One sentence on this occurrence.
    pub detail: String,
    /// What is wrong with which field.
    pub errors: Vec<Detail>,
    /// Seconds after which to try again.
    pub retry_after: Option<u64>,
}

impl Problem {
    /// A problem.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new(), retry_after: None }
    }

    /// A body that breaks its contract.
    #[must_use]
    pub fn contract(errors: Vec<Detail>) -> Self {
        let first = errors.first().map(|error| format!("{} must be {}", error.field.as_str(), error.limit.as_str()));
        Self {
            errors,
            ..Self::new(Kind::ContractViolation, first.unwrap_or_else(|| Kind::ContractViolation.title().into()))
        }
    }

    /// A malformed path segment, query parameter or header.
    #[must_use]
    pub fn parameter(name: &str, value: &str, allowed: &str) -> Self {
        let detail = format!("{name} must be {allowed}");
        Self { errors: vec![Detail::new(name, Some(value), allowed)], ..Self::new(Kind::InvalidParameter, detail) }
    }

    /// Nothing of that name.
    #[must_use]
    pub fn unknown(what: &str, id: &str) -> Self {
        let id: String = id.chars().take(100).collect();
        Self::new(Kind::NotFound, format!("there is no {what} {id}"))
    }

    /// Adds when to try again.
    #[must_use]
    pub fn after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    pub(crate) fn busy() -> Self {
        Self::new(Kind::Unavailable, "another request changes the same thing; try again").after(1)
    }

    pub(crate) fn corrupt(what: &str, message: &str) -> Self {
        tracing::error!(what, message, "A stored document cannot be read.");
        Self::new(Kind::Internal, format!("{what} cannot be read"))
    }
}

impl From<PortError> for Problem {
    fn from(error: PortError) -> Self {
        if error.is_transient() {
            tracing::warn!(error = &error as &dyn std::error::Error, "A port failed.");
            return Self::new(Kind::Unavailable, format!("the {} cannot be reached; try again", error.port())).after(1);
        }
        tracing::error!(error = &error as &dyn std::error::Error, "A port failed for good.");
        Self::new(Kind::Internal, format!("the {} failed", error.port()))
    }
}

impl From<SubmitError> for Problem {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Invalid { details, .. } => Self::contract(details),
            SubmitError::Reused => Self::new(Kind::KeyReused, "the idempotency key was used with another request"),
            SubmitError::Busy => Self::busy(),
            SubmitError::Port(error) => error.into(),
            _ => Self::new(Kind::Internal, "the submission failed"),
        }
    }
}
