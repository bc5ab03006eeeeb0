//! Fulfils a paid order, exactly once, however often, late or out of order it is delivered (ME-2): a new order opens a
//! site, an additional one grows it, an extension prolongs it, a conversion makes it paid and leaves none of the nine
//! free seats beside the contracted ones (ME-18). An order that comes before the one it builds on waits for it.

use std::collections::BTreeMap;

use contract::{billing::v1 as bill, membership::v1 as pb};
use flow::{Refusal, Stop, Tx, Verb, code};
use serde::{Deserialize, Serialize};
use words::{AccountId, CompanyId, Day, Money, Period, SiteId, Wrong};

use super::{FREE, FREE_SEATS, Membership, MembershipId, OrderId, State, Terms, keep, table};
use crate::site;

/// The order contradicts the membership it is for: a person must look (it goes to the dead letters).
pub const ORDER_DOES_NOT_FIT: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "ORDER_DOES_NOT_FIT",
    "The order cannot be applied to this membership: {why}.",
    "주문을 이 멤버십에 적용할 수 없습니다: {why}.",
);
/// ME-1: one free membership a company.
pub const FREE_MEMBERSHIP_EXISTS: Refusal = Refusal::new(
    code::ALREADY_EXISTS,
    "FREE_MEMBERSHIP_EXISTS",
    "The company has a free membership already. Convert it to a paid one instead.",
    "이미 무료 멤버십을 사용 중입니다. 유료로 전환해 주세요.",
);

/// What an order does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Opens a site.
    New,
    /// Grows.
    Additional,
    /// Prolongs.
    Extension,
    /// Free to paid.
    Conversion,
}

impl Kind {
    const fn cause(self) -> &'static str {
        match self {
            Self::New => "order_new",
            Self::Additional => "order_additional",
            Self::Extension => "order_extension",
            Self::Conversion => "order_conversion",
        }
    }
}

/// The command: a paid order, parsed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FulfilOrder {
    /// The order.
    pub order: OrderId,
    /// Its company.
    pub company: CompanyId,
    /// Who placed it.
    pub account: AccountId,
    /// The site it is for.
    pub site: SiteId,
    /// What it does.
    pub kind: Kind,
    /// The base service of a new or converted one.
    pub base_service: String,
    /// All seats of a new or converted one; else those added.
    pub seats: i64,
    /// As `seats`, GB.
    pub storage_gb: i64,
    /// Months of the term; 0 leaves the period.
    pub term_months: u32,
    /// When a new one starts; else the day of fulfilment.
    pub start_day: Option<Day>,
    /// Options bought.
    pub options: BTreeMap<String, i64>,
    /// The prefix wished for a new site.
    pub wished_prefix: String,
    /// One month without VAT after it.
    pub monthly_fee: Money,
    /// Paid for the whole term in advance.
    pub prepaid: bool,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fulfilled {
    /// The membership changed.
    Applied,
    /// It had been applied before.
    Before,
    /// It waits for the order it builds on.
    Waiting,
}

/// Whether an order can be applied yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// From this day on.
    From(Day),
    /// It builds on an order that is still on its way.
    TooEarly,
}

impl Membership {
    /// A new order's membership.
    fn open(id: MembershipId, order: &FulfilOrder, today: Day) -> Self {
        let first_day = order.start_day.map_or(today, |wished| wished.max(today));
        let paid = order.base_service != FREE;
        Self {
            id,
            site: order.site,
            company: order.company,
            terms: Terms {
                base_service: order.base_service.clone(),
                paid,
                state: if first_day > today { State::PendingSetup } else { State::Active },
                seats: if paid { order.seats } else { order.seats.min(FREE_SEATS) },
                complimentary_seats: 0,
                storage_gb: order.storage_gb,
                complimentary_storage_gb: 0,
                options: order.options.clone(),
                first_day,
                last_day: paid.then(|| Period::term(first_day, order.term_months).last()),
                monthly_fee: order.monthly_fee,
                prepaid: order.prepaid,
            },
            fee_order: order.order,
            autopay: false,
            revision: 0,
            used_seats: 0,
            use_revision: 0,
        }
    }

    /// Any later order.
    fn apply(&mut self, order: &FulfilOrder, today: Day) -> Result<Fit, Refusal> {
        if self.company != order.company {
            return Err(ORDER_DOES_NOT_FIT.with("why", "the site is another company's"));
        }
        if self.terms.state == State::Terminated {
            return Err(ORDER_DOES_NOT_FIT.with("why", "the membership was terminated"));
        }
        let from = match order.kind {
            Kind::New => return Err(ORDER_DOES_NOT_FIT.with("why", "the site is open already")),
            Kind::Conversion => self.convert(order, today)?,
            Kind::Additional | Kind::Extension if !self.terms.paid => return Ok(Fit::TooEarly),
            Kind::Additional | Kind::Extension => self.grow(order, today)?,
        };
        if order.order > self.fee_order {
            self.terms.monthly_fee = order.monthly_fee;
            self.fee_order = order.order;
        }
        Ok(Fit::From(from))
    }

    /// More seats, storage, options from today; more months from the day after the end, also where that is past.
    fn grow(&mut self, order: &FulfilOrder, today: Day) -> Result<Day, Refusal> {
        const TOO_MUCH: &str = "it is more than can be counted";
        let add = |to: i64, more: i64| to.checked_add(more).ok_or_else(|| ORDER_DOES_NOT_FIT.with("why", TOO_MUCH));
        self.terms.seats = add(self.terms.seats, order.seats)?;
        self.terms.storage_gb = add(self.terms.storage_gb, order.storage_gb)?;
        for (item, quantity) in &order.options {
            let held = self.terms.options.entry(item.clone()).or_default();
            *held = add(*held, *quantity)?;
        }
        let Some(last) = self.terms.last_day.filter(|_| order.term_months > 0) else { return Ok(today) };
        self.terms.last_day = Some(Period::term(last.next(), order.term_months).last());
        self.terms.prepaid = order.prepaid;
        if self.terms.state == State::Expired {
            self.terms.state = State::Active;
        }
        Ok(today.min(last.next()))
    }

