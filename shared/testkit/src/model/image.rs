//! Images for scripted models, drawn without a library.

use bytes::Bytes;
use mesh_core::ports::{RenderResponse, Usage};

/// Most bytes of a stored (uncompressed) block of deflate.
const BLOCK: usize = 65_535;

/// An answer with this image, priced at a tenth of a cent.
#[must_use]
pub fn picture(image: Bytes) -> RenderResponse {
    RenderResponse {
        image,
        revised_prompt: None,
        usage: Usage { input_tokens: 50, output_tokens: 1_000, ..Usage::default() },
        cost_micro_usd: Some(1_000),
        model: "scripted/test".to_owned(),
        offline: false,
        provider_request_id: None,
        attempts: 1,
    }
}

/// A valid PNG of this many pixels (at least one each way): grey, darker to the left, uncompressed.
#[must_use]
pub fn png(width: u32, height: u32) -> Bytes {
    let (width, height) = (width.max(1), height.max(1));
    let row = std::iter::once(0).chain((0..width).map(|x| (u64::from(x) * 255 / u64::from(width)) as u8));
    let row: Vec<u8> = row.collect();
    let mut header = Vec::new();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    // Eight bits of grey, deflate, the usual filters, not interlaced.
    header.extend([8, 0, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut file, b"IHDR", &header);
    chunk(&mut file, b"IDAT", &zlib(&row.repeat(height as usize)));
    chunk(&mut file, b"IEND", &[]);
    file.into()
}

fn chunk(file: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    file.extend((data.len() as u32).to_be_bytes());
    let from = file.len();
    file.extend(name);
    file.extend(data);
    let sum = crc32(&file[from..]);
    file.extend(sum.to_be_bytes());
}

fn zlib(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut blocks = data.chunks(BLOCK).peekable();
    while let Some(block) = blocks.next() {
        let length = block.len() as u16;
        out.push(u8::from(blocks.peek().is_none()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    out.extend(adler32(data).to_be_bytes());
    out
}

fn adler32(data: &[u8]) -> u32 {
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in data {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    b << 16 | a
}

fn crc32(data: &[u8]) -> u32 {
    let step = |sum: u32| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 };
    !data.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |sum, _| step(sum)))
}

#[cfg(test)]
mod tests {
    use super::{adler32, crc32, png};

    #[test]
    fn the_sums_are_those_of_the_standards() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
    }

    #[test]
    fn an_image_says_how_large_it_is() {
        let file = png(300, 400);
        assert_eq!(&file[..8], b"\x89PNG\r\n\x1a\n");
        assert_eq!((&file[16..20], &file[20..24]), (&300_u32.to_be_bytes()[..], &400_u32.to_be_bytes()[..]));
        // The end of a file is an empty chunk with a known sum.
        assert_eq!(&file[file.len() - 12..], b"\0\0\0\0IEND\xae\x42\x60\x82");
    }
}
