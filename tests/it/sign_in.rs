//! Servers that want to know their users: each signs in with a link, and every call is made with the token of the user
//! who makes it, never with another's.

mod https;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::auth::bearer;
use crate::support::deps::Browser;
use crate::support::http::{self, Kept, Response};
use crate::support::listener::{self, Asked, Said};
use crate::support::{Gateway, Home, until};

const HS256: [(&str, &str); 2] = [("AUTH_MODE", "hs256"), ("JWT_SECRET", "a secret of more than thirty-two bytes")];
const MODERN: &str = "2026-07-28";

/// What an authorization server and the MCP server behind it know.
#[derive(Default)]
struct Books {
    /// By code: challenge, redirect URI, user.
    codes: BTreeMap<String, (String, String, String)>,
    /// Good access tokens and their users.
    access: BTreeMap<String, String>,
    /// Good refresh tokens and their users; each is good once.
    refresh: BTreeMap<String, String>,
    renewals: usize,
    /// Refresh tokens that came twice.
    replayed: usize,
    given: usize,
    /// How long a renewal takes.
    slowness: Duration,
    /// What a renewal is answered in place of tokens.
    refusal: Option<(u16, &'static str)>,
    /// Tokens come without an end and without a successor.
    endless: bool,
    /// Who sits at the browser, where that is a real one.
    login: Option<String>,
}

impl Books {
    fn give(&mut self, user: &str) -> Said {
        self.given += 1;
        let (access, refresh) = (format!("access-{}-{user}", self.given), format!("refresh-{}-{user}", self.given));
        self.access.insert(access.clone(), user.to_owned());
        self.refresh.insert(refresh.clone(), user.to_owned());
        if self.endless {
            return listener::json(200, &json!({ "access_token": access, "token_type": "bearer" }));
        }
        let token = json!({
            "access_token": access, "refresh_token": refresh, "token_type": "Bearer", "expires_in": 3600
        });
        listener::json(200, &token)
    }
}

/// An authorization server for people, and an MCP server that says to everybody who they are.
struct Club {
    address: SocketAddr,
    books: Arc<Mutex<Books>>,
}

impl Club {
    fn start() -> Self {
        let books = Arc::new(Mutex::new(Books::default()));
        let shared = Arc::clone(&books);
        let address = listener::serve(move |asked| Self::said(asked, &shared));
        Self { address, books }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn said(asked: &Asked, shared: &Mutex<Books>) -> Said {
        let refused = |error: &str| listener::json(400, &json!({ "error": error }));
        let form = asked.form();
        let of = |name: &str| form.get(name).cloned().unwrap_or_default();
        match asked.path.split('?').next().unwrap_or_default() {
            // What a person sees; `login` is who they say they are.
            "/authorize" => {
                let is_good = of("response_type") == "code"
                    && of("client_id") == "mcpgw"
                    && of("code_challenge_method") == "S256"
                    && of("scope") == "read write"
                    && of("resource").ends_with("/mcp");
                if !is_good {
                    return refused("invalid_request");
                }
                let mut back = url::Url::parse(&of("redirect_uri")).expect("a redirect URI");
                let code = format!("code-{}", form["code_challenge"]);
                let seated = shared.lock().expect("the books").login.clone();
                let login = form.get("login").cloned().or(seated).unwrap_or_default();
                let answer = if login.is_empty() { ("error", "access_denied") } else { ("code", code.as_str()) };
                back.query_pairs_mut().append_pair(answer.0, answer.1).append_pair("state", &of("state"));
                let known = (of("code_challenge"), of("redirect_uri"), login);
                shared.lock().expect("the books").codes.insert(code.clone(), known);
                (302, vec![("Location", back.into())], String::new())
            }
            "/token" => {
                let mut books = shared.lock().expect("the books");
                if of("client_id") != "mcpgw" || !of("resource").ends_with("/mcp") {
                    return refused("invalid_client");
                }
                if of("grant_type") == "refresh_token" {
                    books.renewals += 1;
                    if let Some((status, error)) = books.refusal {
                        return listener::json(status, &json!({ "error": error }));
                    }
                    let Some(user) = books.refresh.remove(&of("refresh_token")) else {
                        books.replayed += 1;
                        return refused("invalid_grant");
                    };
                    // Long enough for others to come.
                    let slowness = books.slowness.max(Duration::from_millis(300));
                    drop(books);
                    std::thread::sleep(slowness);
                    return shared.lock().expect("the books").give(&user);
                }
                let Some((challenge, redirect_uri, user)) = books.codes.remove(&of("code")) else {
                    return refused("invalid_grant");
                };
                let proven = URL_SAFE_NO_PAD.encode(Sha256::digest(of("code_verifier"))) == challenge;
                if !proven || of("redirect_uri") != redirect_uri {
                    return refused("invalid_grant");
                }
                books.give(&user)
            }
            _ => {
                let token = asked.header("authorization").and_then(|it| it.strip_prefix("Bearer ")).unwrap_or_default();
                match shared.lock().expect("the books").access.get(token).map(String::as_str) {
                    None => (401, Vec::new(), String::new()),
                    Some("guest") => (403, Vec::new(), String::new()),
                    Some(user) => {
                        let frame = serde_json::from_str(&asked.body).unwrap_or_default();
                        crate::oauth::answer(&frame, &format!("you are {user}"))
                    }
                }
            }
        }
    }

    fn books(&self) -> std::sync::MutexGuard<'_, Books> {
        self.books.lock().expect("the books")
    }

