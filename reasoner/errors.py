"""
Everything that can go wrong, sorted by who can fix it.

MednecError
├── CaseError           the sender of a case
│   ├── CaseUnreadable      not Turtle or JSON, or not in the vocabulary
│   ├── DeterminationUnreadable   a document that does not contain a determination to replay
│   ├── CaseTooLarge        larger than the limits of a case
│   ├── CaseTooCostly       over a limit of time or memory while it was decided
│   ├── CaseRejected        read, but the shapes of a case are violated
│   ├── LetterUnreadable    a file without text, or not a letter of a known form
│   └── LetterTooLarge      larger than the limit of a letter
├── QueryError          the analyst
│   ├── QueryUnreadable     not a SPARQL query
│   ├── ConclusionUnknown   a question about an unknown rule or term
│   ├── QueryForbidden      an update, or a call to another service
│   ├── NamedQueryUnknown   a name that no query of the library has
│   ├── QueryParameterRefused   an unknown parameter, or a value that is not allowed
│   ├── QueryUnacceptable   an answer that has none of the wanted forms
│   ├── GraphUnknown        a named graph that is not in the store
│   ├── QueryTooCostly      over a limit of time, memory or answer
│   ├── StoreBusy           another build is writing to the store of letters
│   ├── StoreUnreadable     not a store of letters, or a damaged one
│   ├── TermUnknown         an address that describes nothing
│   └── FolderInUse         an output folder that contains other files
├── KnowledgeError      the author of guidelines, rules or shapes
│   ├── KnowledgeMissing    the folders of a knowledge base were not found
│   ├── KnowledgeUnreadable a file that is not Turtle
│   ├── KnowledgeStale      the committed classification is of other axioms
│   ├── RuleMalformed       a rule file without the required form
│   │   └── RulesUnordered      rules that depend on each other in a circle
│   ├── ShapeMalformed      a shape that a validator would ignore
│   ├── PopulationMalformed a population stated twice, or with a value that is not an IRI
│   ├── OutcomesContradict  rules that conclude two outcomes of one request
│   ├── AxiomUnsupported    a class expression that cannot be compiled
│   ├── SourceTextUnreadable   the text of a guideline that is damaged, protected or a scan
│   ├── SourceTextTooLarge  larger than the limits of the text of a guideline
│   └── VocabularyInconsistent   HermiT finds a contradiction or an empty population
├── DecisionError       the one who records a decision, or asks for a letter
│   ├── DocumentUnreadable      not a determination or a decision document
│   ├── RecommendationAltered   its hash is not the hash of its content
│   ├── DecisionRefused         without a physician, a date or a reason, or contradictory
│   ├── LetterUndecided         an item that nothing held decides, nor a physician
│   └── LetterUnsupported       no such venue, or no form of a letter for it
├── RecordError         the one who appends to the ledger, or checks a record
│   ├── EntryRefused            an entry with a malformed field
│   ├── EntryUnknown            an index that the ledger does not have
│   ├── KeyReused               an idempotency key that came with another request
│   ├── VersionConflict         a version that is not the next one of its subject
│   ├── NoteMalformed           not a key, a signed note or a checkpoint
│   └── RecordRejected          a record that its proof does not bear out
├── LedgerError         the operator of the ledger
│   ├── LedgerMissing           an address without a ledger
│   ├── LedgerOutdated          a ledger of another version of the schema
│   ├── LedgerUnavailable       a database that does not answer, or is locked
│   ├── LedgerKeyDiffers        a key that is not the one of the ledger
│   ├── LedgerDamaged           entries that were changed or removed; they are named
│   └── ProjectionUnavailable   a store that cannot be opened or does not take an update
├── OperatorError       the one who runs the service
│   ├── SettingRefused      an unknown setting, or a value of the wrong type
│   └── KeyRefused          an API key that cannot be made, or does not exist
├── WorkerError         the operator of the service, or time
│   ├── WorkerBusy          all processes for such work are busy
│   ├── WorkerUnsafe        the network cannot be taken away from a process here
│   ├── WorkerFailed        a process does not start
│   └── WorkStopped         work that exceeded a limit; its caller says what to change
└── EngineError         the developers of mednec
    ├── ClassifierFailed    HermiT did not start or did not finish
    └── ProofFailed         a derivation that does not bear out its own steps
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Fault:
    """
    One thing in a case that its sender has to correct.

    Attributes:
        at: Where it is: the JSON path, or in Turtle the part and the property.
        value: What was sent; empty if something is missing.
        message: What is wrong, what was expected, and what to do.
        nearest: What is allowed and is most like the value, each with its title.
    """

    at: str
    value: str
    message: str
    nearest: tuple[tuple[str, str], ...] = ()


class MednecError(Exception):
    """
    The root of the errors that mednec raises.

    A message states what failed and where, the value, and what was expected.

    Attributes:
        message: What failed, where, the value and what was expected.
        hint: What to do next; empty if there is nothing to add.
        code: The class name in kebab-case, stable over versions.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def code(self) -> str:
        """The stable name of this kind of error, for programs."""
        name = type(self).__name__
        return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class CaseError(MednecError):
    """
    A case that its sender has to change.

    Attributes:
        faults: All that was found wrong, sorted; empty if the case could not be looked into.
    """

    def __init__(self, message: str, *, hint: str = "", faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.faults = faults


class CaseUnreadable(CaseError):
    """
    A case that is not well-formed, or that uses a term outside the vocabulary.

    Attributes:
        rest: The case without its faults, so that the shapes can be checked too; None if nothing
            can be read of it.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        faults: tuple[Fault, ...] = (),
        rest: object = None,
    ) -> None:
        super().__init__(message, hint=hint, faults=faults)
        self.rest = rest


class DeterminationUnreadable(CaseError):
    """A document that is not a determination, or without what is needed to decide it again."""


class CaseTooLarge(CaseError):
    """A case that is larger than a limit (`reasoner.cases.limits`)."""


class CaseTooCostly(CaseError):
    """A case whose decision exceeded a limit of time or memory."""


class CaseRejected(CaseError):
    """
    A case that was read but cannot be decided.

    Attributes:
        report: The report of the shapes, with each violation.
    """

    def __init__(
        self,
        message: str,
        *,
        report: object,
        hint: str = "",
        faults: tuple[Fault, ...] = (),
    ) -> None:
        super().__init__(message, hint=hint, faults=faults)
        self.report = report


class LetterUnreadable(CaseError):
    """A file that is not a letter of a known form."""


class LetterTooLarge(CaseError):
    """A file that is too large to be one letter."""


class QueryError(MednecError):
    """A query that the analyst has to change."""


class QueryUnreadable(QueryError):
    """A text that is not a SPARQL query."""


class ConclusionUnknown(QueryError):
    """A question why, or why not, about an unknown rule or term, or about what did not happen."""


class NamedQueryUnknown(QueryError):
    """A name that no query of the library has."""


class QueryParameterRefused(QueryError):
    """An unknown parameter of a query of the library, or a value that is not allowed."""


class QueryUnacceptable(QueryError):
    """A query whose answer has none of the forms that are wanted."""


class GraphUnknown(QueryError):
    """A named graph that is not in the store."""


class QueryForbidden(QueryError):
    """A query that would write, or would read from another place."""


class QueryTooCostly(QueryError):
    """A query that exceeded a limit of time, memory or answer."""


class StoreBusy(QueryError):
    """A store of letters to which another build is writing."""


class StoreUnreadable(QueryError):
    """A folder that is not a store of letters, or a damaged one."""


class TermUnknown(QueryError):
    """
    An address at which the knowledge base describes nothing.

    Attributes:
        nearest: The IRIs with the most similar names, most similar first.
    """

    def __init__(self, message: str, *, nearest: tuple[str, ...], hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.nearest = nearest


class FolderInUse(QueryError):
    """An output folder that contains files that must not be overwritten."""


class KnowledgeError(MednecError):
    """Knowledge that its author has to change."""


class KnowledgeMissing(KnowledgeError):
    """A folder without a knowledge base."""


class KnowledgeUnreadable(KnowledgeError):
    """A knowledge file that cannot be parsed."""


class KnowledgeStale(KnowledgeError):
    """A committed classification that was made from other axioms."""


class RuleMalformed(KnowledgeError):
    """A rule file without the required form."""


class RulesUnordered(RuleMalformed):
    """
    Rules that have no order, because they depend on each other in a circle.

    Attributes:
        paths: The files of the rules.
    """

    def __init__(self, message: str, *, paths: tuple[str, ...], hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.paths = paths


class ShapeMalformed(KnowledgeError):
    """A shape with a term that SHACL does not know, or that refers to itself."""


class OutcomesContradict(KnowledgeError):
    """Rules that conclude two outcomes of one request."""


class AxiomUnsupported(KnowledgeError):
    """A class expression outside the forms that can be compiled to SPARQL."""


class SourceTextUnreadable(KnowledgeError):
    """The text of a guideline that cannot be opened, or that holds no words."""


class SourceTextTooLarge(KnowledgeError):
    """A file that is too large to be compared with the rows of a guideline."""


class PopulationMalformed(KnowledgeError):
    """A population that is stated twice, or in plain words whose value is not an IRI."""


class VocabularyInconsistent(KnowledgeError):
    """A contradiction among the axioms, or a class that cannot have a member."""


class DecisionError(MednecError):
    """A physician's decision, or a document of one, that its sender has to change."""


class DocumentUnreadable(DecisionError):
    """A text that is neither a determination nor a decision document, or is incomplete."""


class RecommendationAltered(DecisionError):
    """A recommendation whose hash is not the hash of its content."""


class DecisionRefused(DecisionError):
    """A decision that is incomplete or contradictory."""


class LetterUndecided(DecisionError):
    """A letter about an item that no text held here decides, and no physician has decided."""


class LetterUnsupported(DecisionError):
    """A letter for an unknown venue, or for a venue without a form of a letter."""


class RecordError(MednecError):
    """An entry, a proof or a request for one that its sender has to change."""


class EntryRefused(RecordError):
    """An entry with a malformed field."""


class EntryUnknown(RecordError):
    """An index that the ledger does not have."""


class KeyReused(RecordError):
    """An idempotency key that was recorded with another request."""


class VersionConflict(RecordError):
    """A version that is not the next one of its subject: somebody else wrote in the meantime."""


class NoteMalformed(RecordError):
    """A text that is not a key, a signed note or a checkpoint, or is signed by another key."""


class RecordRejected(RecordError):
    """A record that its proof does not bear out."""


class LedgerError(MednecError):
    """A ledger that its operator has to put right."""


class LedgerMissing(LedgerError):
    """An address without a ledger."""


class LedgerOutdated(LedgerError):
    """A ledger whose schema is older or newer than this version of mednec uses."""


class LedgerUnavailable(LedgerError):
    """A database that cannot be opened, does not answer, or refuses a statement."""


class LedgerKeyDiffers(LedgerError):
    """A key that is not the one with which the ledger was begun."""


class LedgerDamaged(LedgerError):
    """A ledger that was changed outside of mednec, or lost entries."""


class ProjectionUnavailable(LedgerError):
    """A store of named graphs that cannot be opened, or does not take an update."""


class OperatorError(MednecError):
    """Something that the operator of the service has to change."""


class SettingRefused(OperatorError):
    """A setting that does not exist, or whose value is not of its type."""


class KeyRefused(OperatorError):
    """An API key that cannot be made as asked for, or that does not exist."""


class WorkerError(MednecError):
    """Work in a process of its own that could not be done."""


class WorkerBusy(WorkerError):
    """All processes for such work are busy; the same request may succeed in a moment."""


class WorkerUnsafe(WorkerError):
    """A process from which the network cannot be taken away, so that nothing is run in it."""


class WorkerFailed(WorkerError):
    """A process that does not start."""


class WorkStopped(WorkerError):
    """Work that exceeded a limit of time, memory or answer, and was ended."""


class EngineError(MednecError):
    """A fault of mednec itself."""


class ClassifierFailed(EngineError):
    """HermiT did not start, or did not finish in time."""


class ProofFailed(EngineError):
    """A derivation that does not bear out one of its own steps."""
