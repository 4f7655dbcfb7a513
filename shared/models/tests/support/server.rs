//! A loopback HTTP/1.1 server that answers what its script says, one answer a request, and keeps what it was sent.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use serde_json::Value;

/// One scripted answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    delay: Duration,
    /// Between head and body.
    body_delay: Duration,
    /// Bytes of the body that are really sent before the connection closes.
    sent: usize,
    /// Whether the length is announced; the end of the connection ends the body in any case.
    announced: bool,
}

impl Answer {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
            delay: Duration::ZERO,
            body_delay: Duration::ZERO,
            sent: usize::MAX,
            announced: true,
        }
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, body.to_string()).header("content-type", "application/json")
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    pub(crate) fn body_after(mut self, delay: Duration) -> Self {
        self.body_delay = delay;
        self
    }

    pub(crate) fn of_unknown_length(mut self) -> Self {
        self.announced = false;
        self
    }

    pub(crate) fn broken_off_after(mut self, sent: usize) -> Self {
        self.sent = sent;
        self
    }
}

/// One request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// Request line and headers.
    pub(crate) head: String,
    pub(crate) body: Value,
}

impl Received {
    /// A header's value; names are compared without case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
    }
}

/// The server; its thread ends with the process.
#[derive(Debug)]
pub(crate) struct Server {
    /// What to give as the base URL.
    pub(crate) base: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Server {
    /// Listens on a free port and answers in the order of the script; beyond its end with status 418.
    pub(crate) fn start(script: Vec<Answer>) -> Self {
        let mut script = script.into_iter();
        Self::answering(move |_| script.next().unwrap_or_else(|| Answer::new(418, "the script is over")))
    }

    /// Listens on a free port and answers each request, one after the other, as told.
    pub(crate) fn answering(mut answer: impl FnMut(&Received) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}/v1", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&received);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A peer that went away (a deadline) is part of the script.
                let _ = serve(stream, &log, &mut answer);
            }
        });
        Self { base, received }
    }

    /// The requests so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

fn serve(
    stream: TcpStream,
    log: &Mutex<Vec<Received>>,
    answer: &mut impl FnMut(&Received) -> Answer,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while reader.read_line(&mut head)? > 2 {}
    let mut request = Received { head, body: Value::Null };
    let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    request.body = serde_json::from_slice(&body).unwrap_or_default();
    log.lock().unwrap().push(request.clone());
    let answer = answer(&request);
    thread::sleep(answer.delay);
    let mut head = format!("HTTP/1.1 {} X\r\nconnection: close\r\n", answer.status);
    if answer.announced {
        head.push_str(&format!("content-length: {}\r\n", answer.body.len()));
    }
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let stream = reader.get_mut();
    stream.write_all(head.as_bytes())?;
    thread::sleep(answer.body_delay);
    stream.write_all(&answer.body[..answer.body.len().min(answer.sent)])?;
    stream.flush()
}
