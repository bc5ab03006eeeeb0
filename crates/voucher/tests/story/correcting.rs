//! Sheets as documents (VO-18): rows corrected and left out, what they cost, who was sent to before, and the result afterwards.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use contract::voucher::v1 as pb;
use flow::Caller;
use tonic::{Code, Status};

use crate::desk::{Desk, example, id, reason, story, won};

/// Name, phone, amount.
fn csv(rows: &[(&str, &str, &str)]) -> Vec<u8> {
    let mut text = String::from("고객명,휴대폰 번호,금액\n");
    for (name, phone, amount) in rows {
        text += &format!("{name},{phone},{amount}\n");
    }
    text.into_bytes()
}

/// A new name, phone, amount for a row.
async fn correct(
    desk: &Desk<'_>,
    sheet: &pb::Sheet,
    row: i64,
    cells: [Option<&str>; 3],
) -> Result<pb::ChangedSheetRow, Status> {
    let [name, phone, amount] = cells.map(|cell| cell.map(str::to_owned));
    let (request_id, sheet_id) = (id(), sheet.sheet_id.clone());
    let request = pb::CorrectSheetRowRequest { request_id, sheet_id, row_number: row, name, phone, amount };
    Ok(desk.sheets().correct_sheet_row(request).await?.into_inner())
}

async fn drop_row(desk: &Desk<'_>, sheet: &pb::Sheet, row: i64) -> Result<pb::ChangedSheetRow, Status> {
    let request = pb::DropSheetRowRequest { request_id: id(), sheet_id: sheet.sheet_id.clone(), row_number: row };
    Ok(desk.sheets().drop_sheet_row(request).await?.into_inner())
}

async fn rows(desk: &Desk<'_>, sheet: &pb::Sheet) -> Vec<pb::SheetRow> {
    let request = pb::ListSheetRowsRequest { sheet_id: sheet.sheet_id.clone(), page_size: 1_000, ..Default::default() };
    desk.sheets().list_sheet_rows(request).await.unwrap().into_inner().rows
}

/// The counts are what the rows add up to.
async fn adds_up(desk: &Desk<'_>, sheet: &pb::Sheet) {
    let (rows, sheet) = (rows(desk, sheet).await, desk.sheet(sheet).await);
    let of = |verdict: pb::RowVerdict| {
        let those: Vec<_> = rows.iter().filter(|row| row.verdict() == verdict).collect();
        let total: i64 = those.iter().filter(|row| row.price.is_some()).map(|row| won(&row.price)).sum();
        (i64::try_from(those.len()).unwrap(), total)
    };
    assert_eq!((sheet.right_count, won(&sheet.right_total)), of(pb::RowVerdict::Right));
    assert_eq!((sheet.repeated_count, won(&sheet.repeated_total)), of(pb::RowVerdict::Repeated));
    assert_eq!((sheet.sent_before_count, won(&sheet.sent_before_total)), of(pb::RowVerdict::SentBefore));
    assert_eq!((sheet.wrong_count, 0), of(pb::RowVerdict::Wrong));
    assert_eq!((sheet.dropped_count, 0), of(pb::RowVerdict::Dropped));
    let right = rows.iter().filter(|row| row.verdict() == pb::RowVerdict::Right);
    let messages = sheet.messages.unwrap();
    assert_eq!(right.map(|row| i64::from(row.message_bytes)).sum::<i64>(), messages.total_bytes);
    assert_eq!(messages.sms_count + messages.lms_count + messages.mms_count, sheet.right_count);
}

fn verdicts(rows: &[pb::SheetRow]) -> Vec<pb::RowVerdict> {
    rows.iter().map(pb::SheetRow::verdict).collect()
}

