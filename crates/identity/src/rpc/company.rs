//! Companies: the business registry is asked before the transaction (ID-4).

use contract::identity::v1::{self as pb, company_service_server::CompanyService};
use flow::Read;
use tonic::{Request, Response, Status};

use super::{Asked, Rpc};
use crate::{
    company::{COMPANY_NOT_FOUND, Company, approve, reject, sign_up, sign_up_voucher, update, views},
    outside::registry::Registry,
};

#[tonic::async_trait]
impl CompanyService for Rpc {
    async fn check_business_number(
        &self,
        request: Request<pb::CheckBusinessNumberRequest>,
    ) -> Result<Response<pb::CheckBusinessNumberReply>, Status> {
        self.flow.read(request, views::check_business_number).await
    }

    async fn sign_up_company(
        &self,
        request: Request<pb::SignUpCompanyRequest>,
    ) -> Result<Response<pb::Company>, Status> {
        let asked = Asked::read(request)?;
        let mut verb = sign_up::parse(&self.documents(), &asked.message)?;
        verb.hashed = self.hash(&verb.contact).await?;
        verb.said = self.flow.part::<Registry>().verify(&verb.form.firm()).await;
        self.done(asked.caller, asked.id, verb, Company::render).await
    }

    async fn sign_up_voucher_company(
        &self,
        request: Request<pb::SignUpVoucherCompanyRequest>,
    ) -> Result<Response<pb::Company>, Status> {
        let asked = Asked::read(request)?;
        let mut verb = sign_up_voucher::parse(&self.documents(), &asked.message)?;
        verb.hashed = self.hash(&verb.contact).await?;
        verb.said = self.flow.part::<Registry>().verify(&verb.form.firm()).await;
        self.done(asked.caller, asked.id, verb, Company::render).await
    }

    async fn get_company(&self, request: Request<pb::GetCompanyRequest>) -> Result<Response<pb::Company>, Status> {
        self.flow.read(request, views::get).await
    }

    async fn update_company(
        &self,
        request: Request<pb::UpdateCompanyRequest>,
    ) -> Result<Response<pb::Company>, Status> {
        let asked = Asked::read(request)?;
        let mut verb = update::parse(asked.message)?;
        let own = verb.of(&asked.caller)?;
        let read = Read::new(&self.flow, asked.caller.clone());
        let company = views::find(&read, own).await?.ok_or(COMPANY_NOT_FOUND)?;
        if let Some(firm) = verb.firm(&company) {
            let said = self.flow.part::<Registry>().verify(&firm).await;
            verb.said = Some((firm, said));
        }
        self.done(asked.caller, asked.id, verb, Company::render).await
    }

    async fn list_companies_for_review(
        &self,
        request: Request<pb::ListCompaniesForReviewRequest>,
    ) -> Result<Response<pb::ListCompaniesForReviewReply>, Status> {
        self.flow.read(request, views::list_for_review).await
    }

    async fn approve_company(
        &self,
        request: Request<pb::ApproveCompanyRequest>,
    ) -> Result<Response<pb::Company>, Status> {
        self.flow.write(request, approve::parse, Company::render).await
    }

    async fn reject_company(
        &self,
        request: Request<pb::RejectCompanyRequest>,
    ) -> Result<Response<pb::Company>, Status> {
        self.flow.write(request, reject::parse, Company::render).await
    }
}
