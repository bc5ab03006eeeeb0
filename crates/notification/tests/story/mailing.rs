//! Through a mail server (NO-2): a small SMTP server takes one address and refuses another.

use std::sync::Arc;

use contract::{
    ask::To,
    notification::v1::{MessageState, Priority},
};
use notification::{Notification, Settings, settings::MailRoad};
use testkit::on_both_with;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::Mutex,
};
use words::Email;

use crate::{ask_for, asked, email, reports};

/// Speaks as much SMTP as a mail needs; keeps what it was sent.
async fn serve(stream: TcpStream, kept: Arc<Mutex<Vec<String>>>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 here\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let answer = match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => "250 here\r\n",
            "RCPT" if line.contains("gone@") => "550 no such user\r\n",
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let mut mail = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    mail.push_str(&line);
                    mail.push('\n');
                }
                kept.lock().await.push(mail);
                "250 taken\r\n"
            }
            "QUIT" => "221 bye\r\n",
            _ => "250 ok\r\n",
        };
        write.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

// NO-1, NO-2
#[tokio::test]
async fn mails_go_to_the_mail_server() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let kept = Arc::new(Mutex::new(Vec::new()));
    let mails = kept.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, mails.clone()));
        }
    });
    let through = move |settings: &mut Settings| {
        settings.mail = MailRoad::Smtp;
        settings.smtp.url = url.clone().into();
    };
    on_both_with::<Notification, _>(through, |t| {
        let kept = kept.clone();
        async move {
            kept.lock().await.clear();
            let variables = [("name", "김민수"), ("login_id", "min***")];
            let gone = To::Email(Email::parse("gone@example.com").unwrap());
            let good = asked(&t, "welcome", Priority::Normal, email(), &variables);
            let bad = asked(&t, "welcome", Priority::Normal, gone, &variables);
            ask_for(&t, vec![good.clone(), bad.clone()]).await;
            let told = reports(&t, 2).await;
            let of = |id: &str| told.iter().find(|r| r.message_id == id).unwrap();
            assert_eq!(of(&good.message_id).state(), MessageState::Accepted);
            assert_eq!(of(&bad.message_id).state(), MessageState::Failed);
            assert_eq!(of(&bad.message_id).reason, "REFUSED(550)");
            let kept = kept.lock().await;
            assert_eq!(kept.len(), 1);
            assert!(kept[0].contains("To: minsu.kim@example.com") && kept[0].contains(&good.message_id), "{}", kept[0]);
        }
    })
    .await;
}
