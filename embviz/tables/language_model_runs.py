"""The shipped run of the language model that starts from glove: `language/pieces-warm` of `embviz.compute.runs`.

It is `language/pieces-tied` in all but the rows of the pieces that are words of glove, which begin as glove has them,
fitted to the width (`embviz.compute.language_training.fitted_rows`).
"""

import dataclasses
from functools import partial

from embviz.compute import language_runs
from embviz.compute.language_training import trained
from embviz.compute.runs import Maker, Run
from embviz.tables import language_model_live

NAME = "language/pieces-warm"


def makers() -> dict[str, Maker]:
    """The run of this module, by name."""
    return {NAME: partial(warm, NAME)}


def warm(name: str) -> Run:
    """A run whose words start from glove; its facts name their rows, `warm`."""
    text = language_runs.shakespeare(language_runs.PIECES)
    model = dataclasses.replace(language_runs.SHOWN_MODEL, vocab_size=text.vocabulary.size)
    start = language_model_live.warm_start(language_model_live.ALL, text.vocabulary, model.width)
    snapshots = tuple(trained(text, model, language_runs.SHOWN_TRAINING, warm=start))
    facts = language_runs.shown_facts(snapshots, text, model, language_runs.SHOWN_TRAINING)
    return Run(name, facts | {"warm": start.ids.tolist()}, language_runs.shown_tensors(snapshots, text))