#[tokio::test]
async fn rows_are_corrected_and_left_out_until_the_sheet_is_taken() {
    // VO-18, S52
    use pb::RowVerdict::{Dropped, Repeated, Right, Wrong};
    story(|t| async move {
        let desk = Desk::new(&t);
        let send = desk.create(&desk.fund(1_000_000).await).await;
        let file = csv(&[
            ("홍길동", "01000001001", "1000"),
            ("김하나", "0100000100", "2000"),
            ("이둘", "01000001001", "30000"),
            ("박셋", "01000001004", "1050"),
            ("최넷", "01000001004", "100000"),
        ]);
        let sheet = desk.upload(&send, file).await.unwrap();
        assert_eq!(verdicts(&rows(&desk, &sheet).await), [Right, Wrong, Repeated, Wrong, Right]);
        adds_up(&desk, &sheet).await;

        // Still wrong: told again, with the same reason; the cells not given stay.
        let still = correct(&desk, &sheet, 3, [Some("김한"), None, None]).await.unwrap().row.unwrap();
        assert_eq!((still.verdict(), still.problems[0].reason.as_str()), (Wrong, "NOT_A_MOBILE_NUMBER"));
        assert_eq!(still.name_masked, "김*", "S52: masked");
        let right = correct(&desk, &sheet, 3, [None, Some("010-0000-1002"), None]).await.unwrap();
        assert_eq!((right.row.unwrap().verdict(), right.sheet.unwrap().wrong_count), (Right, 1));
        adds_up(&desk, &sheet).await;

        // The first of a phone goes away: the next one is the first now.
        correct(&desk, &sheet, 2, [None, Some("1000001009"), None]).await.unwrap();
        assert_eq!(verdicts(&rows(&desk, &sheet).await), [Right, Right, Right, Wrong, Right]);
        // And comes back: the other one repeats it.
        correct(&desk, &sheet, 2, [None, Some("01000001001"), Some("10,000원")]).await.unwrap();
        assert_eq!(verdicts(&rows(&desk, &sheet).await), [Right, Right, Repeated, Wrong, Right]);
        adds_up(&desk, &sheet).await;
        // A corrected row stands before the one that had its phone.
        let earlier = correct(&desk, &sheet, 5, [None, None, Some("1100")]).await.unwrap().row.unwrap();
        assert_eq!((earlier.verdict(), won(&earlier.price)), (Right, 1_100));
        assert_eq!(verdicts(&rows(&desk, &sheet).await), [Right, Right, Repeated, Right, Repeated]);
        adds_up(&desk, &sheet).await;

        drop_row(&desk, &sheet, 2).await.unwrap();
        assert_eq!(verdicts(&rows(&desk, &sheet).await), [Dropped, Right, Right, Right, Repeated]);
        adds_up(&desk, &sheet).await;
        correct(&desk, &sheet, 2, [None, None, None]).await.unwrap();
        assert_eq!(verdicts(&rows(&desk, &sheet).await), [Right, Right, Repeated, Right, Repeated]);
        let emptied = correct(&desk, &sheet, 6, [Some(""), Some(""), Some("")]).await.unwrap().row.unwrap();
        assert_eq!((emptied.verdict(), emptied.problems.len()), (Wrong, 3));
        drop_row(&desk, &sheet, 6).await.unwrap();
        adds_up(&desk, &sheet).await;

        let no = correct(&desk, &sheet, 7, [None, None, None]).await.unwrap_err();
        assert_eq!((no.code(), reason(&no).as_str()), (Code::NotFound, "SHEET_ROW_NOT_FOUND"));
        assert_eq!(reason(&drop_row(&desk, &sheet, 0).await.unwrap_err()), "INVALID_FIELDS");
        let no = correct(&Desk::new(&t), &sheet, 2, [None, None, None]).await.unwrap_err();
        assert_eq!(reason(&no), "SHEET_NOT_FOUND", "another company's");

        let take = pb::TakeRecipientsRequest { take_repeated_rows: true, ..desk.take(&sheet) };
        let taken = desk.recipients().take_recipients(take).await.unwrap().into_inner();
        assert_eq!((taken.taken_count, won(&taken.taken_total)), (4, 10_000 + 2_000 + 30_000 + 1_100));
        assert_eq!(reason(&correct(&desk, &sheet, 2, [None, None, None]).await.unwrap_err()), "SHEET_TAKEN");
        assert_eq!(reason(&drop_row(&desk, &sheet, 2).await.unwrap_err()), "SHEET_TAKEN");
        desk.confirm(&send).await.unwrap();
        assert_eq!(reason(&drop_row(&desk, &sheet, 2).await.unwrap_err()), "SEND_NOT_DRAFT");
    })
    .await;
}

