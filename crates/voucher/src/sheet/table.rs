//! Sheets and their rows in the database.

use chrono::{DateTime, Utc};
use flow::{Page, Stop, Tx};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;
use words::{CompanyId, Money};

use super::{Counts, Format, Row, SheetId, Verdict, upload::Sheet};
use crate::sql;

/// Rows travel to the database as one JSON text, many at once: a parameter for each value would take a hundred times as long.
const ROWS_AT_ONCE: usize = 10_000;

#[derive(FromQueryResult)]
struct SheetRow {
    id: Uuid,
    send_id: Uuid,
    format: String,
    letters: String,
    right_count: i64,
    repeated_count: i64,
    wrong_count: i64,
    blank_count: i64,
    right_total: i64,
    repeated_total: i64,
    created_at: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct RowRow {
    number: i64,
    verdict: String,
    name: String,
    phone: String,
    amount: Option<i64>,
    problems: String,
}

/// Verdicts as stored.
pub fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Right => "right",
        Verdict::Repeated => "repeated",
        Verdict::Wrong => "wrong",
        Verdict::Blank => "blank",
    }
}

fn format_name(format: Format) -> &'static str {
    match format {
        Format::Xlsx => "xlsx",
        Format::Xls => "xls",
        Format::CsvUtf8 => "csv_utf8",
        Format::CsvCp949 => "csv_cp949",
    }
}

/// A new sheet with its rows, as many a statement as the engine takes.
pub async fn insert(tx: &Tx, sheet: &Sheet, company: CompanyId, rows: &[Row]) -> Result<(), Stop> {
    let counts = sheet.counts;
    let head: Vec<Value> = vec![
        sheet.id.uuid().into(),
        company.uuid().into(),
        sheet.send.uuid().into(),
        format_name(sheet.format).into(),
        sheet.letters.join(" ").into(),
        counts.right.into(),
        counts.repeated.into(),
        counts.wrong.into(),
        counts.blank.into(),
        counts.right_total.into(),
        counts.repeated_total.into(),
        sheet.created_at.into(),
    ];
    let columns = [
        "id",
        "company_id",
        "send_id",
        "format",
        "letters",
        "right_count",
        "repeated_count",
        "wrong_count",
        "blank_count",
        "right_total",
        "repeated_total",
        "created_at",
    ];
    sql::insert(tx.conn(), "sheets", &columns, head).await?;
    for piece in rows.chunks(ROWS_AT_ONCE) {
        let json: Vec<_> = piece
            .iter()
            .map(|row| {
                let problems = serde_json::to_string(&row.problems).unwrap_or_default();
                (row.number, verdict_name(row.verdict), &row.name, &row.phone, row.amount.map(Money::won), problems)
            })
            .collect();
        let json = serde_json::to_string(&json).map_err(flow::Fault::bug)?;
        let sql = format!(
            "INSERT INTO sheet_rows (sheet_id, number, verdict, name, phone, amount, problems) \
             SELECT $1, CAST(value->>0 AS bigint), value->>1, value->>2, value->>3, CAST(value->>4 AS bigint), value->>5 FROM {}",
            sql::json_rows(tx.conn(), 2)
        );
        sql::run(tx.conn(), &sql, vec![sheet.id.uuid().into(), json.into()]).await?;
    }
    Ok(())
}

/// The sheet, if it is the company's.
pub async fn find(conn: &impl ConnectionTrait, id: SheetId, company: CompanyId) -> Result<Option<Sheet>, Stop> {
    let sql = "SELECT * FROM sheets WHERE id = $1 AND company_id = $2";
    let row: Option<SheetRow> = sql::row(conn, sql, vec![id.uuid().into(), company.uuid().into()]).await?;
    row.map(Sheet::try_from).transpose()
}

impl TryFrom<SheetRow> for Sheet {
    type Error = Stop;
    fn try_from(row: SheetRow) -> Result<Self, Stop> {
        let format = [Format::Xlsx, Format::Xls, Format::CsvUtf8, Format::CsvCp949]
            .into_iter()
            .find(|format| format_name(*format) == row.format)
            .ok_or_else(|| sql::unknown("sheet format"))?;
        let mut letters = row.letters.split(' ').map(str::to_owned);
        Ok(Self {
            id: row.id.into(),
            send: row.send_id.into(),
            format,
            letters: std::array::from_fn(|_| letters.next().unwrap_or_default()),
            counts: Counts {
                right: row.right_count,
                repeated: row.repeated_count,
                wrong: row.wrong_count,
                blank: row.blank_count,
                right_total: row.right_total,
                repeated_total: row.repeated_total,
            },
            created_at: row.created_at,
        })
    }
}

/// Rows in the sheet's order, of these verdicts, after this number.
pub async fn rows(
    conn: &impl ConnectionTrait,
    sheet: SheetId,
    verdicts: &[Verdict],
    after: i64,
    most: u64,
) -> Result<Vec<Row>, Stop> {
    let names: Vec<String> = verdicts.iter().map(|v| format!("'{}'", verdict_name(*v))).collect();
    let filter = if names.is_empty() { String::new() } else { format!(" AND verdict IN ({})", names.join(", ")) };
    let sql = format!(
        "SELECT number, verdict, name, phone, amount, problems FROM sheet_rows \
         WHERE sheet_id = $1 AND number > $2{filter} ORDER BY number LIMIT {most}"
    );
    let found: Vec<RowRow> = sql::rows(conn, &sql, vec![sheet.uuid().into(), after.into()]).await?;
    found.into_iter().map(Row::try_from).collect()
}

/// A page of rows.
pub async fn page(
    conn: &impl ConnectionTrait,
    sheet: SheetId,
    verdicts: &[Verdict],
    page: &Page,
) -> Result<Vec<Row>, Stop> {
    rows(conn, sheet, verdicts, page.after_as::<i64>()?.unwrap_or(0), page.fetch()).await
}

impl TryFrom<RowRow> for Row {
    type Error = Stop;
    fn try_from(row: RowRow) -> Result<Self, Stop> {
        let verdict = [Verdict::Right, Verdict::Repeated, Verdict::Wrong, Verdict::Blank]
            .into_iter()
            .find(|verdict| verdict_name(*verdict) == row.verdict)
            .ok_or_else(|| sql::unknown("verdict"))?;
        Ok(Self {
            number: u64::try_from(row.number).map_err(|_| sql::unknown("row number"))?,
            verdict,
            name: row.name,
            phone: row.phone,
            amount: row.amount.map(Money::from_won),
            problems: serde_json::from_str(&row.problems).map_err(|_| sql::unknown("problem"))?,
        })
    }
}
