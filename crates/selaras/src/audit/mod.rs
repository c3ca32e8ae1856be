//! What was done and read, in an append-only log.
//!
//! An entry holds ids and hashes, never content. Each carries a hash over itself and the entry
//! before, so that a change or a gap anywhere breaks the chain. Entries are written in the same
//! transaction as what they tell of, through [`Tx::record`].

use sha2::{Digest as _, Sha256};
use sqlx::Row as _;

use crate::policy::{Action, Actor};
use crate::sheet::hex;
use crate::store::{Error, Tx};

/// What [`verify`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// The chain is whole and has this many entries.
    Whole(i64),
    /// The entry at this position is changed or missing.
    BrokenAt(i64),
}

/// Hash of an entry: every field with its length before it, so that no two entries run together.
fn chain(previous: &str, position: i64, fields: [&str; 6]) -> String {
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(position.to_be_bytes());
    for field in fields {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field);
    }
    hex(&hash.finalize())
}

/// Appends one entry; called through [`Tx::record`].
///
/// # Errors
/// [`Error::Database`].
pub(crate) async fn append(
    tx: &mut Tx,
    actor: &Actor,
    action: Action,
    kind: &str,
    subject: &str,
    content: &[u8],
) -> Result<(), Error> {
    // Taking the number locks the head's row, so that writers form one queue.
    let head = sqlx::query(
        "UPDATE audit_head SET position = position + 1 WHERE one = 1 RETURNING position, hash",
    )
    .fetch_one(tx.connection())
    .await?;
    let position: i64 = head.try_get("position")?;
    let previous: String = head.try_get("hash")?;
    let at = tx.stamp();
    let digest = hex(&Sha256::digest(content));
    let fields = [at.as_str(), actor.id(), action.word(), kind, subject, &digest];
    let hash = chain(&previous, position, fields);
    let mut insert = sqlx::query(
        "INSERT INTO audit (position, at, actor, action, kind, subject, digest, hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(position);
    for field in fields {
        insert = insert.bind(field.to_owned());
    }
    insert.bind(hash.clone()).execute(tx.connection()).await?;
    sqlx::query("UPDATE audit_head SET hash = $1 WHERE one = 1")
        .bind(hash)
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Recomputes the whole chain.
///
/// # Errors
/// [`Error::Database`].
pub async fn verify(tx: &mut Tx) -> Result<Verified, Error> {
    const PAGE: i64 = 1000;
    let head = sqlx::query("SELECT position, hash FROM audit_head WHERE one = 1")
        .fetch_one(tx.connection())
        .await?;
    let (last, last_hash): (i64, String) = (head.try_get("position")?, head.try_get("hash")?);
    let mut previous = "0".repeat(64);
    let mut position = 0;
    loop {
        let rows = sqlx::query(
            "SELECT position, at, actor, action, kind, subject, digest, hash FROM audit \
             WHERE position > $1 ORDER BY position LIMIT $2",
        )
        .bind(position)
        .bind(PAGE)
        .fetch_all(tx.connection())
        .await?;
        for row in &rows {
            let text = |name: &str| row.try_get::<String, _>(name);
            let fields: [String; 6] = [
                text("at")?,
                text("actor")?,
                text("action")?,
                text("kind")?,
                text("subject")?,
                text("digest")?,
            ];
            let hash = chain(&previous, position + 1, fields.each_ref().map(String::as_str));
            if row.try_get::<i64, _>("position")? != position + 1 || text("hash")? != hash {
                return Ok(Verified::BrokenAt(position + 1));
            }
            position += 1;
            previous = hash;
        }
        if rows.is_empty() {
            break;
        }
    }
    // What was cut off at the end shows in the head.
    Ok(if position == last && previous == last_hash {
        Verified::Whole(position)
    } else {
        Verified::BrokenAt(position + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Clock, DataFolder, Store};

    fn after_ten_entries(tamper: &'static str) -> Verified {
        tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
            let temporary = tempfile::tempdir().expect("a folder");
            let folder = DataFolder::create(temporary.path()).expect("a data folder");
            let store = Store::open(&folder, None).await.expect("a store");
            let mut tx = store.begin(Clock::System).await.expect("a transaction");
            for number in 0..10 {
                let subject = number.to_string();
                tx.record(&Actor::operator(), Action::Create, "round", &subject, b"content")
                    .await
                    .expect("an entry");
            }
            sqlx::query(tamper).execute(tx.connection()).await.expect("the tampering");
            verify(&mut tx).await.expect("a verdict")
        })
    }

    #[test]
    fn an_untouched_log_is_whole() {
        assert_eq!(after_ten_entries("SELECT 1"), Verified::Whole(10));
    }

    #[test]
    fn a_changed_entry_a_removed_entry_and_a_cut_off_end_break_the_chain() {
        let cases = [
            ("UPDATE audit SET actor = 'another' WHERE position = 4", 4),
            ("UPDATE audit SET digest = 'x' WHERE position = 1", 1),
            ("DELETE FROM audit WHERE position = 7", 7),
            ("DELETE FROM audit WHERE position > 8", 9),
        ];
        for (tamper, at) in cases {
            assert_eq!(after_ten_entries(tamper), Verified::BrokenAt(at), "{tamper}");
        }
    }
}
