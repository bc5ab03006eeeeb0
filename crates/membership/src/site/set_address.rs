//! Sets a site's address (ME-4): another prefix, which takes effect at once, or a domain of its own, which first awaits
//! its DNS record. Taken ones are refused; the company's name for them is then its own to choose again.

use flow::{Caller, Refusal, Stop, Tx, Verb, Who, code};
use serde::Serialize;
use words::SiteId;

use super::{Domain, Prefix, Site, State, table};

/// Another site has it.
pub const ADDRESS_TAKEN: Refusal = Refusal::new(
    code::ALREADY_EXISTS,
    "ADDRESS_TAKEN",
    "This address is taken. Choose another.",
    "이미 사용 중인 주소입니다. 다른 주소를 입력하세요.",
);
/// A closed site has no address to set.
pub const SITE_CLOSED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "SITE_CLOSED",
    "The site is closed because its membership ended. Extend the membership first.",
    "멤버십이 종료되어 닫힌 사이트입니다. 먼저 멤버십을 연장하세요.",
);

/// What is wished.
#[derive(Debug, Clone, Serialize)]
pub enum Address {
    /// Under the operator's domain.
    Prefix(Prefix),
    /// The company's own.
    Domain(Domain),
}

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct SetSiteAddress {
    /// Whose.
    pub site: SiteId,
    /// Which.
    pub address: Address,
}

impl Site {
    fn set_address(&mut self, address: &Address) -> Result<(), Refusal> {
        if self.state == State::Closed {
            return Err(SITE_CLOSED);
        }
        match address {
            Address::Prefix(prefix) => {
                self.prefix = prefix.clone();
                self.prefix_generated = false;
                self.domain = None;
                self.state = State::Live;
            }
            Address::Domain(domain) if self.domain.as_ref() == Some(domain) => {}
            Address::Domain(domain) => {
                self.domain = Some(domain.clone());
                self.state = State::AwaitingDns;
            }
        }
        self.version += 1;
        Ok(())
    }
}

impl Verb for SetSiteAddress {
    const NAME: &'static str = "SetSiteAddress";
    type Answer = Site;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        match caller.who {
            Who::Operator(_) => caller.operator_of("support"),
            _ => caller.admin_with("membership.manage"),
        }
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Site, Stop> {
        let mut site = table::lock(tx, self.site).await?;
        site.set_address(&self.address)?;
        if !table::take_address(tx, &site).await? {
            return Err(ADDRESS_TAKEN.into());
        }
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
    fn a_domain_awaits_dns_and_a_prefix_does_not() {
        let mut site = sample::site();
        let domain = Address::Domain(Domain("office.example.com".into()));
        site.set_address(&domain).unwrap();
        assert_eq!(site.state, State::AwaitingDns);
        site.state = State::Live;
        site.set_address(&domain).unwrap();
        assert_eq!(site.state, State::Live, "the same domain again awaits nothing");
        site.set_address(&Address::Prefix(Prefix("haneul".into()))).unwrap();
        assert_eq!((site.state, &site.domain), (State::Live, &None));
        site.state = State::Closed;
        assert_eq!(site.set_address(&domain).unwrap_err().reason(), "SITE_CLOSED");
    }
}
