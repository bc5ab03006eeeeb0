//! Sends: from a sheet to a thousand messages (VO-3 to VO-9).

use contract::{
    notification::v1::{MessageReport, MessageState, MessagesReported, MessagesRequested},
    voucher::v1 as pb,
};
use futures::StreamExt;
use tonic::Code;
use voucher::send::issue_chunk::IssueChunk;

use crate::desk::{Desk, detail, example, id, reason, story, won};

async fn take(
    desk: &Desk<'_>,
    send: &pb::Send,
    sheet: &pb::Sheet,
    right: bool,
) -> Result<pb::TakeRecipientsReply, tonic::Status> {
    let request = pb::TakeRecipientsRequest {
        request_id: id(),
        send_id: send.send_id.clone(),
        sheet_id: sheet.sheet_id.clone(),
        take_right_rows: right,
        take_repeated_rows: false,
        take_rows_sent_before: false,
    };
    Ok(desk.recipients().take_recipients(request).await?.into_inner())
}

#[tokio::test]
async fn a_thousand_rows_become_a_thousand_messages_each_gift_made_once() {
    // VO-4, VO-7, VO-8, NO-1
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(20_000_000).await;
        let send = desk.create(&lot).await;
        let sheet = desk.upload(&send, example("recipients-1000.xlsx")).await.unwrap();
        assert_eq!((sheet.row_count, sheet.right_count, won(&sheet.right_total)), (1_000, 1_000, 16_633_000));
        let taken = take(&desk, &send, &sheet, false).await.unwrap();
        assert_eq!((taken.recipient_count, won(&taken.total)), (1_000, 16_633_000));
        assert_eq!(reason(&take(&desk, &send, &sheet, false).await.unwrap_err()), "SHEET_TAKEN");

        desk.confirm(&send).await.unwrap();
        assert_eq!(desk.buckets(&lot).await, [3_367_000, 16_633_000, 0, 0, 0, 0]);
        let send = desk.dispatched(&send).await;
        assert_eq!(desk.buckets(&lot).await, [3_367_000, 0, 16_633_000, 0, 0, 0]);

        let asked = t.told::<MessagesRequested>(4).await; // 300 a chunk
        let mut ids: Vec<_> = asked.iter().flat_map(|a| &a.messages).map(|m| m.message_id.clone()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 1_000);
        let mut codes: Vec<_> = desk.codes(4).await.into_values().collect();
        codes.sort();
        codes.dedup();
        assert_eq!(codes.len(), 1_000);

        let outcome = send.outcome.unwrap();
        let unclaimed = outcome.unclaimed.unwrap();
        assert_eq!(
            (unclaimed.count, won(&unclaimed.amount), unclaimed.share_basis_points),
            (1_000, 16_633_000, 10_000)
        );
        let verified = desk.verify_ledger().await;
        assert!(verified.holds, "{:?}", verified.breaches);
    })
    .await;
}

#[tokio::test]
async fn many_dispatchers_at_once_make_each_gift_once() {
    // VO-8, I5: as many replicas as there may be, and one that stops after every chunk
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(20_000_000).await;
        let send = desk.create(&lot).await;
        let sheet = desk.upload(&send, example("recipients-1000.xlsx")).await.unwrap();
        take(&desk, &send, &sheet, false).await.unwrap();
        desk.confirm(&send).await.unwrap();
        let dispatchers = (0..6).map(|_| async {
            for _ in 0..8 {
                t.running.flow.run_own(IssueChunk).await.unwrap();
            }
        });
        futures::future::join_all(dispatchers).await;
        let send = desk.dispatched(&send).await;
        assert_eq!(send.outcome.unwrap().unclaimed.unwrap().count, 1_000);
        let messages: usize = t.told::<MessagesRequested>(4).await.iter().map(|asked| asked.messages.len()).sum();
        assert_eq!(messages, 1_000);
        let prove = pb::ProveLotRequest { lot_id: lot.lot_id.clone(), page_size: 100, ..Default::default() };
        let proof = desk.lots().prove_lot(prove).await.unwrap().into_inner();
        assert!(proof.holds, "{:?}", proof.breaches);
        assert_eq!(proof.entries.len(), 2 + 4, "funded, reserved, and one entry a chunk");
    })
    .await;
}

