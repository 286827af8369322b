//! `gavel sql`: runs statements without psql, through tokio-postgres.

mod split;
mod table;

use std::io::{BufRead, IsTerminal, Read, Write};

use anyhow::Context;
use tokio_postgres::{AsyncMessage, Client, NoTls, SimpleQueryMessage};

use crate::Failure;
use crate::cli::Sql;
use split::Splitter;
use table::Table;

pub fn run(args: Sql) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(session(args))
}

async fn session(args: Sql) -> Result<(), Failure> {
    let client = connect(&args.url).await.map_err(|e| Failure::new(Failure::UNREACHABLE, e))?;
    let mut shell = Shell { client, keep_going: args.keep_going, failed: false };
    if !args.commands.is_empty() {
        for command in &args.commands {
            // As psql does: one -c is one message, hence one transaction.
            if !shell.statement(command).await {
                break;
            }
        }
        return shell.end();
    }
    if args.files.is_empty() {
        let stdin = std::io::stdin();
        if stdin.is_terminal() {
            shell.keep_going = true;
            shell.interactive().await?;
            return Ok(());
        }
        let mut text = String::new();
        stdin.lock().read_to_string(&mut text).context("cannot read standard input")?;
        shell.script(&text).await;
        return shell.end();
    }
    for file in &args.files {
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        if !shell.script(&text).await {
            break;
        }
    }
    shell.end()
}

async fn connect(url: &str) -> anyhow::Result<Client> {
    let (client, mut connection) =
        tokio_postgres::connect(url, NoTls).await.map_err(|e| anyhow::anyhow!("cannot connect: {}", explain(&e)))?;
    tokio::spawn(async move {
        while let Some(message) = std::future::poll_fn(|cx| connection.poll_message(cx)).await {
            match message {
                Ok(AsyncMessage::Notice(notice)) => eprintln!("{}:  {}", notice.severity(), notice.message()),
                Ok(_) => {}
                Err(_) => break,
            }
        }
    });
    Ok(client)
}

struct Shell {
    client: Client,
    keep_going: bool,
    failed: bool,
}

impl Shell {
    fn end(self) -> Result<(), Failure> {
        // What failed has been told already.
        if self.failed { Err(anyhow::anyhow!("a statement failed").into()) } else { Ok(()) }
    }

    /// Runs the statements of a text one by one; false once it should stop.
    async fn script(&mut self, text: &str) -> bool {
        let mut splitter = Splitter::default();
        for statement in splitter.push(text).into_iter().chain(splitter.finish()) {
            if !self.statement(&statement).await {
                return false;
            }
        }
        true
    }

    async fn interactive(&mut self) -> anyhow::Result<()> {
        let mut splitter = Splitter::default();
        let mut lines = std::io::stdin().lock().lines();
        loop {
            print!("{}", if splitter.is_empty() { "gavel=> " } else { "gavel-> " });
            std::io::stdout().flush()?;
            let Some(line) = lines.next().transpose()? else { break };
            if splitter.is_empty() && matches!(line.trim(), "\\q" | "exit" | "quit") {
                break;
            }
            for statement in splitter.push(&format!("{line}\n")) {
                self.statement(&statement).await;
            }
        }
        println!();
        Ok(())
    }

    /// Runs one message; false once it should stop.
    async fn statement(&mut self, sql: &str) -> bool {
        match self.client.simple_query(sql).await {
            Ok(messages) => {
                print_results(&messages);
                true
            }
            Err(error) => {
                eprintln!("{}", explain(&error));
                self.failed = true;
                self.keep_going && !self.client.is_closed()
            }
        }
    }
}

fn print_results(messages: &[SimpleQueryMessage]) {
    let mut table: Option<Table> = None;
    for message in messages {
        match message {
            SimpleQueryMessage::RowDescription(columns) => {
                table = Some(Table::new(columns.iter().map(|c| c.name().to_owned()).collect()));
            }
            SimpleQueryMessage::Row(row) => {
                if let Some(table) = &mut table {
                    table.push((0..row.len()).map(|i| row.get(i).map(str::to_owned)).collect());
                }
            }
            SimpleQueryMessage::CommandComplete(rows) => match table.take() {
                Some(table) => println!("{table}"),
                None => println!("done: {rows}"),
            },
            _ => {}
        }
    }
}

/// An error as psql writes it.
fn explain(error: &tokio_postgres::Error) -> String {
    let Some(db) = error.as_db_error() else {
        let cause = std::error::Error::source(error).map(|c| format!(": {c}")).unwrap_or_default();
        return format!("{error}{cause}");
    };
    let mut text = format!("{}:  {}: {}", db.severity(), db.code().code(), db.message());
    for (name, value) in [("DETAIL", db.detail()), ("HINT", db.hint()), ("CONTEXT", db.where_())] {
        if let Some(value) = value {
            text.push_str(&format!("\n{name}:  {value}"));
        }
    }
    if let Some(tokio_postgres::error::ErrorPosition::Original(position)) = db.position() {
        text.push_str(&format!("\nPOSITION:  {position}"));
    }
    text
}
