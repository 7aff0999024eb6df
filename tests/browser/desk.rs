//! What a person at the desk does.

use majibu::core::care::Status;

use crate::{
    house::{NAME, PASSWORD, at_desk, house, one_phone_pays_for_two, pay_for_nothing},
    webdriver::Window,
};

const WIDE: Window = Window::Desktop(1280, 900);

#[tokio::test(flavor = "multi_thread")]
async fn somebody_logs_in_looks_around_acts_and_finds_it_in_the_log() {
    at_desk(WIDE, house().await, |page, world| async move {
        page.until_says("Nothing waits for you.").await;
        page.follow("Administrators").await;
        page.until_says("by the configuration").await;
        page.act("/admin/admins/otieno/disable", &[], "left the house")
            .await;
        assert_eq!(page.text(".notice").await, "otieno is shut out.");
        page.follow("Audit log").await;
        page.until_says("disable_admin").await;
        let first = page.text("tbody tr").await;
        for word in [NAME, "disable_admin", "otieno", "left the house"] {
            assert!(first.contains(word), "{word}: {first}");
        }
        page.fill("input[name=actor]", "(service)").await;
        page.click(".search button").await;
        page.until_says("No line fits.").await;
        page.click(".who button").await;
        page.until("the login", "location.pathname === '/admin/login'")
            .await;
        // Back shows nothing of what was there.
        page.go("/admin/audit").await;
        page.until("the login", "location.pathname === '/admin/login'")
            .await;
        page.log_in("njeri", PASSWORD).await;
        page.go("/admin/admins").await;
        page.until_says("may log in").await;
        let forms = page
            .script("return document.querySelectorAll('.act').length")
            .await;
        assert_eq!(forms, 0, "a viewer is offered nothing");
        world
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn i_paid_and_got_nothing() {
    let world = house().await;
    let amina = world.registered("0712345678").await;
    pay_for_nothing(&world).await;
    assert_eq!(world.balance(&amina).await, 0);
    at_desk(WIDE, world, move |page, world| async move {
        // She reads the receipt out of M-Pesa's SMS.
        page.follow("Players").await;
        page.until_says("Number, receipt or id").await;
        page.fill("input[name=q]", "UKM1A2B3C4").await;
        page.click("main .search button").await;
        page.until_says("nobody's").await;
        assert!(page.text("tbody").await.contains("parked"));
        page.picture("complaint-1-found").await;
        page.follow("Parked").await;
        page.until_says("unknown deposit").await;
        let fields = [("msisdn", "0712 345 678")];
        let told = page
            .act(
                "/assign",
                &fields,
                "receipt UKM1A2B3C4 read out by the payer",
            )
            .await;
        assert_eq!(
            told,
            "KES 150 of UKM1A2B3C4 is in the wallet of +254712345678."
        );
        page.picture("complaint-2-assigned").await;
        // Her story has it, and she was told.
        page.follow("Players").await;
        page.until_says("Number, receipt or id").await;
        page.fill("input[name=q]", "0712 345 678").await;
        page.click("main .search button").await;
        page.until_says("+254712345678").await;
        page.until_says("UKM1A2B3C4").await;
        page.picture("complaint-3-story").await;
        assert_eq!(world.balance(&amina).await, 15_000);
        world.run_due().await;
        assert!(world.last_sms(&amina).contains("KES 150 received"));
        page.follow("Audit log").await;
        page.until_says("read out by the payer").await;
        world
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_player_is_excluded_at_the_desk_and_at_once() {
    let world = house().await;
    let amina = world.funded("0712345678", 200).await;
    at_desk(WIDE, world, move |page, world| async move {
        page.go("/admin/players?q=0712345678").await;
        page.until_says("+254712345678").await;
        let told = page
            .act("/exclude", &[("days", "30")], "asked for it by phone")
            .await;
        assert!(told.starts_with("Excluded until 2026-12-22"), "{told}");
        page.until_says("excluded").await;
        let player = world.report(&amina).await.player;
        assert_eq!(player.status, Status::Excluded);
        // On the next dial she is told, and offered no game.
        let screen = crate::support::dial(&amina).await;
        assert_eq!(screen.name.as_deref(), Some("excluded"), "{}", screen.text);
        amina.drop_session();
        page.follow("Audit log").await;
        page.until_says("asked for it by phone").await;
        world
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_of_the_fair_play_watch_is_found_and_judged() {
    let world = house().await;
    for number in ["0722000002", "0110000003"] {
        world.registered(number).await;
    }
    one_phone_pays_for_two(&world).await;
    at_desk(WIDE, world, move |page, world| async move {
        page.go("/admin").await;
        page.until_says("cases of the fair play watch are open")
            .await;
        page.follow("Fair play").await;
        page.until_says("One phone pays for several").await;
        page.follow("One phone pays for several").await;
        page.until_says("Evidence").await;
        // From the case to one of its players, and from there back to it.
        page.follow("+254722000002").await;
        page.until_says("Open cases of the fair play watch").await;
        page.follow("One phone pays for several").await;
        page.until_says("Evidence").await;
        let fields = [("verdict", "dismissed")];
        let told = page
            .act("/review", &fields, "a shop that pays for its customers")
            .await;
        assert_eq!(told, "The case is dismissed.");
        page.follow("Fair play").await;
        page.until_says("Nothing waits for you.").await;
        page.follow("Audit log").await;
        page.until_says("a shop that pays for its customers").await;
        world
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_above_the_limit_takes_a_second_person() {
    let world = house().await;
    let amina = world.registered("0712345678").await;
    at_desk(WIDE, world, move |page, world| async move {
        page.go("/admin/players?q=0712345678").await;
        page.until_says("+254712345678").await;
        let fields = [("kind", "from_house"), ("amount", "1500")];
        let told = page.act("/adjust", &fields, "a game that we broke").await;
        assert!(told.starts_with("Proposed: KES 1,500"), "{told}");
        assert_eq!(world.balance(&amina).await, 0);
        page.go("/admin").await;
        page.until_says("wait for a second administrator").await;
        page.go("/admin/adjustments").await;
        page.until_says("a game that we broke").await;
        page.click(".who button").await;
        page.until("the login", "location.pathname === '/admin/login'")
            .await;
        page.log_in("kamau", PASSWORD).await;
        page.go("/admin/adjustments").await;
        let told = page.act("/approve", &[], "seen the broken game").await;
        assert_eq!(told, "Approved and booked: KES 1,500.");
        assert_eq!(world.balance(&amina).await, 150_000);
        page.follow("Audit log").await;
        page.until_says("seen the broken game").await;
        world
    })
    .await;
}