#[tokio::test]
async fn what_people_type_is_told_apart_row_by_row() {
    // VO-4, VO-5
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(1_000_000).await;
        let send = desk.create(&lot).await;
        let sheet = desk.upload(&send, example("recipients-as-people-type.xlsx")).await.unwrap();
        let counts = (sheet.row_count, sheet.right_count, sheet.repeated_count, sheet.wrong_count, sheet.blank_count);
        assert_eq!(counts, (16, 7, 1, 7, 1));
        let flawed: Vec<_> = sheet
            .flawed_rows
            .iter()
            .map(|row| (row.row_number, row.problems[0].column_letter.as_str(), row.problems[0].reason.as_str()))
            .collect();
        assert_eq!(
            flawed,
            [
                (9, "B", "PHONE_REPEATED"),
                (10, "B", "NOT_A_MOBILE_NUMBER"),
                (11, "A", "MISSING"),
                (12, "C", "AMOUNT_OUT_OF_RANGE"),
                (13, "C", "AMOUNT_NOT_IN_UNITS"),
                (14, "C", "NOT_AN_AMOUNT"),
                (15, "C", "AMOUNT_OUT_OF_RANGE"),
                (16, "B", "NOT_A_MOBILE_NUMBER"),
            ]
        );
        assert!(sheet.flawed_rows.iter().all(|row| !row.phone_masked.contains("0000")), "phones are masked");

        let no = take(&desk, &send, &sheet, false).await.unwrap_err();
        assert_eq!((no.code(), reason(&no).as_str()), (Code::FailedPrecondition, "SHEET_HAS_WRONG_ROWS"));
        assert_eq!(desk.get(&send).await.recipient_count, 0);
        let taken = take(&desk, &send, &sheet, true).await.unwrap();
        assert_eq!((taken.taken_count, won(&taken.taken_total)), (7, 110_000));
    })
    .await;
}

#[tokio::test]
async fn a_send_larger_than_its_lot_is_refused_with_a_way_to_split_it() {
    // VO-3
    story(|t| async move {
        let desk = Desk::new(&t);
        let (larger, smaller) = (desk.fund(300_000).await, desk.fund(200_000).await);
        let send = desk.create(&larger).await;
        desk.add(&send, &[("가", "01000001001", 250_000), ("나", "01000001002", 250_000)]).await;
        let no = desk.confirm(&send).await.unwrap_err();
        assert_eq!(reason(&no), "LOT_BALANCE_TOO_LOW");
        assert!(detail(&no, "lots").contains(&smaller.lot_id), "{}", detail(&no, "lots"));
        assert_eq!(desk.buckets(&larger).await, [300_000, 0, 0, 0, 0, 0]);
        // What it proposes is what the helper call makes: a gift of 250,000 does not fit the lot of 200,000.
        let proposed = pb::ProposeSplitRequest { send_id: send.send_id.clone(), ..Default::default() };
        let proposed = desk.sends().propose_split(proposed).await.unwrap().into_inner();
        let parts: Vec<_> = proposed.parts.iter().map(|part| (part.lot_id.as_str(), won(&part.amount))).collect();
        assert_eq!((parts, won(&proposed.missing)), (vec![(larger.lot_id.as_str(), 250_000)], 250_000));
        assert_eq!(detail(&no, "split"), format!("{} (250,000)", larger.lot_id));
        assert_eq!((detail(&no, "total").as_str(), detail(&no, "missing").as_str()), ("500,000", "250,000"));

        let request = pb::ProposeSplitRequest { total_won: 500_000, ..Default::default() };
        let split = desk.sends().propose_split(request).await.unwrap().into_inner();
        let amounts: Vec<_> = split.parts.iter().map(|part| won(&part.amount)).collect();
        assert_eq!((amounts, won(&split.missing)), (vec![300_000, 200_000], 0));
    })
    .await;
}

