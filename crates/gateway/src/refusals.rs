//! The noes of the edge itself; the services' own pass through as they are.

use flow::Refusal;
use tonic::Code;

/// Not JSON.
pub(crate) const MALFORMED_JSON: Refusal = Refusal::new(
    Code::InvalidArgument,
    "MALFORMED_JSON",
    "The body is not JSON that can be read: line {line}, column {column}.",
    "본문이 올바른 JSON이 아닙니다: {line}행 {column}열.",
);
/// A body where none belongs.
pub(crate) const BODY_NOT_TAKEN: Refusal = Refusal::new(
    Code::InvalidArgument,
    "BODY_NOT_TAKEN",
    "This request takes no body; send its fields in the path and the query.",
    "이 요청은 본문을 받지 않습니다. 경로와 쿼리로 보내 주세요.",
);
/// A body that broke off or does not keep to its form.
pub(crate) const BROKEN_BODY: Refusal = Refusal::new(
    Code::InvalidArgument,
    "BROKEN_BODY",
    "The body ended early or is not in the form it claims; send it again whole.",
    "본문이 중간에 끊겼거나 형식이 올바르지 않습니다. 전체를 다시 보내 주세요.",
);
/// A form without a file.
pub(crate) const NO_FILE: Refusal = Refusal::new(
    Code::InvalidArgument,
    "NO_FILE",
    "The form has no file; add one part with a file name.",
    "양식에 파일이 없습니다. 파일을 첨부하세요.",
);
/// A body of another kind.
pub(crate) const WRONG_MEDIA_TYPE: Refusal = Refusal::new(
    Code::InvalidArgument,
    "WRONG_MEDIA_TYPE",
    "Send the body as application/json, not compressed.",
    "본문은 압축하지 않은 application/json으로 보내 주세요.",
);
/// A body beyond the limit.
pub(crate) const TOO_LARGE: Refusal = Refusal::new(
    Code::OutOfRange,
    "TOO_LARGE",
    "This is larger than is taken here; send less at once.",
    "허용된 크기를 넘었습니다. 나누어 보내 주세요.",
);
/// No such path.
pub(crate) const NO_SUCH_ROUTE: Refusal = Refusal::new(
    Code::NotFound,
    "NO_SUCH_ROUTE",
    "There is nothing at this path; /docs lists every route.",
    "이 경로에는 아무것도 없습니다. 전체 목록은 /docs에 있습니다.",
);
/// The path is there, with another method.
pub(crate) const METHOD_NOT_ALLOWED: Refusal = Refusal::new(
    Code::Unimplemented,
    "METHOD_NOT_ALLOWED",
    "This path does not answer this method; it answers {methods}.",
    "이 경로에서 쓸 수 없는 메서드입니다. 가능한 메서드: {methods}.",
);
/// The RPC is declared, but its service does not have it.
pub(crate) const NOT_SERVED: Refusal =
    Refusal::new(Code::Unimplemented, "NOT_SERVED", "This is not served here.", "여기서는 제공하지 않는 기능입니다.");
/// Too many requests from one address or account.
pub(crate) const TOO_MANY: Refusal = Refusal::new(
    Code::ResourceExhausted,
    "TOO_MANY_REQUESTS",
    "Too many requests at once; wait as long as Retry-After says, then go on more slowly.",
    "요청이 너무 많습니다. Retry-After 만큼 기다린 뒤 천천히 다시 시도하세요.",
);
/// More requests under way than the edge takes.
pub(crate) const BUSY: Refusal = Refusal::new(
    Code::ResourceExhausted,
    "EDGE_BUSY",
    "Dure is very busy; send the same request again in a moment.",
    "요청이 몰려 있습니다. 잠시 후 같은 요청을 다시 보내 주세요.",
);
/// A service that does not answer.
pub(crate) const AWAY: Refusal = Refusal::new(
    Code::Unavailable,
    "SERVICE_AWAY",
    "The {service} service is away; send the same request again in a moment. It is done at most once.",
    "{service} 서비스가 응답하지 않습니다. 잠시 후 같은 요청을 다시 보내 주세요. 두 번 처리되지 않습니다.",
);
/// Beyond the deadline.
pub(crate) const TOO_SLOW: Refusal = Refusal::new(
    Code::DeadlineExceeded,
    "DEADLINE_EXCEEDED",
    "There was no answer in time; whether it was done is not known. Send it again with the same request id.",
    "제시간에 응답하지 못해 처리 여부를 알 수 없습니다. 같은 요청 번호로 다시 보내 주세요.",
);
