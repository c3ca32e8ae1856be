//! The tables of rounds, their regions, their files and mapping profiles.

use std::collections::BTreeMap;

use jiff::civil::Date;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::register::{File, NewFile, NewRound, Round};
use crate::policy::{NATION, Scope};
use crate::store::{Error, FileId, RoundId, Tx, instant};

/// Columns of a round, with the answers of the files that count, and whether anything in use bears
/// the mark of simulated data.
macro_rules! select_rounds {
    ($rest:literal) => {
        concat!(
            "SELECT rounds.*, CAST((SELECT COALESCE(SUM(kept), 0) FROM round_files \
             WHERE round = rounds.id AND replaced_by IS NULL) AS BIGINT) AS answers, \
             CAST(CASE WHEN EXISTS (SELECT 1 FROM round_marks WHERE round = rounds.id) \
             OR EXISTS (SELECT 1 FROM round_files WHERE round = rounds.id \
             AND replaced_by IS NULL AND marked = 1) THEN 1 ELSE 0 END AS BIGINT) AS marked \
             FROM rounds ",
            $rest
        )
    };
}

fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

fn stored(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn round(row: &AnyRow) -> Result<Round, Error> {
    let text = |name: &str| row.try_get::<String, _>(name);
    let perhaps = |name: &str| row.try_get::<Option<String>, _>(name);
    let whole = |name: &str| row.try_get::<i64, _>(name);
    let day = |name: &str| {
        perhaps(name)?
            .map(|text| text.parse::<Date>().map_err(|_| Error::Damaged("date of a round")))
            .transpose()
    };
    Ok(Round {
        id: text("id")?.parse().map_err(|_| Error::Damaged("id of a round"))?,
        year: i16::try_from(whole("year")?).map_err(|_| Error::Damaged("year of a round"))?,
        name: text("name")?,
        instrument: text("instrument")?,
        opened: day("opened")?,
        closed: day("closed")?,
        target: count(whole("target")?),
        simulated: whole("simulated")? != 0 || whole("marked")? != 0,
        regions: Vec::new(),
        created: instant(&text("created_at")?)?,
        result: perhaps("result")?,
        computed: perhaps("computed_at")?.map(|text| instant(&text)).transpose()?,
        answers: count(whole("answers")?),
    })
}

/// The round that bears `name`.
pub(super) async fn named(tx: &mut Tx, name: &str) -> Result<Option<RoundId>, Error> {
    let row = sqlx::query("SELECT id FROM rounds WHERE name = $1")
        .bind(name.to_owned())
        .fetch_optional(tx.connection())
        .await?;
    let damaged = |_| Error::Damaged("id of a round");
    row.map(|row| row.try_get::<String, _>("id")?.parse().map_err(damaged)).transpose()
}

pub(super) async fn insert(tx: &mut Tx, id: RoundId, round: &NewRound) -> Result<(), Error> {
    let now = tx.stamp();
    sqlx::query(
        "INSERT INTO rounds \
         (id, year, name, instrument, opened, closed, target, simulated, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(id.to_string())
    .bind(i64::from(round.year))
    .bind(round.name.clone())
    .bind(round.instrument.clone())
    .bind(round.opened.map(|day| day.to_string()))
    .bind(round.closed.map(|day| day.to_string()))
    .bind(stored(round.target))
    .bind(i64::from(round.simulated))
    .bind(now)
    .execute(tx.connection())
    .await?;
    insert_regions(tx, id, &round.regions).await
}

async fn insert_regions(tx: &mut Tx, id: RoundId, regions: &[String]) -> Result<(), Error> {
    for code in regions {
        sqlx::query("INSERT INTO round_regions (round, code) VALUES ($1, $2)")
            .bind(id.to_string())
            .bind(code.clone())
            .execute(tx.connection())
            .await?;
    }
    Ok(())
}

pub(super) async fn change(tx: &mut Tx, id: RoundId, round: &NewRound) -> Result<(), Error> {
    sqlx::query(
        "UPDATE rounds SET year = $2, name = $3, instrument = $4, opened = $5, closed = $6, \
         target = $7 WHERE id = $1",
    )
    .bind(id.to_string())
    .bind(i64::from(round.year))
    .bind(round.name.clone())
    .bind(round.instrument.clone())
    .bind(round.opened.map(|day| day.to_string()))
    .bind(round.closed.map(|day| day.to_string()))
    .bind(stored(round.target))
    .execute(tx.connection())
    .await?;
    sqlx::query("DELETE FROM round_regions WHERE round = $1")
        .bind(id.to_string())
        .execute(tx.connection())
        .await?;
    insert_regions(tx, id, &round.regions).await
}

/// Rounds with a region inside `scope`, or with one that `scope` lies in.
pub(super) async fn list(tx: &mut Tx, scope: &Scope) -> Result<Vec<Round>, Error> {
    let rows = sqlx::query(select_rounds!(
        "WHERE EXISTS (SELECT 1 FROM round_regions WHERE round = rounds.id \
                       AND (code = $1 OR code LIKE $2 OR code = $3 OR $1 LIKE code || '.%')) \
         ORDER BY year DESC, created_at DESC"
    ))
    .bind(scope.code().to_owned())
    .bind(scope.pattern())
    .bind(NATION)
    .fetch_all(tx.connection())
    .await?;
    let mut rounds = rows.iter().map(round).collect::<Result<Vec<_>, _>>()?;
    let mut regions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let rows = sqlx::query("SELECT round, code FROM round_regions ORDER BY code")
        .fetch_all(tx.connection())
        .await?;
    for row in rows {
        regions.entry(row.try_get("round")?).or_default().push(row.try_get("code")?);
    }
    for round in &mut rounds {
        round.regions = regions.remove(&round.id.to_string()).unwrap_or_default();
    }
    Ok(rounds)
}

pub(super) async fn get(tx: &mut Tx, id: RoundId) -> Result<Option<Round>, Error> {
    let row = sqlx::query(select_rounds!("WHERE id = $1"))
        .bind(id.to_string())
        .fetch_optional(tx.connection())
        .await?;
    let Some(row) = row else { return Ok(None) };
    let mut round = round(&row)?;
    let rows = sqlx::query("SELECT code FROM round_regions WHERE round = $1 ORDER BY code")
        .bind(id.to_string())
        .fetch_all(tx.connection())
        .await?;
    for row in rows {
        round.regions.push(row.try_get("code")?);
    }
    Ok(Some(round))
}

/// Writes down whether the table `kind` beside the answers of a round bears the mark of simulated
/// data.
pub(super) async fn mark_table(
    tx: &mut Tx,
    id: RoundId,
    kind: &str,
    marked: bool,
) -> Result<(), Error> {
    let sql = if marked {
        "INSERT INTO round_marks (round, kind) VALUES ($1, $2) ON CONFLICT (round, kind) DO NOTHING"
    } else {
        "DELETE FROM round_marks WHERE round = $1 AND kind = $2"
    };
    let query = sqlx::query(sql).bind(id.to_string()).bind(kind.to_owned());
    query.execute(tx.connection()).await?;
    Ok(())
}

pub(super) async fn delete(tx: &mut Tx, id: RoundId) -> Result<(), Error> {
    for sql in [
        "DELETE FROM jobs WHERE subject = $1",
        // First the references among files, which forbid deleting one before the other.
        "UPDATE round_files SET replaced_by = NULL WHERE round = $1",
        "DELETE FROM rounds WHERE id = $1",
    ] {
        sqlx::query(sql).bind(id.to_string()).execute(tx.connection()).await?;
    }
    Ok(())
}

pub(super) async fn insert_file(
    tx: &mut Tx,
    round: RoundId,
    id: FileId,
    file: &NewFile,
    marked: bool,
) -> Result<(), Error> {
    let now = tx.stamp();
    sqlx::query(
        "INSERT INTO round_files (id, round, name, sha256, bytes, taken, kept, added_at, marked) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(id.to_string())
    .bind(round.to_string())
    .bind(file.name.clone())
    .bind(file.sha256.clone())
    .bind(stored(file.bytes))
    .bind(stored(file.taken))
    .bind(stored(file.kept))
    .bind(now)
    .bind(i64::from(marked))
    .execute(tx.connection())
    .await?;
    Ok(())
}

pub(super) async fn replace_file(tx: &mut Tx, old: FileId, new: FileId) -> Result<(), Error> {
    sqlx::query("UPDATE round_files SET replaced_by = $2 WHERE id = $1")
        .bind(old.to_string())
        .bind(new.to_string())
        .execute(tx.connection())
        .await?;
    Ok(())
}

pub(super) async fn delete_file(tx: &mut Tx, id: FileId) -> Result<(), Error> {
    sqlx::query("DELETE FROM round_files WHERE id = $1")
        .bind(id.to_string())
        .execute(tx.connection())
        .await?;
    Ok(())
}

pub(super) async fn files(tx: &mut Tx, round: RoundId) -> Result<Vec<File>, Error> {
    let rows =
        sqlx::query("SELECT * FROM round_files WHERE round = $1 ORDER BY added_at, name, id")
            .bind(round.to_string())
            .fetch_all(tx.connection())
            .await?;
    let damaged = |_| Error::Damaged("id of a file");
    rows.iter()
        .map(|row| {
            Ok(File {
                id: row.try_get::<String, _>("id")?.parse().map_err(damaged)?,
                name: row.try_get("name")?,
                sha256: row.try_get("sha256")?,
                bytes: count(row.try_get("bytes")?),
                taken: count(row.try_get("taken")?),
                kept: count(row.try_get("kept")?),
                replaced_by: row
                    .try_get::<Option<String>, _>("replaced_by")?
                    .map(|id| id.parse().map_err(damaged))
                    .transpose()?,
                added: instant(&row.try_get::<String, _>("added_at")?)?,
            })
        })
        .collect()
}

pub(super) async fn set_result(tx: &mut Tx, round: RoundId, result: &str) -> Result<(), Error> {
    let now = tx.stamp();
    sqlx::query("UPDATE rounds SET result = $2, computed_at = $3 WHERE id = $1")
        .bind(round.to_string())
        .bind(result.to_owned())
        .bind(now)
        .execute(tx.connection())
        .await?;
    Ok(())
}

pub(super) async fn save_profile(
    tx: &mut Tx,
    office: &str,
    name: &str,
    body: &str,
) -> Result<(), Error> {
    let now = tx.stamp();
    sqlx::query(
        "INSERT INTO mapping_profiles (office, name, body, changed_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (office, name) DO UPDATE \
         SET body = excluded.body, changed_at = excluded.changed_at",
    )
    .bind(office.to_owned())
    .bind(name.to_owned())
    .bind(body.to_owned())
    .bind(now)
    .execute(tx.connection())
    .await?;
    Ok(())
}

pub(super) async fn profiles(tx: &mut Tx, office: &str) -> Result<Vec<(String, String)>, Error> {
    let rows =
        sqlx::query("SELECT name, body FROM mapping_profiles WHERE office = $1 ORDER BY name")
            .bind(office.to_owned())
            .fetch_all(tx.connection())
            .await?;
    rows.iter().map(|row| Ok((row.try_get("name")?, row.try_get("body")?))).collect()
}
