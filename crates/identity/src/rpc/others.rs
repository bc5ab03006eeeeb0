//! The small services: verification, consents, product links, operators, service clients, the audit trail.

use contract::identity::v1::{
    self as pb, audit_service_server::AuditService, consent_service_server::ConsentService,
    operator_service_server::OperatorService, product_link_service_server::ProductLinkService,
    service_client_service_server::ServiceClientService, verification_service_server::VerificationService,
};
use tonic::{Request, Response, Status};

use super::{Asked, Rpc};
use crate::{
    audit,
    consent::{self, give},
    operator::create,
    password::Passwords,
    product_link::{ProductLink, link, register_product_key},
    service_client::issue_token,
    verification::{Verification, confirm_code, request_code},
};

#[tonic::async_trait]
impl VerificationService for Rpc {
    async fn request_code(
        &self,
        request: Request<pb::RequestCodeRequest>,
    ) -> Result<Response<pb::Verification>, Status> {
        self.flow.write(request, request_code::parse, Verification::render).await
    }

    async fn confirm_code(
        &self,
        request: Request<pb::ConfirmCodeRequest>,
    ) -> Result<Response<pb::ConfirmCodeReply>, Status> {
        self.flow.write(request, confirm_code::parse, confirm_code::Confirmed::render).await
    }
}

#[tonic::async_trait]
impl ConsentService for Rpc {
    async fn list_consent_documents(
        &self,
        request: Request<pb::ListConsentDocumentsRequest>,
    ) -> Result<Response<pb::ListConsentDocumentsReply>, Status> {
        self.flow.read(request, consent::list).await
    }

    async fn give_consents(
        &self,
        request: Request<pb::GiveConsentsRequest>,
    ) -> Result<Response<pb::GiveConsentsReply>, Status> {
        let documents = self.documents();
        self.flow.write(request, |m| give::parse(&documents, &m), give::Standing::render).await
    }
}

#[tonic::async_trait]
impl ProductLinkService for Rpc {
    async fn register_product_key(
        &self,
        request: Request<pb::RegisterProductKeyRequest>,
    ) -> Result<Response<pb::ProductKey>, Status> {
        self.flow.write(request, register_product_key::parse, register_product_key::Registered::render).await
    }

    async fn link_product_account(
        &self,
        request: Request<pb::LinkProductAccountRequest>,
    ) -> Result<Response<pb::ProductLink>, Status> {
        self.flow.write(request, link::parse, ProductLink::render).await
    }
}

#[tonic::async_trait]
impl OperatorService for Rpc {
    async fn create_operator(
        &self,
        request: Request<pb::CreateOperatorRequest>,
    ) -> Result<Response<pb::Operator>, Status> {
        let asked = Asked::read(request)?;
        let mut verb = create::parse(asked.message)?;
        verb.hashed = self.flow.part::<Passwords>().hash(&verb.password).await?;
        self.done(asked.caller, asked.id, verb, create::Created::render).await
    }
}

#[tonic::async_trait]
impl ServiceClientService for Rpc {
    async fn issue_service_token(
        &self,
        request: Request<pb::IssueServiceTokenRequest>,
    ) -> Result<Response<pb::ServiceToken>, Status> {
        self.flow.write(request, issue_token::parse, issue_token::Issued::render).await
    }
}

#[tonic::async_trait]
impl AuditService for Rpc {
    async fn list_audit_entries(
        &self,
        request: Request<pb::ListAuditEntriesRequest>,
    ) -> Result<Response<pb::ListAuditEntriesReply>, Status> {
        self.flow.read(request, audit::views::list).await
    }

    async fn verify_audit_trail(
        &self,
        request: Request<pb::VerifyAuditTrailRequest>,
    ) -> Result<Response<pb::VerifyAuditTrailReply>, Status> {
        self.flow.read(request, audit::verify::verify).await
    }
}
