//! Loads the catalogues that lie beside this file and refuses to start with one that cannot be right (BI-1).

use anyhow::{Context, ensure};

use super::{Catalogue, Catalogues, ChargeModel, Item, ItemKind};

/// Every file ever published; a new one is a new line here.
const SHIPPED: &[&str] = &[include_str!("2020-01-01.toml")];

impl Catalogues {
    /// The catalogues Dure ships with.
    pub fn shipped() -> anyhow::Result<Self> {
        Self::load(SHIPPED)
    }

    /// Catalogues from their texts, checked.
    pub fn load(texts: &[&str]) -> anyhow::Result<Self> {
        let mut all = Vec::new();
        for text in texts {
            let catalogue: Catalogue = toml::from_str(text).context("a catalogue does not parse")?;
            check(&catalogue).with_context(|| format!("catalogue {}", catalogue.version))?;
            all.push(catalogue);
        }
        ensure!(!all.is_empty(), "there is no catalogue");
        all.sort_by_key(|c| c.from);
        ensure!(all.windows(2).all(|w| w[0].from < w[1].from), "two catalogues begin on one day");
        ensure!(all.windows(2).all(|w| w[0].version != w[1].version), "two catalogues share a version");
        Ok(Self(all))
    }
}

fn check(catalogue: &Catalogue) -> anyhow::Result<()> {
    ensure!(catalogue.items.iter().filter(|i| i.kind == ItemKind::Storage).count() == 1, "one storage item is needed");
    for item in &catalogue.items {
        check_item(catalogue, item).with_context(|| format!("item {}", item.key))?;
    }
    for promotion in &catalogue.promotions {
        let known = promotion.items.iter().all(|i| catalogue.item(i).is_some());
        ensure!(known, "promotion {} names an unknown item", promotion.key);
        ensure!(promotion.steps.iter().all(|s| is_rate(s.rate_basis_points)), "promotion {}: rate", promotion.key);
    }
    ensure!(catalogue.commitment.values().all(|r| is_rate(*r)), "commitment: rate");
    Ok(())
}

fn check_item(catalogue: &Catalogue, item: &Item) -> anyhow::Result<()> {
    ensure!(catalogue.items.iter().filter(|i| i.key == item.key).count() == 1, "its key is taken");
    ensure!(1 <= item.minimum && item.minimum <= item.maximum, "minimum and maximum");
    ensure!(item.charges.iter().all(|c| !c.unit_price.is_negative() && c.included >= 0), "a price below zero");
    ensure!(item.terms.iter().all(|t| (1..=120).contains(t)), "a term out of range");
    ensure!(item.kind == ItemKind::Base || item.terms.is_empty(), "only base services have terms");
    for other in item.needs.iter().chain(&item.excludes) {
        ensure!(catalogue.item(other).is_some_and(|o| o.key != item.key), "it names an unknown item {other}");
    }
    if let Some(prepayment) = item.prepayment {
        ensure!(item.terms.contains(&prepayment.months) && is_rate(prepayment.rate_basis_points), "prepayment");
    }
    let fits = |model| match item.kind {
        ItemKind::Base => matches!(model, ChargeModel::OneOff | ChargeModel::MonthlyFlat | ChargeModel::MonthlyPerSeat),
        ItemKind::Storage => model == ChargeModel::MonthlyPerGb,
        ItemKind::Option => {
            matches!(model, ChargeModel::OneOff | ChargeModel::MonthlyPerUnit | ChargeModel::FreeWhileHeld)
        }
        ItemKind::InArrears => true,
    };
    ensure!(item.charges.iter().all(|c| fits(c.model)), "a charge model that does not fit its kind");
    Ok(())
}

fn is_rate(basis_points: i64) -> bool {
    (0..=10_000).contains(&basis_points)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> words::Day {
        words::Day::parse(text).unwrap()
    }

    // BI-1
    #[test]
    fn the_newest_that_has_begun_is_in_force() {
        let newer = SHIPPED[0]
            .replace("version = \"2020-01\"", "version = \"2030-01\"")
            .replace("from = \"2020-01-01\"", "from = \"2030-01-01\"");
        let all = Catalogues::load(&[&newer, SHIPPED[0]]).unwrap();
        assert_eq!(all.on(day("2029-12-31")).unwrap().version, "2020-01");
        assert_eq!(all.on(day("2030-01-01")).unwrap().version, "2030-01");
        assert!(all.on(day("2019-12-31")).is_none());
    }

    // BI-2
    #[test]
    fn what_dure_ships_with_has_the_prices_agreed() {
        let all = Catalogues::shipped().unwrap();
        let catalogue = all.on(day("2026-01-01")).unwrap();
        let price = |key: &str, model| {
            let item = catalogue.item(key).unwrap();
            item.charges.iter().find(|c| c.model == model).map(|c| c.unit_price.won())
        };
        assert_eq!(price("shared", ChargeModel::MonthlyPerSeat), Some(4_000));
        assert_eq!(price("shared", ChargeModel::OneOff), Some(50_000));
        assert_eq!(price("dedicated", ChargeModel::MonthlyFlat), Some(200_000));
        assert_eq!(price("dedicated", ChargeModel::OneOff), Some(500_000));
        assert_eq!(price("storage", ChargeModel::MonthlyPerGb), Some(1_000));
        assert_eq!(price("sms", ChargeModel::Metered), Some(15));
        assert_eq!(catalogue.item("shared-free").unwrap().maximum, 9);
        assert_eq!(catalogue.commitment(3), Some(1500)); // BI-3
    }

    #[test]
    fn a_catalogue_that_cannot_be_right_is_refused() {
        for (from, to) in [
            ("unit_price = 4_000", "unit_price = -4_000"),
            ("minimum = 10\n", "minimum = 10_001\n"),
            ("key = \"dedicated\"", "key = \"shared\""),
            ("rate_basis_points = 4000", "rate_basis_points = 40000"),
            ("model = \"monthly_per_gb\"", "model = \"metered\""),
            ("terms = [1, 12, 24]", "terms = [1, 24, 0]"),
        ] {
            assert!(Catalogues::load(&[&SHIPPED[0].replacen(from, to, 1)]).is_err(), "{to}");
        }
    }
}
