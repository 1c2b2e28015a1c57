"""What the recipe says of its runs, against the files of the runs, scipy and counts by hand."""

import json
from statistics import mean

import pytest
import torch
from scipy import stats

from embviz import compute
from embviz.compute import recipe as plan
from embviz.compute.language_model import LanguageModel
from embviz.compute.runs import RUNS
from embviz.lessons import LESSONS
from embviz.lessons import recipe as lesson
from embviz.lessons.lesson import query
from embviz.tables import recipe

LESSON_KEYS = {item.slug: {param.key for param in item.params} for item in LESSONS}


def shipped(folder):
    return {path.stem: json.loads(path.read_text("utf-8")) for path in (RUNS / folder).glob("*.json")}


@pytest.mark.parametrize("values", [[0.1, 0.2, 0.15], [-0.3, -0.31, -0.29], [0.0, 0.1, -0.1], [0.02, 0.03, 0.04, 0.01]])
def test_compared_is_the_interval_of_the_paired_t_test(values):
    found = recipe.compared(torch.tensor(values, dtype=torch.float64))
    test = stats.ttest_1samp(values, 0)
    low, high = test.confidence_interval(0.95)
    assert found.mean - found.margin == pytest.approx(low) and found.mean + found.margin == pytest.approx(high)
    assert (found.verdict == "same") == (test.pvalue >= 0.05)
    assert found.verdict == "same" or (found.verdict == "lower") == (found.mean < 0)


def test_no_difference_at_all_is_none_beyond_the_spread():
    assert recipe.compared(torch.zeros(3)).verdict == "same"


def test_one_seed_has_no_spread():
    with pytest.raises(ValueError, match="two seeds or more"):
        recipe.compared(torch.tensor([0.1]))


@pytest.mark.parametrize(
    ("alternatives", "said"),
    [
        (("same", "same"), "no difference"),
        (("same", "higher"), "supported"),
        (("higher", "lower"), "against"),
        (("lower", "same"), "against"),
    ],
)
def test_a_verdict_follows_from_the_comparisons(alternatives, said):
    assert recipe.verdict([recipe.Compared(0.0, 0.0, 3, each) for each in alternatives]) == said


@pytest.mark.parametrize("factor", [each.id for each in plan.FACTORS])
def test_a_grid_holds_what_the_runs_hold(factor):
    found, files = recipe.grid(factor=factor), shipped("recipe")
    (chosen,) = [each for each in plan.FACTORS if each.id == factor]
    levels = [level for level in chosen.levels if level.label not in found.gone]
    assert [level.label for level in levels] == list(found.labels) and len(found.seeds) >= 2
    for k, level in enumerate(levels):
        runs = [files[f"{level.run}-{seed}"] for seed in found.seeds]
        assert found.final[k].tolist() == pytest.approx([run["final_loss"] for run in runs])
        assert found.validation[k].tolist() == [
            pytest.approx(run["snapshots"]["validation_loss"], rel=1e-6) for run in runs
        ]
        assert found.norms[k, 2].item() == pytest.approx(mean(run["snapshots"]["norms"][-1][2] for run in runs))
        if k:
            by_hand = mean(
                files[f"{level.run}-{s}"]["final_loss"] - files[f"{levels[0].run}-{s}"]["final_loss"]
                for s in found.seeds
            )
            assert found.differences[k - 1]["mean"] == pytest.approx(by_hand, abs=1e-6)
    assert found.relative[0].abs().max() == 0
    torch.testing.assert_close(found.relative, found.validation - found.validation[:1])
    stopped = [sum(files[f"{level.run}-{s}"]["diverged"] is not None for s in (0, 1, 2)) for level in levels]
    assert list(found.diverged) == stopped
    assert found.comparisons == sum(len(each.levels) - 1 for each in plan.FACTORS)


def test_an_unknown_factor_is_named():
    with pytest.raises(ValueError, match="factor is 'luck'"):
        recipe.grid(factor="luck")


@pytest.mark.parametrize(("factor", "vocabulary"), [("head", 512), ("head", 2048), ("wide_head", 512)])
def test_counts_are_those_of_models(factor, vocabulary):
    from dataclasses import replace

    (head,) = [each for each in plan.FACTORS if each.id == factor]
    for level, counts in zip(head.levels, recipe.counted(factor=factor, vocabulary=vocabulary).tolist(), strict=True):
        settings, _ = plan.settings(level)
        model = LanguageModel(replace(settings, vocab_size=vocabulary))
        assert sum(each.numel() for each in model.parameters()) == sum(counts)
        assert (counts[2] > 0) == (not settings.tied)


