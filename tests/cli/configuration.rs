//! Configuration: file and environment, unknown keys, impossible values, production's refusals.
//! Whatever is refused is refused with exit code 2 and the key's name.

use crate::binary::House;

/// Runs the quickest command with one environment variable that must be refused; the message names what it has to.
fn refused(variable: &str, value: &str, names: &[&str]) {
    let said = House::new()
        .run_with(&[(variable, value)], &["menu", "check"])
        .ended(2);
    assert_eq!(said.stdout, "");
    let line = said.one_line();
    for name in names {
        assert!(line.contains(name), "{variable}={value}: {line}");
    }
}

/// Runs with one environment variable that must be taken.
fn taken(variable: &str, value: &str) {
    let said = House::new().run_with(&[(variable, value)], &["menu", "check"]);
    assert_eq!(said.code, 0, "{variable}={value}: {said:?}");
}

#[test]
fn an_unknown_key_is_refused_by_name() {
    refused("MAJIBU__HTTP__LISTN", "127.0.0.1:1", &["listn", "http"]);
    refused("MAJIBU__NONSENSE__X", "1", &["nonsense"]);
    refused("MAJIBU__GAME__STAKE", "20", &["stake", "game"]);
    refused(
        "MAJIBU__HTTP__ALLOW__MPESA",
        "10.0.0.1",
        &["mpesa", "http.allow"],
    );
    refused("MAJIBU__LOG", "json", &["log"]);
    for (text, name) in [
        ("[game]\nstake = 20\n", "stake"),
        ("[nonsense]\nx = 1\n", "nonsense"),
        ("prot = 1\n", "prot"),
        ("[http.allow]\nmpesa = []\n", "mpesa"),
    ] {
        let house = House::new();
        house.write("majibu.toml", text);
        let said = house.run(&["migrate"]).ended(2);
        assert!(said.one_line().contains(name), "{text}: {said:?}");
    }
}

