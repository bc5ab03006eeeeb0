//! Consuming: one session a connection, made again with growing waits for as long as the service runs. Within a session
//! each subject has a lane of its own, so a failing event holds up only what follows it in its own subject.

use std::{
    collections::{HashMap, VecDeque, hash_map::Entry},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, bail};
use contract::EventType;
use futures::StreamExt as _;
use lapin::{
    Channel, Connection,
    message::Delivery,
    options::{BasicAckOptions, BasicConsumeOptions, BasicNackOptions, BasicQosOptions, ConfirmSelectOptions},
};
use tokio::{
    sync::{Semaphore, oneshot},
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Broker, PATIENCE, envelope, publish::send_surely, topology::table};
use crate::{
    Consumer, Event, Taken,
    bus::{DELIVERY_LIMIT, take},
    sabotage,
};

/// Unacknowledged deliveries the broker hands over at once.
const PREFETCH: u16 = 200;
/// Events with the consumer at the same time, which applies many in one transaction.
const AT_ONCE: usize = 100;
/// Wait after a first failure, doubled each time: about 3 s in all until an event is given up.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// Wait before a database that is away is asked again.
const AWAY_WAIT: Duration = Duration::from_millis(500);
/// Waits between connections.
const RECONNECT: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// Longest wait for what is under way when the service stops.
const DRAIN: Duration = Duration::from_secs(10);

/// What one service subscribes to.
pub(super) struct Subscription {
    pub(super) broker: Broker,
    pub(super) service: &'static str,
    pub(super) kinds: Vec<EventType>,
    pub(super) consumer: Arc<dyn Consumer>,
    pub(super) stop: CancellationToken,
}

impl Subscription {
    /// Keeps it standing until stopped; says when it stands for the first time.
    pub(super) async fn keep(self, stands: oneshot::Sender<()>) {
        let (mut stands, mut wait) = (Some(stands), RECONNECT.0);
        loop {
            let outcome = tokio::select! {
                () = self.stop.cancelled() => return,
                session = self.open() => session,
            };
            let ended = match outcome {
                Ok((connection, session, mut deliveries)) => {
                    stands.take().map(|s| s.send(()));
                    wait = RECONNECT.0;
                    let ended = self.run(&session, &mut deliveries).await;
                    session.end(connection, ended.is_ok()).await;
                    // Only now: were the subscription cancelled while events are under way, the next consumer would
                    // get what follows before what is put back.
                    drop(deliveries);
                    ended
                }
                Err(error) => Err(error),
            };
            let Err(error) = ended else { return };
            tracing::warn!(service = self.service, error = %format!("{error:#}"), "subscribing again");
            let jitter = Duration::from_millis(rand::random_range(0..100));
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = sleep(wait + jitter) => {}
            }
            wait = (wait * 2).min(RECONNECT.1);
        }
    }

    async fn open(&self) -> anyhow::Result<(Connection, Arc<Session>, lapin::Consumer)> {
        let connection = self.broker.connect(&format!("{} consume", self.service)).await?;
        let ready = async {
            let channel = connection.create_channel().await?;
            self.broker.topology.declare_for(&channel, self.service, &self.kinds).await?;
            let burial = connection.create_channel().await?;
            burial.confirm_select(ConfirmSelectOptions::default()).await?;
            channel.basic_qos(PREFETCH, BasicQosOptions::default()).await?;
            let queue = self.broker.topology.queue(self.service).into();
            let deliveries = channel.basic_consume(queue, "".into(), BasicConsumeOptions::default(), table([])).await?;
            anyhow::Ok((burial, deliveries))
        };
        let (burial, deliveries) = timeout(PATIENCE, ready).await.context("the broker does not answer")??;
        let session = Session {
            service: self.service,
            consumer: self.consumer.clone(),
            dead_exchange: self.broker.topology.dead_exchange(),
            burial,
            permits: Semaphore::new(AT_ONCE),
            lanes: Mutex::default(),
            over: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        Ok((connection, Arc::new(session), deliveries))
    }

    /// Until stopped (`Ok`) or the connection is lost.
    async fn run(&self, session: &Arc<Session>, deliveries: &mut lapin::Consumer) -> anyhow::Result<()> {
        loop {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return Ok(()),
                delivery = deliveries.next() => match delivery {
                    Some(Ok(delivery)) => session.enter(delivery),
                    Some(Err(error)) => return Err(error).context("the connection was lost"),
                    None => bail!("the broker ended the subscription"),
                },
            }
        }
    }
}