#[tokio::test]
async fn corrections_of_one_sheet_at_once_leave_its_counts_exact() {
    // VO-18
    story(|t| async move {
        let desk = Desk::new(&t);
        let send = desk.create(&desk.fund(1_000_000).await).await;
        let people: Vec<(String, String)> = (0..12).map(|n| (format!("고객{n}"), format!("010000020{n:02}"))).collect();
        let typed: Vec<_> = people.iter().map(|(name, phone)| (name.as_str(), phone.as_str(), "1000")).collect();
        let sheet = desk.upload(&send, csv(&typed)).await.unwrap();
        // All become one phone, at the same time.
        let changes = (2..=13).map(|row| correct(&desk, &sheet, row, [None, Some("01000002099"), None]));
        for changed in futures::future::join_all(changes).await {
            changed.unwrap();
        }
        let now = desk.sheet(&sheet).await;
        assert_eq!((now.right_count, now.repeated_count), (1, 11));
        adds_up(&desk, &sheet).await;
    })
    .await;
}

#[tokio::test]
async fn a_row_shows_what_it_costs_and_how_its_message_travels() {
    // VO-18, VO-6
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(1_000_000).await;
        let send = desk.create(&lot).await;
        let file = csv(&[("홍길동", "01000001001", "1000"), ("김하나", "01000001002", "10000"), ("이둘", "x", "1000")]);
        let sheet = desk.upload(&send, file.clone()).await.unwrap();
        let rows = rows(&desk, &sheet).await;
        assert_eq!([won(&rows[0].price), won(&rows[1].price)], [1_000, 10_000]);
        assert_eq!(rows[1].message_bytes, rows[0].message_bytes + 1, "10,000 is one character longer");
        assert_eq!(rows[0].message_kind(), pb::MessageKind::Lms);
        assert_eq!((rows[2].price.as_ref(), rows[2].message_bytes), (None, 0));
        let all = rows[0].message_bytes + rows[1].message_bytes;
        let messages = sheet.messages.unwrap();
        assert_eq!((messages.lms_count, messages.total_bytes), (2, i64::from(all)));
        // The draft's message changes, and with it what the rows would get: two bytes more for a Hangul syllable.
        let body = format!("{}가", desk.get(&send).await.message.unwrap().body);
        let message = pb::SendMessage { subject: "감사합니다".into(), body };
        let change = pb::ChangeSendRequest {
            request_id: id(),
            send_id: send.send_id.clone(),
            message: Some(message),
            ..Default::default()
        };
        desk.sends().change_send(change).await.unwrap();
        assert_eq!(desk.sheet(&sheet).await.messages.unwrap().total_bytes, i64::from(all) + 4);
    })
    .await;
}

