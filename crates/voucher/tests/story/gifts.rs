//! Gifts: claimed once, declined, recalled; one winner whatever comes at once (VO-10 to VO-12, VO-17).

use contract::voucher::v1::{self as pb, GiftClaimed, gift_service_client::GiftServiceClient};
use testkit::callers;
use voucher::gift_code::GiftCode;

use crate::desk::{Desk, id, reason, story, won};

#[tokio::test]
async fn a_gift_is_claimed_once_declined_or_recalled_and_its_value_follows() {
    // VO-10, VO-12
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(100_000).await;
        let people = [("가", "01000001001", 10_000), ("나", "01000001002", 20_000), ("다", "01000001003", 30_000)];
        let (send, codes) = desk.sent(&lot, &people).await;

        let seen =
            desk.anyone().get_gift_by_code(pb::GetGiftByCodeRequest { code: codes["01000001001"].clone() }).await;
        assert_eq!(won(&seen.unwrap().into_inner().amount), 10_000);
        let request = pb::ClaimGiftRequest { request_id: id(), code: codes["01000001001"].to_lowercase() };
        let first = desk.anyone().claim_gift(request.clone()).await.unwrap().into_inner();
        assert_eq!(first.state(), pb::GiftState::Claimed);
        let again = desk.anyone().claim_gift(request).await.unwrap().into_inner();
        assert_eq!(again, first, "the same request again is answered the same");
        assert_eq!(reason(&desk.claim(&codes["01000001001"]).await.unwrap_err()), "GIFT_ALREADY_CLAIMED");
        assert_eq!(t.told::<GiftClaimed>(1).await.len(), 1);

        desk.decline(&codes["01000001002"]).await.unwrap();
        assert_eq!(reason(&desk.claim(&codes["01000001002"]).await.unwrap_err()), "GIFT_DECLINED");
        assert_eq!(desk.buckets(&lot).await, [60_000, 0, 30_000, 10_000, 0, 0]);

        let look = pb::RecallGiftsRequest {
            request_id: id(),
            send_id: send.send_id.clone(),
            all: true,
            validate_only: true,
            ..Default::default()
        };
        let would = desk.gifts().recall_gifts(look).await.unwrap().into_inner();
        assert_eq!((would.recalled_count, won(&would.recalled_total)), (1, 30_000));
        assert_eq!(desk.buckets(&lot).await, [60_000, 0, 30_000, 10_000, 0, 0], "nothing was written");
        let recalled = desk.recall_all(&send).await.unwrap();
        assert_eq!((recalled.recalled_count, won(&recalled.recalled_total)), (1, 30_000));
        assert_eq!(reason(&desk.claim(&codes["01000001003"]).await.unwrap_err()), "GIFT_NOT_FOUND", "invisible");
        assert_eq!(desk.buckets(&lot).await, [90_000, 0, 0, 10_000, 0, 0]);

        let outcome = desk.get(&send).await.outcome.unwrap();
        let counts = [outcome.claimed, outcome.unclaimed, outcome.recalled, outcome.declined].map(|f| f.unwrap().count);
        assert_eq!(counts, [1, 0, 1, 1]);
        assert!(desk.verify_ledger().await.holds);
    })
    .await;
}

#[tokio::test]
async fn claims_declines_and_recalls_at_once_have_one_winner_a_gift() {
    // VO-10, I3
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(1_000_000).await;
        let phones: Vec<String> = (0..12).map(|n| format!("010000020{n:02}")).collect();
        let people: Vec<_> = phones.iter().map(|phone| ("가나", phone.as_str(), 10_000)).collect();
        let (send, codes) = desk.sent(&lot, &people).await;
        let race = codes.values().flat_map(|code| {
            let desk = &desk;
            [
                Box::pin(async move { desk.claim(code).await.is_ok() })
                    as std::pin::Pin<Box<dyn Future<Output = bool>>>,
                Box::pin(async move { desk.claim(code).await.is_ok() }),
                Box::pin(async move { desk.decline(code).await.is_ok() }),
            ]
        });
        let (won_by_code, recalled) =
            futures::future::join(futures::future::join_all(race), desk.recall_all(&send)).await;
        let winners = won_by_code.into_iter().filter(|won| *won).count() as i64 + recalled.unwrap().recalled_count;
        assert_eq!(winners, 12, "one winner a gift");
        let [available, reserved, outstanding, claimed, ..] = desk.buckets(&lot).await;
        assert_eq!((available + claimed, reserved, outstanding), (1_000_000, 0, 0));
        let verified = desk.verify_ledger().await;
        assert!(verified.holds, "{:?}", verified.breaches);
    })
    .await;
}