    /// The server takes none of its tokens any more.
    fn forget_access(&self) {
        self.books().access.clear();
    }
}

/// A gateway in front of a club.
struct Scene {
    home: Home,
    gateway: Gateway,
    club: Club,
}

impl Scene {
    fn new() -> Self {
        Self::with(&[])
    }

    /// With further variables for the gateway.
    fn with(env: &[(&str, &str)]) -> Self {
        let (home, club) = (Home::new(), Club::start());
        let (url, authorize, token) = (club.url("/mcp"), club.url("/authorize"), club.url("/token"));
        let oauth = ["--oauth-authorize-url", &authorize, "--oauth-token-url", &token, "--oauth-client-id", "mcpgw"];
        let add = ["--tenant", "acme", "server", "add", "club", "--url", &url, "--scope", "orders"];
        home.json(&[&add[..], &oauth, &["--oauth-scope", "read write"]].concat());
        let gateway = Gateway::start_with(&home, &[], &[&HS256[..], env].concat());
        Self { home, gateway, club }
    }

    /// With the operator signed in, and the tools listed.
    fn listed() -> Self {
        Self::new().with_tools()
    }

    fn with_tools(self) -> Self {
        let scene = self;
        let link = scene.cli(&["server", "sign-in", "club"])["url"].as_str().expect("a link").to_owned();
        assert_eq!(scene.follow(&link, "operator").status, 200);
        let ann = scene.token("ann");
        let listed = || {
            let listed = scene.rpc(&ann, "tools/list", json!({}));
            (listed["result"]["tools"][0]["name"] == "club__t").then_some(())
        };
        until(Duration::from_secs(10), listed).expect("its tools are listed once the operator has signed in");
        scene
    }

    /// The command line beside the gateway.
    fn cli(&self, args: &[&str]) -> Value {
        let public = self.gateway.url("");
        let env = [HS256[0], HS256[1], ("MCPGW_PUBLIC_URL", public.as_str())];
        let done = self.home.cli_with(&[&["--tenant", "acme", "--output", "json"], args].concat(), &env, "");
        serde_json::from_str(&done.stdout).unwrap_or_else(|_| panic!("{args:?}: {done:?}"))
    }

