//! The toy that is simulated. `accounts` takes money off one account and tells it; `ledger` posts it and tells that;
//! `accounts` then credits the other account. `notices` hears of each transfer in two ways.

use std::sync::Arc;

use flow::{Caller, Flow, Refusal, Stop, Tx, Verb, When, code};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement, Value};
use serde::{Deserialize, Serialize};

use crate::{conflict, dice::Dice};

pub const ACCOUNTS: &str = "accounts";
pub const LEDGER: &str = "ledger";
pub const NOTICES: &str = "notices";

/// What each account begins with.
pub const FIRST: i64 = 100;

/// Each service with its tables. None has a constraint that would hide a second effect.
pub const SERVICES: [(&str, &str); 3] = [
    (
        ACCOUNTS,
        "CREATE TABLE account (name TEXT PRIMARY KEY, balance BIGINT NOT NULL, version BIGINT NOT NULL);
         CREATE TABLE transfer (number INTEGER PRIMARY KEY AUTOINCREMENT, request BIGINT, amount BIGINT, received BIGINT);
         INSERT INTO account VALUES ('a', 100, 0), ('b', 100, 0), ('c', 100, 0)",
    ),
    (
        LEDGER,
        "CREATE TABLE account (name TEXT PRIMARY KEY, version BIGINT NOT NULL);
         CREATE TABLE posting (seq INTEGER PRIMARY KEY AUTOINCREMENT, number BIGINT, heard TEXT, version BIGINT);
         INSERT INTO account VALUES ('a', 0), ('b', 0), ('c', 0)",
    ),
    (
        NOTICES,
        "CREATE TABLE notice (seq INTEGER PRIMARY KEY AUTOINCREMENT, number BIGINT, way TEXT, heard TEXT, version BIGINT)",
    ),
];

/// Money left an account.
#[derive(Clone, PartialEq, prost::Message)]
pub struct TransferSent {
    #[prost(int64, tag = "1")]
    number: i64,
    #[prost(string, tag = "2")]
    from: String,
    #[prost(string, tag = "3")]
    to: String,
    #[prost(int64, tag = "4")]
    amount: i64,
    #[prost(int64, tag = "5")]
    version: i64,
}

impl prost::Name for TransferSent {
    const NAME: &'static str = "TransferSent";
    const PACKAGE: &'static str = "dure.sim.v1";
}

/// A transfer is in the books.
#[derive(Clone, PartialEq, prost::Message)]
pub struct TransferPosted {
    #[prost(int64, tag = "1")]
    number: i64,
    #[prost(string, tag = "2")]
    to: String,
    #[prost(int64, tag = "3")]
    amount: i64,
}

impl prost::Name for TransferPosted {
    const NAME: &'static str = "TransferPosted";
    const PACKAGE: &'static str = "dure.sim.v1";
}

/// Who listens to what.
pub fn whens(service: &str) -> Vec<When> {
    match service {
        ACCOUNTS => vec![When::new("transfer_posted", |flow: Flow, fact: TransferPosted| async move {
            stumble(&flow)?;
            Ok::<_, Stop>(Receive { number: fact.number, to: fact.to, amount: fact.amount })
        })],
        LEDGER => vec![When::new("transfer_sent", |flow: Flow, fact: TransferSent| async move {
            stumble(&flow)?;
            Ok::<_, Stop>(Post {
                number: fact.number,
                from: fact.from,
                to: fact.to,
                amount: fact.amount,
                version: fact.version,
            })
        })],
        _ => {
            ["mail", "text"].map(|way| notice(if way == "mail" { "mail_sender" } else { "text_sender" }, way)).to_vec()
        }
    }
}

fn notice(name: &'static str, way: &'static str) -> When {
    When::new(name, move |flow: Flow, fact: TransferSent| async move {
        stumble(&flow)?;
        Ok::<_, Stop>(Notify { number: fact.number, way: way.into(), from: fact.from, version: fact.version })
    })
}

/// Calling outside fails now and then.
fn stumble(flow: &Flow) -> Result<(), Stop> {
    match flow.part::<Dice>().mishap(20) {
        true => Err(anyhow::anyhow!("what is outside does not answer").into()),
        false => Ok(()),
    }
}