/// One connection's worth of deliveries.
struct Session {
    service: &'static str,
    consumer: Arc<dyn Consumer>,
    dead_exchange: String,
    burial: Channel,
    permits: Semaphore,
    /// Subject → what waits behind the one under way.
    lanes: Mutex<HashMap<String, VecDeque<(Delivery, Event)>>>,
    over: CancellationToken,
    tasks: TaskTracker,
}

impl Session {
    /// Puts a delivery at the end of its subject's lane, opening one if there is none.
    fn enter(self: &Arc<Self>, delivery: Delivery) {
        let event = match envelope::event(&delivery.properties, &delivery.data) {
            Ok(event) => event,
            Err(error) => {
                let session = self.clone();
                self.tasks.spawn(async move { session.bury(&delivery, &format!("not an event: {error:#}")).await });
                return;
            }
        };
        match self.lanes.lock().unwrap_or_else(PoisonError::into_inner).entry(event.subject.clone()) {
            Entry::Occupied(mut lane) => lane.get_mut().push_back((delivery, event)),
            Entry::Vacant(lane) => {
                let (session, subject) = (self.clone(), event.subject.clone());
                lane.insert(VecDeque::from([(delivery, event)]));
                self.tasks.spawn(async move {
                    while let Some((delivery, event)) = session.next(&subject) {
                        session.apply(&delivery, &event).await;
                    }
                });
            }
        }
    }

    /// The next one of a lane; an empty lane is closed.
    fn next(&self, subject: &str) -> Option<(Delivery, Event)> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let next = lanes.get_mut(subject)?.pop_front();
        if next.is_none() {
            lanes.remove(subject);
        }
        next
    }

    /// Until it is applied or buried. Acknowledged only then: whatever is cut short comes again.
    async fn apply(&self, delivery: &Delivery, event: &Event) {
        let (mut tries, mut wait) = (0, FIRST_WAIT);
        let early = sabotage::breaks("ack-before-commit");
        if early {
            self.acknowledge(delivery).await;
            sleep(Duration::from_millis(300)).await;
        }
        sabotage::crash("consumer-before-take");
        while let Ok(permit) = self.permits.acquire().await {
            if self.over.is_cancelled() {
                return;
            }
            match take(self.consumer.as_ref(), event).await {
                Taken::Done if early => return,
                Taken::Done => {
                    sabotage::crash("consumer-before-ack");
                    self.acknowledge(delivery).await;
                    return sabotage::crash("consumer-after-ack");
                }
                // The permit is kept: with its database away the service consumes nothing, and nothing is counted.
                Taken::Away => self.pause(AWAY_WAIT).await,
                Taken::Failed(reason) if tries == DELIVERY_LIMIT => {
                    tracing::error!(service = self.service, kind = %event.kind, subject = event.subject, reason, "dead letter");
                    return self.bury(delivery, &reason).await;
                }
                Taken::Failed(reason) => {
                    tracing::warn!(service = self.service, kind = %event.kind, reason, tries, "delivery failed");
                    drop(permit);
                    tries += 1;
                    self.pause(wait).await;
                    wait *= 2;
                }
            }
        }
    }

    async fn pause(&self, time: Duration) {
        tokio::select! {
            () = self.over.cancelled() => {}
            () = sleep(time) => {}
        }
    }

    async fn acknowledge(&self, delivery: &Delivery) {
        if let Err(error) = delivery.ack(BasicAckOptions::default()).await {
            tracing::debug!(service = self.service, %error, "not acknowledged: it comes again");
        }
    }

    /// To the dead letters with its reason; let go only when it is safe there.
    async fn bury(&self, delivery: &Delivery, reason: &str) {
        if sabotage::breaks("poison-loops") {
            return drop(delivery.nack(BasicNackOptions { multiple: false, requeue: true }).await);
        }
        let properties = envelope::dead_properties(&delivery.properties, reason);
        match send_surely(&self.burial, &self.dead_exchange, self.service, &delivery.data, properties).await {
            Ok(()) => self.acknowledge(delivery).await,
            Err(error) => {
                tracing::warn!(service = self.service, error = %format!("{error:#}"), "not buried: it comes again");
                self.pause(PATIENCE).await;
                let _ = delivery.nack(BasicNackOptions { multiple: false, requeue: true }).await;
            }
        }
    }

    /// Nothing new begins. A stopping service finishes what is under way before it says goodbye.
    async fn end(&self, connection: Connection, stopped: bool) {
        self.over.cancel();
        self.tasks.close();
        if stopped {
            if timeout(DRAIN, self.tasks.wait()).await.is_err() {
                tracing::warn!(service = self.service, "events were still under way: they come again");
            }
            let _ = timeout(PATIENCE, connection.close(200, "stopping".into())).await;
        }
    }
}
