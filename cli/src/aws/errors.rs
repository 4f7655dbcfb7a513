//! The SDK's errors as people read them.

use std::{error::Error, fmt};

use aws_sdk_sqs::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};

/// What a service refused, or why it could not be reached; in one line.
#[derive(Debug)]
struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Refused {}

/// An SDK's error: the service's code and message, or the chain of causes when it never answered.
pub(crate) fn sdk<E>(error: SdkError<E, HttpResponse>) -> anyhow::Error
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let said = match error.code() {
        Some(code) => format!("{code}: {}", error.message().unwrap_or("no message")),
        None => causes(&error),
    };
    anyhow::Error::new(Refused(said))
}

/// An error and what caused it, each once.
fn causes(error: &dyn Error) -> String {
    let (mut said, mut next) = (error.to_string(), error.source());
    while let Some(cause) = next {
        let more = cause.to_string();
        if !said.ends_with(&more) {
            said = format!("{said}: {more}");
        }
        next = cause.source();
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Outer(Refused);

    impl fmt::Display for Outer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("cannot connect")
        }
    }

    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn causes_stand_in_one_line() {
        assert_eq!(causes(&Outer(Refused("refused".into()))), "cannot connect: refused");
        assert_eq!(causes(&Outer(Refused("cannot connect".into()))), "cannot connect");
    }
}
