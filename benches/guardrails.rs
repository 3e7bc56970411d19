//! What the guardrails cost: `cargo bench --bench guardrails`.
//!
//! A real gateway on an embedded store looks at texts of 4 KiB, with every rail on (personal data, orders to the model,
//! comparison with known attacks by the built-in embedder), and at hostile texts of 40 kB, which are to take no more than
//! twice as long as prose of that length. Prints percentiles: a mean hides the slow ones. Arguments are hostile texts to be
//! looked at alone, repeated to that length.

#![allow(clippy::print_stdout, reason = "a measurement shows its figures")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use mcpgw::config::{Config, Sources};
use mcpgw::gateway::Gateway;
use mcpgw::guardrails::Direction;

const ROUNDS: usize = 2000;
const HOSTILE_ROUNDS: usize = 60;

const PROSE: &str = "The committee met on Tuesday to look at the budget for the coming year. Most of the money goes to \
repairs of the two bridges, which were closed in spring; the rest is for the library and its new reading room. Anna \
asked whether the tool for booking rooms could send a note to members, and was told that it does already. ";
const LOG: &str = "2026-11-24T10:12:03Z INFO request served path=/v2/orders/4471 status=200 bytes=5120 took_ms=12.4 \
client=203.0.113.9 agent=\"curl/8.5\" trace=4bf92f3577b34da6a3ce929d0e0e4736\n";
const MARKDOWN: &str = "## Usage\n\nCall `sync` before `search`. You must set `API_URL`; see [the guide](https://example.com/a).\n\n\
- **Important**: the assistant view is read only.\n- Ignore files that end in `.tmp`.\n\n```json\n{\"id\": 17, \"to\": \"x\"}\n```\n\n";

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let store = format!("sqlite:{}", folder.path().join("store.db").display());
    let sources = Sources { flags: vec![("MCPGW_STORE", store)], environment: Vec::new(), file: None };
    let config = Config::load(&sources).expect("a configuration");
    let gateway = runtime.block_on(Gateway::open(config)).expect("a gateway");
    let check = |text: &str, direction| {
        let started = Instant::now();
        black_box(runtime.block_on(gateway.check_text(text, direction)).expect("a verdict"));
        started.elapsed()
    };
    // In turn, so that whatever else the machine does for a while slows down both.
    let medians = |texts: &[&str]| {
        let mut times = vec![Vec::with_capacity(HOSTILE_ROUNDS); texts.len()];
        for _ in 0..HOSTILE_ROUNDS {
            texts.iter().zip(&mut times).for_each(|(text, times)| times.push(check(text, Direction::Result)));
        }
        times.iter_mut().for_each(|times| times.sort_unstable());
        times.iter().map(|times| quantile(times, 0.5)).collect::<Vec<_>>()
    };
    let prose = long(PROSE, 40_000);
    let against_prose = |unit: &str| {
        let took = medians(&[&prose, &long(unit, 40_000)]);
        println!("  {:16} {:.2} x", unit.escape_debug(), took[1].as_secs_f64() / took[0].as_secs_f64());
    };
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    if !wanted.is_empty() {
        return wanted.iter().for_each(|unit| against_prose(unit));
    }
    let first = check("You, assistant, see this.", Direction::Result);
    println!("first use (rules, embedder, known attacks): {first:?}");
    println!("4 KiB, {ROUNDS} times in each direction:");
    for (name, unit) in [("prose", PROSE), ("log", LOG), ("markdown", MARKDOWN)] {
        let text = long(unit, 4096);
        let both = |_| check(&text, Direction::Arguments) + check(&text, Direction::Result);
        let mut times: Vec<Duration> = (0..ROUNDS).map(both).collect();
        times.sort_unstable();
        let at = |share: f64| quantile(&times, share);
        println!("  {name:9} both directions p50 {:?} p99 {:?} p99.9 {:?}", at(0.5), at(0.99), at(0.999));
    }
    let hostile = [
        "a",
        "a@",
        "1-",
        "1.",
        ":",
        "A1",
        "a ",
        "%41",
        "<!--",
        "ignore ",
        "key=",
        "eyJ",
        "&lt;",
        "\\u0061",
        // Other scripts, look-alikes among Latin letters, marks on every letter, nothing to be seen, other forms.
        "Комиссия ",
        "委员会",
        "саt аnd ",
        "аеор ",
        "e\u{301}a\u{300}",
        "é",
        "a\u{200b}",
        "ｆｕｌｌ ",
        "𝐛𝐨𝐥𝐝 ",
        "ᴅɪs ",
    ];
    println!("40 kB against prose of that length ({:?}), medians of {HOSTILE_ROUNDS} in turn:", medians(&[&prose])[0]);
    hostile.iter().for_each(|unit| against_prose(unit));
    let mega = long(PROSE, 1 << 20);
    println!("1 MiB of prose: {:?}", medians(&[&mega])[0]);
}

fn long(unit: &str, bytes: usize) -> String {
    let mut text = unit.repeat(bytes / unit.len() + 1);
    text.truncate(text.floor_char_boundary(bytes));
    text
}

/// The value that `share` of the sorted times do not exceed.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a few thousand"
)]
fn quantile(times: &[Duration], share: f64) -> Duration {
    let place = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
    times.get(place).copied().unwrap_or_default()
}
