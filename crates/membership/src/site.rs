//! A site: where a company's people reach the product (ME-4). Its address is a prefix under the operator's domain,
//! unique and not reserved, or a domain of its own once its DNS record was seen. A wish that cannot be met does not hold
//! up the opening: a prefix is generated and the site says so.

pub mod confirm_address;
pub mod set_address;
pub mod table;
pub mod views;

use contract::membership::v1 as pb;
use flow::{Stop, Tx};
use serde::{Deserialize, Serialize};
use words::{AccountId, CompanyId, Day, SiteId, Wrong};

use crate::settings::Settings;

/// ME-4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Its own domain does not point here yet.
    AwaitingDns,
    /// Reached at its address.
    Live,
    /// Its membership ended.
    Closed,
}

/// A site. Only the files in `site/` change it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    id: SiteId,
    company: CompanyId,
    prefix: Prefix,
    wished_prefix: String,
    prefix_generated: bool,
    domain: Option<Domain>,
    state: State,
    opened_on: Day,
    main_administrator: AccountId,
    version: i64,
}

impl Site {
    /// True while its prefix is not the one wished for.
    pub fn prefix_generated(&self) -> bool {
        self.prefix_generated
    }

    /// Where it is reached: its own domain once that is live, else its prefix.
    pub fn address(&self, site_domain: &str) -> String {
        match (&self.domain, self.state) {
            (Some(domain), State::Live | State::Closed) => domain.0.clone(),
            _ => format!("{}.{site_domain}", self.prefix.0),
        }
    }
}

/// 3 to 30 small letters, digits and hyphens; neither begins nor ends with a hyphen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prefix(String);

impl Prefix {
    /// Reads one; a reserved word is none.
    pub fn parse(text: &str, reserved: &[String]) -> Result<Self, Wrong> {
        const NOT_A_PREFIX: Wrong = Wrong::new(
            "NOT_A_PREFIX",
            "Give 3 to 30 small letters, digits and hyphens, no hyphen at either end.",
            "영문 소문자, 숫자, 하이픈으로 3~30자를 입력하세요. 하이픈으로 시작하거나 끝날 수 없습니다.",
        );
        const RESERVED: Wrong = Wrong::new(
            "PREFIX_RESERVED",
            "This prefix is reserved. Choose another.",
            "사용할 수 없는 접두어입니다. 다른 접두어를 입력하세요.",
        );
        let letters = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !(3..=30).contains(&text.len()) || !letters || text.starts_with('-') || text.ends_with('-') {
            return Err(NOT_A_PREFIX);
        }
        if reserved.iter().any(|word| word == text) {
            return Err(RESERVED);
        }
        Ok(Self(text.to_owned()))
    }

    /// One nobody wished for: the site's own letters.
    fn generated(site: SiteId) -> Self {
        let id = site.to_string();
        Self(format!("site-{}", &id[id.len() - 12..]))
    }
}

/// A domain name of at least two labels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domain(String);

impl Domain {
    /// Reads one, in small letters; the operator's own domain is none.
    pub fn parse(text: &str, site_domain: &str) -> Result<Self, Wrong> {
        const NOT_A_DOMAIN: Wrong = Wrong::new(
            "NOT_A_DOMAIN",
            "Give a domain name of your own, such as office.example.com.",
            "보유하신 도메인을 입력하세요. 예: office.example.com",
        );
        let text = text.to_ascii_lowercase();
        let label = |l: &str| {
            (1..=63).contains(&l.len())
                && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !l.starts_with('-')
                && !l.ends_with('-')
        };
        let named = text.rsplit('.').next().is_some_and(|top| top.bytes().any(|b| b.is_ascii_alphabetic()));
        let shaped = text.len() <= 253 && text.contains('.') && named && text.split('.').all(label);
        let ours = text == site_domain || text.ends_with(&format!(".{site_domain}"));
        if shaped && !ours { Ok(Self(text)) } else { Err(NOT_A_DOMAIN) }
    }
}

