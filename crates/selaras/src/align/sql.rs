//! The tables of plan documents, silences and lists.

use sha2::{Digest as _, Sha256};
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::register::Kept;
use crate::policy::Scope;
use crate::sheet::hex;
use crate::store::{Error, PlanId, Tx, instant};

/// What is written of a document.
pub(super) struct NewDocument {
    pub(super) region: String,
    pub(super) hash: String,
    /// Head and files, as JSON.
    pub(super) head: String,
    pub(super) rows: u64,
    pub(super) body: Vec<u8>,
}

fn kept(row: &AnyRow) -> Result<Kept, Error> {
    let id = |text: String| text.parse().map_err(|_| Error::Damaged("id of a plan"));
    let head: String = row.try_get("head")?;
    let (head, files) =
        serde_json::from_str(&head).map_err(|_| Error::Damaged("head of a plan"))?;
    Ok(Kept {
        id: id(row.try_get("id")?)?,
        head,
        files,
        hash: row.try_get("hash")?,
        rows: u64::try_from(row.try_get::<i64, _>("rows_count")?).unwrap_or(0),
        replaced_by: row.try_get::<Option<String>, _>("replaced_by")?.map(id).transpose()?,
        added: instant(&row.try_get::<String, _>("added_at")?)?,
    })
}

/// Documents of the governments in `scope`, in the order in which they came.
pub(super) async fn list(tx: &mut Tx, scope: &Scope) -> Result<Vec<Kept>, Error> {
    let rows = sqlx::query(
        "SELECT id, hash, head, rows_count, replaced_by, added_at FROM plan_documents \
         WHERE region = $1 OR region LIKE $2 ORDER BY region, added_at, id",
    )
    .bind(scope.code().to_owned())
    .bind(scope.pattern())
    .fetch_all(tx.connection())
    .await?;
    rows.iter().map(kept).collect()
}

/// What the documents in force of the governments in `scope` say.
pub(super) async fn bodies(tx: &mut Tx, scope: &Scope) -> Result<Vec<Vec<u8>>, Error> {
    let rows = sqlx::query(
        "SELECT body FROM plan_documents \
         WHERE replaced_by IS NULL AND (region = $1 OR region LIKE $2) ORDER BY region, id",
    )
    .bind(scope.code().to_owned())
    .bind(scope.pattern())
    .fetch_all(tx.connection())
    .await?;
    rows.iter().map(|row| Ok(row.try_get("body")?)).collect()
}

pub(super) async fn body(tx: &mut Tx, id: PlanId) -> Result<Option<(String, Vec<u8>)>, Error> {
    let row = sqlx::query("SELECT region, body FROM plan_documents WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.connection())
        .await?;
    row.map(|row| Ok((row.try_get("region")?, row.try_get("body")?))).transpose()
}

pub(super) async fn insert(tx: &mut Tx, id: PlanId, new: NewDocument) -> Result<(), Error> {
    let now = tx.stamp();
    sqlx::query(
        "INSERT INTO plan_documents (id, region, hash, head, rows_count, body, added_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id.to_string())
    .bind(new.region)
    .bind(new.hash)
    .bind(new.head)
    .bind(i64::try_from(new.rows).unwrap_or(i64::MAX))
    .bind(new.body)
    .bind(now)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Puts `new`, or nothing, in the place of `old`.
pub(super) async fn replace(tx: &mut Tx, old: PlanId, new: Option<PlanId>) -> Result<(), Error> {
    sqlx::query("UPDATE plan_documents SET replaced_by = $2 WHERE id = $1")
        .bind(old.to_string())
        .bind(new.map(|id| id.to_string()))
        .execute(tx.connection())
        .await?;
    Ok(())
}

pub(super) async fn delete(tx: &mut Tx, id: PlanId) -> Result<(), Error> {
    for sql in [
        // What it had replaced is in force again, or gives way to what had replaced it.
        "UPDATE plan_documents SET replaced_by = \
         (SELECT replaced_by FROM plan_documents WHERE id = $1) WHERE replaced_by = $1",
        "DELETE FROM plan_documents WHERE id = $1",
    ] {
        sqlx::query(sql).bind(id.to_string()).execute(tx.connection()).await?;
    }
    Ok(())
}

pub(super) async fn silence(
    tx: &mut Tx,
    province: &str,
    finding: &str,
    body: &str,
) -> Result<(), Error> {
    let now = tx.stamp();
    sqlx::query(
        "INSERT INTO plan_silences (finding, province, body, said_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (province, finding) DO UPDATE SET body = excluded.body, said_at = excluded.said_at",
    )
    .bind(finding.to_owned())
    .bind(province.to_owned())
    .bind(body.to_owned())
    .bind(now)
    .execute(tx.connection())
    .await?;
    Ok(())
}

pub(super) async fn open(tx: &mut Tx, province: &str, finding: &str) -> Result<(), Error> {
    sqlx::query("DELETE FROM plan_silences WHERE finding = $1 AND province = $2")
        .bind(finding.to_owned())
        .bind(province.to_owned())
        .execute(tx.connection())
        .await?;
    Ok(())
}

pub(super) async fn silences(tx: &mut Tx, province: &str) -> Result<Vec<String>, Error> {
    let rows = sqlx::query("SELECT body FROM plan_silences WHERE province = $1 ORDER BY finding")
        .bind(province.to_owned())
        .fetch_all(tx.connection())
        .await?;
    rows.iter().map(|row| Ok(row.try_get("body")?)).collect()
}

pub(super) async fn set_list(
    tx: &mut Tx,
    province: &str,
    kind: &str,
    file: &str,
    body: &str,
) -> Result<(), Error> {
    let now = tx.stamp();
    sqlx::query(
        "INSERT INTO plan_lists (province, kind, file, body, changed_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (province, kind) DO UPDATE \
         SET file = excluded.file, body = excluded.body, changed_at = excluded.changed_at",
    )
    .bind(province.to_owned())
    .bind(kind.to_owned())
    .bind(file.to_owned())
    .bind(body.to_owned())
    .bind(now)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Kind, file and body of the lists of a province.
pub(super) async fn lists(
    tx: &mut Tx,
    province: &str,
) -> Result<Vec<(String, String, String)>, Error> {
    let rows =
        sqlx::query("SELECT kind, file, body FROM plan_lists WHERE province = $1 ORDER BY kind")
            .bind(province.to_owned())
            .fetch_all(tx.connection())
            .await?;
    let list =
        |row: &AnyRow| Ok((row.try_get("kind")?, row.try_get("file")?, row.try_get("body")?));
    rows.iter().map(list).collect()
}

/// What changes whenever anything that an alignment of the province is made of does.
pub(super) async fn state(tx: &mut Tx, province: &str) -> Result<String, Error> {
    let mut state = String::new();
    for sql in [
        // A document that is in force again after another was withdrawn is as old as it was.
        "SELECT id AS what, added_at AS since FROM plan_documents \
         WHERE replaced_by IS NULL AND (region = $1 OR region LIKE $1 || '.%') ORDER BY id",
        "SELECT finding AS what, said_at AS since FROM plan_silences \
         WHERE province = $1 ORDER BY finding",
        "SELECT kind AS what, changed_at AS since FROM plan_lists \
         WHERE province = $1 ORDER BY kind",
    ] {
        let rows = sqlx::query(sql).bind(province.to_owned()).fetch_all(tx.connection()).await?;
        for row in &rows {
            let (what, since): (String, String) = (row.try_get("what")?, row.try_get("since")?);
            state += &format!("{what} {since}\n");
        }
        state.push('\n');
    }
    Ok(hex(&Sha256::digest(state)))
}
