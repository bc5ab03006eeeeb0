//! The two ways a call does not succeed: a `Refusal` is an expected no that tells the caller what to do; a `Fault` is
//! ours, is logged, and shows the caller nothing but an id to quote.

use std::{borrow::Cow, fmt, time::Duration};

use sea_orm::{DbErr, RuntimeErr};
use tonic::{Code, Status};
use tonic_types::{BadRequest, ErrorDetail, ErrorInfo, FieldViolation, LocalizedMessage, RetryInfo, StatusExt};

/// gRPC codes by the names the conventions use.
pub mod code {
    use tonic::Code;
    /// The request is wrong whatever the state.
    pub const INVALID_ARGUMENT: Code = Code::InvalidArgument;
    /// Not in this state.
    pub const FAILED_PRECONDITION: Code = Code::FailedPrecondition;
    /// Not this caller.
    pub const PERMISSION_DENIED: Code = Code::PermissionDenied;
    /// Nobody is signed in, or the credential is wrong.
    pub const UNAUTHENTICATED: Code = Code::Unauthenticated;
    /// No such thing for this caller.
    pub const NOT_FOUND: Code = Code::NotFound;
    /// There already.
    pub const ALREADY_EXISTS: Code = Code::AlreadyExists;
    /// A limit is used up.
    pub const RESOURCE_EXHAUSTED: Code = Code::ResourceExhausted;
    /// Somebody else was faster; try again.
    pub const ABORTED: Code = Code::Aborted;
    /// Not now.
    pub const UNAVAILABLE: Code = Code::Unavailable;
    /// Beyond what can be.
    pub const OUT_OF_RANGE: Code = Code::OutOfRange;
}

/// An expected no: a stable reason, and a sentence in two languages that says what to do.
#[derive(Debug, Clone)]
pub struct Refusal {
    code: Code,
    reason: &'static str,
    en: Cow<'static, str>,
    ko: Cow<'static, str>,
    details: Vec<(&'static str, String)>,
    violations: Vec<(String, String)>,
    retry: Option<Duration>,
}

impl Refusal {
    /// A refusal as a constant; `{name}` in a sentence is filled by [`Refusal::with`].
    pub const fn new(code: Code, reason: &'static str, en: &'static str, ko: &'static str) -> Self {
        Self {
            code,
            reason,
            en: Cow::Borrowed(en),
            ko: Cow::Borrowed(ko),
            details: Vec::new(),
            violations: Vec::new(),
            retry: None,
        }
    }

    /// What the sentence and the metadata name. Never personal data.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        let value = value.to_string();
        let place = format!("{{{name}}}");
        self.en = self.en.replace(&place, &value).into();
        self.ko = self.ko.replace(&place, &value).into();
        self.details.push((name, value));
        self
    }

    /// One field that is wrong, and why.
    #[must_use]
    pub fn violation(mut self, field: impl Into<String>, why: impl Into<String>) -> Self {
        self.violations.push((field.into(), why.into()));
        self
    }

    /// Waiting helps.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry = Some(wait);
        self
    }

    /// Refuse, but keep what the verb has written (a wrong code counted, a failed login audited).
    pub fn keeping(self) -> Stop {
        Stop::Kept(Box::new(self))
    }

    /// The stable reason.
    pub fn reason(&self) -> &'static str {
        self.reason
    }

    /// The gRPC code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// Fields and why they are wrong.
    pub fn violations(&self) -> &[(String, String)] {
        &self.violations
    }

    /// What [`Refusal::with`] named.
    pub fn detail(&self, name: &str) -> Option<&str> {
        self.details.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason, self.en)
    }
}

impl std::error::Error for Refusal {}

impl From<Refusal> for Status {
    fn from(no: Refusal) -> Self {
        let metadata =
            no.details.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect::<std::collections::HashMap<_, _>>();
        let mut details: Vec<ErrorDetail> = vec![ErrorInfo::new(no.reason, "dure", metadata).into()];
        if !no.violations.is_empty() {
            let violations =
                no.violations.iter().map(|(f, w)| FieldViolation::new(f.clone(), w.clone())).collect::<Vec<_>>();
            details.push(BadRequest::new(violations).into());
        }
        if let Some(wait) = no.retry {
            details.push(RetryInfo::new(Some(wait)).into());
        }
        details.push(LocalizedMessage::new("en", no.en.as_ref()).into());
        details.push(LocalizedMessage::new("ko", no.ko.as_ref()).into());
        Status::with_error_details_vec(no.code, no.en, details)
    }
}

/// Ours: a database away, a bug. Never shown.
#[derive(Debug)]
pub struct Fault {
    error: anyhow::Error,
    kind: FaultKind,
}

/// What can be done about a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// Serialisation failure or deadlock: from the start once more.
    Conflict,
    /// The database does not answer: wait for it.
    Away,
    /// Anything else.
    Bug,
}

