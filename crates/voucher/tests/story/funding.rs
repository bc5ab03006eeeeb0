//! Lots: funded once, closed only when nothing of them is on its way (VO-1, VO-16, BI-22).

use contract::{
    billing::v1::PurchaseRefundRequested,
    voucher::v1::{self as pb, LotBalanceChanged, LotCloseRefused, LotClosed, LotFunded},
};
use words::Day;

use crate::desk::{Desk, reason, story, won};

#[tokio::test]
async fn an_approved_purchase_funds_one_lot_however_often_it_is_told() {
    // VO-1
    story(|t| async move {
        let desk = Desk::new(&t);
        let approved = desk.approved("pur_a", 2_000_000, Day::parse("2024-02-29").unwrap());
        let event = t.event("pur_a", approved.clone());
        t.hear_event(&event).await;
        t.hear_event(&event).await;
        t.hear("pur_a", approved).await; // under another event id
        let lot = desk.lot_of("pur_a").await;
        assert_eq!(contract::day(lot.valid_through.as_ref()).unwrap().to_string(), "2029-02-28");
        assert_eq!(desk.buckets(&lot).await, [2_000_000, 0, 0, 0, 0, 0]);
        assert_eq!(t.told::<LotFunded>(1).await.len(), 1);

        let stranger = Desk::new(&t);
        let no = stranger.lots().get_lot(pb::GetLotRequest { lot_id: lot.lot_id }).await.unwrap_err();
        assert_eq!((no.code(), reason(&no).as_str()), (tonic::Code::NotFound, "LOT_NOT_FOUND"));
    })
    .await;
}

#[tokio::test]
async fn a_lot_closes_only_when_nothing_is_reserved_or_outstanding() {
    // VO-16, BI-22
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(100_000).await;
        let refund = || PurchaseRefundRequested {
            purchase_id: lot.purchase_id.clone(),
            version: 2,
            company_id: desk.company.to_string(),
        };
        let people = [("홍길동", "01000001001", 10_000), ("김하나", "01000001002", 20_000)];
        let (send, codes) = desk.sent(&lot, &people).await;
        desk.claim(&codes["01000001001"]).await.unwrap();

        t.hear(&lot.purchase_id, refund()).await;
        let refused = t.told::<LotCloseRefused>(1).await;
        assert_eq!((won(&refused[0].reserved), won(&refused[0].outstanding)), (0, 20_000));

        desk.recall_all(&send).await.unwrap();
        t.hear(&lot.purchase_id, refund()).await;
        t.hear(&lot.purchase_id, refund()).await; // asked twice, closed once, answered the same
        let closed = t.told::<LotClosed>(2).await;
        assert!(closed.iter().all(|fact| won(&fact.available) == 90_000));
        assert_eq!(desk.buckets(&lot).await, [0, 0, 0, 10_000, 0, 90_000]);

        let no = desk.sends().create_send(desk.draft(&lot)).await.unwrap_err();
        assert_eq!(reason(&no), "LOT_NOT_OPEN");
        assert!(desk.verify_ledger().await.holds);
    })
    .await;
}

#[tokio::test]
async fn what_a_lot_holds_is_told_once_it_has_changed() {
    // BI-24, BI-30
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(100_000).await;
        t.clock.advance(chrono::Duration::seconds(5));
        let told = t.told::<LotBalanceChanged>(1).await;
        assert_eq!((told[0].purchase_id.as_str(), won(&told[0].available)), (lot.purchase_id.as_str(), 100_000));

        let (_, codes) = desk.sent(&lot, &[("홍길동", "01000001001", 10_000), ("김하나", "01000001002", 20_000)]).await;
        desk.claim(&codes["01000001001"]).await.unwrap();
        let version = desk.lot(&lot).await.version;
        let told = t
            .until("its last version is told", || async {
                t.clock.advance(chrono::Duration::seconds(5));
                let told = t.bus.told::<LotBalanceChanged>().await;
                (told.last()?.version == version).then_some(told)
            })
            .await;
        let last = told.last().unwrap();
        assert_eq!((won(&last.available), won(&last.reserved)), (70_000, 0));
        assert!(told.windows(2).all(|pair| pair[0].version < pair[1].version), "each version at most once");
    })
    .await;
}

#[tokio::test]
async fn what_has_expired_is_not_refunded_although_the_days_job_has_not_come_by() {
    // VO-15, VO-16, BI-22: a lot that a send kept open past its last day is looked at again only the next day
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund_on(100_000, Day::parse("2021-11-24").unwrap()).await;
        t.clock.advance(chrono::Duration::hours(60)); // two days later
        t.until("the lot is expired", || async {
            (desk.lot(&lot).await.state() == pb::LotState::Expired).then_some(())
        })
        .await;
        let late = desk.fund_on(50_000, Day::parse("2021-11-24").unwrap()).await; // after the day's turn
        let refund = PurchaseRefundRequested {
            purchase_id: late.purchase_id.clone(),
            version: 2,
            company_id: desk.company.to_string(),
        };
        t.hear(&late.purchase_id, refund).await;
        assert_eq!(won(&t.told::<LotClosed>(1).await[0].available), 0);
        assert_eq!(desk.buckets(&late).await, [0, 0, 0, 0, 50_000, 0]);
        assert!(desk.verify_ledger().await.holds);
    })
    .await;
}

#[tokio::test]
async fn a_lot_and_its_gifts_expire_after_their_last_day() {
    // VO-15
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund_on(100_000, Day::parse("2021-11-24").unwrap()).await;
        let (_, codes) = desk.sent(&lot, &[("홍길동", "01000001001", 10_000), ("김하나", "01000001002", 5_000)]).await;
        t.clock.advance(chrono::Duration::hours(36)); // its last day, 2026-11-24
        desk.claim(&codes["01000001001"]).await.unwrap();
        t.clock.advance(chrono::Duration::hours(24));
        let no = desk.claim(&codes["01000001002"]).await.unwrap_err();
        assert_eq!(reason(&no), "GIFT_EXPIRED");
        t.until("the lot is expired", || async {
            (desk.lot(&lot).await.state() == pb::LotState::Expired).then_some(())
        })
        .await;
        assert_eq!(desk.buckets(&lot).await, [0, 0, 0, 10_000, 90_000, 0]);
        assert!(desk.verify_ledger().await.holds);
    })
    .await;
}
