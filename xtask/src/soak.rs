//! Half an hour of mixed load, and what memory each process has meanwhile: flat, once caches are full and
//! as many old versions go as come.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::install;
use crate::server::Server;
use crate::shell::{root, run as run_command};

/// Between two looks.
const EVERY: Duration = Duration::from_secs(10);
/// Looks that make a figure: the median of two minutes.
const WINDOW: usize = 12;
/// Growth that is taken for noise, in KiB and in parts of a hundred.
const NOISE: (u64, u64) = (16 << 10, 10);

/// Rows of [`fill`]'s table, in transactions of so many, with about 300 bytes each: more than a replica's cache
/// of blocks holds.
const FILL: (u64, u64) = (1_200_000, 100_000);
/// How often they are read, and from how many connections at a time, so that every replica is asked.
const READS: (usize, usize) = (6, 6);

/// Resident memory, in KiB, look by look.
type Series = BTreeMap<(u32, String), Vec<u64>>;

/// `minutes` of load, of which the first `warm` do not count.
///
/// # Errors
/// If a process ends, the load fails, or memory grows.
pub fn run(server: &Server, minutes: u64, warm: u64, rate: u32) -> Result<()> {
    let parent = server.pid.context("memory is looked at only where the server is started for it: leave out --port")?;
    ensure!(minutes * 60 >= warm * 60 + 2 * WINDOW as u64 * EVERY.as_secs(), "too short to compare two windows");
    install::postgres_clients()?;
    fill(server)?;
    run_command(server.command("pgbench").args(["-i", "-q", "-s", "3"]))?;
    let scans = root().join("target/xtask/soak.sql");
    std::fs::write(
        &scans,
        "SELECT count(*), sum(abalance) FROM pgbench_accounts WHERE aid % 7 = 3;\n\
         SELECT bid, max(delta) FROM pgbench_history GROUP BY bid ORDER BY 2 DESC LIMIT 3;\n",
    )?;
    let mut load = server.command("pgbench");
    load.args(["-n", "-c", "6", "-j", "1", "-M", "prepared", "--max-tries=100", "-P", "60"])
        .args(["-T", &(minutes * 60).to_string(), "-R", &rate.to_string()])
        .args(["-b", "select-only@60", "-b", "simple-update@20", "-b", "tpcb-like@18", "-f"])
        .arg(format!("{}@2", scans.display()))
        .stdin(Stdio::null());
    let mut load = load.spawn().context("pgbench")?;
    let begun = Instant::now();
    let mut series = Series::new();
    let status = loop {
        std::thread::sleep(EVERY);
        if let Some(status) = load.try_wait()? {
            break status;
        }
        for (pid, name) in family(parent) {
            let kib = resident(pid).with_context(|| format!("{name} ({pid}) has ended"))?;
            series.entry((pid, name)).or_default().push(kib);
        }
        let looks = begun.elapsed().as_secs() / EVERY.as_secs();
        if looks.is_multiple_of(6) {
            let now: Vec<String> = series.iter().map(|((_, name), kib)| figure(name, kib.last())).collect();
            println!("soak: minute {:>2}: {}", looks / 6, now.join(", "));
        }
    };
    ensure!(status.success(), "pgbench: {status}");
    judge(&series, usize::try_from(warm * 60 / EVERY.as_secs())?)
}

/// Fills the caches, which else would fill slowly: blocks of files that were merged away stay until others
/// need their place.
fn fill(server: &Server) -> Result<()> {
    let psql = |sql: &[String]| {
        let mut psql = server.command("psql");
        psql.args(["-X", "-q", "-o", "/dev/null", "-v", "ON_ERROR_STOP=1"]);
        for one in sql {
            psql.args(["-c", one]);
        }
        psql
    };
    let (rows, each) = FILL;
    let mut sql = vec!["CREATE TABLE soak_filler (id bigint PRIMARY KEY, pad text)".to_owned()];
    sql.extend((0..rows / each).map(|n| {
        let (first, last) = (n * each + 1, (n + 1) * each);
        format!("INSERT INTO soak_filler SELECT i, repeat(md5(i::text), 8) FROM generate_series({first}, {last}) i")
    }));
    run_command(&mut psql(&sql))?;
    let reads = vec!["SELECT count(*), sum(length(pad)) FROM soak_filler".to_owned(); READS.0];
    let readers: Vec<_> = (0..READS.1).map(|_| psql(&reads).spawn().context("psql")).collect::<Result<_>>()?;
    for mut reader in readers {
        let status = reader.wait()?;
        ensure!(status.success(), "psql: {status}");
    }
    Ok(())
}

fn figure(name: &str, kib: Option<&u64>) -> String {
    format!("{name} {} MiB", kib.map_or(0, |kib| kib >> 10))
}

/// Compares the first window after `warm` looks with the last.
fn judge(series: &Series, warm: usize) -> Result<()> {
    let mut grown = Vec::new();
    for ((pid, name), looks) in series {
        let (Some(first), Some(last)) = (
            looks.get(warm..warm + WINDOW).map(median),
            looks.len().checked_sub(WINDOW).and_then(|from| looks.get(from..)).map(median),
        ) else {
            bail!("{name} ({pid}) was not there all the time");
        };
        let most = looks.iter().skip(warm).max().copied().unwrap_or_default();
        println!(
            "soak: {name} ({pid}): {} MiB after the warm-up, {} at the end, at most {}",
            first >> 10,
            last >> 10,
            most >> 10
        );
        if last > first + (first * NOISE.1 / 100).max(NOISE.0) {
            grown.push(name.as_str());
        }
    }
    ensure!(!series.is_empty(), "no process was looked at");
    ensure!(grown.is_empty(), "memory grows: {}", grown.join(", "));
    Ok(())
}

fn median(looks: &[u64]) -> u64 {
    let mut sorted = looks.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// A process and all that it started, each with its role.
fn family(parent: u32) -> Vec<(u32, String)> {
    let mut found = vec![parent];
    let mut next = 0;
    while let Some(pid) = found.get(next).copied() {
        next += 1;
        // A child belongs to the thread that started it.
        for thread in std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten() {
            let children = std::fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            found.extend(children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
        }
    }
    found.into_iter().filter_map(|pid| Some((pid, role(pid)?))).collect()
}

/// The first argument of a process: `journal` of `gavel journal …`.
fn role(pid: u32) -> Option<String> {
    let line = std::fs::read(Path::new("/proc").join(pid.to_string()).join("cmdline")).ok()?;
    line.split(|byte| *byte == 0).nth(1).map(|word| String::from_utf8_lossy(word).into_owned())
}

/// Resident memory of a process, in KiB.
fn resident(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(looks: impl IntoIterator<Item = u64>) -> Series {
        Series::from([((1, "storage".to_owned()), looks.into_iter().collect())])
    }

    #[test]
    fn memory_that_grows_after_the_warm_up_is_told() {
        let filling = (0..30).map(|n| n << 15);
        assert!(judge(&series(filling.clone().chain(std::iter::repeat_n(30 << 15, 40))), 30).is_ok());
        assert!(judge(&series(filling.chain((0..40).map(|n| (30 << 15) + (n << 13)))), 30).is_err());
        assert!(judge(&series(0..20), 30).is_err(), "one that was not there all the time");
        assert!(judge(&Series::new(), 30).is_err());
    }

    #[test]
    fn what_a_process_has_can_be_seen() {
        let own = std::process::id();
        assert!(resident(own).is_some_and(|kib| kib > 500));
        assert!(resident(u32::MAX).is_none());
    }
}
