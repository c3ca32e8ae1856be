//! A CSV file small enough to hold whole: quoted fields, no line breaks within them.

/// Rows of text under a header.
pub(crate) struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Reads `text`; every row must have as many fields as the header.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut lines = text.lines().filter(|line| !line.is_empty());
        let header = fields(lines.next().ok_or("empty file")?);
        let rows: Vec<Vec<String>> = lines.map(fields).collect();
        match rows.iter().position(|row| row.len() != header.len()) {
            Some(row) => Err(format!("row {}: not as many fields as the header", row + 1)),
            None => Ok(Self { header, rows }),
        }
    }

    /// Names of the columns.
    pub(crate) fn header(&self) -> &[String] {
        &self.header
    }

    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is a column `name`.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.header.iter().any(|column| column == name)
    }

    /// The texts of column `name`.
    pub(crate) fn texts(&self, name: &str) -> Result<Vec<&str>, String> {
        let column = self.header.iter().position(|column| column == name);
        let column = column.ok_or_else(|| format!("no column {name}"))?;
        Ok(self.rows.iter().filter_map(|row| row.get(column)).map(String::as_str).collect())
    }

    /// The numbers of column `name`; `None` where empty or `NA`.
    pub(crate) fn numbers(&self, name: &str) -> Result<Vec<Option<f64>>, String> {
        let texts = self.texts(name)?;
        let number = |text: &str| match text {
            "" | "NA" | "NaN" => Ok(None),
            _ => text.parse().map(Some).map_err(|_| format!("{name}: {text} is not a number")),
        };
        texts.into_iter().map(number).collect()
    }
}

fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for symbol in line.chars() {
        match (symbol, fields.last_mut()) {
            ('"', _) => quoted = !quoted,
            (',', _) if !quoted => fields.push(String::new()),
            (_, Some(field)) => field.push(symbol),
            (_, None) => {}
        }
    }
    fields
}
