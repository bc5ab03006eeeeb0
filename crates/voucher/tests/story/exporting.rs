//! Lists as Excel sheets (VO-13).

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use contract::{
    exported::{self, DataExported},
    voucher::v1 as pb,
};
use tonic::Code;

use crate::desk::{Desk, detail, example, id, reason, story};

/// The rows of a file, the headings first.
fn rows(file: Vec<u8>) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file)).unwrap();
    let (_, cells) = book.worksheets().remove(0);
    cells.rows().map(<[Data]>::to_vec).collect()
}

fn texts(row: &[Data]) -> Vec<String> {
    row.iter().map(ToString::to_string).collect()
}

fn all_sends() -> pb::ExportSendsRequest {
    pb::ExportSendsRequest { reason: "정산".into(), ..Default::default() }
}

#[tokio::test]
async fn sends_and_recipients_are_exported_masked_with_their_outcome_and_no_formula() {
    // VO-13
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(1_000_000).await;
        let people =
            [("홍길동", "01000001001", 10_000), ("김하나", "01000001002", 20_000), ("이둘", "01000001003", 30_000)];
        let (send, codes) = desk.sent(&lot, &people).await;
        desk.claim(&codes["01000001001"]).await.unwrap();
        desk.decline(&codes["01000001002"]).await.unwrap();
        let draft = pb::CreateSendRequest { title: "=1+1".into(), ..desk.draft(&lot) };
        let draft = desk.sends().create_send(draft).await.unwrap().into_inner();
        desk.add(&draft, &[("박셋", "01000001004", 5_000)]).await;

        let file = desk.sends().export_sends(all_sends()).await.unwrap().into_inner();
        let sends = rows(file.data);
        assert_eq!(sends.len(), 3, "the headings and two sends");
        assert_eq!((texts(&sends[1])[0].clone(), texts(&sends[1])[5].clone()), (draft.send_id.clone(), "'=1+1".into()));
        let sent = texts(&sends[2]);
        assert_eq!(sent[1], "완료");
        let figures =
            ["3", "60000", "1", "10000", "33.33%", "1", "30000", "33.33%", "0", "0", "0.00%", "1", "20000", "33.33%"];
        assert_eq!(sent[7..21], figures);
        let completed = pb::ExportSendsRequest { state: pb::SendState::Completed.into(), ..all_sends() };
        let file = desk.sends().export_sends(completed).await.unwrap().into_inner();
        assert_eq!(rows(file.data).len(), 2, "as the list filters");

        let ask = |send: &pb::Send| pb::ExportRecipientsRequest {
            send_id: send.send_id.clone(),
            reason: "정산".into(),
            ..Default::default()
        };
        let file = desk.recipients().export_recipients(ask(&send)).await.unwrap().into_inner();
        let recipients = rows(file.data);
        let states: Vec<_> = recipients[1..].iter().map(|row| texts(row)[4].clone()).collect();
        assert_eq!(states, ["수령", "고객거절", "미수령"]);
        assert_eq!(texts(&recipients[1])[2], "0100****001");
        assert!(!format!("{recipients:?}").contains("홍길동"), "names are masked");
        let part = pb::ExportRecipientsRequest { from_number: 2, to_number: 2, ..ask(&send) };
        assert_eq!(rows(desk.recipients().export_recipients(part).await.unwrap().into_inner().data).len(), 2);

        let cancel = pb::CancelSendRequest { request_id: id(), send_id: draft.send_id.clone() };
        desk.sends().cancel_send(cancel).await.unwrap();
        let file = desk.recipients().export_recipients(ask(&draft)).await.unwrap().into_inner();
        assert_eq!(texts(&rows(file.data)[1])[4], "회수", "on cancel all count as recalled");

        let no = Desk::new(&t).recipients().export_recipients(ask(&send)).await.unwrap_err();
        assert_eq!((no.code(), reason(&no).as_str()), (Code::NotFound, "SEND_NOT_FOUND"));
        let strange = Desk::new(&t);
        let file = strange.sends().export_sends(all_sends()).await.unwrap().into_inner();
        assert_eq!(rows(file.data).len(), 1, "the headings alone");
    })
    .await;
}

#[tokio::test]
async fn a_file_is_given_for_a_reason_once_the_trail_knows_of_it() {
    // S55
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(100_000).await;
        let send = desk.create(&lot).await;
        desk.add(&send, &[("홍길동", "01000001001", 5_000), ("김하나", "01000001002", 5_000)]).await;
        let sheet = desk.upload(&send, example("recipients-50.xls")).await.unwrap();

        let no = desk.sends().export_sends(pb::ExportSendsRequest::default()).await.unwrap_err();
        assert_eq!((reason(&no).as_str(), detail(&no, "fields").as_str()), ("INVALID_FIELDS", "reason"));
        let of_send = |reason: &str| pb::ExportRecipientsRequest {
            send_id: send.send_id.clone(),
            reason: reason.into(),
            ..Default::default()
        };
        let no = desk.recipients().export_recipients(of_send("두\n줄")).await.unwrap_err();
        assert_eq!((reason(&no).as_str(), detail(&no, "fields").as_str()), ("INVALID_FIELDS", "reason"));
        let of_sheet =
            |reason: &str| pb::ExportSheetResultRequest { sheet_id: sheet.sheet_id.clone(), reason: reason.into() };
        let no = desk.sheets().export_sheet_result(of_sheet(" ")).await.unwrap_err();
        assert_eq!((reason(&no).as_str(), detail(&no, "fields").as_str()), ("INVALID_FIELDS", "reason"));
        let no = Desk::new(&t).recipients().export_recipients(of_send("궁금해서")).await.unwrap_err();
        assert_eq!(reason(&no), "SEND_NOT_FOUND");

        desk.sends().export_sends(all_sends()).await.unwrap();
        desk.recipients().export_recipients(of_send("고객 문의")).await.unwrap();
        desk.sheets().export_sheet_result(of_sheet("결과 확인")).await.unwrap();
        let told = t.told::<DataExported>(3).await;
        let sealer = t.running.flow.sealer();
        let mut said: Vec<_> = told
            .iter()
            .map(|fact| {
                assert_eq!((&fact.company_id, &fact.actor), (&desk.company.to_string(), &desk.admin.name()));
                let why = exported::open(sealer, &fact.sealed).unwrap().reason;
                (fact.what.as_str(), fact.subject.as_str(), fact.row_count, why)
            })
            .collect();
        said.sort();
        let send = send.send_id.as_str();
        let expected = [
            ("recipients", send, 2, "고객 문의".to_owned()),
            ("sends", "", 1, "정산".to_owned()),
            ("sheet_result", send, 50, "결과 확인".to_owned()),
        ];
        assert_eq!(said, expected, "and nothing of those that were refused");
    })
    .await;
}