impl Fault {
    /// A fault that trying again does not mend.
    pub fn bug(error: impl Into<anyhow::Error>) -> Self {
        Self { error: error.into(), kind: FaultKind::Bug }
    }

    pub(crate) fn kind(&self) -> FaultKind {
        self.kind
    }

    /// The same once more, for somebody else it stopped as well.
    pub(crate) fn again(&self) -> Self {
        Self { error: anyhow::anyhow!("{self}"), kind: self.kind }
    }

    /// True while the database does not answer.
    pub fn is_away(&self) -> bool {
        self.kind == FaultKind::Away
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.error)
    }
}

impl From<DbErr> for Fault {
    fn from(error: DbErr) -> Self {
        Self { kind: kind_of(&error), error: error.into() }
    }
}

fn kind_of(error: &DbErr) -> FaultKind {
    use sea_orm::sqlx::Error as Sqlx;
    let sqlx = match error {
        DbErr::ConnectionAcquire(_) => return FaultKind::Away,
        DbErr::Conn(RuntimeErr::SqlxError(e))
        | DbErr::Exec(RuntimeErr::SqlxError(e))
        | DbErr::Query(RuntimeErr::SqlxError(e)) => e,
        _ => return FaultKind::Bug,
    };
    match sqlx.as_ref() {
        Sqlx::Io(_) | Sqlx::PoolTimedOut | Sqlx::PoolClosed | Sqlx::WorkerCrashed | Sqlx::Protocol(_) => {
            FaultKind::Away
        }
        Sqlx::Database(e) => match e.code().as_deref() {
            // serialization_failure, deadlock_detected, lock_not_available; SQLITE_BUSY and its kin
            Some("40001" | "40P01" | "55P03" | "5" | "517" | "261") => FaultKind::Conflict,
            // the server is going down, starting, or has no connection left
            Some("57P01" | "57P02" | "57P03" | "53300" | "25P03") => FaultKind::Away,
            _ => FaultKind::Bug,
        },
        _ => FaultKind::Bug,
    }
}

/// Why a verb or a read stopped.
#[derive(Debug)]
pub enum Stop {
    /// An expected no; nothing was written.
    Refused(Box<Refusal>),
    /// An expected no; what was written stays.
    Kept(Box<Refusal>),
    /// Ours.
    Fault(Fault),
}

impl From<Refusal> for Stop {
    fn from(no: Refusal) -> Self {
        Self::Refused(Box::new(no))
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<DbErr> for Stop {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

impl From<anyhow::Error> for Stop {
    fn from(error: anyhow::Error) -> Self {
        Self::Fault(Fault::bug(error))
    }
}

impl Stop {
    /// The refusal, if it is one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(no) | Self::Kept(no) => Some(no),
            Self::Fault(_) => None,
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(no) | Self::Kept(no) => no.fmt(f),
            Self::Fault(fault) => fault.fmt(f),
        }
    }
}

impl From<Stop> for Status {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Refused(no) | Stop::Kept(no) => {
                tracing::info!(reason = no.reason, "refused");
                (*no).into()
            }
            Stop::Fault(fault) if fault.kind != FaultKind::Bug => {
                tracing::warn!(error = %fault, "not now");
                BUSY.retry_after(Duration::from_secs(1)).into()
            }
            Stop::Fault(fault) => {
                let id = uuid::Uuid::new_v4().simple().to_string();
                tracing::error!(error = %fault, id, "fault");
                INTERNAL.with("id", id).into()
            }
        }
    }
}

/// The database is away, or the same row is wanted by too many at once.
pub const BUSY: Refusal = Refusal::new(
    code::UNAVAILABLE,
    "TRY_AGAIN",
    "Dure cannot do this right now. Send the same request again in a moment; it is done at most once.",
    "지금은 처리할 수 없습니다. 잠시 후 같은 요청을 다시 보내 주세요. 두 번 처리되지 않습니다.",
);

/// A fault of ours.
pub const INTERNAL: Refusal = Refusal::new(
    Code::Internal,
    "INTERNAL",
    "Something went wrong on our side. If it happens again, tell support this number: {id}.",
    "내부 오류가 발생했습니다. 계속되면 이 번호를 고객센터에 알려 주세요: {id}.",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_filled_and_the_status_carries_every_detail() {
        const NO: Refusal = Refusal::new(code::FAILED_PRECONDITION, "X", "It is {state}.", "{state} 상태입니다.");
        let status: Status = NO.with("state", "paid").violation("state", "wrong").into();
        assert_eq!(status.message(), "It is paid.");
        let details = status.get_error_details_vec();
        assert_eq!(details.len(), 4);
        assert_eq!(status.get_details_error_info().unwrap().metadata["state"], "paid");
    }
}