#[test]
fn an_impossible_value_is_refused_by_key() {
    for (variable, value, key) in [
        ("HTTP__LISTEN", "rubbish", "http.listen"),
        ("HTTP__LISTEN", "127.0.0.1", "http.listen"),
        ("HTTP__PUBLIC_URL", "127.0.0.1:8080", "http.public_url"),
        (
            "HTTP__PUBLIC_URL",
            "https://mpesa.example",
            "http.public_url",
        ),
        ("HTTP__CALLBACK_SECRET", "", "http.callback_secret"),
        ("HTTP__CALLBACK_SECRET", "a/b", "http.callback_secret"),
        (
            "HTTP__CALLBACK_SECRET",
            "mySQLsecret",
            "http.callback_secret",
        ),
        (
            "HTTP__TRUSTED_PROXIES",
            "10.0.0.0/8,x",
            "http.trusted_proxies",
        ),
        (
            "HTTP__ALLOW__DARAJA",
            "196.201.214.0/99",
            "http.allow.daraja",
        ),
        ("JOBS__POLL", "soon", "jobs.poll"),
        ("JOBS__POLL", "0s", "jobs.poll"),
        ("JOBS__POLL", "", "jobs.poll"),
        ("JOBS__LEASE", "-1s", "jobs.lease"),
        ("JOBS__LEASE", "60", "jobs.lease"),
        ("JOBS__SMS_BACKOFF", "900y", "jobs.sms_backoff"),
        (
            "GAME__PAIRING_WINDOW",
            "half an hour",
            "game.pairing_window",
        ),
        ("GAME__STAKES", "", "game.stakes"),
        ("GAME__STAKES", "20,fifty", "game.stakes"),
        ("GAME__STAKES", "20;50", "game.stakes"),
        ("GAME__STAKES", "20,20", "game.stakes"),
        ("GAME__STAKES", "0,20", "game.stakes"),
        ("GAME__STAKES", "-20", "game.stakes"),
        ("GAME__STAKES", "20.5", "game.stakes"),
        ("GAME__STAKES", "99999999999999999999", "game.stakes"),
        ("GAME__BOUNTY_PERCENT", "99", "game.bounty_percent"),
        ("GAME__BOUNTY_PERCENT", "201", "game.bounty_percent"),
        ("GAME__BOUNTY_PERCENT", "160%", "game.bounty_percent"),
        ("GAME__REFUND_PERCENT", "-5", "game.refund_percent"),
        ("GAME__QUESTIONS_PER_SET", "0", "game.questions_per_set"),
        ("GAME__QUESTIONS_PER_SET", "300", "game.questions_per_set"),
        ("GAME__OPEN_ENTRIES", "0", "game.open_entries"),
        ("WALLET__MIN_DEPOSIT", "0", "wallet.min_deposit"),
        ("WALLET__MAX_DEPOSIT", "5", "wallet.max_deposit"),
        ("WALLET__MIN_WITHDRAWAL", "-5", "wallet.min_withdrawal"),
        ("WALLET__MAX_WITHDRAWAL", "10", "wallet.max_withdrawal"),
        ("WALLET__WITHDRAWAL_FEES", "100", "wallet.withdrawal_fees"),
        (
            "WALLET__WITHDRAWAL_FEES",
            "500:2,100:9",
            "wallet.withdrawal_fees",
        ),
        (
            "WALLET__WITHDRAWAL_FEES",
            "100:-2",
            "wallet.withdrawal_fees",
        ),
        (
            "TAX__EXCISE_ON_DEPOSIT_BPS",
            "10001",
            "tax.excise_on_deposit_bps",
        ),
        (
            "TAX__WITHHOLDING_ON_WITHDRAWAL_BPS",
            "-1",
            "tax.withholding_on_withdrawal_bps",
        ),
        (
            "PLAYERS__DAILY_DEPOSIT_LIMIT",
            "-1",
            "players.daily_deposit_limit",
        ),
        (
            "PLAYERS__DAILY_DEPOSIT_LIMIT",
            "10000001",
            "players.daily_deposit_limit",
        ),
        (
            "PAYBILL__UNKNOWN_ACCOUNTS",
            "perhaps",
            "paybill.unknown_accounts",
        ),
        (
            "PAYBILL__RESPONSE_TYPE",
            "completed",
            "paybill.response_type",
        ),
        ("PAYBILL__PULL_NUMBER", "12345", "paybill.pull_number"),
        ("PAYBILL__PULL_EVERY", "400d", "paybill.pull_every"),
        (
            "PLAYERS__REQUIRE_VERIFICATION",
            "perhaps",
            "players.require_verification",
        ),
        (
            "PLAYERS__WEEKLY_DEPOSIT_LIMIT",
            "-1",
            "players.weekly_deposit_limit",
        ),
        ("PLAYERS__COOL_OFF_DAYS", "1,0", "players.cool_off_days"),
        ("PLAYERS__EXCLUSION_DAYS", "36501", "players.exclusion_days"),
        (
            "PLAYERS__EXCLUSION_DAYS",
            "101,102,103,104,105,106",
            "players.exclusion_days",
        ),
        ("PLAYERS__REALITY_CHECK", "400d", "players.reality_check"),
        ("HOUSE__HELPLINE", "call us", "house.helpline"),
        ("HOUSE__HELPLINE", "+254 700 000 000 0", "house.helpline"),
        ("GAME__MIN_STAKE", "0", "game.min_stake"),
        ("GAME__MIN_STAKE", "50", "game.min_stake"),
        ("HOURS__OPENS", "25:00", "hours.opens"),
        ("HOURS__OPENS", "24:01", "hours.opens"),
        ("HOURS__CLOSES", "22", "hours.closes"),
        ("HOURS__CLOSES", "22:60", "hours.closes"),
        ("HOURS__CLOSES", "ten", "hours.closes"),
        ("USSD__SCREEN_BUDGET", "20", "ussd.screen_budget"),
        ("USSD__SCREEN_BUDGET", "183", "ussd.screen_budget"),
        ("USSD__NETWORK_BUDGETS", "63902", "ussd.network_budgets"),
        ("USSD__NETWORK_BUDGETS", "63902:1", "ussd.network_budgets"),
        (
            "USSD__NETWORK_SESSIONS",
            "63902:0s",
            "ussd.network_sessions",
        ),
        ("USSD__NETWORK_SESSIONS", "180s", "ussd.network_sessions"),
        ("USSD__NETWORK_IDLE", "63902:soon", "ussd.network_idle"),
        ("USSD__IDLE_LIMIT", "0s", "ussd.idle_limit"),
        ("DARAJA__SHORTCODE", "0600x", "daraja.shortcode"),
        ("DARAJA__BASE_URL", "sandbox", "daraja.base_url"),
        (
            "AFRICASTALKING__BASE_URL",
            "ftp://x",
            "africastalking.base_url",
        ),
        ("AFRICASTALKING__BULK", "2", "africastalking.bulk"),
        ("MODE", "staging", "mode"),
        ("LOG__FORMAT", "xml", "log.format"),
    ] {
        refused(&format!("MAJIBU__{variable}"), value, &[key]);
    }
}

