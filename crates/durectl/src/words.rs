//! What is typed on a command line: amounts, spans of time.

use serde_json::{Value, json};

/// Whole won, with or without commas: `19,500,000`.
pub fn won(text: &str) -> Result<i64, String> {
    let digits = text.replace([',', '_'], "");
    digits.parse().ok().filter(|won| *won >= 0).ok_or_else(|| "whole won, such as 19,500,000".to_owned())
}

/// Won as protobuf JSON writes it.
pub fn money(won: i64) -> Value {
    json!({ "currency_code": "KRW", "units": won.to_string() })
}

/// A span of time in seconds: `90s`, `15m`, `36h`, `5d`, `2w`.
pub fn span(text: &str) -> Result<i64, String> {
    let wrong = || "a number and a unit of s, m, h, d or w, such as 5d".to_owned();
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return Err(wrong()),
    };
    let number = text[..text.len() - unit.len_utf8()].parse::<u32>().map_err(|_| wrong())?;
    i64::from(number).checked_mul(seconds).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_whole_won() {
        assert_eq!(won("19,500,000"), Ok(19_500_000));
        for wrong in ["", "-1", "1.5", "1e6", "99999999999999999999", "원"] {
            assert!(won(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn spans_have_a_unit() {
        assert_eq!((span("5d"), span("90s"), span("2w")), (Ok(432_000), Ok(90), Ok(1_209_600)));
        for wrong in ["", "5", "d", "-5d", "5y", "5일", "1.5h"] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
    }
}
