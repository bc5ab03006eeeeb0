//! A membership: the contract in force for one site (ME-1). It changes through fulfilled orders, time and operators
//! only, each change grows its revision and is kept ([`history`]).

pub mod expire;
pub mod fulfil;
pub mod grant;
pub mod history;
pub mod resume;
pub mod start;
pub mod suspend;
pub mod table;
pub mod views;

use std::collections::BTreeMap;

use contract::membership::v1 as pb;
use flow::{Instant, Refusal, Stop, Tx, code};
use serde::{Deserialize, Serialize};
use words::{CompanyId, Day, Money, SiteId, typed_id};

typed_id!(
    /// A membership.
    pub MembershipId, "mem"
);
typed_id!(
    /// An order of billing's.
    pub OrderId, "ord"
);

/// The base service that costs nothing.
pub const FREE: &str = "shared-free";
/// ME-7: the free plan admits at most so many.
pub const FREE_SEATS: i64 = 9;
/// BI-2: storage that comes with each seat, MB.
pub const MB_PER_SEAT: i64 = 1_000;
/// ME-6: a GB as the screens count it.
pub const MB_PER_GB: i64 = 1_000;

/// No such site for this caller.
pub const SITE_NOT_FOUND: Refusal = Refusal::new(
    code::NOT_FOUND,
    "SITE_NOT_FOUND",
    "There is no such site. Check the id; your sites are listed under /v1/sites.",
    "해당 사이트를 찾을 수 없습니다. 사이트 ID를 확인하세요.",
);
/// Not in this state.
pub const MEMBERSHIP_NOT_ACTIVE: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "MEMBERSHIP_NOT_ACTIVE",
    "The membership is {state}. Extend it, or ask support to let it be used again.",
    "멤버십이 {state} 상태입니다. 연장하거나 고객센터에 문의하세요.",
);

/// ME-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Its first day is still to come.
    PendingSetup,
    /// In use.
    Active,
    /// Stopped by an operator.
    Suspended,
    /// Its last day is over.
    Expired,
    /// Ended before its last day.
    Terminated,
}

impl State {
    /// As stored and said.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PendingSetup => "pending_setup",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Expired => "expired",
            Self::Terminated => "terminated",
        }
    }

    /// What [`State::name`] wrote.
    pub fn of(name: &str) -> Option<Self> {
        [Self::PendingSetup, Self::Active, Self::Suspended, Self::Expired, Self::Terminated]
            .into_iter()
            .find(|state| state.name() == name)
    }
}

/// What a contract says: kept whole with each change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// `shared-free`, `shared`, `dedicated`.
    pub base_service: String,
    /// Free or paid.
    pub paid: bool,
    /// As the last change left it; [`Membership::state_on`] says what it is today.
    pub state: State,
    /// Contracted seats.
    pub seats: i64,
    /// Seats beside the contract.
    pub complimentary_seats: i64,
    /// Storage bought beside that of the seats.
    pub storage_gb: i64,
    /// Storage beside the contract.
    pub complimentary_storage_gb: i64,
    /// Options with quantity.
    pub options: BTreeMap<String, i64>,
    /// The first day of the service.
    pub first_day: Day,
    /// The last, inclusive; none for a free one.
    pub last_day: Option<Day>,
    /// One month without VAT.
    pub monthly_fee: Money,
    /// Paid for the whole term in advance.
    pub prepaid: bool,
}

/// A membership. Only the files in `membership/` change it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    id: MembershipId,
    site: SiteId,
    company: CompanyId,
    terms: Terms,
    /// The order `monthly_fee` comes from: the newest, in whatever order they arrive.
    fee_order: OrderId,
    autopay: bool,
    revision: i64,
    used_seats: i64,
    use_revision: i64,
}

impl Membership {
    /// Its id.
    pub fn id(&self) -> MembershipId {
        self.id
    }
    /// Its site.
    pub fn site(&self) -> SiteId {
        self.site
    }
    /// Its company.
    pub fn company(&self) -> CompanyId {
        self.company
    }
    /// What it says now.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }
    /// Renews by itself.
    pub fn autopay(&self) -> bool {
        self.autopay
    }
    /// Grows with each change of the contract.
    pub fn revision(&self) -> i64 {
        self.revision
    }
    /// Grows with each change of what may be used, the contract's included (ME-20).
    pub fn use_revision(&self) -> i64 {
        self.use_revision
    }
    /// Users in seats.
    pub fn used_seats(&self) -> i64 {
        self.used_seats
    }

    /// Where it stands on a day: its period decides, whether or not the day's job has run.
    pub fn state_on(&self, today: Day) -> State {
        let over = self.terms.last_day.is_some_and(|last| last < today);
        match self.terms.state {
            State::Terminated => State::Terminated,
            _ if over => State::Expired,
            State::Suspended => State::Suspended,
            _ if today < self.terms.first_day => State::PendingSetup,
            State::PendingSetup | State::Active | State::Expired => State::Active,
        }
    }

