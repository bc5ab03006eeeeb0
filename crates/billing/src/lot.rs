//! What the lots of purchases hold, as voucher last told (`LotBalanceChanged`): for the dashboard (BI-24) and the history
//! (BI-30). Voucher's ledger alone decides; this is seconds old.

pub mod know;
pub mod table;