    fn token(&self, subject: &str) -> String {
        let args = ["token", "mint", "--tenant", "acme", "--subject", subject, "--groups", "orders"];
        self.home.cli_with(&args, &HS256, "").stdout.trim().to_owned()
    }

    fn rpc(&self, token: &str, method: &str, params: Value) -> Value {
        self.gateway.rpc_with(method, params, &[("Authorization", &bearer(token))])
    }

    /// What the tool says to the user of `token`.
    fn call(&self, token: &str) -> Told {
        Told::of(&self.rpc(token, "tools/call", json!({ "name": "club__t", "arguments": {} })))
    }

    /// One step of a browser that shows its page's origin and keeps `cookie`.
    fn step(&self, method: &str, url: &str, cookie: &str, form: &str) -> Response {
        let url = url::Url::parse(url).expect("a URL");
        let address = format!("{}:{}", url.host_str().expect("a host"), url.port().expect("a port"));
        let address = address.parse().expect("an address");
        let (path, origin) = (&url[url::Position::BeforePath..], self.gateway.url(""));
        let kind = "application/x-www-form-urlencoded";
        let headers =
            [("Cookie", cookie), ("Origin", &origin), ("Sec-Fetch-Site", "same-origin"), ("Content-Type", kind)];
        // Browsers say their origin where they post.
        let headers = if method == "POST" { &headers[..] } else { &headers[..1] };
        http::request(address, method, path, headers, form).expect("an answer")
    }

    /// As far as the authorization server's answer: where it sends the browser, and the browser's cookie.
    fn set_out(&self, link: &str, login: &str) -> (String, String) {
        let page = self.step("GET", link, "", "");
        assert_eq!(page.status, 200, "{page:?}");
        let form = link.split_once('?').expect("a query").1;
        let left = self.step("POST", &self.gateway.url("/oauth/start"), "", form);
        assert_eq!(left.status, 303, "{left:?}");
        let cookie = left.header("set-cookie").expect("a cookie").split(';').next().expect("a pair").to_owned();
        let sent = format!("{}&login={login}", left.header("location").expect("a location"));
        let back = self.step("GET", &sent, "", "");
        (back.header("location").unwrap_or_else(|| panic!("{back:?}")).to_owned(), cookie)
    }

    fn follow(&self, link: &str, login: &str) -> Response {
        let (back, cookie) = self.set_out(link, login);
        self.step("GET", &back, &cookie, "")
    }

    fn sign_in(&self, token: &str, login: &str) {
        let link = self.call(token).link();
        assert_eq!(self.follow(&link, login).status, 200);
    }
}

/// What a call was answered.
#[derive(Debug)]
struct Told {
    text: String,
    link: Option<String>,
}

impl Told {
    fn of(answer: &Value) -> Self {
        let result = &answer["result"];
        let text = result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
        let link = result["_meta"]["mcpgw/signInUrl"].as_str().map(str::to_owned);
        assert_eq!(result["isError"] == true, link.is_some(), "{answer}");
        Self { text, link }
    }

