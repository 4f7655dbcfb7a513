//! Provenance within the files: an XMP packet that says who made the picture and what it shows.
//!
//! Sources: IPTC Photo Metadata Standard (`DigitalSourceType`, `AltTextAccessibility`); XMP specification part 3 (where
//! the packet is in PNG and JPEG); PNG specification (chunks and their CRC).

/// A picture by a trained model.
const TRAINED: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
/// A picture by rules, which is what the offline stand-in draws.
const RULES: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia";

const PNG_KEYWORD: &[u8] = b"XML:com.adobe.xmp";
const JPEG_NAMESPACE: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";

/// The packet.
pub(crate) fn packet(model: &str, offline: bool, alt_text: &str) -> String {
    let (source, model, alt) = (if offline { RULES } else { TRAINED }, escaped(model), escaped(alt_text));
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n\
         <rdf:Description rdf:about=\"\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" \
         xmlns:Iptc4xmpCore=\"http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/\" \
         xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\">\n\
         <Iptc4xmpExt:DigitalSourceType>{source}</Iptc4xmpExt:DigitalSourceType>\n\
         <xmp:CreatorTool>{model}</xmp:CreatorTool>\n\
         <Iptc4xmpCore:AltTextAccessibility><rdf:Alt><rdf:li xml:lang=\"x-default\">{alt}</rdf:li></rdf:Alt>\
         </Iptc4xmpCore:AltTextAccessibility>\n\
         </rdf:Description>\n</rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>"
    )
}

/// The PNG with the packet in an `iTXt` chunk behind its header; `None` when it does not start as a PNG does.
pub(crate) fn in_png(png: &[u8], packet: &str) -> Option<Vec<u8>> {
    // Signature, then length, type, 13 bytes and CRC of IHDR, which always comes first.
    const HEAD: usize = 8 + 4 + 4 + 13 + 4;
    let (head, rest) = png.split_at_checked(HEAD)?;
    if head.get(12..16) != Some(b"IHDR") {
        return None;
    }
    let mut chunk = b"iTXt".to_vec();
    chunk.extend_from_slice(PNG_KEYWORD);
    // End of the keyword; not compressed, method 0; no language; no translated keyword.
    chunk.extend_from_slice(&[0, 0, 0, 0, 0]);
    chunk.extend_from_slice(packet.as_bytes());
    let length = u32::try_from(chunk.len() - 4).ok()?;
    Some([head, &length.to_be_bytes(), &chunk, &crc(&chunk).to_be_bytes(), rest].concat())
}

/// The JPEG with the packet in an `APP1` segment behind its JFIF header; `None` when it does not start as a JPEG does.
pub(crate) fn in_jpeg(jpeg: &[u8], packet: &str) -> Option<Vec<u8>> {
    const START: [u8; 2] = [0xff, 0xd8];
    const APP0: [u8; 2] = [0xff, 0xe0];
    const APP1: [u8; 2] = [0xff, 0xe1];
    let rest = jpeg.strip_prefix(&START)?;
    let jfif = match rest {
        [a, b, high, low, ..] if [*a, *b] == APP0 => 2 + usize::from(u16::from_be_bytes([*high, *low])),
        _ => 0,
    };
    let (jfif, rest) = rest.split_at_checked(jfif)?;
    let length = u16::try_from(2 + JPEG_NAMESPACE.len() + packet.len()).ok()?;
    Some([&START, jfif, &APP1, &length.to_be_bytes(), JPEG_NAMESPACE, packet.as_bytes(), rest].concat())
}

/// CRC-32 as PNG has it, bit by bit: packets are short.
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

/// The text as XML holds it.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push(' '),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(crc(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc(b"IEND"), 0xae42_6082);
    }

    #[test]
    fn the_source_is_named_by_its_term() {
        assert!(packet("openai/gpt-image-1", false, "A dog").contains("digitalsourcetype/trainedAlgorithmicMedia<"));
        assert!(packet("offline/image-v1", true, "A dog").contains("digitalsourcetype/algorithmicMedia<"));
    }

    #[test]
    fn texts_stay_texts() {
        let packet = packet("m", true, "</rdf:li><?xpacket end='w'?> & \u{0}");
        assert!(packet.contains("&lt;/rdf:li&gt;&lt;?xpacket end='w'?&gt; &amp;  </rdf:li>"), "{packet}");
    }

    #[test]
    fn what_is_no_file_of_its_kind_is_left_alone() {
        assert_eq!(in_png(b"\x89PNG", "x"), None);
        assert_eq!(in_png(&[0; 100], "x"), None);
        assert_eq!(in_jpeg(b"GIF", "x"), None);
        assert_eq!(in_jpeg(b"\xff\xd8\xff\xe0\xff\xff", "x"), None);
        assert_eq!(in_jpeg(b"\xff\xd8\xff\xdb", &"x".repeat(70_000)), None);
    }
}
