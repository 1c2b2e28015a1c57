"""The prose, from assets/text: one Markdown file a lesson, split into sections by `<!-- name -->` lines.

A section may hold placeholders `[[name]]`. Every one must be given, and nothing else may be. `[[name|one|many]]` has a
form for 1 and a form for all else, in which # stands for the value: `[[count|once|# times]]`. Sentences that are filled
in the browser have `{name}` and `{name|one|many}` (assets/components/dom.js).
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from embviz.paths import ASSETS

_SECTION = re.compile(r"^<!-- (\w+) -->\n", re.MULTILINE)
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&^])")
_PLACEHOLDER = re.compile(r"\[\[(\w+)(?:\|([^|\]]*)\|([^\]]*))?\]\]")


def path(stem: str, language: str = "en") -> Path:
    """Where the text of a lesson is."""
    return ASSETS / "text" / language / f"{stem}.md"


@lru_cache
def sections(stem: str, language: str = "en") -> Mapping[str, str]:
    """All sections of a lesson's text, by name."""
    _, *parts = _SECTION.split(path(stem, language).read_text("utf-8"))
    return MappingProxyType(dict(zip(parts[::2], map(str.strip, parts[1::2]), strict=True)))


def placeholders(section: str) -> set[str]:
    """The names of the placeholders in a section."""
    return {match[1] for match in _PLACEHOLDER.finditer(section)}


def fill(section: str, **values: object) -> str:
    """The section with its placeholders replaced; ValueError if one is missing or one too many is given."""
    if placeholders(section) != set(values):
        raise ValueError(f"the text asks for {sorted(placeholders(section))} and was given {sorted(values)}")

    def said(match: re.Match) -> str:
        name, one, many = match.groups()
        value = str(values[name])
        return value if one is None else (one if value == "1" else many).replace("#", value)

    return _PLACEHOLDER.sub(said, section)


def plain(words: str) -> str:
    """Words as text in Markdown, not as markup; control characters as their pictures."""
    return _MARKUP.sub(r"\\\1", "".join(chr(0x2400 + ord(c)) if c < " " else c for c in words))


def text(stem: str, name: str, **values: object) -> str:
    """One section of a lesson's text, filled."""
    return fill(sections(stem)[name], **values)
