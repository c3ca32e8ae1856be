//! The register of plans: documents that governments sent, what offices say is meant so, and the
//! lists that stand beside them.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{FileRef, Inputs, Proposed, Sent, sql};
use crate::check::{Finding, Item, Silence, Silences};
use crate::plan::Head;
use crate::policy::{Action, Actor, Module, Resource, Scope, may};
use crate::region::{self, Level};
use crate::sheet::private::words;
use crate::store::{Error, PlanId, Tx};

/// A document that is kept, without its rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Id.
    pub id: PlanId,
    /// What it is and whose.
    pub head: Head,
    /// The files it was read from.
    pub files: Vec<FileRef>,
    /// SHA-256 of what it says, lower-case hex.
    pub hash: String,
    /// Number of rows.
    pub rows: u64,
    /// The document that took its place, if one did.
    pub replaced_by: Option<PlanId>,
    /// When it came.
    pub added: Timestamp,
}

/// What became of a document that was to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// It is in force now.
    New(PlanId),
    /// A document in force says the same.
    Already(PlanId),
}

/// A list beside the plans of a province.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List<'a> {
    /// Proposals with their answers.
    Proposals(&'a [Proposed]),
    /// Items of meetings.
    Items(&'a [Item]),
}

impl List<'_> {
    fn kind(&self) -> &'static str {
        match self {
            Self::Proposals(_) => PROPOSALS,
            Self::Items(_) => ITEMS,
        }
    }
}

const PROPOSALS: &str = "proposals";
const ITEMS: &str = "items";
/// How strongly documents are compressed: the least, since they are read far more often than kept.
const COMPRESSION: i32 = 1;

fn allowed(actor: &Actor, action: Action, region: &str) -> Result<(), Error> {
    Ok(may(actor, action, &Resource::internal(Module::Plan).within(region)).or_denied()?)
}

/// Keeps a document. One of the same government, kind, agency, years and stage that is in force makes
/// room for it, and stays to be compared with.
///
/// # Errors
/// [`Error::NotFound`] where the actor may not know of the government; a fault of the store.
pub async fn keep(tx: &mut Tx, actor: &Actor, sent: &Sent) -> Result<Keeping, Error> {
    let head = sent.version.head();
    let region = head.region.to_string();
    allowed(actor, Action::Create, &region)?;
    let scope = Scope::of(&region).ok_or(Error::NotFound)?;
    let known = sql::list(tx, &scope).await?;
    let mut known = known.iter().filter(|of| of.replaced_by.is_none());
    let what = |of: &Head| {
        let agency = of.agency.as_deref().map(words);
        (of.region, of.kind, of.years, of.stage, of.revision, agency)
    };
    let same = known.find(|of| what(&of.head) == what(head));
    if let Some(same) = same.filter(|same| same.hash == sent.version.hash()) {
        return Ok(Keeping::Already(same.id));
    }
    let id = PlanId::new(tx.now());
    let body = zstd::bulk::compress(&json(sent)?, COMPRESSION);
    let new = sql::NewDocument {
        region,
        hash: sent.version.hash().to_owned(),
        head: text(&(head, &sent.files))?,
        rows: sent.version.rows().len() as u64,
        body: body.map_err(|_| Error::Damaged("plan"))?,
    };
    sql::insert(tx, id, new).await?;
    if let Some(same) = same {
        sql::replace(tx, same.id, Some(id)).await?;
    }
    let content = sent.version.hash().as_bytes();
    tx.record(actor, Action::Create, "plan", &id.to_string(), content).await?;
    Ok(Keeping::New(id))
}

/// The documents of the governments in `scope`, those that were replaced included.
///
/// # Errors
/// [`Error::NotFound`] where the actor may know of no plans; a fault of the store.
pub async fn list(tx: &mut Tx, actor: &Actor, scope: &Scope) -> Result<Vec<Kept>, Error> {
    may(actor, Action::View, &Resource::internal(Module::Plan)).or_denied()?;
    let mut kept = sql::list(tx, scope).await?;
    kept.retain(|of| allowed(actor, Action::View, &of.head.region.to_string()).is_ok());
    Ok(kept)
}

/// The document with `id`.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Damaged`] where it is not what was kept.
pub async fn get(tx: &mut Tx, actor: &Actor, id: PlanId) -> Result<Sent, Error> {
    let (region, body) = sql::body(tx, id).await?.ok_or(Error::NotFound)?;
    allowed(actor, Action::View, &region)?;
    open(&body)
}

/// Takes a document away; what it had replaced is in force again.
///
/// # Errors
/// As [`get`].
pub async fn withdraw(tx: &mut Tx, actor: &Actor, id: PlanId) -> Result<(), Error> {
    let sent = get(tx, actor, id).await?;
    allowed(actor, Action::Delete, &sent.version.head().region.to_string())?;
    sql::delete(tx, id).await?;
    let content = sent.version.hash().as_bytes();
    tx.record(actor, Action::Delete, "plan", &id.to_string(), content).await
}