pub const TOO_LITTLE: Refusal =
    Refusal::new(code::FAILED_PRECONDITION, "TOO_LITTLE", "Too little.", "잔액이 부족합니다.");

/// Takes money off an account.
#[derive(Debug, Clone, Serialize)]
pub struct Transfer {
    pub request: i64,
    pub from: &'static str,
    pub to: &'static str,
    pub amount: i64,
}

/// What [`Transfer`] answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    pub number: i64,
    pub left: i64,
}

impl Verb for Transfer {
    const NAME: &'static str = "Transfer";
    type Answer = Sent;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.client_with("transfer")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Sent, Stop> {
        let number: i64 = one(
            tx,
            "INSERT INTO transfer (request, amount, received) VALUES ($1, $2, 0) RETURNING number",
            [self.request.into(), self.amount.into()],
        )
        .await?
        .try_get("", "number")?;
        let taken = all(
            tx,
            "UPDATE account SET balance = balance - $1, version = version + 1 WHERE name = $2 AND balance >= $1 \
             RETURNING balance, version",
            [self.amount.into(), self.from.into()],
        )
        .await?;
        let row = taken.first().ok_or(TOO_LITTLE)?;
        let (left, version) = (row.try_get("", "balance")?, row.try_get("", "version")?);
        let (from, to) = (self.from.to_owned(), self.to.to_owned());
        tx.announce(self.from, version, TransferSent { number, from, to, amount: self.amount, version });
        Ok(Sent { number, left })
    }
}

#[derive(Debug, Serialize)]
struct Post {
    number: i64,
    from: String,
    to: String,
    amount: i64,
    version: i64,
}

impl Verb for Post {
    const NAME: &'static str = "Post";
    type Answer = ();

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        all(
            tx,
            "INSERT INTO posting (number, heard, version) VALUES ($1, $2, $3)",
            [self.number.into(), self.from.clone().into(), self.version.into()],
        )
        .await?;
        let sql = "UPDATE account SET version = version + 1 WHERE name = $1 RETURNING version";
        let version = one(tx, sql, [self.to.clone().into()]).await?.try_get("", "version")?;
        let to = self.to.clone();
        tx.announce(&self.to, version, TransferPosted { number: self.number, to, amount: self.amount });
        Ok(())
    }
}

#[derive(Debug, Serialize)]
struct Receive {
    number: i64,
    to: String,
    amount: i64,
}

impl Verb for Receive {
    const NAME: &'static str = "Receive";
    type Answer = ();

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        let credit = "UPDATE account SET balance = balance + $1 WHERE name = $2";
        all(tx, credit, [self.amount.into(), self.to.clone().into()]).await?;
        all(tx, "UPDATE transfer SET received = received + 1 WHERE number = $1", [self.number.into()]).await?;
        Ok(())
    }
}

#[derive(Debug, Serialize)]
struct Notify {
    number: i64,
    way: String,
    from: String,
    version: i64,
}

impl Verb for Notify {
    const NAME: &'static str = "Notify";
    type Answer = ();

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        let sql = "INSERT INTO notice (number, way, heard, version) VALUES ($1, $2, $3, $4)";
        let values = [self.number.into(), self.way.clone().into(), self.from.clone().into(), self.version.into()];
        all(tx, sql, values).await?;
        Ok(())
    }
}

/// A statement of a verb; the database is away, or in conflict, now and then.
async fn all(tx: &Tx, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<Vec<QueryResult>, DbErr> {
    let dice: Arc<Dice> = tx.part();
    let rows = tx.conn().query_all_raw(Statement::from_sql_and_values(tx.conn().get_database_backend(), sql, values));
    let rows = rows.await?;
    if dice.mishap(60) {
        return Err(conflict::away());
    }
    if dice.mishap(30) {
        return Err(conflict::conflict());
    }
    Ok(rows)
}

async fn one(tx: &Tx, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<QueryResult, DbErr> {
    all(tx, sql, values).await?.into_iter().next().ok_or_else(|| DbErr::RecordNotFound(sql.to_owned()))
}
