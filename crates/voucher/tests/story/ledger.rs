//! The ledger proves itself, and names the lot that does not add up (VO-2, VO-19, I1).

use contract::voucher::v1 as pb;
use sea_orm::ConnectionTrait;

use crate::desk::{Desk, id, reason, story, won};

#[tokio::test]
async fn a_lot_proves_its_chain_and_its_identity() {
    // VO-19
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(100_000).await;
        let (send, codes) = desk.sent(&lot, &[("가", "01000001001", 10_000), ("나", "01000001002", 20_000)]).await;
        desk.claim(&codes["01000001001"]).await.unwrap();
        desk.recall_all(&send).await.unwrap();
        let request = pb::ProveLotRequest { lot_id: lot.lot_id.clone(), ..Default::default() };
        let proof = desk.lots().prove_lot(request).await.unwrap().into_inner();
        assert!(proof.holds, "{:?}", proof.breaches);
        let kinds: Vec<_> = proof.entries.iter().map(|entry| entry.kind().as_str_name()).collect();
        assert_eq!(
            kinds,
            ["ENTRY_KIND_FUND", "ENTRY_KIND_RESERVE", "ENTRY_KIND_ISSUE", "ENTRY_KIND_CLAIM", "ENTRY_KIND_RECALL"]
        );
        assert_eq!(won(&proof.recomputed.unwrap().total), 100_000);
    })
    .await;
}

#[tokio::test]
async fn a_send_without_its_reservation_is_parked_and_the_others_go_on() {
    // VO-19, VO-8: it is due first, and must not hold up everybody else's
    story(|t| async move {
        let desk = Desk::new(&t);
        let (tampered, honest) = (desk.fund(100_000).await, desk.fund(100_000).await);
        let mut draft = desk.draft(&tampered);
        draft.r#type = pb::SendType::Scheduled.into();
        draft.scheduled_time = contract::timestamp(t.clock.now() + chrono::Duration::minutes(20));
        let first = desk.sends().create_send(draft).await.unwrap().into_inner();
        desk.add(&first, &[("가", "01000001001", 10_000)]).await;
        desk.confirm(&first).await.unwrap();
        let gone = format!(
            "UPDATE lots SET reserved = 0, available = available + reserved WHERE purchase_id = '{}'",
            tampered.purchase_id
        );
        t.running.flow.db().write().execute_unprepared(&gone).await.unwrap();
        t.clock.advance(chrono::Duration::minutes(30));
        desk.sent(&honest, &[("나", "01000001002", 20_000)]).await;
        assert_eq!(desk.lot(&tampered).await.state(), pb::LotState::Parked);
        assert_eq!(desk.get(&first).await.state(), pb::SendState::Scheduled);
    })
    .await;
}

#[tokio::test]
async fn a_tampered_lot_is_named_and_parked_and_the_others_go_on() {
    // VO-2, VO-19
    story(|t| async move {
        let desk = Desk::new(&t);
        let (honest, tampered) = (desk.fund(100_000).await, desk.fund(100_000).await);
        assert!(desk.verify_ledger().await.holds);
        let db = t.running.flow.db().write();
        let purchase = &tampered.purchase_id;
        let negative = format!("UPDATE lots SET available = available - 200000, claimed = claimed + 200000 WHERE purchase_id = '{purchase}'");
        assert!(db.execute_unprepared(&negative).await.is_err(), "a bucket cannot go below zero");
        let unbalanced = format!("UPDATE lots SET claimed = claimed + 1 WHERE purchase_id = '{purchase}'");
        assert!(db.execute_unprepared(&unbalanced).await.is_err(), "the buckets sum to the face value");
        assert!(db.execute_unprepared("DELETE FROM ledger_entries").await.is_err(), "entries stay");
        let shifted = format!("UPDATE lots SET available = available - 500, claimed = claimed + 500 WHERE purchase_id = '{purchase}'");
        db.execute_unprepared(&shifted).await.unwrap();

        let verified = desk.verify_ledger().await;
        assert!(!verified.holds);
        let named: Vec<_> = verified.breaches.iter().map(|breach| breach.lot_id.clone()).collect();
        assert_eq!(named, std::slice::from_ref(&tampered.lot_id));
        let no = desk.sends().create_send(desk.draft(&tampered)).await.unwrap_err();
        assert_eq!(reason(&no), "LOT_NOT_OPEN");
        assert!(desk.sends().create_send(desk.draft(&honest)).await.is_ok());

        let no = desk.lots().verify_ledger(pb::VerifyLedgerRequest { request_id: id() }).await.unwrap_err();
        assert_eq!(no.code(), tonic::Code::PermissionDenied);
    })
    .await;
}
