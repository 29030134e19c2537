"""Only a named physician turns a recommendation into a decision, which keeps both."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from reasoner import (
    Physician,
    Ruling,
    assessment_data,
    decide,
    errors,
    load_case_file,
    read_document,
    sign,
    signed_rdf,
    write_letter,
)
from reasoner.cases.intake import check_data
from reasoner.commands.main import commands
from reasoner.determinations.data import SlotData, to_json
from reasoner.determinations.selection import unseen_sources
from reasoner.knowledge.terms import NS
from reasoner.records.as_rdf import signed_triples
from reasoner.records.documents import digest, digest_of, parse_document

if TYPE_CHECKING:
    from reasoner import Knowledge

CASES = Path(__file__).parents[2] / "fixtures" / "cases"
SEED = CASES / "seed-2014-spine-12-visits" / "case.ttl"
ANA = Physician(name="Ana Reyes, MD", licence="Massachusetts 123456", specialty="Pain Medicine")
ODG = "https://w3id.org/mednec/guideline/odg-2014/"
UNSEEN = (f"{ODG}lumbar-sprain", f"{ODG}neck-sprain")
"""The sources that the letter of the seed cites and whose text was not seen."""
ACCEPT = Ruling(decision="accept", decided_on="2014-08-20", visits=0, confirmed=UNSEEN)
FIRST = replace(ACCEPT, item="1")
REST = Ruling(decision="accept", decided_on="2014-08-20", visits=0)
OVERRIDE = Ruling(
    decision="override",
    decided_on="2014-08-20",
    outcome="NecessaryInPart",
    visits=2,
    reason="The report of March shows 20 degrees more.",
    confirmed=UNSEEN,
)


@pytest.fixture(scope="module")
def seed(knowledge: Knowledge) -> dict[str, Any]:
    """Return the determination of the seed."""
    return assessment_data(decide(load_case_file(SEED, knowledge), knowledge), knowledge)


@pytest.fixture(scope="module")
def two(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the determination of a case with two requests."""
    text = SEED.read_text(encoding="utf-8")
    second = """
:second a mn:Request ; mn:treatment mnc:PhysicalTherapy ; mn:region mnc:LumbarSpine ;
    mn:requestedVisits 1 .
"""
    path = tmp_path_factory.mktemp("two") / "case.ttl"
    path.write_text(text.replace("mn:request :request", "mn:request :request, :second") + second)
    return assessment_data(decide(load_case_file(path, knowledge), knowledge), knowledge)


def altered(document: dict[str, Any], *, outcome: str) -> dict[str, Any]:
    """Return a copy with another outcome, as if edited by hand."""
    other = copy.deepcopy(document)
    (other.get("recommendation") or other)["determinations"][0]["outcome"] = outcome
    return other


def test_both_are_kept(seed: dict[str, Any], knowledge: Knowledge) -> None:
    """The decision keeps the recommendation unchanged and refers to it."""
    signed = sign(seed, knowledge, ANA, OVERRIDE)
    one = signed["decisions"][0]  # type: ignore[index]

    assert signed["recommendation"] == seed
    assert one["recommendationDigest"] == seed["digest"] == digest(seed)
    assert (one["outcome"], one["visits"], one["adverse"]) == ("NecessaryInPart", 2, True)
    assert one["physician"]["name"] == "Ana Reyes, MD"
    assert seed["determinations"][0]["outcome"] == "NotMedicallyNecessary"


@pytest.mark.parametrize("ruling", [ACCEPT, OVERRIDE], ids=["accept", "override"])
def test_a_decision_survives_being_written_and_read(
    ruling: Ruling, seed: dict[str, Any], knowledge: Knowledge
) -> None:
    """A decision document that is written and read again is the same and valid."""
    signed = sign(seed, knowledge, ANA, ruling)

    assert read_document(json.dumps(signed).encode(), source="file") == signed


