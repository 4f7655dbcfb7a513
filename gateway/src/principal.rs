//! Who makes a request.

use std::collections::BTreeSet;

use mesh_contracts::{
    Name,
    records::{ApiKeyRecord, Scope},
};

use crate::problem::{Kind, Problem};

/// How a caller is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrincipalKind {
    /// Not at all.
    Anonymous,
    /// By a key.
    ApiKey,
}

/// Who makes a request, and what they may do; in the extensions of every request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// How they are known.
    pub kind: PrincipalKind,
    /// Their name: a key's id, or `anonymous`.
    pub subject: String,
    /// The one site they act for; absent: every site.
    pub tenant: Option<Name>,
    /// What they may do.
    pub scopes: BTreeSet<Scope>,
}

impl Principal {
    /// Somebody, who may do nothing.
    #[must_use]
    pub fn anonymous() -> Self {
        let (kind, subject) = (PrincipalKind::Anonymous, "anonymous".to_owned());
        Self { kind, subject, tenant: None, scopes: BTreeSet::new() }
    }

    /// Somebody where everybody may do everything.
    #[must_use]
    pub fn everybody() -> Self {
        Self { scopes: BTreeSet::from([Scope::Read, Scope::Generate, Scope::Write]), ..Self::anonymous() }
    }

    /// The holder of a key.
    #[must_use]
    pub fn of_key(record: &ApiKeyRecord) -> Self {
        Self {
            kind: PrincipalKind::ApiKey,
            subject: record.key_id.to_string(),
            tenant: record.website_id.clone(),
            scopes: record.scopes.iter().copied().collect(),
        }
    }

    /// Whether they may do what `scope` stands for.
    ///
    /// # Errors
    /// [`Problem`] when not.
    pub fn require(&self, scope: Scope) -> Result<(), Problem> {
        if self.scopes.contains(&scope) {
            return Ok(());
        }
        Err(Problem::new(Kind::ScopeMissing, format!("the key does not have the scope {}", scope_name(scope))))
    }

    /// Whether they may act for `site`.
    ///
    /// # Errors
    /// [`Problem`] when their key is for another one.
    pub fn act_for(&self, site: &str) -> Result<(), Problem> {
        if self.tenant.as_deref().is_none_or(|tenant| tenant == site) {
            return Ok(());
        }
        Err(Problem::new(Kind::SiteForeign, "the key is for another site"))
    }
}

/// The word of a scope.
pub(crate) fn scope_name(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "read",
        Scope::Generate => "generate",
        Scope::Write => "write",
    }
}
