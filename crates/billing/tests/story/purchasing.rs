//! Voucher purchases: accounts, policies, limits, documents, approval.

use contract::{
    billing::v1::{self as pb, *},
    notification::v1::MessagesRequested,
    voucher::v1::{LotBalanceChanged, LotFunded},
};
use testkit::Trial;

use crate::company::*;

pub fn account() -> RegisterAccountRequest {
    RegisterAccountRequest {
        request_id: request_id(),
        bank: "두레은행".into(),
        account_number: "0810-4212-012345".into(),
        holder: "주식회사 두레".into(),
        bankbook_copy: b"%PDF-1.7".to_vec(),
        contact: Some(Contact { name: "김정현".into(), phone: "01000001234".into(), ..Default::default() }),
    }
}

/// A registered account, approved.
pub async fn active_account(t: &Trial, c: &Company) -> pb::RegisteredAccount {
    let registered = accounts(t, &c.boss).register_account(account()).await.unwrap().into_inner();
    let approve = ApproveAccountRequest {
        request_id: request_id(),
        registered_account_id: registered.registered_account_id.clone(),
    };
    accounts(t, &operator()).approve_account(approve).await.unwrap().into_inner()
}

/// 5 % up to 10,000,000 a month.
pub async fn policy(t: &Trial, c: &Company, purchase_limit: i64) {
    let set = SetPurchasePolicyRequest {
        request_id: request_id(),
        company_id: c.id.to_string(),
        purchase_limit: won(purchase_limit),
        discounted_limit: won(10_000_000),
        discount_rate_basis_points: Some(500),
    };
    policies(t, &operator()).set_purchase_policy(set).await.unwrap();
}

pub fn apply(face: i64) -> ApplyPurchaseRequest {
    ApplyPurchaseRequest { request_id: request_id(), face_value: won(face), ..Default::default() }
}

pub fn approve(p: &pb::Purchase, amount: i64) -> ApprovePurchaseRequest {
    ApprovePurchaseRequest {
        request_id: request_id(),
        purchase_id: p.purchase_id.clone(),
        deposit_amount: won(amount),
        depositor: "주식회사 두레".into(),
    }
}

async fn summary(t: &Trial, c: &Company) -> PurchaseSummary {
    purchases(t, &c.boss).get_purchase_summary(GetPurchaseSummaryRequest {}).await.unwrap().into_inner()
}

// BI-19, BI-20, BI-21, BI-24, BI-30
#[tokio::test]
async fn twenty_million_are_bought_for_nineteen_and_a_half() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 20).await;
        assert_eq!(reason(purchases(&t, &c.boss).apply_purchase(apply(20_000_000)).await), "NO_ACTIVE_ACCOUNT");
        active_account(&t, &c).await;
        policy(&t, &c, 1_000_000_000).await;
        let contact = Contact { name: "김정현".into(), phone: "01000001234".into(), ..Default::default() };
        let m = ApplyPurchaseRequest { contact: Some(contact), ..apply(20_000_000) };
        let pending = purchases(&t, &c.boss).apply_purchase(m).await.unwrap().into_inner();
        assert_eq!((pending.state(), units(&pending.payable)), (PurchaseState::Pending, 19_500_000));
        assert_eq!(units(&pending.discounted_value), 10_000_000);
        assert_eq!(pending.confirm_by, date(2026, 11, 27));
        assert_eq!(pending.depositor, "주식회사 두레");
        let left = summary(&t, &c).await;
        assert_eq!((units(&left.discounted_limit_left), units(&left.purchase_limit_left)), (0, 980_000_000));

        let mut desk = purchases(&t, &operator());
        assert_eq!(reason(desk.approve_purchase(approve(&pending, 19_500_000)).await), "DOCUMENTS_MISSING");
        for tick in &pending.documents {
            let m = TickDocumentRequest {
                request_id: request_id(),
                purchase_id: pending.purchase_id.clone(),
                document: tick.document,
                issued_on: date(2026, 6, 1),
            };
            desk.tick_document(m).await.unwrap();
        }
        assert_eq!(reason(desk.approve_purchase(approve(&pending, 20_000_000)).await), "DEPOSIT_NOT_EXACT");
        let stranger = ApprovePurchaseRequest { depositor: "김정현".into(), ..approve(&pending, 19_500_000) };
        assert_eq!(reason(desk.approve_purchase(stranger).await), "DEPOSITOR_NOT_COMPANY");
        let own = purchases(&t, &c.boss).approve_purchase(approve(&pending, 19_500_000)).await;
        assert_eq!(reason(own), "NOT_ALLOWED");
        let approved = desk.approve_purchase(approve(&pending, 19_500_000)).await.unwrap().into_inner();
        assert_eq!((approved.state(), approved.approved_on), (PurchaseState::Approved, date(2026, 11, 23)));
        let fact = &t.told::<PurchaseApproved>(1).await[0];
        assert_eq!(units(&fact.face_value), 20_000_000);
        let sms: Vec<_> = t.told::<MessagesRequested>(2).await;
        assert_eq!(sms.last().unwrap().messages[0].template, "purchase-approved");

        let funded = LotFunded {
            lot_id: "lot_1".into(),
            purchase_id: approved.purchase_id.clone(),
            company_id: c.id.to_string(),
            face_value: won(20_000_000),
            valid_through: date(2031, 11, 23),
        };
        t.hear("lot_1", funded).await;
        let rows = purchases(&t, &c.boss).list_purchases(ListPurchasesRequest::default()).await.unwrap().into_inner();
        let row = &rows.purchases[0];
        assert_eq!((row.number, row.valid_through), (1, date(2031, 11, 23)));
        assert_eq!(row.account_masked, "두레은행 / 081042120*****");
        assert_eq!(row.depositor_masked, "주식회사 두*");
        assert_eq!(units(&row.balance), 20_000_000);
        assert_eq!(units(&summary(&t, &c).await.total_purchased), 20_000_000);
        assert_eq!(units(&summary(&t, &c).await.purchase_balance), 20_000_000);
        let holds = |version, available, reserved| LotBalanceChanged {
            lot_id: "lot_1".into(),
            version,
            purchase_id: approved.purchase_id.clone(),
            company_id: c.id.to_string(),
            available: won(available),
            reserved: won(reserved),
        };
        for (version, available, reserved) in
            [(9, 12_000_000, 3_000_000), (5, 17_000_000, 0), (9, 12_000_000, 3_000_000)]
        {
            t.hear("lot_1", holds(version, available, reserved)).await;
        }
        assert_eq!(units(&summary(&t, &c).await.purchase_balance), 15_000_000, "available and reserved, the newest");
        let rows = purchases(&t, &c.boss).list_purchases(ListPurchasesRequest::default()).await.unwrap().into_inner();
        assert_eq!(units(&rows.purchases[0].balance), 12_000_000, "what can be sent");
        assert_eq!(units(&summary(&t, &company(&t, 20).await).await.purchase_balance), 0, "another company's");
    })
    .await;
}