    fn link(self) -> String {
        self.link.unwrap_or_else(|| panic!("no link: {}", self.text))
    }
}

/// Only a browser knows what its policies make of our headers: `Origin`, cookies on the way back, `form-action`.
#[test]
fn a_person_signs_in_with_a_browser() {
    let Some(browser) = Browser::get() else { return };
    let scene = Scene::listed();
    let ann = scene.token("ann");
    scene.club.books().login = Some("ann".to_owned());
    let seen = browser.press(&scene.call(&ann).link());
    let page = |at: &str| seen[at]["text"].as_str().unwrap_or_else(|| panic!("{seen}")).to_owned();
    assert!(page("first").contains("ann (acme)") && page("first").contains(&scene.club.url("")), "{seen}");
    assert!(page("last").starts_with("You are signed in at club"), "{seen}");
    assert_eq!((&seen["last"]["status"], &seen["faults"]), (&json!(200), &json!([])), "{seen}");
    assert_eq!(scene.call(&ann).text, "you are ann");
    // Somebody who thinks better of it there.
    let bob = scene.token("bob");
    scene.club.books().login = None;
    let seen = browser.press(&scene.call(&bob).link());
    assert!(seen["last"]["text"].as_str().is_some_and(|it| it.starts_with("You are not signed in")), "{seen}");
    assert!(scene.call(&bob).link.is_some());
}

#[test]
fn every_call_is_made_with_the_token_of_the_user_who_makes_it() {
    let scene = Scene::listed();
    let (ann, bob) = (scene.token("ann"), scene.token("bob"));
    scene.sign_in(&ann, "ann");
    assert_eq!(scene.call(&ann).text, "you are ann");
    assert!(scene.call(&bob).link.is_some(), "neither the operator's nor ann's");
    // The operator's link is for the operator alone, though ann may well sign in there as somebody else.
    scene.sign_in(&bob, "robert");
    for (token, text) in [(&ann, "you are ann"), (&bob, "you are robert"), (&ann, "you are ann")] {
        assert_eq!(scene.call(token).text, text);
    }

    // A user whom the server does not want is no reason to leave it alone.
    let guest = scene.token("guest");
    scene.sign_in(&guest, "guest");
    for _ in 0..8 {
        let refused = scene.rpc(&guest, "tools/call", json!({ "name": "club__t", "arguments": {} }));
        assert_eq!(refused["error"]["code"], -32005, "{refused}");
    }
    assert_eq!(scene.call(&ann).text, "you are ann");

    let users = scene.cli(&["server", "sign-ins", "club"]);
    let subjects: BTreeSet<&str> =
        users["users"].as_array().expect("users").iter().filter_map(|user| user["subject"].as_str()).collect();
    assert_eq!(subjects, ["ann", "bob", "guest", "operator"].into(), "{users}");
    scene.cli(&["server", "sign-out", "club", "--subject", "ann"]);
    until(Duration::from_secs(8), || scene.call(&ann).link.map(drop)).expect("ann is signed out");
    assert_eq!(scene.call(&bob).text, "you are robert");

    // The tokens are nowhere in clear.
    let files = std::fs::read_dir(scene.home.path("")).expect("the home");
    let secrets: Vec<String> = scene.club.books().access.keys().cloned().collect();
    let mut read = 0;
    for file in files.flatten().filter(|file| file.path().is_file()) {
        let bytes = std::fs::read(file.path()).expect("a file");
        for secret in &secrets {
            assert!(!bytes.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()), "{secret} in {file:?}");
        }
        read += bytes.len();
    }
    assert!(read > 10_000, "the store was among them");
    let log = scene.gateway.log();
    assert!(secrets.iter().all(|secret| !log.contains(secret)) && !log.contains("code-"), "{log}");
}

