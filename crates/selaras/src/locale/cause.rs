//! Causes that come from below: the operating system and libraries, which speak English only.
//!
//! What an office can act on is said in its language; any other text from below stands in a message
//! only as a technical detail that calls itself one.

use std::fmt::Display;
use std::io;

use super::Message;

/// Why the operating system did not do what it was asked to.
#[must_use]
pub fn of_system(error: &io::Error) -> Message {
    use io::ErrorKind as Kind;
    Message::new(match error.kind() {
        Kind::NotFound => "cause-not-found",
        Kind::PermissionDenied => "cause-permission",
        Kind::AlreadyExists => "cause-exists",
        Kind::StorageFull | Kind::QuotaExceeded => "cause-full",
        Kind::ReadOnlyFilesystem => "cause-read-only",
        Kind::IsADirectory => "cause-folder",
        Kind::NotADirectory => "cause-not-folder",
        Kind::AddrInUse => "cause-address-in-use",
        Kind::UnexpectedEof => "cause-cut-short",
        _ => return technical(error),
    })
}

/// Text from below as a technical detail, for whoever looks after the system.
#[must_use]
pub fn technical(detail: impl Display) -> Message {
    Message::new("cause-technical").with("detail", detail.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::{Language, Words};

    #[test]
    fn what_an_office_can_act_on_is_said_in_its_language_and_the_rest_calls_itself_a_detail() {
        let words = Words::new(Language::Id);
        let missing = std::fs::File::open("/nowhere/at/all").unwrap_err();
        assert_eq!(words.tell(&of_system(&missing)), "berkas atau folder itu tidak ada");
        let odd = io::Error::other("odd");
        assert_eq!(words.tell(&of_system(&odd)), "rincian teknis: «odd»");
    }
}
