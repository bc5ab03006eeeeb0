//! Through a mail server (NO-2): over TLS it may trust, signed in, each mail once, readable to programs of others.

use std::collections::HashMap;

use contract::{
    ask::{self, To},
    notification::v1::{self as pb, MessageState, Priority},
};
use mail_parser::{MessageParser, MimeHeaders as _};
use notification::{Notification, Settings};
use testkit::{Trial, on_both_with};
use uuid::Uuid;
use words::Email;

use crate::{
    ask_for, asked, email, reports,
    smtp_server::{MailServer, Tls},
};

fn to(address: &str) -> To {
    To::Email(Email::parse(address).unwrap())
}

fn welcome(t: &Trial, to: To) -> pb::MessageRequest {
    asked(t, "welcome", Priority::Normal, to, &[("name", "김민수"), ("login_id", "min***")])
}

/// States and reasons by message.
async fn ended(t: &Trial, least: usize) -> HashMap<String, (MessageState, String)> {
    reports(t, least).await.into_iter().map(|r| (r.message_id.clone(), (r.state(), r.reason))).collect()
}

fn accepted() -> (MessageState, String) {
    (MessageState::Accepted, String::new())
}

// NO-1, NO-2
#[tokio::test]
async fn mails_go_over_tls_signed_in() {
    for tls in [Tls::Wrapped, Tls::Upgraded] {
        let server = MailServer::start(tls).await;
        on_both_with::<Notification, _>(server.settings(), |t| {
            let server = server.clone();
            async move {
                let before = server.look(|kept| (kept.mails.len(), kept.connections, kept.signed_in));
                let mails: Vec<_> = (0..40).map(|_| welcome(&t, email())).collect();
                ask_for(&t, mails.clone()).await;
                let ended = ended(&t, 40).await;
                assert!(mails.iter().all(|mail| ended[&mail.message_id] == accepted()), "{ended:?}");
                server.look(|kept| {
                    assert_eq!(kept.mails.len() - before.0, 40);
                    assert_eq!(kept.signed_in - before.2, kept.connections - before.1);
                });
            }
        })
        .await;
    }
}

/// With these settings nothing reaches the server, and the mail waits to be tried again.
async fn nothing_gets_through(server: &MailServer, change: impl Fn(&mut Settings), reason: &str) {
    let right = server.settings();
    let wrong = |settings: &mut Settings| {
        right(settings);
        change(settings);
    };
    on_both_with::<Notification, _>(wrong, |t| {
        let server = server.clone();
        async move {
            let mail = asked(&t, "one-time-code", Priority::Urgent, email(), &[("code", "804211"), ("minutes", "3")]);
            ask_for(&t, vec![mail.clone()]).await;
            assert_eq!(ended(&t, 1).await[&mail.message_id], (MessageState::Failed, format!("UNREACHABLE({reason})")));
            assert_eq!(server.look(|kept| kept.mails.len()), 0);
        }
    })
    .await;
}

// NO-2
#[tokio::test]
async fn a_server_nobody_vouches_for_gets_nothing() {
    for tls in [Tls::Wrapped, Tls::Upgraded] {
        let server = MailServer::start(tls).await;
        let other = server.file("other.pem").display().to_string();
        nothing_gets_through(&server, |settings| settings.smtp.ca_file.clone_from(&other), "SMTP").await;
        nothing_gets_through(&server, |settings| settings.smtp.ca_file.clear(), "SMTP").await;
        let ip = |settings: &mut Settings| {
            let url = settings.smtp.url.expose().replace("localhost", "127.0.0.1");
            settings.smtp.url = url.into();
        };
        nothing_gets_through(&server, ip, "SMTP").await;
        assert_eq!(server.look(|kept| kept.signed_in), 0, "not even the password");
    }
}

// NO-2
#[tokio::test]
async fn a_server_without_tls_gets_nothing_where_tls_is_required() {
    let server = MailServer::start(Tls::None).await;
    let required = format!("smtp://dure:secret@localhost:{}?tls=required", server.port());
    nothing_gets_through(&server, |settings| settings.smtp.url = required.clone().into(), "SMTP").await;
}

// NO-1: a wrong password is ours to mend, no mail's fault
#[tokio::test]
async fn a_wrong_password_fails_no_mail_for_good_at_once() {
    let server = MailServer::start(Tls::Wrapped).await;
    let wrong = format!("smtps://dure:wrong@localhost:{}", server.port());
    nothing_gets_through(&server, |settings| settings.smtp.url = wrong.clone().into(), "535").await;
}

// NO-1, NO-2
#[tokio::test]
async fn busy_is_tried_again_and_gone_is_gone() {
    let server = MailServer::start(Tls::Wrapped).await;
    on_both_with::<Notification, _>(server.settings(), |t| {
        let server = server.clone();
        async move {
            server.kept.lock().unwrap().named.clear();
            let (busy, gone) = (welcome(&t, to("busy@example.com")), welcome(&t, to("gone@example.com")));
            let began = t.clock.now();
            ask_for(&t, vec![busy.clone(), gone.clone()]).await;
            let ended = ended(&t, 2).await;
            assert_eq!(ended[&busy.message_id], accepted());
            assert!(t.clock.now() - began >= chrono::Duration::seconds(70), "ten seconds, then a minute");
            assert_eq!(ended[&gone.message_id], (MessageState::Failed, "REFUSED(550)".into()));
            server.look(|kept| {
                assert_eq!((kept.named["busy@example.com"], kept.named["gone@example.com"]), (3, 1));
            });
        }
    })
    .await;
}

