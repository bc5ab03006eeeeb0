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

#[tokio::test]
async fn every_day_is_settled_to_the_won_whichever_side_of_midnight_a_claim_is_on() {
    // VO-17
    story(|t| async move {
        let desk = Desk::new(&t);
        let lots = [desk.fund(1_000_000).await, desk.fund(1_000_000).await];
        let phones: Vec<String> = (0..8).map(|n| format!("010000040{n:02}")).collect();
        let people = |amount: i64| phones.iter().map(move |phone| ("가나", phone.as_str(), amount)).collect::<Vec<_>>();
        let (_, small) = desk.sent(&lots[0], &people(1_000)).await;
        let codes: Vec<String> = phones.iter().map(|phone| small[phone].clone()).collect();
        desk.sent(&lots[1], &people(100_000)).await;
        let first = Day::of(t.clock.now());
        let to = |at: flow::Instant| t.clock.advance(at - t.clock.now());
        let wallet = callers::client(&["voucher.redeem"]);
        let redeem = async |gift: &pb::ReceivedGift| {
            let (gift_id, wallet_reference) = (gift.gift_id.clone(), format!("w-{}", gift.gift_id));
            let request = pb::RedeemGiftRequest { request_id: id(), gift_id, wallet_reference };
            GiftServiceClient::new(t.channel(&wallet)).redeem_gift(request).await.unwrap();
        };

        let morning = desk.claim(&codes[0]).await.unwrap();
        to(first.end() - chrono::Duration::microseconds(1));
        let last = desk.claim(&codes[1]).await.unwrap();
        redeem(&morning).await;
        to(first.end()); // midnight in Seoul
        desk.claim(&codes[2]).await.unwrap();
        redeem(&last).await;
        desk.decline(&codes[3]).await.unwrap();
        to(first.next().end() + chrono::Duration::days(1)); // the second day after, and the day between without a claim
        desk.claim(&codes[4]).await.unwrap();
        desk.claim(&codes[5]).await.unwrap();

        let mut app = SettlementServiceClient::new(t.channel(&wallet));
        let mut claimed = Vec::new();
        for days in 0..4 {
            let ask = pb::GetSettlementRequest { day: contract::date(first.plus_days(days)) };
            let day = app.get_settlement(ask).await.unwrap().into_inner();
            assert!(day.holds, "{day:?}");
            let total = day.total.unwrap();
            claimed.push((total.claimed_count, won(&total.claimed), won(&total.redeemed), won(&total.outstanding)));
        }
        assert_eq!(
            claimed,
            [(2, 2_000, 1_000, 1_000), (1, 1_000, 1_000, 1_000), (0, 0, 0, 1_000), (2, 2_000, 0, 3_000)]
        );
        let ledger = desk.buckets(&lots[0]).await[3] + desk.buckets(&lots[1]).await[3];
        assert_eq!(claimed.iter().map(|day| day.1).sum::<i64>(), ledger, "the days together are what the ledger holds");
        let mut sum = 0;
        for lot in &lots {
            let ask = pb::ProveLotRequest { lot_id: lot.lot_id.clone(), page_size: 1_000, ..Default::default() };
            let proof = desk.lots().prove_lot(ask).await.unwrap().into_inner();
            assert!(proof.holds);
            let claims = proof.entries.iter().filter(|entry| entry.kind() == pb::EntryKind::Claim);
            sum += claims.map(|entry| won(&entry.amount)).sum::<i64>();
        }
        assert_eq!(sum, ledger, "and what its entries add up to");
    })
    .await;
}
