//! Files of an image. What is written is pixels and our own provenance, and nothing of the file they came from.

use std::io::Cursor;

use bytes::Bytes;
use image::{DynamicImage, ImageFormat, ImageResult, codecs::jpeg::JpegEncoder};
use mesh_contracts::events::ErrorType;
use mesh_core::AgentError;

use crate::xmp;

/// Good to look at, and a third of the size of the best.
const QUALITY: u8 = 82;

/// The image as PNG, with the packet in a chunk.
pub(crate) fn png(image: &DynamicImage, packet: &str) -> Result<Bytes, AgentError> {
    let mut file = Cursor::new(Vec::new());
    finished(image.write_to(&mut file, ImageFormat::Png))?;
    xmp::in_png(&file.into_inner(), packet).map(Bytes::from).ok_or_else(|| broken("PNG"))
}

/// The image as JPEG, with the packet in a segment.
pub(crate) fn jpeg(image: &DynamicImage, packet: &str) -> Result<Bytes, AgentError> {
    let mut file = Vec::new();
    finished(image.write_with_encoder(JpegEncoder::new_with_quality(&mut file, QUALITY)))?;
    xmp::in_jpeg(&file, packet).map(Bytes::from).ok_or_else(|| broken("JPEG"))
}

fn finished(written: ImageResult<()>) -> Result<(), AgentError> {
    let unwritable = |error| format!("the image cannot be written: {error}");
    written.map_err(|error| AgentError::fail("INTERNAL", ErrorType::Infrastructure, unwritable(error)))
}

fn broken(format: &str) -> AgentError {
    let message = format!("the {format} encoder wrote a file without the head of one");
    AgentError::fail("INTERNAL", ErrorType::Infrastructure, message)
}
