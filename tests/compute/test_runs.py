"""Shipped runs: written and read as they were, made once, and those in assets are the ones the plan says."""

import dataclasses
import json
import math

import pytest
import torch

from embviz.compute import language_runs, recipe, runs
from embviz.compute.language_model import ModelSettings
from embviz.compute.language_training import mean_loss, snapshot_steps

RUN = runs.Run(
    "folder/one", {"kind": "test", "list": [1.5, None], "text": "né"}, {"a": torch.arange(6).view(2, 3).half()}
)
SHOWN = tuple(name for name in runs.makers() if name.startswith("language/"))


def test_a_run_comes_back(tmp_path):
    size = runs.save(RUN, directory=tmp_path)
    found = runs.load("folder/one", directory=tmp_path)
    assert found.facts == RUN.facts and found.name == RUN.name and list(found.tensors) == ["a"]
    assert torch.equal(found.tensors["a"], RUN.tensors["a"]) and found.tensors["a"].dtype == torch.float16
    assert size == runs.total_bytes(tmp_path) == sum(path.stat().st_size for path in (tmp_path / "folder").iterdir())
    assert runs.facts("folder/one", directory=tmp_path) == RUN.facts


def test_a_run_written_again_leaves_nothing_of_the_first(tmp_path):
    runs.save(RUN, directory=tmp_path)
    runs.save(dataclasses.replace(RUN, tensors={}), directory=tmp_path)
    assert runs.load("folder/one", directory=tmp_path).tensors == {}
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["one.json"]


def test_a_fact_that_is_not_a_number_is_refused_and_nothing_counts_as_made(tmp_path):
    with pytest.raises(ValueError):
        runs.save(dataclasses.replace(RUN, facts={"loss": math.nan}), directory=tmp_path)
    assert runs.names(directory=tmp_path) == ()


def test_names_and_unknown_names(tmp_path):
    for name in ("b/x-0", "b/y-0", "a"):
        runs.save(dataclasses.replace(RUN, name=name), directory=tmp_path)
    assert runs.names(directory=tmp_path) == ("a", "b/x-0", "b/y-0") and runs.names("b/*", directory=tmp_path) == (
        "b/x-0",
        "b/y-0",
    )
    for name in ("b/z-0", "../b/x-0", "b"):
        with pytest.raises(ValueError, match="b/x-0"):
            runs.load(name, directory=tmp_path)


def test_what_is_there_is_not_made_again(tmp_path):
    made = []

    def maker(name):
        def make():
            made.append(name)
            return dataclasses.replace(RUN, name=name)

        return make

    makers = {name: maker(name) for name in ("a", "b", "c")}
    list(runs.make({"b": makers["b"]}, directory=tmp_path))
    assert [name for name, *_ in runs.make(makers, directory=tmp_path)] == ["a", "c"]
    assert made == ["b", "a", "c"]
    assert [name for name, *_ in runs.make({"b": makers["b"]}, directory=tmp_path, again=True)] == ["b"]
    held = runs.facts("a", directory=tmp_path)
    assert held["seconds"] >= 0 and "torch" in held["made_with"] and held["text"] == "né"


@pytest.mark.parametrize("n", [1, 2, 3, 7])
def test_parts_are_all_the_runs_once(n):
    every = [f"r{i}" for i in range(11)]
    parts = [runs.chosen(every, (), f"{k}/{n}") for k in range(1, n + 1)]
    assert sorted(name for part in parts for name in part) == sorted(every)
    assert runs.chosen(every, ("r1*",)) == ("r1", "r10") and runs.chosen(every, ("r10", "r2"), "2/2") == ("r10",)


@pytest.mark.parametrize("part", ["0/2", "3/2", "x", "1", "1/0", "-1/2"])
def test_bad_parts(part):
    with pytest.raises(ValueError, match="k/n"):
        runs.chosen(["a"], (), part)


def test_a_pattern_that_matches_nothing():
    with pytest.raises(ValueError, match=r"'b\*'.*a1"):
        runs.chosen(["a1"], ("b*",))


