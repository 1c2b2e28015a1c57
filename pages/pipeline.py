"""From a sentence to what a transformer's first block receives."""

import streamlit as st

from embviz.lessons import LESSONS
from embviz.lessons import pipeline as lesson
from embviz.ui import cached, components, frame
from embviz.ui.text import text

SLUG = lesson.LESSON.slug
KEY = "pipe_picture"


def picture(controls, stage):
    sentence = lesson.TEXT.widget(controls)
    model = lesson.MODEL.widget(controls)
    settings = layer_settings(controls) if model == "fresh" else None
    tensors = cached.pipeline(sentence, model, settings)
    with stage:
        components.pipeline(tensors, key=KEY, steered=lesson.LESSON.steered)
    with controls:
        components.pipeline_controls(KEY)
    return sentence, model, settings, tensors


def layer_settings(controls):
    with controls.popover(text(SLUG, "settings"), width="stretch"):
        where = st.container()
        width, position, scale, padding, seed = (param.widget(where) for param in lesson.FRESH)
    return cached.Settings(width, position, scale == "yes", padding, seed)


def note(drawn):
    sentence, model, settings, tensors = drawn
    if not tensors.facts["pieces"]:
        return None
    one_hot, layer = cached.pipeline_check(sentence, model, settings, tensors)
    largest = abs(tensors.arrays["output"]).max()
    return text(SLUG, "check", one_hot=f"{one_hot:.2g}", layer=f"{layer:.2g}", largest=f"{largest:.3g}")


CODE = (
    "compute.pipeline.stages",
    "compute.onehot.one_hot_sparse",
    "compute.layers.BertEmbedding.forward",
    "compute.layers.TransformerEmbedding.forward",
)
frame.show(lesson.LESSON, picture, note=note, code=CODE, lessons=LESSONS)
