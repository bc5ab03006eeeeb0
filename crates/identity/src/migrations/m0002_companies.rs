//! Companies, their documents, invitations.

use sea_orm::DbErr;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager,
    prelude::async_trait::async_trait,
    schema::{
        big_integer, binary, boolean, date, date_null, string, string_null, text, timestamp_with_time_zone,
        timestamp_with_time_zone_null, uuid, uuid_null,
    },
    sea_query::Table,
};

pub struct Companies;

impl MigrationName for Companies {
    fn name(&self) -> &str {
        "m0002_companies"
    }
}

#[async_trait]
impl MigrationTrait for Companies {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let company = Table::create()
            .table("company")
            .col(uuid("id").primary_key())
            .col(big_integer("version"))
            .col(string("legal_name"))
            .col(string("brn"))
            .col(string("representative"))
            .col(date("opened_on"))
            .col(string("address"))
            .col(string("state"))
            .col(string("verification"))
            .col(string("source"))
            .col(boolean("voucher_member"))
            .col(big_integer("head_count"))
            .col(string("rejection_reason"))
            .col(string("main_phone"))
            .col(string("tax_name"))
            .col(string("tax_email"))
            .col(string("tax_phone"))
            .col(string("bank"))
            .col(string("bank_number"))
            .col(string("bank_holder"))
            .col(uuid_null("certificate_id"))
            .col(uuid_null("bankbook_id"))
            .col(uuid_null("head_count_id"))
            .col(date_null("head_count_issued_on"))
            .col(timestamp_with_time_zone("created_at"))
            .to_owned();
        let document = Table::create()
            .table("document")
            .col(uuid("id").primary_key())
            .col(uuid_null("company_id"))
            .col(string("file_name"))
            .col(string("content_type"))
            .col(big_integer("size_bytes"))
            .col(string("sha256"))
            .col(string("path"))
            .col(timestamp_with_time_zone("created_at"))
            .to_owned();
        let invitation = Table::create()
            .table("invitation")
            .col(uuid("id").primary_key())
            .col(uuid("company_id"))
            .col(string("name"))
            .col(string_null("email"))
            .col(string_null("phone"))
            .col(string("reached_at"))
            .col(string("department"))
            .col(string("position"))
            .col(binary("token_hash").unique_key())
            .col(string("state"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("expires_at"))
            .col(uuid("created_by"))
            .col(uuid_null("accepted_by"))
            .col(timestamp_with_time_zone_null("accepted_at"))
            .to_owned();
        let site = Table::create()
            .table("site")
            .col(uuid("id").primary_key())
            .col(uuid("company_id"))
            .col(text("public_key"))
            .to_owned();
        super::create(
            m,
            vec![company, document, invitation, site],
            &[
                // ID-3: unique among companies that are neither terminated nor rejected.
                "CREATE UNIQUE INDEX company_brn ON company (brn) WHERE state NOT IN ('terminated', 'rejected')",
                "CREATE INDEX company_by_state ON company (state, created_at)",
                "CREATE INDEX company_unverified ON company (created_at) WHERE verification = 'pending'",
                "CREATE INDEX document_unattached ON document (created_at) WHERE company_id IS NULL",
                // ID-13: one live invitation per company and address.
                "CREATE UNIQUE INDEX invitation_one_live ON invitation (company_id, reached_at) WHERE state = 'pending'",
            ],
        )
        .await
    }
}
