//! The story on every service as a process of its own, on PostgreSQL and RabbitMQ (OP-2).

use std::path::Path;

use story::{
    Options, Scene,
    fleet::{Fleet, Servers},
};

#[tokio::test]
async fn the_story_is_told_by_separate_services() -> anyhow::Result<()> {
    let Some(servers) = Servers::from_environment() else {
        eprintln!("skipped: DURE_TEST_POSTGRES and DURE_TEST_AMQP are not set; scripts/test sets them");
        return Ok(());
    };
    let mut fleet = Fleet::start(Path::new(env!("CARGO_BIN_EXE_dure")), &servers, &[]).await?;
    let options = Options::new(&fleet.url, &Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
    let mut scene = Scene::set(options).await?;
    if let Err(wrong) = story::play(&mut scene).await {
        eprintln!("the logs are kept in {}", fleet.keep_logs().display());
        return Err(wrong);
    }
    assert_eq!(fleet.leaked(scene.people.secrets()), None);
    fleet.stop().await
}
