//! argon2id: 19 MiB, two passes (OWASP's floor, and the crate's default). Its memory is ours to give: asked for in one piece
//! of more than 32 MiB, of which the rest is never touched. Such a piece the C library maps by itself and gives back at
//! once; a smaller one it keeps for the next login, in every thread that ever dealt with one.

use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};

/// Blocks of a KiB from which on memory is mapped by itself.
const MAPPED: usize = 33 * 1024;

/// What to keep of a password.
pub(super) fn hash(text: &[u8]) -> anyhow::Result<String> {
    let (params, salt) = (Params::DEFAULT, Salt::generate());
    let kept = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::default().into()),
        params: ParamsString::try_from(&params).map_err(wrong)?,
        hash: Some(output(text, &salt, params, Version::default(), Params::DEFAULT_OUTPUT_LEN)?),
        salt: Some(salt),
    };
    Ok(kept.to_string())
}

/// Whether it is the password of which this was kept.
pub(super) fn verify(text: &[u8], kept: &str) -> anyhow::Result<bool> {
    let kept = PasswordHash::new(kept).map_err(wrong)?;
    let (Some(salt), Some(hash)) = (kept.salt, kept.hash) else { return Ok(false) };
    let version = kept.version.map_or(Ok(Version::default()), Version::try_from).map_err(wrong)?;
    let params = Params::try_from(&kept).map_err(wrong)?;
    // Outputs are compared in constant time.
    Ok(kept.algorithm == ARGON2ID_IDENT && output(text, &salt, params, version, hash.len())? == hash)
}

fn output(text: &[u8], salt: &Salt, params: Params, version: Version, length: usize) -> anyhow::Result<Output> {
    let blocks = params.block_count();
    let mut memory = Vec::with_capacity(blocks.max(MAPPED));
    memory.resize(blocks, Block::default());
    let mut out = vec![0; length];
    let argon = Argon2::new(Algorithm::Argon2id, version, params);
    argon.hash_password_into_with_memory(text, salt.as_ref(), &mut out, &mut memory).map_err(wrong)?;
    Output::new(&out).map_err(wrong)
}

fn wrong(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow::anyhow!("argon2: {error}")
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};

    use super::*;

    // ID-5, S05
    #[test]
    fn it_is_what_the_library_itself_makes_and_believes() {
        let text = "가나다라마바사아자차Zz1🎁".as_bytes();
        let theirs = Argon2::default().hash_password(text).unwrap().to_string();
        assert!(verify(text, &theirs).unwrap());
        assert!(!verify(b"another", &theirs).unwrap());
        let ours = hash(text).unwrap();
        let kept = PasswordHash::new(&ours).unwrap();
        assert!(Argon2::default().verify_password(text, &kept).is_ok());
        assert!(Argon2::default().verify_password(b"another", &kept).is_err());
        assert!(!verify(text, &ours.replace("argon2id", "argon2i")).unwrap_or_default());
    }
}
