//! Through a carrier (NO-2) that does what carriers do on a bad day: each text ends once, in the right state.

use std::collections::HashMap;

use contract::notification::v1::{
    self as pb, MessageState, MessagesReported, Priority, message_service_client::MessageServiceClient,
};
use notification::{Notification, Settings};
use testkit::{Trial, callers, on_both_with};

use crate::{
    ask_for, asked, code, phone, reports,
    stand_in::{Act, StandIn},
};

pub fn gift(t: &Trial, number: u32) -> pb::MessageRequest {
    asked(t, "gift-notice", Priority::Bulk, phone(number), &[("text", "선물")])
}

/// Every report so far, by message; none may be reported twice with the same state.
async fn told(t: &Trial) -> HashMap<String, Vec<MessageState>> {
    let mut told = HashMap::<String, Vec<MessageState>>::new();
    for report in t.bus.told::<MessagesReported>().await.into_iter().flat_map(|fact| fact.reports) {
        told.entry(report.message_id.clone()).or_default().push(report.state());
    }
    told
}

/// Whatever the first call meets, each of 40 texts is taken once and reported once as accepted; 4 are refused.
async fn ends_well(first: Act) {
    eprintln!("{first:?}");
    let carrier = StandIn::start(move |call, _| if call == 0 { first } else { Act::Answer }).await;
    let through = carrier.settings();
    let impatiently = move |settings: &mut Settings| {
        through(settings);
        settings.carrier.time_out_seconds = if matches!(first, Act::Silent) { 1 } else { 30 };
    };
    on_both_with::<Notification, _>(impatiently, |t| {
        let carrier = carrier.clone();
        async move {
            let before = carrier.look(|seen| (seen.calls.len(), seen.taken.len()));
            let messages: Vec<_> = (1..=40).map(|n| gift(&t, n)).collect();
            ask_for(&t, messages.clone()).await;
            reports(&t, 40).await;
            let told = told(&t).await;
            let of = |state| told.values().filter(|states| **states == [state]).count();
            assert_eq!((of(MessageState::Accepted), of(MessageState::Failed)), (36, 4), "{told:?}");
            carrier.look(|seen| {
                assert_eq!(seen.taken.len() - before.1, 36, "nothing lost, nothing twice");
                assert!(seen.changed.is_empty());
                if let [one, again, ..] = &seen.calls[before.0..] {
                    assert!(again.at - one.at >= 10, "tried again after {} s", again.at - one.at);
                }
            });
        }
    })
    .await;
}

// NO-1, NO-2
#[tokio::test]
async fn a_carrier_that_answers_takes_all_in_one_call() {
    ends_well(Act::Answer).await;
}

// NO-1, NO-2
#[tokio::test]
async fn a_carrier_that_fails_is_tried_again_later() {
    ends_well(Act::Status(500, None)).await;
    ends_well(Act::Status(401, None)).await;
    ends_well(Act::Drop).await;
}

// NO-1, NO-2
#[tokio::test]
async fn a_carrier_whose_answer_is_lost_gets_the_same_ids_again() {
    ends_well(Act::Cut).await;
    ends_well(Act::Silent).await;
}

// NO-1, NO-2
#[tokio::test]
async fn rubbish_for_an_answer_is_no_answer() {
    for rubbish in ["", "<html>busy</html>", "{\"results\":[{\"id\":7}]}", "{\"results\":[]}", "[]"] {
        ends_well(Act::Rubbish(rubbish)).await;
    }
    let a_stranger = "{\"results\":[{\"id\":\"0192d3c4-0000-7000-8000-000000000001\",\"code\":\"0\"}]}";
    ends_well(Act::Rubbish(a_stranger)).await;
}