#[test]
fn tokens_are_renewed_once_for_all_and_ended_sign_ins_are_noticed() {
    let scene = Scene::listed();
    let other = Gateway::start_with(&scene.home, &[], &HS256);
    let ann = scene.token("ann");
    scene.sign_in(&ann, "ann");
    let call = &|gateway: &Gateway| {
        let params = json!({ "name": "club__t", "arguments": {} });
        Told::of(&gateway.rpc_with("tools/call", params, &[("Authorization", &bearer(&ann))])).text
    };
    assert_eq!((call(&scene.gateway), call(&other)), ("you are ann".to_owned(), "you are ann".to_owned()));
    let renewals = scene.club.books().renewals;
    scene.club.forget_access();
    // Many at once at two replicas: one question in all, because a refresh token is good once.
    std::thread::scope(|scope| {
        let calls: Vec<_> = (0..20)
            .map(|at| [&scene.gateway, &other][at % 2])
            .map(|gateway| scope.spawn(move || call(gateway)))
            .collect();
        for text in calls.into_iter().map(|call| call.join().expect("an answer")) {
            assert_eq!(text, "you are ann");
        }
    });
    {
        let books = scene.club.books();
        assert_eq!((books.renewals - renewals, books.replayed), (1, 0));
    }
    // The authorization server has ended it.
    scene.club.forget_access();
    scene.club.books().refresh.clear();
    assert!(scene.call(&ann).link.is_some());
    scene.sign_in(&ann, "ann");
    assert_eq!(scene.call(&ann).text, "you are ann");

    // The server has moved: the token is not shown at the new place.
    let elsewhere = Club::start();
    let moved = listener::serve(move |asked| {
        assert!(asked.header("authorization").is_none_or(|it| !it.contains("access-")), "shown: {asked:?}");
        elsewhere_said(asked, &elsewhere)
    });
    let show = scene.cli(&["server", "show", "club"]);
    assert_eq!(show["oauth"]["redirect_uri"], scene.gateway.url("/oauth/callback/acme/club"), "{show}");
    scene.cli(&["--yes", "server", "remove", "club"]);
    let (authorize, token) = (scene.club.url("/authorize"), scene.club.url("/token"));
    let url = format!("http://{moved}/mcp");
    let oauth = ["--oauth-authorize-url", &authorize, "--oauth-token-url", &token, "--oauth-client-id", "mcpgw"];
    scene.cli(&[&["server", "add", "club", "--url", &url][..], &oauth].concat());
    let tested = scene.home.cli(&["--tenant", "acme", "server", "test", "club"]);
    assert!(tested.code != 0 && tested.stderr.contains("mcpgw server sign-in club"), "{tested:?}");
}

/// The call that found the token ended took the new one with it when its time was up: the user was signed out.
#[test]
fn a_renewal_that_outlasts_its_call_is_kept() {
    let scene = Scene::with(&[("DOWNSTREAM_TIMEOUT_MS", "1000")]).with_tools();
    let ann = scene.token("ann");
    scene.sign_in(&ann, "ann");
    assert_eq!(scene.call(&ann).text, "you are ann");
    let renewals = scene.club.books().renewals;
    scene.club.books().slowness = Duration::from_secs(3);
    scene.club.forget_access();
    let late = scene.rpc(&ann, "tools/call", json!({ "name": "club__t", "arguments": {} }));
    assert_eq!(late["error"]["code"], -32004, "{late}");
    let again = || {
        let answer = scene.rpc(&ann, "tools/call", json!({ "name": "club__t", "arguments": {} }));
        assert!(answer["result"]["_meta"]["mcpgw/signInUrl"].is_null(), "signed out: {answer}");
        (answer["result"]["content"][0]["text"] == "you are ann").then_some(())
    };
    until(Duration::from_secs(12), again).expect("the new token serves");
    let books = scene.club.books();
    assert_eq!((books.renewals - renewals, books.replayed), (1, 0));
}

