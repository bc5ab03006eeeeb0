//! Makes many rows of few: each row of every table of a database is copied so many times, with ids of its own. The same id
//! becomes the same new id everywhere, so what belongs together still does.

use crate::database::Sql;

/// Not rows that grow with use: what was migrated, when a job was last done.
const LEFT_OUT: &str = "'seaql_migrations', 'flow_job'";

/// Copies of every row; answers how many rows there are then.
pub async fn copy(sql: &Sql, copies: u64) -> anyhow::Result<u64> {
    // References hold by themselves and are not checked row by row.
    let statements = sql.text(&statements(copies)).await?;
    sql.run(&format!("SET session_replication_role = replica; {statements}; SET session_replication_role = origin"))
        .await?;
    // One by one: neither goes with other statements.
    sql.run("VACUUM ANALYZE").await?;
    sql.run("CHECKPOINT").await?;
    rows(sql).await
}

/// Rows of all tables.
pub async fn rows(sql: &Sql) -> anyhow::Result<u64> {
    let counted = "SELECT (xpath('/row/c/text()', query_to_xml('SELECT count(*) AS c FROM ' || oid::regclass, false, \
                   true, '')))[1]::text::bigint AS c FROM pg_class WHERE relnamespace = 'public'::regnamespace \
                   AND relkind = 'r'";
    sql.number(&format!("SELECT coalesce(sum(c), 0)::bigint FROM ({counted}) AS counted")).await
}

/// An `INSERT … SELECT` for each table: new ids, new texts and digests where an index wants them unique, all else as it is.
/// What the database numbers by itself it numbers anew.
fn statements(copies: u64) -> String {
    format!(
        "SELECT string_agg(format('INSERT INTO %I (%s) SELECT %s FROM %I, generate_series(1, {copies}) AS copy \
         ON CONFLICT DO NOTHING', name, columns, vals, name), '; ') FROM (
           SELECT c.relname AS name, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns,
             string_agg(CASE
               WHEN a.atttypid = 'uuid'::regtype THEN format('md5(%I::text || copy)::uuid', a.attname)
               WHEN u.is AND a.atttypid IN ('text'::regtype, 'varchar'::regtype) THEN format('%I || copy', a.attname)
               WHEN u.is AND a.atttypid = 'bytea'::regtype THEN format('sha256(%I || copy::text::bytea)', a.attname)
               ELSE quote_ident(a.attname) END, ', ' ORDER BY a.attnum) AS vals
           FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
           LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
           CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM pg_index i
             WHERE i.indrelid = c.oid AND i.indisunique AND a.attnum = ANY (i.indkey)) AS is) u
           WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname NOT IN ({LEFT_OUT})
             AND a.attidentity = '' AND a.attgenerated = ''
             AND coalesce(pg_get_expr(d.adbin, d.adrelid), '') NOT LIKE 'nextval(%'
           GROUP BY c.relname) AS tables"
    )
}
