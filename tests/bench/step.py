"""Stepper, by key and by drag: input to paint in the app, against a static page with no server that draws the same.

python tests/bench/step.py
"""

import moving

from embviz.lessons import pipeline as lesson
from embviz.ui import cached, pipeline_text


def main():
    first = cached.pipeline(lesson.TEXT.default, lesson.MODEL.default, None)
    facts = {"start": {"stage": 1, "token": 2, "dim": 17}, **pipeline_text.words(first.facts)}
    files = moving.static_files("pipeline", first, **facts)
    track = moving.by_drag(lambda k: (20 + 920 * k, 12), on="[role=slider][aria-label='From text to x']")
    moving.compare("Stepper, input to paint", "pipeline", files, {"key": moving.by_key, "drag": track})


if __name__ == "__main__":
    main()
