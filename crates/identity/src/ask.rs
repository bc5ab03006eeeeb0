//! Asking notification for messages, one at a time: codes go first (NO-3).

pub use contract::ask::To;
use contract::{
    ask,
    notification::v1::{MessagesRequested, Priority},
};
use flow::Tx;
use uuid::Uuid;

/// A code.
pub fn urgent(tx: &mut Tx, template: &str, to: To, variables: Vec<(&'static str, String)>) {
    send(tx, template, Priority::Urgent, to, variables);
}

/// A notice.
pub fn normal(tx: &mut Tx, template: &str, to: To, variables: Vec<(&'static str, String)>) {
    send(tx, template, Priority::Normal, to, variables);
}

fn send(tx: &mut Tx, template: &str, priority: Priority, to: To, variables: Vec<(&'static str, String)>) {
    let id: Uuid = tx.id();
    let message = ask::message(tx.sealer(), id, template, priority, "", "", to, variables, Vec::new());
    tx.announce(id, 1, MessagesRequested { messages: vec![message] });
}