#[tokio::test]
async fn guessing_codes_is_held_back_and_typing_mistakes_are_told() {
    // VO-11, S38
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(100_000).await;
        let (_, codes) = desk.sent(&lot, &[("가", "01000001001", 10_000)]).await;
        assert_eq!(reason(&desk.claim("ABCD-EFGH").await.unwrap_err()), "GIFT_CODE_MISTYPED");
        let guesses = (0..60).map(|_| async { desk.claim(&GiftCode::random().reveal()).await.unwrap_err() });
        let answers = futures::future::join_all(guesses).await;
        let looked_up = answers.iter().filter(|no| reason(no) == "GIFT_NOT_FOUND").count();
        assert_eq!(looked_up, 30, "as many as the limit, in parallel too");
        assert_eq!(reason(&desk.claim(&codes["01000001001"]).await.unwrap_err()), "TOO_MANY_ATTEMPTS");
        t.clock.advance(chrono::Duration::minutes(10));
        desk.claim(&codes["01000001001"]).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_claimed_gift_is_credited_once() {
    // VO-17
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(100_000).await;
        let (_, codes) = desk.sent(&lot, &[("가", "01000001001", 10_000), ("나", "01000001002", 10_000)]).await;
        let gift = desk.claim(&codes["01000001001"]).await.unwrap();
        let mut wallet = GiftServiceClient::new(t.channel(&callers::client(&["voucher.redeem"])));
        let request = |reference: &str| pb::RedeemGiftRequest {
            request_id: id(),
            gift_id: gift.gift_id.clone(),
            wallet_reference: reference.into(),
        };
        let first = wallet.redeem_gift(request("w-1")).await.unwrap().into_inner();
        assert_eq!(wallet.redeem_gift(request("w-1")).await.unwrap().into_inner(), first);
        assert_eq!(reason(&wallet.redeem_gift(request("w-2")).await.unwrap_err()), "GIFT_REDEEMED");
        let mut anyone = desk.anyone();
        let unclaimed = anyone.get_gift_by_code(pb::GetGiftByCodeRequest { code: codes["01000001002"].clone() });
        let gift_id = unclaimed.await.unwrap().into_inner().gift_id;
        let no = wallet.redeem_gift(pb::RedeemGiftRequest { gift_id, ..request("w-3") }).await.unwrap_err();
        assert_eq!(reason(&no), "GIFT_NOT_CLAIMED");
    })
    .await;
}

#[tokio::test]
async fn one_reference_credits_one_gift_whatever_comes_at_once() {
    // VO-17
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(100_000).await;
        let phones: Vec<String> = (0..8).map(|n| format!("010000030{n:02}")).collect();
        let people: Vec<_> = phones.iter().map(|phone| ("가나", phone.as_str(), 10_000)).collect();
        let (_, codes) = desk.sent(&lot, &people).await;
        let mut gifts = Vec::new();
        for code in codes.values() {
            gifts.push(desk.claim(code).await.unwrap().gift_id);
        }
        let wallet = callers::client(&["voucher.redeem"]);
        let redeem = |gift_id: &String, reference: &str| {
            let mut wallet = GiftServiceClient::new(t.channel(&wallet));
            let (gift_id, wallet_reference) = (gift_id.clone(), reference.to_owned());
            let request = pb::RedeemGiftRequest { request_id: id(), gift_id, wallet_reference };
            async move { wallet.redeem_gift(request).await }
        };
        let answers = futures::future::join_all(gifts.iter().map(|gift| redeem(gift, "w-1"))).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "one gift has the reference");
        for no in answers.iter().filter_map(|answer| answer.as_ref().err()) {
            assert_eq!(reason(no), "GIFT_REDEEMED");
        }
        let free = answers.iter().position(Result::is_err).unwrap();
        let references = ["w-2", "w-3", "w-2", "w-3"];
        let answers = futures::future::join_all(references.map(|reference| redeem(&gifts[free], reference))).await;
        let credited: Vec<_> = answers.into_iter().flatten().map(|answer| answer.into_inner()).collect();
        assert_eq!(credited.len(), 2, "one reference, and the same again answers the same");
        assert_eq!(credited[0], credited[1]);
    })
    .await;
}
