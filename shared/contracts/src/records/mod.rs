//! Every stored record, by kind. Each kind has one writing agent.

mod api_key;
mod brief;
mod content;
mod generation;
mod image_set;
mod post;
mod publication;
mod site_build;
mod website;

pub use api_key::{ApiKeyRecord, Scope};
pub use brief::{Brief, NumberedSource};
pub use content::{ContentRecord, ContentStatus, ReviewRecord, SignatureRecord};
pub use generation::{Cause, GenerationRecord, PostStatus, Stage, TimelineRecord};
pub use image_set::ImageSetRecord;
pub use post::Post;
pub use publication::{JoinRecord, JoinState, PublicationRecord, SlugRecord};
pub use site_build::{SiteBuildRecord, SiteBuiltRecord};
pub use website::{ArticleStages, AspectRatio, MissingPart, WebsiteSettings};
