//! Notification as the others see it: events in, messages out by a port, reports back; on every engine.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod carrying;
mod delivering;
mod mailing;
mod pacing;
mod picturing;
mod reporting;
mod secrets;
mod smtp_server;
mod stand_in;

use contract::{
    ask::{self, To},
    notification::v1::{
        self as pb, MessagesReported, MessagesRequested, Priority, mailbox_service_client::MailboxServiceClient,
    },
};
use testkit::{Trial, callers};
use uuid::Uuid;
use words::{Email, Phone};

/// A made-up phone of the unassigned block.
fn phone(number: u32) -> To {
    To::Phone(Phone::parse(&format!("0100{number:07}")).unwrap())
}

fn email() -> To {
    To::Email(Email::parse("minsu.kim@example.com").unwrap())
}

fn asked(t: &Trial, template: &str, priority: Priority, to: To, variables: &[(&str, &str)]) -> pb::MessageRequest {
    let id = Uuid::now_v7();
    let variables = variables.iter().map(|(k, v)| (*k, (*v).to_owned()));
    ask::message(t.running.flow.sealer(), id, template, priority, "", &format!("ref-{id}"), to, variables, vec![])
}

fn code(t: &Trial, to: To) -> pb::MessageRequest {
    asked(t, "one-time-code", Priority::Urgent, to, &[("code", "804211"), ("minutes", "3")])
}

async fn ask_for(t: &Trial, messages: Vec<pb::MessageRequest>) {
    t.hear("asker", MessagesRequested { messages }).await;
}

/// Moves the clock second by second until there are so many reports.
async fn reports(t: &Trial, least: usize) -> Vec<pb::MessageReport> {
    t.until("the reports", || async {
        t.clock.advance(chrono::Duration::seconds(1));
        let told = t.bus.told::<MessagesReported>().await;
        let reports: Vec<_> = told.into_iter().flat_map(|fact| fact.reports).collect();
        (reports.len() >= least).then_some(reports)
    })
    .await
}

async fn mailbox(t: &Trial, request: pb::ListMailboxRequest) -> pb::ListMailboxReply {
    MailboxServiceClient::new(t.channel(&callers::anyone())).list_mailbox(request).await.unwrap().into_inner()
}
