//! The queries are checked against the server of DATABASE_URL: again whenever that is another one.
fn main() {
    println!("cargo:rerun-if-env-changed=DATABASE_URL");
    println!("cargo:rerun-if-changed=migrations");
}
