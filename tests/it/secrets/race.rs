//! Several processes make the first keys at once.

use std::collections::BTreeSet;

use super::{call, is_done, lying, server, session, vault};
use crate::support::{Gateway, Home, mongod};

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

/// Two replicas and five commands on an empty store: the master key's file, the control plane's data key and the tenant's
/// are made once each, and what each of them has sealed opens for all.
fn race(home: &Home) {
    let server = server();
    let url = server.url();
    let gateways: Vec<Gateway> = std::thread::scope(|scope| {
        let gateways: Vec<_> = (0..2).map(|_| scope.spawn(|| Gateway::start(home, &[]))).collect();
        let adding: Vec<_> = NAMES
            .iter()
            .map(|name| {
                let header = format!("x-key=credential-of-{name}");
                let url = &url;
                scope.spawn(move || {
                    home.cli(&["--tenant", "acme", "server", "add", name, "--url", url, "--header", &header])
                })
            })
            .collect();
        for each in adding {
            let added = each.join().expect("a thread");
            assert_eq!(added.code, 0, "{added:?}");
        }
        gateways.into_iter().map(|each| each.join().expect("a thread")).collect()
    });
    let synced = home.json(&["--tenant", "acme", "catalog", "sync"]);
    assert_eq!(synced["tools_total"], 5, "{synced:#}");
    for gateway in &gateways {
        for name in NAMES {
            let answer = call(gateway, "acme", &format!("{name}__do"));
            assert!(is_done(&answer), "{answer}");
        }
        // Sealed by the gateway's own key.
        let session = session(gateway);
        assert_eq!(session.status, 200, "{session:?}");
    }
    for name in NAMES {
        assert!(server.heard(&format!("x-key: credential-of-{name}")), "{name}");
    }
    let owners: Vec<String> = vault(home).into_iter().map(|key| key.owner).collect();
    assert_eq!(owners.iter().collect::<BTreeSet<_>>().len(), owners.len(), "{owners:?}");
    assert!(owners.contains(&"mcpgw/tenant/acme".to_owned()), "{owners:?}");
    let key_ids: BTreeSet<String> = NAMES
        .iter()
        .map(|name| {
            let document = lying(home, "acme", name);
            let sealed = document["headers"].as_str().unwrap_or_else(|| panic!("{document}"));
            sealed.split(':').nth(3).expect("a key's id").to_owned()
        })
        .collect();
    assert_eq!(key_ids.len(), 1, "one key sealed them all");
    let status = home.json(&["secrets", "status"]);
    assert!(status["data_keys"].as_array().is_some_and(|keys| keys.iter().all(|key| key["is_current"] == true)));
}

#[test]
fn first_keys_are_made_once_on_sqlite() {
    for _ in 0..2 {
        race(&Home::new());
    }
}

#[test]
fn first_keys_are_made_once_on_mongod() {
    let Some(uri) = mongod::shared() else { return };
    race(&Home::on_mongodb(&uri));
}
