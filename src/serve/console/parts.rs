//! Small parts that many pages have.

use std::fmt;
use std::ops::Range;

use askama::Template;
use askama::filters::HtmlSafe;

use super::Ui;
use crate::model::Timestamp;

/// A moment: how long ago it was, and exactly when on the hover. Their script keeps the words true.
pub(super) struct When(pub(super) Timestamp);

/// The same, for templates.
pub(super) fn when(at: &Timestamp) -> When {
    When(*at)
}

impl fmt::Display for When {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (at, words) = (self.0, ago(self.0, Timestamp::now()));
        write!(formatter, "<time datetime=\"{at}\" title=\"{at}\">{words}</time>")
    }
}

// Digits and words of our own.
impl HtmlSafe for When {}

/// The words that the pages' script would find.
fn ago(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.0.saturating_sub(then.0) / 1000;
    let (count, unit) = match seconds {
        ..1 => return "now".to_owned(),
        1..60 => (seconds, "second"),
        60..3600 => ((seconds + 30) / 60, "minute"),
        3600..86_400 => ((seconds + 1800) / 3600, "hour"),
        _ => match (seconds + 43_200) / 86_400 {
            1 => return "yesterday".to_owned(),
            days => (days, "day"),
        },
    };
    format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" })
}

/// Which part of a list is shown, and the ways to its others.
#[derive(Template)]
#[template(path = "pages.html")]
pub(super) struct Pages {
    number: usize,
    last: usize,
    former: Option<String>,
    next: Option<String>,
    size: usize,
}

impl Pages {
    /// The part of `count` entries that `?page=` asks for, from 1. `kept`: what else the address says.
    pub(super) fn of(ui: &Ui, count: usize, size: usize, kept: &[(&str, &str)]) -> Self {
        let last = count.div_ceil(size).max(1);
        let number = ui.asked("page").and_then(|text| text.parse().ok()).unwrap_or(1).clamp(1, last);
        let at = |number: usize| ui.with(&[kept, &[("page", &number.to_string())]].concat());
        let former = (number > 1).then(|| at(number - 1));
        let next = (number < last).then(|| at(number + 1));
        Self { number, last, former, next, size }
    }

    /// Which entries.
    pub(super) fn range(&self) -> Range<usize> {
        (self.number - 1) * self.size..self.number * self.size
    }
}

/// Those entries of `all`.
pub(super) fn page_of<T>(all: Vec<T>, pages: &Pages) -> Vec<T> {
    let Range { start, end } = pages.range();
    all.into_iter().skip(start).take(end - start).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_as_the_script_tells_them() {
        for (seconds, words) in [
            (-5, "now"),
            (0, "now"),
            (1, "1 second ago"),
            (59, "59 seconds ago"),
            (60, "1 minute ago"),
            (100, "2 minutes ago"),
            (7_300, "2 hours ago"),
            (86_400, "yesterday"),
            (250_000, "3 days ago"),
        ] {
            assert_eq!(ago(Timestamp(1_000_000_000), Timestamp(1_000_000_000 + seconds * 1000)), words);
        }
    }
}
