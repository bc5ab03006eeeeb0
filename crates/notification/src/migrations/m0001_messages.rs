//! Messages, one per id whoever asks how often (NO-1), and the mailbox of one's own machine (NO-2). Nothing that was
//! handed over keeps its content (NO-4): the CHECK sees to it.

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    schema::{
        big_pk_auto, binary, binary_null, integer, string, string_null, timestamp_with_time_zone, uuid_null, uuid_uniq,
    },
    sea_query::{Expr, ExprTrait as _, Table},
};

pub struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0001_messages"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("message")
                .col(big_pk_auto("seq"))
                .col(uuid_uniq("message_id"))
                .col(string("template"))
                .col(string("locale"))
                .col(integer("priority"))
                .col(string("on_behalf_of"))
                .col(string("reference"))
                .col(string("medium"))
                .col(binary_null("sealed"))
                .col(string("state"))
                .col(string_null("channel"))
                .col(string("reason"))
                .col(integer("attempts"))
                .col(timestamp_with_time_zone("due_at"))
                .col(uuid_null("lease"))
                .col(timestamp_with_time_zone("created_at"))
                .col(timestamp_with_time_zone("updated_at"))
                .check(Expr::col("state").is_in(["queued", "accepted", "delivered", "failed"]))
                .check(Expr::col("state").eq("queued").or(Expr::col("sealed").is_null()))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("mailbox_message")
                .col(big_pk_auto("seq"))
                .col(uuid_uniq("message_id"))
                .col(binary("to_digest"))
                .col(string("template"))
                .col(binary("sealed"))
                .col(timestamp_with_time_zone("arrived_at"))
                .to_owned(),
        )
        .await?;
        for index in [
            "CREATE INDEX message_queue ON message (medium, priority DESC, seq) WHERE state = 'queued'",
            "CREATE INDEX message_lease ON message (lease) WHERE lease IS NOT NULL",
            "CREATE INDEX message_reference ON message (reference)",
            "CREATE INDEX mailbox_to ON mailbox_message (to_digest, seq)",
        ] {
            m.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }
}
