//! The store and the nouns on it, on SQLite and on PostgreSQL.

#![cfg(test)]

mod support;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use selaras::audit::{self, Verified};
use selaras::jobs::{self, Kinds, NewJob, Runner};
use selaras::policy::{Action, Actor, NATION, Scope};
use selaras::round::register::{self, Added, NewFile, NewRound, RegisterError};
use selaras::store::{self, Clock, RoundId, Store};
use serde_json::json;

on_both_engines!(
    a_round_is_given_back_as_it_was_made,
    a_round_inside_another_region_is_not_known_of,
    every_fault_of_a_round_is_told_at_once,
    the_same_file_is_recognised_and_a_corrected_one_takes_its_place,
    deleting_a_round_removes_what_belongs_to_it_and_stays_on_record,
    a_profile_of_the_same_name_is_overwritten,
    writers_at_the_same_time_keep_the_log_whole,
    a_job_is_done_once_by_many_workers,
    an_opened_store_can_be_opened_again,
);

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(future)
}

fn with_store<F: Future<Output = ()>>(url: Option<&str>, claim: impl FnOnce(Store) -> F) {
    let folder = tempfile::tempdir().expect("a folder");
    run(async {
        let store = support::open(folder.path(), url).await;
        claim(store.clone()).await;
        store.close().await;
    });
}

fn round(name: &str, regions: &[&str]) -> NewRound {
    NewRound {
        year: 2026,
        name: name.to_owned(),
        instrument: "ihai-2025".to_owned(),
        opened: "2026-01-05".parse().ok(),
        closed: None,
        target: 1250,
        simulated: true,
        regions: regions.iter().map(|&code| code.to_owned()).collect(),
    }
}

fn file(sha256: &str, replaces: Option<store::FileId>) -> NewFile {
    NewFile {
        name: "jawaban.csv".to_owned(),
        sha256: sha256.to_owned(),
        bytes: 10_000_000_000,
        taken: 100,
        kept: 97,
        replaces,
    }
}

async fn made(store: &Store, round: NewRound) -> RoundId {
    let mut tx = store.begin(Clock::System).await.expect("a transaction");
    let id = register::create(&mut tx, &Actor::operator(), round, |_| true).await;
    tx.commit().await.expect("a commit");
    id.expect("a round")
}

fn a_round_is_given_back_as_it_was_made(url: Option<&str>) {
    with_store(url, |store| async move {
        let now = "2026-03-24T10:04:00Z".parse().expect("an instant");
        let mut tx = store.begin(Clock::At(now)).await.expect("a transaction");
        let actor = Actor::operator();
        let given = round("  Putaran 'satu' é ", &["61.71", "61", "62.01"]);
        let id = register::create(&mut tx, &actor, given, |_| true).await.expect("a round");
        tx.commit().await.expect("a commit");
        let mut tx = store.read(Clock::System).await.expect("a transaction");
        let found = register::get(&mut tx, &actor, id).await.expect("the round");
        assert_eq!(found.name, "Putaran 'satu' é");
        assert_eq!(found.regions, ["61", "62.01"], "61.71 lies in 61");
        assert_eq!((found.year, found.target, found.simulated), (2026, 1250, true));
        assert_eq!((found.opened, found.closed), ("2026-01-05".parse().ok(), None));
        assert_eq!((found.created, found.answers, found.result), (now, 0, None));
        let listed = register::list(&mut tx, &actor, &Scope::nation()).await.expect("a list");
        assert_eq!(listed, [register::get(&mut tx, &actor, id).await.expect("the round")]);
    });
}

fn a_round_inside_another_region_is_not_known_of(url: Option<&str>) {
    with_store(url, |store| async move {
        let west = made(&store, round("Barat", &["61"])).await;
        made(&store, round("Tengah", &["62"])).await;
        made(&store, round("Nasional", &[NATION])).await;
        let mut tx = store.read(Clock::System).await.expect("a transaction");
        let operator = Actor::operator();
        let names = |rounds: Vec<register::Round>| {
            let mut names: Vec<String> = rounds.into_iter().map(|round| round.name).collect();
            names.sort();
            names
        };
        let mut in_scope = Vec::new();
        for code in [NATION, "61", "61.71", "63"] {
            let scope = Scope::of(code).expect("a scope");
            let rounds = register::list(&mut tx, &operator, &scope).await.expect("a list");
            in_scope.push(names(rounds));
        }
        let expected: [&[&str]; 4] = [
            &["Barat", "Nasional", "Tengah"],
            &["Barat", "Nasional"],
            &["Barat", "Nasional"],
            &["Nasional"],
        ];
        assert_eq!(in_scope, expected);
        let central = Actor::operator().confined(Scope::of("62").expect("a scope"));
        let rounds = register::list(&mut tx, &central, &Scope::nation()).await.expect("a list");
        assert_eq!(names(rounds), ["Tengah"]);
        let hidden = register::get(&mut tx, &central, west).await;
        assert!(matches!(hidden, Err(RegisterError::Store(store::Error::NotFound))));
    });
}

