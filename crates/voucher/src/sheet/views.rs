//! Staged sheets as their company sees them: counts, every flawed row with its reasons, what each row costs and how long its
//! message is, names and phones masked (VO-4, VO-18, S52).

use std::sync::Arc;

use contract::{date, money, timestamp, voucher::v1 as pb};
use flow::{Fields, Page, Read, Refusal, Stop, code};
use words::{Money, mask};

use super::{
    Column, FLAWED_ROWS_SHOWN, Format, Row, SheetId, Verdict, correct::Changed, counts::AMOUNTS, judge, table,
    upload::Sheet,
};
use crate::{
    gift_code::GiftCode,
    message::{self, Message},
    send::{self, SEND_NOT_FOUND, views::message_kind},
    settings::Settings,
};

/// No such sheet of this company.
pub const SHEET_NOT_FOUND: Refusal = Refusal::new(
    code::NOT_FOUND,
    "SHEET_NOT_FOUND",
    "There is no such sheet. Check the id, or upload the file again.",
    "해당 파일이 없습니다. 번호를 확인하거나 파일을 다시 올려 주세요.",
);

/// The draft's message as each row would get it.
struct Messages {
    message: Message,
    settings: Arc<Settings>,
    code: GiftCode,
}

impl Messages {
    async fn of(read: &Read, sheet: &Sheet) -> Result<Self, Stop> {
        let send = send::table::find(read.conn(), sheet.send, read.caller().company()?).await?.ok_or(SEND_NOT_FOUND)?;
        Ok(Self { message: send.message, settings: read.part(), code: GiftCode::random() })
    }

    /// Its bytes and kind with this amount; every code is equally long.
    fn with(&self, amount: Money) -> (i64, pb::MessageKind) {
        let text = self.message.text(&self.settings.claim_url, &self.code, amount);
        let kind = self.message.kind(&text).map_or(pb::MessageKind::Unspecified, message_kind);
        (i64::try_from(message::bytes(&text)).unwrap_or(i64::MAX), kind)
    }

    fn total(&self, lengths: [i64; 3]) -> pb::RowMessages {
        let mut total = pb::RowMessages::default();
        for (count, amount) in lengths.into_iter().zip(AMOUNTS) {
            let (bytes, kind) = self.with(amount);
            total.total_bytes += bytes * count;
            match kind {
                pb::MessageKind::Sms => total.sms_count += count,
                pb::MessageKind::Lms => total.lms_count += count,
                pb::MessageKind::Mms => total.mms_count += count,
                pb::MessageKind::Unspecified => {}
            }
        }
        total
    }
}

/// A sheet with its flawed rows.
pub async fn render(read: &Read, sheet: &Sheet) -> Result<pb::Sheet, Stop> {
    let messages = Messages::of(read, sheet).await?;
    let flawed = match sheet.counts.flawed() {
        0 => Vec::new(),
        _ => {
            let verdicts = [Verdict::Wrong, Verdict::Repeated, Verdict::SentBefore];
            table::rows(read.conn(), sheet.id, &verdicts, 0, FLAWED_ROWS_SHOWN).await?
        }
    };
    let flawed_rows = flawed.iter().map(|row| render_row(row, sheet, &messages)).collect();
    Ok(pb::Sheet { flawed_rows, ..head(sheet, &messages) })
}

/// A row after a change.
pub async fn changed(read: &Read, changed: &Changed) -> Result<pb::ChangedSheetRow, Stop> {
    let messages = Messages::of(read, &changed.sheet).await?;
    let row = render_row(&changed.row, &changed.sheet, &messages);
    Ok(pb::ChangedSheetRow { row: Some(row), sheet: Some(head(&changed.sheet, &messages)) })
}

fn head(sheet: &Sheet, messages: &Messages) -> pb::Sheet {
    let counts = sheet.counts;
    let format = match sheet.format {
        Format::Xlsx => pb::SheetFormat::Xlsx,
        Format::Xls => pb::SheetFormat::Xls,
        Format::CsvUtf8 => pb::SheetFormat::CsvUtf8,
        Format::CsvCp949 => pb::SheetFormat::CsvCp949,
    };
    pb::Sheet {
        sheet_id: sheet.id.to_string(),
        send_id: sheet.send.to_string(),
        format: format.into(),
        row_count: counts.right + counts.flawed() + counts.dropped + sheet.blank,
        right_count: counts.right,
        repeated_count: counts.repeated,
        wrong_count: counts.wrong,
        blank_count: sheet.blank,
        right_total: money(Money::from_won(counts.right_total)),
        repeated_total: money(Money::from_won(counts.repeated_total)),
        flawed_rows: Vec::new(),
        create_time: timestamp(sheet.created_at),
        file_name: sheet.file_name.clone(),
        repeat_days: i32::try_from(sheet.repeat_days).unwrap_or_default(),
        sent_before_count: counts.sent_before,
        sent_before_total: money(Money::from_won(counts.sent_before_total)),
        dropped_count: counts.dropped,
        messages: Some(messages.total(counts.lengths)),
        take_time: sheet.taken.and_then(|taken| timestamp(taken.at)),
    }
}