// BI-20: two at once cannot pass a limit together
#[tokio::test]
async fn purchases_at_once_cannot_pass_a_limit_together() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 20).await;
        active_account(&t, &c).await;
        policy(&t, &c, 16_000_000).await;
        let one = async || purchases(&t, &c.boss).apply_purchase(apply(3_000_000)).await;
        let outcomes = futures::future::join_all((0..12).map(|_| one())).await;
        let (bought, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!(bought.len(), 5);
        for no in refused {
            assert_eq!(reason(no), "PURCHASE_LIMIT_EXCEEDED");
        }
        let bought: Vec<_> = bought.into_iter().map(|p| p.unwrap().into_inner()).collect();
        let discounted: i64 = bought.iter().map(|p| units(&p.discounted_value)).sum();
        assert_eq!(discounted, 10_000_000);
        assert_eq!(bought.iter().map(|p| units(&p.payable)).sum::<i64>(), 15_000_000 - 500_000);
        assert_eq!(units(&summary(&t, &c).await.purchase_limit_left), 1_000_000);
    })
    .await;
}

// BI-19, BI-20, BI-22: what ends unpaid gives its limits back; a deposit that arrived goes back in full
#[tokio::test]
async fn cancelled_and_expired_purchases_give_back() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 20).await;
        active_account(&t, &c).await;
        policy(&t, &c, 20_000_000).await;
        let mut mine = purchases(&t, &c.boss);
        let first = mine.apply_purchase(apply(8_000_000)).await.unwrap().into_inner();
        let second = mine.apply_purchase(apply(8_000_000)).await.unwrap().into_inner();
        assert_eq!((units(&first.payable), units(&second.payable)), (7_600_000, 7_900_000));
        assert_eq!(reason(mine.apply_purchase(apply(4_010_000)).await), "PURCHASE_LIMIT_EXCEEDED");

        let mut desk = deposits(&t, &operator());
        let arrived = RecordDepositRequest {
            request_id: request_id(),
            amount: won(7_600_000),
            depositor: "주식회사 두레".into(),
            reference: first.transfer.as_ref().unwrap().reference.clone(),
            bank_reference: String::new(),
        };
        let deposit = desk.record_deposit(arrived).await.unwrap().into_inner();
        assert_eq!(deposit.state(), DepositState::Applied);
        let cancel = CancelPurchaseRequest { request_id: request_id(), purchase_id: first.purchase_id.clone() };
        let cancelled = mine.cancel_purchase(cancel).await.unwrap().into_inner();
        assert_eq!((cancelled.state(), cancelled.deposit_arrived), (PurchaseState::Cancelled, true));
        let deposit =
            desk.get_deposit(GetDepositRequest { deposit_id: deposit.deposit_id }).await.unwrap().into_inner();
        assert_eq!(deposit.state(), DepositState::ReturnDue);
        assert_eq!(units(&summary(&t, &c).await.discounted_limit_left), 8_000_000);

        t.clock.advance(chrono::Duration::days(7));
        t.clock.advance(chrono::Duration::days(1));
        let ends: Vec<_> = t.told::<PurchaseClosed>(2).await.iter().map(PurchaseClosed::end).collect();
        assert_eq!(ends, [PurchaseEnd::Cancelled, PurchaseEnd::Expired]);
        let m = GetPurchaseRequest { purchase_id: second.purchase_id };
        assert_eq!(mine.get_purchase(m).await.unwrap().into_inner().state(), PurchaseState::Expired);
    })
    .await;
}

