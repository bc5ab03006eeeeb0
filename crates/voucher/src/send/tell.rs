//! Tells the admins who may approve that a send waits for one of them, and its confirmer what was decided (VO-20).

use contract::ask::{self, Admins};
use flow::{Instant, Tx};
use words::{Day, seoul};

use super::{PERMISSION, Send};

/// It waits: everybody who may approve it hears, not the one who confirmed it.
pub fn waits(tx: &mut Tx, send: &Send) {
    let who = send.confirmed_by.map_or(Admins::Holding(PERMISSION), |by| Admins::HoldingBut(PERMISSION, by));
    tell(tx, send, who, "send-awaits-approval");
}

/// It goes on.
pub fn approved(tx: &mut Tx, send: &Send) {
    confirmer(tx, send, "send-approved");
}

/// It was turned down.
pub fn rejected(tx: &mut Tx, send: &Send) {
    confirmer(tx, send, "send-rejected");
}

/// Nobody decided in time.
pub fn lapsed(tx: &mut Tx, send: &Send) {
    confirmer(tx, send, "send-lapsed");
}

fn confirmer(tx: &mut Tx, send: &Send, template: &str) {
    if let Some(by) = send.confirmed_by {
        tell(tx, send, Admins::Only(by), template);
    }
}

fn tell(tx: &mut Tx, send: &Send, who: Admins, template: &str) {
    let variables = [
        ("title", send.title.clone()),
        ("recipients", send.recipients.to_string()),
        ("total", send.total.to_string()),
        ("time", send.scheduled_at.map_or_else(|| "즉시".to_owned(), minute)),
        ("reason", send.rejection.clone().unwrap_or_default()),
    ];
    let notice = ask::admins(tx.sealer(), tx.id(), send.company, who, template, variables);
    tx.announce(send.id, send.version, notice);
}

fn minute(at: Instant) -> String {
    format!("{} {}", Day::of(at), at.with_timezone(&seoul()).format("%H:%M"))
}
