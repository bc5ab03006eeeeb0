//! Each RPC: parse → verb → render, or a view.

use std::sync::Arc;

use contract::{
    billing::v1::{self as pb, *},
    google::api::HttpBody,
};
use flow::Flow;
use tonic::{Request, Response, Status};

use crate::{
    catalogue, consent, deposit, order, payout, policy, price, purchase, quote, registered_account, settings::Settings,
};

/// All of billing's services.
#[derive(Clone)]
pub struct Rpc {
    flow: Flow,
    settings: Arc<Settings>,
}

impl Rpc {
    /// On a flow that carries the settings.
    pub fn new(flow: Flow) -> Self {
        Self { settings: flow.part(), flow }
    }
}

type Reply<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl catalogue_service_server::CatalogueService for Rpc {
    async fn list_catalogue_items(&self, r: Request<ListCatalogueItemsRequest>) -> Reply<ListCatalogueItemsReply> {
        self.flow.read(r, catalogue::views::list).await
    }
}

#[tonic::async_trait]
impl price_service_server::PriceService for Rpc {
    async fn preview_price(&self, r: Request<PreviewPriceRequest>) -> Reply<PreviewPriceReply> {
        if r.get_ref().seal {
            return self.flow.write(r, price::preview::parse, price::preview::render).await;
        }
        self.flow.read(r, price::preview::view).await
    }
}

#[tonic::async_trait]
impl quote_service_server::QuoteService for Rpc {
    async fn create_quote(&self, r: Request<CreateQuoteRequest>) -> Reply<Quote> {
        self.flow.write(r, quote::create::parse, quote::create::render).await
    }
    async fn get_quote(&self, r: Request<GetQuoteRequest>) -> Reply<Quote> {
        self.flow.read(r, quote::views::get).await
    }
    async fn list_quotes(&self, r: Request<ListQuotesRequest>) -> Reply<ListQuotesReply> {
        self.flow.read(r, quote::views::list).await
    }
    async fn download_quote(&self, r: Request<DownloadQuoteRequest>) -> Reply<HttpBody> {
        self.flow.read(r, quote::download::download).await
    }
}

#[tonic::async_trait]
impl order_service_server::OrderService for Rpc {
    async fn place_order(&self, r: Request<PlaceOrderRequest>) -> Reply<Order> {
        self.flow.write(r, order::place::parse, |o| order::render::render(&o, &self.settings)).await
    }
    async fn get_order(&self, r: Request<GetOrderRequest>) -> Reply<Order> {
        self.flow.read(r, order::views::get).await
    }
    async fn list_orders(&self, r: Request<ListOrdersRequest>) -> Reply<ListOrdersReply> {
        self.flow.read(r, order::views::list).await
    }
    async fn export_orders(&self, r: Request<ExportOrdersRequest>) -> Reply<HttpBody> {
        self.flow.read(r, order::export::export).await
    }
    async fn cancel_order(&self, r: Request<CancelOrderRequest>) -> Reply<Order> {
        self.flow.write(r, order::cancel::parse, |o| order::render::render(&o, &self.settings)).await
    }
    async fn confirm_deposit(&self, r: Request<ConfirmDepositRequest>) -> Reply<ConfirmDepositReply> {
        let render = |c| order::render::confirmed(c, &self.settings);
        self.flow.write(r, order::confirm_deposit::parse, render).await
    }
}

#[tonic::async_trait]
impl deposit_service_server::DepositService for Rpc {
    async fn record_deposit(&self, r: Request<RecordDepositRequest>) -> Reply<Deposit> {
        self.flow.write(r, deposit::record::parse, deposit::render::render).await
    }
    async fn get_deposit(&self, r: Request<GetDepositRequest>) -> Reply<Deposit> {
        self.flow.read(r, deposit::views::get).await
    }
    async fn list_deposits(&self, r: Request<ListDepositsRequest>) -> Reply<ListDepositsReply> {
        self.flow.read(r, deposit::views::list).await
    }
    async fn resolve_deposit(&self, r: Request<ResolveDepositRequest>) -> Reply<Deposit> {
        self.flow.write(r, deposit::resolve::parse, deposit::render::render).await
    }
}

#[tonic::async_trait]
impl consent_service_server::ConsentService for Rpc {
    async fn give_consent(&self, r: Request<GiveConsentRequest>) -> Reply<Consent> {
        self.flow.write(r, consent::give::parse, consent::give::render).await
    }
}

