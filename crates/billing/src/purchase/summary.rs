//! The dashboard's figures (BI-24): balance, last purchase, total purchased, accounts, what is left this month.

use contract::{billing::v1 as pb, money, timestamp};
use flow::{Read, Stop};
use words::Money;

use super::table;
use crate::{
    allowance::{self, Month},
    company, lot,
    policy::{self, Defaults},
    registered_account,
};

/// GetPurchaseSummary.
pub async fn get(read: Read, _: pb::GetPurchaseSummaryRequest) -> Result<pb::PurchaseSummary, Stop> {
    let id = read.caller().company()?;
    let company = company::table::find(read.conn(), id).await?.ok_or_else(company::not_yet_known)?;
    let policy = policy::table::find(read.conn(), id).await?;
    let policy = policy.unwrap_or_else(|| read.part::<Defaults>().of(&company));
    let taken = allowance::table::find(read.conn(), id, Month::of(read.today())).await?;
    let (purchase_left, discounted_left) = taken.left(&policy);
    let last = table::last(read.conn(), id).await?;
    Ok(pb::PurchaseSummary {
        purchase_balance: money(lot::table::balance(read.conn(), id).await?),
        last_purchase: last.as_ref().and_then(|p| money(p.face)),
        last_purchase_time: last.and_then(|p| timestamp(p.applied_at)),
        total_purchased: money(Money::from_won(table::total_purchased(read.conn(), id).await?)),
        account_count: i64::try_from(registered_account::table::count(read.conn(), id).await?).unwrap_or(i64::MAX),
        purchase_limit_left: money(purchase_left),
        discounted_limit_left: money(discounted_left),
        discount_rate_basis_points: i32::try_from(policy.rate_basis_points).unwrap_or(i32::MAX),
    })
}
