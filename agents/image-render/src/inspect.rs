//! Looks at what a model sent before anything is made of it: PNG, JPEG or WebP by its first bytes, of a sensible size.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage, RgbaImage};
use mesh_contracts::events::ErrorType;
use mesh_core::AgentError;

/// Longest side, in pixels.
const MOST_SIDE: u32 = 10_000;
/// Shortest side, in pixels.
const LEAST_SIDE: u32 = 256;
/// Most pixels.
const MOST_PIXELS: u64 = 40_000_000;
/// Most memory of one decoded image, in bytes: 40 megapixels of four.
const MOST_BYTES: u64 = 4 * MOST_PIXELS;

/// The image, upright, in RGB and without whatever else was in the file. What is see-through becomes white.
///
/// # Errors
/// [`AgentError::Fail`] with `IMAGE_INVALID` when it is no image, or one too small or too large. The size is read from
/// its head: nothing is unpacked for an image that is too large.
pub(crate) fn decode(bytes: &[u8]) -> Result<DynamicImage, AgentError> {
    let format = sniffed(bytes).ok_or_else(|| invalid("the bytes are no PNG, JPEG or WebP image"))?;
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits());
    let mut decoder = reader.into_decoder().map_err(|_| invalid("the head of the image cannot be read"))?;
    let (width, height) = decoder.dimensions();
    check(width, height)?;
    if decoder.total_bytes() > MOST_BYTES {
        return Err(invalid("the image takes more than 160 MB when it is unpacked"));
    }
    let orientation = decoder.orientation().ok();
    let decoded = DynamicImage::from_decoder(decoder).map_err(|_| invalid("the image is damaged"))?;
    let mut image = opaque(decoded);
    if let Some(orientation) = orientation {
        image.apply_orientation(orientation);
    }
    Ok(image)
}

/// The format, by magic bytes.
fn sniffed(bytes: &[u8]) -> Option<ImageFormat> {
    match bytes {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(ImageFormat::Png),
        [0xff, 0xd8, 0xff, ..] => Some(ImageFormat::Jpeg),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(ImageFormat::WebP),
        _ => None,
    }
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_SIDE);
    limits.max_image_height = Some(MOST_SIDE);
    limits.max_alloc = Some(MOST_BYTES);
    limits
}

fn check(width: u32, height: u32) -> Result<(), AgentError> {
    let too = |what: &str| Err(invalid(&format!("the image has {width} x {height} pixels, {what}")));
    if width.min(height) < LEAST_SIDE {
        return too("less than 256 on a side");
    }
    if width.max(height) > MOST_SIDE || u64::from(width) * u64::from(height) > MOST_PIXELS {
        return too("more than 10000 on a side or 40 million in all");
    }
    Ok(())
}

fn opaque(image: DynamicImage) -> DynamicImage {
    if !image.color().has_alpha() {
        return image.into_rgb8().into();
    }
    on_white(&image.into_rgba8()).into()
}

fn on_white(image: &RgbaImage) -> RgbImage {
    RgbImage::from_fn(image.width(), image.height(), |x, y| {
        let [red, green, blue, alpha] = image.get_pixel(x, y).0.map(u32::from);
        // At most 255, since both shares add up to 255.
        let over = |channel: u32| u8::try_from((channel * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX);
        Rgb([over(red), over(green), over(blue)])
    })
}

fn invalid(message: &str) -> AgentError {
    AgentError::fail("IMAGE_INVALID", ErrorType::Model, message)
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;

    fn written(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn message(bytes: &[u8]) -> String {
        match decode(bytes) {
            Err(AgentError::Fail { code: "IMAGE_INVALID", message, .. }) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_three_formats_are_told_by_their_bytes() {
        let image = DynamicImage::from(RgbImage::from_pixel(300, 260, Rgb([10, 200, 30])));
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            let decoded = decode(&written(&image, format)).unwrap();
            assert_eq!((decoded.width(), decoded.height()), (300, 260), "{format:?}");
        }
        for bytes in [&b""[..], b"this is no image", b"GIF89a", b"<svg/>", b"\x89PNG\r\n\x1a"] {
            assert!(message(bytes).contains("no PNG, JPEG or WebP"));
        }
    }

    #[test]
    fn damaged_small_and_large_images_are_refused() {
        let of = |width, height| written(&DynamicImage::new_rgb8(width, height), ImageFormat::Png);
        assert!(message(&of(255, 300)).contains("less than 256"));
        assert!(message(&of(10_001, 256)).contains("cannot be read"));
        assert!(message(&of(9_000, 5_000)).contains("more than 10000"));
        let whole = of(300, 300);
        assert!(message(&whole[..whole.len() / 2]).contains("damaged"));
        assert!(message(&whole[..20]).contains("cannot be read"));
    }

    #[test]
    fn what_is_see_through_becomes_white() {
        let image =
            RgbaImage::from_fn(256, 256, |x, _| if x < 128 { Rgba([9, 9, 9, 0]) } else { Rgba([255, 0, 0, 128]) });
        let decoded = decode(&written(&image.into(), ImageFormat::Png)).unwrap().into_rgb8();
        assert_eq!((decoded.get_pixel(0, 0).0, decoded.get_pixel(200, 0).0), ([255, 255, 255], [255, 127, 127]));
    }
}
