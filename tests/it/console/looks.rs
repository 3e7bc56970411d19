//! How the pages look: for those who see little, on small screens, in light and dark.

use std::path::PathBuf;

use serde_json::json;

use super::desk::{Desk, PAGES};
use crate::support::Home;

const SCHEMES: [&str; 2] = ["light", "dark"];

#[test]
fn nobody_is_shut_out() {
    let home = Home::new();
    let Some(desk) = Desk::open(&home) else { return };
    desk.work();
    for page in ["/ui/login", "/ui/setup"] {
        assert_eq!(desk.at(page).axe_faults(), Some(json!([])), "{page}");
    }
    desk.at("/ui/overview");
    desk.log_in();
    for scheme in SCHEMES {
        desk.chromium.set_scheme(scheme);
        for (name, path) in PAGES {
            let page = desk.at(path);
            assert_eq!(page.axe_faults(), Some(json!([])), "{name}, {scheme}");
        }
    }
    desk.chromium.set_width(320);
    for (name, path) in PAGES {
        let page = desk.at(path);
        let wide = page.eval(
            "return [...document.querySelectorAll('body *')].filter((each) => each.getBoundingClientRect().right > 321\
             && !each.closest('.scroll, pre, .skip')).map((each) => each.outerHTML.slice(0, 200))\
             .concat(document.documentElement.scrollWidth > 320 ? ['the page'] : [])",
        );
        assert_eq!(wide, json!([]), "{name} is wider than 320 px");
        assert_eq!(page.axe_faults(), Some(json!([])), "{name}, 320 px");
    }
}

/// Pictures of all pages, for whoever wants to look: `docs/administration.md`.
#[test]
#[ignore = "makes pictures: MCPGW_SCREENSHOTS=FOLDER"]
fn screenshots() {
    let folder = PathBuf::from(std::env::var_os("MCPGW_SCREENSHOTS").expect("MCPGW_SCREENSHOTS is a folder"));
    std::fs::create_dir_all(&folder).expect("a folder");
    let home = Home::new();
    let Some(desk) = Desk::open(&home) else { return };
    desk.work();
    let shoot = |name: &str, path: &str| {
        for scheme in SCHEMES {
            desk.chromium.set_scheme(scheme);
            desk.at(path);
            // What comes after the page.
            std::thread::sleep(std::time::Duration::from_millis(500));
            desk.chromium.shoot(&folder.join(format!("{name}-{scheme}.png")));
        }
    };
    shoot("login", "/ui/login");
    desk.at("/ui/overview");
    desk.log_in();
    for (name, path) in PAGES {
        shoot(name, path);
    }
    desk.chromium.set_width(320);
    for (name, path) in PAGES {
        shoot(&format!("{name}-320"), path);
    }
}