#[test]
fn values_are_written_as_the_design_says() {
    for (variable, value) in [
        ("GAME__STAKES", "20,50"),
        ("GAME__STAKES", "20, 50"),
        ("GAME__STAKES", "20"),
        ("JOBS__POLL", "200ms"),
        ("DARAJA__STK_DELAY", "0s"),
        ("WALLET__WITHDRAWAL_INTERVAL", "2m"),
        ("USSD__FINISHED_TTL", "24h"),
        ("INBOX__KEEP", "90d"),
        ("WALLET__WITHDRAWAL_FEES", "100:2,500:9,1000:15"),
        ("USSD__SERVICE_CODES", "*384*55#,*384*56#"),
        ("USSD__NETWORK_BUDGETS", "63902:160,63903:184"),
        ("USSD__NETWORK_BUDGETS", ""),
        ("USSD__NETWORK_SESSIONS", "63902:180s, 62120:2m"),
        ("USSD__NETWORK_IDLE", "63902:30s,63903:60s"),
        ("USSD__IDLE_LIMIT", "25s"),
        ("HTTP__ALLOW__DARAJA", "196.201.214.200/32,196.201.212.0/24"),
        ("HTTP__ALLOW__DARAJA", ""),
        ("HTTP__TRUSTED_PROXIES", "10.0.0.0/8,::1/128"),
        ("HOURS__OPENS", "08:00"),
        ("HOURS__CLOSES", "24:00"),
        ("HOURS__MAINTENANCE", "true"),
        ("DARAJA__SHORTCODE", "0600992"),
        ("LOG__FORMAT", "json"),
        ("MODE", "development"),
    ] {
        taken(&format!("MAJIBU__{variable}"), value);
    }
}

#[test]
fn the_environment_overrides_the_file_and_the_named_file_the_usual_one() {
    let house = House::new();
    house.write("majibu.toml", "[database]\nurl = \"sqlite://usual.db\"\n");
    let named = house.write("other.toml", "[database]\nurl = \"sqlite://named.db\"\n");

    house.run(&["migrate"]).ended(0);
    assert!(house.path("usual.db").exists());

    house.run(&["--config", &named, "migrate"]).ended(0);
    assert!(house.path("named.db").exists());

    house
        .run_with(&[("MAJIBU_CONFIG", "other.toml")], &["ledger", "check"])
        .ended(0);
    // The option stands above the variable, also behind the command.
    house
        .run_with(
            &[("MAJIBU_CONFIG", "nowhere.toml")],
            &["migrate", "--config", "other.toml"],
        )
        .ended(0);

    let env = ("MAJIBU__DATABASE__URL", "sqlite://env.db");
    house.run_with(&[env], &["migrate"]).ended(0);
    assert!(house.path("env.db").exists());
}

#[test]
fn a_named_file_that_is_missing_or_not_toml_is_refused() {
    let house = House::new();
    for said in [
        house.run(&["--config", "nowhere.toml", "migrate"]),
        house.run_with(&[("MAJIBU_CONFIG", "nowhere.toml")], &["migrate"]),
    ] {
        assert!(said.ended(2).one_line().contains("nowhere.toml"));
    }
    house.write("broken.toml", "[http]\nlisten = = 1\n");
    let said = house.run(&["--config", "broken.toml", "migrate"]).ended(2);
    assert!(said.stderr.contains("broken.toml") && said.stderr.contains("line 2"));
    assert!(!house.path("majibu.db").exists());
}

#[test]
fn a_file_takes_lists_numbers_and_texts_as_toml_has_them() {
    let house = House::new();
    house.write(
        "majibu.toml",
        "[game]\nstakes = [20, 50]\npairing_window = \"30m\"\n\
        [wallet]\nwithdrawal_fees = \"100:2,500:9\"\n\
        [daraja]\nshortcode = \"0600992\"\n\
        [http]\nallow.daraja = [\"196.201.214.200/32\"]\n\
        [ussd]\nservice_codes = [\"*384*55#\"]\nnetwork_budgets = [\"63903:184\"]\n",
    );
    house.run(&["migrate"]).ended(0);
    house.write("majibu.toml", "[game]\nstakes = [20, \"fifty\"]\n");
    let said = house.run(&["migrate"]).ended(2);
    assert!(said.one_line().contains("game.stakes"));
}

#[test]
fn production_refuses_what_only_development_may_have() {
    let house = House::new();
    // Each refusal is cured in turn; the next one shows.
    let mut env = vec![("MAJIBU__MODE", "production")];
    for (variable, value, key) in [
        ("MAJIBU__HTTP__CALLBACK_SECRET", "", "http.callback_secret"),
        (
            "MAJIBU__HTTP__CALLBACK_SECRET",
            "f81d4fae7dec11d0a765",
            "http.public_url",
        ),
        (
            "MAJIBU__HTTP__PUBLIC_URL",
            "https://majibu.example",
            "sessions.url",
        ),
    ] {
        if key == "http.callback_secret" && value.is_empty() {
            // As it comes: the development secret.
            let said = house.run_with(&env, &["serve"]).ended(2);
            assert!(said.one_line().contains(key), "{said:?}");
            continue;
        }
        env.push((variable, value));
        for command in ["serve", "work", "migrate"] {
            let said = house.run_with(&env, &[command]).ended(2);
            assert!(said.one_line().contains(key), "{key}: {said:?}");
            assert!(!said.stderr.contains("f81d4fae"), "the secret is not shown");
        }
    }
    assert!(!house.path("majibu.db").exists(), "nothing was opened");
}
