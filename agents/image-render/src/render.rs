//! Handling an `ImageRequested`: validate, prompt, ask, check, crop, store, count.

use image::DynamicImage;
use mesh_contracts::{
    Detail, Text,
    events::{ImageItem, ImageRequested, PartStatus},
    records::{Brief, WebsiteSettings},
};
use mesh_core::{
    AgentError, Context, Event, Outcome,
    context::{Account, Rendered},
};

use crate::{
    encode, inspect, prompt,
    set::ImageSet,
    shape,
    store::{Finished, Place},
    xmp,
};

pub(crate) async fn render(event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
    let request: ImageRequested = event.payload()?;
    validate(&request)?;
    let set = ImageSet::read(&request, ctx).await?;
    if set.is_done_with(request.number) {
        return Ok(Outcome::nothing());
    }
    let finished = finish(event, &request, ctx).await?;
    set.outcome(finished, &request, event)
}

/// The image as an earlier run of this handler left it, or made now. What cannot heal is an end as well: a part that
/// failed still arrives.
async fn finish(event: &Event, request: &ImageRequested, ctx: &Context<'_>) -> Result<Finished, AgentError> {
    let place = Place::of(request);
    if let Some(finished) = Finished::find(&place, ctx).await? {
        return Ok(finished);
    }
    let item = match make(event, request, &place, ctx).await {
        Ok(item) => item,
        Err(AgentError::Fail { code, message, .. }) => failed(request, code, &message),
        Err(other) => return Err(other),
    };
    Finished { item, cost: ctx.spent() }.keep(&place, ctx).await
}

async fn make(
    event: &Event,
    request: &ImageRequested,
    place: &Place,
    ctx: &Context<'_>,
) -> Result<ImageItem, AgentError> {
    let website = website(event, request, ctx).await?;
    ctx.charge(account(request, &website));
    ctx.prefer_image_model(website.preferred_image_model.as_deref())?;
    let rendered = ctx.render("image", &prompt::compose(request, &website)?).await?;
    let image = inspect::decode(&rendered.response.image)?;
    let ratio = website.image_aspect_ratio.parts();
    let (image, flaw) = match shape::cropped(&image, ratio) {
        Some(cropped) => (cropped, Some(resized(&image, ratio))),
        None => (image, None),
    };
    store(shape::at_most(image, shape::LONGEST), flaw, request, &rendered, place, ctx).await
}

/// The site's settings as they were when the article was asked for.
async fn website(event: &Event, request: &ImageRequested, ctx: &Context<'_>) -> Result<WebsiteSettings, AgentError> {
    match &request.brief {
        Some(brief) => Ok(ctx.fetch_json::<Brief>(brief).await?.website),
        // Nothing here is told by the site's name.
        None => {
            Ok(WebsiteSettings::unset(request.website_id.clone(), &request.website_id, event.time.datetime().into()))
        }
    }
}

/// The rule a contract cannot know.
fn validate(request: &ImageRequested) -> Result<(), AgentError> {
    if request.number.get() <= request.of.get() {
        return Ok(());
    }
    let limit = format!("at most {} (of)", request.of);
    let details = vec![Detail::new("number", Some(&request.number.to_string()), &limit)];
    Err(AgentError::reject("CONTRACT_VIOLATION", format!("number must be {limit}"), details))
}

fn account(request: &ImageRequested, website: &WebsiteSettings) -> Account {
    let monthly_micro_usd = website.monthly_budget_micro_usd.map(|budget| budget.count());
    Account { name: request.website_id.to_string(), monthly_micro_usd }
}

/// What an image falls short of.
struct Flaw {
    code: &'static str,
    reason: String,
}

fn resized(image: &DynamicImage, (width, height): (u32, u32)) -> Flaw {
    let (was_wide, was_high) = (image.width(), image.height());
    let reason = format!("the model made it {was_wide} x {was_high}; it is cropped to {width}:{height}");
    Flaw { code: "IMAGE_RESIZED", reason }
}

/// Stores the image and the files made of it, one after the other.
async fn store(
    image: DynamicImage,
    flaw: Option<Flaw>,
    request: &ImageRequested,
    rendered: &Rendered,
    place: &Place,
    ctx: &Context<'_>,
) -> Result<ImageItem, AgentError> {
    let packet = xmp::packet(&rendered.response.model, rendered.response.offline, &request.alt_text);
    let png = encode::png(&image, &packet)?;
    let master = ctx.put_once(&place.master(), png.clone(), "image/png").await?;
    // Another plan of the same draft may have been here first: then its image is the one the files are made of.
    let image = if master.bytes == png { image } else { inspect::decode(&master.bytes)? };
    let mut files = Vec::new();
    for cut in shape::cuts(&image, request.number.get() == 1) {
        let jpeg = encode::jpeg(&cut.of(&image), &packet)?;
        files.push(place.put(&cut, jpeg, ctx).await?);
    }
    Ok(ImageItem {
        status: if flaw.is_some() { PartStatus::Degraded } else { PartStatus::Ok },
        image: Some(master.pointer),
        files: mesh_contracts::List::clip(files),
        model: Some(Text::clip(&rendered.response.model)),
        offline: rendered.response.offline,
        code: flaw.as_ref().map(|flaw| Text::clip(flaw.code)),
        reason: flaw.as_ref().map(|flaw| Text::clip(&flaw.reason)),
        ..nothing(request)
    })
}

fn failed(request: &ImageRequested, code: &str, message: &str) -> ImageItem {
    ImageItem { code: Some(Text::clip(code)), reason: Some(Text::clip(message)), ..nothing(request) }
}

/// An image that is not there.
fn nothing(request: &ImageRequested) -> ImageItem {
    ImageItem {
        number: request.number,
        status: PartStatus::Failed,
        section: request.section,
        alt_text: request.alt_text.clone(),
        image: None,
        files: mesh_contracts::List::default(),
        model: None,
        offline: false,
        code: None,
        reason: None,
    }
}