#[tokio::test]
async fn phones_of_earlier_sends_are_warned_of_and_taken_only_if_the_caller_says_so() {
    // VO-18
    use pb::RowVerdict::{Repeated, Right, SentBefore};
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(1_000_000).await;
        let first = desk.create(&lot).await;
        desk.add(&first, &[("홍길동", "01000001001", 1_000), ("김하나", "01000001002", 1_000)]).await;
        let file = csv(&[
            ("홍길동", "010-0000-1001", "1000"),
            ("이둘", "01000001003", "1000"),
            ("홍길동", "01000001001", "2000"),
            ("이둘", "01000001003", "3000"),
        ]);
        let second = desk.create(&lot).await;
        let sheet = desk.upload(&second, file.clone()).await.unwrap();
        assert_eq!((sheet.right_count, sheet.repeat_days), (2, 30), "a draft is no send yet");

        desk.confirm(&first).await.unwrap();
        desk.dispatched(&first).await;
        let day = words::Day::of(t.clock.now());
        let sheet = desk.upload(&second, file.clone()).await.unwrap();
        let listed = rows(&desk, &sheet).await;
        assert_eq!(verdicts(&listed), [SentBefore, Right, Repeated, Repeated]);
        assert_eq!(listed[0].problems[0].reason, "PHONE_SENT_BEFORE");
        for row in [&listed[0], &listed[2]] {
            let earlier = row.earlier_send.as_ref().unwrap();
            assert_eq!((&earlier.send_id, earlier.day), (&first.send_id, contract::date(day)));
        }
        assert!(listed[1].earlier_send.is_none() && listed[3].earlier_send.is_none());
        assert_eq!((sheet.sent_before_count, won(&sheet.sent_before_total)), (1, 1_000));
        adds_up(&desk, &sheet).await;
        let strange = Desk::new(&t);
        let other = strange.create(&strange.fund(100_000).await).await;
        assert_eq!(strange.upload(&other, file.clone()).await.unwrap().right_count, 2, "others' sends are not told");

        // A row corrected to such a phone is warned of, too.
        let to = correct(&desk, &sheet, 3, [None, Some("01000001002"), None]).await.unwrap().row.unwrap();
        assert_eq!((to.verdict(), to.earlier_send.unwrap().send_id), (SentBefore, first.send_id.clone()));
        correct(&desk, &sheet, 3, [None, Some("01000001003"), None]).await.unwrap();
        adds_up(&desk, &sheet).await;

        let repeated = pb::TakeRecipientsRequest { take_repeated_rows: true, ..desk.take(&sheet) };
        let no = desk.recipients().take_recipients(repeated.clone()).await.unwrap_err();
        assert_eq!(reason(&no), "SHEET_SENT_BEFORE");
        let without = pb::TakeRecipientsRequest { request_id: id(), take_right_rows: true, ..repeated };
        let taken = desk.recipients().take_recipients(without).await.unwrap().into_inner();
        assert_eq!(won(&taken.taken_total), 1_000 + 3_000, "none of the rows with a phone sent to before");
        let sheet = desk.upload(&second, file.clone()).await.unwrap();
        let with =
            pb::TakeRecipientsRequest { take_repeated_rows: true, take_rows_sent_before: true, ..desk.take(&sheet) };
        let taken = desk.recipients().take_recipients(with).await.unwrap().into_inner();
        assert_eq!(won(&taken.taken_total), 7_000);

        // The days are the caller's: a send of so many days ago is seen, the day after it is not.
        let third = desk.create(&lot).await;
        let looking = |days| pb::UploadSheetHead { repeat_days: days, ..desk.head(&third) };
        t.clock.advance(chrono::Duration::days(2));
        assert_eq!(desk.upload_as(looking(2), file.clone()).await.unwrap().sent_before_count, 1);
        assert_eq!(desk.upload_as(looking(1), file.clone()).await.unwrap().sent_before_count, 0);
        for days in [-1, 91] {
            assert_eq!(reason(&desk.upload_as(looking(days), file.clone()).await.unwrap_err()), "INVALID_FIELDS");
        }
    })
    .await;
}

#[tokio::test]
async fn a_large_sheet_sent_again_is_warned_of_row_by_row() {
    // VO-18
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(100_000_000).await;
        let at = t.clock.now() + chrono::Duration::hours(2);
        let at = at.timestamp() / 60 * 60;
        let scheduled = pb::CreateSendRequest {
            r#type: pb::SendType::Scheduled.into(),
            scheduled_time: Some(prost_types::Timestamp { seconds: at, nanos: 0 }),
            ..desk.draft(&lot)
        };
        let first = desk.sends().create_send(scheduled).await.unwrap().into_inner();
        let again = desk.create(&lot).await;
        let file = example("recipients-200-cp949.csv");
        let sheet = desk.upload(&first, file.clone()).await.unwrap();
        desk.recipients().take_recipients(desk.take(&sheet)).await.unwrap();
        desk.confirm(&first).await.unwrap();
        let repeated = desk.upload(&again, file).await.unwrap();
        assert_eq!((repeated.right_count, repeated.sent_before_count), (0, 200));
        assert_eq!(won(&repeated.sent_before_total), won(&sheet.right_total));
        assert!(repeated.flawed_rows.iter().all(|row| row.earlier_send.as_ref().unwrap().send_id == first.send_id));
        // Called off, it is no send any more.
        let cancel = pb::CancelSendRequest { request_id: id(), send_id: first.send_id.clone() };
        desk.sends().cancel_send(cancel).await.unwrap();
        let now = desk.upload(&again, example("recipients-200-cp949.csv")).await.unwrap();
        assert_eq!((now.right_count, now.sent_before_count), (200, 0));
    })
    .await;
}

