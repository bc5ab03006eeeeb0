//! Confirms that a site's own domain points here (ME-4): `awaiting_dns → live`.

use flow::{Caller, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;
use words::SiteId;

use super::{Site, State, table};

/// Nothing is awaited.
pub const NO_DNS_AWAITED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "NO_DNS_AWAITED",
    "The site awaits no DNS record. Set a domain of its own first.",
    "DNS 확인을 기다리는 도메인이 없습니다. 먼저 도메인을 설정하세요.",
);

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct ConfirmSiteAddress {
    /// Whose.
    pub site: SiteId,
}

impl Site {
    fn confirm_address(&mut self) -> Result<(), Refusal> {
        if self.state != State::AwaitingDns {
            return Err(NO_DNS_AWAITED);
        }
        self.state = State::Live;
        self.version += 1;
        Ok(())
    }
}

impl Verb for ConfirmSiteAddress {
    const NAME: &'static str = "ConfirmSiteAddress";
    type Answer = Site;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.operator_of("support")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Site, Stop> {
        let mut site = table::lock(tx, self.site).await?;
        site.confirm_address()?;
        table::save(tx, &site).await?;
        Ok(site)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::sample;

    // ME-4
    #[test]
    fn only_what_is_awaited_is_confirmed() {
        let mut site = sample::site();
        assert_eq!(site.confirm_address().unwrap_err().reason(), "NO_DNS_AWAITED");
        site.state = State::AwaitingDns;
        site.confirm_address().unwrap();
        assert_eq!(site.state, State::Live);
    }
}
