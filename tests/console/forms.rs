//! Forms: only those of this session, only by who may, only with a reason; what was done is told once.

use majibu::core::operator::Role;
use reqwest::Method;

use crate::{
    browser::{Browser, PASSWORD, logged_in, with_console},
    support::{World, by},
};

const PATH: &str = "/admin/admins/otieno/disable";

/// A world with somebody to be disabled.
async fn world() -> World {
    let world = World::with(with_console).await;
    let role = Role::Support;
    world
        .app()
        .add_admin("otieno", role, &PASSWORD.into(), &by("test"))
        .await
        .expect("added");
    world
}

async fn may_log_in(world: &World) -> bool {
    let admins = world.app().administrators().await.expect("a list");
    let otieno = admins.iter().find(|admin| admin.name == "otieno");
    otieno.expect("added").disabled_at.is_none()
}

#[tokio::test]
async fn an_act_needs_a_reason_and_stands_in_the_log_with_it() {
    let world = world().await;
    let mut browser = logged_in(&world, Role::Finance).await;
    let page = browser.get("/admin/admins").await;
    assert!(page.has(PATH), "{}", page.body);
    for reason in ["", "  \n ", &"x".repeat(501)] {
        let page = browser
            .act("/admin/admins", PATH, &[("reason", reason)])
            .await;
        assert!(
            page.has("A reason is needed, of at most 500 characters."),
            "{}",
            page.body
        );
        assert!(may_log_in(&world).await);
    }
    let reason = "left the house <b>today</b>";
    let page = browser
        .act("/admin/admins", PATH, &[("reason", reason)])
        .await;
    assert!(page.has("otieno is shut out."), "{}", page.body);
    assert!(!may_log_in(&world).await);
    let again = browser.get("/admin/admins").await;
    assert!(!again.has("otieno is shut out."), "it is told once");
    assert!(!again.has(PATH), "nothing is offered that was done");
    let log = browser.get("/admin/audit?action=disable_admin").await;
    assert!(
        log.has("finance-1") && log.has("left the house &lt;b&gt;today&lt;/b&gt;"),
        "{}",
        log.body
    );
    // Sent twice, it is refused in words.
    let page = browser
        .act("/admin/admins", PATH, &[("reason", reason)])
        .await;
    assert!(
        page.has("There is no administrator of that name who may log in."),
        "{}",
        page.body
    );
    world.check().await;
}

#[tokio::test]
async fn a_form_without_the_token_of_its_session_does_nothing() {
    let world = world().await;
    let mut other = logged_in(&world, Role::Viewer).await;
    let foreign = other.token("/admin").await;
    let mut browser = logged_in(&world, Role::Finance).await;
    let own = browser.token("/admin").await;
    assert_ne!(own, foreign);
    let almost = &own[..own.len() - 1];
    for token in ["", "x", &foreign, almost] {
        let form = [("token", token), ("reason", "a reason")];
        let answer = browser.post(PATH, &form).await;
        assert_eq!(answer.status.as_u16(), 403, "{token}");
        assert!(answer.has("Nothing was done."), "{}", answer.body);
    }
    let answer = browser.post(PATH, &[("reason", "a reason")]).await;
    assert_eq!(answer.status.as_u16(), 403);
    // In the address it does not count.
    let answer = browser
        .post(&format!("{PATH}?token={own}"), &[("reason", "a reason")])
        .await;
    assert_eq!(answer.status.as_u16(), 403);
    assert!(may_log_in(&world).await);
    // Logging out is a form like any other.
    assert_eq!(
        browser.post("/admin/logout", &[]).await.status.as_u16(),
        403
    );
    assert_eq!(browser.get("/admin").await.status.as_u16(), 200);
    world.check().await;
}

#[tokio::test]
async fn a_form_of_another_site_does_nothing_even_with_the_token() {
    let world = world().await;
    let mut browser = logged_in(&world, Role::Finance).await;
    let token = browser.token("/admin").await;
    let form = [
        ("token", token.as_str()),
        ("reason", "a reason"),
        ("back", "/admin/admins"),
    ];
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "http://127.0.0.1"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let request = browser
            .request(Method::POST, PATH)
            .form(&form)
            .header(name, value);
        assert_eq!(
            browser.send(request).await.status.as_u16(),
            403,
            "{name}: {value}"
        );
        let login = [("name", "admin"), ("password", PASSWORD)];
        let request = browser.request(Method::POST, "/admin/login").form(&login);
        let request = request.header(name, value);
        assert_eq!(
            browser.send(request).await.status.as_u16(),
            403,
            "login, {name}: {value}"
        );
    }
    assert!(may_log_in(&world).await);
    let request = browser.request(Method::POST, PATH).form(&form);
    let request = request
        .header("origin", world.base())
        .header("sec-fetch-site", "same-origin");
    assert_eq!(browser.send(request).await.status.as_u16(), 303);
    assert!(!may_log_in(&world).await);
    world.check().await;
}

