//! One contract, two buses: the same checks run against the bus inside the process and, where `DURE_TEST_AMQP` names a
//! broker (`amqp://guest:guest@127.0.0.1:5672/%2f`), against RabbitMQ; what only a broker can suffer stands in `broker.rs`.

#[cfg(test)]
mod broker;
mod world;

use std::time::Duration;

use flow::Taken;
use world::{KIND, SERVICE, Scribe, World, event, publish_until_taken, until};

const DELIVERIES_OF_POISON: usize = 6;

#[tokio::test]
async fn every_event_is_applied_in_order_per_subject() {
    for world in World::all() {
        // Every seventh fails at its first try, and so must hold up what follows in its subject.
        let scribe = Scribe::new(|event, tries| {
            if event.version % 7 == 0 && tries == 1 { Taken::Failed("not yet".into()) } else { Taken::Done }
        });
        let stop = world.subscribe(&scribe).await;
        let events: Vec<_> = (0..200).map(|n| event(KIND, &format!("ord_{}", n % 20), n / 20)).collect();
        for batch in events.chunks(50) {
            publish_until_taken(world.bus.as_ref(), batch).await;
        }
        until("all are applied", || scribe.applied().len() >= 200).await;
        for subject in 0..20 {
            let mut versions = scribe.versions_of(&format!("ord_{subject}"));
            versions.dedup();
            assert_eq!(versions, (0..10).collect::<Vec<_>>(), "{}", world.name);
        }
        stop.cancel();
        world.tidy().await;
    }
}

#[tokio::test]
async fn poison_goes_to_the_dead_letters_and_its_neighbours_pass() {
    for world in World::all() {
        let scribe =
            Scribe::new(
                |event, _| {
                    if event.subject == "ord_poison" { Taken::Failed("it cannot be".into()) } else { Taken::Done }
                },
            );
        let stop = world.subscribe(&scribe).await;
        let poison = event(KIND, "ord_poison", 1);
        let mut batch = vec![poison.clone()];
        batch.extend((0..20).map(|n| event(KIND, &format!("ord_{n}"), 1)));
        publish_until_taken(world.bus.as_ref(), &batch).await;
        until("the neighbours pass", || scribe.applied().len() == 20).await;

        let letters = world.dead_letters(1).await;
        assert_eq!(letters[0].event.id, poison.id, "{}", world.name);
        assert_eq!(letters[0].event.payload, poison.payload);
        assert_eq!(letters[0].reason, "it cannot be");
        assert_eq!(scribe.tries_of(&poison), DELIVERIES_OF_POISON, "the limit and one");
        stop.cancel();
        world.tidy().await;
    }
}

#[tokio::test]
async fn a_dead_letter_is_replayed_or_discarded() {
    for world in World::all() {
        let cured = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let well = cured.clone();
        let scribe = Scribe::new(move |_, _| {
            if well.load(std::sync::atomic::Ordering::SeqCst) { Taken::Done } else { Taken::Failed("ill".into()) }
        });
        let stop = world.subscribe(&scribe).await;
        let (one, two) = (event(KIND, "ord_1", 1), event(KIND, "ord_2", 1));
        publish_until_taken(world.bus.as_ref(), &[one.clone(), two.clone()]).await;
        assert_eq!(world.dead_letters(2).await.len(), 2);
        assert_eq!(world.dead_letters(2).await.len(), 2, "looking at them leaves them there");

        cured.store(true, std::sync::atomic::Ordering::SeqCst);
        assert!(world.bus.settle_dead_letter(SERVICE, one.id, true).await.unwrap());
        until("the replayed one is applied", || scribe.applied().iter().any(|e| e.id == one.id)).await;
        assert!(world.bus.settle_dead_letter(SERVICE, two.id, false).await.unwrap());
        assert!(!world.bus.settle_dead_letter(SERVICE, two.id, false).await.unwrap(), "it is gone");
        assert!(world.bus.dead_letters(SERVICE, 10).await.unwrap().is_empty(), "{}", world.name);
        assert!(scribe.applied().iter().all(|e| e.id != two.id));
        stop.cancel();
        world.tidy().await;
    }
}

#[tokio::test]
async fn a_panicking_handler_is_a_failing_one() {
    for world in World::all() {
        let scribe = Scribe::new(|_, tries| if tries == 1 { panic!("on purpose") } else { Taken::Done });
        let stop = world.subscribe(&scribe).await;
        publish_until_taken(world.bus.as_ref(), &[event(KIND, "ord_1", 1)]).await;
        until("it is applied at the second try", || scribe.applied().len() == 1).await;
        stop.cancel();
        world.tidy().await;
    }
}

#[tokio::test]
async fn a_database_that_is_away_costs_no_event() {
    for world in World::all() {
        let scribe = Scribe::new(|_, tries| if tries <= 8 { Taken::Away } else { Taken::Done });
        let stop = world.subscribe(&scribe).await;
        publish_until_taken(world.bus.as_ref(), &[event(KIND, "ord_1", 1)]).await;
        until("it is applied once the database is back", || scribe.applied().len() == 1).await;
        assert!(world.bus.dead_letters(SERVICE, 1).await.unwrap().is_empty(), "{}", world.name);
        stop.cancel();
        world.tidy().await;
    }
}

#[tokio::test]
async fn a_fact_nobody_subscribes_to_is_published() {
    for world in World::all() {
        let scribe = Scribe::new(|_, _| Taken::Done);
        let stop = world.subscribe(&scribe).await;
        let outcomes = world.bus.publish(&[event("dure.test.nobody_cares.v1", "tst_1", 1)]).await;
        assert!(outcomes.iter().all(Result::is_ok), "{}: {outcomes:?}", world.name);
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(scribe.applied().is_empty());
        stop.cancel();
        world.tidy().await;
    }
}
