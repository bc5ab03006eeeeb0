//! Masks, as lists and logs may show personal data. Each hides at least something of any text.

/// All but the last character, then one star: `김정*`. One character alone is a star.
pub fn name(name: &str) -> String {
    let mut shown: String = name.to_owned();
    shown.pop();
    shown.push('*');
    shown
}

/// The first three, then three stars: `jwk***`.
pub fn login_id(id: &str) -> String {
    format!("{}***", first(id, 3))
}

/// First four digits, four stars, last three: `0109****040`. Too short to leave something hidden: stars only.
pub fn phone(digits: &str) -> String {
    let count = digits.chars().count();
    if count < 9 {
        return "*".repeat(count);
    }
    format!("{}****{}", first(digits, 4), digits.chars().skip(count - 3).collect::<String>())
}

/// The last five digits become stars: `081042120*****`.
pub fn account_number(number: &str) -> String {
    let count = number.chars().count();
    let shown = count.saturating_sub(5);
    format!("{}{}", first(number, shown), "*".repeat(count - shown))
}

/// The first two characters of the local part, three stars, the domain: `ju***@example.com`.
pub fn email(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) => {
            let shown = local.chars().count().saturating_sub(1).min(2);
            format!("{}***@{domain}", first(local, shown))
        }
        None => "***".to_owned(),
    }
}

fn first(text: &str, count: usize) -> String {
    text.chars().take(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_are_as_the_portals_show_them() {
        assert_eq!(name("김정현"), "김정*");
        assert_eq!(name("김"), "*");
        assert_eq!(name(""), "*");
        assert_eq!(login_id("jwkim2023"), "jwk***");
        assert_eq!(phone("01090000040"), "0109****040");
        assert_eq!(phone("0110001234"), "0110****234");
        assert_eq!([phone("1234567"), phone("12345678")], ["*******", "********"]);
        assert_eq!(phone("123456789"), "1234****789");
        assert_eq!(account_number("08104212012345"), "081042120*****");
        assert_eq!(account_number("123"), "***");
        assert_eq!(email("a@example.com"), "***@example.com");
        assert_eq!(email("jungkim@example.com"), "ju***@example.com");
    }
}
