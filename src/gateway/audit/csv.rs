//! The audit trail as a table for other programs (RFC 4180).

use crate::model::AuditRecord;

const HEADINGS: [&str; 19] = [
    "time",
    "kind",
    "server",
    "tool",
    "object",
    "status",
    "subject",
    "issuer",
    "face",
    "latency_ms",
    "upstream_ms",
    "cached",
    "arguments_bytes",
    "result_bytes",
    "categories",
    "hits",
    "repeated",
    "request_id",
    "instance",
];

/// Records as CSV with a line of headings.
pub fn audit_csv(records: &[AuditRecord]) -> String {
    let mut text = String::new();
    line(&mut text, HEADINGS.map(str::to_owned));
    for record in records {
        let face = serde_json::to_value(record.face).unwrap_or_default();
        line(
            &mut text,
            [
                record.ts.to_string(),
                record.kind.as_str().to_owned(),
                record.server.as_ref().map(ToString::to_string).unwrap_or_default(),
                record.tool.clone(),
                record.object.clone(),
                record.status.as_str().to_owned(),
                record.actor.subject.clone(),
                record.actor.issuer.clone(),
                face.as_str().unwrap_or_default().to_owned(),
                record.latency_ms.to_string(),
                record.upstream_ms.map(|it| it.to_string()).unwrap_or_default(),
                record.is_cached.to_string(),
                record.arguments_bytes.to_string(),
                record.result_bytes.to_string(),
                record.categories.join(" "),
                record.hits.map(|it| it.to_string()).unwrap_or_default(),
                record.repeated.to_string(),
                record.request_id.clone(),
                record.instance.clone(),
            ],
        );
    }
    text
}

fn line(text: &mut String, cells: [String; HEADINGS.len()]) {
    let cells = cells.map(|cell| quoted(&cell));
    text.push_str(&cells.join(","));
    text.push_str("\r\n");
}

/// A cell that no spreadsheet takes for a formula: callers choose some of the names.
fn quoted(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    let cell = if is_formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([',', '"', '\r', '\n', '\'', ' ']) {
        return format!("\"{}\"", cell.replace('"', "\"\""));
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_none_ends_early() {
        for (cell, written) in [
            ("find_order", "find_order"),
            ("", ""),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("a\r\nb", "\"a\r\nb\""),
            ("=HYPERLINK(\"http://evil.example\",1)", "\"'=HYPERLINK(\"\"http://evil.example\"\",1)\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("-2+3", "\"'-2+3\""),
            ("\t=1", "\"'\t=1\""),
        ] {
            assert_eq!(quoted(cell), written, "{cell:?}");
        }
    }
}
