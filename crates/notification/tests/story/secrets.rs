//! Codes, addresses and passwords are nowhere in clear: not in the database, and gone from the queue once handed over (NO-4).

use contract::notification::v1::MessagesReported;
use notification::Notification;
use sea_orm::{ConnectionTrait, Statement};
use testkit::{Trial, on_both};

use crate::{ask_for, code, phone, reports};

async fn column(t: &Trial, sql: &str) -> Vec<Option<Vec<u8>>> {
    let db = t.running.flow.db().read();
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    rows.iter().map(|row| row.try_get::<Option<Vec<u8>>>("", "sealed").unwrap()).collect()
}

fn holds(bytes: &[u8], clear: &str) -> bool {
    bytes.windows(clear.len()).any(|window| window == clear.as_bytes())
}

// NO-4
#[tokio::test]
async fn nothing_is_kept_in_clear_and_the_queue_forgets() {
    on_both::<Notification, _>(|t| async move {
        ask_for(&t, vec![code(&t, phone(1234))]).await;
        let told = reports(&t, 1).await;
        assert_eq!(column(&t, "SELECT sealed FROM message").await, [None]);
        let kept = column(&t, "SELECT sealed FROM mailbox_message").await;
        let kept = kept[0].as_deref().unwrap();
        assert!(!holds(kept, "804211") && !holds(kept, "01000001234"));
        assert!(!format!("{told:?}").contains("0100000"));
        for fact in t.bus.told::<MessagesReported>().await {
            assert!(!format!("{fact:?}").contains("804211"));
        }
    })
    .await;
}

// NO-4: the last line is the database's
#[tokio::test]
async fn the_database_refuses_to_keep_what_was_handed_over() {
    on_both::<Notification, _>(|t| async move {
        ask_for(&t, vec![code(&t, phone(1234))]).await;
        reports(&t, 1).await;
        let keep = t.running.flow.db().write().execute_unprepared("UPDATE message SET sealed = 'x'").await;
        assert!(keep.is_err());
    })
    .await;
}
