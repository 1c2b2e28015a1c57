"""The page of claims: what it says while the checks run, when one fails, and where its code comes from."""

import inspect
import json
import threading
from collections import Counter

import pytest
from streamlit.testing.v1 import AppTest

from embviz import claims
from embviz.claims import CLAIMS, OUTCOMES, evidence
from embviz.claims.positions import first_two
from embviz.claims.vectors import queen
from embviz.lessons import claims as lesson
from embviz.paths import ROOT
from embviz.ui import verdicts

APP = str(ROOT / "app.py")


def opened(**query) -> AppTest:
    page = AppTest.from_file(APP, default_timeout=60).run().switch_page("pages/claims.py")
    for key, value in query.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception
    return page


def sent(page):
    """The facts of the picture."""
    for element in page.get("bidi_component"):
        if data := element.proto.bytes:
            header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
            return json.loads(header["__metadata__"]["facts"])
    raise AssertionError("no picture")


@pytest.fixture
def everything(monkeypatch):
    """All verdicts at once, as if every check had ended."""

    def known(first):
        del first
        made = {claim.id: verdicts.Known(vars_of(evidence(claim=claim.id)), 1.25) for claim in CLAIMS}
        return made | {"pairs-of-low": verdicts.Known(None, 0.1)}

    monkeypatch.setattr(verdicts, "known", known)


def vars_of(found):
    return {name: getattr(found, name) for name in found.__slots__}


def test_verdicts_on_the_page_are_those_of_the_checks(everything):
    page = opened()
    told = {each["id"]: each for each in sent(page)["claims"]}
    assert list(told) == [claim.id for claim in CLAIMS]
    for claim in CLAIMS:
        if claim.id == "pairs-of-low":
            assert told[claim.id]["verdict"] == "failed" and "cases" not in told[claim.id]
        else:
            found = evidence(claim=claim.id)
            assert told[claim.id]["verdict"] == found.verdict and told[claim.id]["why"] == found.why
            assert told[claim.id]["cases"] == [dict(case) for case in found.cases]
    counts = Counter(each["verdict"] for each in told.values())
    said = next(markdown.value for markdown in page.markdown if "sentences that are taught" in markdown.value)
    assert said.startswith(f"Of {len(CLAIMS)} sentences") and "Still" not in said
    for outcome, word in zip(OUTCOMES, ("hold", "hold with a condition", "do not"), strict=True):
        assert f"**{counts[outcome]}** {word}" in said


def test_a_check_that_failed_is_named_and_the_others_stand(everything):
    page = opened(cl_open="pairs-of-low")
    assert any("This check failed" in caption.value for caption in page.caption)
    page = opened(cl_open="comcast-kuznetsov")
    assert any("1.25 s" in caption.value and "tick" in caption.value for caption in page.caption)


def test_before_anything_is_known_the_page_stands(monkeypatch):
    monkeypatch.setattr(verdicts, "known", lambda first: {})
    page = opened(cl_open="known-tables")
    facts = sent(page)
    assert all(each["verdict"] is None for each in facts["claims"]) and "being checked" in facts["alt"]
    assert any(f"Still being checked: {len(CLAIMS)}" in markdown.value for markdown in page.markdown)
    assert any("in the background" in caption.value for caption in page.caption)


def test_the_default_claim_waits_for_no_check(monkeypatch):
    monkeypatch.setattr(verdicts, "_found", {})
    monkeypatch.setattr(verdicts, "_thread", threading.current_thread())  # nothing is begun
    shown = verdicts.known(lesson.OPEN.default)[lesson.OPEN.default]
    assert shown.evidence["verdict"] == first_two().verdict and shown.seconds is None
    assert verdicts.known("pairs-of-low") == {}


def test_the_checks_go_on_beside_the_page_with_the_open_one_first(monkeypatch):
    asked = []

    def checked(*, claim):
        asked.append(claim)
        if claim == "rotary-decays":
            raise RuntimeError("no memory")
        return evidence(claim="pairs-of-low")

    monkeypatch.setattr(claims, "evidence", checked)
    monkeypatch.setattr(verdicts, "_found", {})
    monkeypatch.setattr(verdicts, "_thread", None)
    verdicts.known("believe-know-stone")
    verdicts._thread and verdicts._thread.join(30)
    found = verdicts.known("believe-know-stone")
    assert asked[0] == "believe-know-stone" and set(asked[-len(verdicts.LATER) :]) == set(verdicts.LATER)
    assert sorted(asked) == sorted(claim.id for claim in CLAIMS) and len(found) == len(CLAIMS)
    assert found["rotary-decays"].evidence is None
    assert found["known-tables"].evidence["verdict"] == evidence(claim="pairs-of-low").verdict


def test_the_code_is_the_source_of_the_open_claims_check_and_follows_it(everything):
    page = opened(cl_open="king-man-woman-queen")
    page.session_state["claims_code"] = True
    page.run()
    assert page.code[0].value.strip() == inspect.getsource(queen).strip()
    del page.query_params["cl_open"]
    page.run()
    assert page.code[0].value.strip() == inspect.getsource(first_two).strip()


LINKS = {(claim.lesson, tuple(sorted(claim.state.items()))) for claim in CLAIMS}


@pytest.mark.parametrize(("slug", "state"), sorted(LINKS), ids=lambda part: part if isinstance(part, str) else "")
def test_the_lesson_that_shows_it_opens(slug, state):
    page = AppTest.from_file(APP, default_timeout=60).run().switch_page(f"pages/{slug}.py")
    for key, value in state:
        page.query_params[key] = value
    page.run()
    assert not page.exception and not any("could not be made" in markdown.value for markdown in page.markdown)


def test_every_exercise_in_many_variants_has_an_answer_of_its_choices():
    for item in lesson.LESSON.exercises:
        seen = set()
        for seed in range(8):
            variant = item.variant(seed)
            answer = variant.answer()
            assert variant.id == item.id and (not variant.choices or answer in variant.choices)
            seen.add(tuple(variant.says.items()))
            ((param, value),) = variant.link.items()
            assert param is lesson.OPEN and value in lesson.OPEN.options
        assert len(seen) >= 4
