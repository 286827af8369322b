//! Lists under concurrent appends and reads, without faults, at both levels.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use gavel_testkit::Server;
use gavel_testkit::list_append::load::{Lists, Load};
use gavel_testkit::list_append::{Level, check};

use crate::GAVEL;

/// Transactions that are enough; a busy machine takes longer for them, but not for ever.
const ENOUGH: usize = 400;
const LASTS_AT_MOST: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn lists_show_no_anomaly_at_either_level() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let server = Server::start(GAVEL, dir.path().join("data"), &[]).await?;
    let entrances = server.entrances();
    let lists = Lists::create(entrances[0]).await?;
    for level in [Level::Snapshot, Level::Serializable] {
        let round = lists.round();
        let stop = Arc::new(AtomicBool::new(false));
        let stopping = {
            let (round, stop) = (round.clone(), stop.clone());
            tokio::spawn(async move {
                let begin = Instant::now();
                while round.recorder.count() < ENOUGH && begin.elapsed() < LASTS_AT_MOST {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                stop.store(true, Ordering::Relaxed);
            })
        };
        round.run(&entrances, Load { clients: 8, seed: 1, level, pause: Duration::ZERO }, &stop).await?;
        stopping.await?;
        round.read_all(entrances[0]).await?;
        let report = check(&round.recorder.take(), level);
        println!("{level:?}: committed, aborted, unknown {:?}; {} reads", report.outcomes, report.reads);
        assert!(report.anomalies.is_empty(), "{level:?}: {:#?}", report.anomalies);
        // Without faults every outcome is known.
        assert!(report.outcomes[0] > 20 && report.outcomes[2] == 0, "{level:?}: {report:?}");
    }
    assert_eq!(lists.changed(entrances[0]).await?, 0);
    Ok(())
}
