//! A person at the console: Chromium, driven over WebDriver.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::prelude::*;
use tokio::runtime::Runtime;

use super::deps::{available, axe};
use super::{DEADLINE, Service, until};

/// What the browser refused or complained of, on whichever page it is.
const LISTEN: &str = "window.faults = [];\
    addEventListener('securitypolicyviolation', (e) => faults.push(`policy: ${e.violatedDirective} ${e.blockedURI}`));\
    addEventListener('error', (e) => faults.push(`error: ${e.message}`));\
    addEventListener('unhandledrejection', (e) => faults.push(`rejection: ${e.reason}`));";

/// Ends with the test.
pub(crate) struct Chromium {
    runtime: Runtime,
    driver: Option<WebDriver>,
    _service: Service,
    _profile: TempDir,
}

impl Chromium {
    /// An empty browser, where there is one.
    pub(crate) fn open() -> Option<Self> {
        let starts = |program: &str| Command::new(program).arg("--version").output().is_ok();
        let missing = "`chromium` and `chromedriver` are not both on the PATH".to_owned();
        let both = starts("chromium") && starts("chromedriver");
        available("chromium", both.then_some(()).ok_or(&missing))?;
        let profile = tempfile::tempdir().expect("a directory");
        let ready = |line: &str| line.split("successfully on port ").nth(1)?.trim_end_matches('.').parse::<u16>().ok();
        let (service, port) = Service::start(Command::new("chromedriver").arg("--port=0"), ready).expect("it starts");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let mut wanted = DesiredCapabilities::chrome();
        let folder = format!("--user-data-dir={}", profile.path().display());
        // No sandbox: containers and CI run as root. Only this machine's own pages are opened.
        for arg in [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1280,900",
            &folder,
        ] {
            wanted.add_arg(arg).expect("an argument");
        }
        let driver = runtime.block_on(async {
            let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), wanted).await.expect("a browser");
            let listen = json!({ "source": LISTEN });
            driver.cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", listen).await.expect("a script");
            driver
        });
        let chromium = Self { runtime, driver: Some(driver), _service: service, _profile: profile };
        // Pictures are as wide as the page.
        chromium.cdp("Emulation.setScrollbarsHidden", json!({ "hidden": true }));
        Some(chromium)
    }

    fn driver(&self) -> &WebDriver {
        self.driver.as_ref().expect("it is open")
    }

    /// Leaves a page, which has to be clean, for another.
    #[track_caller]
    pub(crate) fn goto(&self, url: &str) {
        self.is_clean();
        self.runtime.block_on(self.driver().goto(url)).unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    pub(crate) fn url(&self) -> String {
        self.runtime.block_on(self.driver().current_url()).expect("an address").to_string()
    }

    /// What a script returns; a promise is waited for.
    #[track_caller]
    pub(crate) fn eval(&self, script: &str) -> Value {
        let returned = self.runtime.block_on(self.driver().execute(script, Vec::new()));
        returned.unwrap_or_else(|error| panic!("{script}: {error}")).json().clone()
    }

    /// The element, once it is there and can be seen.
    #[track_caller]
    fn find(&self, css: &str) -> WebElement {
        let seen = || {
            self.runtime.block_on(async {
                let element = self.driver().find(By::Css(css)).await.ok()?;
                element.is_displayed().await.ok()?.then_some(element)
            })
        };
        until(DEADLINE, seen).unwrap_or_else(|| panic!("{css} is not on {}:\n{}", self.url(), self.page()))
    }

    /// Waits until the element can be seen.
    #[track_caller]
    pub(crate) fn sees(&self, css: &str) {
        self.find(css);
    }

    /// All that is read on the page.
    pub(crate) fn page(&self) -> String {
        self.eval("return document.body.innerText").as_str().unwrap_or_default().to_owned()
    }

    #[track_caller]
    pub(crate) fn click(&self, css: &str) {
        let element = self.find(css);
        let clicked = self.runtime.block_on(async {
            element.scroll_into_view().await?;
            element.click().await
        });
        clicked.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Puts `text` in the place of what a control holds.
    #[track_caller]
    pub(crate) fn fill(&self, css: &str, text: &str) {
        let element = self.find(css);
        let filled = self.runtime.block_on(async {
            element.clear().await?;
            element.send_keys(text).await
        });
        filled.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Chooses what has this value.
    #[track_caller]
    pub(crate) fn choose(&self, css: &str, value: &str) {
        self.click(&format!("{css} option[value='{value}']"));
    }

    /// Keys, as they are pressed on the page.
    #[track_caller]
    pub(crate) fn press(&self, keys: &str) {
        let pressed = self.runtime.block_on(async { self.driver().active_element().await?.send_keys(keys).await });
        pressed.unwrap_or_else(|error| panic!("{keys}: {error}"));
    }

    /// Waits until the element says this, and gives all that it says.
    #[track_caller]
    pub(crate) fn says(&self, css: &str, wanted: &str) -> String {
        let said = || {
            let script = format!("return document.querySelector({})?.innerText", json!(css));
            let text = self.eval(&script).as_str()?.to_owned();
            text.contains(wanted).then_some(text)
        };
        until(DEADLINE, said)
            .unwrap_or_else(|| panic!("{css} on {} does not say “{wanted}”:\n{}", self.url(), self.page()))
    }

    /// Waits until the address has this in it.
    #[track_caller]
    pub(crate) fn is_at(&self, part: &str) {
        let there = until(DEADLINE, || self.url().contains(part).then_some(()));
        assert!(there.is_some(), "{part}: {}\n{}", self.url(), self.page());
    }

    /// Confirms a deed by the name of what it is done to.
    #[track_caller]
    pub(crate) fn confirm(&self, name: &str) {
        self.fill("#confirm-name", name);
        self.click("#confirm button[value='yes']");
    }

    /// What the page refused or complained of.
    #[track_caller]
    pub(crate) fn is_clean(&self) {
        // The empty page that a browser begins with has none.
        let faults = self.eval("return window.faults ?? []");
        assert_eq!(faults, json!([]), "{}", self.url());
    }

    /// As on a screen of this width.
    pub(crate) fn set_width(&self, width: u32) {
        let size = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.cdp("Emulation.setDeviceMetricsOverride", size);
    }

    /// Light or dark, as the person's system would have it.
    pub(crate) fn set_scheme(&self, scheme: &str) {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.cdp("Emulation.setEmulatedMedia", features);
    }

    fn cdp(&self, command: &str, parameters: Value) -> Value {
        self.runtime.block_on(self.driver().cdp().send_raw(command, parameters)).expect("it does so")
    }

    /// What axe-core finds of serious or critical weight: rule, elements.
    #[track_caller]
    pub(crate) fn axe_faults(&self) -> Option<Value> {
        let source = axe()?;
        self.eval(&format!("{source}; return true"));
        let weighed = "return axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations\
            .filter(({ impact }) => impact === 'serious' || impact === 'critical')\
            .map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => [html, failureSummary])]))";
        Some(self.eval(weighed))
    }

    /// The whole page as a picture.
    pub(crate) fn shoot(&self, file: &Path) {
        use base64::Engine as _;
        let shot = self.cdp("Page.captureScreenshot", json!({ "format": "png", "captureBeyondViewport": true }));
        let data = shot["data"].as_str().expect("a picture");
        let bytes = base64::engine::general_purpose::STANDARD.decode(data).expect("base64");
        std::fs::write(file, bytes).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        if let Some(driver) = self.driver.take() {
            let quit = async { tokio::time::timeout(DEADLINE, driver.quit()).await };
            drop(self.runtime.block_on(quit));
        }
    }
}
