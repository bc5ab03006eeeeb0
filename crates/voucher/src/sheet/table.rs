//! Sheets and their rows in the database. Rows are kept in blocks, each a JSON array of [`Row`]s: a hundred thousand rows of
//! their own would take longer to write than to read out of the file.

use chrono::{DateTime, Utc};
use flow::{Fault, Instant, Stop, Tx};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;
use words::{CompanyId, Day};

use super::{
    Counts, Earlier, Format, Row, SheetId, Verdict,
    upload::{Sheet, Taken},
};
use crate::{send::SendId, sql};

/// Rows of one block.
const BLOCK: usize = 1_000;
/// Blocks written in one statement.
const BLOCKS_AT_ONCE: usize = 20;

#[derive(FromQueryResult)]
struct SheetRow {
    id: Uuid,
    send_id: Uuid,
    format: String,
    letters: String,
    file_name: String,
    repeat_days: i64,
    right_count: i64,
    repeated_count: i64,
    sent_before_count: i64,
    wrong_count: i64,
    dropped_count: i64,
    blank_count: i64,
    right_total: i64,
    repeated_total: i64,
    sent_before_total: i64,
    lengths: String,
    taken_at: Option<DateTime<Utc>>,
    took_repeated: Option<bool>,
    took_sent_before: Option<bool>,
    created_at: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct BlockRow {
    first_number: i64,
    rows: String,
}

/// Rows that lie together.
pub struct Block {
    first: i64,
    /// In the sheet's order.
    pub rows: Vec<Row>,
}

impl TryFrom<BlockRow> for Block {
    type Error = Stop;
    fn try_from(row: BlockRow) -> Result<Self, Stop> {
        let rows = serde_json::from_str(&row.rows).map_err(|_| sql::unknown("row of a sheet"))?;
        Ok(Self { first: row.first_number, rows })
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

fn number(row: Option<&Row>) -> i64 {
    row.and_then(|row| i64::try_from(row.number).ok()).unwrap_or(i64::MAX)
}

fn spaced(lengths: [i64; 3]) -> String {
    lengths.map(|count| count.to_string()).join(" ")
}

fn counted(counts: &Counts) -> [(&'static str, Value); 9] {
    [
        ("right_count", counts.right.into()),
        ("repeated_count", counts.repeated.into()),
        ("sent_before_count", counts.sent_before.into()),
        ("wrong_count", counts.wrong.into()),
        ("dropped_count", counts.dropped.into()),
        ("right_total", counts.right_total.into()),
        ("repeated_total", counts.repeated_total.into()),
        ("sent_before_total", counts.sent_before_total.into()),
        ("lengths", spaced(counts.lengths).into()),
    ]
}

/// A new sheet with its rows.
pub async fn insert(tx: &Tx, sheet: &Sheet, company: CompanyId, rows: &[Row]) -> Result<(), Stop> {
    let head: [(&str, Value); 9] = [
        ("id", sheet.id.uuid().into()),
        ("company_id", company.uuid().into()),
        ("send_id", sheet.send.uuid().into()),
        ("format", format_name(sheet.format).into()),
        ("letters", sheet.letters.join(" ").into()),
        ("file_name", sheet.file_name.clone().into()),
        ("repeat_days", sheet.repeat_days.into()),
        ("blank_count", sheet.blank.into()),
        ("created_at", sheet.created_at.into()),
    ];
    let (columns, values): (Vec<_>, Vec<_>) = head.into_iter().chain(counted(&sheet.counts)).unzip();
    sql::insert(tx.conn(), "sheets", &columns, values).await?;
    for pieces in rows.chunks(BLOCK * BLOCKS_AT_ONCE) {
        let blocks = pieces.chunks(BLOCK).map(|rows| Ok((rows, serde_json::to_string(rows)?)));
        let blocks: Vec<_> = blocks.collect::<Result<_, _>>().map_err(|error: serde_json::Error| Fault::bug(error))?;
        let columns = ["sheet_id", "first_number", "last_number", "rows"];
        sql::insert_many(tx.conn(), "sheet_blocks", &columns, &blocks, |(rows, text)| {
            vec![sheet.id.uuid().into(), number(rows.first()).into(), number(rows.last()).into(), text.as_str().into()]
        })
        .await?;
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
        let mut lengths = row.lengths.split(' ').map(|count| count.parse().unwrap_or_default());
        let taken = row.taken_at.map(|at| Taken {
            at,
            repeated: row.took_repeated.unwrap_or_default(),
            sent_before: row.took_sent_before.unwrap_or_default(),
        });
        Ok(Self {
            id: row.id.into(),
            send: row.send_id.into(),
            format,
            letters: std::array::from_fn(|_| letters.next().unwrap_or_default()),
            file_name: row.file_name,
            repeat_days: row.repeat_days,
            blank: row.blank_count,
            counts: Counts {
                right: row.right_count,
                repeated: row.repeated_count,
                sent_before: row.sent_before_count,
                wrong: row.wrong_count,
                dropped: row.dropped_count,
                right_total: row.right_total,
                repeated_total: row.repeated_total,
                sent_before_total: row.sent_before_total,
                lengths: std::array::from_fn(|_| lengths.next().unwrap_or_default()),
            },
            taken,
            created_at: row.created_at,
        })
    }
}

/// The block that holds the first row after this number.
pub async fn block_after(conn: &impl ConnectionTrait, sheet: SheetId, after: i64) -> Result<Option<Block>, Stop> {
    let sql = "SELECT first_number, rows FROM sheet_blocks WHERE sheet_id = $1 AND last_number > $2 \
               ORDER BY first_number LIMIT 1";
    let row: Option<BlockRow> = sql::row(conn, sql, vec![sheet.uuid().into(), after.into()]).await?;
    row.map(Block::try_from).transpose()
}

/// The first `most` rows in the sheet's order, of these verdicts (none: all), after this number.
pub async fn rows(
    conn: &impl ConnectionTrait,
    sheet: SheetId,
    verdicts: &[Verdict],
    mut after: i64,
    most: usize,
) -> Result<Vec<Row>, Stop> {
    let mut found = Vec::new();
    while found.len() < most {
        let Some(block) = block_after(conn, sheet, after).await? else { break };
        let last = number(block.rows.last());
        let wanted = block
            .rows
            .into_iter()
            .filter(|row| number(Some(row)) > after && (verdicts.is_empty() || verdicts.contains(&row.verdict)));
        found.extend(wanted);
        after = last;
    }
    found.truncate(most);
    Ok(found)
}

/// The row with this number.
pub async fn row(conn: &impl ConnectionTrait, sheet: SheetId, wanted: u64) -> Result<Option<Row>, Stop> {
    let after = i64::try_from(wanted).unwrap_or(i64::MAX).saturating_sub(1);
    Ok(rows(conn, sheet, &[], after, 1).await?.pop().filter(|row| row.number == wanted))
}

/// Every block that holds this row or one of these phones, in order.
pub async fn blocks_with(tx: &Tx, sheet: SheetId, row: u64, phones: &[&str]) -> Result<Vec<Block>, Stop> {
    let mut values: Vec<Value> = vec![sheet.uuid().into(), i64::try_from(row).unwrap_or(i64::MAX).into()];
    let mut sql = String::from(
        "SELECT first_number, rows FROM sheet_blocks WHERE sheet_id = $1 AND (first_number <= $2 AND last_number >= $2",
    );
    for phone in phones {
        values.push(format!("%\"{phone}\"%").into());
        sql += &format!(" OR rows LIKE ${}", values.len());
    }
    let found: Vec<BlockRow> = sql::rows(tx.conn(), &format!("{sql}) ORDER BY first_number"), values).await?;
    found.into_iter().map(Block::try_from).collect()
}

/// Writes changed blocks and counts; the caller holds the send. `false` if the sheet was taken meanwhile.
pub async fn save(tx: &Tx, sheet: &Sheet, blocks: &[Block]) -> Result<bool, Stop> {
    let mut values: Vec<Value> = vec![sheet.id.uuid().into()];
    let mut sets = Vec::new();
    for (column, value) in counted(&sheet.counts) {
        values.push(value);
        sets.push(format!("{column} = ${}", values.len()));
    }
    let sql = format!("UPDATE sheets SET {} WHERE id = $1 AND taken_at IS NULL", sets.join(", "));
    let saved = sql::run(tx.conn(), &sql, values).await? == 1;
    for block in blocks.iter().filter(|_| saved) {
        let rows = serde_json::to_string(&block.rows).map_err(Fault::bug)?;
        let sql = "UPDATE sheet_blocks SET rows = $3 WHERE sheet_id = $1 AND first_number = $2";
        sql::run(tx.conn(), sql, vec![sheet.id.uuid().into(), block.first.into(), rows.into()]).await?;
    }
    Ok(saved)
}

/// The sheet's rows are recipients now; they are taken once.
pub async fn mark_taken(tx: &Tx, sheet: SheetId, taken: Taken) -> Result<bool, Stop> {
    let sql =
        "UPDATE sheets SET taken_at = $2, took_repeated = $3, took_sent_before = $4 WHERE id = $1 AND taken_at IS NULL";
    let values: Vec<Value> =
        vec![sheet.uuid().into(), taken.at.into(), taken.repeated.into(), taken.sent_before.into()];
    Ok(sql::run(tx.conn(), sql, values).await? == 1)
}

/// The company's last send to each of these phones since then, of those that were confirmed and not called off (VO-18).
pub async fn earlier(
    conn: &impl ConnectionTrait,
    company: CompanyId,
    since: Instant,
    phones: &[&str],
) -> Result<Vec<(String, Earlier)>, Stop> {
    const A_FEW: usize = 100;
    const AT: &str = "COALESCE(s.started_at, s.scheduled_at, s.confirmed_at)";
    #[derive(FromQueryResult)]
    struct Count {
        count: i64,
    }
    #[derive(FromQueryResult)]
    struct Found {
        phone: String,
        send_id: Uuid,
        at: DateTime<Utc>,
    }
    let sends = format!(
        "s.company_id = $1 AND s.state IN ('awaiting_approval', 'scheduled', 'sending', 'completed') AND {AT} >= $2"
    );
    let mut values: Vec<Value> = vec![company.uuid().into(), since.into()];
    let sql = format!("SELECT COUNT(*) AS count FROM sends s WHERE {sends}");
    if sql::one::<Count>(conn, &sql, values.clone()).await?.count == 0 {
        return Ok(Vec::new());
    }
    values.push(serde_json::to_string(phones).map_err(Fault::bug)?.into());
    // Many phones are compared with all of those sends at once; a few are looked up in each send.
    let how = if phones.len() > A_FEW { "MATERIALIZED" } else { "NOT MATERIALIZED" };
    let sql = format!(
        "WITH recent AS {how} (SELECT r.phone, s.id AS send_id, {AT} AS at \
         FROM sends s JOIN recipients r ON r.send_id = s.id WHERE {sends}) \
         SELECT phone, send_id, at FROM (SELECT phone, send_id, at, \
         ROW_NUMBER() OVER (PARTITION BY phone ORDER BY at DESC, send_id DESC) AS place \
         FROM recent WHERE phone IN (SELECT {})) latest WHERE place = 1",
        sql::json_texts(conn, 3)
    );
    let found: Vec<Found> = sql::rows(conn, &sql, values).await?;
    let day = |row: Found| (row.phone, Earlier { send: SendId::from(row.send_id), day: Day::of(row.at) });
    Ok(found.into_iter().map(day).collect())
}

/// Sheets uploaded before the one moment and never taken, or taken before the other: held until the transaction ends.
pub async fn lock_old(tx: &Tx, untaken: Instant, taken: Instant, most: u64) -> Result<Vec<SheetId>, Stop> {
    #[derive(FromQueryResult)]
    struct Id {
        id: Uuid,
    }
    let sql = format!(
        "SELECT id FROM sheets WHERE (taken_at IS NULL AND created_at <= $1) OR taken_at <= $2 ORDER BY id LIMIT {most}{}",
        sql::for_update(tx.conn())
    );
    let ids: Vec<Id> = sql::rows(tx.conn(), &sql, vec![untaken.into(), taken.into()]).await?;
    Ok(ids.into_iter().map(|row| row.id.into()).collect())
}

/// The sheet and its rows.
pub async fn delete(tx: &Tx, id: SheetId) -> Result<(), Stop> {
    for sql in ["DELETE FROM sheet_blocks WHERE sheet_id = $1", "DELETE FROM sheets WHERE id = $1"] {
        sql::run(tx.conn(), sql, vec![id.uuid().into()]).await?;
    }
    Ok(())
}
