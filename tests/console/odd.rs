//! What nobody asks for in earnest: refused politely, nothing leaked, nothing run.

use majibu::{
    core::{msisdn::Msisdn, operator::Role},
    store::AuditFilter,
};
use reqwest::Method;

use crate::{
    browser::{Answer, Browser, logged_in, with_console},
    support::{World, by},
};

/// The headers that every answer has.
fn is_guarded(answer: &Answer) {
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cache-control", "no-store"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    assert!(
        !answer.has("<script") && !answer.has(" style="),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn odd_search_strings_are_looked_for_or_refused_politely() {
    let world = World::with(with_console).await;
    let mut browser = logged_in(&world, Role::Viewer).await;
    let long = "x".repeat(10_000);
    for text in [
        "' or '1'='1",
        "'; drop table audit; --",
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "%",
        "\\",
        "{{7*7}}",
        "../../etc/passwd",
        "\u{202e}\u{0}\u{ffff}",
        "ÄÖÜ 🎲",
        &long,
    ] {
        for field in [
            "actor", "action", "subject", "id", "before", "day", "locale", "nothing",
        ] {
            for page in ["/admin/audit", "/admin", "/admin/menu"] {
                let query = [(field, text), ("subject", "player")];
                let request = browser.request(Method::GET, page).query(&query);
                let answer = browser.send(request).await;
                let status = answer.status.as_u16();
                assert!(
                    status == 200 || status == 400,
                    "{page} {field} {text}: {status}"
                );
                assert_eq!(
                    status == 400,
                    text.len() > 2_000 || answer.has("could not be read")
                );
                is_guarded(&answer);
                assert!(!answer.has("onerror=alert(1)>"), "{}", answer.body);
            }
        }
    }
    for path in [
        "/admin/admins/%00/disable",
        "/admin/%00",
        "/admin/login?to=%00",
    ] {
        assert_eq!(browser.get(path).await.status.as_u16(), 400, "{path}");
    }
    let token = browser.token("/admin").await;
    let form = [("token", token.as_str()), ("reason", "a\u{0}b")];
    let answer = browser.post("/admin/admins/otieno/disable", &form).await;
    assert_eq!(answer.status.as_u16(), 400);
    for query in ["%", "%ff%fe", "actor=%c3%28", "=", "&&&", "actor", "days=x"] {
        let answer = browser.get(&format!("/admin/audit?{query}")).await;
        assert!(matches!(answer.status.as_u16(), 200 | 400), "{query}");
        is_guarded(&answer);
    }
    world.check().await;
}

#[tokio::test]
async fn what_somebody_wrote_is_shown_and_never_run() {
    let world = World::with(with_console).await;
    let phone = world.funded("0712345678", 100).await;
    let body = crate::support::msisdn(&phone);
    assert_eq!(Msisdn::parse("0712345678").as_ref(), Ok(&body));
    let script = "<script>alert('x')</script><img src=x onerror=y>";
    world
        .app()
        .add_admin(
            "njeri",
            Role::Viewer,
            &"a long password".into(),
            &by(script),
        )
        .await
        .expect("added");
    let rows = world
        .app()
        .audit_log(&AuditFilter::default(), 10)
        .await
        .expect("rows");
    assert!(
        rows.iter().any(|row| row.reason == script),
        "kept as it was written"
    );
    let mut browser = logged_in(&world, Role::Viewer).await;
    let page = browser.get("/admin/audit").await;
    is_guarded(&page);
    assert!(
        page.has("&lt;script&gt;alert('x')&lt;/script&gt;"),
        "{}",
        page.body
    );
    assert!(!page.has("<img"), "{}", page.body);
    // A notice comes back in a cookie, which somebody may have written.
    browser.cookies.insert(
        "majibu_notice".into(),
        "+%3Cscript%3Ex%3C%2Fscript%3E".into(),
    );
    let page = browser.get("/admin/audit").await;
    is_guarded(&page);
    assert!(page.has("&lt;script&gt;x&lt;/script&gt;"), "{}", page.body);
    for odd in ["", "+", "-%ff%fe", "?", "%"] {
        browser.cookies.insert("majibu_notice".into(), odd.into());
        assert_eq!(
            browser.get("/admin/audit").await.status.as_u16(),
            200,
            "{odd}"
        );
    }
    world.check().await;
}

#[tokio::test]
async fn every_answer_is_guarded_also_a_refusal() {
    let world = World::with(with_console).await;
    let mut browser = Browser::new(&world);
    is_guarded(&browser.get("/admin/login").await);
    is_guarded(&browser.get("/admin").await);
    is_guarded(&browser.log_in("admin", "wrong").await);
    is_guarded(
        &browser
            .get(&format!("/admin/login?to={}", "x".repeat(5_000)))
            .await,
    );
    let mut browser = logged_in(&world, Role::Viewer).await;
    let missing = browser.get("/admin/no/such/page").await;
    assert_eq!(missing.status.as_u16(), 404);
    assert!(missing.has("There is nothing at this address."));
    is_guarded(&missing);
    let wrong = browser.request(Method::PUT, "/admin/audit");
    let wrong = browser.send(wrong).await;
    assert_eq!(wrong.status.as_u16(), 404);
    is_guarded(&wrong);
    world.check().await;
}

#[tokio::test]
async fn a_form_that_is_too_large_is_not_read() {
    let world = World::with(with_console).await;
    let mut browser = logged_in(&world, Role::Finance).await;
    let token = browser.token("/admin").await;
    let huge = "x".repeat(100_000);
    let form = [("token", token.as_str()), ("reason", &huge)];
    let answer = browser.post("/admin/admins/otieno/disable", &form).await;
    assert_eq!(answer.status.as_u16(), 413);
    is_guarded(&answer);
    let answer = browser.log_in("admin", &huge).await;
    assert_eq!(answer.status.as_u16(), 413);
    // As long as is taken, and no password all the same.
    let answer = browser.log_in("admin", &"x".repeat(20_000)).await;
    assert_eq!(answer.status.as_u16(), 403);
    for body in ["", "\u{0}", "name=%ff", "[]", "name=admin"] {
        let request = browser
            .request(Method::POST, "/admin/login")
            .body(body.to_owned());
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        assert_eq!(browser.send(request).await.status.as_u16(), 400, "{body:?}");
    }
    world.check().await;
}

#[tokio::test]
async fn the_style_sheet_is_kept_and_nothing_else_is() {
    let world = World::with(with_console).await;
    let mut browser = Browser::new(&world);
    let login = browser.get("/admin/login").await;
    let (_, rest) = login
        .body
        .split_once("rel=\"stylesheet\" href=\"")
        .expect("a style sheet");
    let address = rest.split('"').next().expect("an address").to_owned();
    let sheet = browser.get(&address).await;
    assert_eq!(sheet.status.as_u16(), 200);
    assert_eq!(sheet.header("content-type"), "text/css; charset=utf-8");
    assert!(sheet.header("cache-control").contains("immutable"));
    assert_eq!(sheet.header("x-content-type-options"), "nosniff");
    world.check().await;
}