#[tonic::async_trait]
impl purchase_service_server::PurchaseService for Rpc {
    async fn apply_purchase(&self, r: Request<ApplyPurchaseRequest>) -> Reply<Purchase> {
        self.flow.write(r, purchase::apply::parse, self.purchase()).await
    }
    async fn get_purchase(&self, r: Request<GetPurchaseRequest>) -> Reply<Purchase> {
        self.flow.read(r, purchase::views::get).await
    }
    async fn list_purchases(&self, r: Request<ListPurchasesRequest>) -> Reply<ListPurchasesReply> {
        self.flow.read(r, purchase::views::list).await
    }
    async fn export_purchases(&self, r: Request<ExportPurchasesRequest>) -> Reply<HttpBody> {
        self.flow.read(r, purchase::export::export).await
    }
    async fn cancel_purchase(&self, r: Request<CancelPurchaseRequest>) -> Reply<Purchase> {
        self.flow.write(r, purchase::cancel::parse, self.purchase()).await
    }
    async fn tick_document(&self, r: Request<TickDocumentRequest>) -> Reply<Purchase> {
        self.flow.write(r, purchase::tick_document::parse, self.purchase()).await
    }
    async fn approve_purchase(&self, r: Request<ApprovePurchaseRequest>) -> Reply<Purchase> {
        self.flow.write(r, purchase::approve::parse, self.purchase()).await
    }
    async fn refund_purchase(&self, r: Request<RefundPurchaseRequest>) -> Reply<Purchase> {
        self.flow.write(r, purchase::refund::parse, self.purchase()).await
    }
    async fn get_purchase_summary(&self, r: Request<GetPurchaseSummaryRequest>) -> Reply<PurchaseSummary> {
        self.flow.read(r, purchase::summary::get).await
    }
}

impl Rpc {
    fn purchase(&self) -> impl FnOnce(purchase::Purchase) -> pb::Purchase + use<> {
        let settings = self.settings.clone();
        move |p| purchase::render::render(&p, &settings)
    }
}

#[tonic::async_trait]
impl payout_service_server::PayoutService for Rpc {
    async fn list_payouts(&self, r: Request<ListPayoutsRequest>) -> Reply<ListPayoutsReply> {
        self.flow.read(r, payout::views::list).await
    }
    async fn get_payout(&self, r: Request<GetPayoutRequest>) -> Reply<Payout> {
        self.flow.read(r, payout::views::get).await
    }
    async fn reveal_payout_account(&self, r: Request<RevealPayoutAccountRequest>) -> Reply<PayoutAccount> {
        self.flow.write(r, payout::reveal_account::parse, payout::reveal_account::render).await
    }
    async fn mark_payout_sent(&self, r: Request<MarkPayoutSentRequest>) -> Reply<Payout> {
        self.flow.write(r, payout::mark_sent::parse, payout::render).await
    }
    async fn mark_payout_failed(&self, r: Request<MarkPayoutFailedRequest>) -> Reply<Payout> {
        self.flow.write(r, payout::mark_failed::parse, payout::render).await
    }
}

#[tonic::async_trait]
impl policy_service_server::PolicyService for Rpc {
    async fn get_purchase_policy(&self, r: Request<GetPurchasePolicyRequest>) -> Reply<PurchasePolicy> {
        self.flow.read(r, policy::views::get).await
    }
    async fn set_purchase_policy(&self, r: Request<SetPurchasePolicyRequest>) -> Reply<PurchasePolicy> {
        self.flow.write(r, policy::set::parse, policy::set::render).await
    }
}

#[tonic::async_trait]
impl registered_account_service_server::RegisteredAccountService for Rpc {
    async fn register_account(&self, r: Request<RegisterAccountRequest>) -> Reply<RegisteredAccount> {
        self.flow.write(r, registered_account::register::parse, registered_account::render).await
    }
    async fn list_accounts(&self, r: Request<ListAccountsRequest>) -> Reply<ListAccountsReply> {
        self.flow.read(r, registered_account::views::list).await
    }
    async fn approve_account(&self, r: Request<ApproveAccountRequest>) -> Reply<RegisteredAccount> {
        self.flow.write(r, registered_account::approve::parse, registered_account::render).await
    }
    async fn reject_account(&self, r: Request<RejectAccountRequest>) -> Reply<RegisteredAccount> {
        self.flow.write(r, registered_account::reject::parse, registered_account::render).await
    }
    async fn delete_account(&self, r: Request<DeleteAccountRequest>) -> Reply<RegisteredAccount> {
        self.flow.write(r, registered_account::delete::parse, registered_account::render).await
    }
}
