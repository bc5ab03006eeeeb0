//! Asked, delivered, reported: once (NO-1), urgent ones first (NO-3), readable in the mailbox (NO-2).

use contract::notification::v1::{
    self as pb, ListMailboxRequest, MessageState, MessagesReported, MessagesRequested, Priority,
    mailbox_service_client::MailboxServiceClient, message_service_client::MessageServiceClient,
};
use notification::Notification;
use testkit::{callers, on_both, on_both_with};

use crate::{ask_for, asked, code, email, mailbox, phone, reports};

// NO-1, NO-2
#[tokio::test]
async fn what_is_asked_for_arrives_and_is_reported() {
    on_both::<Notification, _>(|t| async move {
        let sms = code(&t, phone(1234));
        let mail = asked(&t, "welcome", Priority::Normal, email(), &[("name", "김민수"), ("login_id", "min***")]);
        ask_for(&t, vec![sms.clone(), mail]).await;
        let told = reports(&t, 2).await;
        assert!(told.iter().all(|r| r.state() == MessageState::Delivered), "{told:?}");
        assert!(told.iter().any(|r| r.reference == sms.reference && r.message_id == sms.message_id));

        let found = mailbox(&t, ListMailboxRequest { to: "010-0000-1234".into(), ..Default::default() }).await;
        assert_eq!(found.total_count, 1);
        let message = &found.messages[0];
        assert_eq!((message.channel(), message.to.as_str()), (pb::Channel::Sms, "01000001234"));
        assert!(message.body.contains("804211"));
        assert_eq!(message.variables["code"], "804211");

        let mails = mailbox(&t, ListMailboxRequest { template: "welcome".into(), ..Default::default() }).await;
        assert_eq!(mails.messages[0].channel(), pb::Channel::Email);
        assert!(mails.messages[0].body.contains("김민수"));
    })
    .await;
}

// NO-1
#[tokio::test]
async fn asked_for_twice_it_arrives_once() {
    on_both::<Notification, _>(|t| async move {
        let message = code(&t, phone(1234));
        let event = t.event("asker", MessagesRequested { messages: vec![message.clone()] });
        t.hear_event(&event).await;
        t.hear_event(&event).await;
        ask_for(&t, vec![message.clone(), message]).await;
        reports(&t, 1).await;
        for _ in 0..8 {
            t.clock.advance(chrono::Duration::seconds(200));
            tokio::time::sleep(std::time::Duration::from_millis(60)).await;
        }
        assert_eq!(reports(&t, 1).await.len(), 1);
        assert_eq!(mailbox(&t, ListMailboxRequest::default()).await.total_count, 1);
    })
    .await;
}

// NO-1
#[tokio::test]
async fn what_cannot_be_rendered_fails_with_its_reason() {
    on_both::<Notification, _>(|t| async move {
        let unknown = asked(&t, "birthday", Priority::Normal, phone(1), &[]);
        let lacking = asked(&t, "one-time-code", Priority::Urgent, phone(2), &[]);
        let long = asked(&t, "gift-notice", Priority::Bulk, phone(3), &[("text", &"가".repeat(1_000))]);
        let mut unreadable = asked(&t, "one-time-code", Priority::Urgent, phone(4), &[]);
        unreadable.sealed.truncate(30);
        ask_for(&t, vec![unknown, lacking, long, unreadable]).await;
        let mut reasons: Vec<_> = reports(&t, 4).await.into_iter().map(|r| (r.state(), r.reason)).collect();
        reasons.sort_by(|a, b| a.1.cmp(&b.1));
        let expected = ["TEMPLATE_UNKNOWN", "TEXT_TOO_LONG", "UNREADABLE", "VARIABLE_MISSING(code)"];
        assert_eq!(reasons, expected.map(|reason| (MessageState::Failed, reason.to_owned())));
    })
    .await;
}

// NO-1
#[tokio::test]
async fn a_thousand_gifts_go_out_in_bulk() {
    on_both::<Notification, _>(|t| async move {
        let gift = |n| asked(&t, "gift-notice", Priority::Bulk, phone(n), &[("text", "선물이 도착했습니다")]);
        for part in 0..4 {
            ask_for(&t, (part * 250..(part + 1) * 250).map(gift).collect()).await;
        }
        assert_eq!(reports(&t, 1_000).await.len(), 1_000);
        assert_eq!(mailbox(&t, ListMailboxRequest::default()).await.total_count, 1_000);
    })
    .await;
}

