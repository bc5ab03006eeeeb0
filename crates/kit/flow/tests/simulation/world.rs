//! One run: a scheduler that decides by dice which of the possible things happens next, until everything is healed.

mod requests;
mod rest;

use std::collections::BTreeMap;

use flow::{Clock, Consumer as _, Left, Taken, relay_round};
use tokio::{runtime::Runtime, sync::oneshot};

pub use self::requests::Request;
use self::requests::{client, reason};
use crate::{
    bank,
    bus::Broker,
    check,
    dice::Dice,
    service::{Life, Outcome, Report, Store},
};

/// Things that happen before everything is healed.
const STEPS: usize = 80;
/// Requests of a run.
const REQUESTS: usize = 7;

/// What is wrong with a run.
pub type Wrong = String;

/// Work that waits at a point.
struct Work {
    what: What,
    point: &'static str,
    open: bool,
    go_on: oneshot::Sender<()>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Ask(usize),
    Reuse(usize),
    Relay,
    Deliver(String),
}

/// A service: its store, and its life if it has one.
pub struct Site {
    pub name: &'static str,
    pub store: Store,
    life: Option<Life>,
    work: Vec<Work>,
    /// Something may wait in its outbox.
    stirred: bool,
}

enum Act {
    Ask(usize),
    Reuse(usize),
    HangUp(usize),
    Relay(usize),
    Deliver(usize, String),
    GoOn(usize, usize),
    Crash(usize),
    Begin(usize),
    TellAgain,
}

/// A run under way.
pub struct World {
    pub sites: Vec<Site>,
    pub requests: Vec<Request>,
    pub broker: Broker,
    /// How often a service died with work at a point.
    pub died_at: BTreeMap<&'static str, u64>,
    dice: Dice,
    clock: Clock,
    /// Looks into the stores.
    pub runtime: Runtime,
}

/// Runs a seed; the trace's number and where services died.
pub fn run(seed: u64, told: bool) -> Result<(u64, BTreeMap<&'static str, u64>), Wrong> {
    let mut world = World::new(Dice::new(seed, told));
    for _ in 0..STEPS {
        world.step()?;
    }
    world.dice.heal();
    world.rest()?;
    // A client that never heard, or heard no, asks once more; whoever heard an answer must hear it again.
    for request in &mut world.requests {
        request.wanted = true;
    }
    world.rest()?;
    check::at_rest(&mut world)?;
    Ok((world.dice.trace(), world.died_at))
}

