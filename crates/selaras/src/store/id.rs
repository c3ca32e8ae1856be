//! Ids: a type a table, over UUIDv7, so that they sort by the time they were made.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::{NoContext, Uuid};

/// The text is no id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id")]
pub struct NotAnId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// A new id, made at `now`.
            #[must_use]
            pub fn new(now: Timestamp) -> Self {
                let seconds = u64::try_from(now.as_second()).unwrap_or(0);
                let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or(0);
                let time = uuid::Timestamp::from_unix(NoContext, seconds, nanoseconds);
                Self(Uuid::new_v7(time))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            /// Only the form that [`fmt::Display`] writes, so that an id has one URL.
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let id = Self(Uuid::try_parse(text).map_err(|_| NotAnId)?);
                if id.to_string() == text { Ok(id) } else { Err(NotAnId) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAnId;
            fn try_from(text: String) -> Result<Self, NotAnId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
    };
}

id! {
    /// A round.
    RoundId
}
id! {
    /// An answer file of a round.
    FileId
}
id! {
    /// A plan document.
    PlanId
}
id! {
    /// A job.
    JobId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling_and_sorts_by_time() {
        let early: Timestamp = "2026-01-01T00:00:00Z".parse().expect("an instant");
        let late: Timestamp = "2026-01-02T00:00:00Z".parse().expect("an instant");
        let id = RoundId::new(early);
        assert!(id < RoundId::new(late));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().to_uppercase().parse::<RoundId>(), Err(NotAnId));
        assert_eq!("../../etc/passwd".parse::<RoundId>(), Err(NotAnId));
    }
}
