//! Callers who hold connections and take their time.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use super::rig::Outcome;
use super::rig::figures::{millis, quantile};
use super::rig::process::cpu_seconds;
use super::stage::{Stage, call, metric, probe, probes, until_served};

const SECOND: Duration = Duration::from_secs(1);
/// What is given to a limit that is looked at by the second.
const LEEWAY: Duration = Duration::from_millis(1500);

pub(crate) async fn more_than_may_be_open(stage: &Stage) -> Outcome<()> {
    let gateway = stage.serve(&["prlimit", "--nofile=256"], &[])?;
    let (address, many) = (gateway.address.clone(), stage.many(1000));
    let (_, right) = probe(&address).await;
    stage.hold(right, "it serves before", right);
    let connects = join_all((0..many).map(|_| tokio::time::timeout(SECOND, TcpStream::connect(&address)))).await;
    let held: Vec<TcpStream> = connects.into_iter().filter_map(|connect| connect.ok()?.ok()).collect();
    stage.say("connections", format!("{} of {many}", held.len()));
    let (cpu, begun) = (cpu_seconds(gateway.pid())?, Instant::now());
    tokio::time::sleep(5 * SECOND).await;
    let share = 100.0 * (cpu_seconds(gateway.pid())? - cpu) / begun.elapsed().as_secs_f64();
    stage.hold(share <= 20.0, "of a core while nothing can be opened ≤ 20 %", format!("{share:.1} %"));
    drop(held);
    let served = until_served(&address, SECOND / 4).await;
    let shown = served.map_or("not within 30 s".to_owned(), |after| format!("after {} ms", millis(after)));
    stage.hold(served.is_some_and(|after| after <= 2 * SECOND), "serves again ≤ 2 s", shown);
    gateway.stop().await
}

pub(crate) async fn drop_by_drop(stage: &Stage) -> Outcome<()> {
    let gateway = stage.serve(&[], &[("DOWNSTREAM_TIMEOUT_MS", "60000"), ("DOWNSTREAM_MAX_QUEUED", "1000")])?;
    let (address, many) = (gateway.address.clone(), stage.many(300));
    let usual = probes(&address, 10 * SECOND, SECOND / 100).await?;
    let files = metric(&address, "process_open_fds ").await?;
    let heads = join_all(
        (0..many).map(|_| dripping(&address, "POST /rpc HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", 40 * SECOND)),
    );
    let head =
        "POST /rpc HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n";
    let bodies = join_all((0..many).map(|_| dripping(&address, head, 40 * SECOND)));
    let others = probes(&address, 40 * SECOND, SECOND / 100);
    let (heads, bodies, others) = tokio::join!(heads, bodies, others);
    said(stage, "headers cut ≤ 15 s", &heads, 15 * SECOND);
    said(stage, "bodies cut ≤ 30 s", &bodies, 30 * SECOND);
    beside(stage, "p99 of others beside them ≤ 1.5 ×", &usual, &others?);
    let readers = join_all((0..many).map(|number| reading(&address, number % 2 == 0, 60 * SECOND)));
    let freed = async {
        // Until every answer is on its way.
        tokio::time::sleep(10 * SECOND).await;
        let begun = Instant::now();
        while begun.elapsed() < 50 * SECOND {
            if metric(&address, "process_open_fds ").await.is_ok_and(|now| now <= files + 10.0) {
                return Some(begun.elapsed());
            }
            tokio::time::sleep(SECOND / 4).await;
        }
        None
    };
    let later = async {
        // The answers themselves are work; what is asked is whether those who do not read them hold others.
        tokio::time::sleep(10 * SECOND).await;
        probes(&address, 20 * SECOND, SECOND / 100).await
    };
    let (_, freed, later) = tokio::join!(readers, freed, later);
    let shown = freed.map_or("not within 60 s".to_owned(), |after| format!("≤ {} ms", millis(after)));
    stage.hold(
        freed.is_some_and(|after| after <= 30 * SECOND + LEEWAY),
        "readers cut ≤ 30 s after the last answer",
        shown,
    );
    beside(stage, "p99 of others beside readers ≤ 1.5 ×", &usual, &later?);
    gateway.stop().await
}

fn said(stage: &Stage, what: &str, cut: &[Option<Duration>], limit: Duration) {
    let kept = cut.iter().filter(|cut| cut.is_none()).count();
    let slowest = cut.iter().flatten().max().copied().unwrap_or_default();
    let holds = kept == 0 && slowest <= limit + LEEWAY;
    stage.hold(holds, what, format!("{} cut, the last after {} ms, {kept} not", cut.len() - kept, millis(slowest)));
}

fn beside(stage: &Stage, what: &str, usual: &[Duration], now: &[Duration]) {
    let [usual, now] = [usual, now].map(|taken| millis(quantile(taken, 99)));
    // Under a millisecond it is the scheduler that is measured.
    stage.hold(now <= (1.5 * usual).max(usual + 1.0), what, format!("{now} ms, {usual} ms without"));
}

/// Sends `head`, and then a byte in each second, until it is cut off: when that was.
async fn dripping(address: &str, head: &str, span: Duration) -> Option<Duration> {
    let begun = Instant::now();
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.write_all(head.as_bytes()).await.ok()?;
    let mut answer = [0; 1024];
    while begun.elapsed() < span {
        match tokio::time::timeout(SECOND, stream.read(&mut answer)).await {
            // An answer that says so is as good; the connection is of no more use.
            Ok(_) => return Some(begun.elapsed()),
            Err(_) => {
                if stream.write_all(b"a").await.is_err() {
                    return Some(begun.elapsed());
                }
            }
        }
    }
    None
}

/// Asks for 7 MiB and reads none of it, or a kilobyte in each second.
async fn reading(address: &str, some: bool, span: Duration) -> Outcome<()> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(4096)?;
    let mut stream = socket.connect(address.parse()?).await?;
    let frame = call(1, "slow__blob", &json!({ "bytes": 7 << 20 }));
    let length = frame.len();
    let head = format!(
        "POST /rpc HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(frame.as_bytes()).await?;
    let (begun, mut piece) = (Instant::now(), [0; 1024]);
    while begun.elapsed() < span {
        tokio::time::sleep(SECOND).await;
        if some && stream.read(&mut piece).await? == 0 {
            break;
        }
    }
    Ok(())
}
