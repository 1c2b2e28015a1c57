"""The pictures of entries hold the numbers they were given."""

import base64

import numpy as np
import pytest

from embviz.figures import vocabulary as figures

RANKS, SHARES = np.array([1, 2, 10, 11, 40]), np.array([0.5, 0.2, 0.2, 1e-3, 1e-3])
NAMES = ("BPE 256", "BPE 512", "Unigram 256", "Unigram 512", "gpt2")
KINDS = ("BPE", "BPE", "Unigram", "Unigram", "gpt2")
SIZES, TRAINED = np.array([256.0, 512, 256, 512, 50257]), np.array([64.0, 256, 60, 250, 5025.7])


def numbers(values):
    """An array as a figure holds it."""
    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"])
    return np.asarray(values)


def ranks(**given):
    named = {"named_at": np.array([1, 10]), "named": ("␣the", "<b>")}
    return figures.ranks(RANKS, SHARES, **({"used": 40, "size": 50, "once": 1e-4} | named | given))


def test_the_line_falls_over_the_ranks():
    figure = ranks()
    line, named = figure.data
    np.testing.assert_allclose(numbers(line.x), RANKS)
    np.testing.assert_allclose(numbers(line.y), SHARES, rtol=1e-6)
    np.testing.assert_allclose(numbers(named.y), [0.5, 0.2], rtol=1e-5)
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"
    low, high = figure.layout.yaxis.range
    assert low < -4 and high > np.log10(0.5)


def test_words_are_no_markup_and_what_is_never_used_is_shaded():
    figure = ranks()
    words = [note.text for note in figure.layout.annotations]
    assert "“␣the”" in words and "“&lt;b&gt;”" in words and "10 never used" in words
    shaded = next(shape for shape in figure.layout.shapes if shape.type == "rect")
    assert (shaded.x0, shaded.x1) == (40, 50)
    once = next(shape for shape in figure.layout.shapes if shape.type == "line")
    assert once.y0 == pytest.approx(1e-4)
    assert not [shape for shape in ranks(used=50).layout.shapes if shape.type == "rect"]


def test_shares_of_rows_stand_over_the_entries():
    figure = figures.rows(SIZES, TRAINED, names=NAMES, kinds=KINDS, chosen="Unigram 512")
    bpe, unigram, others, chosen = figure.data
    np.testing.assert_allclose(numbers(bpe.y), [0.25, 0.5], rtol=1e-6)
    np.testing.assert_allclose(numbers(unigram.x), [256, 512])
    np.testing.assert_allclose(numbers(others.y), [0.1], rtol=1e-6)
    assert (chosen.x[0], chosen.y[0]) == (512, pytest.approx(250 / 512))
    assert others.text[0] == "gpt2: 5,026 of 50,257 rows"
    assert bpe.line.dash != unigram.line.dash and len({t.marker.symbol for t in figure.data}) == 4
    assert {note.text for note in figure.layout.annotations} == {"BPE", "Unigram", "gpt2"}
    assert figure.layout.yaxis.range == (0, 1.02)
