//! Everything a service has stored, as text: for tests that look for what must not lie in clear (S31, NO-4).

use flow::Engine;
use sea_orm::{ConnectionTrait, Statement};

use crate::Trial;

impl Trial {
    /// Every row of every table; bytes in hexadecimal.
    pub async fn everything_stored(&self) -> String {
        let mut dump = String::new();
        let tables = match self.engine {
            Engine::Postgres => "SELECT CAST(tablename AS text) FROM pg_tables WHERE schemaname = 'public'",
            Engine::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table'",
        };
        for table in self.texts(tables).await {
            let rows = match self.engine {
                Engine::Postgres => {
                    self.texts(&format!("SELECT CAST(row_to_json(row) AS text) FROM \"{table}\" AS row")).await
                }
                Engine::Sqlite => {
                    let columns = self.texts(&format!("SELECT name FROM pragma_table_info('{table}')")).await;
                    let shown: Vec<_> = columns
                        .iter()
                        .map(|c| {
                            format!("CASE typeof({c}) WHEN 'blob' THEN lower(hex({c})) ELSE coalesce({c}, '') END")
                        })
                        .collect();
                    self.texts(&format!("SELECT {} FROM \"{table}\"", shown.join(" || ' ' || "))).await
                }
            };
            dump.push_str(&format!("{table}: {}\n", rows.join("\n")));
        }
        dump
    }

    async fn texts(&self, sql: &str) -> Vec<String> {
        let db = self.running.flow.db().read();
        let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect("the table");
        rows.iter().map(|row| row.try_get_by_index::<String>(0).expect("a text")).collect()
    }
}
