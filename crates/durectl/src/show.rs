//! Answers for people: a table of the columns that matter, or the fields of one thing. `--json` shows all of it.

use serde_json::Value;

/// How to print answers.
#[derive(Debug, Clone, Copy)]
pub struct Show {
    /// As protobuf JSON.
    pub json: bool,
}

/// A column: its heading and where its value is, `company.legalName`.
pub type Column = (&'static str, &'static str);

impl Show {
    /// One thing, field by field.
    pub fn one(self, answer: &Value) {
        if self.json {
            return println!("{answer:#}");
        }
        let rows = fields("", answer);
        let widest = rows.iter().map(|(name, _)| width(name)).max().unwrap_or_default();
        rows.iter().for_each(|(name, text)| println!("{}  {text}", pad(name, widest)));
    }

    /// The items of a page.
    pub fn list(self, answer: &Value, items: &str, columns: &[Column]) {
        if self.json {
            return println!("{answer:#}");
        }
        let items = answer[items].as_array().map(Vec::as_slice).unwrap_or_default();
        print!("{}", table(items, columns));
        match answer["nextPageToken"].as_str() {
            Some(token) if !token.is_empty() => println!("… more: --page-token {token}"),
            _ => println!("{} in all", items.len()),
        }
    }
}

fn table(items: &[Value], columns: &[Column]) -> String {
    let mut rows = vec![columns.iter().map(|(heading, _)| (*heading).to_owned()).collect::<Vec<_>>()];
    rows.extend(items.iter().map(|item| columns.iter().map(|(_, path)| text(at(item, path))).collect()));
    let widths =
        (0..columns.len()).map(|c| rows.iter().map(|row| width(&row[c])).max().unwrap_or_default()).collect::<Vec<_>>();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| pad(cell, *width)).collect::<Vec<_>>();
        format!("{}\n", cells.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

fn at<'v>(value: &'v Value, path: &str) -> &'v Value {
    path.split('.').fold(value, |value, name| &value[name])
}

/// Every value in an answer with the path to it.
fn fields(at: &str, value: &Value) -> Vec<(String, String)> {
    match value {
        Value::Object(members) if short(value).is_none() => members
            .iter()
            .flat_map(|(name, value)| fields(&if at.is_empty() { name.clone() } else { format!("{at}.{name}") }, value))
            .collect(),
        Value::Array(items) if items.iter().any(Value::is_object) => {
            items.iter().enumerate().flat_map(|(n, item)| fields(&format!("{at}[{n}]"), item)).collect()
        }
        _ => vec![(at.to_owned(), text(value))],
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(", "),
        other => short(other).unwrap_or_else(|| other.to_string()),
    }
}

/// Won and days in the way one writes them.
fn short(value: &Value) -> Option<String> {
    let members = value.as_object()?;
    if members.contains_key("currencyCode") {
        let units = members.get("units")?.as_str()?;
        return Some(format!("{} {}", commas(units), members["currencyCode"].as_str()?));
    }
    let part = |name| members.get(name).and_then(Value::as_i64);
    Some(format!("{:04}-{:02}-{:02}", part("year")?, part("month")?, part("day")?))
}

fn commas(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let mut out = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    format!("{sign}{out}")
}

/// Korean letters take two cells.
fn width(text: &str) -> usize {
    text.chars().map(|letter| if letter >= '\u{1100}' { 2 } else { 1 }).sum()
}

fn pad(text: &str, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(width(text))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_table_lines_up_with_korean_won_and_days() {
        let items = [
            json!({ "name": "두레", "paid": { "currencyCode": "KRW", "units": "19500000", "nanos": 0 } }),
            json!({ "name": "abcdef", "on": { "year": 2026, "month": 1, "day": 31 } }),
        ];
        let table = table(&items, &[("NAME", "name"), ("PAID", "paid"), ("ON", "on")]);
        assert_eq!(table, "NAME    PAID            ON\n두레    19,500,000 KRW\nabcdef                  2026-01-31\n");
    }

    #[test]
    fn one_thing_is_shown_field_by_field() {
        let fields = fields("", &json!({ "a": { "b": 1 }, "c": ["x", "y"], "d": [{ "e": false }], "f": [] }));
        let lines = fields.iter().map(|(name, text)| format!("{name}={text}")).collect::<Vec<_>>();
        assert_eq!(lines, ["a.b=1", "c=x, y", "d[0].e=false", "f="]);
        assert_eq!((commas("0"), commas("-1234567")), ("0".into(), "-1,234,567".into()));
    }
}
