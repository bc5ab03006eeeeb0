//! Whatever JSON, path or query comes in for whichever message of ours, the answer is a message or violations that name
//! their field (GW-1, S25).

use proptest::prelude::*;

use super::*;

/// Every message an RPC of ours takes.
fn asked() -> Vec<MessageDescriptor> {
    contract::methods().map(|method| method.input()).collect()
}

/// Any JSON, not deep.
fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        prop::sample::select(vec!["1.5", "-0.0", "1e300", "18446744073709551615"]).prop_map(|n| n.parse().unwrap()),
        any::<String>().prop_map(Json::from),
        "[0-9T:+Z.-]{0,30}".prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::vec(("[a-z_]{1,8}", inner), 0..5)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

/// JSON with the names a message really has, each with anything in it.
fn named_json(message: &MessageDescriptor, values: &[Json]) -> Json {
    let members = message.fields().zip(values.iter().cycle()).map(|(field, json)| {
        let inner = field.kind().as_message().filter(|m| !is_plain(m) && !field.is_map()).cloned();
        let json = match inner {
            Some(inner) if json.is_array() => Json::Array(vec![named_json(&inner, &values[..1])]),
            Some(inner) if json.is_object() => named_json(&inner, &values[..1]),
            _ => json.clone(),
        };
        (field.json_name().to_owned(), json)
    });
    Json::Object(members.collect())
}

proptest! {
    #[test]
    fn no_json_breaks_the_binding_and_every_no_says_why(
        message in prop::sample::select(asked()), values in prop::collection::vec(any_json(), 1..6), whole: bool
    ) {
        let body = if whole { values[0].clone() } else { named_json(&message, &values) };
        let is_object = body.is_object();
        let mut wrong = Wrong::default();
        let _ = json(&message, body, &mut wrong);
        let violations = wrong.into_violations();
        prop_assert!(is_object || !violations.is_empty());
        for (field, why) in violations {
            prop_assert!(!why.is_empty() && (!field.is_empty() || !is_object), "{} {}", field, why);
        }
    }

    // S66
    #[test]
    fn what_binds_is_said_in_the_same_words_again(
        message in prop::sample::select(asked()), values in prop::collection::vec(any_json(), 1..6)
    ) {
        let mut wrong = Wrong::default();
        let bound = json(&message, named_json(&message, &values), &mut wrong);
        if wrong.is_empty() {
            let again = json(&message, serde_json::to_value(&bound).unwrap(), &mut wrong);
            prop_assert!(wrong.is_empty(), "{:?}", wrong);
            prop_assert_eq!(again, bound);
        }
    }

    #[test]
    fn no_query_breaks_the_binding(
        message in prop::sample::select(asked()), name in "\\PC{0,12}|[a-z_.]{0,20}", texts in prop::collection::vec(any::<String>(), 1..3)
    ) {
        let own = message.fields().map(|field| field.name().to_owned());
        for name in own.chain([name]) {
            let pairs: Vec<_> = texts.iter().map(|text| (name.clone(), text.clone())).collect();
            let (mut read, mut wrong) = (DynamicMessage::new(message.clone()), Wrong::default());
            query(&mut read, &pairs, &[], &mut wrong);
            path(&mut read, &[(name.as_str(), texts[0].clone())], &mut wrong);
            prop_assert!(wrong.into_violations().iter().all(|(field, why)| !why.is_empty() && *field == field.trim_end_matches('\0')));
        }
    }
}
