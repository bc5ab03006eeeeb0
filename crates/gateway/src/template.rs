//! The path of a route, `/v1/orders/{order_id}:pay`: parsed once from its annotation, matched against requests (GW-1).

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// A parsed path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    text: String,
    segments: Vec<Segment>,
    verb: Option<String>,
}

/// What stands between two slashes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    /// Exactly this; sorts before a field, so `/v1/orders/latest` wins over `/v1/orders/{order_id}`.
    Literal(String),
    /// Anything, bound to the field of this name.
    Field(String),
}

impl Template {
    /// Parses an annotation; the error says what is wrong with it, for whoever wrote it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let rest = text.strip_prefix('/').ok_or_else(|| format!("`{text}` does not begin with a slash"))?;
        let (rest, verb) = match rest.rsplit_once(':') {
            Some((rest, verb)) if !verb.contains(['/', '}']) => (rest, Some(verb.to_owned())),
            _ => (rest, None),
        };
        let segments = rest.split('/').map(Segment::parse).collect::<Result<_, _>>()?;
        Ok(Self { text: text.to_owned(), segments, verb })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The fields it binds, by their names.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Field(name) => Some(name.as_str()),
            Segment::Literal(_) => None,
        })
    }

    /// The order of trying: literal before field.
    pub fn precedence(&self) -> impl Ord + use<> {
        let kinds = self.segments.iter().map(|s| matches!(s, Segment::Field(_))).collect::<Vec<_>>();
        (self.verb.is_none(), kinds)
    }

    /// The same set of paths, whatever its fields are called.
    pub fn same_paths(&self, other: &Self) -> bool {
        let shape = |t: &Self| {
            let literal = |s: &Segment| if let Segment::Literal(text) = s { Some(text.clone()) } else { None };
            (t.verb.clone(), t.segments.iter().map(literal).collect::<Vec<_>>())
        };
        shape(self) == shape(other)
    }

    /// The values the path gives to the fields, or `None` if it is another path.
    pub fn matches(&self, path: &Path<'_>) -> Option<Vec<(&str, String)>> {
        let segments = match &self.verb {
            Some(verb) if path.verb == Some(verb.as_str()) => &path.before_verb,
            Some(_) => return None,
            None => &path.segments,
        };
        if segments.len() != self.segments.len() {
            return None;
        }
        let mut bound = Vec::new();
        for (mine, theirs) in self.segments.iter().zip(segments) {
            match mine {
                Segment::Literal(text) if text == theirs => {}
                Segment::Field(name) if !theirs.is_empty() => bound.push((name.as_str(), theirs.to_string())),
                _ => return None,
            }
        }
        Some(bound)
    }
}

impl Segment {
    fn parse(text: &str) -> Result<Self, String> {
        match text.strip_prefix('{').and_then(|t| t.strip_suffix('}')) {
            Some(name) => {
                let name = name.strip_suffix("=*").unwrap_or(name);
                let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
                if plain { Ok(Self::Field(name.to_owned())) } else { Err(format!("`{text}` is not a field in braces")) }
            }
            None if text.is_empty() || text.contains(['{', '}', '*']) => Err(format!("`{text}` is not a path segment")),
            None => Ok(Self::Literal(text.to_owned())),
        }
    }
}

/// A request's path, cut at its slashes and decoded once for all templates.
pub(crate) struct Path<'r> {
    segments: Vec<Cow<'r, str>>,
    before_verb: Vec<Cow<'r, str>>,
    verb: Option<&'r str>,
}

impl<'r> Path<'r> {
    /// `None` if it is not UTF-8 once decoded.
    pub fn parse(raw: &'r str) -> Option<Self> {
        let raw = raw.strip_prefix('/')?;
        let cut =
            |text: &'r str| text.split('/').map(|s| percent_decode_str(s).decode_utf8().ok()).collect::<Option<_>>();
        // Cut before decoding: an encoded slash or colon belongs to a value.
        let (before_verb, verb) = match raw.rsplit_once(':') {
            Some((before, verb)) if !verb.contains('/') => (cut(before)?, Some(verb)),
            _ => (Vec::new(), None),
        };
        Some(Self { segments: cut(raw)?, before_verb, verb })
    }
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    use super::*;

    fn bind(template: &str, path: &str) -> Option<Vec<(String, String)>> {
        let template = Template::parse(template).unwrap();
        let path = Path::parse(path)?;
        Some(template.matches(&path)?.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
    }

    fn one(name: &str, value: &str) -> Option<Vec<(String, String)>> {
        Some(vec![(name.to_owned(), value.to_owned())])
    }

    // GW-1
    #[test]
    fn a_path_binds_its_fields_and_a_verb_is_part_of_it() {
        assert_eq!(bind("/v1/orders/{order_id}:pay", "/v1/orders/ord_1:pay"), one("order_id", "ord_1"));
        assert_eq!(bind("/v1/orders/{order_id}:pay", "/v1/orders/ord_1"), None);
        assert_eq!(bind("/v1/orders/{order_id}:pay", "/v1/orders/ord_1:cancel"), None);
        assert_eq!(bind("/v1/orders:preview", "/v1/orders:preview"), Some(vec![]));
        assert_eq!(bind("/v1/{order.order_id}/lines", "/v1/a/lines"), one("order.order_id", "a"));
        assert_eq!(bind("/v1/orders/{order_id}", "/v1/orders/a/b"), None);
        assert_eq!(bind("/v1/orders/{order_id}", "/v1/orders/"), None);
    }

    #[test]
    fn what_is_encoded_belongs_to_the_value() {
        assert_eq!(bind("/v1/a/{b}", "/v1/a/x%2Fy%3Apay%20%EA%B0%80"), one("b", "x/y:pay 가"));
        assert_eq!(bind("/v1/a/{b}", "/v1/a/urn:x"), one("b", "urn:x"));
        assert_eq!(bind("/v1/a/{b}", "/v1/a/%FF"), None);
    }

    #[test]
    fn an_annotation_that_cannot_be_served_is_refused() {
        for wrong in ["v1", "/v1/{a=b/*}", "/v1/**", "/v1//a", "/v1/{}"] {
            assert!(Template::parse(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        // GW-1
        #[test]
        fn no_path_breaks_the_reader(raw in "\\PC*|/v1/[a-z/:%0-9F]{0,30}", template in "\\PC*|/[a-z{}/:*=_.]{0,20}") {
            let path = Path::parse(&raw);
            for template in [Template::parse("/v1/orders/{order_id}:pay"), Template::parse(&template)] {
                if let (Some(path), Ok(template)) = (&path, template) {
                    let _ = template.matches(path);
                }
            }
        }

        #[test]
        fn any_value_comes_through_a_path_as_it_was_encoded(value in "\\PC{1,30}") {
            let path = format!("/v1/orders/{}:pay", utf8_percent_encode(&value, NON_ALPHANUMERIC));
            prop_assert_eq!(bind("/v1/orders/{order_id}:pay", &path), one("order_id", &value));
        }
    }
}
