//! Arguments as they come, with faults in the reader's language.

use std::ffi::OsString;
use std::path::PathBuf;

use jiff::civil::Date;

use super::{Stop, language, language_of_environment};
use crate::locale::{Language, Message, Words};

/// One option or value of the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// `--name`, without the dashes.
    Option(String),
    /// A bare value.
    Value(OsString),
}

/// A reader of arguments. `--lang id|en` is taken out wherever it stands.
pub struct Arguments {
    parser: lexopt::Parser,
    language: Language,
}

impl Arguments {
    /// Reads `arguments`, the program's own name not among them.
    pub fn new(arguments: impl IntoIterator<Item = OsString>) -> Self {
        Self { parser: lexopt::Parser::from_args(arguments), language: language_of_environment() }
    }

    /// A speaker of the language asked for so far.
    #[must_use]
    pub fn words(&self) -> Words {
        Words::new(self.language)
    }

    /// The first bare value: the verb.
    ///
    /// # Errors
    /// An option stands before it.
    pub fn verb(&mut self) -> Result<Option<String>, Stop> {
        match self.take()? {
            None => Ok(None),
            Some(Argument::Option(name)) if name == "help" => Ok(None),
            Some(Argument::Option(name)) => Err(Self::unknown(&name)),
            Some(Argument::Value(value)) => Ok(Some(value.to_string_lossy().into_owned())),
        }
    }

    /// The next argument.
    ///
    /// # Errors
    /// Arguments that cannot be read, such as a value joined to an option that takes none.
    pub fn take(&mut self) -> Result<Option<Argument>, Stop> {
        loop {
            let next =
                self.parser.next().map_err(|_| Stop::usage(Message::new("cli-unreadable")))?;
            let argument = match next {
                None => return Ok(None),
                Some(lexopt::Arg::Long(name)) => Argument::Option(name.to_owned()),
                Some(lexopt::Arg::Short(letter)) => Argument::Option(letter.to_string()),
                Some(lexopt::Arg::Value(value)) => Argument::Value(value),
            };
            if argument == Argument::Option("lang".to_owned()) {
                let tag = self.text("lang")?;
                self.language =
                    language(&tag).ok_or_else(|| Self::none_of("lang", &tag, &["id", "en"]))?;
                continue;
            }
            return Ok(Some(argument));
        }
    }

    /// The value of option `name`, which was just read.
    ///
    /// # Errors
    /// There is none.
    pub fn value(&mut self, name: &str) -> Result<OsString, Stop> {
        self.parser
            .value()
            .map_err(|_| Stop::usage(Message::new("cli-needs-value").with("option", name)))
    }

    /// [`Arguments::value`] as a path.
    ///
    /// # Errors
    /// There is none.
    pub fn path(&mut self, name: &str) -> Result<PathBuf, Stop> {
        self.value(name).map(PathBuf::from)
    }

    /// One or more paths after option `name`, as a shell expands `*`.
    ///
    /// # Errors
    /// There is none.
    pub fn paths(&mut self, name: &str) -> Result<Vec<PathBuf>, Stop> {
        self.parser
            .values()
            .map(|values| values.map(PathBuf::from).collect())
            .map_err(|_| Stop::usage(Message::new("cli-needs-value").with("option", name)))
    }

    /// [`Arguments::value`] as text.
    ///
    /// # Errors
    /// There is none, or it is not UTF-8.
    pub fn text(&mut self, name: &str) -> Result<String, Stop> {
        let value = self.value(name)?;
        value.into_string().map_err(|value| Self::bad(name, &value.to_string_lossy()))
    }

    /// [`Arguments::value`] read as a number or the like.
    ///
    /// # Errors
    /// There is none, or it does not read as one.
    pub fn parsed<T: std::str::FromStr>(&mut self, name: &str) -> Result<T, Stop> {
        let text = self.text(name)?;
        text.parse().map_err(|_| Self::bad(name, &text))
    }

    /// [`Arguments::value`] as one of the values `known`, as `read` knows them.
    ///
    /// # Errors
    /// There is none, or it is none of these.
    pub fn chosen<T>(
        &mut self,
        name: &str,
        known: &[&str],
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, Stop> {
        let text = self.text(name)?;
        read(&text).ok_or_else(|| Self::none_of(name, &text, known))
    }

    /// [`Arguments::value`] as a day, `YYYY-MM-DD`.
    ///
    /// # Errors
    /// There is none, or it is no day.
    pub fn date(&mut self, name: &str) -> Result<Date, Stop> {
        let text = self.text(name)?;
        text.parse().map_err(|_| {
            Stop::usage(Message::new("cli-bad-date").with("option", name).with("value", text))
        })
    }

    /// An option that the verb does not know.
    #[must_use]
    pub fn unknown(name: &str) -> Stop {
        Stop::usage(Message::new("cli-unknown-option").with("option", name))
    }

    /// A bare value where none is expected.
    #[must_use]
    pub fn stray(value: &OsString) -> Stop {
        Stop::usage(
            Message::new("cli-stray-value").with("value", value.to_string_lossy().into_owned()),
        )
    }

    fn none_of(name: &str, value: &str, known: &[&str]) -> Stop {
        let message = Message::new("cli-not-one-of").with("option", name).with("value", value);
        Stop::usage(message.with("known", known.join(", ")))
    }

    fn bad(name: &str, value: &str) -> Stop {
        Stop::usage(Message::new("cli-bad-value").with("option", name).with("value", value))
    }
}
