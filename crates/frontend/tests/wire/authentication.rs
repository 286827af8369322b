//! Passwords, TLS, and who may connect.

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, OnceLock};

use gavel_frontend::auth::hba::Rule;
use gavel_frontend::settings::{FrontendSettings, TlsFiles};
use tokio::io::AsyncReadExt;

use crate::raw::{Raw, startup};
use crate::toy::Server;

fn scram(settings: &mut FrontendSettings) {
    settings.hba = vec![Rule::parse("host all all all scram-sha-256").unwrap()];
}

fn message(error: &tokio_postgres::Error) -> (String, String) {
    let error = error.as_db_error().unwrap_or_else(|| panic!("not from the server: {error:?}"));
    (error.code().code().to_owned(), error.message().to_owned())
}

#[tokio::test]
async fn the_right_password_opens_and_wrong_ones_look_like_unknown_users() {
    let server = Server::with(scram).await;
    assert!(server.connect_as("user=pencil password=pencil").await.unwrap().simple_query("select 1").await.is_ok());
    let wrong = server.connect_as("user=pencil password=pen").await.unwrap_err();
    let unknown = server.connect_as("user=nobody password=pen").await.unwrap_err();
    assert_eq!(message(&wrong), ("28P01".to_owned(), "password authentication failed for user \"pencil\"".to_owned()));
    assert_eq!(
        message(&unknown),
        ("28P01".to_owned(), "password authentication failed for user \"nobody\"".to_owned())
    );
}

#[tokio::test]
async fn whoever_comes_before_the_database_is_open_is_told_so() {
    let secret = Arc::new(OnceLock::new());
    let late = secret.clone();
    let server = Server::with(move |s| s.mock_secret = late).await;
    let early = server.connect_as("user=pencil").await.unwrap_err();
    assert_eq!(message(&early), ("57P03".to_owned(), "the database system is starting up".to_owned()));
    secret.set([7; 32]).unwrap();
    server.connect_as("user=pencil").await.unwrap();
}

#[tokio::test]
async fn a_role_that_cannot_be_looked_up_is_no_wrong_password() {
    let server = Server::with(scram).await;
    let error = server.connect_as("user=lost password=pencil").await.unwrap_err();
    assert_eq!(message(&error), ("57P03".to_owned(), "storage is not available".to_owned()));
}

#[tokio::test]
async fn guessing_gets_slower() {
    let server = Server::with(scram).await;
    let mut slowest = std::time::Duration::ZERO;
    for _ in 0..6 {
        let begun = std::time::Instant::now();
        assert!(server.connect_as("user=pencil password=guess").await.is_err());
        slowest = begun.elapsed();
    }
    assert!(slowest >= std::time::Duration::from_millis(350), "{slowest:?}");
}

#[tokio::test]
async fn skipping_the_password_is_no_way_in() {
    let server = Server::with(scram).await;
    let mut raw = Raw::open(server.address).await;
    raw.send(&startup(&[("user", "pencil")])).await;
    assert_eq!(raw.next().await.unwrap().body, b"\0\0\0\x0aSCRAM-SHA-256\0\0");
    raw.send(&crate::raw::query("select 1")).await;
    assert_eq!(raw.fatal().await.field(b'C').unwrap(), "28P01");
}

#[tokio::test]
async fn large_messages_before_authentication_are_refused() {
    let server = Server::with(scram).await;
    let mut raw = Raw::open(server.address).await;
    raw.send(&startup(&[("user", "pencil")])).await;
    raw.next().await.unwrap();
    raw.send(b"p\0\x01\0\0").await;
    assert_eq!(raw.fatal().await.field(b'C').unwrap(), "28P01");
}

#[tokio::test]
async fn who_fits_no_rule_is_told() {
    let server = Server::with(|s| s.hba = vec![Rule::parse("hostssl all all all trust").unwrap()]).await;
    let error = server.connect_as("user=pencil").await.unwrap_err();
    assert_eq!(
        message(&error),
        (
            "28000".to_owned(),
            "no pg_hba.conf entry for host \"127.0.0.1\", user \"pencil\", database \"toy\", no encryption".to_owned()
        )
    );
}

