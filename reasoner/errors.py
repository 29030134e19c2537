"""
Everything that can go wrong, sorted by who can put it right.

MednecError
├── CaseError           the sender of a case
│   ├── CaseUnreadable      not Turtle or JSON, or not in the vocabulary
│   ├── DeterminationUnreadable   a document from which no determination can be replayed
│   ├── CaseTooLarge        more than the service reads
│   ├── CaseRejected        read, but it violates the shapes of a case
│   ├── LetterUnreadable    no text, or no letter of the form that is read
│   └── LetterTooLarge      a letter larger than any that is read
├── QueryError          the analyst
│   ├── QueryUnreadable     not a SPARQL query
│   ├── ConclusionUnknown   a question about something that is not there
│   ├── QueryForbidden      an update, a call to another service, a remote graph
│   ├── QueryTooCostly      too long in time, memory or answer
│   ├── StoreBusy           another build writes to the store of letters
│   ├── StoreUnreadable     no store of letters, or a damaged one
│   ├── TermUnknown         an address at which nothing is described
│   └── FolderInUse         a folder for answers that holds something else
├── KnowledgeError      the author of guidelines, rules or shapes
│   ├── KnowledgeMissing    no ontology folder where one was expected
│   ├── KnowledgeUnreadable a file that is not Turtle
│   ├── KnowledgeStale      the committed classification is of other files
│   ├── RuleMalformed       a rule file that breaks the form of a rule
│   │   └── RulesUnordered      rules that depend on each other in a circle
│   ├── ShapeMalformed      a shape that would be passed over in silence
│   ├── PopulationMalformed a population stated twice, or with a value that is not an IRI
│   ├── OutcomesContradict  rules that conclude two outcomes of one request
│   ├── AxiomUnsupported    a class expression that cannot be compiled
│   └── VocabularyInconsistent   HermiT finds a contradiction or an empty population
├── DecisionError       the one who records a decision, or asks for a letter
│   ├── DocumentUnreadable      not a determination or a document of decision
│   ├── RecommendationAltered   its hash is not that of what it holds
│   ├── DecisionRefused         lacks a named physician, a date or a reason, or contradicts itself
│   └── LetterUnsupported       no form of a letter for that venue
└── EngineError         us
    ├── ClassifierFailed    HermiT did not end or did not start
    └── ProofFailed         a derivation that does not bear out its own steps
"""

from __future__ import annotations


class MednecError(Exception):
    """
    The root of all errors that mednec raises on purpose.

    Attributes:
        message: What is wrong, and where.
        hint: What to do next; empty if there is nothing to add.
        code: The class name in kebab-case, stable over versions.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def code(self) -> str:
        """The stable name of this kind of error."""
        name = type(self).__name__
        return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class CaseError(MednecError):
    """A case that its sender has to change."""


class CaseUnreadable(CaseError):
    """A case that is not well-formed, or that uses what the vocabulary does not know."""


class DeterminationUnreadable(CaseError):
    """A document that is no determination, or lacks what it takes to reach it again."""


class CaseTooLarge(CaseError):
    """A case larger than the service reads."""


class CaseRejected(CaseError):
    """
    A case that was read but cannot be decided.

    Attributes:
        report: The report of the shapes, with each violation.
    """

    def __init__(self, message: str, *, report: object, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.report = report


class LetterUnreadable(CaseError):
    """A file from which no letter could be read."""


class LetterTooLarge(CaseError):
    """A file too large to be one letter."""


class QueryError(MednecError):
    """A query that the analyst has to change."""


class QueryUnreadable(QueryError):
    """A text that is not a SPARQL query."""


class ConclusionUnknown(QueryError):
    """A question why, or why not, about no rule and no term; or about the opposite of what is."""


class QueryForbidden(QueryError):
    """A query that would write, or would reach out to another place."""


class QueryTooCostly(QueryError):
    """A query that ran too long or answered too much."""


class StoreBusy(QueryError):
    """A store of letters to which another build writes."""


class StoreUnreadable(QueryError):
    """A folder that is no store of letters, or a damaged one."""


class TermUnknown(QueryError):
    """
    An address at which the knowledge base describes nothing.

    Attributes:
        nearest: The IRIs of what is described and called most like it, nearest first.
    """

    def __init__(self, message: str, *, nearest: tuple[str, ...], hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.nearest = nearest


class FolderInUse(QueryError):
    """A folder to write into that holds what is not to be overwritten."""


class KnowledgeError(MednecError):
    """Knowledge that its author has to change."""


class KnowledgeMissing(KnowledgeError):
    """No knowledge at the place where it was looked for."""


class KnowledgeUnreadable(KnowledgeError):
    """A knowledge file that cannot be parsed."""


class KnowledgeStale(KnowledgeError):
    """Generated knowledge that was made from other files."""


class RuleMalformed(KnowledgeError):
    """A rule file that breaks the form of a rule."""


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


class PopulationMalformed(KnowledgeError):
    """A population that is stated twice, or in plain words whose value is not an IRI."""


class VocabularyInconsistent(KnowledgeError):
    """A contradiction among the axioms, or a class that nothing can belong to."""


class DecisionError(MednecError):
    """A decision of a physician, or a document of one, that its sender has to change."""


class DocumentUnreadable(DecisionError):
    """A text that is neither a determination nor a document of decision."""


class RecommendationAltered(DecisionError):
    """A recommendation that is not the one whose hash it carries."""


class DecisionRefused(DecisionError):
    """A decision that cannot be recorded as it was given."""


class LetterUnsupported(DecisionError):
    """A letter for a venue that has no form."""


class EngineError(MednecError):
    """A fault of mednec itself."""


class ClassifierFailed(EngineError):
    """HermiT did not start, or did not end in time."""


class ProofFailed(EngineError):
    """A derivation that does not bear out one of its own steps."""