@pytest.mark.parametrize(
    ("physician", "ruling", "words"),
    [
        (Physician(name=" ", licence="CA 1", specialty="Pain"), ACCEPT, "name is missing"),
        (Physician(name="A. B.", licence="", specialty="Pain"), ACCEPT, "licence is missing"),
        (Physician(name="A\nB", licence="CA 1", specialty="Pain"), ACCEPT, "name is missing"),
        (ANA, Ruling(decision="deny", decided_on="2014-08-20"), "not a decision"),
        (ANA, Ruling(decision="accept", decided_on="soon"), "not a date"),
        (ANA, Ruling(decision="accept", decided_on="2014-05-08"), "is before 2014-05-09"),
        (
            ANA,
            Ruling(decision="accept", decided_on="2014-08-20", item="2"),
            "Item '2' does not exist",
        ),
        (
            ANA,
            Ruling(decision="accept", decided_on="2014-08-20", outcome="MedicallyNecessary"),
            "The recommendation is NotMedicallyNecessary",
        ),
        (
            ANA,
            Ruling(decision="override", decided_on="2014-08-20", outcome="MedicallyNecessary"),
            "is missing its outcome or its reason",
        ),
        (
            ANA,
            Ruling(decision="override", decided_on="2014-08-20", reason="So."),
            "is missing its outcome or its reason",
        ),
        (
            ANA,
            Ruling(decision="override", decided_on="2014-08-20", outcome="Maybe", reason="So."),
            "not an outcome",
        ),
        (
            ANA,
            Ruling(
                decision="override",
                decided_on="2014-08-20",
                outcome="NecessaryInPart",
                reason="So.",
            ),
            "how many of the 12 visits",
        ),
        (
            ANA,
            Ruling(
                decision="override",
                decided_on="2014-08-20",
                outcome="NecessaryInPart",
                visits=13,
                reason="So.",
            ),
            "how many of the 12 visits",
        ),
        (
            ANA,
            Ruling(
                decision="override",
                decided_on="2014-08-20",
                outcome="MedicallyNecessary",
                visits=3,
                reason="So.",
            ),
            "the visits are 12, not 3",
        ),
    ],
)
def test_an_incomplete_decision_is_refused(
    physician: Physician, ruling: Ruling, words: str, seed: dict[str, Any], knowledge: Knowledge
) -> None:
    """The error states what is wrong, and nothing is recorded."""
    with pytest.raises(errors.DecisionRefused) as caught:
        sign(seed, knowledge, physician, ruling)

    assert words in str(caught.value)


def test_an_override_must_differ_from_the_recommendation(knowledge: Knowledge) -> None:
    """An override must differ from the recommendation."""
    path = CASES / "headache-2017-schedule-silent" / "case.ttl"
    data = assessment_data(decide(load_case_file(path, knowledge), knowledge), knowledge)
    ruling = Ruling(
        decision="override", decided_on="2017-02-01", outcome="MedicallyNecessary", reason="So."
    )

    with pytest.raises(errors.DecisionRefused, match="what is recommended"):
        sign(data, knowledge, ANA, ruling)


def test_an_altered_recommendation_is_refused(seed: dict[str, Any], knowledge: Knowledge) -> None:
    """An altered recommendation can be neither signed nor printed."""
    other = altered(seed, outcome="MedicallyNecessary")
    signed = altered(sign(seed, knowledge, ANA, ACCEPT), outcome="MedicallyNecessary")

    with pytest.raises(errors.RecommendationAltered):
        sign(other, knowledge, ANA, ACCEPT)
    with pytest.raises(errors.RecommendationAltered):
        read_document(json.dumps(signed).encode(), source="file")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda d: d["decisions"][0].pop("physician"), errors.DocumentUnreadable),
        (lambda d: d["decisions"][0]["physician"].update(name=""), errors.DocumentUnreadable),
        (lambda d: d["decisions"][0].update(outcome="NotEstablished"), errors.DocumentUnreadable),
        (lambda d: d["decisions"][0].update(on="elsewhere"), errors.DocumentUnreadable),
        (lambda d: d.update(decisions=[]), errors.DocumentUnreadable),
        (lambda d: d.update(decisions=7), errors.DocumentUnreadable),
        (lambda d: d["decisions"][0].pop("decision"), errors.DocumentUnreadable),
        (
            lambda d: d["decisions"][0].update(recommendationDigest="0"),
            errors.RecommendationAltered,
        ),
    ],
)
def test_a_forged_document_is_not_a_decision(
    change: Any, error: type[errors.MednecError], seed: dict[str, Any], knowledge: Knowledge
) -> None:
    """A document without a named physician is rejected even if its hash matches."""
    forged = copy.deepcopy(sign(seed, knowledge, ANA, ACCEPT))
    change(forged)
    forged["digest"] = digest(forged)

    with pytest.raises(error):
        read_document(json.dumps(forged).encode(), source="file")


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{}", b"\xff", b'{"determinations": []}', b"[" * 99_999]
)
def test_bytes_that_are_not_a_document_are_refused(text: bytes) -> None:
    """Invalid input gives an error, not a traceback."""
    with pytest.raises(errors.DocumentUnreadable):
        read_document(text, source="file")


