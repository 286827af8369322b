//! Rows as an aligned table, in psql's manner.

use std::fmt::{Display, Formatter, Result};

/// Longest value that widens its column, in characters.
const MAX_WIDTH: usize = 200;

/// Rows of text; `None` is NULL and shows as nothing.
#[derive(Debug)]
pub struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<Option<String>>>,
}

impl Table {
    pub fn new(columns: Vec<String>) -> Self {
        Self { columns, rows: vec![] }
    }

    pub fn push(&mut self, row: Vec<Option<String>>) {
        self.rows.push(row);
    }

    /// Values of a column, NULLs left out.
    fn values(&self, column: usize) -> impl Iterator<Item = &str> {
        self.rows.iter().filter_map(move |r| r.get(column)?.as_deref())
    }

    /// Numbers stand to the right.
    fn is_numeric(&self, column: usize) -> bool {
        let number = |v: &str| v.parse::<f64>().is_ok();
        self.values(column).next().is_some() && self.values(column).all(number)
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let layout: Vec<(usize, bool)> = self
            .columns
            .iter()
            .enumerate()
            .map(|(i, name)| {
                let widest = self.values(i).map(|v| v.chars().count()).max().unwrap_or(0).min(MAX_WIDTH);
                (widest.max(name.chars().count()), self.is_numeric(i))
            })
            .collect();
        let line = |cells: Vec<String>| cells.join("|").trim_end().to_owned();
        let heads = self.columns.iter().zip(&layout).map(|(name, (width, _))| format!(" {name:^width$} "));
        writeln!(f, "{}", line(heads.collect()))?;
        let rules: Vec<String> = layout.iter().map(|(width, _)| "-".repeat(width + 2)).collect();
        writeln!(f, "{}", rules.join("+"))?;
        for row in &self.rows {
            let cells = row.iter().zip(&layout).map(|(value, (width, right))| {
                let value = value.as_deref().unwrap_or("");
                if *right { format!(" {value:>width$} ") } else { format!(" {value:<width$} ") }
            });
            writeln!(f, "{}", line(cells.collect()))?;
        }
        writeln!(f, "({} row{})", self.rows.len(), if self.rows.len() == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_to_the_right_text_to_the_left() {
        let mut table = Table::new(vec!["n".into(), "name".into()]);
        table.push(vec![Some("1".into()), Some("é".into())]);
        table.push(vec![Some("-20".into()), None]);
        let text = table.to_string();
        assert_eq!(text, "  n  | name\n-----+------\n   1 | é\n -20 |\n(2 rows)\n");
    }

    #[test]
    fn no_rows_still_have_names() {
        assert_eq!(Table::new(vec!["a".into()]).to_string(), " a\n---\n(0 rows)\n");
    }
}