// NO-3
#[tokio::test]
async fn a_code_does_not_wait_behind_gifts() {
    on_both_with::<Notification, _>(
        |settings| settings.text_per_second = 10,
        |t| async move {
            let gift = |n| asked(&t, "gift-notice", Priority::Bulk, phone(n), &[("text", "선물이 도착했습니다")]);
            ask_for(&t, (0..200).map(gift).collect()).await;
            let urgent = code(&t, phone(999));
            ask_for(&t, vec![urgent.clone()]).await;
            let code_first = t
                .until("the code", || async {
                    t.clock.advance(chrono::Duration::seconds(1));
                    let told = t.bus.told::<MessagesReported>().await;
                    let all: Vec<_> = told.into_iter().flat_map(|fact| fact.reports).collect();
                    all.iter().position(|r| r.message_id == urgent.message_id)
                })
                .await;
            assert!(code_first < 100, "{code_first} gifts went before the code");
            assert_eq!(reports(&t, 201).await.len(), 201);
        },
    )
    .await;
}

#[tokio::test]
async fn pages_of_the_mailbox_and_one_message_with_its_files() {
    on_both::<Notification, _>(|t| async move {
        let file =
            pb::Attachment { file_name: "quote.pdf".into(), content_type: "application/pdf".into(), data: vec![7; 9] };
        let variables = [("name", "김민수"), ("number", "Q-1"), ("total", "583,000"), ("valid_through", "2026-12-23")];
        let mut asked = asked(&t, "quote", Priority::Normal, email(), &[]);
        let id = asked.message_id.parse().unwrap();
        let variables = variables.map(|(k, v)| (k, v.to_owned()));
        asked = contract::ask::message(
            t.running.flow.sealer(),
            id,
            "quote",
            Priority::Normal,
            "",
            "",
            email(),
            variables,
            vec![file.clone()],
        );
        ask_for(&t, vec![asked]).await;
        reports(&t, 1).await;
        ask_for(&t, vec![code(&t, phone(1))]).await;
        reports(&t, 2).await;

        let first = mailbox(&t, ListMailboxRequest { page_size: 1, ..Default::default() }).await;
        assert_eq!((first.messages[0].template.as_str(), first.total_count), ("one-time-code", 2));
        let page_token = first.next_page_token;
        let second = mailbox(&t, ListMailboxRequest { page_size: 1, page_token, ..Default::default() }).await;
        assert_eq!(second.next_page_token, "");
        assert_eq!(
            (second.messages[0].attachments[0].file_name.as_str(), second.messages[0].attachments[0].data.len()),
            ("quote.pdf", 0)
        );

        let mut client = MailboxServiceClient::new(t.channel(&callers::anyone()));
        let request = pb::GetMailboxMessageRequest { message_id: second.messages[0].message_id.clone() };
        let whole = client.get_mailbox_message(request).await.unwrap().into_inner();
        assert_eq!(whole.attachments, [file]);
    })
    .await;
}

#[tokio::test]
async fn an_operator_sees_states_and_nobody_else_does() {
    on_both::<Notification, _>(|t| async move {
        let message = code(&t, phone(1));
        ask_for(&t, vec![message.clone()]).await;
        reports(&t, 1).await;
        let request = pb::GetMessageRequest { message_id: message.message_id.clone() };
        let mut support = MessageServiceClient::new(t.channel(&callers::operator(&["support"])));
        let seen = support.get_message(request.clone()).await.unwrap().into_inner();
        assert_eq!((seen.state(), seen.attempt_count), (MessageState::Delivered, 1));
        let listed = pb::ListMessagesRequest { reference: message.reference, ..Default::default() };
        assert_eq!(support.list_messages(listed).await.unwrap().into_inner().messages.len(), 1);

        let mut other = MessageServiceClient::new(t.channel(&callers::super_admin(callers::company())));
        assert_eq!(other.get_message(request).await.unwrap_err().code(), tonic::Code::PermissionDenied);
        let nothing = pb::GetMessageRequest { message_id: uuid::Uuid::now_v7().to_string() };
        assert_eq!(support.get_message(nothing).await.unwrap_err().code(), tonic::Code::NotFound);
    })
    .await;
}