@pytest.mark.parametrize("length", [1, 16, 100])
def test_multiplications_are_those_that_torch_counts(length):
    from torch.utils.flop_counter import FlopCounterMode

    settings = compute.language_model.ModelSettings(vocab_size=50, width=32, n_layers=3, n_heads=2, context=length)
    model = LanguageModel(settings)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.zeros(1, length, dtype=torch.long))
    by_module = counter.get_flop_counts()["Global"]
    dense = sum(count for name, count in by_module.items() if "attention" not in str(name)) / 2
    whole, over = recipe.multiplications(length, width=32, layers=3, vocabulary=50)
    assert (whole - over) * length == dense
    assert over * length == 3 * 2 * 32 * sum(range(1, length + 1))  # token t sees t tokens: a score and a mixing each


def test_lengths_are_those_of_the_runs():
    files = shipped("length")
    found = recipe.lengths(shown="all", part="whole", times=4)
    assert len(found.names) == 8 and found.losses.shape == (8, 4, 3)
    ways = [entry for kind in ("none", "learned", "sinusoidal", "rotary", "alibi") for entry in
            dict.fromkeys((kind, each["variant"]) for each in files[f"{kind}-0"]["lengths"])]  # fmt: skip
    last = recipe.lengths(shown="all", part="last", times=1)
    for k, (kind, way) in enumerate(ways):
        for seed in range(3):
            entries = [each for each in files[f"{kind}-{seed}"]["lengths"] if each["variant"] == way]
            assert found.losses[k, :, seed].tolist() == pytest.approx([each["loss"] for each in entries])
            assert last.losses[k, :, seed].tolist() == pytest.approx([each["last"] for each in entries])
            four = next(each for each in entries if each["factor"] == 4)
            assert found.by_position[k, seed].mean().item() == pytest.approx(four["loss"], rel=1e-3)
            first = mean(four["by_position"][: recipe.BIN])
            assert found.by_position[k, seed, 0].item() == pytest.approx(first, rel=1e-5)
    assert len(found.places) == 4 * found.trained / recipe.BIN and found.places[0] == (recipe.BIN - 1) / 2
    ends = dict(zip(found.names, found.losses[:, -1].mean(dim=1).tolist(), strict=True))
    assert ends[found.lowest] == min(ends.values()) and ends[found.highest] == max(ends.values())
    assert last.losses[:, 0].allclose(found.losses[:, 0], rtol=1e-4)  # at the trained length these are all positions


def test_scalings_and_kinds_are_parts_of_all():
    whole = recipe.lengths(shown="all", part="last", times=8)
    for shown, count in (("kinds", 5), ("scalings", 4)):
        part = recipe.lengths(shown=shown, part="last", times=8)
        assert len(part.names) == count and set(part.names) <= set(whole.names)
        for name, losses in zip(part.names, part.losses, strict=True):
            torch.testing.assert_close(losses, whole.losses[whole.names.index(name)])


@pytest.mark.parametrize(
    ("bad", "said"),
    [({"shown": "some"}, "shown is 'some'"), ({"part": "half"}, "part is 'half'"), ({"times": 3}, "times is 3")],
)
def test_a_bad_choice_is_named(bad, said):
    with pytest.raises(ValueError, match=said):
        recipe.lengths(**{"shown": "all", "part": "whole", "times": 8} | bad)


@pytest.mark.parametrize("position", ["rotary", "learned"])
def test_a_curriculum_is_that_of_its_runs(position):
    files, found = shipped("curriculum"), recipe.curriculum(position=position)
    short, fixed = ([files[f"{position}-{order}-{s}"] for s in range(3)] for order in ("short_first", "fixed"))
    apart = [a["final_loss"] - b["final_loss"] for a, b in zip(short, fixed, strict=True)]
    assert found.difference["mean"] == pytest.approx(mean(apart), abs=1e-6)
    ratios = [a["processor_seconds"] / b["processor_seconds"] for a, b in zip(short, fixed, strict=True)]
    assert found.ratios == pytest.approx(ratios, rel=1e-5) and found.time == pytest.approx(mean(ratios), rel=1e-5)
    assert found.by_length[1, 0].tolist() == pytest.approx([run["lengths"][0]["loss"] for run in short])
    assert found.tokens[-1].item() == fixed[0]["tokens"]
    assert found.lengths == (64, 128, 256)
    one = {length: recipe.multiplications(length, width=64, layers=2, vocabulary=512)[0] for length in found.lengths}
    assert found.saved == pytest.approx(1 - sum(one.values()) / 3 / one[256], rel=1e-3)  # shares have five digits
    assert 0 < found.saved < found.saved_in_earnest < 1


