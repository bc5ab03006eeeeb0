//! Who asks, as the edge saw it, and what of their headers goes on to a service: only what is named here, so that no
//! header of a client is mistaken for the gateway's own (S30).

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use http::{HeaderMap, HeaderName, HeaderValue, header};
use tonic::metadata::MetadataMap;
use uuid::Uuid;

/// Set by the gateway alone: the client's address.
pub(crate) const CLIENT_ADDRESS: HeaderName = HeaderName::from_static("x-dure-client-address");
/// One request through all logs; a client may choose it.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// A client's own deadline, as gRPC writes it.
pub(crate) const TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");

/// Passed on as they are.
const PASSED_ON: [HeaderName; 4] = [
    header::AUTHORIZATION,
    header::ACCEPT_LANGUAGE,
    HeaderName::from_static("traceparent"),
    HeaderName::from_static("tracestate"),
];

/// Who asks.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub address: Option<IpAddr>,
    pub request: String,
}

impl Visitor {
    pub fn of(peer: Option<SocketAddr>, headers: &HeaderMap, proxies_in_front: usize) -> Self {
        let address = forwarded_for(headers, proxies_in_front).or(peer.map(|peer| peer.ip().to_canonical()));
        let chosen = headers.get(&REQUEST_ID).and_then(|id| id.to_str().ok());
        let fit =
            |id: &&str| (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let request = chosen.filter(fit).map_or_else(|| Uuid::now_v7().simple().to_string(), str::to_owned);
        Self { address, request }
    }

    /// The metadata of the call that this request becomes.
    pub fn metadata(&self, headers: &HeaderMap) -> MetadataMap {
        let mut passed = HeaderMap::new();
        for name in PASSED_ON {
            if let Some(value) = headers.get(&name) {
                passed.insert(name, value.clone());
            }
        }
        self.sign(&mut passed);
        MetadataMap::from_headers(passed)
    }

    /// What a passed-through gRPC request keeps: the client's own metadata, nothing that claims who or where it is.
    pub fn clean(&self, headers: &mut HeaderMap) {
        let claims = |name: &HeaderName| {
            let name = name.as_str();
            name.starts_with("x-dure-")
                || name.starts_with("x-forwarded-")
                || name.starts_with("proxy-")
                || [
                    "forwarded",
                    "x-real-ip",
                    "connection",
                    "keep-alive",
                    "transfer-encoding",
                    "upgrade",
                    "host",
                    "cookie",
                ]
                .contains(&name)
        };
        for name in headers.keys().filter(|name| claims(name)).cloned().collect::<Vec<_>>() {
            headers.remove(name);
        }
        self.sign(headers);
    }

    fn sign(&self, headers: &mut HeaderMap) {
        if let Some(address) = self.address.and_then(|a| HeaderValue::try_from(a.to_string()).ok()) {
            headers.insert(CLIENT_ADDRESS, address);
        }
        if let Ok(request) = HeaderValue::try_from(self.request.as_str()) {
            headers.insert(REQUEST_ID, request);
        }
    }
}

/// The address that the outermost of our own proxies saw; what stands further left anybody may have written.
fn forwarded_for(headers: &HeaderMap, proxies_in_front: usize) -> Option<IpAddr> {
    let lists = headers.get_all("x-forwarded-for").iter().filter_map(|list| list.to_str().ok());
    let hops = lists.flat_map(|list| list.split(',')).map(str::trim).collect::<Vec<_>>();
    let at = hops.len().checked_sub(proxies_in_front.max(1))?;
    if proxies_in_front == 0 { None } else { hops[at].parse::<IpAddr>().ok().map(|a| a.to_canonical()) }
}

/// The deadline of a request: what the client asks for, at most ours.
pub(crate) fn deadline(headers: &HeaderMap, ours: Duration) -> Duration {
    let asked = headers.get(&TIMEOUT).and_then(|t| t.to_str().ok()).and_then(|text| {
        let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let number = number.parse::<u32>().ok().filter(|_| number.len() <= 8)?;
        let one = match unit {
            "H" => Duration::from_secs(3600),
            "M" => Duration::from_secs(60),
            "S" => Duration::from_secs(1),
            "m" => Duration::from_millis(1),
            "u" => Duration::from_micros(1),
            "n" => Duration::from_nanos(1),
            _ => return None,
        };
        one.checked_mul(number)
    });
    asked.map_or(ours, |asked| asked.min(ours))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (HeaderName::from_static(k), HeaderValue::from_static(v))).collect()
    }

    // S30
    #[test]
    fn an_address_is_believed_only_from_our_own_proxies() {
        let peer = Some("10.0.0.1:1000".parse().unwrap());
        let claimed = headers(&[("x-forwarded-for", "6.6.6.6, 203.0.113.7")]);
        let address = |proxies| Visitor::of(peer, &claimed, proxies).address.unwrap().to_string();
        assert_eq!(address(0), "10.0.0.1");
        assert_eq!(address(1), "203.0.113.7");
        assert_eq!(address(2), "6.6.6.6");
        assert_eq!(address(3), "10.0.0.1");
    }

    // S30
    #[test]
    fn claims_of_a_client_do_not_go_on() {
        let visitor = Visitor::of(Some("10.0.0.1:1000".parse().unwrap()), &HeaderMap::new(), 0);
        let sent = headers(&[
            ("x-dure-client-address", "1.1.1.1"),
            ("x-dure-role", "operator"),
            ("cookie", "a=b"),
            ("authorization", "Bearer t"),
            ("custom", "kept where gRPC passes through"),
        ]);
        let metadata = visitor.metadata(&sent).into_headers();
        assert_eq!(metadata["x-dure-client-address"], "10.0.0.1");
        assert_eq!(metadata["authorization"], "Bearer t");
        assert_eq!(metadata.len(), 3, "{metadata:?}");

        let mut passed = sent;
        visitor.clean(&mut passed);
        assert_eq!(passed["x-dure-client-address"], "10.0.0.1");
        assert!(!passed.contains_key("x-dure-role") && !passed.contains_key("cookie") && passed.contains_key("custom"));
    }

    #[test]
    fn a_client_may_ask_for_less_time_but_not_for_more() {
        let ours = Duration::from_secs(10);
        assert_eq!(deadline(&headers(&[("grpc-timeout", "200m")]), ours), Duration::from_millis(200));
        assert_eq!(deadline(&headers(&[("grpc-timeout", "1H")]), ours), ours);
        for wrong in ["", "S", "1", "9999999999S", "-1S", "1x"] {
            assert_eq!(deadline(&headers(&[("grpc-timeout", wrong)]), ours), ours, "{wrong}");
        }
    }
}
