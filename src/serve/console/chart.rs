//! Charts that are drawn here: the pages' policy lets no style in.

use askama::Template;

/// Bars beside each other, the failed part of each in its own colour.
#[derive(Template)]
#[template(path = "bars.html")]
pub(super) struct Bars {
    bars: Vec<Bar>,
    most: u64,
}

struct Bar {
    x: usize,
    count: u64,
    failed: u64,
    /// In hundredths of the height.
    height: u64,
    failed_height: u64,
}

/// A bar for each `(count, how many of these failed)`.
pub(super) fn bars(counts: impl Iterator<Item = (u64, u64)>) -> Bars {
    let counts: Vec<(u64, u64)> = counts.collect();
    let most = counts.iter().map(|(count, _)| *count).max().unwrap_or_default();
    let high = |count: u64| (count * 100).div_ceil(most.max(1));
    let bar = |(x, (count, failed)): (usize, &(u64, u64))| Bar {
        x,
        count: *count,
        failed: *failed,
        height: high(*count),
        failed_height: high(*failed),
    };
    Bars { bars: counts.iter().enumerate().map(bar).collect(), most }
}