def test_rounded_is_what_json_can_hold():
    found = runs.rounded({"a": torch.tensor([math.pi, math.nan]), "b": (1, True, None, "x", math.inf), "c": 123456.789})
    assert found == {"a": [3.1416, None], "b": [1, True, None, "x", None], "c": 123460.0}
    json.dumps(found, allow_nan=False)


def test_two_sources_may_not_offer_one_name():
    with pytest.raises(ValueError, match="recipe/base-0"):
        runs.makers(("embviz.compute.recipe", "embviz.compute.recipe"))


def test_the_command_lists_and_refuses(tmp_path, capsys):
    runs.main(["recipe/base-*", "--list", "--directory", str(tmp_path)])
    assert capsys.readouterr().out.count("not made") == len(language_runs.SEEDS)
    with pytest.raises(SystemExit):
        runs.main(["nothing*", "--directory", str(tmp_path)])
    assert "nothing*" in capsys.readouterr().err


def test_all_that_can_be_made_is_shipped_and_small_enough():
    assert set(runs.makers()) <= set(runs.names())
    assert runs.total_bytes() <= runs.MOST_BYTES
    assert not [
        path.name for path in runs.RUNS.rglob("*") if path.is_file() and path.suffix not in (".json", ".safetensors")
    ]


@pytest.mark.parametrize("name", SHOWN)
def test_a_shown_run_is_whole(name):
    run = runs.load(name)
    model, training = ModelSettings(**run.facts["model"]), language_runs.SHOWN_TRAINING
    steps = run.facts["snapshots"]["step"]
    assert steps == snapshot_steps(training) and len(run.facts["texts"]) == len(steps) and all(run.facts["texts"])
    assert run.tensors["tables"].shape == (len(steps), model.vocab_size, model.width)
    assert run.tensors["losses"].shape == (training.steps,)
    assert ("positions" in run.tensors) == (model.position == "learned")
    assert ("head" in run.tensors) == (not model.tied)
    assert all(tensor.isfinite().all() for tensor in run.tensors.values())
    losses = run.facts["snapshots"]["validation_loss"]
    assert losses[-1] < losses[len(losses) // 2] < losses[0]
    assert len(language_runs.vocabulary_of(run).pieces) == model.vocab_size == len(run.tensors["counts"])


@pytest.mark.parametrize("name", ["language/rotary", "language/learned", "language/pieces-untied"])
def test_a_shown_runs_model_is_the_one_that_was_trained(name):
    """Its loss on the held text is the one written down, and its vocabulary the one that the corpus gives today."""
    run = runs.load(name)
    text = language_runs.shakespeare(None if len(run.facts["vocabulary"]["merges"]) == 0 else language_runs.PIECES)
    assert language_runs.vocabulary_of(run) == text.vocabulary and torch.equal(run.tensors["counts"], text.counts.int())
    model = language_runs.model_of(run)
    loss = mean_loss(model, text.validation, length=model.settings.context, tokens=65_536)
    assert loss == pytest.approx(run.facts["final_loss"], abs=2e-3)  # its weights were rounded to float16


def test_the_grid_was_made_with_the_settings_of_the_plan():
    for factor in recipe.FACTORS:
        for level in factor.levels:
            for seed in language_runs.SEEDS:
                held = runs.facts(f"recipe/{level.run}-{seed}")
                model, training = recipe.settings(level, seed)
                assert held["model"] == dataclasses.asdict(model)
                assert held["training"] == json.loads(json.dumps(dataclasses.asdict(training)))


def test_length_runs_read_the_same_tokens_at_every_length():
    for name in runs.names("length/*") + runs.names("curriculum/*"):
        lengths = runs.facts(name)["lengths"]
        assert len({each["tokens"] for each in lengths}) == 1
        for each in lengths:
            assert len(each["by_position"]) == each["length"]
            assert sum(each["by_position"]) / each["length"] == pytest.approx(each["loss"], rel=1e-3)


def test_the_curriculum_saw_as_many_tokens():
    for kind in ("rotary", "learned"):
        for seed in language_runs.SEEDS:
            both = [runs.facts(f"curriculum/{kind}-{order}-{seed}") for order in ("fixed", "short_first")]
            assert both[0]["tokens"] == both[1]["tokens"]
