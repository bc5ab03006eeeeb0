//! Recipients.

use contract::{
    google::api::HttpBody,
    money,
    voucher::v1::{self as pb, recipient_service_server::RecipientService},
};
use flow::Fields;
use tonic::{Request, Response, Status};

use super::Rpc;
use crate::recipient::{
    RecipientId,
    add::{self, Has},
    export,
    remove::{RemoveRecipients, Removed},
    take::{TakeRecipients, Taken},
    views,
};

#[tonic::async_trait]
impl RecipientService for Rpc {
    async fn take_recipients(
        &self,
        request: Request<pb::TakeRecipientsRequest>,
    ) -> Result<Response<pb::TakeRecipientsReply>, Status> {
        let parse = |m: pb::TakeRecipientsRequest| {
            let f = Fields::new();
            let (send, sheet) = f.all((f.parse("send_id", &m.send_id), f.parse("sheet_id", &m.sheet_id)))?;
            Ok(TakeRecipients {
                send,
                sheet,
                right_rows: m.take_right_rows,
                repeated_rows: m.take_repeated_rows,
                rows_sent_before: m.take_rows_sent_before,
            })
        };
        let render = |taken: Taken| pb::TakeRecipientsReply {
            taken_count: taken.count,
            taken_total: money(taken.total),
            recipient_count: taken.recipients,
            total: money(taken.send_total),
        };
        self.flow.write(request, parse, render).await
    }

    async fn add_recipients(
        &self,
        request: Request<pb::AddRecipientsRequest>,
    ) -> Result<Response<pb::AddRecipientsReply>, Status> {
        let render = |has: Has| pb::AddRecipientsReply { recipient_count: has.recipients, total: money(has.total) };
        self.flow.write(request, add::parse, render).await
    }

    async fn remove_recipients(
        &self,
        request: Request<pb::RemoveRecipientsRequest>,
    ) -> Result<Response<pb::RemoveRecipientsReply>, Status> {
        let parse = |m: pb::RemoveRecipientsRequest| {
            let f = Fields::new();
            let chosen = super::gift::chosen::<RecipientId>(&f, "recipient_ids", &m.recipient_ids, m.all);
            let (send, chosen) = f.all((f.parse("send_id", &m.send_id), chosen))?;
            Ok(RemoveRecipients { send, chosen })
        };
        let render = |removed: Removed| pb::RemoveRecipientsReply {
            removed_count: removed.count,
            recipient_count: removed.recipients,
            total: money(removed.total),
            cancelled: removed.cancelled,
        };
        self.flow.write(request, parse, render).await
    }

    async fn list_recipients(
        &self,
        request: Request<pb::ListRecipientsRequest>,
    ) -> Result<Response<pb::ListRecipientsReply>, Status> {
        self.flow.read(request, views::list).await
    }

    async fn export_recipients(
        &self,
        request: Request<pb::ExportRecipientsRequest>,
    ) -> Result<Response<HttpBody>, Status> {
        self.flow.read(request, export::export).await
    }
}
