//! Every event and record there is. A new one gets its module here and its line in [`EVENTS`] or [`RECORDS`].

mod content_published;
mod content_ready;
mod content_rejected;
mod content_request;
mod echo;
mod failure;
mod review_completed;
mod revision_requested;
mod site_build;
// new-agent: modules

pub use content_published::ContentPublished;
pub use content_ready::ContentReady;
pub use content_rejected::ContentRejected;
pub use content_request::ContentRequest;
pub use echo::{EchoFailure, EchoRequested, Echoed};
pub use failure::{
    Cost, ErrorType, Failure, GenFailure, PublishFailure, ReviewError, SiteFailure, ValidationError, failure_event,
};
pub use review_completed::{Finding, ReviewCompleted, Scores, Severity};
pub use revision_requested::RevisionRequested;
pub use site_build::{SiteBuildRequested, SiteBuildStarted, SiteBuilt};
// new-agent: exports

use crate::{EventSpec, records};

/// Every event type.
pub const EVENTS: &[EventSpec] = &[
    EventSpec::of::<ContentRequest>(),
    EventSpec::of::<ContentReady>(),
    EventSpec::of::<RevisionRequested>(),
    EventSpec::of::<ReviewCompleted>(),
    EventSpec::of::<ContentRejected>(),
    EventSpec::of::<ContentPublished>(),
    EventSpec::of::<SiteBuildRequested>(),
    EventSpec::of::<SiteBuildStarted>(),
    EventSpec::of::<SiteBuilt>(),
    EventSpec::of::<ValidationError>(),
    EventSpec::of::<GenFailure>(),
    EventSpec::of::<ReviewError>(),
    EventSpec::of::<PublishFailure>(),
    EventSpec::of::<SiteFailure>(),
    EventSpec::of::<EchoRequested>(),
    EventSpec::of::<Echoed>(),
    EventSpec::of::<EchoFailure>(),
    // new-agent: events
];

/// Every record kind.
pub const RECORDS: &[EventSpec] = &[
    EventSpec::record::<records::ContentRecord>("content", "content-record-v1"),
    EventSpec::record::<records::ReviewRecord>("review", "review-record-v1"),
    EventSpec::record::<records::SignatureRecord>("signature", "signature-record-v1"),
    EventSpec::record::<records::PublicationRecord>("publication", "publication-record-v1"),
    EventSpec::record::<records::SiteBuildRecord>("site_build", "site-build-record-v1"),
    EventSpec::record::<records::SiteBuiltRecord>("site_built", "site-built-record-v1"),
];
