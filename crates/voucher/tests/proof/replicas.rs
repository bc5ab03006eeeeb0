//! Two replicas of the service on one PostgreSQL and one RabbitMQ, while some thousand gifts go out: each gift is made
//! once, each message asked for once, and the progress is right whichever replica is asked.

use std::{collections::HashSet, sync::Arc};

use boot::{
    Running, Start,
    settings::Sources,
    token::{ACCESS, Claims},
};
use contract::{
    Fact,
    notification::v1::{MessageReport, MessageState, MessagesReported, MessagesRequested},
    voucher::v1::{self as pb, send_service_client::SendServiceClient},
};
use flow::{Bus, Consumer, Engine, Event, RabbitBus, Taken};
use testkit::Trial;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use tonic::{Request, service::interceptor::InterceptedService, transport::Channel};
use uuid::Uuid;
use voucher::{Voucher, settings::Settings};

use crate::{
    ONE_AT_A_TIME,
    desk::{Desk, id},
    racing::patiently,
};

const SENDS: usize = 6;
const GIFTS: usize = 500;

/// In notification's place: keeps each event once.
#[derive(Default)]
struct Asked(Mutex<Vec<Event>>);

#[async_trait::async_trait]
impl Consumer for Asked {
    async fn take(&self, event: &Event) -> Taken {
        let mut asked = self.0.lock().await;
        if asked.iter().all(|known| known.id != event.id) {
            asked.push(event.clone());
        }
        Taken::Done
    }
}

impl Asked {
    /// Every message of every event.
    async fn messages(&self) -> Vec<(String, String)> {
        let asked = self.0.lock().await;
        let asked = asked.iter().flat_map(|event| event.fact::<MessagesRequested>().unwrap().messages);
        asked.map(|message| (message.message_id, message.reference)).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_replicas_make_each_gift_once_and_ask_for_each_message_once() {
    // VO-8, NO-1, I5, I8
    let (Ok(_), Ok(amqp)) = (std::env::var("DURE_TEST_POSTGRES"), std::env::var("DURE_TEST_AMQP")) else {
        return eprintln!("no PostgreSQL or no RabbitMQ: not run (scripts/test runs it)");
    };
    let _alone = ONE_AT_A_TIME.lock().await;
    let t = Trial::start::<Voucher>(Engine::Postgres, |_| {}).await;
    let desk = Desk::new(&t);
    let lot = desk.fund(10_000_000).await;
    let mut sends = Vec::new();
    for _ in 0..SENDS {
        let send = desk.create(&lot).await;
        for hundred in 0..GIFTS / 100 {
            let phones: Vec<String> = (0..100).map(|n| format!("0100{:07}", hundred * 100 + n)).collect();
            let people: Vec<_> = phones.iter().map(|phone| ("가나", phone.as_str(), 1_000)).collect();
            desk.add(&send, &people).await;
        }
        sends.push(desk.get(&send).await);
    }
    t.running.halt();

    let bus = Arc::new(RabbitBus::named(&amqp, &format!("t{}", Uuid::new_v4().simple())).unwrap());
    let (asked, stop) = (Arc::new(Asked::default()), CancellationToken::new());
    let kinds = vec![MessagesRequested::event_type()];
    bus.subscribe("notification", kinds, asked.clone(), stop.clone()).await.unwrap();
    let replicas = [replica(&t, &bus).await, replica(&t, &bus).await];
    let at = |replica: &Running| {
        let channel = Channel::from_shared(format!("http://{}", replica.address)).unwrap().connect_lazy();
        let (signer, clock, claims) = (t.signer().clone(), t.clock.clone(), Claims::of(&desk.admin).unwrap());
        let sign = move |mut request: Request<()>| {
            let token = signer.sign(ACCESS, &claims, clock.now(), chrono::Duration::minutes(10));
            request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
            Ok(request)
        };
        SendServiceClient::new(InterceptedService::new(channel, sign))
    };
    let mut clients = replicas.each_ref().map(at);
    for (nth, send) in sends.iter().enumerate() {
        let request = pb::ConfirmSendRequest {
            request_id: id(),
            send_id: send.send_id.clone(),
            verification_token: desk.verification(&send.content_hash),
        };
        clients[nth % 2].confirm_send(request).await.unwrap();
    }
    let wanted = SENDS * GIFTS;
    patiently("every message is asked for", || async {
        t.clock.advance(chrono::Duration::seconds(1));
        (asked.messages().await.len() >= wanted).then_some(())
    })
    .await;

    let messages = asked.messages().await;
    let ids: HashSet<_> = messages.iter().map(|(message, _)| message).collect();
    let gifts: HashSet<_> = messages.iter().map(|(_, gift)| gift).collect();
    assert_eq!((messages.len(), ids.len(), gifts.len()), (wanted, wanted, wanted), "each once");

    let delivered = messages.into_iter().map(|(message_id, reference)| MessageReport {
        message_id,
        reference,
        state: MessageState::Delivered.into(),
        ..Default::default()
    });
    for some in delivered.collect::<Vec<_>>().chunks(500) {
        let event = t.event("report", MessagesReported { reports: some.to_vec() });
        let again = [event.clone(), event];
        assert!(bus.publish(&again).await.iter().all(Result::is_ok));
    }
    let gifts = i64::try_from(GIFTS).unwrap();
    for (nth, send) in sends.iter().enumerate() {
        let request = pb::GetSendProgressRequest { send_id: send.send_id.clone() };
        for client in &clients {
            patiently("the progress is right", || async {
                let mut client = client.clone();
                let now = client.get_send_progress(request.clone()).await.unwrap().into_inner();
                assert!(now.issued <= gifts && now.delivered <= gifts, "send {nth}: {now:?}");
                (now.issued == gifts && now.delivered == gifts && now.state() == pb::SendState::Completed).then_some(())
            })
            .await;
        }
    }
    let lot = voucher::lot::table::find(replicas[0].flow.db().read(), lot.lot_id.parse().unwrap(), None).await.unwrap();
    let buckets = lot.unwrap().buckets;
    assert_eq!((buckets.reserved.won(), buckets.outstanding.won()), (0, gifts * 1_000 * SENDS as i64));
    let verified = replicas[1].flow.run_own(voucher::ledger::verify::VerifyLedger).await.unwrap();
    assert!(verified.breaches.is_empty(), "{:?}", verified.breaches);
    stop.cancel();
    replicas.iter().for_each(Running::halt);
}

/// One more of the service, on the same database and broker.
async fn replica(t: &Trial, bus: &Arc<RabbitBus>) -> Running {
    let sources = Sources::load(<Voucher as boot::Service>::DEFAULTS).unwrap();
    let mut common = sources.common().unwrap();
    common.database.url = t.url.clone().into();
    common.listen.grpc = "127.0.0.1:0".parse().unwrap();
    let mut settings: Settings = sources.get("voucher").unwrap();
    settings.gifts_per_chunk = 50;
    let start = Start { common, clock: t.clock.clone(), bus: bus.clone() };
    Running::start_with::<Voucher>(&start, settings).await.unwrap()
}
