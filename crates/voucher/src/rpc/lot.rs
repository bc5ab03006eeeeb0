//! Lots and their ledger.

use contract::{
    money,
    voucher::v1::{self as pb, lot_service_server::LotService},
};
use flow::Refusal;
use tonic::{Request, Response, Status};

use super::Rpc;
use crate::{
    ledger::verify::{Verified, VerifyLedger},
    lot::{expiry, views},
};

#[tonic::async_trait]
impl LotService for Rpc {
    async fn list_lots(&self, request: Request<pb::ListLotsRequest>) -> Result<Response<pb::ListLotsReply>, Status> {
        self.flow.read(request, views::list).await
    }

    async fn get_lot(&self, request: Request<pb::GetLotRequest>) -> Result<Response<pb::Lot>, Status> {
        self.flow.read(request, views::get).await
    }

    async fn prove_lot(&self, request: Request<pb::ProveLotRequest>) -> Result<Response<pb::LotProof>, Status> {
        self.flow.read(request, views::prove).await
    }

    async fn verify_ledger(
        &self,
        request: Request<pb::VerifyLedgerRequest>,
    ) -> Result<Response<pb::VerifyLedgerReply>, Status> {
        let parse = |_| -> Result<VerifyLedger, Refusal> { Ok(VerifyLedger) };
        self.flow.write(request, parse, verified).await
    }

    async fn get_expiry(&self, request: Request<pb::GetExpiryRequest>) -> Result<Response<pb::Expiry>, Status> {
        self.flow.read(request, expiry::get).await
    }

    async fn get_voucher_summary(
        &self,
        request: Request<pb::GetVoucherSummaryRequest>,
    ) -> Result<Response<pb::VoucherSummary>, Status> {
        self.flow.read(request, views::summary).await
    }
}

fn verified(found: Verified) -> pb::VerifyLedgerReply {
    let breaches =
        found.breaches.iter().map(|(lot, breach)| pb::LotBreach { lot_id: lot.to_string(), breach: breach.clone() });
    pb::VerifyLedgerReply {
        lots: found.lots,
        entries: found.entries,
        face_value: money(found.face),
        recomputed: Some(views::buckets(&found.recomputed)),
        holds: found.breaches.is_empty(),
        breaches: breaches.collect(),
    }
}
