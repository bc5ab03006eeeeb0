//! Statements, said briefly: the same text for both engines, parameters as `$1`, rows into plain structs. Only
//! `table.rs` files use it.

use flow::{Fault, Stop};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement, Value};

/// SQLite takes 32,766 parameters a statement, PostgreSQL 65,535.
const MOST_PARAMETERS: usize = 32_000;

fn statement(conn: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Statement {
    Statement::from_sql_and_values(conn.get_database_backend(), sql, values)
}

/// All rows.
pub async fn rows<T: FromQueryResult>(
    conn: &impl ConnectionTrait,
    sql: &str,
    values: impl Into<Vec<Value>>,
) -> Result<Vec<T>, Stop> {
    let found = conn.query_all_raw(statement(conn, sql, values.into())).await?;
    Ok(found.iter().map(|row| T::from_query_result(row, "")).collect::<Result<_, _>>()?)
}

/// The row, if there is one.
pub async fn row<T: FromQueryResult>(
    conn: &impl ConnectionTrait,
    sql: &str,
    values: impl Into<Vec<Value>>,
) -> Result<Option<T>, Stop> {
    let found = conn.query_one_raw(statement(conn, sql, values.into())).await?;
    Ok(found.map(|row| T::from_query_result(&row, "")).transpose()?)
}

/// The row of a question that always has one.
pub async fn one<T: FromQueryResult>(
    conn: &impl ConnectionTrait,
    sql: &str,
    values: impl Into<Vec<Value>>,
) -> Result<T, Stop> {
    row(conn, sql, values).await?.ok_or_else(|| Fault::bug(anyhow::anyhow!("a statement gave no row")).into())
}

/// Changes rows; answers how many.
pub async fn run(conn: &impl ConnectionTrait, sql: &str, values: impl Into<Vec<Value>>) -> Result<u64, Stop> {
    Ok(conn.execute_raw(statement(conn, sql, values.into())).await?.rows_affected())
}

/// Inserts a row.
pub async fn insert(
    conn: &impl ConnectionTrait,
    table: &str,
    columns: &[&str],
    values: Vec<Value>,
) -> Result<(), Stop> {
    let sql = format!("INSERT INTO {table} ({}) VALUES {}", columns.join(", "), tuple(0, columns.len()));
    run(conn, &sql, values).await.map(drop)
}

/// Inserts a row for each item, as many at once as the engines take.
pub async fn insert_many<T>(
    conn: &impl ConnectionTrait,
    table: &str,
    columns: &[&str],
    items: &[T],
    row: impl Fn(&T) -> Vec<Value>,
) -> Result<(), Stop> {
    for piece in items.chunks(MOST_PARAMETERS / columns.len()) {
        let places: Vec<String> = (0..piece.len()).map(|at| tuple(at * columns.len(), columns.len())).collect();
        let sql = format!("INSERT INTO {table} ({}) VALUES {}", columns.join(", "), places.join(", "));
        let values: Vec<Value> = piece.iter().flat_map(&row).collect();
        run(conn, &sql, values).await?;
    }
    Ok(())
}

/// `($1, $2, $3)`, counting on from `after`.
pub fn tuple(after: usize, length: usize) -> String {
    let places: Vec<String> = (after + 1..=after + length).map(|place| format!("${place}")).collect();
    format!("({})", places.join(", "))
}

/// Appended to a SELECT: holds the row until the end of the transaction. SQLite has one writer anyway.
pub fn for_update(conn: &impl ConnectionTrait) -> &'static str {
    if conn.get_database_backend() == DbBackend::Postgres { " FOR UPDATE" } else { "" }
}

/// A stored word that this build does not know.
pub fn unknown(what: &str) -> Stop {
    Fault::bug(anyhow::anyhow!("the database holds an unknown {what}")).into()
}

/// In a FROM: the elements of the JSON array that this is, each as `value`.
pub fn json_rows(conn: &impl ConnectionTrait, array: &str) -> String {
    match conn.get_database_backend() {
        DbBackend::Postgres => format!("LATERAL jsonb_array_elements(CAST({array} AS jsonb)) AS given (value)"),
        _ => format!("json_each({array})"),
    }
}

/// After a SELECT: the texts in the JSON array that is this parameter.
pub fn json_texts(conn: &impl ConnectionTrait, parameter: usize) -> String {
    match conn.get_database_backend() {
        DbBackend::Postgres => format!("jsonb_array_elements_text(CAST(${parameter} AS jsonb))"),
        _ => format!("value FROM json_each(${parameter})"),
    }
}

/// An id given as 32 hexadecimal digits.
pub fn json_id(conn: &impl ConnectionTrait, text: &str) -> String {
    if conn.get_database_backend() == DbBackend::Postgres {
        format!("CAST({text} AS uuid)")
    } else {
        format!("unhex({text})")
    }
}

/// Bytes given in hexadecimal.
pub fn json_bytes(conn: &impl ConnectionTrait, text: &str) -> String {
    if conn.get_database_backend() == DbBackend::Postgres {
        format!("decode({text}, 'hex')")
    } else {
        format!("unhex({text})")
    }
}

/// A new random id, made by the database.
pub fn random_id(conn: &impl ConnectionTrait) -> &'static str {
    if conn.get_database_backend() == DbBackend::Postgres { "gen_random_uuid()" } else { "randomblob(16)" }
}
