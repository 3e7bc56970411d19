//! Where a downstream server may live.
//!
//! A name is resolved, every address is checked, and only a checked address is connected to, so that a
//! name cannot point elsewhere between check and use. Link-local (and with it cloud metadata), multicast,
//! unspecified and broadcast addresses are refused always; loopback and private ones by configuration.

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::dns::Name;
use url::{Host, Url};

use crate::error::{Error, Kind, Result};
use crate::model::ServerName;

/// Checks the shape of a URL and, where its host is an address, the policy.
pub(super) fn check_url(server: &ServerName, text: &str, allow_private: bool) -> Result<()> {
    let url = parse_url(server, text)?;
    let address = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        Some(Host::Domain(_)) | None => return Ok(()),
    };
    match refusal(address, allow_private) {
        None => Ok(()),
        Some(why) => Err(Error::new(Kind::Refused, format!("server `{server}`: {address} is {why}"))),
    }
}

/// Checks the shape alone.
pub(super) fn parse_url(server: &ServerName, text: &str) -> Result<Url> {
    let invalid = |why: &str| {
        Err(Error::invalid(format!("server `{server}`: the URL {why}"))
            .help("give it as https://host/path, without user and password"))
    };
    let Ok(url) = Url::parse(text) else { return invalid("cannot be read") };
    if !matches!(url.scheme(), "http" | "https") {
        return invalid("is neither http nor https");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return invalid("holds a user or password; send credentials as a header");
    }
    if url.host().is_none() {
        return invalid("has no host");
    }
    Ok(url)
}

/// Why an address may not be connected to.
fn refusal(address: IpAddr, allow_private: bool) -> Option<&'static str> {
    match address {
        IpAddr::V6(v6) if v6.segments()[..3] == [0x64, 0xff9b, 1] => {
            translated(v6).into_iter().find_map(|address| judged(IpAddr::V4(address), allow_private))
        }
        _ => judged(innermost(address), allow_private),
    }
}

/// The IPv4 addresses that one of `64:ff9b:1::/48` may stand for (RFC 8215): a network uses a prefix of its own in there,
/// and the length of that says where the address is (RFC 6052 §2.2). Where only the prefix is, there is none.
fn translated(address: Ipv6Addr) -> Vec<Ipv4Addr> {
    let [.., a, b, _, c, d, e, f, g, h, i] = address.octets();
    let places = [[a, b, c, d], [b, c, d, e], [c, d, e, f], [f, g, h, i]];
    let found: Vec<Ipv4Addr> = places.into_iter().filter(|octets| octets[0] != 0).map(Ipv4Addr::from).collect();
    if found.is_empty() { vec![Ipv4Addr::UNSPECIFIED] } else { found }
}

fn judged(address: IpAddr, allow_private: bool) -> Option<&'static str> {
    let (never, private) = match address {
        IpAddr::V4(v4) => (
            v4.is_link_local()
                || v4.is_multicast()
                || v4.is_unspecified()
                || v4.is_broadcast()
                || METADATA_V4.contains(&v4),
            v4.is_loopback() || v4.is_private() || is_special(v4.octets()),
        ),
        IpAddr::V6(v6) => (
            v6.is_unicast_link_local() || v6.is_multicast() || v6.is_unspecified() || METADATA_V6.contains(&v6),
            v6.is_loopback() || v6.is_unique_local() || is_special_v6(v6.segments()),
        ),
    };
    if never {
        Some("a link-local, metadata, multicast or unspecified address, which is never allowed")
    } else if private && !allow_private {
        Some("a private address, which DOWNSTREAM_ALLOW_PRIVATE_NETWORKS=false refuses")
    } else {
        None
    }
}

/// Services of clouds that give out credentials and lie outside the link-local range: Alibaba Cloud, Azure's wire
/// server, Oracle Cloud.
const METADATA_V4: [Ipv4Addr; 3] =
    [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(168, 63, 129, 16), Ipv4Addr::new(192, 0, 0, 192)];

/// The same over IPv6: EC2, Google Cloud, Scaleway, Oracle Cloud.
const METADATA_V6: [Ipv6Addr; 4] = [
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42),
    Ipv6Addr::new(0xfd00, 0xc1, 0, 0, 0, 0, 0xa9fe, 0xa9fe),
];

/// The IPv4 address inside an IPv6 one, however it is wrapped: mapped (RFC 4291), compatible (deprecated
/// there), NAT64 `64:ff9b::/96` (RFC 6052), 6to4 `2002::/16` (RFC 3056), SIIT `::ffff:0:0:0/96` (RFC 2765).
fn innermost(address: IpAddr) -> IpAddr {
    let address = address.to_canonical();
    let IpAddr::V6(v6) = address else { return address };
    let [a, b, c, d, e, f, g, h] = v6.segments();
    let v4 = |high: u16, low: u16| IpAddr::V4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match [a, b, c, d, e, f] {
        [0x64, 0xff9b, 0, 0, 0, 0] | [0, 0, 0, 0, 0xffff, 0] => v4(g, h),
        [0, 0, 0, 0, 0, 0] if (g, h) > (0, 1) => v4(g, h),
        [0x2002, high, low, ..] => v4(high, low),
        _ => address,
    }
}

/// Ranges that are nobody's on the internet (RFC 6890): this network, carrier-grade NAT, protocol assignments,
/// benchmarks, reserved.
fn is_special(octets: [u8; 4]) -> bool {
    match octets {
        [0, ..] | [192, 0, 0, _] | [198, 18 | 19, ..] | [240..=255, ..] => true,
        [100, second, ..] => second & 0b1100_0000 == 64,
        _ => false,
    }
}

