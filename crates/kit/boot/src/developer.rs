//! The developer's clock: only where `developer = true`, which production refuses.

use contract::developer::v1::{
    AdvanceClockRequest, ClockReading, GetClockRequest,
    clock_service_server::{ClockService, ClockServiceServer},
};
use flow::{Clock, Fields};
use tonic::{Request, Response, Status};
use words::Wrong;

/// Twenty years: nothing Dure keeps lasts longer.
const MOST_SECONDS: i64 = 20 * 366 * 86_400;

struct Developer(Clock);

/// The service, on the given clock.
pub(crate) fn server(clock: Clock) -> ClockServiceServer<impl ClockService> {
    ClockServiceServer::new(Developer(clock))
}

impl Developer {
    fn reading(&self) -> Response<ClockReading> {
        Response::new(ClockReading { now: contract::timestamp(self.0.now()) })
    }
}

#[tonic::async_trait]
impl ClockService for Developer {
    async fn get_clock(&self, _: Request<GetClockRequest>) -> Result<Response<ClockReading>, Status> {
        Ok(self.reading())
    }

    async fn advance_clock(&self, request: Request<AdvanceClockRequest>) -> Result<Response<ClockReading>, Status> {
        const WRONG: Wrong = Wrong::new(
            "OUT_OF_RANGE",
            "The clock moves forward only, by 0 seconds to 20 years.",
            "시계는 앞으로만, 0초에서 20년까지 움직일 수 있습니다.",
        );
        let seconds = request.into_inner().seconds;
        let f = Fields::new();
        f.all((f.must((0..=MOST_SECONDS).contains(&seconds), "seconds", WRONG),))?;
        self.0.advance(chrono::Duration::seconds(seconds));
        Ok(self.reading())
    }
}
