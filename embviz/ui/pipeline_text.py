"""What the picture of the pipeline says at each stage, from the facts of what it shows."""

from collections import defaultdict
from typing import Any

from embviz.ui.text import text

STEM = "pipeline"
STAGES = ("text", "tokens", "ids", "onehot", "rows", "positions", "sum", "output")


def words(facts: dict[str, Any]) -> dict[str, Any]:
    """The names of the stages, a sentence for each, and a label and a description for who cannot see the picture."""
    pieces = facts["pieces"]
    return {
        "names": [text(STEM, f"name_{stage}") for stage in STAGES],
        "sentences": _sentences(facts),
        "label": text(STEM, "label"),
        "alt": text(STEM, "alt", pieces=len(pieces), text=facts["text"], width=facts["width"]),
    }


def _sentences(facts: dict[str, Any]) -> list[str]:
    pieces, model, width, kind = facts["pieces"], facts["model"], facts["width"], facts["position"]
    n = len(pieces)
    if not n:
        return [text(STEM, "empty")] * len(STAGES)
    cut = sum(piece["kind"] == "piece" for piece in pieces)
    counts = {"pieces": _count(cut, "piece")}
    if model == "fresh":
        counts["padding"] = _count(sum(piece["kind"] == "padding" for piece in pieces), "row")
    if model == "minilm":
        total = text(STEM, "sum_minilm")
    elif facts["factor"] != 1:
        total = text(STEM, "sum_scaled", width=width, factor=f"{facts['factor']:.3g}")
    else:
        total = text(STEM, "sum_nothing" if kind in ("rotation", "none") else "sum_plain")
    no_room = [text(STEM, "no_room", dropped=facts["dropped"])] if facts["dropped"] else []
    equal = equal_rows([piece["id"] for piece in pieces])
    return [
        text(STEM, "text" if cut else "empty"),
        " ".join([text(STEM, f"tokens_{model}", **counts), *no_room]),
        text(STEM, "ids"),
        text(STEM, "onehot"),
        text(STEM, "rows_equal", n=n, equal=equal) if equal else text(STEM, "rows", n=n, width=width),
        text(STEM, f"positions_{kind}"),
        total,
        text(STEM, f"output_{model}", n=n, width=width),
    ]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def equal_rows(ids: list[int]) -> str:
    """The rows of the id that comes most often, as words: "1, 4 and 9"; nothing if none comes twice."""
    rows = defaultdict(list)
    for row, identity in enumerate(ids):
        rows[identity].append(row)
    *first, last = max(rows.values(), key=len)
    if len(first) > 3:
        return f"{', '.join(map(str, first[:3]))} and {len(first) - 2} more"
    return f"{', '.join(map(str, first))} and {last}" if first else ""
