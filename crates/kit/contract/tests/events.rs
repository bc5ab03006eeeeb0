//! The page of events is made from the one table of subscriptions, and every subscription has its `when/` file.
//! To write the page anew: `DURE_WRITE=1 cargo test -p contract --test events`.

use std::{fmt::Write as _, path::Path};

const HEAD: &str = "\
# Who tells what, and who reacts

Made from `crates/kit/contract/src/subscriptions.rs`; the publishers' and the consumers' topology is declared from the same table.
Each reaction stands in `crates/<service>/src/when/<fact>.rs`. A fact nobody subscribes to is published all the same.

| fact | told by | heard by |
| --- | --- | --- |
";

fn parts(kind: &str) -> (String, String) {
    let mut parts = kind.split('.').skip(1);
    let mut next = || parts.next().unwrap_or_default().to_owned();
    (next(), next())
}

#[test]
fn the_page_of_events_is_the_table_of_subscriptions() {
    let mut page = HEAD.to_owned();
    for (kind, services) in contract::subscriptions() {
        let (context, _) = parts(kind.as_str());
        // Any service asks for messages and for notices to admins, and tells of files; else each tells its own facts.
        let asked = [
            "dure.notification.picture_offered.v1",
            "dure.notification.messages_requested.v1",
            "dure.identity.admin_notice_requested.v1",
            "dure.identity.data_exported.v1",
        ];
        let told_by = if asked.contains(&kind.as_str()) { "every service" } else { &context };
        writeln!(page, "| `{kind}` | {told_by} | {} |", services.join(", ")).unwrap();
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("EVENTS.md");
    if std::env::var("DURE_WRITE").is_ok() {
        std::fs::write(&file, &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(file).unwrap(), page, "EVENTS.md is out of date");
}

#[test]
fn every_subscription_has_its_file() {
    for (kind, services) in contract::subscriptions() {
        let (_, fact) = parts(kind.as_str());
        for service in services {
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../{service}/src/when/{fact}.rs"));
            assert!(file.exists(), "{service} subscribes to {kind} and has no when/{fact}.rs");
        }
    }
}
