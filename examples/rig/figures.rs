//! Numbers for people.

use std::time::Duration;

pub(crate) fn quantile(sorted: &[Duration], percent: usize) -> Duration {
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(place).copied().unwrap_or_default()
}

pub(crate) fn micros(span: Duration) -> f64 {
    round(span.as_secs_f64() * 1e6)
}

pub(crate) fn millis(span: Duration) -> f64 {
    round(span.as_secs_f64() * 1e3)
}

/// One place behind the point.
pub(crate) fn round(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}
