//! What is made of many measurements.

/// The value below which this share of all values lies (nearest rank).
#[must_use]
pub fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted[rank.clamp(1, sorted.len()) - 1]
}

/// The value in the middle.
#[must_use]
pub fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// The slope of the least-squares line through points of x and y.
#[must_use]
pub fn slope(points: &[(f64, f64)]) -> f64 {
    #[allow(clippy::cast_precision_loss)]
    let n = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let above: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    let below: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    above / below
}

/// A Markdown table.
#[must_use]
pub fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut text = line(&heads.iter().map(|head| (*head).to_owned()).collect::<Vec<_>>());
    let rule = heads.iter().enumerate().map(|(at, _)| if at == 0 { "---" } else { "---:" }.to_owned());
    text.push_str(&line(&rule.collect::<Vec<_>>()).replace(' ', ""));
    rows.iter().for_each(|row| text.push_str(&line(row)));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_were_measured() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!((median(&values), quantile(&values, 0.99), quantile(&[7.0], 0.99)), (50.0, 99.0, 7.0));
    }

    #[test]
    fn the_slope_of_a_line_is_its_slope_whatever_its_noise() {
        let points: Vec<(f64, f64)> = (0..100).map(|x| (f64::from(x), 3.0 * f64::from(x) + f64::from(x % 2))).collect();
        assert!((slope(&points) - 3.0).abs() < 0.01, "{}", slope(&points));
        assert!(slope(&[(0.0, 5.0), (1.0, 5.0), (2.0, 5.0)]).abs() < 1e-12);
    }
}