// NO-1: whatever is cut, its reader has it once, known by its Message-ID
#[tokio::test]
async fn a_mail_that_was_cut_off_is_one_mail() {
    let server = MailServer::start(Tls::Upgraded).await;
    on_both_with::<Notification, _>(server.settings(), |t| {
        let server = server.clone();
        async move {
            server.kept.lock().unwrap().named.clear();
            let before = server.look(|kept| kept.mails.len());
            let (cut, lost) = (welcome(&t, to("cut@example.com")), welcome(&t, to("lost@example.com")));
            ask_for(&t, vec![cut.clone(), lost.clone()]).await;
            let ended = ended(&t, 2).await;
            assert!([&cut, &lost].iter().all(|mail| ended[&mail.message_id] == accepted()), "{ended:?}");
            let ids = server.look(|kept| kept.mails[before..].iter().map(|mail| message_id(mail)).collect::<Vec<_>>());
            let times = |mail: &pb::MessageRequest| ids.iter().filter(|id| id.starts_with(&mail.message_id)).count();
            assert_eq!((times(&cut), times(&lost)), (1, 2), "what arrived twice has one Message-ID: {ids:?}");
        }
    })
    .await;
}

fn message_id(mail: &[u8]) -> String {
    MessageParser::default().parse(mail).unwrap().message_id().unwrap().to_owned()
}

// NO-1: Korean and documents arrive as they were, and no variable becomes a header
#[tokio::test]
async fn what_is_written_is_what_is_read() {
    let server = MailServer::start(Tls::Wrapped).await;
    on_both_with::<Notification, _>(server.settings(), |t| {
        let server = server.clone();
        async move {
            let before = server.look(|kept| kept.mails.len());
            let pdf: Vec<u8> = (0..70_000_u32).map(|n| u8::try_from(n * 7 % 256).unwrap()).collect();
            let file = pb::Attachment {
                file_name: "견적서\r\nBcc: eve@example.com.pdf".into(),
                content_type: "application/pdf".into(),
                data: [b"%PDF-1.7\r\n.\r\n".as_slice(), &pdf].concat(),
            };
            let name = "㈜두레 뷁\r\nBcc: eve@example.com\r\n\r\n가짜";
            let variables = [("name", name), ("number", "Q-1"), ("total", "583,000"), ("valid_through", "2026-12-23")];
            let variables = variables.map(|(k, v)| (k, v.to_owned()));
            let id = Uuid::now_v7();
            let sealer = t.running.flow.sealer();
            let mail =
                ask::message(sealer, id, "quote", Priority::Normal, "", "", email(), variables, vec![file.clone()]);
            ask_for(&t, vec![mail]).await;
            assert_eq!(ended(&t, 1).await[&id.to_string()], accepted());

            let raw = server.look(|kept| kept.mails[before].clone());
            let mail = MessageParser::default().parse(&raw).unwrap();
            let addresses: Vec<_> = mail.to().unwrap().iter().filter_map(|a| a.address()).collect();
            assert_eq!(addresses, ["minsu.kim@example.com"]);
            assert!(mail.bcc().is_none() && mail.cc().is_none(), "{}", String::from_utf8_lossy(&raw));
            assert_eq!(mail.message_id(), Some(format!("{id}@dure.example").as_str()));
            let subject = mail.subject().unwrap();
            assert!(subject.contains("견적") && !subject.contains('\n'), "{subject}");
            let body = mail.body_text(0).unwrap();
            assert!(body.contains("㈜두레 뷁") && body.contains("583,000"), "{body}");
            let attached = mail.attachment(0).unwrap();
            assert!(attached.contents() == file.data, "the document is the same to the last byte");
            assert!(attached.attachment_name().is_some_and(|name| name.starts_with("견적서")), "{attached:?}");
        }
    })
    .await;
}

// NO-2
#[tokio::test]
async fn what_is_not_encrypted_is_refused_by_its_name() {
    let refused = |url: &str| {
        let sources = boot::settings::Sources::load(include_str!("../../notification.default.toml")).unwrap();
        let mut settings: Settings = sources.get("notification").unwrap();
        settings.smtp.url = url.to_owned().into();
        let why = notification::outside::mailer::Mailer::new(&settings.smtp).err()?.to_string();
        assert!(why.contains("notification.smtp.url") && !why.contains("secret"), "{why}");
        Some(why)
    };
    for open in [
        "smtp://dure:secret@mail.example.com:587",
        "smtp://dure:secret@mail.example.com:587?tls=opportunistic",
        "smtp://dure:secret@mail.example.com:587/tls=required",
        "smtp://127.0.0.1:secret@mail.example.com:587",
        "smtp://dure:secret@localhost.example.com",
        "http://dure:secret@mail.example.com",
        "",
    ] {
        assert!(refused(open).is_some(), "{open}");
    }
    for fine in ["smtps://dure:secret@mail.example.com:465", "smtp://dure:secret@mail.example.com:587?tls=required"] {
        assert_eq!(refused(fine), None, "{fine}");
    }
}