/// Site-local addresses, and Teredo (RFC 4380), whose addresses lead through somebody else's machine.
fn is_special_v6(segments: [u16; 8]) -> bool {
    segments[0] & 0xffc0 == 0xfec0 || segments[..2] == [0x2001, 0]
}

/// Whether what is sent to `url` cannot be read on its way: https, or http on this machine.
pub(super) fn is_confidential(url: &Url) -> bool {
    let is_local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && is_local)
}

/// Checks an address of an authorization server, where credentials go.
pub(super) fn check_confidential(server: &ServerName, what: &str, text: &str) -> Result<()> {
    if is_confidential(&parse_url(server, text)?) {
        return Ok(());
    }
    Err(Error::invalid(format!("server `{server}`: the {what} {text} is not https"))
        .help("give it as https://…, or http:// on this machine"))
}

/// The system's resolver behind the policy.
#[derive(Clone)]
pub(super) struct PolicyResolver {
    pub(super) allow_private: bool,
}

impl tower_service::Service<Name> for PolicyResolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            for address in &found {
                if let Some(why) = refusal(address.ip(), allow_private) {
                    return Err(io::Error::new(io::ErrorKind::PermissionDenied, format!("its name leads to {why}")));
                }
            }
            Ok(found.into_iter())
        })
    }
}

/// A URL, and its host as an address: what is refused always is refused whatever else is allowed.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn fuzz(data: &[u8]) {
    let (Ok(server), text) = ("fuzzed".parse::<ServerName>(), String::from_utf8_lossy(data)) else { return };
    if check_url(&server, &text, false).is_ok() {
        assert!(check_url(&server, &text, true).is_ok(), "{text} is refused where more is allowed");
        assert!(parse_url(&server, &text).is_ok_and(|url| url.has_host() && url.password().is_none()));
    }
    let _ = check_confidential(&server, "a token", &text);
    for address in
        text.parse::<IpAddr>().ok().into_iter().chain(data.first_chunk::<16>().map(|it| Ipv6Addr::from(*it).into()))
    {
        let never = address.is_unspecified() || address.is_multicast();
        assert!(!never || refusal(address, true).is_some(), "{address}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_judged() {
        for never in [
            "169.254.169.254",
            "fe80::1",
            "::",
            "0.0.0.0",
            "224.0.0.1",
            "ff02::1",
            "::ffff:169.254.169.254",
            "fd00:ec2::254",
            "100.100.100.200",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
            "::169.254.169.254",
            "168.63.129.16",
            "192.0.0.192",
            "fd20:ce::254",
            "fd00:42::42",
            "fd00:c1::a9fe:a9fe",
            "64:ff9b:1::a9fe:a9fe",
            "64:ff9b:1:1:2:3:a9fe:a9fe",
            "64:ff9b:1:a9fe:a9:fe00::",
            "64:ff9b:1:1a9:fe:a9fe::",
            "64:ff9b:1:1:a9:fea9:fe00:0",
            "64:ff9b:1::",
            "::ffff:0:169.254.169.254",
        ] {
            assert!(refusal(never.parse().expect("an address"), true).is_some(), "{never}");
        }
        for private in [
            "127.0.0.1",
            "::1",
            "10.0.0.1",
            "192.168.1.1",
            "172.16.0.1",
            "100.64.0.1",
            "fc00::1",
            "fec0::1",
            "64:ff9b::7f00:1",
            "::ffff:127.0.0.1",
            "64:ff9b:1::7f00:1",
            "::ffff:0:127.0.0.1",
            "0.1.2.3",
            "192.0.0.8",
            "198.18.0.1",
            "198.19.255.255",
            "240.0.0.1",
            "2001::1",
        ] {
            let address = private.parse().expect("an address");
            assert!(refusal(address, true).is_none() && refusal(address, false).is_some(), "{private}");
        }
        for public in [
            "93.184.215.14",
            "198.20.0.1",
            "192.0.1.1",
            "2001:4860:4860::8888",
            "2606:4700::1111",
            "64:ff9b:1::5db8:d70e",
        ] {
            assert!(refusal(public.parse().expect("an address"), false).is_none(), "{public}");
        }
    }

    #[test]
    fn only_https_and_this_machine_are_confidential() {
        for (url, is_it) in [
            ("https://example.com/token", true),
            ("http://localhost:8080/token", true),
            ("http://127.0.0.1/token", true),
            ("http://[::1]/token", true),
            ("http://10.0.0.1/token", false),
            ("http://example.com/token", false),
            ("http://localhost.example.com/token", false),
        ] {
            assert_eq!(is_confidential(&Url::parse(url).expect("a URL")), is_it, "{url}");
        }
    }

    #[test]
    fn urls_are_judged() {
        let server: ServerName = "s".parse().expect("a name");
        for bad in [
            "",
            "example.com",
            "ftp://example.com",
            "http://u:p@example.com",
            "http://169.254.169.254/mcp",
            "file:///etc/passwd",
        ] {
            assert!(check_url(&server, bad, true).is_err(), "{bad}");
        }
        assert!(check_url(&server, "http://0x7f.1/mcp", false).is_err(), "127.0.0.1 in disguise");
        assert!(check_url(&server, "https://example.com/mcp", false).is_ok());
    }
}
