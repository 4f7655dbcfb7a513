//! Which base URLs are fit to carry a key.

use std::net::IpAddr;

use reqwest::Url;

use crate::ConfigError;

/// The URL of `path` under `base`: https, or http to this machine; no password, query or fragment in it.
pub(crate) fn endpoint(base: &str, path: &str) -> Result<Url, ConfigError> {
    let wrong = |reason| ConfigError::BaseUrl { reason };
    let mut url = Url::parse(base.trim()).map_err(|_| wrong("is no URL"))?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => {
            return Err(wrong("must start with https:// unless it is on this machine: the key would travel openly"));
        }
        _ => return Err(wrong("must start with https://")),
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(wrong("names no host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("holds a user name or password; keys come from the secret store"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("holds a query or a fragment"));
    }
    let path = format!("{}/{path}", url.path().trim_end_matches('/'));
    url.set_path(&path);
    Ok(url)
}

/// Refuses a host that is not on the list; an empty list allows every host.
pub(crate) fn allow(url: &Url, hosts: &[String]) -> Result<(), ConfigError> {
    let host = url.host_str().unwrap_or_default();
    if hosts.is_empty() || hosts.iter().any(|allowed| allowed.trim().eq_ignore_ascii_case(host)) {
        return Ok(());
    }
    Err(ConfigError::Host { host: host.to_owned() })
}

/// Refuses an endpoint that is not fit to carry what we send, or whose host is not on the list; an empty list allows every host.
///
/// # Errors
/// [`ConfigError`] saying what is wrong with it.
pub fn check(endpoint: &str, allowed_hosts: &[String]) -> Result<(), ConfigError> {
    allow(&self::endpoint(endpoint, "")?, allowed_hosts)
}

/// Whether the host is this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_bases_lead_to_the_completions() {
        for (base, expected) in [
            ("https://api.openai.com/v1", "https://api.openai.com/v1/chat/completions"),
            ("https://api.openai.com/v1/ ", "https://api.openai.com/v1/chat/completions"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/chat/completions"),
            ("http://localhost:11434/v1", "http://localhost:11434/v1/chat/completions"),
            ("http://[::1]:1/v1", "http://[::1]:1/v1/chat/completions"),
        ] {
            assert_eq!(endpoint(base, "chat/completions").unwrap().as_str(), expected);
        }
    }

    #[test]
    fn only_hosts_on_the_list_are_let_out_to() {
        let url = endpoint("https://api.openai.com/v1", "x").unwrap();
        let hosts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        for list in [hosts(&[]), hosts(&["API.openai.com "]), hosts(&["other.test", "api.openai.com"])] {
            assert_eq!(allow(&url, &list), Ok(()), "{list:?}");
        }
        for list in [hosts(&["openai.com"]), hosts(&["api.openai.com.evil.test"]), hosts(&[""])] {
            let error = allow(&url, &list).unwrap_err().to_string();
            assert!(error.contains("api.openai.com"), "{error}");
        }
    }

    #[test]
    fn bases_that_would_leak_the_key_are_refused() {
        for base in [
            "http://api.openai.com/v1",
            "http://127.0.0.1.evil.test/",
            "http://localhost.evil.test",
            "http://10.0.0.1/v1",
            "ftp://127.0.0.1",
            "file:///etc",
            "api.openai.com",
            "",
            "https://",
            "https://user:hunter2@api.openai.com/v1",
            "https://api.openai.com/v1?key=hunter2",
            "https://api.openai.com/v1#x",
        ] {
            let error = endpoint(base, "chat/completions").unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
