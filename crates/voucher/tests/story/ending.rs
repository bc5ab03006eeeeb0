//! A lot's end: its company hears of it beforehand and afterwards, and what expired is reported (VO-15).

use contract::voucher::v1::{self as pb, lot_service_client::LotServiceClient};
use testkit::callers;
use voucher::lot::notice::NoticeLots;
use words::Day;

use crate::desk::{Desk, reason, story, won};

#[tokio::test]
async fn a_company_hears_ninety_thirty_and_seven_days_before_once_each_and_what_expired() {
    // VO-15
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund_on(100_000, Day::parse("2022-03-03").unwrap()).await; // through 2027-03-03, 100 days ahead
        let spent = desk.fund_on(10_000, Day::parse("2022-03-03").unwrap()).await;
        let (_, codes) = desk.sent(&spent, &[("가", "01000001001", 10_000)]).await;
        desk.claim(&codes["01000001001"]).await.unwrap();
        desk.sent(&lot, &[("나", "01000001002", 30_000)]).await;
        let heard = async |advance: i64| {
            t.clock.advance(chrono::Duration::days(advance));
            for _ in 0..2 {
                t.running.flow.run_own(NoticeLots).await.unwrap();
            }
        };
        heard(9).await;
        assert!(desk.notices("lot-ends-soon").await.is_empty(), "91 days before");
        heard(1).await;
        let (notice, says) = desk.noticed("lot-ends-soon", 1).await.remove(0);
        assert_eq!(notice.permission, "voucher.send");
        let said = ["lot", "days", "day", "available", "outstanding"].map(|name| says[name].clone());
        assert_eq!(said, [lot.lot_id.as_str(), "90", "2027-03-03", "70,000", "30,000"]);
        heard(59).await;
        assert_eq!(desk.notices("lot-ends-soon").await.len(), 1, "31 days before; the spent lot is not spoken of");
        heard(11).await; // the 30th day before was missed
        assert_eq!(desk.noticed("lot-ends-soon", 2).await[1].1["days"], "20");
        heard(13).await;
        assert_eq!(desk.noticed("lot-ends-soon", 3).await[2].1["days"], "7");
        heard(7).await; // the last day
        assert_eq!(desk.notices("lot-ends-soon").await.len(), 3, "once each");

        t.clock.advance(chrono::Duration::days(1));
        let expired = || async { (desk.lot(&lot).await.state() == pb::LotState::Expired).then_some(()) };
        t.until("the lot is expired", expired).await;
        t.until("the spent one too", || async {
            (desk.lot(&spent).await.state() == pb::LotState::Expired).then_some(())
        })
        .await;
        let told = desk.noticed("lot-expired", 1).await;
        assert_eq!(told.len(), 1, "nothing of the spent one expired");
        assert_eq!(
            ["lot", "available", "gifts", "outstanding"].map(|name| told[0].1[name].clone()),
            [lot.lot_id.as_str(), "70,000", "1", "30,000"]
        );

        let today = Day::of(t.clock.now());
        let ask = |day: Day| pb::GetExpiryRequest { day: contract::date(day) };
        let mut operator = LotServiceClient::new(t.channel(&callers::operator(&["support"])));
        for report in [desk.lots().get_expiry(ask(today)).await, operator.get_expiry(ask(today)).await] {
            let report = report.unwrap().into_inner();
            assert_eq!((won(&report.balance), report.gift_count, won(&report.gifts)), (70_000, 1, 30_000));
            assert_eq!(report.lots.len(), 1);
            assert_eq!((&report.lots[0].lot_id, &report.lots[0].company_id), (&lot.lot_id, &desk.company.to_string()));
        }
        let stranger = Desk::new(&t).lots().get_expiry(ask(today)).await.unwrap().into_inner();
        assert!(stranger.lots.is_empty() && won(&stranger.balance) == 0, "another company's is not seen");
        let before = operator.get_expiry(ask(today.plus_days(-1))).await.unwrap().into_inner();
        assert!(before.lots.is_empty());
        assert_eq!(reason(&operator.get_expiry(ask(today.next())).await.unwrap_err()), "INVALID_FIELDS");
    })
    .await;
}
