//! Colours and how well one is read on another.

/// A colour, red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rgb(pub(super) [u8; 3]);

pub(super) const BLACK: Rgb = Rgb([0; 3]);
pub(super) const WHITE: Rgb = Rgb([255; 3]);

/// Least contrast of text of ordinary size (WCAG 2.2, success criterion 1.4.3).
pub(super) const READABLE: f64 = 4.5;

impl Rgb {
    /// Reads `#rrggbb`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
        let channel = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
        Some(Self([channel(0)?, channel(2)?, channel(4)?]))
    }

    /// `#rrggbb`.
    pub(super) fn hex(self) -> String {
        let Self([red, green, blue]) = self;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    /// The colour with so many hundredths of another in it.
    pub(super) fn mixed(self, other: Self, percent: u16) -> Self {
        let percent = percent.min(100);
        let channel = |at: usize| {
            let mixed = u16::from(self.0[at]) * (100 - percent) + u16::from(other.0[at]) * percent;
            u8::try_from((mixed + 50) / 100).unwrap_or(u8::MAX)
        };
        Self([channel(0), channel(1), channel(2)])
    }

    /// Black or white, whichever is read better on this colour: the contrast is never below 4.58.
    pub(super) fn ink(self) -> Self {
        if contrast(self, WHITE) >= contrast(self, BLACK) { WHITE } else { BLACK }
    }

    /// Relative luminance, 0 to 1 (WCAG 2.2).
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        let Self([red, green, blue]) = self;
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }
}

/// Contrast of two colours, 1 to 21 (WCAG 2.2).
pub(super) fn contrast(one: Rgb, other: Rgb) -> f64 {
    let (one, other) = (one.luminance(), other.luminance());
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_and_written() {
        assert_eq!(Rgb::parse("#FF8000").map(Rgb::hex).as_deref(), Some("#ff8000"));
        for bad in ["FF8000", "#FF800", "#FF80000", "#GG8000", "", "#é8000"] {
            assert_eq!(Rgb::parse(bad), None, "{bad}");
        }
        assert_eq!(BLACK.mixed(WHITE, 50), Rgb([128; 3]));
    }

    #[test]
    fn contrast_is_that_of_the_guideline() {
        assert!((contrast(BLACK, WHITE) - 21.0).abs() < 0.01);
        let grey = contrast(Rgb([0x76; 3]), WHITE);
        assert!((4.5..4.6).contains(&grey), "#767676 is the lightest readable grey: {grey}");
        for step in 0..=255_u8 {
            for color in [Rgb([step; 3]), Rgb([step, 0, 255 - step]), Rgb([0, step, step / 2])] {
                assert!(contrast(color, color.ink()) >= READABLE, "{color:?}");
            }
        }
    }
}