@pytest.mark.parametrize("length", recipe.SHEETS)
def test_a_sheet_says_what_its_evidence_says_and_links_it(length):
    found = recipe.sheet(length=length)
    assert [row["id"] for row in found.rows] == [
        "position", "scaling", "tied", "table_rate", "table_decay", "dropout", "spread", "clipping", "warmup",
        "curriculum",
    ]  # fmt: skip
    for row in found.rows:
        assert row["evidence"]
        for each in row["evidence"]:
            beyond = abs(each["mean"]) > each["margin"]
            assert each["verdict"] == (("lower" if each["mean"] < 0 else "higher") if beyond else "same")
        verdicts = {each["verdict"] for each in row["evidence"]}
        expected = "against" if "lower" in verdicts else "supported" if "higher" in verdicts else "no difference"
        assert row["verdict"] == expected
        deciding = {"against": "lower", "supported": "higher", "no difference": "same"}[expected]
        most = max((each for each in row["evidence"] if each["verdict"] == deciding), key=lambda e: abs(e["mean"]))
        assert row["place"] == most["place"]
        for each in row["evidence"]:
            slug, state = lesson.place_of(each["place"])
            assert query(state) and all(param.key in LESSON_KEYS[slug] for param in state)
            assert (slug == "recipe") == (each["place"] not in ("seeds", "measured"))
    assert found.supported + found.no_difference + found.against == len(found.rows)
    assert 0 < found.attention < 0.1 and found.attention < found.attention_in_earnest < 1


def test_a_place_shows_the_levels_that_are_compared():
    """The labels of a difference stand in the picture that it leads to."""
    for length in recipe.SHEETS:
        for row in recipe.sheet(length=length).rows:
            for each in row["evidence"]:
                if each["place"] in recipe.PLACES:
                    continue
                levels = recipe.grid(factor=each["place"]).differences
                assert any(level["mean"] == each["mean"] for level in levels), (row["id"], each["label"])
                slug, state = lesson.place_of(each["place"])
                name = state.get(lesson.FACTOR)
                assert slug == "recipe" and (name is None or lesson.FACTORS[name] == each["place"])
    places = {e["place"] for n in recipe.SHEETS for row in recipe.sheet(length=n).rows for e in row["evidence"]}
    assert set(recipe.PLACES) < places


def test_a_sheet_compares_with_the_advice():
    files, found = shipped("length"), recipe.sheet(length=131072)
    by_id = {row["id"]: row for row in found.rows}

    def at_the_end(kind, way, seed):
        (entry,) = [e for e in files[f"{kind}-{seed}"]["lengths"] if e["variant"] == way and e["factor"] == 8]
        return entry["loss"]

    advised = [at_the_end("rotary", "yarn", seed) for seed in range(3)]
    alibi = mean(at_the_end("alibi", "unchanged", seed) - advised[seed] for seed in range(3))
    linear = mean(at_the_end("rotary", "linear", seed) - advised[seed] for seed in range(3))
    means = {(row, each["label"]): each["mean"] for row in by_id for each in by_id[row]["evidence"]}
    assert means["position", "ALiBi"] == pytest.approx(alibi, abs=1e-5)
    assert means["scaling", "linear"] == pytest.approx(linear, abs=1e-5)
    short = recipe.curriculum(position="rotary").difference
    assert means["curriculum", "fixed"] == -short["mean"]


def test_a_sheet_of_another_length_is_refused():
    with pytest.raises(ValueError, match="length is 2048"):
        recipe.sheet(length=2048)


def test_the_prompts_say_what_the_runs_show():
    spread = recipe.grid(factor="spread")
    ends = dict(zip(spread.labels, spread.final.mean(dim=1).tolist(), strict=True))
    small, root, one = ends
    assert ends[root] < ends[small] < ends[one] and [each["verdict"] for each in spread.differences] == [
        "lower",
        "higher",
    ]
    assert 7.5 < spread.norms[2, 2] < 8.5  # the square root of 64 rows of spread 1
    hot = recipe.grid(factor="hot")
    assert hot.rate == pytest.approx(6 * hot.usual_rate)
    assert {each["verdict"] for each in hot.differences} == {"same"} and not any(hot.diverged)
    kinds = recipe.lengths(shown="kinds", part="whole", times=8)
    means = dict(zip(kinds.names, kinds.losses.mean(dim=2).tolist(), strict=True))
    assert min(means, key=lambda name: means[name][0]) == max(means, key=lambda name: means[name][-1]) == "rotary"
    assert abs(means["ALiBi"][-1] - means["ALiBi"][0]) < 0.02
    scalings = recipe.lengths(shown="scalings", part="whole", times=8)
    assert scalings.lowest == "YaRN" and (scalings.losses[:, -1] > scalings.losses[:, 0].max()).all()
    (row,) = [each for each in recipe.sheet(length=131072).rows if each["id"] == "position"]
    assert {each["label"]: each["verdict"] for each in row["evidence"]}["ALiBi"] == "lower"


def test_the_answers_by_hand():
    answers = {item.id: item.answer() for item in lesson.LESSON.exercises}
    assert answers["untied"] == 8192 * 64
    rates, lengths = recipe.grid(factor="table_rate"), recipe.lengths(shown="kinds", part="whole", times=8)
    assert answers["rate"] == "1" and all(each["verdict"] == "higher" for each in rates.differences)
    assert answers["length"] == lengths.lowest == "ALiBi"
