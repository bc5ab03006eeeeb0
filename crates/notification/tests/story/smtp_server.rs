//! A mail server to try ours on. The protocol is spoken by a library of its own (mailin), over TLS where asked for; what
//! it does with a mail depends on who it is to.

use std::{
    collections::HashMap,
    io,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use mailin::{Action, AuthMechanism, Handler, Response, Session, SessionBuilder, response};
use notification::{Settings, settings::MailRoad};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

/// The one account, over TLS.
pub const USER: &str = "dure";
pub const PASSWORD: &str = "correct horse";

/// How it is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    None,
    /// From the first byte on.
    Wrapped,
    /// After STARTTLS.
    Upgraded,
}

#[derive(Default)]
pub struct Kept {
    /// Whole mails, in order.
    pub mails: Vec<Vec<u8>>,
    /// Times somebody was named as the recipient.
    pub named: HashMap<String, usize>,
    /// Who signed in.
    pub signed_in: usize,
    /// Connections.
    pub connections: usize,
}

/// See the module.
#[derive(Clone)]
pub struct MailServer {
    pub kept: Arc<Mutex<Kept>>,
    tls: Tls,
    port: u16,
    folder: Arc<TempDir>,
}

impl MailServer {
    pub async fn start(tls: Tls) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let (authority, acceptor) = certificates();
        std::fs::write(folder.path().join("ca.pem"), authority).unwrap();
        std::fs::write(folder.path().join("other.pem"), certificates().0).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Self { kept: Arc::default(), tls, port, folder };
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (server, acceptor) = (serving.clone(), acceptor.clone());
                tokio::spawn(async move { server.connection(stream, acceptor).await });
            }
        });
        server
    }

    /// Sends mails through it as one should.
    pub fn settings(&self) -> impl Fn(&mut Settings) + Clone + use<> {
        let url = match self.tls {
            Tls::None => format!("smtp://localhost:{}", self.port),
            Tls::Wrapped => format!("smtps://{USER}:correct%20horse@localhost:{}", self.port),
            Tls::Upgraded => format!("smtp://{USER}:correct%20horse@localhost:{}?tls=required", self.port),
        };
        let ca_file = self.file("ca.pem");
        move |settings| {
            settings.mail = MailRoad::Smtp;
            settings.smtp.url = url.clone().into();
            settings.smtp.ca_file = ca_file.display().to_string();
        }
    }

    /// `ca.pem` vouches for it, `other.pem` does not.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn look<T>(&self, at: impl FnOnce(&Kept) -> T) -> T {
        at(&self.kept.lock().unwrap())
    }

    async fn connection(self, stream: TcpStream, acceptor: TlsAcceptor) -> io::Result<()> {
        self.kept.lock().unwrap().connections += 1;
        let mut builder = SessionBuilder::new("localhost");
        if self.tls != Tls::None {
            builder.enable_auth(AuthMechanism::Plain);
        }
        if self.tls == Tls::Upgraded {
            builder.enable_start_tls();
        }
        let address = stream.peer_addr()?.ip();
        let post = Post { server: self.clone(), signed_in: self.tls == Tls::None, to: String::new(), mail: Vec::new() };
        let mut session = builder.build(address, post);
        let greeting = session.greeting();
        if self.tls == Tls::Wrapped {
            session.tls_active();
            let stream = acceptor.accept(stream).await?;
            return self.talk(BufReader::new(stream), &mut session, Some(greeting)).await.map(drop);
        }
        let plain = self.talk(BufReader::new(stream), &mut session, Some(greeting)).await?;
        if let Some(plain) = plain {
            let stream = acceptor.accept(plain.into_inner()).await?;
            session.tls_active();
            self.talk(BufReader::new(stream), &mut session, None).await?;
        }
        Ok(())
    }

    /// Until the end, or (with the stream) until TLS is to begin.
    async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        mut stream: BufReader<S>,
        session: &mut Session<Post>,
        greeting: Option<Response>,
    ) -> io::Result<Option<BufReader<S>>> {
        if let Some(greeting) = greeting {
            stream.write_all(&greeting.buffer()?).await?;
        }
        let mut line = Vec::new();
        while stream.read_until(b'\n', &mut line).await? > 0 {
            let answer = session.process(&line);
            line.clear();
            // A handler that wants the connection cut says so by these codes.
            if CUT.contains(&answer.code) {
                return Ok(None);
            }
            stream.write_all(&answer.buffer()?).await?;
            stream.flush().await?;
            match answer.action {
                Action::Close => return Ok(None),
                Action::UpgradeTls => return Ok(Some(stream)),
                Action::Reply | Action::NoReply => {}
            }
        }
        Ok(None)
    }
}

const CUT: [u16; 2] = [451, 554];

/// One connection's mails.
struct Post {
    server: MailServer,
    signed_in: bool,
    to: String,
    mail: Vec<u8>,
}

impl Post {
    fn times(&self) -> usize {
        self.server.look(|kept| kept.named.get(&self.to).copied().unwrap_or_default())
    }
}

impl Handler for Post {
    fn auth_plain(&mut self, _: &str, user: &str, password: &str) -> Response {
        self.signed_in = user == USER && password == PASSWORD;
        self.server.kept.lock().unwrap().signed_in += usize::from(self.signed_in);
        if self.signed_in { response::AUTH_OK } else { response::INVALID_CREDENTIALS }
    }

    fn mail(&mut self, _: std::net::IpAddr, _: &str, _: &str) -> Response {
        if self.signed_in { response::OK } else { response::AUTHENTICATION_REQUIRED }
    }

    fn rcpt(&mut self, to: &str) -> Response {
        to.clone_into(&mut self.to);
        self.mail.clear();
        *self.server.kept.lock().unwrap().named.entry(to.to_owned()).or_default() += 1;
        match to.split('@').next() {
            Some("gone") => response::NO_MAILBOX,
            Some("busy") if self.times() < 3 => response::OUT_OF_SPACE,
            _ => response::OK,
        }
    }

    fn data(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.mail.extend_from_slice(bytes);
        // An error makes mailin answer 554: in the middle of the mail.
        if self.to.starts_with("cut@") && self.times() == 1 { Err(io::Error::other("cut")) } else { Ok(()) }
    }

    fn data_end(&mut self) -> Response {
        let mail = std::mem::take(&mut self.mail);
        self.server.kept.lock().unwrap().mails.push(mail);
        // The mail is here, and nobody learns of it.
        if self.to.starts_with("lost@") && self.times() == 1 { response::INTERNAL_ERROR } else { response::OK }
    }
}

/// An authority (PEM), and a server it vouches for.
fn certificates() -> (String, TlsAcceptor) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![server.der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )
        .unwrap();
    (authority.pem(), TlsAcceptor::from(Arc::new(config)))
}
