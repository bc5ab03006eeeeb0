//! Renders a message (NO-1): a template is a text file `templates/<name>.<locale>.<mail|text>.txt` with `{variables}`,
//! whose first line may be `subject: …`. A variable that was not given is a failure; what a variable says is never
//! read as a template again.

use std::collections::HashMap;

use crate::{channel::Medium, message::Failure};

/// The locale of last resort.
const LOCALE: &str = "ko";

/// A message as its reader sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line; empty where the template has none.
    pub subject: String,
    /// The text.
    pub body: String,
}

struct Template {
    name: &'static str,
    locale: &'static str,
    medium: Medium,
    text: &'static str,
}

macro_rules! shipped {
    ($($name:literal: $($medium:ident)+;)+) => {
        const SHIPPED: &[Template] = &[$($(
            shipped!(@ $name, "ko", $medium),
            shipped!(@ $name, "en", $medium),
        )+)+];
    };
    (@ $name:literal, $locale:literal, mail) => {
        Template { name: $name, locale: $locale, medium: Medium::Mail, text: include_str!(concat!("templates/", $name, ".", $locale, ".mail.txt")) }
    };
    (@ $name:literal, $locale:literal, text) => {
        Template { name: $name, locale: $locale, medium: Medium::Text, text: include_str!(concat!("templates/", $name, ".", $locale, ".text.txt")) }
    };
}

shipped! {
    "one-time-code": mail text;
    "temporary-password": mail text;
    "welcome": mail;
    "invitation": mail;
    "invitation-sms": text;
    "company-approved": mail text;
    "company-rejected": mail text;
    "account-approved": text;
    "account-rejected": text;
    "site-opened": mail;
    "quote": mail;
    "order-placed": mail;
    "purchase-approved": text;
    "gift": text;
    "gift-notice": text;
    "send-test": text;
    "lot-ends-soon": mail;
    "lot-expired": mail;
    "send-awaits-approval": mail;
    "send-approved": mail;
    "send-rejected": mail;
    "send-lapsed": mail;
    "send-late": mail;
}

/// Fills the template of this name.
pub fn render(
    name: &str,
    locale: &str,
    medium: Medium,
    variables: &HashMap<String, String>,
) -> Result<Rendered, Failure> {
    let find = |locale: &str| SHIPPED.iter().find(|t| t.name == name && t.medium == medium && t.locale == locale);
    let template = find(locale).or_else(|| find(LOCALE)).ok_or(Failure::TemplateUnknown)?;
    let (subject, body) = parts(template.text);
    Ok(Rendered { subject: one_line(&fill(subject, variables)?), body: fill(body, variables)? })
}

/// Subject and body.
fn parts(text: &str) -> (&str, &str) {
    match text.strip_prefix("subject: ").and_then(|rest| rest.split_once('\n')) {
        Some((subject, body)) => (subject, body.trim()),
        None => ("", text.trim()),
    }
}

fn fill(text: &str, variables: &HashMap<String, String>) -> Result<String, Failure> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or(Failure::TemplateUnknown)?;
        filled.push_str(before);
        filled.push_str(variables.get(name).ok_or_else(|| Failure::VariableMissing(name.to_owned()))?);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// A subject is one line, whatever a variable holds.
fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_control()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn given(variables: &[(&str, &str)]) -> HashMap<String, String> {
        variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    fn names(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect()
    }

    // NO-1
    #[test]
    fn a_template_is_filled_in_the_language_asked_for() {
        let code = given(&[("code", "123456"), ("minutes", "3")]);
        let ko = render("one-time-code", "ko", Medium::Text, &code).unwrap();
        let en = render("one-time-code", "en", Medium::Text, &code).unwrap();
        assert!(ko.body.contains("인증번호") && ko.body.contains("123456"), "{}", ko.body);
        assert!(en.body.contains("code") && en.body.contains("123456"));
        assert!(render("one-time-code", "fr", Medium::Text, &code).unwrap() == ko);
        assert!(!render("one-time-code", "ko", Medium::Mail, &code).unwrap().subject.is_empty());
    }

    #[test]
    fn what_is_missing_is_a_failure_with_its_name() {
        let none = given(&[]);
        let missing = render("one-time-code", "ko", Medium::Text, &none).err();
        assert_eq!(missing, Some(Failure::VariableMissing("code".into())));
        assert_eq!(render("birthday", "ko", Medium::Text, &none).err(), Some(Failure::TemplateUnknown));
        assert_eq!(render("quote", "ko", Medium::Text, &none).err(), Some(Failure::TemplateUnknown));
    }

    #[test]
    fn what_a_variable_says_is_not_read_as_a_template() {
        let odd = given(&[("body", "{code} {"), ("code", "SECRET")]);
        let body = fill("{body} {code}", &odd).unwrap();
        assert_eq!(body, "{code} { SECRET");
        assert_eq!(one_line("a\r\nBcc: b"), "a Bcc: b");
    }

    #[test]
    fn both_languages_ask_for_the_same_variables() {
        for ko in SHIPPED.iter().filter(|t| t.locale == "ko") {
            let en = SHIPPED.iter().find(|t| t.name == ko.name && t.medium == ko.medium && t.locale == "en").unwrap();
            assert_eq!(names(ko.text), names(en.text), "{}", ko.name);
            assert!(ko.medium == Medium::Text || !parts(ko.text).0.is_empty(), "a mail has a subject: {}", ko.name);
        }
    }
}
