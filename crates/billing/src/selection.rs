//! What is to be priced, quoted or ordered: the choices of the order screens (BI-9), parsed; and what the site holds at
//! present, on which additions and extensions build.

use std::collections::BTreeMap;

use contract::{billing::v1 as pb, date, day};
use flow::Fields;
use serde::{Deserialize, Serialize};
use words::{Day, SiteId, Wrong};

use crate::order::OrderKind;

/// The choices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// BI-9.
    pub kind: OrderKind,
    /// The base service; empty where it is the one held.
    pub base_service: String,
    /// Whole or added, by the kind.
    pub seats: i64,
    /// Beside that of the seats, in GB: whole or added.
    pub storage_gb: i64,
    /// Months; 0 where there is no term.
    pub term_months: i32,
    /// BI-5.
    pub prepaid: bool,
    /// BI-3.
    pub commitment_years: i32,
    /// By catalogue key: whole or added.
    pub options: BTreeMap<String, i64>,
    /// The site; none for a new one.
    pub site: Option<SiteId>,
    /// The day a new membership is to start.
    pub start_day: Option<Day>,
}

/// A membership as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Its base service.
    pub base_service: String,
    /// Of a paid class.
    pub paid: bool,
    /// Contracted seats.
    pub seats: i64,
    /// Contracted storage beside that of the seats.
    pub storage_gb: i64,
    /// Options.
    pub options: BTreeMap<String, i64>,
    /// The first day of the period.
    pub first_day: Day,
    /// The last; none for a free one.
    pub last_day: Option<Day>,
    /// Prepaid, so additions get the rate too.
    pub prepaid: bool,
}

impl Selection {
    /// Nothing is bought on top of what is held.
    pub fn adds_nothing(&self) -> bool {
        self.seats == 0 && self.storage_gb == 0 && self.options.is_empty()
    }

    /// Whether two selections are of the same price, whatever day a new one starts.
    pub fn is_priced_as(&self, other: &Self) -> bool {
        let priced = |s: &Self| Self { start_day: None, ..s.clone() };
        priced(self) == priced(other)
    }
}

const UNKNOWN: Wrong = Wrong::new("UNKNOWN_VALUE", "This value is not known.", "알 수 없는 값입니다.");
const NEGATIVE: Wrong = Wrong::new("NEGATIVE", "This cannot be below zero.", "0 이상이어야 합니다.");
const TWICE: Wrong = Wrong::new("TWICE", "Name each option once.", "옵션은 한 번씩만 입력하세요.");
const NOT_POSITIVE: Wrong = Wrong::new("NOT_POSITIVE", "Give at least 1.", "1 이상이어야 합니다.");
const SITE_OF_A_NEW_ORDER: Wrong =
    Wrong::new("SITE_NOT_EMPTY", "A new order opens a new site: leave this empty.", "신규 주문에는 비워 두세요.");
const START_DAY_NOT_NEW: Wrong = Wrong::new(
    "START_DAY_NOT_EMPTY",
    "Only a new order has a start day: leave this empty.",
    "시작일은 신규 주문에만 지정할 수 있습니다.",
);

/// Reads `selection`; what is wrong is noted under `selection.<field>`.
pub fn parse(f: &Fields, message: Option<pb::Selection>) -> Option<Selection> {
    let m = f.word("selection", message.ok_or(Wrong::MISSING))?;
    let kind = f.word(
        "selection.kind",
        OrderKind::from_wire(m.kind()).ok_or(if m.kind == 0 { Wrong::MISSING } else { UNKNOWN }),
    );
    let at_least_zero = |holds: bool, field: &str| f.must(holds, field, NEGATIVE);
    let sound = [
        at_least_zero(m.seats >= 0, "selection.seats"),
        at_least_zero(m.storage_gb >= 0, "selection.storage_gb"),
        at_least_zero(m.term_months >= 0, "selection.term_months"),
        at_least_zero(m.commitment_years >= 0, "selection.commitment_years"),
    ];
    let mut options = BTreeMap::new();
    for option in &m.options {
        f.must(option.quantity > 0, "selection.options", NOT_POSITIVE);
        let first = options.insert(option.item.clone(), option.quantity).is_none();
        f.must(first, "selection.options", TWICE);
    }
    let is_new = kind == Some(OrderKind::New);
    let site = if is_new {
        f.must(m.site_id.is_empty(), "selection.site_id", SITE_OF_A_NEW_ORDER).map(|()| None)
    } else {
        f.parse("selection.site_id", &m.site_id).map(Some)
    };
    let start_day = match &m.start_day {
        None => Some(None),
        Some(_) if !is_new => f.must(false, "selection.start_day", START_DAY_NOT_NEW).map(|()| None),
        given => f.word("selection.start_day", day(given.as_ref())).map(Some),
    };
    let base_needed = matches!(kind, Some(OrderKind::New | OrderKind::Conversion));
    let base = f.must(!(base_needed && m.base_service.is_empty()), "selection.base_service", Wrong::MISSING);
    sound.into_iter().collect::<Option<Vec<_>>>()?;
    base?;
    Some(Selection {
        kind: kind?,
        base_service: m.base_service,
        seats: m.seats,
        storage_gb: m.storage_gb,
        term_months: m.term_months,
        prepaid: m.prepaid,
        commitment_years: m.commitment_years,
        options,
        site: site?,
        start_day: start_day?,
    })
}

/// As it is answered.
pub fn render(s: &Selection) -> pb::Selection {
    pb::Selection {
        kind: s.kind.to_wire().into(),
        base_service: s.base_service.clone(),
        seats: s.seats,
        storage_gb: s.storage_gb,
        term_months: s.term_months,
        prepaid: s.prepaid,
        commitment_years: s.commitment_years,
        options: options(&s.options),
        site_id: s.site.map(|id| id.to_string()).unwrap_or_default(),
        start_day: s.start_day.and_then(date),
    }
}

/// Options as events and answers list them.
pub fn options(options: &BTreeMap<String, i64>) -> Vec<pb::OptionQuantity> {
    options.iter().map(|(item, quantity)| pb::OptionQuantity { item: item.clone(), quantity: *quantity }).collect()
}
