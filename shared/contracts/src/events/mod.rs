//! Every event and record there is. A new one gets its module here and its line in [`EVENTS`] or [`RECORDS`].

mod content_published;
mod content_ready;
mod content_rejected;
mod content_request;
mod echo;
mod failure;
mod image;
mod metadata_ready;
mod part;
mod publication_due;
mod review_completed;
mod revision_requested;
mod site_build;
mod source;
mod withdrawal;
// new-agent: modules

pub use content_published::ContentPublished;
pub use content_ready::{ContentDrafted, ContentReady};
pub use content_rejected::ContentRejected;
pub use content_request::ContentRequest;
pub use echo::{EchoFailure, EchoRequested, Echoed};
pub use failure::{
    Cost, ErrorType, Failure, GenFailure, ImageFailure, MetadataFailure, PublishFailure, RefineFailure, ReviewError,
    SiteFailure, TrackerFailure, ValidationError, failure_event,
};
pub use image::{ImageFile, ImageItem, ImageRequested, ImageUse, ImagesReady};
pub use metadata_ready::{Metadata, MetadataReady};
pub use part::{Part, PartStatus};
pub use publication_due::PublicationDue;
pub use review_completed::{Finding, ReviewCompleted, Scores, Severity};
pub use revision_requested::RevisionRequested;
pub use site_build::{SiteBuildRequested, SiteBuildStarted, SiteBuilt};
pub use source::{Feed, Source};
pub use withdrawal::{ContentWithdrawn, WithdrawalRequested};
// new-agent: exports

use crate::{EventSpec, records};

/// Every event type.
pub const EVENTS: &[EventSpec] = &[
    EventSpec::of::<ContentRequest>(),
    EventSpec::of::<ContentDrafted>(),
    EventSpec::of::<ContentReady>(),
    EventSpec::of::<RevisionRequested>(),
    EventSpec::of::<ReviewCompleted>(),
    EventSpec::of::<ContentRejected>(),
    EventSpec::of::<ImageRequested>(),
    EventSpec::of::<ImagesReady>(),
    EventSpec::of::<MetadataReady>(),
    EventSpec::of::<PublicationDue>(),
    EventSpec::of::<ContentPublished>(),
    EventSpec::of::<WithdrawalRequested>(),
    EventSpec::of::<ContentWithdrawn>(),
    EventSpec::of::<SiteBuildRequested>(),
    EventSpec::of::<SiteBuildStarted>(),
    EventSpec::of::<SiteBuilt>(),
    EventSpec::of::<ValidationError>(),
    EventSpec::of::<GenFailure>(),
    EventSpec::of::<ReviewError>(),
    EventSpec::of::<PublishFailure>(),
    EventSpec::of::<SiteFailure>(),
    EventSpec::of::<RefineFailure>(),
    EventSpec::of::<ImageFailure>(),
    EventSpec::of::<MetadataFailure>(),
    EventSpec::of::<TrackerFailure>(),
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
    EventSpec::record::<records::SlugRecord>("slug", "slug-record-v1"),
    EventSpec::record::<records::JoinRecord>("join", "join-record-v1"),
    EventSpec::record::<records::ImageSetRecord>("image_set", "image-set-record-v1"),
    EventSpec::record::<records::GenerationRecord>("generation", "generation-record-v1"),
    EventSpec::record::<records::TimelineRecord>("timeline", "timeline-record-v1"),
    EventSpec::record::<records::WebsiteSettings>("website_settings", "website-settings-v1"),
    EventSpec::record::<records::Post>("posts", "post-v1"),
    EventSpec::record::<records::Brief>("brief", "brief-v1"),
    EventSpec::record::<records::ApiKeyRecord>("api_keys", "api-key-record-v1"),
    EventSpec::record::<records::SiteBuildRecord>("site_build", "site-build-record-v1"),
    EventSpec::record::<records::SiteBuiltRecord>("site_built", "site-built-record-v1"),
];
