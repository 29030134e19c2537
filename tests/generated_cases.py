"""Generate cases over the whole knowledge base for the properties."""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox
from hypothesis import assume
from hypothesis import strategies as st

from reasoner import decide, load_case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reasoner import Assessment, Knowledge
    from reasoner.determinations.conclude import Determination
    from reasoner.determinations.sentences import Sentence

Part = dict[str, Any]
"""A case or a part of one, with the keys of the JSON form; parts without `id` are blank nodes."""

ONTOLOGY: Final = Path(__file__).parents[1] / "ontology"
CASE: Final = "https://w3id.org/mednec/case/generated"
HEAD: Final = """@prefix mn: <https://w3id.org/mednec/ns#> .
@prefix mnc: <https://w3id.org/mednec/concept/> .
@prefix mng: <https://w3id.org/mednec/guideline/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
CONCEPTS: Final = frozenset(
    {
        "about",
        "condition",
        "findingType",
        "procedure",
        "purpose",
        "recordType",
        "region",
        "treatment",
    }
)
EDITIONS: Final = frozenset({"challenges", "citedGuideline"})
TEXTS: Final = frozenset({"citedAs", "icd9", "icd10", "quote"})
FIRST, LAST = date(2007, 6, 15), date(2020, 12, 31)


@cache
def concepts(name: str) -> dict[str, frozenset[str]]:
    """Return the concepts of one file, each with its regions."""
    found: dict[str, set[str]] = {}
    path = ONTOLOGY / "core" / "concepts" / f"{name}.ttl"
    for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE):
        if isinstance(quad.subject, ox.NamedNode) and "/concept/" in quad.subject.value:
            regions = found.setdefault(quad.subject.value.rsplit("/", 1)[-1], set())
            if quad.predicate.value.endswith("#region") and isinstance(quad.object, ox.NamedNode):
                regions.add(quad.object.value.rsplit("/", 1)[-1])
    return {key: frozenset(regions) for key, regions in sorted(found.items())}


@cache
def codes() -> tuple[tuple[str, str], ...]:
    """List the ICD-9-CM codes that name exactly one condition, with the condition."""
    text = (ONTOLOGY / "core" / "concepts" / "conditions.ttl").read_text(encoding="utf-8")
    named: dict[str, set[str]] = {}
    for block in text.split("\n\n"):
        name = re.match(r"mnc:(\w+) ", block)
        for line in re.findall(r"mn:icd9 ([^;]+);", block) if name else ():
            for code in re.findall(r'"([^"]+)"', line):
                named.setdefault(code, set()).add(name[1] if name else "")
    return tuple(
        (code, next(iter(names)))
        for code, names in sorted(named.items())
        if len(names) == 1 and not any(code != o and code.startswith(o) for o in named)
    )


@cache
def edges() -> tuple[date, ...]:
    """List the days on which anything in the knowledge comes into force or ends."""
    texts = [p.read_text(encoding="utf-8") for p in sorted(ONTOLOGY.rglob("*.ttl"))]
    texts += [p.read_text(encoding="utf-8") for p in sorted(ONTOLOGY.rglob("*.rq"))]
    stated = r'mn:effective(?:From|Until) "([\d-]+)"|#\+ (?:from|until):\s+([\d-]+)'
    days = {date.fromisoformat(a or b) for text in texts for a, b in re.findall(stated, text)}
    return tuple(sorted(day for day in days if FIRST <= day <= LAST))


def listed(value: Any) -> list[Any]:
    """Take one value or a list of values as a list."""
    return value if isinstance(value, list) else [value]


def turtle(case: Part) -> str:
    """Write a case as Turtle."""
    body = " ;\n    ".join(_said(case))
    return f"{HEAD}<{case['id']}> a mn:Case ;\n    {body} .\n" + "".join(_named(case))


def _said(part: Part) -> Iterator[str]:
    for key, value in part.items():
        if key != "id" and value != []:
            yield f"mn:{key} " + ", ".join(_term(key, one) for one in listed(value))


def _term(key: str, value: Any) -> str:
    if isinstance(value, dict):
        return f"<{value['id']}>" if "id" in value else f"[ {' ; '.join(_said(value))} ]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return f'"{value.isoformat()}"^^xsd:date'
    if isinstance(value, int):
        return str(value)
    if key in TEXTS:
        return f'"{value}"'
    prefix = "mnc" if key in CONCEPTS else "mng" if key in EDITIONS else "mn"
    return f"{prefix}:{value}"


def _named(part: Part) -> Iterator[str]:
    for value in part.values():
        for one in listed(value):
            if isinstance(one, dict):
                if len(one) > 1 and "id" in one:
                    yield f"<{one['id']}> {' ; '.join(_said(one))} .\n"
                yield from _named(one)


def decided(case: Part, knowledge: Knowledge) -> Assessment:
    """Decide a generated case."""
    return decide(load_case(turtle(case).encode(), knowledge, form="turtle"), knowledge)


def judged(case: Part, knowledge: Knowledge) -> Determination:
    """Decide a generated case and return the determination of its first request."""
    return decided(case, knowledge).determinations[0]


def measured(case: Part, knowledge: Knowledge) -> Determination:
    """Decide a generated case like `judged`; leave out a case that no text held decides."""
    found = judged(case, knowledge)
    assume(found.is_decided)
    return found


def name(one: Determination) -> str:
    """Return the name of the outcome."""
    return one.outcome.rsplit("#", 1)[-1]


def moves(saying: Sentence) -> frozenset[str]:
    """Return the moves of a proposed change, except that of the number of visits."""
    change = saying.firing.bindings.get("change")
    return frozenset(change.value.rsplit("/", 4)[1:] if change else ()) - {"AsItIs"}


def visits_proposed(saying: Sentence) -> int:
    """Return the number of visits that a proposed change asks for."""
    return int(saying.firing.bindings["asked"].value)


def changed(case: Part, change: Callable[[Part], object]) -> Part:
    """Return a changed copy of a case."""
    other = deepcopy(case)
    change(other)
    return other


def asking(case: Part, visits: int) -> Part:
    """Return the case with another number of visits requested."""

    def ask(other: Part) -> None:
        other["request"][0]["requestedVisits"] = visits
        other["request"][0].pop("visitsPerWeek", None)
        other["request"][0].pop("weeks", None)

    return changed(case, ask)


def given_before(case: Part, visits: int | None, certainty: str = "Exact") -> Part:
    """Return the case with exactly one earlier course of the requested treatment."""
    course: Part = {"treatment": case["request"][0]["treatment"], "countCertainty": certainty}
    if visits is not None:
        course["attendedVisits"] = visits
    return case | {"course": [course]}


def responding(case: Part, truth: str | None, *, who: str = "TreatingPhysician") -> Part:
    """Return the case with one statement, or none, on functional improvement."""
    kept = [f for f in case["finding"] if f["findingType"] != "FunctionalImprovement"]
    return case | {"finding": kept + ([finding("FunctionalImprovement", truth, who)] * bool(truth))}


def without(case: Part, *keys: str) -> Part:
    """Return the case without some of its parts."""
    return {key: value for key, value in case.items() if key not in keys}


def finding(kind: str, truth: str | None, who: str = "TreatingPhysician") -> Part:
    """Write a finding."""
    return {"findingType": kind, "truth": truth, "statedBy": who}


def notes(availability: str) -> Part:
    """Write the record of the therapy notes."""
    return {"recordType": "TherapyNotes", "availability": availability}


def weighted(*choices: tuple[int, Any]) -> st.SearchStrategy[Any]:
    """Choose by weight."""
    return st.sampled_from([value for weight, value in choices for _ in range(weight)])


USUAL: Final = (
    "LumbarStrain",
    "LumbosacralStrain",
    "CervicalStrain",
    "ThoracicSprain",
    "Myalgia",
    "LumbosacralRadiculitis",
    "ComplexRegionalPainSyndrome",
    "KneeArthritis",
)
CARE: Final = weighted(
    (14, "PhysicalTherapy"),
    (2, "OccupationalTherapy"),
    (2, "ChiropracticCare"),
    (2, "Acupuncture"),
    (1, "Massage"),
    (1, "Biofeedback"),
)
ROLES: Final = weighted(
    (5, "TreatingPhysician"), (2, "Therapist"), (1, "UrReviewer"), (1, "ImrReviewer")
)
TRUTHS: Final = weighted((2, "Affirmed"), (1, "Negated"))
VISITS: Final = st.one_of(st.integers(0, 6), st.integers(0, 12), st.integers(0, 40))
ASKED: Final = st.one_of(st.integers(1, 8), st.integers(1, 12), st.integers(1, 40))
CERTAINTIES: Final = weighted((8, "Exact"), (2, "AtLeast"), (2, "UnknownCount"))
DAYS: Final = st.one_of(
    st.builds(
        lambda day, shift: day + timedelta(shift),
        st.sampled_from(edges()),
        st.integers(-1, 1),
    ),
    st.dates(FIRST, LAST),
    st.dates(date(2009, 7, 18), date(2015, 4, 19)),
    st.dates(date(2013, 1, 1), date(2017, 11, 30)),
    st.dates(date(2016, 7, 29), date(2017, 11, 30)),
)


@st.composite
def conditions(draw: st.DrawFn) -> str:
    """Draw a condition, more often one of the usual ones."""
    known = sorted(concepts("conditions"))
    usual = [condition for condition in USUAL if condition in known]
    return draw(st.sampled_from(usual if draw(weighted((3, True), (1, False))) else known))


@st.composite
def courses(draw: st.DrawFn, care: str, regions: list[str]) -> Part:
    """Draw an earlier course of treatment, mostly of the requested one."""
    course: Part = {
        "treatment": draw(st.sampled_from([care, care, care, care, "Acupuncture"])),
        "countCertainty": draw(CERTAINTIES),
    }
    if course["countCertainty"] != "UnknownCount" or draw(st.booleans()):
        course["attendedVisits"] = draw(VISITS)
    where = draw(weighted((3, None), (3, "asked"), (1, "other")))
    if where == "asked":
        course["region"] = draw(st.sampled_from(regions))
    elif where == "other":
        course["region"] = draw(st.sampled_from(sorted(concepts("body-regions"))))
    if draw(weighted((4, False), (1, True))):
        course["authorizedVisits"] = draw(VISITS)
    return course


@st.composite
def findings(draw: st.DrawFn) -> list[Part]:
    """Draw findings on healing, response and exceptional factors."""
    drawn = []
    healing = draw(weighted((6, "Affirmed"), (1, "Negated"), (1, None), (2, "ChronicPain")))
    if healing == "ChronicPain":
        drawn.append(finding("ChronicPain", "Affirmed", draw(ROLES)))
    elif healing:
        drawn.append(finding("PainBeyondHealing", healing))
    drawn += [
        finding("FunctionalImprovement", draw(TRUTHS), draw(ROLES))
        for _ in range(draw(weighted((4, 0), (6, 1), (1, 2))))
    ]
    if draw(weighted((4, False), (1, True))):
        drawn.append(finding("ExceptionalFactors", draw(TRUTHS), draw(ROLES)))
    if draw(st.booleans()):
        drawn.append(finding("Tenderness", draw(TRUTHS), draw(ROLES)))
    return drawn


@st.composite
def requests(draw: st.DrawFn, day: date, regions: list[str], number: int = 1) -> Part:
    """Draw a request with a date."""
    request: Part = {
        "id": f"{CASE}#request-{number}",
        "treatment": draw(CARE),
        "region": regions,
        "requestedVisits": draw(ASKED),
        "requestedOn": day,
    }
    if draw(st.booleans()):
        request["receivedOn"] = day + timedelta(draw(st.integers(0, 10)))
    if draw(weighted((3, False), (1, True))):
        rate = 2 if request["requestedVisits"] % 2 == 0 else 1
        request["visitsPerWeek"], request["weeks"] = rate, request["requestedVisits"] // rate
    if draw(weighted((6, False), (1, True))):
        request["purpose"] = draw(st.sampled_from(["AfterInjection", "FlareUp", "Maintenance"]))
    return request


@st.composite
def reviews(draw: st.DrawFn, request: Part) -> Part:
    """Draw a utilization review decision on a request."""
    since = request.get("receivedOn", request["requestedOn"])
    review: Part = {"decisionOutcome": draw(st.sampled_from(["Denied", "Modified", "Approved"]))}
    if draw(weighted((6, True), (1, False))):
        review["decidedOn"] = since + timedelta(draw(st.integers(0, 30)))
    if draw(st.booleans()):
        review["cites"] = {"citedAs": "a guideline"}
    return review


STATED: Final = (
    {"about": "TrialOfTherapy", "truth": "Affirmed", "visitsMeant": 6, "quote": "a trial of six"},
    {"about": "NumberOfVisits", "truth": "Affirmed", "quote": "more than is recommended"},
    {"about": "ExtentOfTreatment", "truth": "Affirmed", "quote": "extensive therapy"},
    {"about": "TimeSinceInjury", "truth": "Affirmed", "moreThanMonths": 12, "quote": "over a year"},
    {"about": "DependenceOnTherapy", "truth": "Affirmed", "quote": "would promote dependence"},
    {"about": "CitationByUr", "truth": "Negated", "quote": "cited nothing"},
    {"about": "SourceInapplicable", "truth": "Affirmed", "quote": "does not apply"},
)


@st.composite
def medical_reviews(draw: st.DrawFn, after: date) -> Part:
    """Draw an independent medical review decision, to be audited."""
    review: Part = {
        "decisionOutcome": draw(
            weighted((3, "Upheld"), (3, "Overturned"), (1, "PartiallyOverturned"))
        ),
        "basis": draw(st.sampled_from(["OtherBasis", "PresumedBasis"])),
        "states": [dict(s) for s in draw(st.lists(st.sampled_from(STATED), max_size=4))],
    }
    review["states"] = [s for n, s in enumerate(review["states"]) if s not in review["states"][:n]]
    if not review["states"]:
        del review["states"]
    if draw(st.booleans()):
        review["decidedOn"] = after + timedelta(draw(st.integers(31, 400)))
    return review


@st.composite
def diagnoses(draw: st.DrawFn) -> Part:
    """Draw a diagnosis, named or coded."""
    diagnosis: Part = {"diagnosisStatus": draw(weighted((7, "Current"), (1, "Past")))}
    if draw(weighted((6, True), (1, False))):
        diagnosis["condition"] = draw(conditions())
    else:
        diagnosis["icd9"] = draw(st.sampled_from(codes()))[0]
    if draw(weighted((9, False), (1, True))):
        diagnosis["region"] = draw(st.sampled_from(sorted(concepts("body-regions"))))
    return diagnosis


def _usual_regions(diagnosed: list[Part]) -> list[str]:
    return sorted(
        {
            region
            for one in diagnosed
            for region in concepts("conditions").get(
                one.get("condition") or dict(codes())[one["icd9"]], ()
            )
        }
    )


@st.composite
def cases(
    draw: st.DrawFn,
    *,
    days: st.SearchStrategy[date] = DAYS,
    surgery: bool = True,
    count: int = 1,
) -> Part:
    """
    Draw a valid case.

    Args:
        draw: The function that hypothesis passes.
        days: The possible days of the request.
        surgery: True if the case may have an operation.
        count: The number of requests, all for the same regions.
    """
    day = draw(days)
    diagnosed = draw(st.lists(diagnoses(), min_size=1, max_size=2))
    near = _usual_regions(diagnosed) or sorted(concepts("body-regions"))
    regions = draw(
        st.lists(
            st.sampled_from(near), min_size=1, max_size=draw(weighted((3, 1), (1, 2))), unique=True
        )
    )
    if draw(weighted((8, False), (1, True))):
        regions = [draw(st.sampled_from(sorted(concepts("body-regions"))))]
    asked = [draw(requests(day, regions, n)) for n in range(1, count + 1)]
    injury: Part = {"injuredOn": day - timedelta(draw(st.integers(5, 1200)))}
    if draw(weighted((2, True), (1, False))):
        injury["onsetOn"] = injury["injuredOn"]
    case: Part = {
        "id": CASE,
        "age": draw(st.integers(18, 70)),
        "injury": injury,
        "diagnosis": diagnosed,
        "course": [
            draw(courses(asked[0]["treatment"], regions))
            for _ in range(draw(weighted((1, 0), (6, 1), (2, 2))))
        ],
        "record": [notes(draw(weighted((2, "InFile"), (1, "KnownMissing"))))],
        "finding": draw(findings()),
        "request": asked,
    }
    draw(_more(case, day, surgery=surgery))
    return case


@st.composite
def _more(draw: st.DrawFn, case: Part, day: date, *, surgery: bool) -> None:
    """Add parts that only some cases have."""
    request = case["request"][0]
    if draw(weighted((4, True), (1, False))):
        case["urDecision"] = draw(reviews(request))
        undated = draw(weighted((8, False), (1, True)))
        if undated and len(case["request"]) == 1 and "decidedOn" in case["urDecision"]:
            del request["requestedOn"]
        if draw(weighted((3, True), (2, False))):
            case["imrDecision"] = draw(medical_reviews(case["urDecision"].get("decidedOn", day)))
    if surgery and draw(weighted((4, False), (1, True))):
        kinds = sorted(concepts("procedures"))
        case["surgery"] = {
            "procedure": draw(st.one_of(st.just("Meniscectomy"), st.sampled_from(kinds))),
            "performedOn": day - timedelta(draw(st.integers(0, 420))),
        }
    if draw(weighted((6, False), (1, True))):
        letter = {"recordType": "AuthorizationLetter", "availability": "InFile", "id": f"{CASE}#l"}
        case["record"].append(letter)
        case["authorization"] = {
            "treatment": request["treatment"],
            "authorizedVisits": draw(st.integers(1, 30)),
            "recordedIn": {"id": letter["id"]},
        }
    if draw(weighted((6, False), (1, True))):
        case["rebuttal"] = {
            "challenges": draw(
                st.sampled_from(["mtus-chronic-pain-2009", "mtus-chronic-pain-2016"])
            ),
            "cites": {"citedAs": "a trial"},
            "accepted": draw(st.booleans()),
        }


@st.composite
def measured_cases(draw: st.DrawFn) -> Part:
    """Draw a chronic pain case for which the schedule in force mostly states a number."""
    case: Part = draw(cases(days=st.dates(date(2009, 8, 1), date(2017, 11, 30)), surgery=False))
    condition = draw(st.sampled_from(USUAL[:-1]))
    where = sorted(concepts("conditions")[condition]) or ["LumbarSpine"]
    case["diagnosis"] = [{"condition": condition, "diagnosisStatus": "Current"}]
    request = case["request"][0]
    day = request.get("requestedOn") or case["urDecision"]["decidedOn"]
    care = draw(weighted((5, "PhysicalTherapy"), (1, "OccupationalTherapy")))
    begun = day - timedelta(draw(st.integers(200, 900)))
    request |= {"region": where[:1], "treatment": care}
    request.pop("purpose", None)
    case["injury"] = {"injuredOn": begun, "onsetOn": begun}
    case["finding"] = [f for f in case["finding"] if f["findingType"] != "PainBeyondHealing"]
    case["finding"].append(finding("PainBeyondHealing", "Affirmed"))
    if case["course"]:
        case["course"][0]["treatment"] = care
    return case


CASES: Final = cases()
MEASURED: Final = measured_cases()
EITHER: Final = st.one_of(CASES, MEASURED)