def test_a_decision_conforms_to_its_shapes(seed: dict[str, Any], knowledge: Knowledge) -> None:
    """A decision has one named physician and one date, as its shapes require."""
    for ruling in (ACCEPT, OVERRIDE):
        signed = sign(seed, knowledge, ANA, ruling)
        data = "".join(f"{t} .\n" for t in signed_triples(signed)).encode()
        results = check_data(data, knowledge.other_shapes["decision"])
        graph = ox.parse(signed_rdf(signed, "turtle"), format=ox.RdfFormat.TURTLE)
        stated = {
            q.object.value.removeprefix(NS) for q in graph if q.predicate.value == NS + "outcome"
        }

        assert [r for r in results if r.severity == "Violation"] == []
        assert stated == {
            signed["decisions"][0]["outcome"],  # type: ignore[index]
            seed["determinations"][0]["outcome"],
        }


def test_the_draft_mark_goes_when_all_is_decided(two: dict[str, Any], knowledge: Knowledge) -> None:
    """A letter in which one item awaits a decision is a draft."""
    first = sign(two, knowledge, ANA, FIRST)
    both = sign(first, knowledge, ANA, REST)
    pages = [write_letter(d, knowledge, "text").decode() for d in (two, first, both)]

    assert ["DRAFT FOR A PHYSICIAN'S DECISION" in page for page in pages] == [True, True, False]
    assert [page.count("Decision: ") for page in pages] == [0, 2, 4]
    assert first["status"] == "recommendation, decided by a named physician in part"
    with pytest.raises(errors.DecisionRefused, match="Every item"):
        sign(both, knowledge, ANA, ACCEPT)
    with pytest.raises(errors.DecisionRefused, match="Item '1' is already decided"):
        sign(
            first,
            knowledge,
            ANA,
            FIRST,
        )
    with pytest.raises(errors.DecisionRefused, match="this decision is about one"):
        sign(two, knowledge, ANA, OVERRIDE)
    other = Physician(name="B. Low, MD", licence="CA 1", specialty="Pain")
    with pytest.raises(errors.DecisionRefused, match="Another physician"):
        sign(first, knowledge, other, ACCEPT)


def test_a_signed_letter_states_decision_and_recommendation(
    seed: dict[str, Any], knowledge: Knowledge
) -> None:
    """The letter states both the recommendation and the override, with reason and physician."""
    page = write_letter(sign(seed, knowledge, ANA, OVERRIDE), knowledge, "text").decode()

    assert (
        "Decision: Overturned in part · medically necessary in part · visits supported: 2" in page
    )
    assert "Recommendation of the program Uphold · not medically necessary as requested" in page
    assert "The report of March shows 20 degrees more." in page
    assert "Ana Reyes, MD" in page


@pytest.mark.parametrize(
    ("visits", "outcome", "words"),
    [
        (0, "NotMedicallyNecessary", "Upheld · not medically necessary as requested"),
        (1, "NecessaryInPart", "Overturned in part · medically necessary in part"),
    ],
)
def test_a_signer_chooses_a_number_within_the_interval(
    visits: int, outcome: str, words: str, seed: dict[str, Any], knowledge: Knowledge
) -> None:
    """Where 0 to 1 visits are supported, the decision states which, in the words of its outcome."""
    signed: Any = sign(seed, knowledge, ANA, replace(ACCEPT, visits=visits))
    one = signed["decisions"][0]

    assert (one["visits"], one["outcome"], one["decision"]) == (visits, outcome, "accept")
    assert words in write_letter(signed, knowledge, "text").decode()
    assert read_document(json.dumps(signed).encode(), source="file") == signed


@pytest.mark.parametrize("visits", [None, 2, 12, -1])
def test_an_interval_is_not_accepted_without_a_number_in_it(
    visits: int | None, seed: dict[str, Any], knowledge: Knowledge
) -> None:
    """An accepted "0 to 1" never becomes 0 by itself."""
    with pytest.raises(errors.DecisionRefused, match="The record supports 0 to 1 visits"):
        sign(seed, knowledge, ANA, replace(ACCEPT, visits=visits))


def test_a_text_that_was_not_seen_is_confirmed_or_withdrawn(
    seed: dict[str, Any], knowledge: Knowledge
) -> None:
    """Signing lists what was not seen; who confirms or withdraws it, and when, is recorded."""
    for confirmed in ((), UNSEEN[:1]):
        with pytest.raises(errors.DecisionRefused) as refused:
            sign(seed, knowledge, ANA, replace(ACCEPT, confirmed=confirmed))
        assert [iri in str(refused.value) for iri in UNSEEN] == [not confirmed, True]

    ruling = replace(ACCEPT, confirmed=UNSEEN[:1], withdrawn=UNSEEN[1:])
    signed: Any = sign(seed, knowledge, ANA, ruling)
    one = signed["decisions"][0]
    assert {s["iri"]: s["ruling"] for s in one["sources"]} == {
        UNSEEN[0]: "confirmed",
        UNSEEN[1]: "withdrawn",
    }
    assert (one["physician"]["name"], one["decidedOn"]) == (ANA.name, "2014-08-20")
    page = write_letter(signed, knowledge, "text").decode()
    assert "not seen" not in page
    assert "Neck and Upper Back" not in page
    assert "9 earlier and 12 requested visits make 21, more than the 10" in " ".join(page.split())


