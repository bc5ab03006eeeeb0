//! What only a broker can suffer: cut connections, a queue unbound by a hand, a consumer that stops half-way, messages
//! that are no events. Each test is silent where no broker is named.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use flow::Taken;
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties, types::FieldTable};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::AbortHandle,
    time::sleep,
};

use crate::world::{KIND, SERVICE, Scribe, World, broker_url, event, publish_until_taken, unique, until};

/// Between us and the broker; cuts every connection when told.
#[derive(Clone, Default)]
struct Wire(Arc<Mutex<Vec<AbortHandle>>>);

impl Wire {
    /// The same URL through the wire.
    async fn to(url: &str) -> (Self, String) {
        let start = url.rfind('@').map_or("amqp://".len(), |at| at + 1);
        let end = url[start..].find('/').map_or(url.len(), |at| start + at);
        let broker = url[start..end].to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let through = format!("{}{}{}", &url[..start], listener.local_addr().unwrap(), &url[end..]);
        let wire = Self::default();
        let ours = wire.clone();
        tokio::spawn(async move {
            while let Ok((mut from, _)) = listener.accept().await {
                let broker = broker.clone();
                let carrying = tokio::spawn(async move {
                    let mut to = TcpStream::connect(broker).await.unwrap();
                    let _ = copy_bidirectional(&mut from, &mut to).await;
                });
                ours.0.lock().unwrap().push(carrying.abort_handle());
            }
        });
        (wire, through)
    }

    fn cut(&self) {
        self.0.lock().unwrap().drain(..).for_each(|carrying| carrying.abort());
    }
}

async fn channel(url: &str) -> (Connection, Channel) {
    let connection = Connection::connect(url, ConnectionProperties::default()).await.unwrap();
    let channel = connection.create_channel().await.unwrap();
    (connection, channel)
}

#[tokio::test]
async fn cut_connections_cost_no_event_and_no_order() {
    let Some(url) = broker_url() else { return };
    let (wire, through) = Wire::to(&url).await;
    let name = unique();
    let world = World::rabbit(&through, &name);
    let scribe = Scribe::new(|_, _| Taken::Done);
    let stop = world.subscribe(&scribe).await;
    let events: Vec<_> = (0..400).map(|n| event(KIND, &format!("ord_{}", n % 10), n / 10)).collect();
    for (n, batch) in events.chunks(40).enumerate() {
        let (wire, delay) = (wire.clone(), Duration::from_millis(3 * n as u64));
        let cutting = tokio::spawn(async move {
            sleep(delay).await;
            wire.cut();
        });
        publish_until_taken(world.bus.as_ref(), batch).await;
        cutting.await.unwrap();
    }
    let distinct = |scribe: &Scribe| scribe.applied().iter().map(|e| e.id).collect::<HashSet<_>>().len();
    until("all are applied", || distinct(&scribe) == 400).await;
    for subject in 0..10 {
        // Duplicates are allowed; the first time each version is seen is in order.
        let mut seen = HashSet::new();
        let mut firsts = scribe.versions_of(&format!("ord_{subject}"));
        firsts.retain(|version| seen.insert(*version));
        assert_eq!(firsts, (0..40).collect::<Vec<_>>());
    }
    stop.cancel();
    World::rabbit(&url, &name).tidy().await;
}

#[tokio::test]
async fn an_unroutable_event_is_not_told_until_the_topology_stands_again() {
    let Some(url) = broker_url() else { return };
    let name = unique();
    let world = World::rabbit(&url, &name);
    publish_until_taken(world.bus.as_ref(), &[event(KIND, "ord_1", 1)]).await;
    let (_connection, by_hand) = channel(&url).await;
    let queue = format!("{name}.{SERVICE}");
    by_hand.queue_unbind(queue.into(), name.clone().into(), KIND.into(), FieldTable::default()).await.unwrap();

    let outcomes = world.bus.publish(&[event(KIND, "ord_1", 2), event(KIND, "ord_1", 3)]).await;
    assert!(outcomes.iter().all(Result::is_err), "a confirmation with a returned message is a failure");
    publish_until_taken(world.bus.as_ref(), &[event(KIND, "ord_1", 2), event(KIND, "ord_1", 3)]).await;

    let scribe = Scribe::new(|_, _| Taken::Done);
    let stop = world.subscribe(&scribe).await;
    until("all three are applied", || scribe.versions_of("ord_1") == [1, 2, 3]).await;
    stop.cancel();
    world.tidy().await;
}

#[tokio::test]
async fn a_stopped_consumer_leaves_the_rest_to_the_next() {
    let Some(url) = broker_url() else { return };
    let world = World::rabbit(&url, &unique());
    let first = Scribe::new(|_, _| Taken::Done);
    let stop = world.subscribe(&first).await;
    let events: Vec<_> = (0..300).map(|n| event(KIND, "ord_1", n)).collect();
    publish_until_taken(world.bus.as_ref(), &events).await;
    until("some are applied", || first.applied().len() > 10).await;
    stop.cancel();

    let second = Scribe::new(|_, _| Taken::Done);
    let stop = world.subscribe(&second).await;
    until("the rest is applied", || second.versions_of("ord_1").last() == Some(&299)).await;
    let mut all = first.versions_of("ord_1");
    all.extend(second.versions_of("ord_1"));
    let mut seen = HashSet::new();
    all.retain(|version| seen.insert(*version));
    assert_eq!(all, (0..300).collect::<Vec<_>>());
    stop.cancel();
    world.tidy().await;
}

#[tokio::test]
async fn what_is_no_event_stops_nobody() {
    let Some(url) = broker_url() else { return };
    let name = unique();
    let world = World::rabbit(&url, &name);
    let scribe = Scribe::new(|_, _| Taken::Done);
    let stop = world.subscribe(&scribe).await;
    let (_connection, by_hand) = channel(&url).await;
    let options = Default::default();
    by_hand.basic_publish(name.into(), KIND.into(), options, b"?", BasicProperties::default()).await.unwrap();
    publish_until_taken(world.bus.as_ref(), &[event(KIND, "ord_1", 1)]).await;
    until("the event behind it is applied", || scribe.applied().len() == 1).await;
    stop.cancel();
    world.tidy().await;
}