/// A certificate of its own signature, made by openssl; `None` where there is no openssl.
fn certificate(directory: &Path) -> Option<TlsFiles> {
    let files =
        TlsFiles { certificate: directory.join("cert.pem"), key: directory.join("key.pem"), allow_tls12: false };
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"])
        .args(["-subj", "/CN=localhost", "-days", "30", "-out"])
        .arg(&files.certificate)
        .arg("-keyout")
        .arg(&files.key)
        .output()
        .ok()?;
    made.status.success().then_some(files)
}

#[tokio::test]
async fn without_certificates_tls_is_declined() {
    let server = Server::start().await;
    let mut raw = Raw::open(server.address).await;
    for request in [&b"\0\0\0\x08\x04\xd2\x16\x30"[..], b"\0\0\0\x08\x04\xd2\x16\x2f"] {
        raw.send(request).await;
        let mut letter = [0];
        raw.0.read_exact(&mut letter).await.unwrap();
        assert_eq!(&letter, b"N");
    }
    raw.send(&startup(&[("user", "pencil")])).await;
    assert_eq!(raw.until('Z').await[0].tag, 'R');
}

#[tokio::test]
async fn bytes_sent_ahead_of_tls_are_never_taken_for_protected_ones() {
    let directory = tempfile::tempdir().unwrap();
    let Some(files) = certificate(directory.path()) else {
        eprintln!("no openssl on this machine: nothing tested");
        return;
    };
    let server = Server::with(|s| s.tls = Some(files)).await;
    let mut raw = Raw::open(server.address).await;
    raw.send(&[&b"\0\0\0\x08\x04\xd2\x16\x2f"[..], &startup(&[("user", "pencil")])].concat()).await;
    let mut rest = vec![];
    raw.0.read_to_end(&mut rest).await.unwrap();
    // Either they came in time to be refused by name, or TLS chokes on them. Never a session.
    let told = String::from_utf8_lossy(&rest);
    assert!(rest.first() != Some(&b'R') && !told.contains("server_version"), "{told}");
}

fn old_command(port: u16) -> Command {
    let mut command = Command::new("openssl");
    command.args(["s_client", "-starttls", "postgres", "-tls1_2", "-connect"]);
    command.arg(format!("127.0.0.1:{port}")).stdin(std::process::Stdio::null());
    command
}

#[tokio::test]
async fn psql_over_tls_binds_the_channel() {
    let directory = tempfile::tempdir().unwrap();
    let (Some(files), Ok(_)) = (certificate(directory.path()), Command::new("psql").arg("-V").output()) else {
        eprintln!("no openssl or psql on this machine: nothing tested");
        return;
    };
    let server = Server::with(|s| {
        s.tls = Some(files);
        scram(s);
    })
    .await;
    let run = |password: &'static str, binding: &'static str| {
        let port = server.address.port().to_string();
        tokio::task::spawn_blocking(move || {
            Command::new("psql")
                .env("PGPASSWORD", password)
                .env("PGCONNECT_TIMEOUT", "10")
                .args(["-XAt", "-c", "select 7"])
                .arg(format!(
                    "host=127.0.0.1 port={port} user=pencil dbname=toy sslmode=require channel_binding={binding}"
                ))
                .output()
                .unwrap()
        })
    };
    for binding in ["require", "prefer", "disable"] {
        let output = run("pencil", binding).await.unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "7", "{binding}: {errors}");
    }
    let old = tokio::task::spawn_blocking({
        let mut old = old_command(server.address.port());
        move || old.output().unwrap()
    });
    assert!(!old.await.unwrap().status.success(), "TLS 1.2 was taken");
    let output = run("wrong", "require").await.unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("password authentication failed"));
}
