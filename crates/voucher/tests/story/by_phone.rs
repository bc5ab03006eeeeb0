//! Gifts found, claimed and declined by a proven phone instead of a code (VO-10, VO-11).

use contract::{
    ask,
    notification::v1::{MessagesRequested, Priority, message_content::To},
    voucher::v1::{
        self as pb, GiftClaimed, phone_proof_service_client::PhoneProofServiceClient,
        received_gift_service_client::ReceivedGiftServiceClient,
    },
};
use testkit::{Trial, callers};
use tonic::Status;
use voucher::{sql, throttle::sweep::Sweep};

use crate::desk::{Desk, Wire, id, reason, story, won};

const PHONE: &str = "01000001001";

fn proofs(t: &Trial) -> PhoneProofServiceClient<Wire> {
    PhoneProofServiceClient::new(t.channel(&callers::anyone()))
}

fn received(t: &Trial) -> ReceivedGiftServiceClient<Wire> {
    ReceivedGiftServiceClient::new(t.channel(&callers::anyone()))
}

async fn start(t: &Trial, phone: &str) -> Result<pb::PhoneProof, Status> {
    let request = pb::StartPhoneProofRequest { request_id: id(), phone: phone.into() };
    Ok(proofs(t).start_phone_proof(request).await?.into_inner())
}

async fn confirm(t: &Trial, proof: &pb::PhoneProof, code: &str) -> Result<String, Status> {
    let phone_proof_id = proof.phone_proof_id.clone();
    let request = pb::ConfirmPhoneProofRequest { request_id: id(), phone_proof_id, code: code.into() };
    Ok(proofs(t).confirm_phone_proof(request).await?.into_inner().phone_token)
}

/// The `nth` code that went to this phone.
async fn code(t: &Trial, phone: &str, nth: usize) -> String {
    let look = || async {
        let told = t.bus.told::<MessagesRequested>().await;
        let codes = told.into_iter().flat_map(|asked| asked.messages).filter(|m| m.template == "one-time-code");
        let mut to_phone = codes.filter_map(|message| {
            assert_eq!(message.priority(), Priority::Urgent);
            let content = ask::open(t.running.flow.sealer(), &message.sealed).unwrap();
            (content.to == Some(To::Phone(phone.into()))).then(|| content.variables["code"].clone())
        });
        to_phone.nth(nth - 1)
    };
    t.until("a code went to the phone", look).await
}

async fn proven(t: &Trial, phone: &str, nth: usize) -> String {
    let proof = start(t, phone).await.unwrap();
    confirm(t, &proof, &code(t, phone, nth).await).await.unwrap()
}

async fn list(t: &Trial, token: &str, size: i32, page: &str) -> Result<pb::ListReceivedGiftsReply, Status> {
    let request = pb::ListReceivedGiftsRequest {
        phone_token: token.into(),
        page_size: size,
        page_token: page.into(),
        ..Default::default()
    };
    Ok(received(t).list_received_gifts(request).await?.into_inner())
}

fn claiming(token: &str, gift: &str) -> pb::ClaimReceivedGiftRequest {
    pb::ClaimReceivedGiftRequest { request_id: id(), gift_id: gift.into(), phone_token: token.into() }
}

#[tokio::test]
async fn a_proven_phone_finds_its_gifts_of_every_company_and_claims_or_declines_them() {
    // VO-10, VO-17
    story(|t| async move {
        let (one, other) = (Desk::new(&t), Desk::new(&t));
        let (lot, others) = (one.fund(1_000_000).await, other.fund(1_000_000).await);
        one.sent(&lot, &[("가", PHONE, 10_000), ("나", "01000001002", 20_000)]).await;
        one.sent(&lot, &[("가", PHONE, 30_000)]).await;
        let (back, _) = other.sent(&others, &[("가", PHONE, 50_000)]).await;
        let ask = pb::ListGiftsRequest { send_id: back.send_id.clone(), ..Default::default() };
        let recalled = other.gifts().list_gifts(ask).await.unwrap().into_inner().gifts.remove(0).gift_id;
        let (_, codes) = other.sent(&others, &[("가", PHONE, 40_000)]).await;
        other.recall_all(&back).await.unwrap();

        let token = proven(&t, PHONE, 1).await;
        let first = list(&t, &token, 2, "").await.unwrap();
        let second = list(&t, &token, 2, &first.next_page_token).await.unwrap();
        assert!(second.next_page_token.is_empty());
        let gifts: Vec<_> = first.gifts.iter().chain(&second.gifts).collect();
        let amounts: Vec<_> = gifts.iter().map(|gift| won(&gift.amount)).collect();
        assert_eq!(amounts, [40_000, 30_000, 10_000], "newest first, across companies, the recalled one not");
        assert_eq!(gifts[0].message.as_ref().unwrap().body, "올해도 감사했습니다.");

        let request = claiming(&token, &gifts[2].gift_id);
        let claimed = received(&t).claim_received_gift(request.clone()).await.unwrap().into_inner();
        assert_eq!((claimed.state(), won(&claimed.amount)), (pb::GiftState::Claimed, 10_000));
        let again = received(&t).claim_received_gift(request).await.unwrap().into_inner();
        assert_eq!(again, claimed, "the same request again is answered the same");
        let twice = received(&t).claim_received_gift(claiming(&token, &gifts[2].gift_id)).await.unwrap_err();
        assert_eq!(reason(&twice), "GIFT_ALREADY_CLAIMED");
        assert_eq!(t.told::<GiftClaimed>(1).await[0].gift_id, claimed.gift_id);
        let decline = pb::DeclineReceivedGiftRequest {
            request_id: id(),
            gift_id: gifts[1].gift_id.clone(),
            phone_token: token.clone(),
        };
        received(&t).decline_received_gift(decline).await.unwrap();
        assert_eq!(one.buckets(&lot).await, [970_000, 0, 20_000, 10_000, 0, 0]);

        let foreign = proven(&t, "01000001002", 1).await;
        for (token, gift) in [(&foreign, &gifts[0].gift_id), (&token, &recalled)] {
            let no = received(&t).claim_received_gift(claiming(token, gift)).await.unwrap_err();
            assert_eq!(reason(&no), "RECEIVED_GIFT_NOT_FOUND");
        }
        let by_phone = async {
            let mut anyone = received(&t);
            anyone.claim_received_gift(claiming(&token, &gifts[0].gift_id)).await.is_ok()
        };
        let by_code = async { other.claim(&codes[PHONE]).await.is_ok() };
        let (by_phone, by_code) = futures::future::join(by_phone, by_code).await;
        assert!(by_phone != by_code, "by phone and by code at once: one winner");
        let open =
            pb::ListReceivedGiftsRequest { phone_token: token.clone(), unclaimed_only: true, ..Default::default() };
        assert!(received(&t).list_received_gifts(open).await.unwrap().into_inner().gifts.is_empty());

        t.clock.advance(chrono::Duration::minutes(30));
        assert_eq!(reason(&list(&t, &token, 0, "").await.unwrap_err()), "PHONE_TOKEN_INVALID");
        assert!(one.verify_ledger().await.holds);
    })
    .await;
}

