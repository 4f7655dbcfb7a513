//! `mesh doctor`: checks a mesh against what is known to go wrong, and says how to mend it.

#[cfg(feature = "aws")]
mod aws;
mod embedded;
mod finding;

use std::fmt;

use serde::Serialize;

use self::finding::{Finding, Severity};
use crate::{
    app::App,
    args::Target,
    exit::Exit,
    output::{style, text},
};

/// What is expected.
#[derive(Debug, clap::Args)]
pub(crate) struct DoctorArgs {
    /// With --target aws: agents run as workers, so there need be no functions
    #[arg(long)]
    workers: bool,
    /// With --target aws: remove what killed tails left behind
    #[arg(long)]
    tidy: bool,
}

#[derive(Debug, Serialize)]
struct Report {
    /// How many things were looked at.
    checked: usize,
    errors: usize,
    warnings: usize,
    findings: Vec<Finding>,
}

/// What was looked at, and what was found.
#[derive(Debug, Default)]
struct Findings {
    checked: usize,
    found: Vec<Finding>,
}

impl Findings {
    /// One more thing was looked at.
    fn looked(&mut self, found: impl IntoIterator<Item = Finding>) {
        self.checked += 1;
        self.found.extend(found);
    }

    fn report(mut self) -> Report {
        self.found.sort_by(|one, other| (one.severity, &one.resource).cmp(&(other.severity, &other.resource)));
        let count = |severity| self.found.iter().filter(|finding| finding.severity == severity).count();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        Report { checked: self.checked, errors, warnings, findings: self.found }
    }
}

pub(crate) async fn run(args: DoctorArgs, app: &App) -> anyhow::Result<Exit> {
    let findings = match app.target {
        Target::Embedded => embedded::check(app).await?,
        #[cfg(feature = "aws")]
        Target::Aws => aws::check(&args, app).await?,
        #[cfg(not(feature = "aws"))]
        Target::Aws => anyhow::bail!("this build has no AWS: {args:?}"),
    };
    let report = findings.report();
    app.out.report(&report)?;
    Ok(if report.errors > 0 { Exit::Failure } else { Exit::Ok })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "{finding}\n")?;
        }
        let checked = text::count(self.checked, "check");
        let said =
            format!("{checked}: {}, {}", text::count(self.errors, "error"), text::count(self.warnings, "warning"));
        match (self.errors, self.warnings) {
            (0, 0) => write!(f, "{}", style::good(said)),
            (0, _) => write!(f, "{}", style::warn(said)),
            _ => write!(f, "{}", style::bad(said)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_come_first_and_are_counted() {
        let mut findings = Findings::default();
        findings.looked([Finding::note("b", "is", "because", "mend")]);
        findings.looked([Finding::warning("a", "is", "because", "mend"), Finding::error("z", "is", "because", "mend")]);
        findings.looked([]);
        let report = findings.report();
        assert_eq!((report.checked, report.errors, report.warnings), (3, 1, 1));
        let text = anstream::adapter::strip_str(&report.to_string()).to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[..3], ["error    z: is", "  why    because", "  mend   mend"]);
        assert_eq!(lines.last(), Some(&"3 checks: 1 error, 1 warning"));
    }
}
