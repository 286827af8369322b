//! What a statement is bound against.

use gavel_catalog::{Catalog, Subject};
use gavel_types::text_io::TextStyle;

/// Catalog and session as the binder sees them. Cheap to make.
#[derive(Clone, Copy)]
pub struct BindContext<'a> {
    pub catalog: &'a Catalog,
    /// Schemas in order; `$user` stands for one of the user's name. What else is searched is
    /// [`gavel_catalog::search`]'s to say.
    pub search_path: &'a [String],
    pub user: &'a str,
    /// Who must be allowed to look into the schemas that are named; `None`: everything may be.
    pub subject: Option<&'a Subject>,
    /// How literals are read: time zone, date order.
    pub style: &'a TextStyle,
}
