//! What an operator lives with: figures, traces, draining, too much at once.

mod drain;
pub(crate) mod figures;
mod overload;
#[cfg(feature = "failpoints")]
mod panics;
mod soak;
mod traces;

use crate::fake::Fake;
use crate::support::Home;

/// One whose catalog has the tools of `server`, which is called `shop`.
fn home(server: &Fake) -> Home {
    let home = Home::new();
    assert_eq!(home.cli(&["server", "add", "shop", "--url", &server.url()]).code, 0);
    assert_eq!(home.cli(&["catalog", "sync"]).code, 0);
    home
}
