//! Quotes: for everybody, by mail, turned into an order.

use contract::{
    ask,
    billing::v1::*,
    notification::v1::{MessagesRequested, message_content::To},
};
use testkit::callers;

use crate::company::*;

fn quote(selection: Selection) -> CreateQuoteRequest {
    CreateQuoteRequest {
        request_id: request_id(),
        selection: Some(selection),
        contact: Some(Contact { name: "김정현".into(), email: "kim@example.com".into(), phone: String::new() }),
        price_lock_id: String::new(),
    }
}

// BI-8
#[tokio::test]
async fn an_individual_gets_a_quote_by_mail() {
    on_both::<Under, _>(|t| async move {
        let person = callers::individual();
        let shared = selection(OrderKind::New, "shared", 10, 12);
        let made = quotes(&t, &person).create_quote(quote(shared.clone())).await.unwrap().into_inner();
        assert_eq!(made.number, "Q-2026-000001");
        assert_eq!(made.contact.as_ref().unwrap().email, "ki***@example.com");
        assert_eq!(made.valid_through, date(2026, 12, 23));
        assert_eq!(units(&made.price.as_ref().unwrap().total), 583_000);

        let told = t.told::<MessagesRequested>(1).await;
        let message = &told[0].messages[0];
        assert_eq!(message.template, "quote");
        let content = ask::open(t.running.flow.sealer(), &message.sealed).unwrap();
        assert_eq!(content.to, Some(To::Email("kim@example.com".into())));
        assert_eq!(content.attachments[0].file_name, "Q-2026-000001.pdf");
        assert!(content.attachments[0].data.starts_with(b"%PDF-"));

        let id = made.quote_id.clone();
        let mut mine = quotes(&t, &person);
        let file = mine.download_quote(DownloadQuoteRequest { quote_id: id.clone() }).await.unwrap().into_inner();
        assert_eq!(file.content_type, "application/pdf");
        let stranger = callers::individual();
        let get = GetQuoteRequest { quote_id: id };
        assert_eq!(reason(quotes(&t, &stranger).get_quote(get.clone()).await), "QUOTE_NOT_FOUND");
        assert_eq!(mine.get_quote(get).await.unwrap().into_inner(), made);
        let nobody = CreateQuoteRequest { contact: None, ..quote(shared) };
        assert_eq!(reason(mine.create_quote(nobody).await), "INVALID_FIELDS");
    })
    .await;
}

// BI-8: at the quoted price while it is valid, once
#[tokio::test]
async fn a_company_orders_at_the_quoted_price() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 20).await;
        let dedicated = Selection { prepaid: true, ..selection(OrderKind::New, "dedicated", 10, 12) };
        let made = quotes(&t, &c.boss).create_quote(quote(dedicated.clone())).await.unwrap().into_inner();
        t.clock.advance(chrono::Duration::days(30));
        let from_quote = || PlaceOrderRequest { quote_id: made.quote_id.clone(), ..order(dedicated.clone()) };
        let placed = orders(&t, &c.boss).place_order(from_quote()).await.unwrap().into_inner();
        assert_eq!(units(&placed.price.unwrap().total), 3_685_000);
        assert_eq!(reason(orders(&t, &c.boss).place_order(from_quote()).await), "QUOTE_USED");
        let get = GetQuoteRequest { quote_id: made.quote_id.clone() };
        assert_eq!(quotes(&t, &c.boss).get_quote(get).await.unwrap().into_inner().order_id, placed.order_id);
        t.clock.advance(chrono::Duration::days(1));
        assert_eq!(reason(orders(&t, &c.boss).place_order(from_quote()).await), "QUOTE_EXPIRED");
    })
    .await;
}
