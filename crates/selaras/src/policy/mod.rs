//! Who may do what: the one question about rights.
//!
//! Everything is denied that [`GRANTS`] does not list. A denied thing looks like one that does not
//! exist (the web answers 404). Until accounts exist there is one fixed actor, the person at this
//! machine, and [`Role::Anyone`] for what is published.

/// What is done to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Read it.
    View,
    /// Make a new one.
    Create,
    /// Change or compute it.
    Change,
    /// Remove it.
    Delete,
}

impl Action {
    /// All actions.
    pub const ALL: [Self; 4] = [Self::View, Self::Create, Self::Change, Self::Delete];

    /// The word kept in the audit log.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Create => "create",
            Self::Change => "change",
            Self::Delete => "delete",
        }
    }
}

/// Which part of the program a resource belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Module {
    /// Rounds, their files and mapping profiles.
    Round,
    /// Results of rounds.
    Result,
    /// Plans, what does not fit in them, and what is said of it.
    Plan,
    /// Regions, boundaries and statistics.
    Region,
    /// Long work.
    Job,
    /// Sources, licences, errors: what the program says about itself.
    Program,
    /// The log of what was done.
    Audit,
}

impl Module {
    /// All modules.
    pub const ALL: [Self; 7] = [
        Self::Round,
        Self::Result,
        Self::Plan,
        Self::Region,
        Self::Job,
        Self::Program,
        Self::Audit,
    ];
}

/// How far a resource may travel, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sensitivity {
    /// May be published.
    Public,
    /// For the offices of the round.
    Internal,
}

/// What an action is about.
#[derive(Clone, Copy, Debug)]
pub struct Resource<'a> {
    /// The part of the program.
    pub module: Module,
    /// Code of the region it belongs to; none where it belongs to no region.
    pub region: Option<&'a str>,
    /// How far it may travel.
    pub sensitivity: Sensitivity,
}

impl<'a> Resource<'a> {
    /// An internal resource of `module` that belongs to no region.
    #[must_use]
    pub fn internal(module: Module) -> Self {
        Self { module, region: None, sensitivity: Sensitivity::Internal }
    }

    /// A public resource of `module` that belongs to no region.
    #[must_use]
    pub fn public(module: Module) -> Self {
        Self { module, region: None, sensitivity: Sensitivity::Public }
    }

    /// The same resource within the region with `code`.
    #[must_use]
    pub fn within(self, code: &'a str) -> Self {
        Self { region: Some(code), ..self }
    }
}

/// What an actor is to the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The person at the machine the program runs on.
    Operator,
    /// A reader of what is published.
    Anyone,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 2] = [Self::Operator, Self::Anyone];
}

/// A region and everything inside it. Every list query takes one.
///
/// Codes nest by prefix (`61` contains `61.71`), so in SQL a scope is
/// `(code = $n OR code LIKE $m)` with [`Scope::code`] and [`Scope::pattern`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope(String);

/// The code that stands for the whole of Indonesia in a list of a round's regions.
pub const NATION: &str = "ID";

impl Scope {
    /// The whole nation.
    #[must_use]
    pub fn nation() -> Self {
        Self(NATION.to_owned())
    }

    /// The region with `code` and what lies inside; none where `code` is neither [`NATION`] nor
    /// digits and dots.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        let dotted = code.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        (code == NATION || (!code.is_empty() && dotted)).then(|| Self(code.to_owned()))
    }

    /// The code itself, for `code = $n`.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0
    }

    /// What the codes inside look like, for `code LIKE $m`.
    #[must_use]
    pub fn pattern(&self) -> String {
        if self.0 == NATION { "%".to_owned() } else { format!("{}.%", self.0) }
    }

    /// Whether the region with `code` lies inside.
    #[must_use]
    pub fn contains(&self, code: &str) -> bool {
        self.0 == NATION
            || code.strip_prefix(&self.0).is_some_and(|r| r.is_empty() || r.starts_with('.'))
    }
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    id: String,
    role: Role,
    scope: Scope,
}

impl Actor {
    /// The one actor there is until accounts exist: the person at this machine, for every region.
    #[must_use]
    pub fn operator() -> Self {
        Self { id: "operator".to_owned(), role: Role::Operator, scope: Scope::nation() }
    }

    /// A reader of what is published.
    #[must_use]
    pub fn anyone() -> Self {
        Self { id: "anyone".to_owned(), role: Role::Anyone, scope: Scope::nation() }
    }

    /// The same actor, confined to `scope`.
    #[must_use]
    pub fn confined(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    /// What the audit log calls this actor.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The regions this actor may know of.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }
}

/// The answer to [`may`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Decision {
    /// It may be done.
    Allowed,
    /// It may not be done, nor may its object be known of.
    Denied,
}

/// The actor may not do this, nor know of its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not allowed")]
pub struct Denied;

