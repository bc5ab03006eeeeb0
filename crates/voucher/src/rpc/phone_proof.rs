//! Proofs of a recipient's phone.

use contract::{
    timestamp,
    voucher::v1::{self as pb, phone_proof_service_server::PhoneProofService},
};
use flow::Fields;
use tonic::{Request, Response, Status};
use words::Phone;

use super::Rpc;
use crate::phone_proof::{
    confirm::{ConfirmPhoneProof, Confirmed, six_digits},
    start::{StartPhoneProof, Started},
};

#[tonic::async_trait]
impl PhoneProofService for Rpc {
    async fn start_phone_proof(
        &self,
        request: Request<pb::StartPhoneProofRequest>,
    ) -> Result<Response<pb::PhoneProof>, Status> {
        let parse = |m: pb::StartPhoneProofRequest| {
            let f = Fields::new();
            let (phone,) = f.all((f.parse::<Phone>("phone", &m.phone),))?;
            Ok(StartPhoneProof { phone })
        };
        let render = |started: Started| pb::PhoneProof {
            phone_proof_id: started.id.to_string(),
            phone_masked: started.phone.masked(),
            expire_time: timestamp(started.expires_at),
        };
        self.flow.write(request, parse, render).await
    }

    async fn confirm_phone_proof(
        &self,
        request: Request<pb::ConfirmPhoneProofRequest>,
    ) -> Result<Response<pb::ConfirmPhoneProofReply>, Status> {
        let parse = |m: pb::ConfirmPhoneProofRequest| {
            let f = Fields::new();
            let code = f.word("code", six_digits(&m.code));
            let (proof, code) = f.all((f.parse("phone_proof_id", &m.phone_proof_id), code))?;
            Ok(ConfirmPhoneProof { proof, code })
        };
        let render = |confirmed: Confirmed| pb::ConfirmPhoneProofReply {
            phone_token: confirmed.token.into_inner(),
            expire_time: timestamp(confirmed.expires_at),
        };
        self.flow.write(request, parse, render).await
    }
}