/// Opens a new order's site; the fact to announce.
pub async fn open(
    tx: &Tx,
    id: SiteId,
    company: CompanyId,
    administrator: AccountId,
    wished: &str,
) -> Result<pb::SiteOpened, Stop> {
    let settings = tx.part::<Settings>();
    let mut site = Site {
        id,
        company,
        prefix: Prefix::generated(id),
        wished_prefix: wished.chars().take(100).collect(),
        prefix_generated: !wished.is_empty(),
        domain: None,
        state: State::Live,
        opened_on: tx.today(),
        main_administrator: administrator,
        version: 1,
    };
    table::insert(tx, &site).await?;
    if let Ok(prefix) = Prefix::parse(wished, &settings.reserved_prefixes) {
        let generated = std::mem::replace(&mut site.prefix, prefix);
        if table::take_address(tx, &site).await? {
            site.prefix_generated = false;
            table::save(tx, &site).await?;
        } else {
            site.prefix = generated;
        }
    }
    Ok(pb::SiteOpened {
        site_id: id.to_string(),
        company_id: company.to_string(),
        address: site.address(&settings.site_domain),
    })
}

/// Its membership ended.
pub async fn close(tx: &Tx, id: SiteId) -> Result<(), Stop> {
    let mut site = table::lock(tx, id).await?;
    site.state = State::Closed;
    site.version += 1;
    table::save(tx, &site).await
}

/// Its membership goes on.
pub async fn reopen(tx: &Tx, id: SiteId) -> Result<(), Stop> {
    let mut site = table::lock(tx, id).await?;
    if site.state == State::Closed {
        site.state = State::Live;
        site.version += 1;
        table::save(tx, &site).await?;
    }
    Ok(())
}

#[cfg(test)]
pub mod sample {
    //! Sites for tests.

    use uuid::Uuid;

    use super::*;

    /// Live under `hanul`.
    pub fn site() -> Site {
        Site {
            id: SiteId::new(Uuid::from_u128(2)),
            company: CompanyId::new(Uuid::from_u128(3)),
            prefix: Prefix("hanul".into()),
            wished_prefix: "hanul".into(),
            prefix_generated: false,
            domain: None,
            state: State::Live,
            opened_on: Day::parse("2022-09-29").unwrap(),
            main_administrator: AccountId::new(Uuid::from_u128(9)),
            version: 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // ME-4
    #[test]
    fn a_prefix_is_a_name_and_not_reserved() {
        let reserved = ["www".to_owned()];
        assert!(Prefix::parse("hanul-2", &reserved).is_ok());
        for wrong in ["", "ab", "-hanul", "hanul-", "Hanul", "한울", "ha.nul", &"h".repeat(31)] {
            assert_eq!(Prefix::parse(wrong, &reserved).unwrap_err().reason, "NOT_A_PREFIX", "{wrong}");
        }
        assert_eq!(Prefix::parse("www", &reserved).unwrap_err().reason, "PREFIX_RESERVED");
        let generated = Prefix::generated(SiteId::new(uuid::Uuid::from_u128(5)));
        assert!(Prefix::parse(&generated.0, &reserved).is_ok());
    }

    // ME-4
    #[test]
    fn a_domain_is_the_companys_own() {
        assert_eq!(Domain::parse("Office.Example.com", "dure.example").unwrap().0, "office.example.com");
        for wrong in ["", "example", "a..b", "-a.com", "a.com.", "1.2.3.4", "x.dure.example", "dure.example", "가.com"]
        {
            assert!(Domain::parse(wrong, "dure.example").is_err(), "{wrong}");
        }
    }

    // ME-4
    #[test]
    fn it_is_reached_under_its_prefix_until_its_domain_is_live() {
        let mut site = sample::site();
        assert_eq!(site.address("dure.example"), "hanul.dure.example");
        site.domain = Some(Domain("office.example.com".into()));
        site.state = State::AwaitingDns;
        assert_eq!(site.address("dure.example"), "hanul.dure.example");
        site.state = State::Live;
        assert_eq!(site.address("dure.example"), "office.example.com");
    }
}