@pytest.mark.parametrize(
    ("confirmed", "withdrawn", "words"),
    [
        (UNSEEN, UNSEEN[:1], "both confirmed and withdrawn"),
        (("1", *UNSEEN), (), "'1' is not a source to confirm or withdraw"),
        (("99", *UNSEEN), (), "'99' is not a source to confirm or withdraw"),
    ],
)
def test_only_what_was_not_seen_is_confirmed(
    confirmed: tuple[str, ...],
    withdrawn: tuple[str, ...],
    words: str,
    seed: dict[str, Any],
    knowledge: Knowledge,
) -> None:
    """A source that was read, or that does not exist, needs no confirmation and gets none."""
    with pytest.raises(errors.DecisionRefused, match=words):
        sign(seed, knowledge, ANA, replace(ACCEPT, confirmed=confirmed, withdrawn=withdrawn))


def test_an_outcome_is_not_accepted_without_the_source_of_its_figure(knowledge: Knowledge) -> None:
    """Whoever withdraws the text that states the limit cannot accept what rests on it."""
    path = CASES / "hip-sprain-2017-line-carried-over" / "case.ttl"
    data: Any = assessment_data(decide(load_case_file(path, knowledge), knowledge), knowledge)
    (d,) = parse_document(data, "it").recommendation.determinations
    unseen = tuple(d.sources[n - 1].iri for n in unseen_sources(d, d.outcome, d.rejects))
    assert unseen

    with pytest.raises(errors.DecisionRefused, match="rests on source"):
        sign(
            data,
            knowledge,
            ANA,
            Ruling(
                decision="accept",
                decided_on="2026-01-01",
                visits=data["determinations"][0]["visits"]["supported"]["most"],
                withdrawn=unseen,
            ),
        )


def test_a_confidential_letter_withholds_the_name(
    seed: dict[str, Any], knowledge: Knowledge
) -> None:
    """A confidential letter withholds the name and states the qualifications."""
    signed = sign(seed, knowledge, ANA, ACCEPT)
    for form in ("text", "html"):
        page = write_letter(signed, knowledge, form, confidential=True).decode()

        assert "Reyes" not in page
        assert "123456" not in page
        assert "Massachusetts" in page
        assert "Pain Medicine" in page


def test_the_commands_write_and_sign(tmp_path: Path) -> None:
    """From a case to a signed letter, on the command line."""
    run = CliRunner().invoke
    determination, signed, letter = (tmp_path / n for n in ("d.json", "s.json", "l.pdf"))
    determination.write_text(run(commands, ["decide", str(SEED), "--format", "json"]).output)
    named = ["--physician", ANA.name, "--licence", ANA.licence, "--specialty", ANA.specialty]
    ruled = ["--decision", "accept", "--on", "2014-08-20", "--visits", "0"]
    seen = [part for iri in UNSEEN for part in ("--confirm", iri)]
    decided = [*ruled, *seen, "-o", str(signed)]

    assert run(commands, ["sign", str(determination), *named, *decided]).exit_code == 0
    assert run(commands, ["letter", str(signed), "-o", str(letter)]).exit_code == 0
    assert letter.read_bytes().startswith(b"%PDF-")
    assert "DRAFT" not in run(commands, ["letter", str(signed)]).output
    assert "DRAFT" in run(commands, ["letter", str(determination)]).output
    assert "<!doctype html>" in run(commands, ["letter", str(SEED), "--format", "html"]).output
    missing = run(
        commands, ["sign", str(determination), "--decision", "accept", "--on", "2014-08-20"]
    )
    assert missing.exit_code == 2
    assert "--physician" in missing.output


@given(text=st.text(), visits=st.integers(-(2**63), 2**63 - 1))
def test_the_digest_of_a_model_is_that_of_its_json(text: str, visits: int) -> None:
    """What writes a recommendation and what checks it are two encoders, with the same bytes."""
    model = SlotData(
        slot=text,
        term="",
        question=text,
        evidence="",
        filled_by=[text],
        judged_by=[],
        sources=[visits],
        answers=[],
    )

    assert digest_of(model) == digest(to_json(model))
