//! Another service wants admins of a company told something; who they are and where they read it is identity's.

use contract::{
    ask::{self, Admins},
    notification::v1::{Channel, MessagesRequested, message_content::To},
};
use identity::Identity;
use testkit::{Trial, callers, on_both};
use uuid::Uuid;

use crate::{
    inviting::{by_sms, joins},
    people::{BRN, World},
};

const OTHER_BRN: &str = "1098765432";

// VO-6, ID-6
#[tokio::test(flavor = "multi_thread")]
async fn an_admin_is_sent_a_text_to_the_phone_that_was_verified() {
    on_both::<Identity, _>(|t| async move {
        let w = World::new(&t);
        let company = w.voucher_company("narumi1", "01000001234", BRN).await.company_id.parse().unwrap();
        let boss = w.sign_in("narumi1", "01000001234", 2).await;
        let account = boss.account().unwrap().id;
        let (id, picture) = (Uuid::new_v4(), Some("00".repeat(32)));
        let text = [("subject", String::new()), ("text", "감사합니다".to_owned())];
        let sealer = t.running.flow.sealer();
        let fact = ask::own_phone(sealer, id, company, account, "send-test", text, Channel::Mms, picture.clone());
        t.hear(&id.to_string(), fact).await;
        let message = t
            .until("the text is asked for", || async {
                let told = t.bus.told::<MessagesRequested>().await;
                told.into_iter().flat_map(|m| m.messages).find(|m| m.template == "send-test")
            })
            .await;
        let content = ask::open(sealer, &message.sealed).unwrap();
        assert_eq!((content.channel(), Some(content.picture.clone())), (Channel::Mms, picture));
        assert_eq!(content.to, Some(To::Phone("01000001234".into())));
    })
    .await;
}

/// Who was mailed a notice so far, in order; each mail says what was asked and for which company.
async fn mailed(t: &Trial) -> Vec<String> {
    let sealer = t.running.flow.sealer();
    let told = t.bus.told::<MessagesRequested>().await;
    let notices = told.into_iter().flat_map(|m| m.messages).filter(|m| m.template == "send-late");
    let mut found: Vec<String> = notices
        .map(|m| {
            let content = ask::open(sealer, &m.sealed).unwrap();
            assert_eq!(content.variables["title"], "연말 선물");
            assert_eq!(content.variables["company"], "주식회사 나루선물");
            let Some(To::Email(to)) = content.to else { panic!("a notice is a mail") };
            to
        })
        .collect();
    found.sort();
    found
}

// ID-25, VO-15, VO-20
#[tokio::test(flavor = "multi_thread")]
async fn admins_are_told_by_the_permission_they_hold_once_each() {
    on_both::<Identity, _>(|t| async move {
        let w = World::new(&t);
        let company = w.voucher_company("narumi1", "01000001234", BRN).await.company_id.parse().unwrap();
        w.company("hansol1", "01000001235", OTHER_BRN).await;
        let boss = w.sign_in("narumi1", "01000001234", 2).await;
        w.invitations(&boss).invite_administrator(by_sms("이두레", "01000002222")).await.unwrap();
        let token = w.invitation("01000002222", "invitation-sms", 1).await;
        let form = joins(&w, &token, "leedure1", "01000002222").await;
        let admin = w.invitations(&callers::anyone()).accept_voucher_invitation(form).await.unwrap().into_inner();
        let admin = admin.account_id.parse().unwrap();
        let notice = |who: Admins| {
            let id = Uuid::new_v4();
            let fact = ask::admins(
                t.running.flow.sealer(),
                id,
                company,
                who,
                "send-late",
                [("title", "연말 선물".to_owned())],
            );
            t.event(&id.to_string(), fact)
        };
        let (boss, lee) = ("narumi1@example.com".to_owned(), "leedure1@example.com".to_owned());
        let expected = [
            (Admins::Holding("voucher.send"), vec![&boss, &lee]),
            (Admins::Holding("audit.read"), vec![&boss]),
            (Admins::HoldingBut("voucher.send", admin), vec![&boss]),
            (Admins::Only(admin), vec![&lee]),
        ];
        let mut all: Vec<&String> = Vec::new();
        for (who, told) in expected {
            let event = notice(who);
            t.hear_event(&event).await;
            t.hear_event(&event).await; // told again: one mail each
            all.extend(told);
            all.sort();
            t.until("those it is for are mailed", || async { (mailed(&t).await.len() >= all.len()).then_some(()) })
                .await;
            assert_eq!(mailed(&t).await.iter().collect::<Vec<_>>(), all, "{who:?}");
        }
        let nobody = Admins::Only(Uuid::now_v7().into());
        t.hear_event(&notice(nobody)).await;
        assert_eq!(mailed(&t).await.len(), all.len(), "an account of no admin of this company is told nothing");
    })
    .await;
}
