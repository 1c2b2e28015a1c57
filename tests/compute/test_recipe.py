"""The grid: one choice at a time, and a summary that compares seed by seed."""

import dataclasses
import json

import pytest
import torch

from embviz.compute import recipe
from embviz.compute.language_runs import SEEDS
from embviz.compute.language_text import bpe_vocabulary, training_text
from embviz.compute.runs import facts, names

WORDS = "the quick brown fox jumps over the lazy dog and the cat sat on a mat\n" * 400


def test_levels_change_what_their_factor_is_about_and_nothing_else():
    about = {
        "table_rate": {"table_rate"},
        "wide_table_rate": {"table_rate"},
        "wide_head": {"tied"},
        "table_decay": {"table_decay"},
        "dropout": {"embedding_dropout"},
        "small_dropout": {"embedding_dropout"},
        "spread": {"init_std"},
        "clipping": {"clip"},
        "warmup": {"warmup"},
        "hot": {"clip", "warmup"},
        "head": {"tied", "rank"},
    }
    assert {factor.id for factor in recipe.FACTORS} == set(about)
    for factor in recipe.FACTORS:
        first = factor.levels[0]
        for level in factor.levels[1:]:
            pairs = zip(recipe.settings(first), recipe.settings(level), strict=True)
            held = [(dataclasses.asdict(a), dataclasses.asdict(b)) for a, b in pairs]
            changed = {name for a, b in held for name in a if a[name] != b[name]}
            assert changed and changed <= about[factor.id], (level.run, changed)
            assert level.tokens == first.tokens
        assert len({level.label for level in factor.levels}) == len(factor.levels)


def test_makers_name_each_level_and_seed_once():
    levels = {level.run for factor in recipe.FACTORS for level in factor.levels}
    assert set(recipe.makers()) == {f"recipe/{run}-{seed}" for run in levels for seed in SEEDS}
    same_run = {}
    for level in (level for factor in recipe.FACTORS for level in factor.levels):
        made = (recipe.settings(level), level.tokens)
        assert same_run.setdefault(level.run, made) == made


@pytest.fixture
def tiny(monkeypatch):
    vocabulary = bpe_vocabulary(WORDS, 40)
    model = dataclasses.replace(recipe.SMALL_MODEL, vocab_size=vocabulary.size, width=8, context=8, n_heads=2)
    monkeypatch.setattr(recipe, "SMALL_MODEL", model)
    training = dataclasses.replace(recipe.SMALL_TRAINING, steps=6, batch=4, snapshots=3, validation_tokens=64)
    monkeypatch.setattr(recipe, "SMALL_TRAINING", training)
    return training_text(WORDS, vocabulary)


def test_one_run_is_the_same_twice_and_json(tiny):
    level = recipe.Level("low", "low", model={"rank": 2}, tokens=500)
    run, again = recipe.one(level, 1, text=tiny), recipe.one(level, 1, text=tiny)
    assert run == again and json.loads(json.dumps(run.facts, allow_nan=False))["train_tokens"] == 500
    assert run.name == "recipe/low-1" and run.facts["diverged"] is None
    assert len(run.facts["snapshots"]["norms"]) == 3 and run.facts["snapshots"]["step"] == [0, 2, 6]


def test_a_run_that_diverges_says_so(tiny):
    level = recipe.Level("wild", "wild", training={"learning_rate": 1e30, "clip": None})
    run = recipe.one(level, 0, text=tiny)
    assert 0 < run.facts["diverged"] <= 6
    json.dumps(run.facts, allow_nan=False)


def held(level, seed, last, diverged=None):
    curve = {
        "step": [0, 5],
        "validation_loss": [4.0, 3.9],
        "train_loss": [4.0, last - 0.1],
        "norm_frequency": [0.0, 0.5],
    }
    curve["norms"] = [[1.0] * 5, [1.0, 2, 3, 4, 5]]
    return {
        "kind": "recipe", "level": level, "seed": seed, "parameters": {"table": 10, "layers": 5},
        "diverged": diverged, "final_loss": last, "snapshots": curve,
    }  # fmt: skip


def test_differences_are_taken_seed_by_seed():
    factor = recipe.Factor("f", "F", (recipe.Level("base", "on"), recipe.Level("off", "off")))
    runs = [held("base", 0, 3.0), held("base", 1, 3.5), held("base", 2, 9.0), held("other", 0, 1.0)]
    runs += [held("off", 0, 3.1), held("off", 1, 3.4), held("off", 2, 0.0, diverged=3)]
    on, off = recipe.summary(factor, {f"recipe/{i}": run for i, run in enumerate(runs)})
    assert on.seeds == off.seeds == (0, 1) and (on.diverged, off.diverged) == (0, 1)
    torch.testing.assert_close(on.difference, torch.zeros(2))
    torch.testing.assert_close(off.difference, torch.tensor([0.1, -0.1]))
    torch.testing.assert_close(off.final, torch.tensor([3.1, 3.4]))
    assert off.norms.shape == (2, 5) and off.validation.shape == (2, 2) and off.parameters == 15
    with pytest.raises(ValueError, match="'f'"):
        recipe.summary(factor, {"recipe/0": runs[0], "recipe/1": runs[5]})


def test_norms_and_frequency():
    counts = torch.tensor([1, 10, 100, 0, 1000])
    assert recipe.norm_frequency(torch.tensor([1.0, 2, 3, 50, 4]), counts) == pytest.approx(1)
    assert recipe.norm_frequency(torch.tensor([4.0, 3, 2, 50, 1]), counts) == pytest.approx(-1)
    assert recipe.norm_frequency(torch.ones(5), counts) == 0


@pytest.mark.parametrize("factor", recipe.FACTORS, ids=lambda factor: factor.id)
def test_shipped_summaries(factor):
    found = recipe.summary(factor, {name: facts(name) for name in names("recipe/*")})
    assert [each.label for each in found] == [level.label for level in factor.levels]
    for each in found:
        assert each.seeds == SEEDS and not each.diverged and (each.final < each.validation[:, 0] - 0.5).all()
        torch.testing.assert_close(each.difference, each.final - found[0].final)
        assert (each.norms.diff(dim=1) >= 0).all() and each.norm_frequency.abs().max() <= 1
