//! What moves value, told a second time in plain arithmetic: no database, no types of the service but days. `random.rs`
//! plays random orders of steps on this and on the service side by side (VO-2).

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;
use words::Day;

use crate::step::{Outcome, Step, Verified};

/// How many gifts one chunk issues.
pub const CHUNK: usize = 2;

/// Places in [`Lot::buckets`].
pub const AVAILABLE: usize = 0;
const RESERVED: usize = 1;
const OUTSTANDING: usize = 2;
const CLAIMED: usize = 3;
const EXPIRED: usize = 4;
const REFUNDED: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LotState {
    Open,
    Expired,
    Closed,
}

#[derive(Debug, Clone)]
pub struct Lot {
    pub buckets: [i64; 6],
    pub state: LotState,
    pub through: Day,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SendState {
    Draft,
    AwaitingApproval,
    Scheduled,
    Sending,
    Completed,
    Cancelled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GiftState {
    Unclaimed,
    Claimed,
    Declined,
    Recalled,
    Expired,
}

#[derive(Debug, Clone)]
pub struct Person {
    pub won: i64,
    pub gift: Option<GiftState>,
}

#[derive(Debug, Clone)]
pub struct Send {
    /// Its id: what is due at the same moment goes out in this order.
    pub id: Uuid,
    pub lot: usize,
    pub state: SendState,
    at: Option<DateTime<Utc>>,
    confirmed: Option<DateTime<Utc>>,
    pub people: Vec<Person>,
}

#[derive(Debug, Clone)]
pub struct Model {
    pub now: DateTime<Utc>,
    pub lots: Vec<Lot>,
    pub sends: Vec<Send>,
    /// Send and place of every gift, as they were issued.
    pub gifts: Vec<(usize, usize)>,
    pub limit: Option<i64>,
}

impl Lot {
    fn shift(&mut self, from: usize, to: usize, won: i64) {
        self.buckets[from] -= won;
        self.buckets[to] += won;
        assert!(self.buckets[from] >= 0, "the model itself went below zero");
    }

    fn usable(&self, day: Day) -> Result<(), String> {
        match self.state {
            LotState::Open if day > self.through => Err("LOT_EXPIRED".into()),
            LotState::Open => Ok(()),
            _ => Err("LOT_NOT_OPEN".into()),
        }
    }

    fn has_run_out(&self, day: Day) -> bool {
        self.state == LotState::Open && day > self.through && self.buckets[RESERVED] == 0
    }
}

impl Send {
    fn total(&self) -> i64 {
        self.people.iter().map(|person| person.won).sum()
    }

    fn waits(&self, now: DateTime<Utc>) -> bool {
        self.state == SendState::Scheduled && self.at.is_some_and(|at| now < at)
    }
}

fn done() -> Outcome {
    Ok(String::new())
}

impl Model {
    pub fn new(now: DateTime<Utc>, lots: Vec<Lot>) -> Self {
        Self { now, lots, sends: Vec::new(), gifts: Vec::new(), limit: None }
    }

    /// Nothing is reserved or outstanding any more.
    pub fn is_over(&self) -> bool {
        self.lots.iter().all(|lot| lot.state != LotState::Open && lot.buckets[RESERVED] + lot.buckets[OUTSTANDING] == 0)
    }

    fn today(&self) -> Day {
        Day::of(self.now)
    }

    fn release(&mut self, send: usize) {
        let (lot, total) = (self.sends[send].lot, self.sends[send].total());
        self.lots[lot].shift(RESERVED, AVAILABLE, total);
        self.sends[send].state = SendState::Cancelled;
    }

    /// Does a step; its places are already those of things there are.
    pub fn step(&mut self, step: &Step) -> Outcome {
        match step {
            Step::Draft { lot, won, in_minutes } => self.draft(*lot, won, *in_minutes),
            Step::Add { send, won } => self.add(*send, *won),
            Step::Remove { send, which } => self.remove(*send, *which),
            Step::Confirm { send, verified } => self.confirm(*send, *verified),
            Step::Approve { send, second } => self.approve(*send, *second),
            Step::Reject { send, second } => self.reject(*send, *second),
            Step::Cancel { send } => self.cancel(*send),
            Step::Dispatch => self.dispatch(),
            Step::Claim { gift } => self.end(*gift, GiftState::Claimed),
            Step::Decline { gift } => self.end(*gift, GiftState::Declined),
            Step::Recall { send, which } => self.recall(*send, which.as_deref()),
            Step::Pass { minutes } => {
                self.now += Duration::minutes(*minutes);
                done()
            }
            Step::Expire => self.expire(),
            Step::Close { lot } => self.close(*lot),
            Step::Limit { won } => {
                self.limit = *won;
                done()
            }
        }
    }

    fn draft(&mut self, lot: usize, won: &[i64], in_minutes: Option<i64>) -> Outcome {
        self.lots[lot].usable(self.today())?;
        let at = in_minutes.map(|minutes| self.now + Duration::minutes(minutes));
        if at.is_some_and(|at| Day::of(at) > self.lots[lot].through) {
            return Err("INVALID_FIELDS".into());
        }
        let people = won.iter().map(|won| Person { won: *won, gift: None }).collect();
        self.sends.push(Send { id: Uuid::nil(), lot, state: SendState::Draft, at, confirmed: None, people });
        done()
    }

    fn add(&mut self, send: usize, won: i64) -> Outcome {
        if self.sends[send].state != SendState::Draft {
            return Err("SEND_NOT_DRAFT".into());
        }
        self.sends[send].people.push(Person { won, gift: None });
        done()
    }

    fn remove(&mut self, send: usize, which: Option<usize>) -> Outcome {
        let (now, of) = (self.now, &mut self.sends[send]);
        let waits = of.waits(now);
        if !waits && of.state != SendState::Draft {
            return Err("SEND_NOT_CHANGEABLE".into());
        }
        let before = of.total();
        match which {
            None => of.people.clear(),
            Some(at) if at < of.people.len() => drop(of.people.remove(at)),
            Some(_) => return Err("RECIPIENT_NOT_FOUND".into()),
        }
        if waits {
            let freed = before - of.total();
            self.lots[of.lot].shift(RESERVED, AVAILABLE, freed);
            if of.people.is_empty() {
                of.state = SendState::Cancelled;
            }
        }
        done()
    }

    fn confirm(&mut self, send: usize, verified: Verified) -> Outcome {
        let (now, today, limit, of) = (self.now, self.today(), self.limit, &mut self.sends[send]);
        if of.state != SendState::Draft {
            return Err("SEND_NOT_DRAFT".into());
        }
        let lot = &mut self.lots[of.lot];
        lot.usable(today)?;
        if let Some(at) = of.at {
            lot.usable(Day::of(at))?;
        }
        if of.people.is_empty() {
            return Err("SEND_HAS_NO_RECIPIENTS".into());
        }
        if of.at.is_some_and(|at| at <= now) {
            return Err("SCHEDULE_PASSED".into());
        }
        if of.total() > lot.buckets[AVAILABLE] {
            return Err("LOT_BALANCE_TOO_LOW".into());
        }
        match verified {
            Verified::ForThis => {}
            Verified::ForAnother => return Err("VERIFICATION_NOT_FOR_THIS".into()),
            Verified::Not => return Err("VERIFICATION_REQUIRED".into()),
        }
        lot.shift(AVAILABLE, RESERVED, of.total());
        of.confirmed = Some(now);
        let asks = limit.is_some_and(|limit| of.total() > limit);
        let goes_on = if of.at.is_some() { SendState::Scheduled } else { SendState::Sending };
        of.state = if asks { SendState::AwaitingApproval } else { goes_on };
        done()
    }

    /// Waits for somebody else than who confirmed it.
    fn decides(&self, send: usize, second: bool) -> Result<(), String> {
        match self.sends[send].state {
            SendState::AwaitingApproval if second => Ok(()),
            SendState::AwaitingApproval => Err("SECOND_APPROVER_NEEDED".into()),
            _ => Err("SEND_NOT_AWAITING".into()),
        }
    }

    fn approve(&mut self, send: usize, second: bool) -> Outcome {
        self.decides(send, second)?;
        let (now, today, of) = (self.now, self.today(), &mut self.sends[send]);
        self.lots[of.lot].usable(today)?;
        if of.at.is_some_and(|at| at <= now) {
            return Err("SCHEDULE_PASSED".into());
        }
        of.state = if of.at.is_some() { SendState::Scheduled } else { SendState::Sending };
        done()
    }

    fn reject(&mut self, send: usize, second: bool) -> Outcome {
        self.decides(send, second)?;
        self.release(send);
        done()
    }

    fn cancel(&mut self, send: usize) -> Outcome {
        let of = &mut self.sends[send];
        match of.state {
            SendState::Draft => of.state = SendState::Cancelled,
            SendState::AwaitingApproval => self.release(send),
            _ if of.waits(self.now) => self.release(send),
            _ => return Err("SEND_NOT_CANCELLABLE".into()),
        }
        done()
    }

    fn dispatch(&mut self) -> Outcome {
        let due = |send: &Send| send.at.or(send.confirmed).filter(|due| *due <= self.now);
        let under_way = |send: &Send| matches!(send.state, SendState::Scheduled | SendState::Sending);
        let all = self.sends.iter().enumerate().filter(|(_, send)| under_way(send));
        let first = all.filter_map(|(at, send)| Some((due(send)?, send.id, at))).min();
        let Some((_, _, at)) = first else { return Ok("nothing due".into()) };
        let of = &mut self.sends[at];
        let next = of.people.iter_mut().enumerate().filter(|(_, person)| person.gift.is_none()).take(CHUNK);
        let mut issued = 0;
        for (place, person) in next {
            person.gift = Some(GiftState::Unclaimed);
            self.gifts.push((at, place));
            self.lots[of.lot].shift(RESERVED, OUTSTANDING, person.won);
            issued += 1;
        }
        of.state = if issued < CHUNK { SendState::Completed } else { SendState::Sending };
        Ok(format!("issued {issued}"))
    }

    fn end(&mut self, gift: usize, state: GiftState) -> Outcome {
        let ((send, place), today) = (self.gifts[gift], self.today());
        let (lot, person) = (self.sends[send].lot, &mut self.sends[send].people[place]);
        let lot = &mut self.lots[lot];
        match person.gift {
            Some(GiftState::Unclaimed) if today > lot.through => return Err("GIFT_EXPIRED".into()),
            Some(GiftState::Unclaimed) => {}
            Some(GiftState::Claimed) => return Err("GIFT_ALREADY_CLAIMED".into()),
            Some(GiftState::Declined) => return Err("GIFT_DECLINED".into()),
            Some(GiftState::Expired) => return Err("GIFT_EXPIRED".into()),
            Some(GiftState::Recalled) | None => return Err("GIFT_NOT_FOUND".into()),
        }
        person.gift = Some(state);
        lot.shift(OUTSTANDING, if state == GiftState::Claimed { CLAIMED } else { AVAILABLE }, person.won);
        done()
    }

    fn recall(&mut self, send: usize, which: Option<&[usize]>) -> Outcome {
        let of = &mut self.sends[send];
        if of.state != SendState::Completed {
            return Err("SEND_NOT_COMPLETED".into());
        }
        let (mut asked, mut count, mut won) = (0, 0, 0);
        for (place, person) in of.people.iter_mut().enumerate() {
            let chosen = which.is_none_or(|which| which.contains(&place));
            asked += usize::from(chosen);
            if chosen && person.gift == Some(GiftState::Unclaimed) {
                person.gift = Some(GiftState::Recalled);
                (count, won) = (count + 1, won + person.won);
            }
        }
        self.lots[of.lot].shift(OUTSTANDING, AVAILABLE, won);
        let skipped = if which.is_some() { asked - count } else { 0 };
        Ok(format!("{count} of {won} won, {skipped} skipped"))
    }

    fn expire(&mut self) -> Outcome {
        let (now, today) = (self.now, self.today());
        for send in 0..self.sends.len() {
            let of = &self.sends[send];
            let too_late = of.at.is_some_and(|at| at <= now) || today > self.lots[of.lot].through;
            if of.state == SendState::AwaitingApproval && too_late {
                self.release(send);
            }
        }
        (0..self.lots.len()).for_each(|lot| self.expire_lot(lot));
        done()
    }

    fn expire_lot(&mut self, at: usize) {
        let (today, lot) = (self.today(), &mut self.lots[at]);
        if !lot.has_run_out(today) {
            return;
        }
        lot.state = LotState::Expired;
        for bucket in [AVAILABLE, OUTSTANDING] {
            lot.shift(bucket, EXPIRED, lot.buckets[bucket]);
        }
        for person in self.sends.iter_mut().filter(|send| send.lot == at).flat_map(|send| &mut send.people) {
            if person.gift == Some(GiftState::Unclaimed) {
                person.gift = Some(GiftState::Expired);
            }
        }
    }

    fn close(&mut self, at: usize) -> Outcome {
        self.expire_lot(at);
        let lot = &mut self.lots[at];
        let waiting = lot.buckets[RESERVED] + lot.buckets[OUTSTANDING];
        if lot.state == LotState::Closed {
            return Ok(format!("closed with {}", lot.buckets[REFUNDED]));
        }
        if waiting > 0 {
            return Ok("refused".into());
        }
        lot.state = LotState::Closed;
        lot.shift(AVAILABLE, REFUNDED, lot.buckets[AVAILABLE]);
        Ok(format!("closed with {}", lot.buckets[REFUNDED]))
    }
}
