//! Removing bodies: those a dead process left without a head, and those that were replaced.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    Objects, head,
    objects::{Place, directory_of, path_of},
    view::View,
};
use crate::{db::Scope, error::Fault};

impl Objects {
    /// Removes what a dead process wrote and did not commit, and puts the plain files right.
    pub(crate) fn sweep(&self, scope: &Scope<'_>, owner: i64) -> Result<(), Fault> {
        let Place::Disk { objects, view, .. } = &*self.place else { return Ok(()) };
        let known = known(scope, objects, owner)?;
        if let Err(error) = remove_unknown(&directory_of(objects, owner), &known) {
            tracing::warn!(%error, "What a dead process wrote cannot be removed.");
        }
        self.repair(scope, objects, view)
    }

    /// Makes the plain files those of the heads.
    fn repair(&self, scope: &Scope<'_>, objects: &Path, view: &View) -> Result<(), Fault> {
        let mut expected = BTreeMap::new();
        for prefix in view.prefixes() {
            for meta in head::list(scope, prefix, "", usize::MAX)? {
                if let Some(path) = view.path(&meta.key) {
                    expected.insert(path, (meta.key, meta.version));
                }
            }
        }
        let paths = expected.keys().cloned().collect();
        view.keep_only(&paths, objects);
        for (key, version) in expected.into_values() {
            self.show(&key, &version);
        }
        Ok(())
    }

    /// Removes up to `limit` bodies that were replaced longer than `grace` ago; answers how many.
    pub(crate) fn empty_trash(&self, scope: &Scope<'_>, grace: Duration, limit: usize) -> Result<usize, Fault> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut statement = scope.sql(include_str!("../../queries/blob/trash.sql"))?;
        let rows = statement.query_map((scope.now.minus(grace).0, limit), |row| row.get(0))?;
        let trash = rows.collect::<rusqlite::Result<Vec<String>>>()?;
        for object in &trash {
            // Should the step not be committed, the row stays, and the next purge finds nothing to remove.
            self.place.remove(object);
            scope.sql(include_str!("../../queries/blob/forget_trash.sql"))?.execute([object])?;
        }
        Ok(trash.len())
    }
}

/// The files of a process's bodies that a head names, or that are to be removed later.
fn known(scope: &Scope<'_>, objects: &Path, owner: i64) -> Result<BTreeSet<PathBuf>, Fault> {
    let mut statement = scope.sql(include_str!("../../queries/blob/of_owner.sql"))?;
    // In ASCII the full stop comes after the hyphen.
    let range = (format!("{owner:016x}-"), format!("{owner:016x}."));
    let rows = statement.query_map(range, |row| row.get::<_, String>(0))?;
    let names = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(names.iter().map(|name| path_of(objects, name)).collect())
}

fn remove_unknown(directory: &Path, known: &BTreeSet<PathBuf>) -> io::Result<()> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            remove_unknown(&path, known)?;
            // Only when nothing is left in it.
            drop(fs::remove_dir(&path));
        } else if !known.contains(&path) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}