    /// Free to paid: what is contracted is what was ordered, nothing stays free.
    fn convert(&mut self, order: &FulfilOrder, today: Day) -> Result<Day, Refusal> {
        if self.terms.paid {
            return Err(ORDER_DOES_NOT_FIT.with("why", "the membership is paid already"));
        }
        let opened = Self::open(self.id, order, today);
        self.terms = Terms { state: self.terms.state, first_day: today, ..opened.terms };
        self.terms.last_day = Some(Period::term(today, order.term_months).last());
        Ok(today)
    }
}

impl Verb for FulfilOrder {
    const NAME: &'static str = "FulfilOrder";
    type Answer = Fulfilled;

    async fn perform(&self, tx: &mut Tx) -> Result<Fulfilled, Stop> {
        let fulfilled = self.fulfil(tx).await?;
        if fulfilled == Fulfilled::Applied {
            apply_waiting(tx, self.site).await?;
        }
        Ok(fulfilled)
    }
}

/// Orders that came before the one they build on, in the order they were placed; those still too early wait on.
pub async fn apply_waiting(tx: &mut Tx, site: SiteId) -> Result<(), Stop> {
    for order in table::take_waiting(tx, site).await? {
        order.fulfil(tx).await?;
    }
    Ok(())
}

impl FulfilOrder {
    async fn fulfil(&self, tx: &mut Tx) -> Result<Fulfilled, Stop> {
        // The natural key: whatever event brings an order, it is applied once. Taken first, it also makes two
        // deliveries of one order at once wait for each other.
        if !table::claim_order(tx, self.order, self.site).await? {
            return Ok(Fulfilled::Before);
        }
        let today = tx.today();
        let (mut membership, from) = match (table::find_to_change(tx, self.site).await?, self.kind) {
            (None, Kind::New) => self.open_site(tx).await?,
            (None, _) => return self.wait(tx).await,
            (Some(mut membership), _) => match membership.apply(self, today)? {
                Fit::From(day) => (membership, day),
                Fit::TooEarly => return self.wait(tx).await,
            },
        };
        keep(tx, &mut membership, self.kind.cause(), &self.order.to_string(), from).await?;
        if self.kind != Kind::New && self.term_months > 0 {
            site::reopen(tx, self.site).await?;
        }
        let fact = pb::OrderApplied { order_id: self.order.to_string(), membership: Some(membership.content()) };
        tx.announce(membership.id, membership.revision, fact);
        Ok(Fulfilled::Applied)
    }

    async fn open_site(&self, tx: &mut Tx) -> Result<(Membership, Day), Stop> {
        let membership = Membership::open(tx.id(), self, tx.today());
        if !membership.terms.paid && table::has_free(tx, self.company).await? {
            return Err(FREE_MEMBERSHIP_EXISTS.into());
        }
        table::insert(tx, &membership).await?;
        let opened = site::open(tx, self.site, self.company, self.account, &self.wished_prefix).await?;
        tx.announce(self.site, 1, opened);
        let from = membership.terms.first_day;
        Ok((membership, from))
    }

    async fn wait(&self, tx: &Tx) -> Result<Fulfilled, Stop> {
        table::release_order(tx, self.order).await?;
        table::put_waiting(tx, self).await?;
        Ok(Fulfilled::Waiting)
    }

    /// Billing's fact, parsed; what does not parse is a bug of ours or billing's and goes to the dead letters.
    pub fn of(order: bill::OrderContent) -> Result<Self, Wrong> {
        const WRONG: Wrong = Wrong::new("ORDER_UNREADABLE", "The order is not one.", "주문을 읽을 수 없습니다.");
        let count = |n: i64| if (0..=1_000_000_000).contains(&n) { Ok(n) } else { Err(WRONG) };
        let mut options = BTreeMap::new();
        for option in &order.options {
            *options.entry(option.item.clone()).or_default() += count(option.quantity)?;
        }
        let opens = matches!(order.kind(), bill::OrderKind::New | bill::OrderKind::Conversion);
        if opens && order.base_service != FREE && order.term_months < 1 {
            return Err(WRONG);
        }
        Ok(Self {
            order: order.order_id.parse()?,
            company: order.company_id.parse()?,
            account: order.account_id.parse()?,
            site: order.site_id.parse()?,
            kind: match order.kind() {
                bill::OrderKind::New => Kind::New,
                bill::OrderKind::Additional => Kind::Additional,
                bill::OrderKind::Extension => Kind::Extension,
                bill::OrderKind::Conversion => Kind::Conversion,
                bill::OrderKind::Reduction | bill::OrderKind::Unspecified => return Err(WRONG),
            },
            seats: count(order.seats)?,
            storage_gb: count(order.storage_gb)?,
            term_months: u32::try_from(order.term_months).ok().filter(|m| *m <= 1_200).ok_or(WRONG)?,
            start_day: order.start_day.as_ref().map(|d| contract::day(Some(d))).transpose()?,
            options,
            monthly_fee: order.monthly_fee.as_ref().map_or(Ok(Money::ZERO), |m| contract::won(Some(m)))?,
            wished_prefix: order.site_prefix,
            base_service: order.base_service,
            prepaid: order.prepaid,
        })
    }
}

#[cfg(test)]
mod tests;
