//! Why a whole file is not read (VO-4, S48 to S51), with the way out.

use flow::{Refusal, code};
use serde::{Deserialize, Serialize};

/// Why a whole file is not read; the child says which, the parent answers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unreadable {
    /// Nothing in it.
    Empty,
    /// Neither `.xlsx`, `.xls` nor text.
    Unknown,
    /// Damaged, or not what it says.
    Broken,
    /// Protected by a password.
    Encrypted,
    /// Carries macros.
    Macro,
    /// A cell holds a formula.
    Formula,
    /// Too many rows, columns, or bytes once unpacked.
    TooLarge,
    /// A heading is missing.
    Headings,
}

/// VO-4.
pub const SHEET_EMPTY: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "SHEET_EMPTY",
    "The file has no recipients. Fill in the template and upload it again.",
    "파일에 받는 고객이 없습니다. 양식을 작성해 다시 올려 주세요.",
);
/// VO-4.
pub const SHEET_UNKNOWN_FORMAT: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "SHEET_UNKNOWN_FORMAT",
    "This is not an .xlsx, .xls or .csv file, whatever its name says. Save it in one of these formats and upload it again.",
    "엑셀(.xlsx, .xls)이나 CSV 파일이 아닙니다. 해당 형식으로 저장해 다시 올려 주세요.",
);
/// VO-4.
pub const SHEET_BROKEN: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "SHEET_BROKEN",
    "The file is damaged and cannot be read. Open it in a spreadsheet program, save it anew and upload it again.",
    "파일이 손상되어 읽을 수 없습니다. 엑셀에서 열어 새로 저장한 뒤 다시 올려 주세요.",
);
/// VO-4.
pub const SHEET_ENCRYPTED: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "SHEET_ENCRYPTED",
    "The file is protected by a password. Remove the password and upload it again.",
    "암호가 걸린 파일입니다. 암호를 해제하고 다시 올려 주세요.",
);
/// VO-4.
pub const SHEET_HAS_MACRO: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "SHEET_HAS_MACRO",
    "The file contains macros, which are not accepted. Save it as a plain .xlsx and upload it again.",
    "매크로가 들어 있는 파일은 받을 수 없습니다. 일반 .xlsx로 저장해 다시 올려 주세요.",
);
/// VO-4.
pub const SHEET_HAS_FORMULA: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "SHEET_HAS_FORMULA",
    "Cell {cell} holds a formula. Paste the values alone (Paste special → Values) and upload it again.",
    "{cell} 셀에 수식이 있습니다. 값만 붙여넣어(선택하여 붙여넣기 → 값) 다시 올려 주세요.",
);
/// VO-4.
pub const SHEET_TOO_LARGE: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "SHEET_TOO_LARGE",
    "The file is too large: at most 200,000 rows, 64 columns and 20 MiB. Remove stray cells, or split it.",
    "파일이 너무 큽니다. 최대 200,000행, 64열, 20MiB까지 가능합니다. 불필요한 셀을 지우거나 나누어 올려 주세요.",
);
/// VO-4.
pub const SHEET_HEADINGS_MISSING: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "SHEET_HEADINGS_MISSING",
    "The headings 고객명, 휴대폰 번호 and 금액 (name, phone, amount) must stand in one of the first ten rows.",
    "첫 10행 안에 고객명, 휴대폰 번호, 금액 제목이 있어야 합니다.",
);

impl Unreadable {
    /// What the caller is told; `cell` where one is to blame.
    pub fn refusal(self, cell: &str) -> Refusal {
        match self {
            Self::Empty => SHEET_EMPTY,
            Self::Unknown => SHEET_UNKNOWN_FORMAT,
            Self::Broken => SHEET_BROKEN,
            Self::Encrypted => SHEET_ENCRYPTED,
            Self::Macro => SHEET_HAS_MACRO,
            Self::Formula => SHEET_HAS_FORMULA.with("cell", cell),
            Self::TooLarge => SHEET_TOO_LARGE,
            Self::Headings => SHEET_HEADINGS_MISSING,
        }
    }
}
