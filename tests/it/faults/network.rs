//! Networks of a test's own: namespaces joined by a router that can be told to drop everything without a word.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd as _;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::support::deps::offered;
use crate::support::{DEADLINE, random, run};

/// Of the store, behind the router.
pub(super) const FAR: &str = "10.213.2.2";

/// Namespaces of the network, removed with their owner. Whoever is in one, and whoever is started there, sees nothing of
/// this machine's network.
pub(super) struct Network {
    prefix: String,
    parts: &'static [&'static str],
}

impl Network {
    /// Nothing but a loopback, in which the calling thread is from now on, and what it starts.
    pub(super) fn alone() -> Option<Self> {
        let network = Self::of(&["near"], "alone")?;
        network.enter("near");
        Some(network)
    }

    /// Two that are joined by a router; the calling thread is in the near one from now on, and what it starts.
    pub(super) fn routed() -> Option<Self> {
        let network = Self::of(&["near", "router", "far"], "routed")?;
        for (end, peer, address, gateway, subnet) in [
            ("near", "to_near", "10.213.1.2/24", "10.213.1.1", "10.213.1.1/24"),
            ("far", "to_far", "10.213.2.2/24", "10.213.2.1", "10.213.2.1/24"),
        ] {
            let (inside, router) = (network.name(end), network.name("router"));
            let words = |text: &str| ip(&text.split(' ').collect::<Vec<_>>()).expect("a network of one's own");
            words(&format!("-n {inside} link add eth type veth peer name {peer} netns {router}"));
            words(&format!("-n {inside} addr add {address} dev eth"));
            words(&format!("-n {router} addr add {subnet} dev {peer}"));
            words(&format!("-n {inside} link set eth up"));
            words(&format!("-n {router} link set {peer} up"));
            words(&format!("-n {inside} route add default via {gateway}"));
        }
        network.forward(true);
        network.enter("near");
        Some(network)
    }

    fn of(parts: &'static [&'static str], kind: &str) -> Option<Self> {
        let network = Self { prefix: format!("mcpgw-{}-{kind}", std::process::id()), parts };
        let made = parts.iter().try_for_each(|part| {
            ip(&["netns", "add", &network.name(part)])?;
            ip(&["-n", &network.name(part), "link", "set", "lo", "up"])
        });
        offered("netns", made.as_ref().map(|()| network))
    }

    fn name(&self, part: &str) -> String {
        format!("{}-{part}", self.prefix)
    }

    /// The name of the far one, for as long as this process lives.
    pub(super) fn far(&self) -> &'static str {
        self.name("far").leak()
    }

    /// Has the calling thread be in a part of it.
    pub(super) fn enter(&self, part: &str) {
        let place = File::open(format!("/run/netns/{}", self.name(part))).expect("a namespace");
        move_into_link_name_space(place.as_fd(), Some(LinkNameSpaceType::Network)).expect("entered");
    }

    /// Whether the router passes anything on. What it does not pass on it drops, and tells nobody.
    pub(super) fn forward(&self, is_on: bool) {
        let script = format!("echo {} > /proc/sys/net/ipv4/ip_forward", u8::from(is_on));
        ip(&["netns", "exec", &self.name("router"), "sh", "-c", &script]).expect("a router");
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for part in self.parts {
            let _ = ip(&["netns", "del", &self.name(part)]);
        }
    }
}

/// A way to a server that takes as long as it is told to, each way. What a network loses is late on a connection, because
/// it is sent again: one piece in twenty takes twice as long, and those behind it wait.
pub(super) struct Way {
    pub(super) address: SocketAddr,
    delay_ms: Arc<AtomicU64>,
}

impl Way {
    pub(super) fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let (address, delay_ms) = (listener.local_addr().expect("its address"), Arc::new(AtomicU64::new(0)));
        let delay = Arc::clone(&delay_ms);
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let Ok(far) = TcpStream::connect(server) else { continue };
                for (from, to) in [(&near, &far), (&far, &near)] {
                    to.set_nodelay(true).expect("no delay");
                    let (from, to) = (from.try_clone().expect("a stream"), to.try_clone().expect("a stream"));
                    let delay = Arc::clone(&delay);
                    std::thread::spawn(move || carry(from, to, &delay));
                }
            }
        });
        Self { address, delay_ms }
    }

    pub(super) fn takes(&self, delay: Duration) {
        self.delay_ms.store(u64::try_from(delay.as_millis()).expect("some seconds"), Ordering::SeqCst);
    }
}

/// Until either end is closed.
fn carry(mut from: TcpStream, mut to: TcpStream, delay_ms: &AtomicU64) {
    let (sender, pieces) = mpsc::channel::<(Instant, Vec<u8>)>();
    let writer = std::thread::spawn(move || {
        for (due, piece) in pieces {
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&piece).is_err() {
                break;
            }
        }
        let _ = to.shutdown(std::net::Shutdown::Both);
    });
    let mut piece = [0; 1400];
    while let Ok(size @ 1..) = from.read(&mut piece) {
        let delay = delay_ms.load(Ordering::SeqCst) * if random(1, 20) == 1 { 2 } else { 1 };
        let due = Instant::now() + Duration::from_millis(delay);
        if sender.send((due, piece.get(..size).unwrap_or_default().to_vec())).is_err() {
            break;
        }
    }
    drop(sender);
    let _ = writer.join();
}

fn ip(words: &[&str]) -> Result<(), String> {
    done(Command::new("ip").args(words))
}

fn done(command: &mut Command) -> Result<(), String> {
    // Asked first, because one that is missing is a reason to skip.
    Command::new(command.get_program()).arg("-V").output().map_err(|error| format!("{command:?}: {error}"))?;
    let output = run(command, "", DEADLINE);
    if output.code == 0 { Ok(()) } else { Err(format!("{command:?}: {}", output.stderr.trim())) }
}
