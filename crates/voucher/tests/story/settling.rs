//! Notices before a gift's last day (VO-15), and the day's settlement with the voucher app (VO-17).

use contract::{
    ask,
    notification::v1::{MessageRequest, MessagesRequested},
    voucher::v1::{
        self as pb, gift_service_client::GiftServiceClient, settlement_service_client::SettlementServiceClient,
    },
};
use testkit::{Trial, callers};
use tonic::Code;
use voucher::gift::remind::RemindRecipients;
use words::Day;

use crate::desk::{Desk, id, reason, story, won};

/// The texts of the notices so far.
async fn notices(t: &Trial) -> Vec<String> {
    for _ in 0..3 {
        t.running.flow.run_own(RemindRecipients).await.unwrap();
    }
    let asked = t.told::<MessagesRequested>(1).await;
    let notices = asked.iter().flat_map(|asked| &asked.messages).filter(|message| message.template == "gift-notice");
    let open = |message: &MessageRequest| {
        ask::open(t.running.flow.sealer(), &message.sealed).unwrap().variables["text"].clone()
    };
    notices.map(open).collect()
}

#[tokio::test]
async fn recipients_are_reminded_of_unclaimed_gifts_thirty_and_seven_days_before_once_each() {
    // VO-15
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund_on(100_000, Day::parse("2022-01-02").unwrap()).await; // through 2027-01-02, 40 days ahead
        let people = [("가", "01000001001", 10_000), ("나", "01000001002", 20_000), ("다", "01000001003", 30_000)];
        let (_, codes) = desk.sent(&lot, &people).await;
        desk.claim(&codes["01000001001"]).await.unwrap();
        t.clock.advance(chrono::Duration::days(9));
        assert!(notices(&t).await.is_empty(), "31 days before");
        t.clock.advance(chrono::Duration::hours(22)); // 08:00 of the day
        assert!(notices(&t).await.is_empty(), "not before nine");
        t.clock.advance(chrono::Duration::hours(2));
        t.until("both are reminded", || async { (notices(&t).await.len() == 2).then_some(()) }).await;
        let texts = notices(&t).await;
        assert_eq!(texts.len(), 2, "once each, the claimed one not");
        assert!(texts.iter().any(|text| text.contains("30,000원")) && texts[0].contains("2027-01-02"), "{texts:?}");
        desk.decline(&codes["01000001002"]).await.unwrap();
        t.clock.advance(chrono::Duration::days(23)); // 7 before
        t.until("the last one is reminded", || async { (notices(&t).await.len() == 3).then_some(()) }).await;
        t.clock.advance(chrono::Duration::days(7));
        assert_eq!(notices(&t).await.len(), 3);

        let late = desk.fund_on(100_000, Day::parse("2022-01-20").unwrap()).await;
        desk.sent(&late, &[("라", "01000001004", 10_000)]).await;
        assert_eq!(notices(&t).await.len(), 3, "the message of a gift issued this late is notice enough");
    })
    .await;
}

#[tokio::test]
async fn a_day_is_settled_by_lot_and_agrees_with_the_ledger() {
    // VO-17
    story(|t| async move {
        let desk = Desk::new(&t);
        let lots = [desk.fund(100_000).await, desk.fund(100_000).await];
        let (_, first) = desk.sent(&lots[0], &[("가", "01000001001", 10_000), ("나", "01000001002", 20_000)]).await;
        let (_, second) = desk.sent(&lots[1], &[("다", "01000001003", 30_000)]).await;
        let gift = desk.claim(&first["01000001001"]).await.unwrap();
        desk.claim(&second["01000001003"]).await.unwrap();
        let wallet = callers::client(&["voucher.redeem"]);
        let redeem = pb::RedeemGiftRequest { request_id: id(), gift_id: gift.gift_id, wallet_reference: "w-1".into() };
        GiftServiceClient::new(t.channel(&wallet)).redeem_gift(redeem).await.unwrap();

        let mut app = SettlementServiceClient::new(t.channel(&wallet));
        let today = Day::of(t.clock.now());
        let ask = |day: Day| pb::GetSettlementRequest { day: contract::date(day) };
        let figures = |of: &pb::SettlementFigures| {
            (of.claimed_count, won(&of.claimed), of.redeemed_count, won(&of.redeemed), won(&of.outstanding))
        };
        let day = app.get_settlement(ask(today)).await.unwrap().into_inner();
        assert!(day.holds && !day.r#final);
        assert_eq!(figures(day.total.as_ref().unwrap()), (2, 40_000, 1, 10_000, 30_000));
        let of = |day: &pb::Settlement, lot: &pb::Lot| {
            let settled = day.lots.iter().find(|settled| settled.lot_id == lot.lot_id);
            settled.map(|settled| figures(settled.figures.as_ref().unwrap()))
        };
        assert_eq!(of(&day, &lots[0]), Some((1, 10_000, 1, 10_000, 0)));
        assert_eq!(of(&day, &lots[1]), Some((1, 30_000, 0, 0, 30_000)));
        let claimed = desk.buckets(&lots[0]).await[3] + desk.buckets(&lots[1]).await[3];
        assert_eq!(claimed, 40_000, "what the ledger holds as claimed");

        t.clock.advance(chrono::Duration::days(1));
        desk.claim(&first["01000001002"]).await.unwrap();
        let next = app.get_settlement(ask(today.next())).await.unwrap().into_inner();
        assert_eq!(figures(next.total.as_ref().unwrap()), (1, 20_000, 0, 0, 50_000));
        assert_eq!(next.lots.len(), 1, "the lots something happened to");
        let mut operator = SettlementServiceClient::new(t.channel(&callers::operator(&["billing"])));
        let day = operator.get_settlement(ask(today)).await.unwrap().into_inner();
        assert!(day.holds && day.r#final);
        assert_eq!(figures(day.total.as_ref().unwrap()), (2, 40_000, 1, 10_000, 30_000), "a day that is over stays");

        assert_eq!(reason(&app.get_settlement(ask(today.plus_days(2))).await.unwrap_err()), "INVALID_FIELDS");
        let no = SettlementServiceClient::new(t.channel(&desk.admin)).get_settlement(ask(today)).await.unwrap_err();
        assert_eq!(no.code(), Code::PermissionDenied);
    })
    .await;
}
