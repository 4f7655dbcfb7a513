//! From the parts of a draft to the page, without looking anything up: the same parts give the same bytes.

use mesh_contracts::{
    Time,
    events::{ImageItem, ImageUse, ImagesReady, Metadata, PartStatus, ReviewCompleted},
    records::{Brief, JoinRecord, NumberedSource},
};

use crate::{
    formatting::Formatting,
    render::{Page, PageSource, Picture, PictureFile, Provenance, is_site_image},
};

/// Where and when a page is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    /// The site's address; empty for a local preview.
    pub(crate) base_url: &'a str,
    /// Last segment of the page's path.
    pub(crate) segment: &'a str,
    /// First publication.
    pub(crate) published_at: Time,
    /// This one.
    pub(crate) updated_at: Time,
}

/// The page of a draft.
pub(crate) fn page(
    review: &ReviewCompleted,
    join: &JoinRecord,
    markdown: String,
    brief: &Brief,
    place: &Place<'_>,
) -> Page {
    let site = &brief.website;
    let metadata = metadata(join);
    let text = |field: fn(&Metadata) -> &str| metadata.map(|metadata| field(metadata).to_owned());
    let images = shown(join.images.as_ref());
    let author = site.author.as_ref().map_or_else(|| site.website_name.to_string(), ToString::to_string);
    Page {
        content_id: review.content_id.0,
        revision: u32::try_from(review.revision.get()).unwrap_or(1),
        markdown,
        title: review.title.to_string(),
        search_title: text(|metadata| &metadata.title),
        summary: review.summary.to_string(),
        description: text(|metadata| &metadata.description),
        share_title: text(|metadata| &metadata.og_title),
        share_text: text(|metadata| &metadata.og_description),
        topic: review.content_topic.to_string(),
        keywords: keywords(review, join).map(str::to_owned).collect(),
        language: review.language.to_string(),
        slug: place.segment.to_owned(),
        base_url: place.base_url.to_owned(),
        site_name: site.website_name.to_string(),
        author,
        published_at: place.published_at.at(),
        modified_at: place.updated_at.at(),
        word_count: u32::try_from(review.scores.word_count.get()).unwrap_or(0),
        pictures: images.iter().map(|item| picture(item)).collect(),
        sources: brief.sources.iter().map(source).collect(),
        formatting: Formatting::read(site.markdown_formatting_notes.as_deref().unwrap_or_default()),
        accent: site.brand_colors.first().map(ToString::to_string),
        website: review.website_id.to_string(),
        post: review.post_id.as_ref().map(ToString::to_string),
        provenance: provenance(review, &images),
    }
}

fn source(source: &NumberedSource) -> PageSource {
    PageSource {
        id: u32::try_from(source.id.get()).unwrap_or(0),
        title: source.title.to_string(),
        url: source.url.as_ref().map(ToString::to_string),
    }
}

/// What was written about the article, when the part is there.
fn metadata(join: &JoinRecord) -> Option<&Metadata> {
    join.metadata.as_ref().and_then(|part| part.metadata.as_ref())
}

/// The words the article should be found by: the metadata's, else those that were asked for.
pub(crate) fn keywords<'a>(review: &'a ReviewCompleted, join: &'a JoinRecord) -> impl Iterator<Item = &'a str> {
    let written = metadata(join).map(|metadata| &*metadata.keywords).filter(|words| !words.is_empty());
    written.unwrap_or(&review.keywords).iter().map(|word| word.as_str())
}

/// The images that can be shown, in order.
pub(crate) fn shown(images: Option<&ImagesReady>) -> Vec<&ImageItem> {
    let items = images.map(|part| &*part.images).unwrap_or_default().iter();
    items.filter(|item| item.status != PartStatus::Failed && !picture(item).files.is_empty()).collect()
}

fn picture(item: &ImageItem) -> Picture {
    let pixels = |value: i64| u32::try_from(value).unwrap_or(1);
    let files = item.files.iter().filter(|file| is_site_image(&file.path)).map(|file| PictureFile {
        usage: file.usage,
        path: file.path.to_string(),
        width: pixels(file.width.get()),
        height: pixels(file.height.get()),
        media_type: file.file.media_type.to_string(),
    });
    let files: Vec<PictureFile> = files.collect();
    let has_content = files.iter().any(|file| file.usage == ImageUse::Content);
    Picture {
        section: u32::try_from(item.section.get()).unwrap_or(0),
        alt: item.alt_text.to_string(),
        files: if has_content { files } else { Vec::new() },
    }
}

/// Path of the image that lists show: the narrowest of the text's, whole, because a title may be drawn into it.
pub(crate) fn list_image(images: &[&ImageItem]) -> Option<String> {
    let mut pictures: Vec<Picture> = images.iter().map(|item| picture(item)).collect();
    pictures.sort_by_key(|picture| picture.section);
    let files = &pictures.first()?.files;
    let content = files.iter().filter(|file| file.usage == ImageUse::Content).min_by_key(|file| file.width);
    content.map(|file| file.path.clone())
}

fn provenance(review: &ReviewCompleted, images: &[&ImageItem]) -> Provenance {
    let mut image_models: Vec<String> = Vec::new();
    for model in images.iter().filter_map(|item| item.model.as_ref()) {
        if !image_models.iter().any(|one| one == model.as_str()) {
            image_models.push(model.to_string());
        }
    }
    Provenance {
        offline: review.offline,
        models: review.models.iter().map(|model| model.to_string()).collect(),
        prompt_version: review.prompt_version.to_string(),
        reviewed_by: Some("automatic checks".into()),
        image_models,
        images_offline: !images.is_empty() && images.iter().all(|item| item.offline),
    }
}
