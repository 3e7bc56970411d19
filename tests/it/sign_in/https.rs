//! Sign-in where browsers reach the gateway by https.

use super::Scene;

#[test]
fn the_cookie_of_a_sign_in_over_https_is_our_hosts_alone() {
    let scene = Scene::with(&[("MCPGW_PUBLIC_URL", "https://gw.example")]);
    let link = scene.cli(&["server", "sign-in", "club"])["url"].as_str().expect("a link").to_owned();
    let form = link.split_once('?').expect("a query").1;
    let left = scene.step("POST", &scene.gateway.url("/oauth/start"), "", form);
    assert_eq!(left.status, 303, "{left:?}");
    let cookie = left.header("set-cookie").expect("a cookie").to_owned();
    assert!(cookie.starts_with("__Host-mcpgw_sign_in_"), "{cookie}");
    assert!(cookie.contains("; Path=/;") && cookie.ends_with("; Secure") && !cookie.contains("Domain"), "{cookie}");
    let pair = cookie.split(';').next().expect("a pair");
    let sent = format!("{}&login=operator", left.header("location").expect("a location"));
    let back = scene.step("GET", &sent, "", "").header("location").expect("a location").to_owned();
    let back = back.strip_prefix("https://gw.example").expect("our address");
    let other = pair.replace("__Host-", "");
    assert_eq!(scene.gateway.request("GET", back, &[("Cookie", &other)], "").status, 400, "under another name");
    let done = scene.gateway.request("GET", back, &[("Cookie", pair)], "");
    assert_eq!(done.status, 200, "{done:?}");
}