impl Decision {
    /// `Ok` where allowed, for `?`.
    ///
    /// # Errors
    /// [`Denied`] where denied.
    pub fn or_denied(self) -> Result<(), Denied> {
        match self {
            Self::Allowed => Ok(()),
            Self::Denied => Err(Denied),
        }
    }
}

/// Everything that is allowed: role, module, actions, and the highest sensitivity they reach.
const GRANTS: &[(Role, Module, &[Action], Sensitivity)] = &[
    (Role::Operator, Module::Round, &Action::ALL, Sensitivity::Internal),
    (Role::Operator, Module::Result, &[Action::View, Action::Change], Sensitivity::Internal),
    (Role::Operator, Module::Plan, &Action::ALL, Sensitivity::Internal),
    (Role::Operator, Module::Region, &[Action::View, Action::Change], Sensitivity::Internal),
    (
        Role::Operator,
        Module::Job,
        &[Action::View, Action::Create, Action::Change],
        Sensitivity::Internal,
    ),
    (Role::Operator, Module::Program, &[Action::View], Sensitivity::Internal),
    (Role::Operator, Module::Audit, &[Action::View], Sensitivity::Internal),
    (Role::Anyone, Module::Result, &[Action::View], Sensitivity::Public),
    (Role::Anyone, Module::Region, &[Action::View], Sensitivity::Public),
    (Role::Anyone, Module::Program, &[Action::View], Sensitivity::Public),
];

/// Whether `actor` may do `action` to `resource`.
pub fn may(actor: &Actor, action: Action, resource: &Resource<'_>) -> Decision {
    let here = resource.region.is_none_or(|code| actor.scope.contains(code));
    let granted = GRANTS.iter().any(|(role, module, actions, reach)| {
        *role == actor.role
            && *module == resource.module
            && actions.contains(&action)
            && resource.sensitivity <= *reach
    });
    if here && granted { Decision::Allowed } else { Decision::Denied }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Role, module, sensitivity → the actions allowed, as letters in the order of `Action::ALL`.
    fn table() -> String {
        let mut table = String::new();
        for role in Role::ALL {
            for module in Module::ALL {
                for sensitivity in [Sensitivity::Public, Sensitivity::Internal] {
                    let actor = Actor { role, ..Actor::operator() };
                    let resource = Resource { module, region: None, sensitivity };
                    let letters: String = Action::ALL
                        .iter()
                        .map(|&action| match may(&actor, action, &resource) {
                            Decision::Allowed => action.word().chars().next().unwrap_or('?'),
                            Decision::Denied => '-',
                        })
                        .collect();
                    table += &format!("{role:?} {module:?} {sensitivity:?} {letters}\n");
                }
            }
        }
        table
    }

    #[test]
    fn the_whole_table_of_rights_is_as_decided() {
        let decided = "\
Operator Round Public vccd
Operator Round Internal vccd
Operator Result Public v-c-
Operator Result Internal v-c-
Operator Plan Public vccd
Operator Plan Internal vccd
Operator Region Public v-c-
Operator Region Internal v-c-
Operator Job Public vcc-
Operator Job Internal vcc-
Operator Program Public v---
Operator Program Internal v---
Operator Audit Public v---
Operator Audit Internal v---
Anyone Round Public ----
Anyone Round Internal ----
Anyone Result Public v---
Anyone Result Internal ----
Anyone Plan Public ----
Anyone Plan Internal ----
Anyone Region Public v---
Anyone Region Internal ----
Anyone Job Public ----
Anyone Job Internal ----
Anyone Program Public v---
Anyone Program Internal ----
Anyone Audit Public ----
Anyone Audit Internal ----
";
        assert_eq!(table(), decided);
    }

    #[test]
    fn nobody_may_change_or_delete_an_entry_of_the_audit_log() {
        for role in Role::ALL {
            let actor = Actor { role, ..Actor::operator() };
            for action in [Action::Create, Action::Change, Action::Delete] {
                let decision = may(&actor, action, &Resource::internal(Module::Audit));
                assert_eq!(decision, Decision::Denied);
            }
        }
    }

    #[test]
    fn a_scope_holds_its_region_and_what_lies_inside_and_no_neighbour_with_the_same_digits() {
        let Some(scope) = Scope::of("61.7") else { panic!("a scope") };
        assert!(scope.contains("61.7") && scope.contains("61.7.01"));
        assert!(!scope.contains("61.71") && !scope.contains("61"));
        assert!(Scope::nation().contains("94.01"));
        assert_eq!(Scope::of("61%"), None);
        assert_eq!(Scope::of(""), None);
    }

    #[test]
    fn an_actor_of_one_province_does_not_reach_another() {
        let Some(scope) = Scope::of("61") else { panic!("a scope") };
        let actor = Actor::operator().confined(scope);
        let round = Resource::internal(Module::Round);
        assert_eq!(may(&actor, Action::View, &round.within("61.71")), Decision::Allowed);
        assert_eq!(may(&actor, Action::View, &round.within("62.71")), Decision::Denied);
        assert_eq!(may(&actor, Action::View, &round.within(NATION)), Decision::Denied);
    }
}
