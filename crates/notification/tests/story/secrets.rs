//! Codes, addresses and passwords are nowhere in clear: in no table, no log line, no event, and nothing of them is left,
//! sealed or not, once they are handed over (NO-4). The mailbox, which keeps them to be read, is impossible in production
//! (NO-2).

use std::{
    io,
    sync::{Arc, Mutex},
};

use boot::{Running, Start, settings::Sources};
use contract::notification::v1::{
    ListMailboxRequest, MessageRequest, MessagesReported, MessagesRequested, Priority,
    mailbox_service_client::MailboxServiceClient,
};
use flow::Clock;
use notification::{Notification, Settings};
use sea_orm::ConnectionTrait;
use testkit::{RecordingBus, Trial, on_both, on_both_with};
use tracing_subscriber::fmt::MakeWriter;

use crate::{
    ask_for, asked, code, email, phone, reports,
    smtp_server::{MailServer, Tls},
    stand_in::{Act, StandIn},
};

/// What the messages hold that nobody else may read.
const CANARIES: [&str; 5] = ["804211", "01000001234", "minsu.kim", "Qx7-temporary", "김민수"];

fn found_in(text: &str) -> Option<&'static str> {
    CANARIES.into_iter().find(|canary| text.contains(canary) || text.contains(&hex::encode(canary)))
}

/// Collects the log of this test's thread, on which everything here runs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

fn secrets(t: &Trial) -> Vec<MessageRequest> {
    let password = [("name", "김민수"), ("password", "Qx7-temporary")];
    vec![
        code(t, phone(1234)),
        asked(t, "temporary-password", Priority::Normal, email(), &password),
        asked(t, "temporary-password", Priority::Normal, phone(1234), &password),
        asked(t, "one-time-code", Priority::Urgent, phone(1234), &[("cod", "804211")]),
    ]
}

// NO-4
#[tokio::test]
async fn after_the_hand_over_nothing_is_left_in_any_table_nor_the_log() {
    let log = Log::default();
    let logged = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    let _guard = tracing::subscriber::set_default(logged);
    // With a single subscriber, `tracing` takes the opinion of whichever thread comes to a line first, and the other tests'
    // threads have none: the line would then be silent here too. With two it asks both.
    let _second = tracing::Dispatch::new(tracing_subscriber::fmt().with_writer(io::sink).finish());
    // The first call meets a carrier that repeats what it was sent, in its refusal.
    let carrier = StandIn::start(|call, _| match call {
        0 => Act::Rubbish("01000001234 804211 is busy"),
        _ => Act::Answer,
    })
    .await;
    let server = MailServer::start(Tls::Upgraded).await;
    let (by_text, by_mail) = (carrier.settings(), server.settings());
    let through = move |settings: &mut Settings| {
        by_text(settings);
        by_mail(settings);
    };
    on_both_with::<Notification, _>(through, |t| async move {
        let messages = secrets(&t);
        t.hear("asker", MessagesRequested { messages: messages.clone() }).await;
        let told = reports(&t, 4).await;
        assert_eq!(found_in(&format!("{told:?}")), None);
        let dump = t.everything_stored().await;
        assert!(messages.iter().all(|m| dump.contains(&m.reference)), "the dump shows what is there: {dump}");
        assert_eq!(found_in(&dump), None, "{dump}");
        for message in &messages {
            assert!(!dump.contains(&hex::encode(&message.sealed[..24])), "not even sealed");
        }
    })
    .await;
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("handed over") && log.contains("did not take a call"), "the log was heard");
    let ours = log.lines().filter(|line| !line.contains("lettre::") && !line.contains("mailin::"));
    let leak = ours.filter(|line| found_in(line).is_some()).collect::<Vec<_>>();
    assert_eq!(leak, Vec::<&str>::new());
}

// NO-4
#[tokio::test]
async fn the_mailbox_keeps_what_it_shows_sealed() {
    on_both::<Notification, _>(|t| async move {
        ask_for(&t, secrets(&t)).await;
        reports(&t, 4).await;
        assert_eq!(found_in(&t.everything_stored().await), None);
        for fact in t.bus.told::<MessagesReported>().await {
            assert_eq!(found_in(&format!("{fact:?}")), None);
        }
    })
    .await;
}

// NO-4: the last line is the database's
#[tokio::test]
async fn the_database_refuses_to_keep_what_was_handed_over() {
    on_both::<Notification, _>(|t| async move {
        ask_for(&t, vec![code(&t, phone(1234))]).await;
        reports(&t, 1).await;
        let keep = t.running.flow.db().write().execute_unprepared("UPDATE message SET sealed = 'x'").await;
        assert!(keep.is_err());
    })
    .await;
}

/// Notification as production starts it: nobody is a developer.
async fn in_production(change: impl FnOnce(&mut Settings)) -> anyhow::Result<(Running, tempfile::TempDir)> {
    let folder = tempfile::tempdir()?;
    let sources = Sources::load(include_str!("../../notification.default.toml"))?;
    let mut common = sources.common()?;
    common.developer = false;
    common.data_dir = folder.path().to_owned();
    common.listen.grpc = "127.0.0.1:0".parse()?;
    let mut settings: Settings = sources.get("notification")?;
    change(&mut settings);
    let clock = Clock::by_hand("2026-11-23T01:00:00Z".parse()?);
    let start = Start { common, clock, bus: Arc::new(RecordingBus::default()) };
    Ok((Running::start_with::<Notification>(&start, settings).await?, folder))
}

// NO-2: with production settings (which allow no developer: `boot::settings`) there is no mailbox
#[tokio::test]
async fn production_has_no_mailbox() {
    let carrier = StandIn::start(|_, _| Act::Answer).await;
    let server = MailServer::start(Tls::Wrapped).await;
    let (by_text, by_mail) = (carrier.settings(), server.settings());
    for (change, named) in [(&by_text as &dyn Fn(&mut Settings), "notification.mail"), (&by_mail, "notification.text")]
    {
        let refused = in_production(change).await.err().unwrap();
        assert!(format!("{refused:#}").contains(&format!("{named} = \"mailbox\"")), "{refused:#}");
    }
    let (running, _folder) = in_production(|settings| {
        by_text(settings);
        by_mail(settings);
    })
    .await
    .unwrap();
    let mut mailbox = MailboxServiceClient::connect(format!("http://{}", running.address)).await.unwrap();
    let no = mailbox.list_mailbox(ListMailboxRequest::default()).await.unwrap_err();
    assert_eq!(no.code(), tonic::Code::NotFound);
    running.halt();
}
