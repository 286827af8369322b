//! The logs of several processes on one terminal: each line with its process's name, in its colour.

use std::io::{IsTerminal, Write};

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

/// ANSI colours that read well on dark and on light.
const COLOURS: [u8; 6] = [36, 33, 32, 35, 34, 31];
/// Longest line that is passed on whole.
const LONGEST: usize = 16 << 10;

/// What stands before each line of the process at `place`.
pub fn prefix(name: &str, place: usize, width: usize) -> String {
    if std::io::stderr().is_terminal() {
        format!("\x1b[{}m{name:width$}\x1b[0m ", COLOURS[place % COLOURS.len()])
    } else {
        format!("{name:width$} ")
    }
}

/// A line of our own.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "gavel dev: {text}");
}

/// Passes lines on until the stream ends. Nobody reading our standard error ends nothing but this.
pub async fn copy(stream: impl AsyncRead + Unpin, prefix: String) {
    let mut lines = BufReader::new(stream).split(b'\n');
    while let Ok(Some(mut line)) = lines.next_segment().await {
        line.truncate(LONGEST);
        let text = String::from_utf8_lossy(&line);
        if writeln!(std::io::stderr(), "{prefix}{}", text.trim_end()).is_err() {
            break;
        }
    }
}
