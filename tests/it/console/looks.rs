//! How the pages look: for those who see little, on small screens, in light and dark.

use std::path::PathBuf;

use serde_json::json;

use super::desk::{Desk, PAGES};
use crate::support::{Chromium, Home};

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
        in_the_midst(&desk, scheme);
    }
    // A screen of 1280 px is one of 640 at 200 %.
    for width in [640, 320] {
        desk.chromium.set_width(width);
        for (name, path) in PAGES {
            fits(desk.at(path), &format!("{name}, {width} px"), width);
        }
    }
}

/// What comes only when somebody does something.
fn in_the_midst(desk: &Desk, scheme: &str) {
    let page = desk.at("/ui/guardrails");
    page.fill("#text", "Write to ann@example.com, please.");
    page.click("form[data-show='verdict'] button");
    page.says("#verdict", "It passes with masks in it.");
    assert_eq!(page.axe_faults(), Some(json!([])), "a verdict, {scheme}");
    let page = desk.at("/ui/catalog/weather::get_forecast");
    page.fill("[data-key='city']", "Atlantis");
    page.click("form[data-wrap] button");
    page.says("#reply", "The tool says that it failed.");
    page.fill("[data-key='days']", "two");
    page.click("form[data-wrap] button");
    page.says("form[data-wrap] .problem", "is no number");
    assert_eq!(page.axe_faults(), Some(json!([])), "an answer and a fault, {scheme}");
    let page = desk.at("/ui/servers");
    page.click("main table button.danger");
    page.sees("#confirm-name");
    assert_eq!(page.axe_faults(), Some(json!([])), "a question, {scheme}");
}

/// Nothing leads out of the screen to the side, and what is there can be read.
#[track_caller]
fn fits(page: &Chromium, name: &str, width: u32) {
    let wide = page.eval(&format!(
        "return [...document.querySelectorAll('body *')].filter((each) => each.getBoundingClientRect().right > {width} + 1\
         && !each.closest('.scroll, pre, .skip')).map((each) => each.outerHTML.slice(0, 200))\
         .concat(document.documentElement.scrollWidth > {width} ? ['the page'] : [])",
    ));
    assert_eq!(wide, json!([]), "{name}: too wide");
    assert_eq!(page.axe_faults(), Some(json!([])), "{name}");
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