/// Refusals that were no `invalid_grant`, GitHub's among them, counted against the server for all users, and led nowhere.
#[test]
fn a_refused_renewal_ends_one_sign_in_and_nothing_else() {
    let scene = Scene::listed();
    let (ann, bob) = (scene.token("ann"), scene.token("bob"));
    scene.sign_in(&bob, "bob");
    for refusal in [(200, "bad_refresh_token"), (400, "unauthorized_client"), (400, "invalid_grant")] {
        scene.sign_in(&ann, "ann");
        assert_eq!(scene.call(&ann).text, "you are ann");
        scene.club.books().access.retain(|_, user| user != "ann");
        scene.club.books().refusal = Some(refusal);
        assert!(scene.call(&ann).link.is_some(), "{refusal:?}");
    }
    // The authorization server's own trouble: nobody is signed out, and the server is not taken for sick.
    scene.sign_in(&ann, "ann");
    scene.club.books().access.retain(|_, user| user != "ann");
    for refusal in [(400, "temporarily_unavailable"), (200, "slow_down"), (401, "invalid_client"), (503, "x")] {
        scene.club.books().refusal = Some(refusal);
        for _ in 0..3 {
            let failed = scene.rpc(&ann, "tools/call", json!({ "name": "club__t", "arguments": {} }));
            assert_eq!(failed["error"]["code"], -32005, "{refusal:?}: {failed}");
            assert_eq!(failed["error"]["data"]["reason"], "no_user_token", "{refusal:?}: {failed}");
        }
    }
    assert_eq!(scene.call(&bob).text, "you are bob", "the circuit is closed");
    scene.club.books().refusal = None;
    assert_eq!(scene.call(&ann).text, "you are ann");
    // A token of which nothing is said serves until the server does not take it.
    scene.club.books().endless = true;
    let carl = scene.token("carl");
    scene.sign_in(&carl, "carl");
    assert_eq!(scene.call(&carl).text, "you are carl");
    scene.club.forget_access();
    assert!(scene.call(&carl).link.is_some());
}

fn elsewhere_said(asked: &Asked, club: &Club) -> Said {
    Club::said(asked, &club.books)
}

#[test]
fn links_and_answers_that_are_not_good_sign_nobody_in() {
    let scene = Scene::listed();
    let (ann, bob) = (scene.token("ann"), scene.token("bob"));
    let link = scene.call(&ann).link();
    let page = scene.step("GET", &link, "", "");
    assert!(page.body.contains("ann (acme)") && page.body.contains(&scene.club.url("")), "{page:?}");
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!((page.header("cache-control"), page.header("referrer-policy")), (Some("no-store"), Some("same-origin")));

    // A link that was changed, or is none.
    for bad in
        [link.replace("link=", "link=A"), scene.gateway.url("/oauth/start"), scene.gateway.url("/oauth/start?link=x")]
    {
        let refused = scene.step("GET", &bad, "", "");
        assert_eq!(refused.status, 400, "{refused:?}");
    }
    // Another site that presses the button.
    let form = link.split_once('?').expect("a query").1;
    for headers in [&[("Origin", "http://localhost:1")][..], &[("Sec-Fetch-Site", "cross-site")], &[]] {
        let kind = ("Content-Type", "application/x-www-form-urlencoded");
        let refused = scene.gateway.request("POST", "/oauth/start", &[headers, &[kind]].concat(), form);
        assert_eq!((refused.status, refused.header("location")), (400, None), "{headers:?} {refused:?}");
    }

    let (back, cookie) = scene.set_out(&link, "ann");
    let other = scene.set_out(&scene.call(&bob).link(), "bob");
    let elsewhere = back.replace("/acme/club", "/acme/klub");
    let unknown_code = back.replace("code=code-", "code=other-");
    for (url, cookie, why) in [
        (&back, "", "without the cookie"),
        (&back, other.1.as_str(), "another browser's cookie"),
        (&elsewhere, cookie.as_str(), "another server's address"),
        (&back.replace("state=", "state=x"), &cookie, "a state that was changed"),
        (&unknown_code, &cookie, "a code of nobody's"),
    ] {
        let refused = scene.step("GET", url, cookie, "");
        assert!(matches!(refused.status, 400 | 502), "{why}: {refused:?}");
        assert!(refused.body.contains("You are not signed in"), "{why}: {refused:?}");
    }
    let refused = scene.follow(&link, "");
    assert!(refused.status == 400 && refused.body.contains("access_denied"), "{refused:?}");
    assert!(scene.call(&ann).link.is_some() && scene.call(&bob).link.is_some(), "nobody is signed in");
    // The good one is good, and its code once.
    assert_eq!(scene.step("GET", &back, &cookie, "").status, 200);
    assert_eq!(scene.step("GET", &back, &cookie, "").status, 502);
    assert_eq!(scene.call(&ann).text, "you are ann");
}

