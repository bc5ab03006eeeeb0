//! Trace context across the outbox: W3C `traceparent` taken from the current span and given to the consumer's.

use opentelemetry::trace::TraceContextExt as _;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::Event;

/// The current span as a `traceparent`, if it is sampled anywhere.
pub(crate) fn current_trace() -> Option<String> {
    let context = tracing::Span::current().context();
    let span = context.span();
    let span = span.span_context();
    span.is_valid().then(|| format!("00-{}-{}-{:02x}", span.trace_id(), span.span_id(), span.trace_flags().to_u8()))
}

/// The span a `when` runs in, a child of the request that caused the event.
pub(crate) fn consumer_span(when: &'static str, event: &Event) -> tracing::Span {
    let span = tracing::info_span!("when", when, kind = %event.kind, event = %event.id);
    if let Some(parent) = event.trace.as_deref().and_then(parse) {
        let _ = span.set_parent(opentelemetry::Context::new().with_remote_span_context(parent));
    }
    span
}

fn parse(trace: &str) -> Option<opentelemetry::trace::SpanContext> {
    use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};
    let mut parts = trace.split('-').skip(1);
    let (trace, span) = (TraceId::from_hex(parts.next()?).ok()?, SpanId::from_hex(parts.next()?).ok()?);
    let flags = TraceFlags::new(u8::from_str_radix(parts.next()?, 16).ok()?);
    Some(SpanContext::new(trace, span, flags, true, TraceState::default()))
}
