//! Who may call an RPC, read from the `dure.options.v1.access` option beside it (ID-27).

use std::{collections::HashMap, sync::LazyLock};

use prost_reflect::{DynamicMessage, MethodDescriptor};

use crate::pool;

/// The option as plain data; a caller passes if any one of these lets it pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// Everybody, without a token.
    pub anyone: bool,
    /// Every signed-in account.
    pub signed_in: bool,
    /// The company's super admin.
    pub super_admin: bool,
    /// An admin with this permission; `*` is any admin.
    pub admin_with: Option<String>,
    /// Operators with one of these roles; `*` is any.
    pub operators: Vec<String>,
    /// Service clients with one of these scopes.
    pub scopes: Vec<String>,
    /// Only in the embedded mode.
    pub embedded_only: bool,
}

/// Every RPC of ours.
pub fn methods() -> impl Iterator<Item = MethodDescriptor> {
    pool().services().filter(|s| s.full_name().starts_with("dure.")).flat_map(|s| s.methods().collect::<Vec<_>>())
}

/// The access of the RPC with this path (`/dure.billing.v1.OrderService/PlaceOrder`); `None` for an unknown one or one without the option.
pub fn access_of(path: &str) -> Option<&'static Access> {
    static TABLE: LazyLock<HashMap<String, Access>> = LazyLock::new(|| {
        methods()
            .filter_map(|m| Some((format!("/{}/{}", m.parent_service().full_name(), m.name()), access(&m)?)))
            .collect()
    });
    TABLE.get(path)
}

/// The access option beside this RPC, of whatever descriptors it comes from.
pub fn access(method: &MethodDescriptor) -> Option<Access> {
    let extension = method.parent_pool().get_extension_by_name("dure.options.v1.access")?;
    let options = method.options();
    if !options.has_extension(&extension) {
        return None;
    }
    let value = options.get_extension(&extension);
    let message = value.as_message()?;
    let flag = |name| message.get_field_by_name(name).and_then(|v| v.as_bool()).unwrap_or(false);
    let text = text(message, "admin_with");
    Some(Access {
        anyone: flag("anyone"),
        signed_in: flag("signed_in"),
        super_admin: flag("super_admin"),
        admin_with: (!text.is_empty()).then_some(text),
        operators: texts(message, "operators"),
        scopes: texts(message, "scopes"),
        embedded_only: flag("embedded_only"),
    })
}

fn text(message: &DynamicMessage, name: &str) -> String {
    message.get_field_by_name(name).and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

fn texts(message: &DynamicMessage, name: &str) -> Vec<String> {
    message
        .get_field_by_name(name)
        .and_then(|v| v.as_list().map(|l| l.iter().filter_map(|i| i.as_str().map(str::to_owned)).collect()))
        .unwrap_or_default()
}
