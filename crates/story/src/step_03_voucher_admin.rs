//! Step 3: The voucher company's super admin invites an admin by SMS, who joins by name and business number; used, late and
//! foreign tokens are refused; login needs a code. [ID-13, ID-15, ID-16, ID-19]

use serde_json::{Value, json};

use crate::{
    check::{column, joined},
    json::Json as _,
    people::Person,
    scene::{Account, Firm, Scene},
};

/// The admin who will send, and the invitation that nobody answered.
pub struct Sender {
    /// Signed in.
    pub account: Account,
    /// What stands in the unanswered invitation's form, token included.
    pub unanswered: Value,
    /// Whom it went to.
    pub absent: Person,
}

/// Plays it.
pub async fn play(scene: &mut Scene, voucher: &Firm, portal: &Firm) -> anyhow::Result<Sender> {
    scene.tell.step(
        3,
        "The voucher company's super admin invites an admin by SMS, who joins by name and business number",
        "ID-13, ID-15, ID-16, ID-19",
    );
    let person = scene.people.person("서다온");
    let token = invite(scene, voucher, &person).await?;
    let anyone = scene.anyone.clone();
    let seen = anyone.post("/v1/invitations:look", json!({ "token": token })).await?;
    scene.tell.same("the link leads to", seen.text("companyName")?, voucher.company.legal_name.as_str())?;

    let verification = scene.verify(&person).await?;
    let form = form(scene, &token, voucher, &person, &verification);
    let accept = "/v1/invitations:acceptVoucher";
    let mut foreign = form.clone();
    foreign["companyName"] = json!(portal.company.legal_name);
    foreign["brn"] = json!(portal.company.brn);
    let refused = anyone.try_post(accept, foreign).await?;
    scene.tell.refused("a token of another company", &refused, 409, "INVITATION_COMPANY_DIFFERS")?;
    let mut made_up = form.clone();
    made_up["token"] = json!("A".repeat(token.len()));
    let refused = anyone.try_post(accept, made_up).await?;
    scene.tell.refused("a token that was never sent", &refused, 404, "INVITATION_INVALID")?;

    let joined_as = anyone.post(accept, form.clone()).await?;
    scene.tell.same("the invited person is at once", joined_as.text("role")?, "ROLE_ADMIN")?;
    let mut permissions: Vec<&str> = joined_as.list("permissions")?.iter().filter_map(Value::as_str).collect();
    permissions.sort_unstable();
    let expected = "company.edit, membership.manage, order.place, voucher.purchase, voucher.send";
    scene.tell.same("and may", joined(permissions), expected.to_owned())?;
    let refused = anyone.try_post(accept, form).await?;
    scene.tell.refused("a token that was used", &refused, 404, "INVITATION_INVALID")?;

    let absent = scene.people.person("오미리");
    let token = invite(scene, voucher, &absent).await?;
    let unanswered = json!({ "token": token, "companyName": voucher.company.legal_name, "brn": voucher.company.brn });

    let (account, with_code) = scene.sign_in(&person).await?;
    scene.tell.same("the new admin's login asks for a code", with_code, true)?;
    list(scene, voucher, &account).await?;
    Ok(Sender { account, unanswered, absent })
}

async fn invite(scene: &mut Scene, voucher: &Firm, person: &Person) -> anyhow::Result<String> {
    let asked = json!({ "name": person.name, "phone": person.phone, "department": "마케팅팀", "position": "대리" });
    let invitation = voucher.boss.client.post("/v1/invitations", asked).await?;
    scene.tell.same("an invitation goes out by SMS", invitation.text("state")?, "INVITATION_STATE_PENDING")?;
    scene.mailbox.token(&person.phone, "invitation-sms").await
}

fn form(scene: &Scene, token: &str, voucher: &Firm, person: &Person, verification: &str) -> Value {
    json!({
        "token": token, "companyName": voucher.company.legal_name, "brn": voucher.company.brn,
        "contact": person.contact_form(verification, &scene.consents),
    })
}

/// Newest first, phones masked, for the super admin alone (ID-16).
async fn list(scene: &mut Scene, voucher: &Firm, account: &Account) -> anyhow::Result<()> {
    let listed = voucher.boss.client.get("/v1/administrators").await?;
    let states = column(listed.list("administrators")?, "state").join(", ");
    let expected = "ACCOUNT_STATE_INVITED, ACCOUNT_STATE_ACTIVE, ACCOUNT_STATE_ACTIVE";
    scene.tell.same("the administrators, newest first", states, expected.to_owned())?;
    let shown = listed.to_string();
    scene.tell.holds("their phones are masked", "****", !shown.contains(&account.person.phone))?;
    let refused = account.client.ask("/v1/administrators").await?;
    scene.tell.refused("an admin asks for the list", &refused, 403, "NOT_ALLOWED")?;
    Ok(())
}

/// The invitation that nobody answered is over by now.
pub async fn late(scene: &mut Scene, sender: &Sender) -> anyhow::Result<()> {
    let verification = scene.verify(&sender.absent).await?;
    let mut form = sender.unanswered.clone();
    form["contact"] = sender.absent.contact_form(&verification, &scene.consents);
    let refused = scene.anyone.try_post("/v1/invitations:acceptVoucher", form).await?;
    scene.tell.refused("the invitation nobody answered (step 3)", &refused, 404, "INVITATION_INVALID")?;
    Ok(())
}