fn every_fault_of_a_round_is_told_at_once(url: Option<&str>) {
    with_store(url, |store| async move {
        made(&store, round("Putaran 2026", &["61"])).await;
        let faulty = NewRound {
            year: 26,
            closed: "2025-01-01".parse().ok(),
            target: 0,
            ..round("Putaran 2026", &["61", "99", "6%"])
        };
        let mut tx = store.begin(Clock::System).await.expect("a transaction");
        let known = |code: &str| code == "61";
        let refused = register::create(&mut tx, &Actor::operator(), faulty, known).await;
        let Err(RegisterError::Invalid(faults)) = refused else { panic!("{refused:?}") };
        let keys: Vec<&str> = faults.iter().map(|fault| fault.key.as_str()).collect();
        let expected = [
            "round-fault-year",
            "round-fault-target",
            "round-fault-window",
            "round-fault-unknown-region",
            "round-fault-unknown-region",
            "round-fault-name-taken",
        ];
        assert_eq!(keys, expected);
    });
}

fn the_same_file_is_recognised_and_a_corrected_one_takes_its_place(url: Option<&str>) {
    with_store(url, |store| async move {
        let id = made(&store, round("Putaran", &["61"])).await;
        let other = made(&store, round("Lain", &["61"])).await;
        let actor = Actor::operator();
        let mut tx = store.begin(Clock::System).await.expect("a transaction");
        let add = async |tx: &mut store::Tx, round, file: NewFile| {
            register::add_file(tx, &actor, round, &file).await
        };
        let Ok(Added::New(first)) = add(&mut tx, id, file("aa", None)).await else {
            panic!("a new file")
        };
        let again = add(&mut tx, id, file("aa", None)).await.expect("an answer");
        assert_eq!(again, Added::Already(first));
        assert!(matches!(add(&mut tx, other, file("aa", None)).await, Ok(Added::New(_))));
        let stranger = add(&mut tx, other, file("bb", Some(first))).await;
        assert!(matches!(stranger, Err(RegisterError::Store(store::Error::NotFound))));
        let Ok(Added::New(second)) = add(&mut tx, id, file("bb", Some(first))).await else {
            panic!("a corrected file")
        };
        assert!(matches!(add(&mut tx, id, file("cc", None)).await, Ok(Added::New(_))));
        let files = register::files(&mut tx, &actor, id).await.expect("the files");
        let replaced = files.iter().find(|file| file.id == first).expect("the first");
        assert_eq!(replaced.replaced_by, Some(second));
        assert_eq!(replaced.bytes, 10_000_000_000);
        let round = register::get(&mut tx, &actor, id).await.expect("the round");
        assert_eq!(round.answers, 194, "of the two files that count");
        // The first version may come back: it is no longer one of those that count.
        assert!(matches!(add(&mut tx, id, file("aa", Some(second))).await, Ok(Added::New(_))));
    });
}

fn deleting_a_round_removes_what_belongs_to_it_and_stays_on_record(url: Option<&str>) {
    with_store(url, |store| async move {
        let id = made(&store, round("Putaran", &["61"])).await;
        let actor = Actor::operator();
        let mut tx = store.begin(Clock::System).await.expect("a transaction");
        let first = register::add_file(&mut tx, &actor, id, &file("aa", None)).await;
        let Ok(Added::New(first)) = first else { panic!("a new file") };
        register::add_file(&mut tx, &actor, id, &file("bb", Some(first))).await.expect("a file");
        let job = NewJob { kind: "index", subject: Some(id.to_string()), payload: json!({}) };
        let job = jobs::submit(&mut tx, &actor, job).await.expect("a job");
        register::set_result(&mut tx, &actor, id, "r1").await.expect("a result");
        let before = register::get(&mut tx, &actor, id).await.expect("the round");
        assert_eq!(before.result.as_deref(), Some("r1"));
        register::delete(&mut tx, &actor, id).await.expect("a deletion");
        tx.commit().await.expect("a commit");
        let mut tx = store.read(Clock::System).await.expect("a transaction");
        let gone = register::get(&mut tx, &actor, id).await;
        assert!(matches!(gone, Err(RegisterError::Store(store::Error::NotFound))));
        assert!(matches!(jobs::get(&mut tx, &actor, job).await, Err(store::Error::NotFound)));
        let verified = audit::verify(&mut tx).await.expect("a verdict");
        assert_eq!(verified, Verified::Whole(6), "made, two files, a job, a result, deleted");
        made(&store, round("Putaran", &["61"])).await;
    });
}

