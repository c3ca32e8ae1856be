//! The command line: `selaras <verb>`.
//!
//! Exit codes: 0 done; 1 the input has faults (they are listed); 2 the command was not understood;
//! 3 refused by a rule (for example publishing before day 14); 4 the machine got in the way (disk,
//! network). Results go to standard output, progress and words about faults to standard error.

mod align;
mod arguments;
mod demo;
mod index;
mod kept_plans;
mod progress;
mod regions;
mod round;
mod serve;
mod simulate;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

pub use arguments::{Argument, Arguments};

use crate::locale::{Language, Message, Value, Words, cause};

/// Why a command stopped before its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Stop {
    /// Exit code.
    pub code: u8,
    /// What happened and what to do, one sentence or list entry each.
    pub messages: Vec<Message>,
}

impl From<crate::store::Error> for Stop {
    fn from(error: crate::store::Error) -> Self {
        Self::store(&error)
    }
}

impl From<crate::round::register::RegisterError> for Stop {
    fn from(error: crate::round::register::RegisterError) -> Self {
        match error {
            crate::round::register::RegisterError::Store(error) => error.into(),
            crate::round::register::RegisterError::Invalid(messages) => Self::faults(messages),
        }
    }
}

impl Stop {
    /// The input has faults.
    #[must_use]
    pub fn faults(messages: Vec<Message>) -> Self {
        Self { code: 1, messages }
    }

    /// The command was not understood.
    #[must_use]
    pub fn usage(message: Message) -> Self {
        Self { code: 2, messages: vec![message] }
    }

    /// A rule forbids it.
    #[must_use]
    pub fn refused(message: Message) -> Self {
        Self { code: 3, messages: vec![message] }
    }

    /// The store, or whatever it stands on, got in the way.
    #[must_use]
    pub fn store(error: &crate::store::Error) -> Self {
        let code = if matches!(error, crate::store::Error::NotFound) { 1 } else { 4 };
        Self { code, messages: vec![error.message()] }
    }

    /// The machine got in the way.
    #[must_use]
    pub fn machine(doing: impl Into<Value>, error: &std::io::Error) -> Self {
        let message =
            Message::new("cli-machine").with("what", doing).with("reason", cause::of_system(error));
        Self { code: 4, messages: vec![message] }
    }
}

/// Runs the program with `arguments` (without the program's own name).
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    // `selaras index --help` asks what `selaras help index` asks.
    if arguments.iter().any(|one| one == "--help") {
        arguments.retain(|one| one != "--help");
        arguments.insert(0, "help".into());
    }
    let mut arguments = Arguments::new(arguments);
    let outcome = verb(&mut arguments);
    let words = arguments.words();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            let mut out = std::io::stderr().lock();
            for message in &stop.messages {
                // Nothing sensible can be done where even standard error is closed.
                let _ = writeln!(out, "{}", words.tell(message));
            }
            ExitCode::from(stop.code)
        }
    }
}

fn verb(arguments: &mut Arguments) -> Result<(), Stop> {
    match arguments.verb()?.as_deref() {
        None | Some("help") => help(arguments),
        Some("demo") => demo::run(arguments),
        Some("index") => index::run(arguments),
        Some("align") => align::run(arguments),
        Some("regions") => regions::run(arguments),
        Some("round") => round::run(arguments),
        Some("serve") => serve::run(arguments),
        Some("simulate") => simulate::run(arguments),
        Some("licences") => licences(arguments),
        Some(other) => Err(Stop::usage(Message::new("cli-unknown-verb").with("verb", other))),
    }
}

/// The commands in the order in which the help tells them.
const VERBS: [&str; 9] =
    ["demo", "serve", "index", "align", "simulate", "regions", "round", "licences", "help"];

fn help(arguments: &mut Arguments) -> Result<(), Stop> {
    let mut asked = None;
    while let Some(argument) = arguments.take()? {
        match argument {
            Argument::Value(value) if asked.is_none() => asked = Some(value),
            Argument::Value(_) | Argument::Option(_) => {}
        }
    }
    let words = arguments.words();
    let of = |verb: &str| words.say(&format!("cli-help-{verb}"));
    let told = match asked {
        None => VERBS.map(of).join("\n"),
        Some(asked) => match VERBS.iter().find(|verb| asked == **verb) {
            Some(verb) => of(verb),
            None => {
                let unknown = Message::new("cli-unknown-verb");
                return Err(Stop::usage(
                    unknown.with("verb", asked.to_string_lossy().into_owned()),
                ));
            }
        },
    };
    let (intro, foot) = (words.say("cli-help-intro"), words.say("cli-help-foot"));
    print(&format!("{intro}\n\n{told}\n\n{foot}"))
}

/// What a command of more than one word says where the second is missing.
fn incomplete(verb: &str) -> Stop {
    Stop::usage(Message::new(&format!("cli-help-{verb}")))
}

fn licences(arguments: &mut Arguments) -> Result<(), Stop> {
    let words = arguments.words();
    say(&words, &Message::new("cli-licence-program"))?;
    for licence in crate::region::licences() {
        print(&format!("\n{}\n{}", words.say(licence.what), licence.notice))?;
    }
    Ok(())
}

/// Writes one message to standard output.
fn say(words: &Words, message: &Message) -> Result<(), Stop> {
    print(&words.tell(message))
}

/// Writes text and a line end to standard output. A reader that went away is no fault.
fn print(text: &str) -> Result<(), Stop> {
    match writeln!(std::io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Stop::machine(Message::new("cli-what-output"), &error))
        }
        _ => Ok(()),
    }
}

/// The language asked for by the environment variable `SELARAS_LANG`; Indonesian otherwise.
fn language_of_environment() -> Language {
    std::env::var("SELARAS_LANG").ok().and_then(|tag| language(&tag)).unwrap_or_default()
}

fn language(tag: &str) -> Option<Language> {
    match tag {
        "id" => Some(Language::Id),
        "en" => Some(Language::En),
        "pseudo" => Some(Language::Pseudo),
        _ => None,
    }
}
