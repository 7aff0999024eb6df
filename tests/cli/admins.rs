//! `majibu admin`: who may use the console.

use serde_json::json;

use crate::binary::{House, client};

const PASSWORD: &str = "kahawa na maziwa";

#[test]
fn administrators_are_added_listed_shut_out_and_let_in_again() {
    let house = House::new();
    let said = house.run(&["admin", "list"]).ended(0);
    assert!(said.stdout.contains("the console is off"), "{said:?}");
    let add = |name: &str, role: &str, password: &str| {
        let arguments = ["admin", "add", name, "--role", role, "--password-stdin"];
        house.run_reading(password, &arguments)
    };
    add("wanjiru", "finance", PASSWORD).ended(0);
    add("otieno", "support", &format!("{PASSWORD}\r\n")).ended(0);
    for (name, role, password, code, why) in [
        (
            "wanjiru",
            "viewer",
            PASSWORD,
            1,
            "there is an administrator of that name",
        ),
        (
            "admin",
            "viewer",
            PASSWORD,
            2,
            "`admin` is the administrator of the configuration",
        ),
        (
            "(player)",
            "viewer",
            PASSWORD,
            2,
            "a name is 1 to 40 small letters",
        ),
        ("njeri", "viewer", "short", 2, "at least 10 characters"),
        ("njeri", "viewer", "", 2, "at least 10 characters"),
        ("njeri", "root", PASSWORD, 2, "viewer, support or finance"),
    ] {
        let said = add(name, role, password).ended(code);
        assert!(said.stderr.contains(why), "{said:?}");
    }
    house
        .run(&["admin", "disable", "otieno", "--reason", "left the house"])
        .ended(0);
    house.run(&["admin", "disable", "otieno"]).ended(1);
    house.run(&["admin", "disable", "nobody"]).ended(1);
    let list = house.run(&["admin", "list", "--json"]).ended(0).json();
    let rows = list.as_array().expect("a list");
    let short: Vec<_> = rows
        .iter()
        .map(|row| (&row["name"], &row["role"], &row["is_disabled"]))
        .collect();
    let (wanjiru, otieno) = (json!("wanjiru"), json!("otieno"));
    let (finance, support) = (json!("finance"), json!("support"));
    assert_eq!(
        short,
        [
            (&otieno, &support, &json!(true)),
            (&wanjiru, &finance, &json!(false))
        ]
    );
    let text = house.run(&["admin", "list"]).ended(0).stdout;
    assert!(
        !text.contains("argon2") && text.contains("disabled"),
        "{text}"
    );
    house.run(&["admin", "role", "otieno", "viewer"]).ended(0);
    house.run(&["admin", "role", "nobody", "viewer"]).ended(1);
    house.run(&["admin", "role", "otieno", "root"]).ended(2);
    let arguments = ["admin", "password", "otieno", "--password-stdin"];
    house.run_reading("another password", &arguments).ended(0);
    let list = house.run(&["admin", "list", "--json"]).ended(0).json();
    assert_eq!(
        (&list[0]["is_disabled"], &list[0]["role"]),
        (&json!(false), &json!("viewer"))
    );
}

#[test]
fn a_hash_is_made_of_what_is_on_standard_input() {
    let house = House::new();
    let said = house.run_reading(PASSWORD, &["admin", "hash", "--password-stdin"]);
    let said = said.ended(0);
    let hash = said.stdout.trim_end();
    assert!(
        hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{said:?}"
    );
    assert!(!format!("{said:?}").contains(PASSWORD));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_hash_in_the_configuration_lets_its_password_in() {
    let mut house = House::new();
    let said = house.run_reading(PASSWORD, &["admin", "hash", "--password-stdin"]);
    let hash = said.ended(0).stdout;
    let base = format!("http://127.0.0.1:{}", crate::binary::free_port());
    house.set("HTTP__LISTEN", base.trim_start_matches("http://"));
    house.set("HTTP__PUBLIC_URL", &base);
    for odd in ["secret", "$2b$12$abcdefghijklmnopqrstuv", PASSWORD] {
        let env = [("MAJIBU__ADMIN__PASSWORD_HASH", odd)];
        let said = house.run_with(&env, &["admin", "list"]).ended(2);
        let line = said.one_line();
        assert!(
            line.contains("admin.password_hash: must be an argon2 hash"),
            "{line}"
        );
        assert!(!line.contains(odd), "{line}");
    }
    house.set("ADMIN__PASSWORD_HASH", hash.trim_end());
    let mut service = house.serve(&base, &[]).await;
    // Who gets in is sent on, and finds the login again: this client keeps no cookie.
    for (password, status) in [("kahawa na maziwA", 403), (PASSWORD, 200)] {
        let form = [("name", "admin"), ("password", password)];
        let request = client().post(format!("{base}/admin/login")).form(&form);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), status, "{password}");
    }
    service.stop();
    let log = service.log();
    assert!(log.contains("failed to log in to the console"), "{log}");
    for secret in [PASSWORD, "kahawa na maziwA", "$argon2"] {
        assert!(!log.contains(secret), "{log}");
    }
}
