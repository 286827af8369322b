//! The options of a COPY statement, with PostgreSQL's defaults, checks and messages.

use gavel_types::{SqlError, SqlResult, SqlState};

/// Which way the data goes; some options exist one way only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyDirection {
    From,
    To,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CopyFileFormat {
    #[default]
    Text,
    Csv,
    Binary,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Header {
    #[default]
    None,
    /// Written; on input one line is skipped.
    Present,
    /// On input the line must name the columns.
    Match,
}

/// An option's argument as the parser saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyArg {
    None,
    Text(String),
    Star,
    List(Vec<String>),
}

/// Columns that an option names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ColumnChoice {
    #[default]
    None,
    All,
    Named(Vec<String>),
}

impl ColumnChoice {
    fn includes(&self, name: &str) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Named(names) => names.iter().any(|n| n == name),
        }
    }

    /// For each of `columns`, whether it is meant.
    ///
    /// # Errors
    /// 42P10 if a named column is not copied, with `option` in the message.
    pub fn resolve(&self, columns: &[String], option: &str) -> SqlResult<Vec<bool>> {
        if let Self::Named(names) = self
            && let Some(missing) = names.iter().find(|n| !columns.contains(n))
        {
            return Err(SqlError::new(
                SqlState::InvalidColumnReference,
                format!("{option} column \"{missing}\" not referenced by COPY"),
            ));
        }
        Ok(columns.iter().map(|c| self.includes(c)).collect())
    }
}

/// Validated options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyOptions {
    pub format: CopyFileFormat,
    pub delimiter: u8,
    /// What NULL is written as.
    pub null: String,
    pub header: Header,
    pub quote: u8,
    pub escape: u8,
    pub force_quote: ColumnChoice,
    pub force_not_null: ColumnChoice,
    pub force_null: ColumnChoice,
    pub freeze: bool,
}

impl Default for CopyOptions {
    fn default() -> Self {
        Self {
            format: CopyFileFormat::Text,
            delimiter: b'\t',
            null: "\\N".to_owned(),
            header: Header::None,
            quote: b'"',
            escape: b'"',
            force_quote: ColumnChoice::None,
            force_not_null: ColumnChoice::None,
            force_null: ColumnChoice::None,
            freeze: false,
        }
    }
}

/// What was given, before defaults.
#[derive(Default)]
struct Given {
    format: Option<CopyFileFormat>,
    freeze: Option<bool>,
    delimiter: Option<String>,
    null: Option<String>,
    header: Option<Header>,
    quote: Option<String>,
    escape: Option<String>,
    force_quote: Option<ColumnChoice>,
    force_not_null: Option<ColumnChoice>,
    force_null: Option<ColumnChoice>,
    encoding: Option<String>,
}

impl CopyOptions {
    /// Options from a list of lower-case names with arguments, in statement order. Old-style
    /// keywords are given as what they stand for: `CSV` is `("format", "csv")`, `CSV QUOTE 'x'` is
    /// `("quote", "x")`, `HEADER` is `("header", None)`.
    ///
    /// # Errors
    /// 42601, 22023, 0A000, with PostgreSQL's messages.
    pub fn new(list: &[(String, CopyArg)], direction: CopyDirection) -> SqlResult<Self> {
        let mut given = Given::default();
        for (name, arg) in list {
            given.take(name, arg, direction)?;
        }
        given.finish(direction)
    }
}

impl Given {
    fn take(&mut self, name: &str, arg: &CopyArg, direction: CopyDirection) -> SqlResult<()> {
        match name {
            "format" => {
                let format = text(name, arg)?;
                let format = match format.as_str() {
                    "text" => CopyFileFormat::Text,
                    "csv" => CopyFileFormat::Csv,
                    "binary" => CopyFileFormat::Binary,
                    _ => return Err(invalid(format!("COPY format \"{format}\" not recognized"))),
                };
                once(&mut self.format, format)
            }
            "freeze" => once(&mut self.freeze, boolean(name, arg)?),
            "delimiter" => once(&mut self.delimiter, text(name, arg)?),
            "null" => once(&mut self.null, text(name, arg)?),
            "header" => once(&mut self.header, header(arg, direction)?),
            "quote" => once(&mut self.quote, text(name, arg)?),
            "escape" => once(&mut self.escape, text(name, arg)?),
            "force_quote" => once(&mut self.force_quote, choice(name, arg, true)?),
            "force_not_null" => once(&mut self.force_not_null, choice(name, arg, false)?),
            "force_null" => once(&mut self.force_null, choice(name, arg, false)?),
            "encoding" => once(&mut self.encoding, text(name, arg)?),
            _ => Err(syntax(format!("option \"{name}\" not recognized"))),
        }
    }

