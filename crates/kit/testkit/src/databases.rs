//! A database per test. On PostgreSQL it is cloned from a template that is migrated once in each test process.

use std::sync::Mutex;

use boot::Service;
use flow::{Db, Engine, migrate};
use sea_orm::{ConnectionTrait, Database};
use tokio::sync::OnceCell;
use uuid::Uuid;

/// Where a throw-away PostgreSQL listens; `scripts/test` sets it.
const POSTGRES: &str = "DURE_TEST_POSTGRES";

/// The engines of this run: SQLite always, PostgreSQL where one is given.
pub(crate) fn engines() -> Vec<Engine> {
    if std::env::var(POSTGRES).is_ok() {
        return vec![Engine::Sqlite, Engine::Postgres];
    }
    eprintln!("{POSTGRES} is not set: on SQLite alone (scripts/test runs both)");
    vec![Engine::Sqlite]
}

/// The URL of a fresh, migrated database.
pub(crate) async fn fresh<S: Service>(engine: Engine, folder: &std::path::Path) -> String {
    match engine {
        Engine::Sqlite => format!("sqlite:{}", folder.join(format!("{}.db", S::NAME)).display()),
        Engine::Postgres => {
            let server = std::env::var(POSTGRES).expect("asked for only where it is set");
            let template = template::<S>(&server).await;
            let name = format!("t_{}", Uuid::new_v4().simple());
            run(&server, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
            named(&server, &name)
        }
    }
}

async fn template<S: Service>(server: &str) -> String {
    static MADE: OnceCell<Mutex<Vec<String>>> = OnceCell::const_new();
    static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _guard = ONE_AT_A_TIME.lock().await;
    let made = MADE.get_or_init(|| async { Mutex::default() }).await;
    let name = format!("template_{}_{}", S::NAME, std::process::id());
    if !made.lock().expect("no panic inside").contains(&name) {
        run(server, &format!("DROP DATABASE IF EXISTS {name}")).await;
        run(server, &format!("CREATE DATABASE {name}")).await;
        let db = Db::open(&named(server, &name), 2).await.expect("the template opens");
        migrate(&db, S::migrations).await.expect("the migrations run");
        db.write().clone().close().await.expect("the template closes");
        made.lock().expect("no panic inside").push(name.clone());
    }
    name
}

fn named(server: &str, name: &str) -> String {
    let (front, _) = server.rsplit_once('/').expect("a postgres URL names a database");
    format!("{front}/{name}")
}

async fn run(server: &str, sql: &str) {
    let db = Database::connect(server).await.expect("the test PostgreSQL answers");
    db.execute_unprepared(sql).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
    let _ = db.close().await;
}