#[tokio::test]
async fn afterwards_the_sheet_tells_what_became_of_each_row() {
    // VO-18, S54
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(1_000_000).await;
        let file = csv(&[
            ("홍길동", "01000001001", "1000"),
            ("김하나", "전화없음", "2000"),
            ("", "", ""),
            ("이둘", "01000001003", "3000"),
            ("박셋", "01000001003", "3000"),
            ("최넷", "01000001004", "4000"),
            ("=1+1", "01000001005", "5000"),
        ]);
        let send = desk.create(&lot).await;
        let sheet = desk.upload(&send, file).await.unwrap();
        let result = |desk: &Desk<'_>| {
            let request =
                pb::ExportSheetResultRequest { sheet_id: sheet.sheet_id.clone(), reason: "결과 확인".into() };
            let mut sheets = desk.sheets();
            async move { sheets.export_sheet_result(request).await.map(|file| texts(file.into_inner().data)) }
        };
        assert_eq!(
            column(&result(&desk).await.unwrap(), 4),
            ["등록 전", "오류", "등록 전", "등록 전", "등록 전", "오류"]
        );
        drop_row(&desk, &sheet, 7).await.unwrap();
        let take = pb::TakeRecipientsRequest { take_right_rows: true, ..desk.take(&sheet) };
        desk.recipients().take_recipients(take).await.unwrap();
        desk.confirm(&send).await.unwrap();
        desk.dispatched(&send).await;
        let codes = t
            .until("both messages are asked for", || async {
                Some(desk.codes(1).await).filter(|codes| codes.len() == 2)
            })
            .await;
        desk.claim(&codes["01000001001"]).await.unwrap();

        let told = result(&desk).await.unwrap();
        assert_eq!(told[0][..5], ["행", "이름", "휴대폰", "금액", "등록"]);
        assert_eq!(column(&told, 0), ["2", "3", "5", "6", "7", "8"], "as the spreadsheet numbers them");
        assert_eq!(column(&told, 4), ["등록", "오류", "등록", "중복 제외", "제외", "오류"]);
        assert_eq!(column(&told, 6), ["수령", "", "미수령", "", "", ""]);
        assert_eq!(column(&told, 7), ["요청", "", "요청", "", "", ""]);
        assert!(told[2][5].contains("휴대폰") && told[6][5].contains("이름"), "{told:?}");
        assert_eq!(told[1][8].len(), "2026-11-23 01:00:00".len());
        let whole = format!("{told:?}");
        assert!(!whole.contains("홍길동") && !whole.contains("01000001001"), "masked: {whole}");
        assert!(told[6][1].starts_with("'="), "no formula: {whole}");
        let no = result(&Desk::new(&t)).await.unwrap_err();
        assert_eq!(reason(&no), "SHEET_NOT_FOUND");
        let reader = Desk { t: &t, company: desk.company, admin: Caller::anyone() };
        assert!(result(&reader).await.is_err());
    })
    .await;
}

fn texts(file: Vec<u8>) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file)).unwrap();
    let (_, cells) = book.worksheets().remove(0);
    cells.rows().map(|row: &[Data]| row.iter().map(ToString::to_string).collect()).collect()
}

/// A column below its heading.
fn column(rows: &[Vec<String>], place: usize) -> Vec<String> {
    rows[1..].iter().map(|row| row[place].clone()).collect()
}

#[tokio::test]
async fn a_staged_sheet_is_forgotten_once_nobody_needs_it() {
    // VO-18: names and phones do not lie about for ever
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(1_000_000).await;
        let send = desk.create(&lot).await;
        let untaken = desk.upload(&send, csv(&[("홍길동", "01000001001", "1000")])).await.unwrap();
        let taken = desk.upload(&send, csv(&[("김하나", "01000001002", "2000")])).await.unwrap();
        desk.recipients().take_recipients(desk.take(&taken)).await.unwrap();
        let there = |sheet: &pb::Sheet| {
            let request = pb::GetSheetRequest { sheet_id: sheet.sheet_id.clone() };
            let mut sheets = desk.sheets();
            async move { sheets.get_sheet(request).await.map_err(|no| reason(&no)).map(drop) }
        };
        let forget = || t.running.flow.run_own(voucher::sheet::forget::ForgetSheets);
        let gone = Err("SHEET_NOT_FOUND".to_owned());
        t.clock.advance(chrono::Duration::days(29));
        forget().await.unwrap();
        assert_eq!((there(&untaken).await, there(&taken).await), (Ok(()), Ok(())));
        t.clock.advance(chrono::Duration::days(1));
        forget().await.unwrap();
        assert_eq!((there(&untaken).await, there(&taken).await), (gone.clone(), Ok(())));
        t.clock.advance(chrono::Duration::days(60));
        forget().await.unwrap();
        assert_eq!(there(&taken).await, gone);
        assert_eq!(desk.get(&send).await.recipient_count, 1, "who is on the send stays on it");
    })
    .await;
}
