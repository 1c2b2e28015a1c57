"""Two arrows and 32 clocks: input to paint, in the app against a static page with no server that draws the same.

python tests/bench/rotary.py
"""

import math

import moving

from embviz.compute import rotation
from embviz.lessons import rotary as lesson
from embviz.ui import cached
from embviz.ui.text import placeholders, sections, text

WIDTH = 64  # 32 pairs
STEERED = (lesson.M, lesson.N, lesson.S, lesson.PAIR.upto(WIDTH // 2 - 1), lesson.ALONE)


def words() -> dict[str, str]:
    """The lesson's sentences as the page sends them, with `{name}` for what the browser fills in."""
    holes = {name: {hole: f"{{{hole}}}" for hole in placeholders(part)} for name, part in sections("rotary").items()}
    return {name: text("rotary", name, **given) for name, given in holes.items()}


def around(k: float) -> tuple[float, float]:
    """A place on the query's arrow, which the hand takes round by a radian and back, as k runs from 0 to 1."""
    arrows = rotation.arrows(dim=WIDTH, base=float(lesson.BASE.default), seed=lesson.SEED.default)
    x, y = arrows.query[2 * lesson.PAIR.default : 2 * lesson.PAIR.default + 2].tolist()
    place = lesson.M.default + lesson.S.default
    angle = math.atan2(y, x) + place * arrows.frequencies[lesson.PAIR.default].item() + 1 - abs(2 * k - 1)
    return 170 + 60 * math.cos(angle), 156 - 60 * math.sin(angle)  # the plane's canvas is 340 by 312


def main():
    given = {"dim": WIDTH, "base": lesson.BASE.default, "seed": lesson.SEED.default}
    tensors = cached.computed("compute.rotation.arrows", **given)
    start = {param.name: param.default for param in STEERED} | {"turn": 1}
    bounds = {param.name: (param.low, param.high, param.step) for param in STEERED}
    keys = {"ArrowLeft": ("s", -1), "ArrowRight": ("s", 1)}
    files = moving.static_files("rotary", tensors, start=start, bounds=bounds, keys=keys, words=words())
    ways = {"key": moving.by_key, "drag": moving.by_drag(around)}
    title = f"Two arrows and {WIDTH // 2} clocks, input to paint; {len(tensors.bytes):,} bytes sent once"
    moving.compare(title, f"rotary?rot_d={WIDTH}", files, ways)


if __name__ == "__main__":
    main()
