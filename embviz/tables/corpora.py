"""The shipped corpus: what is spoken in Shakespeare's plays, and his poems, from assets/data/shakespeare.txt.gz.

To learn from, only his sentences are kept. A name before each speech would be the most frequent "word" beside it, and
stage directions are an editor's; so title, list of persons, headings of acts and scenes, numbers of sonnets, everything
in brackets, and the names of speakers are left out; 837,288 words in 57,595 sentences stay. A handful of directions
that the file does not put in brackets stay too.

In the file a speaker's name is the first line of a paragraph: in capitals ("FIRST LORD."), or, in Hamlet, King Lear,
and Romeo and Juliet, a short form that ends with a full stop ("Ham.", "Lady Capulet."). The latter counts as a name if
it stands so at least twice in its work and is at most two words long, so that a speech of one line does not.
"""

from __future__ import annotations

import gzip
import re
from collections import Counter
from functools import lru_cache

from embviz.compute.corpora import Corpus, sentences
from embviz.tables.shipped import read_file

SHAKESPEARE = "shakespeare.txt.gz"
WORK_SEPARATOR = "\f"

_BRACKETS = re.compile(r"[\[{][^\]}]*[\]}]")
_PARAGRAPHS = re.compile(r"\n(?:[^\S\n]*\n)+")
_BEGINNING = re.compile(r"(?:(?:ACT|Act) (?:I|1|FIRST)|THE PROLOGUE|PROLOGUE|INDUCTION)\b")
_HEADING = re.compile(r"(?:ACT|Act|SCENE|Scene)\b[\s:]")
_SMALL = re.compile(r" (?:and|of|the)(?= )")
_SHORT_NAME = re.compile(r"(?:\d\.? )?[A-Z][\w.]*(?: (?:and )?[A-Z]\w*)?\.")


@lru_cache(maxsize=1)
def shakespeare() -> Corpus:
    """The corpus, with no word classes. `TableFileError` if the file is missing or damaged."""
    text = gzip.decompress(read_file(SHAKESPEARE)).decode("ascii")
    return Corpus("Shakespeare", sentences("\n\n".join(spoken(work) for work in text.split(WORK_SEPARATOR))))


def spoken(work: str) -> str:
    """The speeches of a play, or the verses of a poem, without what is left out; speeches are paragraphs."""
    lines = [[line.strip() for line in part.split("\n")] for part in _PARAGRAPHS.split(_BRACKETS.sub("", work))]
    paragraphs = [part for part in ([line for line in part if line] for part in lines) if part]
    first = next((i for i, part in enumerate(paragraphs) if _BEGINNING.match(part[0])), 2)  # a poem: title and author
    body = [part for part in paragraphs[first:] if not _HEADING.match(part[0])]
    short = Counter(part[0] for part in body if len(part) > 1 and _SHORT_NAME.fullmatch(part[0]))
    names = {name for name, n in short.items() if n > 1}
    for part in body:
        if part[0] in names and len(part) > 1:
            del part[0]
    return "\n\n".join("\n".join(line for line in part if not _capitals(line)) for part in body)


def _capitals(line: str) -> bool:
    """Whether a line is in capitals, but for small words between them."""
    return not any(c.islower() for c in _SMALL.sub("", line))