#[tokio::test]
async fn a_role_that_is_too_low_gets_a_plain_no() {
    let world = world().await;
    for role in [Role::Viewer, Role::Support] {
        let mut browser = logged_in(&world, role).await;
        let page = browser.get("/admin/admins").await;
        assert!(
            page.has("otieno") && !page.has(PATH),
            "what they may not is not offered"
        );
        let token = browser.token("/admin").await;
        let answer = browser
            .post(PATH, &[("token", &token), ("reason", "a reason")])
            .await;
        assert_eq!(answer.status.as_u16(), 403);
        assert!(answer.has("It takes the role finance."), "{}", answer.body);
    }
    assert!(may_log_in(&world).await);
    world.check().await;
}

#[tokio::test]
async fn another_role_holds_from_the_next_page_on() {
    let world = world().await;
    let mut otieno = Browser::new(&world);
    otieno.log_in("otieno", PASSWORD).await;
    assert!(
        !otieno
            .get("/admin/admins")
            .await
            .has("<form method=\"post\" action=\"/admin/admins")
    );
    let mut browser = logged_in(&world, Role::Finance).await;
    let path = "/admin/admins/otieno/role";
    let fields = [("role", "finance"), ("reason", "takes over")];
    let page = browser.act("/admin/admins", path, &fields).await;
    assert!(
        page.has("otieno has the role finance from now on."),
        "{}",
        page.body
    );
    let log = browser.get("/admin/audit?action=admin_role").await;
    assert!(
        log.has("support to finance") && log.has("takes over"),
        "{}",
        log.body
    );
    assert!(
        otieno
            .get("/admin/admins")
            .await
            .has("/admin/admins/finance-1/disable")
    );
    for (role, why) in [
        ("root", "No such role: viewer, support or finance."),
        ("", "No such role"),
    ] {
        let fields = [("role", role), ("reason", "a test")];
        let page = browser.act("/admin/admins", path, &fields).await;
        assert!(page.has(why), "{}", page.body);
    }
    let page = browser
        .act("/admin/admins", path, &[("reason", "no role")])
        .await;
    assert!(
        page.has("Something in the form is missing"),
        "{}",
        page.body
    );
    world.check().await;
}

#[tokio::test]
async fn nobody_shuts_themselves_out_or_the_one_of_the_configuration() {
    let world = world().await;
    let mut browser = logged_in(&world, Role::Finance).await;
    for (name, why) in [
        ("finance-1", "Nobody shuts themselves out."),
        ("admin", "is the administrator of the configuration"),
        ("nobody", "There is no administrator of that name"),
    ] {
        let path = format!("/admin/admins/{name}/disable");
        let page = browser
            .act("/admin/admins", &path, &[("reason", "a test")])
            .await;
        assert!(page.has(why), "{name}: {}", page.body);
    }
    world.check().await;
}

#[tokio::test]
async fn who_is_not_logged_in_does_nothing() {
    let world = world().await;
    let mut browser = Browser::new(&world);
    let answer = browser
        .post(PATH, &[("token", "x"), ("reason", "a reason")])
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.to()),
        (303, "/admin/login?to=%2Fadmin")
    );
    assert!(may_log_in(&world).await);
    world.check().await;
}

#[tokio::test]
async fn an_act_leads_back_into_the_console_and_nowhere_else() {
    let world = world().await;
    let mut browser = logged_in(&world, Role::Finance).await;
    let token = browser.token("/admin").await;
    for back in [
        "https://evil.example/",
        "//evil.example",
        "/admin\r\nset-cookie: a=b",
        "",
    ] {
        let form = [("token", token.as_str()), ("reason", ""), ("back", back)];
        let answer = browser.post(PATH, &form).await;
        assert_eq!(answer.status.as_u16(), 303, "{back:?}");
        assert!(
            answer.to().starts_with("/admin"),
            "{back:?}: {}",
            answer.to()
        );
        assert!(!answer.to().contains('\r'));
    }
    for to in ["https://evil.example/", "//evil.example"] {
        let form = [("name", "otieno"), ("password", PASSWORD), ("to", to)];
        assert_eq!(browser.post("/admin/login", &form).await.to(), "/admin");
    }
    world.check().await;
}
