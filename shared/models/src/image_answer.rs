//! What images of providers have in common: the nearest form, the bytes of the answer, and usage nobody counted.

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use mesh_core::ports::{MAX_IMAGE_BYTES, Usage};

/// The form that is nearest to a ratio of width to height, as a factor either way: width, height and name.
#[must_use]
pub fn nearest(forms: &[(u32, u32, &'static str)], (width, height): (u32, u32)) -> &'static str {
    let asked = f64::from(width.max(1)) / f64::from(height.max(1));
    let away = |&(wide, high, _): &(u32, u32, &str)| (asked / (f64::from(wide) / f64::from(high))).ln().abs();
    let nearest = forms.iter().min_by(|a, b| away(a).total_cmp(&away(b)));
    nearest.map_or("1:1", |(_, _, name)| name)
}

/// The image in base64.
///
/// # Errors
/// What is wrong with it: no base64, or longer than [`MAX_IMAGE_BYTES`].
pub fn decoded(base64: &str) -> Result<Bytes, &'static str> {
    let image = STANDARD.decode(base64).map_err(|_| "the image in the answer is no base64")?;
    if image.len() > MAX_IMAGE_BYTES {
        return Err("the image is larger than 12 MiB");
    }
    Ok(Bytes::from(image))
}

/// An estimate: four characters of the prompt a token, and no tokens for the image.
#[must_use]
pub fn estimated(prompt: &str) -> Usage {
    let input_tokens = u64::try_from(prompt.chars().count().div_ceil(4)).unwrap_or(u64::MAX);
    Usage { input_tokens, estimated: true, ..Usage::default() }
}