#[tokio::test]
async fn a_confirmation_needs_a_verification_of_this_person_for_this_content_used_once() {
    // VO-7
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(1_000_000).await;
        let send = desk.create(&lot).await;
        desk.add(&send, &[("홍길동", "01000001001", 10_000)]).await;
        let hash = desk.get(&send).await.content_hash;
        let confirm = async |token: String| {
            let request =
                pb::ConfirmSendRequest { request_id: id(), send_id: send.send_id.clone(), verification_token: token };
            desk.sends().confirm_send(request).await.map(|send| send.into_inner())
        };
        assert_eq!(reason(&confirm(String::new()).await.unwrap_err()), "VERIFICATION_REQUIRED");
        assert_eq!(reason(&confirm("a.b.c".into()).await.unwrap_err()), "VERIFICATION_NOT_FOR_THIS");
        let other = desk.verification("another content");
        assert_eq!(reason(&confirm(other).await.unwrap_err()), "VERIFICATION_NOT_FOR_THIS");
        let stranger = Desk::new(&t).verification(&hash);
        assert_eq!(reason(&confirm(stranger).await.unwrap_err()), "VERIFICATION_NOT_FOR_THIS");

        let token = desk.verification(&hash);
        let change = pb::ChangeSendRequest {
            request_id: id(),
            send_id: send.send_id.clone(),
            title: Some("새해 선물".into()),
            ..Default::default()
        };
        desk.sends().change_send(change).await.unwrap();
        assert_eq!(reason(&confirm(token).await.unwrap_err()), "VERIFICATION_NOT_FOR_THIS");

        let token = desk.verification(&desk.get(&send).await.content_hash);
        confirm(token.clone()).await.unwrap();
        assert_eq!(reason(&confirm(token).await.unwrap_err()), "SEND_NOT_DRAFT");
        assert_eq!(desk.buckets(&lot).await[1], 10_000, "reserved once");
    })
    .await;
}

#[tokio::test]
async fn a_scheduled_send_waits_for_its_minute_and_can_be_changed_until_then() {
    // VO-8, VO-9
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(1_000_000).await;
        let at = t.clock.now() + chrono::Duration::hours(1);
        let draft = pb::CreateSendRequest {
            r#type: pb::SendType::Scheduled.into(),
            scheduled_time: contract::timestamp(at),
            ..desk.draft(&lot)
        };
        let send = desk.sends().create_send(draft).await.unwrap().into_inner();
        desk.add(&send, &[("가", "01000001001", 10_000), ("나", "01000001002", 20_000)]).await;
        let send = desk.confirm(&send).await.unwrap();
        assert_eq!(send.state(), pb::SendState::Scheduled);

        let list = pb::ListRecipientsRequest { send_id: send.send_id.clone(), ..Default::default() };
        let people = desk.recipients().list_recipients(list).await.unwrap().into_inner().recipients;
        assert_eq!(people[0].phone_masked, "0100****001");
        let remove = pb::RemoveRecipientsRequest {
            request_id: id(),
            send_id: send.send_id.clone(),
            recipient_ids: vec![people[1].recipient_id.clone()],
            all: false,
        };
        desk.recipients().remove_recipients(remove).await.unwrap();
        assert_eq!(desk.buckets(&lot).await, [990_000, 10_000, 0, 0, 0, 0]);

        let change = |token: String| pb::ChangeSendRequest {
            request_id: id(),
            send_id: send.send_id.clone(),
            title: Some("바뀐 제목".into()),
            verification_token: token,
            ..Default::default()
        };
        let no = desk.sends().change_send(change(String::new())).await.unwrap_err();
        assert_eq!(reason(&no), "VERIFICATION_REQUIRED");
        let token = desk.verification(&detail(&no, "content_hash"));
        desk.sends().change_send(change(token)).await.unwrap();

        t.clock.advance(chrono::Duration::minutes(59));
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
        assert_eq!(desk.get(&send).await.state(), pb::SendState::Scheduled, "not before its minute");
        t.clock.advance(chrono::Duration::minutes(1));
        let cancel = pb::CancelSendRequest { request_id: id(), send_id: send.send_id.clone() };
        assert_eq!(reason(&desk.sends().cancel_send(cancel).await.unwrap_err()), "SEND_NOT_CANCELLABLE");
        desk.dispatched(&send).await;
        assert_eq!(desk.buckets(&lot).await, [990_000, 0, 10_000, 0, 0, 0]);
        assert!(desk.verify_ledger().await.holds);
    })
    .await;
}

