//! The purchase history (BI-30) and the papers of large purchases (BI-21).

use contract::{
    billing::v1::*,
    exported::{self, DataExported},
    google::r#type as g,
    identity::v1::CompanyChanged,
};

use crate::{
    company::*,
    purchasing::{active_account, apply, approve, policy},
};

// BI-30, S23, S54: presets in days of Seoul, 10 a page, the same rows as a sheet
#[tokio::test]
async fn the_history_by_preset_and_as_a_sheet() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 20).await;
        active_account(&t, &c).await;
        let mut mine = purchases(&t, &c.boss);
        // 23 November 10:00, then 23:59:59 of the 28th, then midnight, then a month after the first.
        for at in ["2026-11-23T01:00:00Z", "2026-11-28T14:59:59Z", "2026-11-28T15:00:00Z", "2026-12-23T01:00:00Z"] {
            t.clock.advance(at.parse::<flow::Instant>().unwrap() - t.clock.now());
            for _ in 0..3 {
                mine.apply_purchase(apply(10_000)).await.unwrap();
            }
            let list = |period: PurchasePeriod| {
                let mut mine = mine.clone();
                async move {
                    let m = ListPurchasesRequest { period: period.into(), page_size: 100, ..Default::default() };
                    mine.list_purchases(m).await.unwrap().into_inner().purchases.len()
                }
            };
            let counts = [
                list(PurchasePeriod::Today).await,
                list(PurchasePeriod::Yesterday).await,
                list(PurchasePeriod::Week).await,
                list(PurchasePeriod::Month).await,
                list(PurchasePeriod::Unspecified).await,
            ];
            let expected = match at {
                "2026-11-23T01:00:00Z" => [3, 0, 3, 3, 3],
                "2026-11-28T14:59:59Z" => [3, 0, 6, 6, 6],
                "2026-11-28T15:00:00Z" => [3, 3, 9, 9, 9],
                _ => [3, 0, 3, 12, 12],
            };
            assert_eq!(counts, expected, "{at}");
        }
        let first = mine.list_purchases(ListPurchasesRequest::default()).await.unwrap().into_inner();
        assert_eq!((first.purchases.len(), first.purchases[0].number), (10, 12));
        let range =
            ListPurchasesRequest { from_day: date(2026, 11, 28), to_day: date(2026, 11, 28), ..Default::default() };
        let numbers: Vec<_> =
            mine.list_purchases(range).await.unwrap().into_inner().purchases.iter().map(|p| p.number).collect();
        assert_eq!(numbers, [6, 5, 4]);

        t.told::<PurchaseClosed>(9).await; // all but today's have expired
        // S55
        assert_eq!(reason(mine.export_purchases(ExportPurchasesRequest::default()).await), "INVALID_FIELDS");
        let all = ExportPurchasesRequest { reason: "정산".into(), ..Default::default() };
        let file = mine.export_purchases(all.clone()).await.unwrap().into_inner();
        let told = &t.told::<DataExported>(1).await[0];
        assert_eq!((told.what.as_str(), told.row_count, &told.company_id), ("purchases", 12, &c.id.to_string()));
        assert_eq!(exported::open(t.running.flow.sealer(), &told.sealed).unwrap().reason, "정산");
        let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(file.data)).unwrap();
        let sheet = calamine::Reader::worksheet_range(&mut book, "구매내역").unwrap();
        assert_eq!(sheet.height(), 13);
        let row: Vec<String> = sheet.rows().next_back().unwrap().iter().map(ToString::to_string).collect();
        let expected = [
            "1",
            "기한만료",
            "2026-11-23 10:00:00",
            "주식회사 두*",
            "두레은행 / 081042120*****",
            "9000",
            "10",
            "10000",
            "-",
            "-",
        ];
        assert_eq!(row, expected);

        let stranger = company(&t, 20).await;
        let theirs = ExportPurchasesRequest { company_id: c.id.to_string(), ..all };
        assert_eq!(reason(purchases(&t, &stranger.boss).export_purchases(theirs).await), "COMPANY_NOT_FOUND");
        let wrong =
            ListPurchasesRequest { from_day: Some(g::Date { year: 2026, month: 2, day: 30 }), ..Default::default() };
        assert_eq!(reason(mine.list_purchases(wrong).await), "INVALID_FIELDS");
    })
    .await;
}

// BI-21, S40, S46: no approval without every paper; a power of attorney of a year; a new certificate once it changed
#[tokio::test]
async fn a_large_purchase_needs_its_papers() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 20).await;
        active_account(&t, &c).await;
        policy(&t, &c, 1_000_000_000).await;
        let p = purchases(&t, &c.boss).apply_purchase(apply(10_000_000)).await.unwrap().into_inner();
        assert_eq!(p.documents.len(), 4);
        let mut desk = purchases(&t, &operator());
        let tick = |document: PurchaseDocument, issued_on| TickDocumentRequest {
            request_id: request_id(),
            purchase_id: p.purchase_id.clone(),
            document: document.into(),
            issued_on,
        };
        let attorney = PurchaseDocument::PowerOfAttorney;
        assert_eq!(reason(desk.tick_document(tick(attorney, None)).await), "INVALID_FIELDS");
        assert_eq!(reason(desk.tick_document(tick(attorney, date(2026, 11, 24))).await), "ATTORNEY_NOT_VALID");
        assert_eq!(reason(desk.tick_document(tick(attorney, date(2025, 11, 22))).await), "ATTORNEY_NOT_VALID");
        let certificate = PurchaseDocument::RegistrationCertificate;
        assert_eq!(reason(desk.tick_document(tick(certificate, None)).await), "DOCUMENT_NOT_NEEDED");
        for document in &p.documents {
            assert_eq!(reason(desk.approve_purchase(approve(&p, 9_500_000)).await), "DOCUMENTS_MISSING"); // S40
            desk.tick_document(tick(document.document(), date(2025, 11, 24))).await.unwrap();
        }

        let moved = CompanyChanged { registration_changed_on: date(2026, 11, 23), ..news(&c, 2, 20) };
        t.hear(&c.id.to_string(), moved).await;
        assert_eq!(reason(desk.approve_purchase(approve(&p, 9_500_000)).await), "DOCUMENTS_MISSING");
        desk.tick_document(tick(certificate, None)).await.unwrap();

        t.clock.advance(chrono::Duration::days(2));
        assert_eq!(reason(desk.approve_purchase(approve(&p, 9_500_000)).await), "ATTORNEY_NOT_VALID");
        let renewed = desk.tick_document(tick(attorney, date(2026, 11, 25))).await.unwrap().into_inner();
        assert!(renewed.documents.iter().any(|d| d.issued_on == date(2026, 11, 25)));
        let approved = desk.approve_purchase(approve(&p, 9_500_000)).await.unwrap().into_inner();
        assert_eq!(approved.state(), PurchaseState::Approved);
        let next = purchases(&t, &c.boss).apply_purchase(apply(10_000_000)).await.unwrap().into_inner();
        assert_eq!(next.documents.len(), 5, "from now on with the new certificate");
    })
    .await;
}
