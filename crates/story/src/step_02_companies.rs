//! Step 2: A company signs up by the portal form, another by the voucher form with documents, which an operator approves;
//! what is wrong is refused by field. [ID-1–10, ID-29]

use serde_json::{Value, json};

use crate::{
    check::column,
    client::Client,
    json::{Json as _, date},
    people::Company,
    scene::{Firm, Scene},
};

/// Plays it; answers the portal company and the voucher company.
pub async fn play(scene: &mut Scene) -> anyhow::Result<(Firm, Firm)> {
    scene.tell.step(
        2,
        "A company signs up by the portal form, another by the voucher form, which an operator approves",
        "ID-1–10, ID-29",
    );
    let portal = portal_form(scene).await?;
    let voucher = voucher_company(scene, Some(&portal)).await?;
    Ok((portal, voucher))
}

async fn portal_form(scene: &mut Scene) -> anyhow::Result<Firm> {
    let anyone = scene.anyone.clone();
    let company = scene.people.company("주식회사 가람이야기", "한가람");
    let person = &company.contact;
    let checked = anyone.get(&format!("/v1/businessNumbers/{}", company.brn)).await?;
    scene.tell.same("its business number is taken", checked.flag("taken")?, false)?;

    let mut child = person.verification("VERIFICATION_PURPOSE_SIGN_UP");
    child["birthDate"] = date(scene.today().await?.plus_months(-14 * 12).next());
    let refused = anyone.try_post("/v1/verifications", child).await?;
    scene.tell.field_refused("somebody who turns 14 tomorrow", &refused, "birth_date")?;

    let token = scene.verify(person).await?;
    let form = json!({ "company": company.form(), "contact": person.contact_form(&token, &scene.consents) });
    refused_forms(scene, &anyone, &company, &form).await?;
    let made = anyone.post("/v1/companies", form).await?;
    scene.tell.same("the company is at once", made.text("state")?, "COMPANY_STATE_PROSPECT")?;
    scene.tell.same("the registry says", made.text("verification")?, "REGISTRY_VERIFICATION_VERIFIED")?;
    scene.tell.note(format_args!("checked by: {}", made.text("verificationSource")?));

    let other = scene.people.company("주식회사 나중", "나중");
    let token = scene.verify(&other.contact).await?;
    let mut taken = other.form();
    taken["brn"] = json!(company.brn);
    let taken = json!({ "company": taken, "contact": other.contact.contact_form(&token, &scene.consents) });
    let refused = anyone.try_post("/v1/companies", taken).await?;
    scene.tell.field_refused("a business number that is taken", &refused, "company.brn")?;

    let (boss, _) = scene.sign_in(person).await?;
    let me = boss.client.get("/v1/me").await?;
    scene.tell.same("its contact is", me.text("account.role")?, "ROLE_SUPER_ADMIN")?;
    scene.tell.same("with an account that is", me.text("account.kind")?, "ACCOUNT_KIND_CORPORATE")?;
    Ok(Firm { id: made.text("companyId")?.to_owned(), company, boss })
}

/// What is wrong in the form is named by its field; the verification stays good for the right form.
async fn refused_forms(scene: &mut Scene, anyone: &Client, company: &Company, form: &Value) -> anyhow::Result<()> {
    let last = company.brn.as_bytes()[9] - b'0';
    let wrong_brn = format!("{}{}", &company.brn[..9], (last + 1) % 10);
    let without_privacy = form["contact"]["consents"].as_array().into_iter().flatten();
    let without_privacy: Vec<&Value> = without_privacy.filter(|c| c["key"] != "privacy").collect();
    let cases = [
        ("a wrong check digit", "company", "brn", json!(wrong_brn), "company.brn"),
        ("a weak password", "contact", "password", json!("onlysmallletters"), "contact.password"),
        ("a consent that is missing", "contact", "consents", json!(without_privacy), "contact.consents"),
    ];
    for (what, part, field, value, named) in cases {
        let mut wrong = form.clone();
        wrong[part][field] = value;
        let refused = anyone.try_post("/v1/companies", wrong).await?;
        scene.tell.field_refused(what, &refused, named)?;
    }
    Ok(())
}