#[test]
fn clients_that_open_links_are_asked_to_in_their_own_way() {
    let scene = Scene::listed();
    let ann = bearer(&scene.token("ann"));
    let both = ("Accept", "application/json, text/event-stream");

    // The session era: an error with the link, and word when it is done.
    let hello = json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": { "elicitation": { "form": {}, "url": {} } },
        "clientInfo": { "name": "test", "version": "1" } } });
    let opened = scene.gateway.post("/mcp", &[("Authorization", &ann), both], &hello.to_string());
    let session = opened.header("mcp-session-id").expect("a session").to_owned();
    let with = [("Authorization", ann.as_str()), ("Mcp-Session-Id", &session), both];
    let mut stream = Kept::open(scene.gateway.address());
    stream.get("/mcp", &[("Authorization", &ann), ("Mcp-Session-Id", &session), ("Accept", "text/event-stream")]);
    assert_eq!(stream.head().0, 200);
    let params = json!({ "name": "club__t", "arguments": {} });
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params }).to_string();
    let asked = event_or_json(&scene.gateway.post("/mcp", &with, &body));
    let elicitation = &asked["error"]["data"]["elicitations"][0];
    assert_eq!((&asked["error"]["code"], &elicitation["mode"]), (&json!(-32042), &json!("url")), "{asked}");
    assert_eq!(scene.follow(elicitation["url"].as_str().expect("a link"), "ann").status, 200);
    let told = stream.event();
    assert_eq!(told["method"], "notifications/elicitation/complete", "{told}");
    assert_eq!(told["params"]["elicitationId"], elicitation["elicitationId"], "{told}");
    let done = event_or_json(&scene.gateway.post("/mcp", &with, &body));
    assert_eq!(done["result"]["content"][0]["text"], "you are ann", "{done}");

    // 2026-07-28: a question in the result; the answer to it goes no further than here.
    let bob = bearer(&scene.token("bob"));
    let modern = |answers: Option<Value>| {
        let meta = json!({ "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientCapabilities": { "elicitation": { "url": {} } } });
        let mut params = json!({ "name": "club__t", "arguments": {}, "_meta": meta });
        if let Some(answers) = answers {
            params["inputResponses"] = json!({ "mcpgw-sign-in": answers });
        }
        let headers = [
            ("Authorization", bob.as_str()),
            both,
            ("MCP-Protocol-Version", MODERN),
            ("Mcp-Method", "tools/call"),
            ("Mcp-Name", "club__t"),
        ];
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params }).to_string();
        event_or_json(&scene.gateway.post("/mcp", &headers, &body))
    };
    let asked = modern(None);
    let question = &asked["result"]["inputRequests"]["mcpgw-sign-in"];
    assert_eq!(
        (&asked["result"]["resultType"], &question["method"]),
        (&json!("input_required"), &json!("elicitation/create")),
        "{asked}"
    );
    let again = modern(Some(json!({ "action": "accept" })));
    assert_eq!(again["result"]["resultType"], "input_required", "said yes, and has not done it: {again}");
    let declined = modern(Some(json!({ "action": "decline" })));
    assert_eq!(
        (&declined["result"]["isError"], &declined["result"]["_meta"]["mcpgw/signInUrl"]),
        (&json!(true), &Value::Null),
        "{declined}"
    );
    assert_eq!(scene.follow(question["params"]["url"].as_str().expect("a link"), "bob").status, 200);
    let done = modern(Some(json!({ "action": "accept" })));
    assert_eq!(done["result"]["content"][0]["text"], "you are bob", "{done}");
}

fn event_or_json(answer: &Response) -> Value {
    let data = answer.body.lines().filter_map(|line| line.strip_prefix("data: ")).find(|data| !data.is_empty());
    serde_json::from_str(data.unwrap_or(&answer.body)).unwrap_or_else(|_| panic!("{answer:?}"))
}
