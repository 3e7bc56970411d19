//! What the gateway says of itself: logs, figures and traces. Set up once by the binary; any part may speak.

mod logs;
pub mod metrics;
mod stop;
pub mod traces;

pub use logs::{LogFormat, init};
pub use stop::Stop;