/// Signs a company up by the voucher form and has it approved.
pub async fn voucher_company(scene: &mut Scene, other: Option<&Firm>) -> anyhow::Result<Firm> {
    let anyone = scene.anyone.clone();
    let company = scene.people.company("주식회사 나루선물", "나루미");
    let text = anyone.upload("/v1/documents", "certificate.pdf", b"just words".to_vec()).await?;
    scene.tell.refused("a text file named .pdf", &text, 400, "DOCUMENT_TYPE")?;
    let mut documents = Vec::new();
    for (name, bytes, kind) in samples() {
        let uploaded = anyone.upload("/v1/documents", name, bytes.to_vec()).await?.ok()?;
        scene.tell.same(&format!("{name} is"), uploaded.text("contentType")?, kind)?;
        documents.push(uploaded.text("documentId")?.to_owned());
    }
    let token = scene.verify(&company.contact).await?;
    let form = json!({
        "company": company.form(), "contact": company.contact.contact_form(&token, &scene.consents),
        "mainPhone": "02-0000-0000",
        "account": { "bank": "가상은행", "number": "100-000-0000001", "holder": company.legal_name },
        "certificateDocumentId": documents[0], "bankbookDocumentId": documents[1], "headCountDocumentId": documents[2],
        "headCountIssuedOn": date(scene.today().await?.plus_days(-3)),
    });
    let mut stranger = form.clone();
    stranger["account"]["holder"] = json!("다른 사람");
    let refused = anyone.try_post("/v1/voucherCompanies", stranger).await?;
    scene.tell.field_refused("an account of somebody else", &refused, "account.holder")?;
    let made = anyone.post("/v1/voucherCompanies", form).await?;
    let id = made.text("companyId")?.to_owned();
    scene.tell.same("the company is first", made.text("state")?, "COMPANY_STATE_UNDER_REVIEW")?;
    let login = json!({ "loginId": company.contact.login_id, "password": company.contact.password });
    let refused = anyone.try_post("/v1/sessions", login).await?;
    scene.tell.refused("signing in before the review", &refused, 409, "COMPANY_UNDER_REVIEW")?;

    approve(scene, &id, other).await?;
    let (boss, with_code) = scene.sign_in(&company.contact).await?;
    scene.tell.same("login of a voucher company asks for a code", with_code, true)?;
    scene.mailbox.next(&company.contact.phone, "company-approved").await?;
    scene.tell.note("the approval came by SMS");
    Ok(Firm { id, company, boss })
}

async fn approve(scene: &mut Scene, id: &str, other: Option<&Firm>) -> anyhow::Result<()> {
    let operator = scene.operator.clone();
    let mut token = String::new();
    let entry = loop {
        let page = operator.get(&format!("/v1/companyReviews?pageSize=100&pageToken={token}")).await?;
        let found = page.list("companies")?.iter().find(|c| c["company"]["companyId"] == id).cloned();
        token = page.text("nextPageToken")?.to_owned();
        if found.is_some() || token.is_empty() {
            break found.ok_or_else(|| anyhow::anyhow!("{id} does not stand in the review queue"))?;
        }
    };
    let certificate = entry.text("certificate.documentId")?;
    let path = format!("/v1/documents/{certificate}:download");
    let (kind, bytes) = operator.download(&path).await?;
    scene.tell.holds("the operator reads the certificate", &kind, bytes == samples()[0].1)?;
    if let Some(other) = other {
        let refused = other.boss.client.ask(&path).await?;
        scene.tell.refused("another company reads it", &refused, 404, "DOCUMENT_NOT_FOUND")?;
        let refused =
            other.boss.client.try_post(&format!("/v1/companies/{id}:approve"), json!({ "headCount": "42" })).await?;
        scene.tell.refused("another company approves", &refused, 403, "NOT_ALLOWED")?;
    }
    let approved = operator.post(&format!("/v1/companies/{id}:approve"), json!({ "headCount": "42" })).await?;
    scene.tell.same("approved, it is", approved.text("state")?, "COMPANY_STATE_PROSPECT")?;
    scene.tell.same("head count on record", approved.number("headCount")?, 42)?;
    let trail = operator.get(&format!("/v1/auditEntries?companyId={id}&pageSize=100")).await?;
    let actions = column(trail.list("entries")?, "action").join(", ");
    scene.tell.holds("the trail holds it", &actions, actions.contains("company.approved"))?;
    Ok(())
}

/// A document of each kind: certificate, bankbook, head count.
pub fn samples() -> [(&'static str, &'static [u8], &'static str); 3] {
    const PDF: &[u8] =
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n\
        trailer<</Root 1 0 R>>\n%%EOF\n";
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\xdac\xfc\xcf\xc0P\x0f\0\x04\x85\x01\x80\x84\xa9\x8c!\0\0\0\0IEND\xaeB`\x82";
    const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xd9";
    [
        ("certificate.pdf", PDF, "application/pdf"),
        ("bankbook.png", PNG, "image/png"),
        ("headcount.jpg", JPEG, "image/jpeg"),
    ]
}
