//! The story on the one binary: everything in one process, SQLite, events inside (OP-1). What a client did must not
//! show in the log: no code, no phone, no password (OP-6).

use std::path::Path;

use story::{Options, Scene, embedded::Embedded};

#[tokio::test]
async fn the_story_is_told_in_one_process_and_twice_on_the_same_data() -> anyhow::Result<()> {
    let mut dure = Embedded::start(Path::new(env!("CARGO_BIN_EXE_dure"))).await?;
    for clock in [true, false] {
        let mut options = Options::new(&dure.url, &Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
        options.clock = clock;
        let mut scene = Scene::set(options).await?;
        story::play(&mut scene).await?;
        assert_eq!(dure.leaked(scene.people.secrets()), None);
    }
    dure.stop().await
}