impl World {
    fn new(dice: Dice) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let (broker, clock) = (Broker::default(), Clock::by_hand("2026-11-23T01:00:00Z".parse().expect("a time")));
        let mut sites = Vec::new();
        for (name, tables) in bank::SERVICES {
            let store = runtime.block_on(Store::new(tables));
            let life = Life::begin(name, &store, &clock, &dice, &broker);
            broker.bind(name, life.inbox.kinds());
            sites.push(Site { name, store, life: Some(life), work: Vec::new(), stirred: false });
        }
        let requests = (0..REQUESTS).map(|n| Request::new(n, &dice)).collect();
        Self { sites, requests, broker, died_at: BTreeMap::new(), dice, clock, runtime }
    }

    fn step(&mut self) -> Result<(), Wrong> {
        let mut acts = self.possible();
        let all: usize = acts.iter().map(|(weight, _)| weight).sum();
        let mut left = self.dice.below(all);
        let chosen = acts.iter().position(|(weight, _)| {
            let here = left < *weight;
            left = left.wrapping_sub(*weight);
            here
        });
        let millis = self.dice.below(200);
        self.clock.advance(chrono::Duration::milliseconds(millis.try_into().unwrap_or_default()));
        match chosen {
            Some(chosen) => self.act(acts.swap_remove(chosen).1),
            None => Ok(()),
        }
    }

    /// What can happen now, and how likely it is.
    fn possible(&self) -> Vec<(usize, Act)> {
        let mut acts = vec![(1, Act::TellAgain)];
        for (s, site) in self.sites.iter().enumerate() {
            if site.life.is_none() {
                acts.push((6, Act::Begin(s)));
                continue;
            }
            acts.push((if site.work.is_empty() { 1 } else { 3 }, Act::Crash(s)));
            // There is one writer: who waits with an open transaction keeps the others out.
            if let Some(w) = site.work.iter().position(|w| w.open) {
                acts.push((12, Act::GoOn(s, w)));
                continue;
            }
            acts.extend((0..site.work.len()).map(|w| (6, Act::GoOn(s, w))));
            if site.stirred && !site.does(&What::Relay) {
                acts.push((8, Act::Relay(s)));
            }
            for lane in self.broker.lanes(site.name) {
                if !site.does(&What::Deliver(lane.clone())) {
                    acts.push((6, Act::Deliver(s, lane)));
                }
            }
            if s == 0 {
                acts.extend(self.clients(site));
            }
        }
        acts
    }

    fn act(&mut self, act: Act) -> Result<(), Wrong> {
        match act {
            Act::Ask(r) => {
                self.requests[r].wanted = false;
                self.start(0, What::Ask(r))
            }
            Act::Reuse(r) => self.start(0, What::Reuse(r)),
            Act::HangUp(r) => {
                self.dice.note(format_args!("client {r} hangs up"));
                self.requests[r].wanted = true;
                Ok(())
            }
            Act::Relay(s) => self.start(s, What::Relay),
            Act::Deliver(s, lane) => self.start(s, What::Deliver(lane)),
            Act::GoOn(s, w) => {
                let work = self.sites[s].work.remove(w);
                self.dice.note(format_args!("{} goes on with {:?} from {}", self.sites[s].name, work.what, work.point));
                let report = self.sites[s].life.as_mut().expect("alive").resume(work.go_on);
                self.hear(s, work.what, report)
            }
            Act::Crash(s) => self.crash(s),
            Act::Begin(s) => {
                let site = &mut self.sites[s];
                self.dice.note(format_args!("{} begins", site.name));
                site.stirred = true;
                site.life = Some(Life::begin(site.name, &site.store, &self.clock, &self.dice, &self.broker));
                Ok(())
            }
            Act::TellAgain => {
                self.broker.tell_again(&self.dice);
                Ok(())
            }
        }
    }

    fn start(&mut self, s: usize, what: What) -> Result<(), Wrong> {
        self.dice.note(format_args!("{} begins {what:?}", self.sites[s].name));
        let site = &mut self.sites[s];
        let life = site.life.as_mut().expect("alive");
        let (flow, wire, inbox) = (life.flow.clone(), life.wire.clone(), life.inbox.clone());
        let report = match &what {
            What::Ask(r) | What::Reuse(r) => {
                let (id, mut verb) = (self.requests[*r].id, self.requests[*r].verb.clone());
                verb.amount += i64::from(matches!(what, What::Reuse(_)));
                life.start(Box::pin(async move { Outcome::Answer(flow.run(client(), id, verb).await) }))
            }
            What::Relay => {
                site.stirred = false;
                life.start(Box::pin(async move { Outcome::Relayed(relay_round(&flow, wire.as_ref()).await) }))
            }
            What::Deliver(lane) => {
                let event = self.broker.head(site.name, lane).expect("not empty");
                life.start(Box::pin(async move { Outcome::Taken(inbox.take(&event).await) }))
            }
        };
        self.hear(s, what, report)
    }

    fn hear(&mut self, s: usize, what: What, report: Report) -> Result<(), Wrong> {
        self.sites[s].stirred |= what != What::Relay;
        match report {
            Report::Waits(point, open, go_on) => {
                self.dice.note(format_args!("{what:?} waits at {point}"));
                self.sites[s].work.push(Work { what, point, open, go_on });
                Ok(())
            }
            Report::Over(outcome) => self.over(s, what, outcome),
        }
    }

    fn over(&mut self, s: usize, what: What, outcome: Outcome) -> Result<(), Wrong> {
        match (what, outcome) {
            (What::Ask(r), Outcome::Answer(answer)) => self.answered(r, answer),
            (What::Reuse(_), Outcome::Answer(Err(stop))) if reason(&stop) == Some("REQUEST_ID_REUSED") => Ok(()),
            (What::Reuse(r), Outcome::Answer(answer)) => Err(format!("other content of request {r}: {answer:?}")),
            (_, Outcome::Relayed(Ok(left))) => {
                self.dice.note(format_args!("relayed: {left:?}"));
                self.sites[s].stirred |= left != Left::Nothing;
                Ok(())
            }
            (_, Outcome::Relayed(Err(stop))) => Err(format!("a relay failed: {stop}")),
            (What::Deliver(lane), Outcome::Taken(Taken::Done)) => {
                let lost = self.dice.mishap(8);
                self.dice.note(format_args!("taken{}", if lost { ", not acknowledged" } else { "" }));
                if !lost {
                    self.broker.acknowledge(self.sites[s].name, &lane);
                }
                Ok(())
            }
            (_, Outcome::Taken(Taken::Done)) => Err("only deliveries are taken".into()),
            (_, Outcome::Taken(not)) => {
                self.dice.note(format_args!("not taken: {not:?}"));
                Ok(())
            }
            (_, Outcome::Answer(_)) => Err("only requests are answered".into()),
        }
    }

    fn crash(&mut self, s: usize) -> Result<(), Wrong> {
        let site = &mut self.sites[s];
        self.dice.note(format_args!("{} dies", site.name));
        drop(site.life.take());
        for work in std::mem::take(&mut site.work) {
            *self.died_at.entry(work.point).or_default() += 1;
            if let What::Ask(r) = work.what {
                // Nobody knows what became of it.
                self.requests[r].wanted = true;
            }
        }
        self.runtime.block_on(site.store.settle());
        check::after_a_crash(self)
    }
}

impl Site {
    pub fn is_alive(&self) -> bool {
        self.life.is_some()
    }

    fn does(&self, what: &What) -> bool {
        self.work.iter().any(|w| w.what == *what)
    }
}