/// Everything that is kept for an alignment of `province`: the documents in force, silences and lists.
/// None where no document is kept.
///
/// # Errors
/// [`Error::NotFound`] where the actor may not know of the province; [`Error::Damaged`] where
/// something is not what was kept.
pub async fn inputs(
    tx: &mut Tx,
    actor: &Actor,
    province: region::Code,
) -> Result<Option<Inputs>, Error> {
    let code = province.to_string();
    allowed(actor, Action::View, &code)?;
    let scope = Scope::of(&code).ok_or(Error::NotFound)?;
    let bodies = sql::bodies(tx, &scope).await?;
    let plans = bodies.iter().map(|body| open(body)).collect::<Result<Vec<_>, _>>()?;
    if plans.is_empty() {
        return Ok(None);
    }
    let mut inputs = Inputs::new(province, plans);
    inputs.silences = silences(tx, &code).await?;
    for (kind, _, body) in sql::lists(tx, &code).await? {
        match kind.as_str() {
            PROPOSALS => inputs.proposals = Some(parsed(&body)?),
            _ => inputs.items = Some(parsed(&body)?),
        }
    }
    Ok(Some(inputs))
}

/// The names of the files in which the lists of proposals and of items of meetings came, where they
/// are kept.
///
/// # Errors
/// As [`inputs`].
pub async fn list_files(
    tx: &mut Tx,
    actor: &Actor,
    province: region::Code,
) -> Result<[Option<String>; 2], Error> {
    let code = province.to_string();
    allowed(actor, Action::View, &code)?;
    let lists = sql::lists(tx, &code).await?;
    let named = |kind: &str| lists.iter().find(|of| of.0 == kind).map(|of| of.1.clone());
    Ok([named(PROPOSALS), named(ITEMS)])
}

async fn silences(tx: &mut Tx, province: &str) -> Result<Silences, Error> {
    let bodies = sql::silences(tx, province).await?;
    bodies.iter().map(|body| parsed::<Silence>(body)).collect()
}

/// What changes whenever [`inputs`] does.
///
/// # Errors
/// As [`inputs`].
pub async fn state(tx: &mut Tx, actor: &Actor, province: region::Code) -> Result<String, Error> {
    let code = province.to_string();
    allowed(actor, Action::View, &code)?;
    sql::state(tx, &code).await
}

/// Writes down that `finding` of `province` is meant so, until one of its rows says something else.
///
/// # Errors
/// [`Error::NotFound`] where the actor may not say so; a fault of the store.
pub async fn silence(
    tx: &mut Tx,
    actor: &Actor,
    province: region::Code,
    finding: &Finding,
    silence: &Silence,
) -> Result<(), Error> {
    let code = province.to_string();
    allowed(actor, Action::Change, &code)?;
    let body = text(silence)?;
    sql::silence(tx, &code, &finding.id(), &body).await?;
    tx.record(actor, Action::Change, "finding", &finding.id(), body.as_bytes()).await
}

/// Takes back that the finding with id `finding` is meant so.
///
/// # Errors
/// As [`silence`].
pub async fn reopen(
    tx: &mut Tx,
    actor: &Actor,
    province: region::Code,
    finding: &str,
) -> Result<(), Error> {
    let code = province.to_string();
    allowed(actor, Action::Change, &code)?;
    sql::open(tx, &code, finding).await?;
    tx.record(actor, Action::Delete, "finding", finding, b"").await
}

/// Keeps a list of `province`, read from the file called `file`, in place of the one before.
///
/// # Errors
/// [`Error::NotFound`] where the actor may not; a fault of the store.
pub async fn set_list(
    tx: &mut Tx,
    actor: &Actor,
    province: region::Code,
    list: List<'_>,
    file: &str,
) -> Result<(), Error> {
    let code = province.to_string();
    allowed(actor, Action::Change, &code)?;
    let body = match list {
        List::Proposals(proposals) => text(&proposals)?,
        List::Items(items) => text(&items)?,
    };
    sql::set_list(tx, &code, list.kind(), file, &body).await?;
    tx.record(actor, Action::Change, list.kind(), &code, body.as_bytes()).await
}

/// The provinces of which a document is kept, in the order of codes.
///
/// # Errors
/// As [`list`].
pub async fn provinces(tx: &mut Tx, actor: &Actor) -> Result<Vec<region::Code>, Error> {
    let kept = list(tx, actor, &Scope::nation()).await?;
    let mut provinces: Vec<region::Code> =
        kept.iter().filter_map(|of| of.head.region.at(Level::Province)).collect();
    provinces.sort_unstable();
    provinces.dedup();
    Ok(provinces)
}

fn open(body: &[u8]) -> Result<Sent, Error> {
    let damaged = |_| Error::Damaged("plan");
    let json = zstd::stream::decode_all(body).map_err(damaged)?;
    serde_json::from_slice(&json).map_err(|_| Error::Damaged("plan"))
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(|_| Error::Damaged("plan"))
}

fn text(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|_| Error::Damaged("plan"))
}

fn parsed<T: DeserializeOwned>(body: &str) -> Result<T, Error> {
    serde_json::from_str(body).map_err(|_| Error::Damaged("list beside plans"))
}
