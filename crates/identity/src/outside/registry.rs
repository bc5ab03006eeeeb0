//! The business registry (ID-4): asked outside any transaction, with a time-out and some tries. The embedded adapter asks
//! nobody and says so: a number that parsed has the right check digit.

mod nts;

use serde::{Deserialize, Serialize};
use words::{Brn, Day};

pub use nts::Nts;

use crate::settings::{self, RegistryKind};

/// What is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Firm {
    /// Its number.
    pub brn: Brn,
    /// Its representative.
    pub representative: String,
    /// When it opened.
    pub opened_on: Day,
}

/// ID-4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Number, representative and opening date agree.
    Verified,
    /// They do not.
    Mismatch,
    /// Suspended or out of business.
    Closed,
    /// Nobody answered.
    #[default]
    Unavailable,
}

/// The answer, and who gave it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Said {
    /// The answer.
    pub answer: Answer,
    /// `registry` or `check-digit-only`.
    pub source: &'static str,
}

/// The registry, real or embedded.
#[derive(Debug)]
pub enum Registry {
    /// Check digit only.
    CheckDigit,
    /// National Tax Service.
    Nts(Box<Nts>),
}

impl Registry {
    /// As set.
    pub fn of(settings: &settings::Registry) -> anyhow::Result<Self> {
        Ok(match settings.kind {
            RegistryKind::CheckDigit => Self::CheckDigit,
            RegistryKind::Nts => Self::Nts(Box::new(Nts::new(settings)?)),
        })
    }

    /// Number, representative and opening date, and whether it is in business.
    pub async fn verify(&self, firm: &Firm) -> Said {
        match self {
            Self::CheckDigit => CHECKED,
            Self::Nts(nts) => Said { answer: nts.verify(firm).await, source: REGISTRY },
        }
    }

    /// The number alone: whether it is in business.
    pub async fn status(&self, brn: &Brn) -> Said {
        match self {
            Self::CheckDigit => CHECKED,
            Self::Nts(nts) => Said { answer: nts.status(brn).await, source: REGISTRY },
        }
    }
}

const REGISTRY: &str = "registry";
const CHECKED: Said = Said { answer: Answer::Verified, source: "check-digit-only" };
