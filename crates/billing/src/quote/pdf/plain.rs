//! A PDF in one of the fonts every reader has (Helvetica), written by hand: for machines without a Korean font. Letters
//! outside ASCII are shown as `?`.

use std::fmt::Write as _;

use super::{LEFT, PAGE, RIGHT, ROWS_A_PAGE, SIZE, STEP, TOP};

/// The rows, over as many pages as they need.
pub fn print<'a>(rows: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<u8> {
    let rows: Vec<_> = rows.collect();
    let pages: Vec<String> = rows.chunks(ROWS_A_PAGE).map(content).collect();
    let kids = (0..pages.len()).map(|i| format!("{} 0 R", 4 + 2 * i)).collect::<Vec<_>>().join(" ");
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{kids}] /Count {} >>", pages.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    for (i, content) in pages.iter().enumerate() {
        let (width, height) = PAGE;
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents {} 0 R \
             /Resources << /Font << /F1 3 0 R >> >> >>",
            5 + 2 * i
        ));
        objects.push(format!("<< /Length {} >>\nstream\n{content}endstream", content.len()));
    }
    assemble(&objects)
}

fn content(rows: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for ((left, right), down) in rows.iter().zip((TOP..).step_by(STEP.into())) {
        for (x, words) in [(LEFT, left), (RIGHT, right)] {
            let _ = writeln!(text, "BT /F1 {SIZE} Tf {x} {} Td ({}) Tj ET", PAGE.1 - down, escaped(words));
        }
    }
    text
}

fn escaped(words: &str) -> String {
    let mut text = String::new();
    for c in words.chars() {
        match c {
            '(' | ')' | '\\' => text.extend(['\\', c]),
            ' '..='~' => text.push(c),
            _ => text.push('?'),
        }
    }
    text
}

fn assemble(objects: &[String]) -> Vec<u8> {
    let mut file = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (i, object) in objects.iter().enumerate() {
        places.push(file.len());
        let _ = write!(file, "{} 0 obj\n{object}\nendobj\n", i + 1);
    }
    let table = file.len();
    let _ = write!(file, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for place in places {
        let _ = writeln!(file, "{place:010} 00000 n ");
    }
    let _ = write!(file, "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1);
    file.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    // BI-8
    #[test]
    fn pages_are_written_with_their_places() {
        let rows: Vec<(String, String)> = (0..85).map(|i| (format!("row (no. {i}) 견적"), "1".into())).collect();
        let file = String::from_utf8(print(rows.iter().map(|(l, r)| (l.as_str(), r.as_str())))).unwrap();
        assert!(file.starts_with("%PDF-1.4") && file.contains("/Count 3") && file.contains(r"(row \(no. 84\) ??)"));
        let table: usize = file.rsplit("startxref\n").next().unwrap().lines().next().unwrap().parse().unwrap();
        assert!(file[table..].starts_with("xref"));
    }
}
