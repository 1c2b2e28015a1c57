"""The stepper over merges, by key and by drag: input to paint in the app, against a static page that draws the same.

python tests/bench/bpe_step.py
"""

from urllib.parse import quote

import moving

from embviz.lessons import bpe as lesson
from embviz.ui import cached
from embviz.ui.text import sections


def main():
    given = {"text": lesson.HAMLET, "base": "characters", "ties": "first seen"}
    trace = cached.computed("tables.bpe.trace", **given)
    encoded = cached.computed("tables.bpe.encoded", **given, typed="lowest")
    counts = [int(count) for count in encoded.arrays["counts"]]
    say = {name[3:]: words for name, words in sections("bpe").items() if name.startswith("js_")}
    facts = {"base": "characters", "typed": encoded.facts | {"counts": counts, "word": "lowest"}, "say": say}
    facts |= {
        "start": {"n": 60},
        "bounds": {"n": (0, 256, 1)},
        "keys": {"ArrowLeft": ("n", -1), "ArrowRight": ("n", 1)},
    }
    files = moving.static_files("bpe", trace, alt="", **facts)
    ways = {"key": moving.by_key, "drag": moving.by_drag(lambda k: (10 + 240 * k, 60))}
    moving.compare("Stepper over merges, input to paint", f"bpe?bpe_text={quote(lesson.HAMLET)}&bpe_n=60", files, ways)


if __name__ == "__main__":
    main()
