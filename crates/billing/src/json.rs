//! Columns that hold a whole value (a selection, a price) as JSON text.

use flow::Fault;
use serde::{Serialize, de::DeserializeOwned};

/// Into the column.
pub fn write(value: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(Fault::bug)
}

/// Out of the column.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(Fault::bug)
}

/// A state or kind as it lies in its column: the serde name.
pub fn word(value: &impl Serialize) -> Result<String, Fault> {
    match serde_json::to_value(value).map_err(Fault::bug)? {
        serde_json::Value::String(word) => Ok(word),
        other => Err(Fault::bug(anyhow::anyhow!("{other} is no word"))),
    }
}

/// A state or kind out of its column.
pub fn unword<T: DeserializeOwned>(word: &str) -> Result<T, Fault> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).map_err(Fault::bug)
}
