//! Breaks on purpose, for the controls of `crates/chaos`: a check that never saw a break shows nothing. They exist only
//! with the feature `sabotage`, which no release build can have; which one is active says `DURE_SABOTAGE`, and where the
//! process dies says `DURE_SABOTAGE_CRASH`. Without the feature both functions are nothing.

#[cfg(all(feature = "sabotage", not(debug_assertions)))]
compile_error!("the feature sabotage breaks Dure on purpose: never in a release build");

/// Whether this break is active.
#[cfg(feature = "sabotage")]
pub fn breaks(name: &str) -> bool {
    std::env::var("DURE_SABOTAGE").is_ok_and(|active| active == name)
}

/// Whether this break is active: never.
#[cfg(not(feature = "sabotage"))]
pub const fn breaks(_: &str) -> bool {
    false
}

/// Dies here, as `kill -9` does, if this is the named point.
#[cfg(feature = "sabotage")]
pub fn crash(point: &str) {
    if std::env::var("DURE_SABOTAGE_CRASH").is_ok_and(|at| at == point) {
        std::process::abort();
    }
}

/// Goes on.
#[cfg(not(feature = "sabotage"))]
pub const fn crash(_: &str) {}
