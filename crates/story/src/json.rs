//! Reading answers: protobuf JSON as the API documents it. A path is dotted (`price.total`).

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use words::{Day, Money};

/// What an answer holds at a path.
pub trait Json {
    /// Anything that is not null.
    fn at(&self, path: &str) -> anyhow::Result<&Value>;
    /// A text.
    fn text(&self, path: &str) -> anyhow::Result<&str>;
    /// A whole number, also one written as text (64 bits are).
    fn number(&self, path: &str) -> anyhow::Result<i64>;
    /// True or false.
    fn flag(&self, path: &str) -> anyhow::Result<bool>;
    /// `google.type.Money` in won.
    fn won(&self, path: &str) -> anyhow::Result<Money>;
    /// `google.type.Date`.
    fn day(&self, path: &str) -> anyhow::Result<Day>;
    /// An instant.
    fn instant(&self, path: &str) -> anyhow::Result<DateTime<Utc>>;
    /// A list.
    fn list(&self, path: &str) -> anyhow::Result<&[Value]>;
}

impl Json for Value {
    fn at(&self, path: &str) -> anyhow::Result<&Value> {
        let found = path.split('.').try_fold(self, |value, name| value.get(name)).filter(|value| !value.is_null());
        found.with_context(|| format!("the answer has no {path}: {self}"))
    }

    fn text(&self, path: &str) -> anyhow::Result<&str> {
        self.at(path)?.as_str().with_context(|| format!("{path} is no text: {self}"))
    }

    fn number(&self, path: &str) -> anyhow::Result<i64> {
        let value = self.at(path)?;
        value
            .as_i64()
            .or_else(|| value.as_str()?.parse().ok())
            .with_context(|| format!("{path} is no whole number: {self}"))
    }

    fn flag(&self, path: &str) -> anyhow::Result<bool> {
        self.at(path)?.as_bool().with_context(|| format!("{path} is neither true nor false: {self}"))
    }

    fn won(&self, path: &str) -> anyhow::Result<Money> {
        let money = self.at(path)?;
        anyhow::ensure!(money.text("currencyCode")? == "KRW", "{path} is not in won: {self}");
        money.number("units").map(Money::from_won)
    }

    fn day(&self, path: &str) -> anyhow::Result<Day> {
        let date = self.at(path)?;
        let part = |name| date.number(name).and_then(|n| u32::try_from(n).context("below zero"));
        Day::new(part("year")?.cast_signed(), part("month")?, part("day")?)
            .with_context(|| format!("{path} is no day: {self}"))
    }

    fn instant(&self, path: &str) -> anyhow::Result<DateTime<Utc>> {
        let text = self.text(path)?;
        text.parse().with_context(|| format!("{path} is no instant: {text}"))
    }

    fn list(&self, path: &str) -> anyhow::Result<&[Value]> {
        Ok(self.at(path)?.as_array().with_context(|| format!("{path} is no list: {self}"))?)
    }
}

/// Won as `google.type.Money`.
pub fn money(amount: Money) -> Value {
    json!({ "currencyCode": "KRW", "units": amount.won().to_string() })
}

/// A day as `google.type.Date`.
pub fn date(day: Day) -> Value {
    let (year, month, day) = day.ymd();
    json!({ "year": year, "month": month, "day": day })
}