    fn finish(self, direction: CopyDirection) -> SqlResult<CopyOptions> {
        let format = self.format.unwrap_or_default();
        let binary = format == CopyFileFormat::Binary;
        let csv = format == CopyFileFormat::Csv;
        if binary {
            for (set, name) in [
                (self.delimiter.is_some(), "DELIMITER"),
                (self.null.is_some(), "NULL"),
                (self.header.is_some_and(|h| h != Header::None), "HEADER"),
            ] {
                if set {
                    return Err(syntax(format!("cannot specify {name} in BINARY mode")));
                }
            }
        }
        let delimiter = self.delimiter.unwrap_or_else(|| if csv { "," } else { "\t" }.to_owned());
        let null = self.null.unwrap_or_else(|| if csv { "" } else { "\\N" }.to_owned());
        let delimiter = single(&delimiter, "COPY delimiter must be a single one-byte character")?;
        if matches!(delimiter, b'\r' | b'\n') {
            return Err(invalid("COPY delimiter cannot be newline or carriage return"));
        }
        if null.contains(['\r', '\n']) {
            return Err(invalid("COPY null representation cannot use newline or carriage return"));
        }
        if !csv && b"\\.abcdefghijklmnopqrstuvwxyz0123456789".contains(&delimiter) {
            return Err(invalid(format!("COPY delimiter cannot be \"{}\"", char::from(delimiter))));
        }
        let only_csv = |set: bool, what: &str| {
            if set && !csv { Err(unsupported(format!("COPY {what} available only in CSV mode"))) } else { Ok(()) }
        };
        let only = |set: bool, wanted: CopyDirection, what: &str| {
            let word = if wanted == CopyDirection::To { "TO" } else { "FROM" };
            if set && direction != wanted {
                Err(unsupported(format!("COPY {what} only available using COPY {word}")))
            } else {
                Ok(())
            }
        };
        only_csv(self.quote.is_some(), "quote")?;
        let quote = single(self.quote.as_deref().unwrap_or("\""), "COPY quote must be a single one-byte character")?;
        if csv && delimiter == quote {
            return Err(invalid("COPY delimiter and quote must be different"));
        }
        only_csv(self.escape.is_some(), "escape")?;
        let escape = match &self.escape {
            Some(escape) => single(escape, "COPY escape must be a single one-byte character")?,
            None => quote,
        };
        only_csv(self.force_quote.is_some(), "force quote")?;
        only(self.force_quote.is_some(), CopyDirection::To, "force quote")?;
        only_csv(self.force_not_null.is_some(), "force not null")?;
        only(self.force_not_null.is_some(), CopyDirection::From, "force not null")?;
        only_csv(self.force_null.is_some(), "force null")?;
        only(self.force_null.is_some(), CopyDirection::From, "force null")?;
        if null.as_bytes().contains(&delimiter) && !binary {
            return Err(unsupported("COPY delimiter must not appear in the NULL specification"));
        }
        if csv && null.as_bytes().contains(&quote) {
            return Err(unsupported("CSV quote character must not appear in the NULL specification"));
        }
        if let Some(encoding) = &self.encoding {
            check_encoding(encoding)?;
        }
        Ok(CopyOptions {
            format,
            delimiter,
            null,
            header: self.header.unwrap_or_default(),
            quote,
            escape,
            force_quote: self.force_quote.unwrap_or_default(),
            force_not_null: self.force_not_null.unwrap_or_default(),
            force_null: self.force_null.unwrap_or_default(),
            freeze: self.freeze.unwrap_or_default(),
        })
    }
}

fn once<T>(slot: &mut Option<T>, value: T) -> SqlResult<()> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(syntax("conflicting or redundant options")),
    }
}

fn text(name: &str, arg: &CopyArg) -> SqlResult<String> {
    match arg {
        CopyArg::Text(text) => Ok(text.clone()),
        _ => Err(syntax(format!("{name} requires a parameter"))),
    }
}