#[tokio::test]
async fn a_phone_is_proven_by_its_newest_code_once_within_five_tries_and_three_minutes() {
    // VO-10, VO-11
    story(|t| async move {
        let first = start(&t, PHONE).await.unwrap();
        assert_eq!(first.phone_masked, "0100****001");
        let replaced = code(&t, PHONE, 1).await;
        let second = start(&t, "010-0000-1001").await.unwrap();
        let newest = code(&t, PHONE, 2).await;
        let wrong = if newest == "000000" { "000001" } else { "000000" };
        let no = |answer: Result<String, Status>| reason(&answer.unwrap_err());
        assert_eq!(no(confirm(&t, &first, &replaced).await), "PHONE_CODE_WRONG_OR_EXPIRED", "replaced");
        assert_eq!(no(confirm(&t, &second, "12345").await), "INVALID_FIELDS");
        let tries = futures::future::join_all((0..5).map(|_| confirm(&t, &second, wrong))).await;
        assert!(tries.into_iter().all(|answer| no(answer) == "PHONE_CODE_WRONG_OR_EXPIRED"));
        assert_eq!(no(confirm(&t, &second, &newest).await), "PHONE_CODE_WRONG_OR_EXPIRED", "no try is left");

        let third = start(&t, PHONE).await.unwrap();
        let right = code(&t, PHONE, 3).await;
        t.clock.advance(chrono::Duration::minutes(3));
        assert_eq!(no(confirm(&t, &third, &right).await), "PHONE_CODE_WRONG_OR_EXPIRED", "late");

        let fourth = start(&t, PHONE).await.unwrap();
        let right = code(&t, PHONE, 4).await;
        let at_once = futures::future::join_all((0..3).map(|_| confirm(&t, &fourth, &right))).await;
        let tokens: Vec<_> = at_once.into_iter().flatten().collect();
        assert_eq!(tokens.len(), 1, "a code is good once");
        assert!(
            list(&t, &tokens[0], 0, "").await.unwrap().gifts.is_empty(),
            "a phone without gifts is answered the same"
        );

        start(&t, PHONE).await.unwrap();
        assert_eq!(reason(&start(&t, PHONE).await.unwrap_err()), "TOO_MANY_ATTEMPTS", "five codes an hour to a phone");
        start(&t, "01000001009").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn counts_of_windows_that_are_over_are_forgotten() {
    // VO-11
    #[derive(sea_orm::FromQueryResult)]
    struct Rows {
        attempts: i64,
        proofs: i64,
    }
    story(|t| async move {
        let rows = async || {
            t.running.flow.run_own(Sweep).await.unwrap();
            let sql =
                "SELECT (SELECT COUNT(*) FROM attempts) AS attempts, (SELECT COUNT(*) FROM phone_proofs) AS proofs";
            let rows: Rows = sql::one(t.running.flow.db().read(), sql, vec![]).await.unwrap();
            (rows.attempts, rows.proofs)
        };
        let proof = start(&t, PHONE).await.unwrap();
        confirm(&t, &proof, "000000").await.ok();
        let (attempts, _) = rows().await;
        assert!(attempts >= 2, "windows that still run are kept");
        t.clock.advance(chrono::Duration::hours(1));
        assert_eq!(rows().await, (0, 0));
    })
    .await;
}