// BI-23
#[tokio::test]
async fn one_account_is_active_and_its_number_is_hidden() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 20).await;
        let other = RegisterAccountRequest { holder: "김정현".into(), ..account() };
        assert_eq!(reason(accounts(&t, &c.boss).register_account(other).await), "HOLDER_NOT_COMPANY");
        let first = active_account(&t, &c).await;
        assert_eq!(first.account_number_masked, "081042120*****");
        let second = active_account(&t, &c).await;
        let list = accounts(&t, &c.boss).list_accounts(ListAccountsRequest::default()).await.unwrap().into_inner();
        let states: Vec<_> = list.accounts.iter().map(pb::RegisteredAccount::state).collect();
        assert_eq!(states, [RegisteredAccountState::Active, RegisteredAccountState::Retired]);

        let pending = purchases(&t, &c.boss).apply_purchase(apply(10_000)).await.unwrap().into_inner();
        assert_eq!(pending.registered_account_id, second.registered_account_id);
        let delete = |id: &str| DeleteAccountRequest { request_id: request_id(), registered_account_id: id.into() };
        let id = &second.registered_account_id;
        assert_eq!(reason(accounts(&t, &c.boss).delete_account(delete(id)).await), "ACCOUNT_IN_USE");
        let stranger = company(&t, 20).await;
        assert_eq!(
            reason(accounts(&t, &stranger.boss).delete_account(delete(id)).await),
            "REGISTERED_ACCOUNT_NOT_FOUND"
        );
        let m = CancelPurchaseRequest { request_id: request_id(), purchase_id: pending.purchase_id };
        purchases(&t, &c.boss).cancel_purchase(m).await.unwrap();
        accounts(&t, &c.boss).delete_account(delete(id)).await.unwrap();
        assert_eq!(reason(purchases(&t, &c.boss).apply_purchase(apply(10_000)).await), "NO_ACTIVE_ACCOUNT");

        let third = accounts(&t, &c.boss).register_account(account()).await.unwrap().into_inner();
        let reject = RejectAccountRequest {
            request_id: request_id(),
            registered_account_id: third.registered_account_id,
            reason: "사본이 흐립니다".into(),
        };
        let rejected = accounts(&t, &operator()).reject_account(reject.clone()).await.unwrap().into_inner();
        assert_eq!(rejected.reject_reason, "사본이 흐립니다");
        let again = RejectAccountRequest { request_id: request_id(), ..reject };
        assert_eq!(reason(accounts(&t, &operator()).reject_account(again).await), "ACCOUNT_NOT_IN_STATE");
    })
    .await;
}

// BI-20
#[tokio::test]
async fn a_policy_is_by_head_count_until_it_is_set() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 100).await;
        let get = |id: &str| GetPurchasePolicyRequest { company_id: id.into() };
        let default = policies(&t, &c.boss).get_purchase_policy(get("-")).await.unwrap().into_inner();
        assert_eq!((default.discount_rate_basis_points, default.is_default), (1000, true));
        assert_eq!(units(&default.discounted_limit), 50_000_000);
        policy(&t, &c, 30_000_000).await;
        let set = policies(&t, &c.boss).get_purchase_policy(get(&c.id.to_string())).await.unwrap().into_inner();
        assert_eq!((set.discount_rate_basis_points, set.is_default), (500, false));
        let stranger = company(&t, 20).await;
        let seen = policies(&t, &stranger.boss).get_purchase_policy(get(&c.id.to_string())).await;
        assert_eq!(reason(seen), "COMPANY_NOT_FOUND");
        let theirs = ListPurchasesRequest { company_id: c.id.to_string(), ..Default::default() };
        assert_eq!(reason(purchases(&t, &stranger.boss).list_purchases(theirs).await), "COMPANY_NOT_FOUND"); // S23
    })
    .await;
}
