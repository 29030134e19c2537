"""Diagnosis codes: forgiven in their writing, refused if no table lists them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoner.cases.intake import check_case
from reasoner.determinations.assess import decide, load_case
from reasoner.errors import CaseRejected
from reasoner.knowledge.codes import ICD9, ICD10, SYSTEMS, CodeTables, normal_code
from reasoner.verifier.case import read_case_text

if TYPE_CHECKING:
    from pathlib import Path

    from reasoner.knowledge.base import Knowledge

TABLES = CodeTables()


def case(**diagnosis: object) -> dict[str, Any]:
    """Write a first course of 6 visits for the lumbar spine, with a diagnosis."""
    return {
        "id": "coded",
        "injury": {"injuredOn": "2014-02-03"},
        "diagnosis": {"diagnosisStatus": "Current", **diagnosis},
        "course": {"treatment": "PhysicalTherapy", "attendedVisits": 0, "countCertainty": "Exact"},
        "finding": {
            "findingType": "ChronicPain",
            "truth": "Affirmed",
            "statedBy": "TreatingPhysician",
        },
        "request": {
            "treatment": "PhysicalTherapy",
            "region": "LumbarSpine",
            "requestedVisits": 6,
            "requestedOn": "2015-03-02",
        },
    }


def read(value: object, knowledge: Knowledge) -> Any:
    return load_case(json.dumps(value).encode(), knowledge, form="json")


@pytest.mark.parametrize(
    ("system", "given", "normal"),
    [
        (ICD9, "72", "72"),
        (ICD9, "724", "724"),
        (ICD9, "7242", "724.2"),
        (ICD9, " 72402 ", "724.02"),
        (ICD9, "724.02", "724.02"),
        (ICD9, "v541", "V54.1"),
        (ICD9, "e8800", "E880.0"),
        (ICD9, "E880", "E880"),
        (ICD10, "m545", "M54.5"),
        (ICD10, "s335xxa", "S33.5XXA"),
        (ICD10, "C7A.1", "C7A.1"),
        (ICD10, "M54.5 and more", "M54.5 and more"),
    ],
)
def test_dots_spaces_and_case_are_forgiven(system: str, given: str, normal: str) -> None:
    """A code is written as in its table; what has not the form of a code stays as it is."""
    assert normal_code(system, given) == normal


@pytest.mark.parametrize(
    ("system", "code"),
    [
        (ICD9, "729.1"),
        (ICD9, "724"),
        (ICD9, "847.2"),
        (ICD9, "V54.1"),
        (ICD9, "E880.0"),
        (ICD10, "M54.5"),  # split in October 2021: the code of an earlier day
        (ICD10, "M54.50"),
        (ICD10, "M79.1"),  # split in October 2018
        (ICD10, "M48.06"),  # split in October 2017
        (ICD10, "S33.5"),
        (ICD10, "S33.5XXA"),
        (ICD10, "H40.11X0"),  # retired in October 2016
    ],
)
def test_codes_of_every_year_exist(system: str, code: str) -> None:
    """A code exists if any release lists it, or if it is a category of one."""
    assert TABLES.holds(system, code)


@pytest.mark.parametrize(
    ("system", "code"),
    [
        (ICD9, "729.15"),
        (ICD9, "724.25"),
        (ICD9, "999.99"),
        (ICD9, "72"),
        (ICD9, "M54.5"),
        (ICD10, "729.1"),
        (ICD10, "M54.55"),
        (ICD10, "S33.5XX"),
        (ICD10, "M"),
        (ICD10, ""),
    ],
)
def test_other_codes_do_not_exist(system: str, code: str) -> None:
    """A code below a category does not exist because the category does."""
    assert not TABLES.holds(system, code)


@pytest.mark.parametrize(
    ("system", "code", "nearest"),
    [
        (ICD9, "729.15", "729.1"),
        (ICD9, "724.25", "724.2"),
        (ICD10, "M54.55", "M54.5"),
        (ICD10, "S33.5XX", "S33.5"),
        (ICD10, "M45.55", "M45.5"),
    ],
)
def test_the_nearest_code_comes_first(system: str, code: str, nearest: str) -> None:
    """The code above an unknown one is named first; each one named exists."""
    found = TABLES.nearest(system, code)

    assert all(TABLES.holds(system, near) for near in found)
    assert found[0] == nearest


def test_an_unknown_code_is_refused_with_those_that_exist(knowledge: Knowledge) -> None:
    """729.15 is not a code: it is not taken as 729.1, and the refusal names 729.1."""
    with pytest.raises(CaseRejected) as refused:
        decide(read(case(icd9="729.15"), knowledge), knowledge)

    report = check_case(read(case(icd9="729.15"), knowledge), knowledge)
    (result,) = (r for r in report.results if r.severity == "Violation")
    assert "729.15 is not a code of ICD-9-CM" in str(refused.value)
    assert result.value == "729.15"
    assert result.path == "mn:icd9"
    assert result.focus.endswith("#diagnosis-1")
    assert result.nearest[0] == ("729.1", "Myalgia and myositis, unspecified")


def test_a_condition_does_not_excuse_an_unknown_code(knowledge: Knowledge) -> None:
    """A case that names the condition too is refused as well: one of the two is wrong."""
    report = check_case(read(case(icd9="847.25", condition="LumbarStrain"), knowledge), knowledge)

    assert not report.conforms


def test_a_code_of_the_other_system_is_named_as_such(knowledge: Knowledge) -> None:
    """A code of ICD-9-CM that is stated as ICD-10-CM is refused, and the right property named."""
    report = check_case(read(case(icd10="724.2"), knowledge), knowledge)
    (result,) = (r for r in report.results if r.severity == "Violation")

    assert "It is a code of ICD-9-CM (Lumbago): state it as icd9." in result.message


@pytest.mark.parametrize("code", ["M545", "m54.5", "m545", " M54.5 "])
def test_a_code_without_dot_finds_its_condition(code: str, knowledge: Knowledge) -> None:
    """However it is written, a code that exists finds the same condition."""
    as_listed = read(case(icd10="M54.5"), knowledge)

    assert read(case(icd10=code), knowledge).digest == as_listed.digest
    assert check_case(as_listed, knowledge).conforms


@given(
    system=st.sampled_from(sorted(SYSTEMS)),
    text=st.text("0123456789ABEMSVXaem. ", max_size=9),
)
def test_writing_a_code_is_idempotent_and_loses_nothing(system: str, text: str) -> None:
    """The normal form is stable, and is in the table exactly if what was given is."""
    normal = normal_code(system, text)

    assert normal_code(system, normal) == normal
    assert TABLES.holds(system, normal) == TABLES.holds(system, text)


@given(
    system=st.sampled_from(sorted(SYSTEMS)),
    text=st.text("0123456789ABEMSVXaem. ", max_size=9),
)
def test_the_verifier_writes_codes_in_the_same_way(system: str, text: str) -> None:
    """The verifier, which shares no code with the reader of cases, agrees on the normal form."""
    (fact,) = read_case_text(f'<https://x/y> <{system}> "{text}" .', "case")

    assert fact[2] == f'"{normal_code(system, text)}"'


def test_the_lists_are_kept_and_read_back(tmp_path: Path) -> None:
    """The second process reads the lists from the cache."""
    CodeTables(cache=tmp_path).holds(ICD9, "724.2")
    kept = sorted(tmp_path.glob("codes-*.bin"))

    assert len(kept) == len(SYSTEMS)
    assert CodeTables(cache=tmp_path).holds(ICD9, "724.2")