/// `GetSheet`.
pub async fn get(read: Read, m: pb::GetSheetRequest) -> Result<pb::Sheet, Stop> {
    let sheet = find(&read, &m.sheet_id).await?;
    render(&read, &sheet).await
}

/// `ListSheetRows`.
pub async fn rows(read: Read, m: pb::ListSheetRowsRequest) -> Result<pb::ListSheetRowsReply, Stop> {
    let sheet = find(&read, &m.sheet_id).await?;
    let page = Page::parse(m.page_size, &m.page_token, &(sheet.id, m.verdict))?;
    let verdicts: &[Verdict] = match m.verdict() {
        pb::RowVerdict::Unspecified => &[],
        pb::RowVerdict::Right => &[Verdict::Right],
        pb::RowVerdict::Repeated => &[Verdict::Repeated],
        pb::RowVerdict::Wrong => &[Verdict::Wrong],
        pb::RowVerdict::Blank => &[Verdict::Blank],
        pb::RowVerdict::SentBefore => &[Verdict::SentBefore],
        pb::RowVerdict::Dropped => &[Verdict::Dropped],
    };
    let (after, most) = (page.after_as::<i64>()?.unwrap_or(0), usize::try_from(page.fetch()).unwrap_or(usize::MAX));
    let mut rows = table::rows(read.conn(), sheet.id, verdicts, after, most).await?;
    let next_page_token = page.cut(&mut rows, |row| row.number.to_string());
    let messages = Messages::of(&read, &sheet).await?;
    Ok(pb::ListSheetRowsReply {
        rows: rows.iter().map(|row| render_row(row, &sheet, &messages)).collect(),
        next_page_token,
    })
}

/// The sheet, if it is the caller's.
pub(super) async fn find(read: &Read, id: &str) -> Result<Sheet, Stop> {
    let f = Fields::new();
    let (id,) = f.all((f.parse::<SheetId>("sheet_id", id),))?;
    Ok(table::find(read.conn(), id, read.caller().company()?).await?.ok_or(SHEET_NOT_FOUND)?)
}

fn render_row(row: &Row, sheet: &Sheet, messages: &Messages) -> pb::SheetRow {
    let verdict = match row.verdict {
        Verdict::Right => pb::RowVerdict::Right,
        Verdict::Repeated => pb::RowVerdict::Repeated,
        Verdict::SentBefore => pb::RowVerdict::SentBefore,
        Verdict::Wrong => pb::RowVerdict::Wrong,
        Verdict::Dropped => pb::RowVerdict::Dropped,
        Verdict::Blank => pb::RowVerdict::Blank,
    };
    let problems = judge::problems(&row.cells).into_iter().chain(judge::warning(row.verdict));
    let problems = problems.map(|problem| pb::RowProblem {
        column: problem.column.heading().to_owned(),
        column_letter: sheet.letters[place(problem.column)].clone(),
        reason: problem.wrong.reason.to_owned(),
        sentence_en: problem.wrong.en.into_owned(),
        sentence_ko: problem.wrong.ko.into_owned(),
    });
    let price = row.price();
    let message = price.map(|amount| messages.with(amount));
    pb::SheetRow {
        row_number: i64::try_from(row.number).unwrap_or(i64::MAX),
        verdict: verdict.into(),
        name_masked: mask::name(&row.cells[0]),
        phone_masked: mask::phone(row.phone()),
        amount: row.amount().and_then(money),
        problems: problems.collect(),
        price: price.and_then(money),
        message_bytes: message.and_then(|(bytes, _)| i32::try_from(bytes).ok()).unwrap_or_default(),
        message_kind: message.map_or(pb::MessageKind::Unspecified, |(_, kind)| kind).into(),
        earlier_send: row
            .earlier
            .map(|earlier| pb::EarlierSend { send_id: earlier.send.to_string(), day: date(earlier.day) }),
    }
}

fn place(column: Column) -> usize {
    match column {
        Column::Name => 0,
        Column::Phone => 1,
        Column::Amount => 2,
    }
}