    /// How many may sit: contracted and complimentary; at most nine of a free one (ME-7).
    pub fn seat_limit(&self) -> i64 {
        let all = self.terms.seats + self.terms.complimentary_seats;
        if self.terms.paid { all } else { all.min(FREE_SEATS) }
    }

    /// Contracted storage: that of the seats and that bought beside it.
    pub fn storage_mb(&self) -> i64 {
        self.terms.seats * MB_PER_SEAT + self.terms.storage_gb * MB_PER_GB
    }

    /// Storage beside the contract.
    pub fn complimentary_storage_mb(&self) -> i64 {
        self.terms.complimentary_seats * MB_PER_SEAT + self.terms.complimentary_storage_gb * MB_PER_GB
    }

    /// Days left through the last, today included (ME-3); 0 when over or without an end.
    pub fn days_left(&self, today: Day) -> i64 {
        self.terms.last_day.map_or(0, |last| last.days_left_from(today).max(0))
    }

    /// The instant its last day ends.
    pub fn until(&self) -> Option<Instant> {
        self.terms.last_day.map(Day::end)
    }

    /// As the others are told.
    pub fn content(&self) -> pb::MembershipContent {
        let t = &self.terms;
        pb::MembershipContent {
            membership_id: self.id.to_string(),
            revision: self.revision,
            company_id: self.company.to_string(),
            site_id: self.site.to_string(),
            base_service: t.base_service.clone(),
            paid: t.paid,
            seats: t.seats,
            storage_gb: t.storage_gb,
            first_day: contract::date(t.first_day),
            last_day: t.last_day.and_then(contract::date),
            options: t.options.clone().into_iter().collect(),
            prepaid: t.prepaid,
            monthly_fee: contract::money(t.monthly_fee),
        }
    }
}

/// Keeps a changed membership with its history: the one way any verb here ends.
async fn keep(tx: &Tx, membership: &mut Membership, cause: &str, cause_id: &str, from: Day) -> Result<(), Stop> {
    membership.revision += 1;
    membership.use_revision += 1;
    table::save(tx, membership).await?;
    history::record(tx, membership, cause, cause_id, from).await
}

#[cfg(test)]
pub mod sample {
    //! Memberships for tests.

    use super::*;
    use uuid::Uuid;

    pub fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    /// Shared, ten seats, 2022-09-29 ~ 2023-09-28.
    pub fn shared() -> Membership {
        Membership {
            id: MembershipId::new(Uuid::from_u128(1)),
            site: SiteId::new(Uuid::from_u128(2)),
            company: CompanyId::new(Uuid::from_u128(3)),
            terms: Terms {
                base_service: "shared".into(),
                paid: true,
                state: State::Active,
                seats: 10,
                complimentary_seats: 0,
                storage_gb: 0,
                complimentary_storage_gb: 0,
                options: BTreeMap::new(),
                first_day: day("2022-09-29"),
                last_day: Some(day("2023-09-28")),
                monthly_fee: Money::from_won(40_000),
                prepaid: false,
            },
            fee_order: OrderId::new(Uuid::from_u128(4)),
            autopay: false,
            revision: 1,
            used_seats: 0,
            use_revision: 1,
        }
    }

    /// Free, nine seats, since 2022-12-29.
    pub fn free() -> Membership {
        let mut free = shared();
        free.terms.base_service = "shared-free".into();
        free.terms.paid = false;
        free.terms.seats = 9;
        free.terms.first_day = day("2022-12-29");
        free.terms.last_day = None;
        free.terms.monthly_fee = Money::ZERO;
        free
    }

    /// The same with some terms changed.
    pub fn with(mut membership: Membership, change: impl FnOnce(&mut Terms)) -> Membership {
        change(&mut membership.terms);
        membership
    }

    /// The same with users in seats.
    pub fn seated(mut membership: Membership, users: i64) -> Membership {
        membership.used_seats = users;
        membership
    }
}

#[cfg(test)]
mod tests {
    use super::{sample::*, *};

    // ME-1, ME-3
    #[test]
    fn the_period_decides_where_it_stands() {
        let m = shared();
        assert_eq!(m.state_on(day("2022-09-28")), State::PendingSetup);
        assert_eq!(m.state_on(day("2022-09-29")), State::Active);
        assert_eq!(m.state_on(day("2023-09-28")), State::Active);
        assert_eq!(m.state_on(day("2023-09-29")), State::Expired);
        assert_eq!(m.days_left(day("2023-09-21")), 8);
        assert_eq!(m.days_left(day("2023-09-29")), 0);
        let stopped = with(shared(), |t| t.state = State::Suspended);
        assert_eq!(stopped.state_on(day("2023-01-01")), State::Suspended);
        assert_eq!(stopped.state_on(day("2023-09-29")), State::Expired);
    }

    // ME-1
    #[test]
    fn a_free_one_never_expires_and_seats_nine_whatever_is_given() {
        let m = with(free(), |t| t.complimentary_seats = 5);
        assert_eq!(m.state_on(day("2099-01-01")), State::Active);
        assert_eq!(m.seat_limit(), FREE_SEATS);
        assert_eq!(free().storage_mb(), 9_000);
    }
}
