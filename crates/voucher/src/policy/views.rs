//! The rule as its company sees it (VO-20).

use contract::{money, voucher::v1 as pb};
use flow::{Read, Stop};

use super::{Policy, table};

/// `GetSendPolicy`.
pub async fn get(read: Read, _: pb::GetSendPolicyRequest) -> Result<pb::SendPolicy, Stop> {
    Ok(render(table::of(read.conn(), read.caller().company()?).await?))
}

/// As it is answered.
pub fn render(policy: Policy) -> pb::SendPolicy {
    pb::SendPolicy { approval_above: policy.approval_above.and_then(money) }
}
