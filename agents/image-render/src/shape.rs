//! The sizes and ratios an image is needed in.

use image::{DynamicImage, imageops::FilterType};
use mesh_contracts::events::ImageUse;

/// Longest side of what is kept, in pixels.
pub(crate) const LONGEST: u32 = 1600;
/// Widths of the files a page chooses from, in pixels.
const WIDTHS: [u32; 3] = [480, 960, LONGEST];
/// A ratio this near to the one asked for is it, in hundredths.
const NEAR: u64 = 2;
/// Files for link previews (OpenGraph) and search (Google's article markup asks for 1:1, 4:3 and 16:9).
const NAMED: [(ImageUse, &str, u32, u32); 4] = [
    (ImageUse::Share, "share", 1200, 630),
    (ImageUse::Square, "square", 1200, 1200),
    (ImageUse::Standard, "standard", 1200, 900),
    (ImageUse::Wide, "wide", 1200, 675),
];

/// One file to make of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) usage: ImageUse,
    /// What tells the file from the others of the image.
    pub(crate) name: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// The files of an image; the first image of an article stands for it in previews and searches as well.
pub(crate) fn cuts(image: &DynamicImage, first: bool) -> Vec<Cut> {
    let mut widths: Vec<u32> = WIDTHS.iter().map(|width| (*width).min(image.width())).collect();
    widths.dedup();
    let content = widths.into_iter().map(|width| Cut {
        usage: ImageUse::Content,
        name: width.to_string(),
        width,
        height: scaled(image.height(), width, image.width()).max(1),
    });
    let named = NAMED.into_iter().filter(|_| first);
    let named = named.map(|(usage, name, width, height)| Cut { usage, name: name.to_owned(), width, height });
    content.chain(named).collect()
}

impl Cut {
    /// The file's image: its ratio from the middle, then its size.
    pub(crate) fn of(&self, image: &DynamicImage) -> DynamicImage {
        let (width, height) = inside(image, (self.width, self.height));
        sized(middle(image, width, height), self.width, self.height)
    }
}

/// The image's middle in the ratio, where its own is another.
pub(crate) fn cropped(image: &DynamicImage, ratio: (u32, u32)) -> Option<DynamicImage> {
    // w/h and a/b differ by the share that w*b and a*h differ by.
    let is = u64::from(image.width()) * u64::from(ratio.1);
    let asked = u64::from(ratio.0) * u64::from(image.height());
    if is.abs_diff(asked) * 100 <= asked * NEAR {
        return None;
    }
    let (width, height) = inside(image, ratio);
    Some(middle(image, width, height))
}

/// The image with no side longer than this.
pub(crate) fn at_most(image: DynamicImage, longest: u32) -> DynamicImage {
    let (width, height) = (image.width(), image.height());
    let long = width.max(height);
    if long <= longest {
        return image;
    }
    sized(image, scaled(width, longest, long).max(1), scaled(height, longest, long).max(1))
}

/// The largest size of the ratio within the image. Rounding to whole pixels is no reason to cut.
fn inside(image: &DynamicImage, (a, b): (u32, u32)) -> (u32, u32) {
    let (width, height) = (image.width(), image.height());
    let (wide, high) = (scaled(a, height, b).clamp(1, width), scaled(b, width, a).clamp(1, height));
    if u64::from(width) * u64::from(b) > u64::from(a) * u64::from(height) { (wide, height) } else { (width, high) }
}

fn middle(image: &DynamicImage, width: u32, height: u32) -> DynamicImage {
    let (x, y) = ((image.width() - width) / 2, (image.height() - height) / 2);
    image.crop_imm(x, y, width, height)
}

fn sized(image: DynamicImage, width: u32, height: u32) -> DynamicImage {
    if (image.width(), image.height()) == (width, height) {
        return image;
    }
    image.resize_exact(width, height, FilterType::CatmullRom)
}

/// `length * to / from`, rounded.
fn scaled(length: u32, to: u32, from: u32) -> u32 {
    let from = u64::from(from.max(1));
    u32::try_from((u64::from(length) * u64::from(to) + from / 2) / from).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use image::RgbImage;

    use super::*;

    fn of(width: u32, height: u32) -> DynamicImage {
        DynamicImage::new_rgb8(width, height)
    }

    fn size(image: &DynamicImage) -> (u32, u32) {
        (image.width(), image.height())
    }

    #[test]
    fn a_ratio_that_differs_by_more_than_two_in_a_hundred_is_cropped_to() {
        for (width, height, ratio, cropped_to) in [
            (1600, 900, (16, 9), None),
            (1600, 918, (16, 9), None),
            (1600, 920, (16, 9), Some((1600, 900))),
            (1600, 880, (16, 9), Some((1564, 880))),
            (1536, 1024, (16, 9), Some((1536, 864))),
            (1024, 1024, (9, 16), Some((576, 1024))),
            (1024, 1536, (1, 1), Some((1024, 1024))),
            (1600, 1067, (3, 2), None),
        ] {
            let cropped = cropped(&of(width, height), ratio);
            assert_eq!(cropped.as_ref().map(size), cropped_to, "{width} x {height} to {ratio:?}");
        }
    }

    #[test]
    fn it_is_the_middle_that_stays() {
        let mut image = RgbImage::new(400, 100);
        (150..250)
            .flat_map(|x| (0..100).map(move |y| (x, y)))
            .for_each(|(x, y)| image.put_pixel(x, y, [255; 3].into()));
        let cropped = cropped(&image.into(), (1, 1)).unwrap().into_rgb8();
        assert!(cropped.width() == 100 && cropped.pixels().all(|pixel| pixel.0 == [255; 3]));
    }

    #[test]
    fn pages_get_widths_up_to_the_images_own() {
        let widths = |width, height| {
            let cuts = cuts(&of(width, height), false);
            cuts.iter().map(|cut| (cut.width, cut.height)).collect::<Vec<_>>()
        };
        assert_eq!(widths(1600, 900), [(480, 270), (960, 540), (1600, 900)]);
        assert_eq!(widths(1536, 864), [(480, 270), (960, 540), (1536, 864)]);
        assert_eq!(widths(900, 1600), [(480, 853), (900, 1600)]);
        assert_eq!(widths(300, 300), [(300, 300)]);
    }

    #[test]
    fn the_first_image_is_cut_for_previews_and_search() {
        let image = of(1024, 300);
        let cuts = cuts(&image, true);
        assert_eq!(cuts.len(), 3 + 4);
        for cut in &cuts {
            assert_eq!(size(&cut.of(&image)), (cut.width, cut.height), "{cut:?}");
            assert!(cut.usage == ImageUse::Content || cut.width * cut.height >= 50_000);
        }
        let share = cuts.iter().find(|cut| cut.usage == ImageUse::Share).unwrap();
        assert_eq!((share.width, share.height), (1200, 630));
    }

    #[test]
    fn what_is_kept_is_not_longer_than_it_may_be() {
        assert_eq!(size(&at_most(of(4000, 2000), LONGEST)), (1600, 800));
        assert_eq!(size(&at_most(of(256, 10_000), LONGEST)), (41, 1600));
        assert_eq!(size(&at_most(of(1600, 20), LONGEST)), (1600, 20));
    }
}
