//! Many callers at once, each on a connection of its own.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::LocalSet;

use super::rig::Outcome;
use super::rig::connection::Connection;
use super::stage::call;

/// What became of calls, each with the time from when it was due.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) answered: Vec<Duration>,
    /// With a code for it: 503 by the gateway, or because of the limit of their server; from when they were sent.
    pub(crate) turned_away: Vec<Duration>,
    pub(crate) astray: Vec<String>,
}

/// `callers` at work for `span`: as fast as they are answered, or `rate` calls a second among them, due whether or not
/// earlier ones were answered (so that waiting counts).
pub(crate) async fn calls(address: &str, callers: usize, rate: Option<f64>, span: Duration) -> Tally {
    let tally = Rc::new(RefCell::new(Tally::default()));
    let next = Rc::new(RefCell::new(0_u64));
    let set = LocalSet::new();
    let begun = Instant::now() + Duration::from_millis(20);
    for _ in 0..callers {
        let (tally, next, address) = (Rc::clone(&tally), Rc::clone(&next), address.to_owned());
        set.spawn_local(async move {
            let mut connection = None;
            loop {
                let id = {
                    let mut next = next.borrow_mut();
                    *next += 1;
                    *next
                };
                let due = match rate {
                    Some(rate) => begun + Duration::from_secs_f64(id as f64 / rate),
                    None => Instant::now().max(begun),
                };
                if due >= begun + span {
                    return;
                }
                tokio::time::sleep_until(due.into()).await;
                if let Err(error) = one(&address, &mut connection, id, due, &tally).await {
                    connection = None;
                    tally.borrow_mut().astray.push(error.to_string());
                }
            }
        });
    }
    set.await;
    let mut tally = tally.take();
    tally.answered.sort_unstable();
    tally.turned_away.sort_unstable();
    tally
}

async fn one(
    address: &str,
    kept: &mut Option<Connection>,
    id: u64,
    due: Instant,
    tally: &RefCell<Tally>,
) -> Outcome<()> {
    let connection = match kept {
        Some(connection) => connection,
        None => kept.insert(Connection::open(address).await?),
    };
    let message = format!("message {id}");
    let frame = call(id, "echo__echo", &json!({ "message": message }));
    let sent = Instant::now();
    let (status, body) = connection.post(address, "/rpc", "", &frame).await?;
    let text = String::from_utf8_lossy(body);
    match status {
        200 if text.contains(&format!("\"{message}\"")) && text.contains(&format!("\"id\":{id}")) => {
            tally.borrow_mut().answered.push(due.elapsed());
            Ok(())
        }
        503 | 200 if text.contains("-32007") || text.contains("too_many_calls") => {
            tally.borrow_mut().turned_away.push(sent.elapsed());
            Ok(())
        }
        _ => Err(format!("{status} {text}").into()),
    }
}