#[tokio::test]
async fn a_lot_that_ends_before_the_send_does_not_pay_for_it_whenever_it_was_chosen() {
    // VO-8: not after the lot's last day, also when the lot is changed after the time
    story(|t| async move {
        let desk = Desk::new(&t);
        let long = desk.fund(100_000).await;
        let short = desk.fund_on(100_000, words::Day::parse("2021-11-24").unwrap()).await;
        let draft = pb::CreateSendRequest {
            r#type: pb::SendType::Scheduled.into(),
            scheduled_time: contract::timestamp(t.clock.now() + chrono::Duration::days(3)),
            ..desk.draft(&long)
        };
        let send = desk.sends().create_send(draft).await.unwrap().into_inner();
        desk.add(&send, &[("가", "01000001001", 10_000)]).await;
        let change = pb::ChangeSendRequest {
            request_id: id(),
            send_id: send.send_id.clone(),
            lot_id: Some(short.lot_id.clone()),
            ..Default::default()
        };
        desk.sends().change_send(change).await.unwrap();
        assert_eq!(reason(&desk.confirm(&send).await.unwrap_err()), "LOT_EXPIRED");
        assert_eq!(desk.buckets(&short).await, [100_000, 0, 0, 0, 0, 0]);
    })
    .await;
}

#[tokio::test]
async fn calling_off_or_emptying_a_scheduled_send_gives_its_reservation_back() {
    // VO-9
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(1_000_000).await;
        for empty in [false, true] {
            let at = t.clock.now() + chrono::Duration::hours(1);
            let draft = pb::CreateSendRequest {
                r#type: pb::SendType::Scheduled.into(),
                scheduled_time: contract::timestamp(at),
                ..desk.draft(&lot)
            };
            let send = desk.sends().create_send(draft).await.unwrap().into_inner();
            desk.add(&send, &[("가", "01000001001", 10_000)]).await;
            desk.confirm(&send).await.unwrap();
            if empty {
                let all = pb::RemoveRecipientsRequest {
                    request_id: id(),
                    send_id: send.send_id.clone(),
                    recipient_ids: Vec::new(),
                    all: true,
                };
                assert!(desk.recipients().remove_recipients(all).await.unwrap().into_inner().cancelled);
            } else {
                let cancel = pb::CancelSendRequest { request_id: id(), send_id: send.send_id.clone() };
                let send = desk.sends().cancel_send(cancel).await.unwrap().into_inner();
                assert_eq!(send.outcome.unwrap().recalled.unwrap().count, 1, "on cancel all count as recalled");
            }
            assert_eq!(desk.get(&send).await.state(), pb::SendState::Cancelled);
            assert_eq!(desk.buckets(&lot).await, [1_000_000, 0, 0, 0, 0, 0]);
        }
        assert!(desk.verify_ledger().await.holds);
    })
    .await;
}

