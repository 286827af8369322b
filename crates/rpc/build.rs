//! Compiles `proto/` without `protoc`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    const ROOT: &str = "../../proto";
    const FILES: [&str; 9] =
        ["common", "pushdown", "read", "commit", "journal", "locks", "membership", "peer", "bootstrap"];
    println!("cargo::rerun-if-changed={ROOT}");
    let files = FILES.map(|name| format!("{ROOT}/gavel/v1/{name}.proto"));
    let descriptors = protox::compile(files, [ROOT])?;
    tonic_prost_build::configure().bytes(".").compile_fds(descriptors)?;
    Ok(())
}