// NO-1, NO-2
#[tokio::test]
async fn a_partial_answer_settles_what_it_names_and_no_more() {
    let carrier = StandIn::start(|call, texts| match (call, texts.len()) {
        (_, 40) => Act::Partly { taken: 15, refused: 10 },
        _ => Act::Answer,
    })
    .await;
    on_both_with::<Notification, _>(carrier.settings(), |t| {
        let carrier = carrier.clone();
        async move {
            let before = carrier.look(|seen| (seen.calls.len(), seen.taken.len()));
            ask_for(&t, (0..40).map(|n| gift(&t, 1 + 10 * n)).collect()).await;
            reports(&t, 40).await;
            let told = told(&t).await;
            let of = |state| told.values().filter(|states| **states == [state]).count();
            assert_eq!((of(MessageState::Accepted), of(MessageState::Failed)), (30, 10));
            carrier.look(|seen| {
                let sizes: Vec<_> = seen.calls[before.0..].iter().map(|call| call.texts.len()).collect();
                assert_eq!((sizes, seen.taken.len() - before.1), (vec![40, 15], 30));
            });
        }
    })
    .await;
}

// NO-1
#[tokio::test]
async fn after_six_tries_a_text_has_failed_and_says_why() {
    let carrier = StandIn::start(|_, _| Act::Status(500, None)).await;
    on_both_with::<Notification, _>(carrier.settings(), |t| {
        let carrier = carrier.clone();
        async move {
            let before = carrier.look(|seen| seen.calls.len());
            ask_for(&t, vec![code(&t, phone(1))]).await;
            let told = reports(&t, 1).await;
            assert_eq!((told[0].state(), told[0].reason.as_str()), (MessageState::Failed, "UNREACHABLE(HTTP_500)"));
            let waits: Vec<_> =
                carrier.look(|seen| seen.calls[before..].windows(2).map(|pair| pair[1].at - pair[0].at).collect());
            assert_eq!(waits.len(), 5, "six tries");
            assert!(waits.iter().zip([1, 2, 5, 15, 30]).all(|(was, least)| *was >= least), "{waits:?}");
        }
    })
    .await;
}

// NO-2
#[tokio::test]
async fn a_carrier_that_asks_for_peace_gets_it_and_no_try_is_counted() {
    const PEACE: i64 = 7;
    let carrier = StandIn::start(|call, texts| match call % 9 {
        _ if texts[0].text.contains("804211") => Act::Answer,
        0..8 => Act::Status(429, Some(7)),
        _ => Act::Answer,
    })
    .await;
    let change = carrier.settings();
    let one_at_a_time = move |settings: &mut Settings| {
        change(settings);
        settings.carrier.calls_at_once = 1;
    };
    on_both_with::<Notification, _>(one_at_a_time, |t| {
        let carrier = carrier.clone();
        async move {
            let before = carrier.look(|seen| seen.calls.len());
            let message = gift(&t, 1);
            ask_for(&t, vec![message.clone()]).await;
            let told = reports(&t, 1).await;
            assert_eq!(told[0].state(), MessageState::Accepted, "more than six refusals did not end it");
            let calls = carrier.look(|seen| seen.calls[before..].to_vec());
            assert_eq!(calls.len(), 9);
            assert!(calls.windows(2).all(|pair| pair[1].at - pair[0].at >= PEACE), "{calls:?}");
            let mut support = MessageServiceClient::new(t.channel(&callers::operator(&["support"])));
            let request = pb::GetMessageRequest { message_id: message.message_id };
            assert_eq!(support.get_message(request).await.unwrap().into_inner().attempt_count, 1);
        }
    })
    .await;
}

// NO-2: never more in one call than a carrier takes
#[tokio::test]
async fn many_texts_go_in_calls_of_a_thousand() {
    let carrier = StandIn::start(|_, _| Act::Answer).await;
    on_both_with::<Notification, _>(carrier.settings(), |t| {
        let carrier = carrier.clone();
        async move {
            let before = carrier.look(|seen| (seen.calls.len(), seen.taken.len()));
            for part in 0..3 {
                ask_for(&t, (0..500).map(|n| gift(&t, 1 + 10 * (part * 500 + n))).collect()).await;
            }
            reports(&t, 1_500).await;
            carrier.look(|seen| {
                let sizes = seen.calls[before.0..].iter().map(|call| call.texts.len());
                assert!(sizes.clone().max() <= Some(1_000) && sizes.sum::<usize>() == 1_500);
                assert_eq!(seen.taken.len() - before.1, 1_500);
            });
        }
    })
    .await;
}