#[tokio::test]
async fn progress_is_watched_until_every_message_has_its_end_and_never_goes_back() {
    // VO-8
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(1_000_000).await;
        let (send, _) = desk.sent(&lot, &[("가", "01000001001", 10_000), ("나", "01000001002", 10_000)]).await;
        let asked = t.told::<MessagesRequested>(1).await.remove(0).messages;
        let report = |at: usize, state: MessageState| MessagesReported {
            reports: vec![MessageReport {
                message_id: asked[at].message_id.clone(),
                reference: asked[at].reference.clone(),
                state: state.into(),
                ..Default::default()
            }],
        };
        t.hear("m", report(0, MessageState::Delivered)).await;
        t.hear("m", report(0, MessageState::Accepted)).await; // late
        t.hear("m", report(1, MessageState::Accepted)).await;
        let ask = pb::GetSendProgressRequest { send_id: send.send_id.clone() };
        let now = desk.sends().get_send_progress(ask).await.unwrap().into_inner();
        assert_eq!((now.issued, now.handed_over, now.delivered, now.failed), (2, 2, 1, 0));

        let watch = pb::WatchSendProgressRequest { send_id: send.send_id.clone() };
        let mut watched = desk.sends().watch_send_progress(watch).await.unwrap().into_inner();
        assert_eq!(watched.next().await.unwrap().unwrap(), now);
        t.hear("m", report(1, MessageState::Failed)).await;
        let last = watched.next().await.unwrap().unwrap();
        assert_eq!((last.handed_over, last.delivered, last.failed), (2, 1, 1));
        assert!(watched.next().await.is_none());
    })
    .await;
}

#[tokio::test]
async fn the_dashboard_says_what_can_be_sent_and_what_was() {
    // VO-14
    story(|t| async move {
        let desk = Desk::new(&t);
        let lots = [desk.fund(300_000).await, desk.fund(200_000).await];
        desk.sent(&lots[0], &[("가", "01000001001", 10_000), ("나", "01000001002", 20_000)]).await;
        let draft = pb::CreateSendRequest {
            r#type: pb::SendType::Scheduled.into(),
            scheduled_time: contract::timestamp(
                t.clock.now() + chrono::Duration::minutes(60) - chrono::Duration::seconds(2),
            ),
            ..desk.draft(&lots[1])
        };
        let send = desk.sends().create_send(draft).await.unwrap().into_inner();
        desk.add(&send, &[("다", "01000001003", 50_000)]).await;
        desk.confirm(&send).await.unwrap();
        let summary = desk.lots().get_voucher_summary(pb::GetVoucherSummaryRequest {}).await.unwrap().into_inner();
        assert_eq!((won(&summary.sendable), won(&summary.reserved)), (420_000, 50_000));
        assert_eq!((summary.scheduled_sends, summary.total_sends, summary.last_send_gifts), (1, 1, 2));
        assert!(summary.last_send_time.is_some());
    })
    .await;
}

#[tokio::test]
async fn another_company_sees_no_send_and_cannot_touch_one() {
    // S23
    story(|t| async move {
        let (desk, stranger) = (Desk::new(&t), Desk::new(&t));
        let lot = desk.fund(1_000_000).await;
        let send = desk.create(&lot).await;
        let no = stranger.sends().get_send(pb::GetSendRequest { send_id: send.send_id.clone() }).await.unwrap_err();
        assert_eq!((no.code(), reason(&no).as_str()), (Code::NotFound, "SEND_NOT_FOUND"));
        let watch = pb::WatchSendProgressRequest { send_id: send.send_id.clone() };
        assert_eq!(stranger.sends().watch_send_progress(watch).await.unwrap_err().code(), Code::NotFound);
        let cancel = pb::CancelSendRequest { request_id: id(), send_id: send.send_id.clone() };
        assert_eq!(stranger.sends().cancel_send(cancel).await.unwrap_err().code(), Code::NotFound);
        assert_eq!(stranger.upload(&send, example("recipients-50.xls")).await.unwrap_err().code(), Code::NotFound);
        assert_eq!(reason(&stranger.sends().create_send(desk.draft(&lot)).await.unwrap_err()), "LOT_NOT_FOUND");
        let list = stranger.sends().list_sends(pb::ListSendsRequest::default()).await.unwrap().into_inner();
        assert!(list.sends.is_empty());
    })
    .await;
}
