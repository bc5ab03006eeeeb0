//! How fast, and who first (NO-3): counted, not timed.

use std::sync::Arc;

use boot::{Common, Running, Start, settings::Sources};
use contract::notification::v1::{MessageState, Priority};
use flow::Engine;
use notification::{Notification, Settings};
use sea_orm::ConnectionTrait;
use testkit::{Trial, on_both_with};

use crate::{
    ask_for, asked,
    carrying::gift,
    code, phone, reports,
    stand_in::{Act, StandIn},
};

/// One more replica of the service under test, on the same database.
async fn replica(t: &Trial, change: impl FnOnce(&mut Settings)) -> Running {
    let sources = Sources::load(include_str!("../../notification.default.toml")).unwrap();
    let mut common: Common = sources.common().unwrap();
    common.listen.grpc = "127.0.0.1:0".parse().unwrap();
    common.database.url = t.url.clone().into();
    let mut settings: Settings = sources.get("notification").unwrap();
    change(&mut settings);
    let bus = Arc::new(testkit::RecordingBus::default());
    Running::start_with::<Notification>(&Start { common, clock: t.clock.clone(), bus }, settings).await.unwrap()
}

// NO-3
#[tokio::test]
async fn two_replicas_keep_one_pace() {
    const PACE: usize = 100;
    let carrier = StandIn::start(|_, _| Act::Answer).await;
    let through = carrier.settings();
    let slowly = move |settings: &mut Settings| {
        through(settings);
        settings.text_per_second = 100;
    };
    on_both_with::<Notification, _>(&slowly, |t| {
        let (carrier, slowly) = (carrier.clone(), slowly.clone());
        async move {
            // One process owns a SQLite file.
            if t.engine == Engine::Sqlite {
                return;
            }
            let other = replica(&t, slowly).await;
            let before = carrier.look(|seen| seen.taken.len());
            ask_for(&t, (0..1_000).map(|n| gift(&t, 1 + 10 * n)).collect()).await;
            let gone = || carrier.look(|seen| seen.taken.len() - before);
            for second in 1..=10 {
                t.clock.advance(chrono::Duration::seconds(1));
                let most = PACE * second;
                let reached = || async {
                    assert!(gone() <= most, "{} left by second {second}", gone());
                    (gone() == most).then_some(())
                };
                t.until("a second's worth", reached).await;
            }
            other.halt();
        }
    })
    .await;
}

// NO-3: a hundred thousand gift messages wait, every call to the carrier hangs, and the code goes through
#[tokio::test]
async fn a_hundred_thousand_gifts_do_not_delay_a_code() {
    const AT_ONCE: usize = 4;
    let of_code = |texts: &[crate::stand_in::Text]| texts.iter().any(|text| text.text.contains("804211"));
    let carrier = StandIn::start(move |_, texts| if of_code(texts) { Act::Answer } else { Act::Silent }).await;
    let through = carrier.settings();
    let patiently = move |settings: &mut Settings| {
        through(settings);
        settings.carrier.time_out_seconds = 60;
        settings.text_per_second = 1_000_000;
    };
    on_both_with::<Notification, _>(patiently, |t| {
        let carrier = carrier.clone();
        async move {
            let before = carrier.look(|seen| seen.calls.len());
            queue(&t, 100_000).await;
            let calls = || carrier.look(|seen| seen.calls[before..].to_vec());
            let hang = || async {
                t.clock.advance(chrono::Duration::milliseconds(500));
                (calls().len() == AT_ONCE).then_some(())
            };
            t.until("the calls that hang", hang).await;
            let asked = code(&t, phone(1));
            ask_for(&t, vec![asked.clone()]).await;
            let told = reports(&t, 1).await;
            assert_eq!(
                (told[0].message_id.as_str(), told[0].state()),
                (asked.message_id.as_str(), MessageState::Accepted)
            );
            let calls = calls();
            let bulk: usize = calls.iter().filter(|call| !of_code(&call.texts)).map(|call| call.texts.len()).sum();
            assert_eq!((calls.len(), bulk), (AT_ONCE + 1, 1_000 * AT_ONCE), "no further gift went before it");
        }
    })
    .await;
}

/// As if they had been asked for: copies of one, under ids of their own.
async fn queue(t: &Trial, count: u32) {
    let one = asked(t, "gift-notice", Priority::Bulk, phone(1), &[("text", "선물")]);
    let (id, sealed) = match t.engine {
        Engine::Postgres => ("gen_random_uuid()", format!("'\\x{}'", hex::encode(one.sealed))),
        Engine::Sqlite => ("randomblob(16)", format!("x'{}'", hex::encode(one.sealed))),
    };
    let at = t.clock.now().format("%Y-%m-%d %H:%M:%S+00:00");
    // Some thousands at a time: a slow machine has a limit on statements, too.
    const PIECE: u32 = 5_000;
    let sql = format!(
        "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {PIECE}) INSERT INTO message \
         (message_id, template, locale, priority, on_behalf_of, reference, medium, sealed, state, reason, attempts, \
         due_at, created_at, updated_at) SELECT {id}, 'gift-notice', 'ko', 1, '', '', 'text', {sealed}, 'queued', '', \
         0, '{at}', '{at}', '{at}' FROM n"
    );
    for _ in 0..count / PIECE {
        t.running.flow.db().write().execute_unprepared(&sql).await.unwrap();
    }
}
