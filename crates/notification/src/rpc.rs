//! Each RPC: parse → verb or view → render.

use contract::notification::v1::{
    self as pb, bounce_service_server::BounceService, delivery_service_server::DeliveryService,
    mailbox_service_server::MailboxService, message_service_server::MessageService,
};
use flow::Flow;
use tonic::{Request, Response, Status};

use crate::{bounce::report::ReportBounces, delivery::report::ReportDeliveries, mailbox, message};

/// All of this service's RPCs.
#[derive(Clone)]
pub struct Rpc {
    flow: Flow,
}

impl Rpc {
    /// On this pipeline.
    pub fn new(flow: Flow) -> Self {
        Self { flow }
    }
}

#[tonic::async_trait]
impl MessageService for Rpc {
    async fn get_message(&self, request: Request<pb::GetMessageRequest>) -> Result<Response<pb::Message>, Status> {
        self.flow.read(request, message::views::get).await
    }

    async fn list_messages(
        &self,
        request: Request<pb::ListMessagesRequest>,
    ) -> Result<Response<pb::ListMessagesReply>, Status> {
        self.flow.read(request, message::views::list).await
    }
}

#[tonic::async_trait]
impl MailboxService for Rpc {
    async fn list_mailbox(
        &self,
        request: Request<pb::ListMailboxRequest>,
    ) -> Result<Response<pb::ListMailboxReply>, Status> {
        self.flow.read(request, mailbox::views::list).await
    }

    async fn get_mailbox_message(
        &self,
        request: Request<pb::GetMailboxMessageRequest>,
    ) -> Result<Response<pb::MailboxMessage>, Status> {
        self.flow.read(request, mailbox::views::get).await
    }
}

#[tonic::async_trait]
impl DeliveryService for Rpc {
    async fn report_deliveries(
        &self,
        request: Request<pb::ReportDeliveriesRequest>,
    ) -> Result<Response<pb::ReportDeliveriesReply>, Status> {
        let parse = |m| ReportDeliveries::parse(&self.flow, m);
        self.flow.write(request, parse, |changed_count| pb::ReportDeliveriesReply { changed_count }).await
    }
}

#[tonic::async_trait]
impl BounceService for Rpc {
    async fn report_bounces(
        &self,
        request: Request<pb::ReportBouncesRequest>,
    ) -> Result<Response<pb::ReportBouncesReply>, Status> {
        let parse = |m| ReportBounces::parse(&self.flow, m);
        self.flow.write(request, parse, |changed_count| pb::ReportBouncesReply { changed_count }).await
    }
}
