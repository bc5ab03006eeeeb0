//! A wire between two processes, on loopback, that can be cut in three ways: at once with a reset, silently (nothing goes
//! through any more, nobody is told), and in one direction only.

use std::{net::SocketAddr, sync::Arc};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

/// How it is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Not at all.
    Whole,
    /// Every connection is reset, and every new one.
    Reset,
    /// Bytes are swallowed in both directions.
    Silent,
    /// What comes back is swallowed; what is asked arrives.
    OneWay,
}

/// See the module. Dropped, it lets nothing through any more.
pub struct Wire {
    /// Where it listens.
    pub address: SocketAddr,
    state: Arc<watch::Sender<Cut>>,
    accepting: tokio::task::JoinHandle<()>,
}

impl Wire {
    /// A wire to an address (`127.0.0.1:7102`).
    pub async fn to(target: &str) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let state = Arc::new(watch::Sender::new(Cut::Whole));
        let (cuts, target) = (state.clone(), target.to_owned());
        let accepting = tokio::spawn(async move {
            while let Ok((from, _)) = listener.accept().await {
                tokio::spawn(carry(from, target.clone(), cuts.subscribe()));
            }
        });
        Ok(Self { address, state, accepting })
    }

    /// Cuts it, or mends it.
    pub fn set(&self, cut: Cut) {
        self.state.send_replace(cut);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.accepting.abort();
        self.set(Cut::Reset);
    }
}

async fn carry(from: TcpStream, target: String, mut cut: watch::Receiver<Cut>) {
    // Without lingering a closed socket answers with a reset.
    let _ = from.set_zero_linger();
    if *cut.borrow() == Cut::Reset {
        return;
    }
    let Ok(to) = TcpStream::connect(target).await else { return };
    let _ = (from.set_nodelay(true), to.set_nodelay(true));
    let ((asks, answers), (heard, asked)) = (from.into_split(), to.into_split());
    let there = pump(asks, asked, cut.clone(), |cut| cut == Cut::Silent);
    let back = pump(heard, answers, cut.clone(), |cut| matches!(cut, Cut::Silent | Cut::OneWay));
    tokio::select! {
        () = there => {}
        () = back => {}
        _ = cut.wait_for(|cut| *cut == Cut::Reset) => {}
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, cut: watch::Receiver<Cut>, swallows: fn(Cut) -> bool) {
    let mut bytes = vec![0; 16 * 1024];
    let mut swallowed = false;
    while let Ok(count) = from.read(&mut bytes).await {
        if count == 0 {
            return;
        }
        // What was swallowed is gone: the connection is of no use when the wire is whole again, as in a real cut.
        swallowed |= swallows(*cut.borrow());
        if swallowed && !swallows(*cut.borrow()) {
            return;
        }
        if !swallowed && to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wire_carries_until_it_is_cut() -> anyhow::Result<()> {
        let echo = TcpListener::bind("127.0.0.1:0").await?;
        let target = echo.local_addr()?.to_string();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = echo.accept().await {
                tokio::spawn(async move {
                    let (mut read, mut write) = stream.split();
                    let _ = tokio::io::copy(&mut read, &mut write).await;
                });
            }
        });
        let wire = Wire::to(&target).await?;
        let mut stream = TcpStream::connect(wire.address).await?;
        let mut byte = [0];
        stream.write_all(b"a").await?;
        stream.read_exact(&mut byte).await?;
        assert_eq!(&byte, b"a");
        wire.set(Cut::Reset);
        assert!(matches!(stream.read(&mut byte).await, Ok(0) | Err(_)), "cut");
        Ok(())
    }
}