fn a_profile_of_the_same_name_is_overwritten(url: Option<&str>) {
    with_store(url, |store| async move {
        let actor = Actor::operator();
        let mut tx = store.begin(Clock::System).await.expect("a transaction");
        for (office, name, body) in
            [("61", "b", "1"), ("61", "a", "2"), ("62", "a", "3"), ("61", "b", "4")]
        {
            register::save_profile(&mut tx, &actor, office, name, body).await.expect("saved");
        }
        let profiles = register::profiles(&mut tx, &actor, "61").await.expect("the profiles");
        let expected = [("a", "2"), ("b", "4")].map(|(n, b)| (n.to_owned(), b.to_owned()));
        assert_eq!(profiles, expected);
    });
}

fn writers_at_the_same_time_keep_the_log_whole(url: Option<&str>) {
    with_store(url, |store| async move {
        let writers: Vec<_> = (0..8)
            .map(|writer| {
                let store = store.clone();
                tokio::spawn(async move {
                    for entry in 0..5 {
                        let mut tx = store.begin(Clock::System).await.expect("a transaction");
                        let subject = format!("{writer}-{entry}");
                        tx.record(&Actor::operator(), Action::View, "round", &subject, b"")
                            .await
                            .expect("an entry");
                        tx.commit().await.expect("a commit");
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.expect("a writer");
        }
        let mut tx = store.read(Clock::System).await.expect("a transaction");
        assert_eq!(audit::verify(&mut tx).await.expect("a verdict"), Verified::Whole(40));
    });
}

fn a_job_is_done_once_by_many_workers(url: Option<&str>) {
    static DONE: [AtomicUsize; 2] = [AtomicUsize::new(0), AtomicUsize::new(0)];
    let done = &DONE[usize::from(url.is_some())];
    with_store(url, |store| async move {
        let actor = Actor::operator();
        let mut tx = store.begin(Clock::System).await.expect("a transaction");
        let mut ids = Vec::new();
        for n in 0..20 {
            let job = NewJob { kind: "count", subject: None, payload: json!({ "n": n }) };
            ids.push(jobs::submit(&mut tx, &actor, job).await.expect("a job"));
        }
        tx.commit().await.expect("a commit");
        let kinds = Kinds::default().with("count", |_| {
            done.fetch_add(1, Ordering::Relaxed);
            Ok(None)
        });
        let runner = Runner::start(store.clone(), Clock::System, kinds, 4).await.expect("workers");
        for id in ids {
            loop {
                let mut tx = store.read(Clock::System).await.expect("a transaction");
                let job = jobs::get(&mut tx, &actor, id).await.expect("the job");
                drop(tx);
                if job.state.ended() {
                    assert_eq!((job.state, job.attempts), (jobs::State::Done, 1));
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        }
        runner.shut_down().await;
        assert_eq!(done.load(Ordering::Relaxed), 20);
    });
}

fn an_opened_store_can_be_opened_again(url: Option<&str>) {
    let folder = tempfile::tempdir().expect("a folder");
    run(async {
        let store = support::open(folder.path(), url).await;
        let id = made(&store, round("Putaran", &["61"])).await;
        store.close().await;
        let store = support::open(folder.path(), url).await;
        let mut tx = store.read(Clock::System).await.expect("a transaction");
        let found = register::get(&mut tx, &Actor::operator(), id).await.expect("the round");
        assert_eq!(found.name, "Putaran");
    });
}

#[test]
fn the_schema_has_no_place_for_persons_beliefs_or_police_data() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let files = std::fs::read_dir(folder).expect("migrations").map(|file| file.expect("a file"));
    let schema: String =
        files.map(|file| std::fs::read_to_string(file.path()).expect("SQL") + "\n").collect();
    let code = schema.lines().filter(|line| !line.trim_start().starts_with("--"));
    let names: BTreeSet<String> = code
        .flat_map(|line| line.split(|c: char| !c.is_ascii_alphabetic()))
        .map(str::to_ascii_lowercase)
        .collect();
    assert!(names.contains("rounds"), "the schema was read: {names:?}");
    for forbidden in [
        "nik",
        "person",
        "religion",
        "agama",
        "ethnic",
        "ethnicity",
        "suku",
        "belief",
        "phone",
        "email",
        "address",
        "face",
        "device",
        "police",
        "polri",
        "suspect",
        "arrest",
        "risk",
        "rank",
    ] {
        assert!(!names.contains(forbidden), "{forbidden}");
    }
}
