"""The prose: every placeholder is given, one has a form of its own, and words are no markup."""

import pytest

from embviz.ui.text import fill, placeholders, plain


def test_all_placeholders_are_filled():
    section = "[[word]] stands [[count|once|# times]]."
    assert placeholders(section) == {"word", "count"}
    assert fill(section, word="lion", count=1) == "lion stands once."
    assert fill(section, word="[[x]]", count="1,000") == "[[x]] stands 1,000 times."
    assert fill("[[n|one|]]", n=2) == ""


@pytest.mark.parametrize("given", [{}, {"word": "lion"}, {"word": "lion", "count": 1, "more": 2}])
def test_one_missing_or_too_many_is_refused(given):
    with pytest.raises(ValueError, match="the text asks for"):
        fill("[[word]] stands [[count|once|# times]].", **given)


def test_words_are_no_markup():
    assert plain("**[a](b)** $x$") == r"\*\*\[a\]\(b\)\*\* \$x\$"
    assert plain("a\nb") == "a\u240ab"
