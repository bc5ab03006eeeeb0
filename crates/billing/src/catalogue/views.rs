//! What is sold today, as everybody may read it (BI-1, BI-2).

use contract::{billing::v1 as pb, date, day, money};
use flow::{Fields, Read, Refusal, Stop, code};

use super::{Catalogues, Charge, ChargeModel, Item, ItemKind};

/// Before the first catalogue.
pub const NO_CATALOGUE: Refusal = Refusal::new(
    code::NOT_FOUND,
    "NO_CATALOGUE",
    "Nothing was sold on {day}: ask for a later day.",
    "{day}에는 판매한 상품이 없습니다. 이후 날짜를 지정하세요.",
);

/// ListCatalogueItems.
pub async fn list(read: Read, m: pb::ListCatalogueItemsRequest) -> Result<pb::ListCatalogueItemsReply, Stop> {
    let f = Fields::new();
    let (on,) = f.all((match &m.day {
        Some(given) => f.word("day", day(Some(given))),
        None => Some(read.today()),
    },))?;
    let all = read.part::<Catalogues>();
    let catalogue = all.on(on).ok_or_else(|| NO_CATALOGUE.with("day", on))?;
    Ok(pb::ListCatalogueItemsReply {
        catalogue_version: catalogue.version.clone(),
        from_day: date(catalogue.from),
        terms_version: catalogue.terms_version.clone(),
        consent_wording_version: catalogue.consent.wording_version.clone(),
        items: catalogue.items().iter().map(item).collect(),
    })
}

fn item(item: &Item) -> pb::CatalogueItem {
    let kind = match item.kind {
        ItemKind::Base => pb::CatalogueItemKind::Base,
        ItemKind::Storage => pb::CatalogueItemKind::Storage,
        ItemKind::Option => pb::CatalogueItemKind::Option,
        ItemKind::InArrears => pb::CatalogueItemKind::InArrears,
    };
    pb::CatalogueItem {
        item: item.key.clone(),
        name_ko: item.name.ko.clone(),
        name_en: item.name.en.clone(),
        kind: kind.into(),
        charges: item.charges.iter().map(charge).collect(),
        minimum_quantity: item.minimum,
        maximum_quantity: item.maximum,
        terms_months: item.terms.clone(),
        prepaid_months: item.prepayment.map_or(0, |p| p.months),
        prepaid_discount_basis_points: item
            .prepayment
            .map_or(0, |p| i32::try_from(p.rate_basis_points).unwrap_or_default()),
        needs: item.needs.clone(),
        excludes: item.excludes.clone(),
    }
}

fn charge(charge: &Charge) -> pb::Charge {
    let model = match charge.model {
        ChargeModel::OneOff => pb::ChargeModel::OneOff,
        ChargeModel::MonthlyFlat => pb::ChargeModel::MonthlyFlat,
        ChargeModel::MonthlyPerSeat => pb::ChargeModel::MonthlyPerSeat,
        ChargeModel::MonthlyPerGb => pb::ChargeModel::MonthlyPerGb,
        ChargeModel::MonthlyPerUnit => pb::ChargeModel::MonthlyPerUnit,
        ChargeModel::Metered => pb::ChargeModel::Metered,
        ChargeModel::FreeWhileHeld => pb::ChargeModel::FreeWhileHeld,
    };
    pb::Charge { model: model.into(), unit_price: money(charge.unit_price), included_quantity: charge.included }
}