fn boolean(name: &str, arg: &CopyArg) -> SqlResult<bool> {
    match arg {
        CopyArg::None => return Ok(true),
        CopyArg::Text(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "on" | "1" => return Ok(true),
            "false" | "off" | "0" => return Ok(false),
            _ => {}
        },
        _ => {}
    }
    Err(syntax(format!("{name} requires a Boolean value")))
}

fn header(arg: &CopyArg, direction: CopyDirection) -> SqlResult<Header> {
    if let CopyArg::Text(text) = arg
        && text.eq_ignore_ascii_case("match")
    {
        return match direction {
            CopyDirection::From => Ok(Header::Match),
            CopyDirection::To => Err(unsupported("cannot use \"match\" with HEADER in COPY TO")),
        };
    }
    match boolean("header", arg) {
        Ok(true) => Ok(Header::Present),
        Ok(false) => Ok(Header::None),
        Err(_) => Err(syntax("header requires a Boolean value or \"match\"")),
    }
}

fn choice(name: &str, arg: &CopyArg, star: bool) -> SqlResult<ColumnChoice> {
    match arg {
        CopyArg::Star if star => Ok(ColumnChoice::All),
        CopyArg::List(names) => Ok(ColumnChoice::Named(names.clone())),
        _ => Err(invalid(format!("argument to option \"{name}\" must be a list of column names"))),
    }
}

fn single(text: &str, message: &str) -> SqlResult<u8> {
    match text.as_bytes() {
        [one] => Ok(*one),
        _ => Err(unsupported(message)),
    }
}

fn check_encoding(name: &str) -> SqlResult<()> {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    match plain.as_str() {
        "utf8" | "unicode" | "sqlascii" => Ok(()),
        "latin1" | "iso88591" | "win1252" | "windows1252" | "eucjp" | "sjis" | "koi8r" | "win1251" => {
            Err(unsupported(format!("COPY in encoding \"{name}\" is not supported; only UTF8 is")))
        }
        _ => Err(invalid("argument to option \"encoding\" must be a valid encoding name")),
    }
}

fn syntax(message: impl Into<String>) -> SqlError {
    SqlError::new(SqlState::SyntaxError, message)
}

fn invalid(message: impl Into<String>) -> SqlError {
    SqlError::new(SqlState::InvalidParameterValue, message)
}

fn unsupported(message: impl Into<String>) -> SqlError {
    SqlError::unsupported(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(list: &[(&str, CopyArg)]) -> Result<CopyOptions, String> {
        let list: Vec<_> = list.iter().map(|(n, a)| ((*n).to_owned(), a.clone())).collect();
        CopyOptions::new(&list, CopyDirection::From).map_err(|e| e.message().to_owned())
    }

    fn t(s: &str) -> CopyArg {
        CopyArg::Text(s.to_owned())
    }

    #[test]
    fn csv_has_its_own_defaults() {
        let csv = options(&[("format", t("csv")), ("header", CopyArg::None)]).unwrap();
        assert_eq!((csv.delimiter, csv.null.as_str(), csv.header), (b',', "", Header::Present));
        assert_eq!(options(&[]).unwrap(), CopyOptions::default());
    }

    #[test]
    fn what_does_not_fit_is_refused_in_postgres_words() {
        for (list, message) in [
            (vec![("quote", t("x"))], "COPY quote available only in CSV mode"),
            (vec![("delimiter", t("ab"))], "COPY delimiter must be a single one-byte character"),
            (vec![("delimiter", t("a"))], "COPY delimiter cannot be \"a\""),
            (vec![("format", t("binary")), ("null", t(""))], "cannot specify NULL in BINARY mode"),
            (vec![("format", t("json"))], "COPY format \"json\" not recognized"),
            (vec![("format", t("csv")), ("format", t("csv"))], "conflicting or redundant options"),
            (vec![("format", t("csv")), ("delimiter", t("\""))], "COPY delimiter and quote must be different"),
            (
                vec![("format", t("csv")), ("force_quote", CopyArg::Star)],
                "COPY force quote only available using COPY TO",
            ),
            (vec![("nope", CopyArg::None)], "option \"nope\" not recognized"),
            (vec![("header", t("maybe"))], "header requires a Boolean value or \"match\""),
        ] {
            assert_eq!(options(&list).unwrap_err(), message);
        }
    }
}
