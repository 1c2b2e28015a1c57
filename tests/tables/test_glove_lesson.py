"""What the lesson on GloVe shows, against the counts of the corpus, sums by hand, and the shipped trainings."""

import math
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch

from embviz.compute import corpora, glove, runs
from embviz.lessons import glove as lesson
from embviz.tables import glove_lesson, glove_runs, texts, word2vec
from embviz.tables.glove_lesson import KINGDOM, SHIPPED, Settings
from embviz.ui.training import Course


@pytest.fixture(scope="module")
def near():
    return glove.cooccurrences(texts.corpus("kingdom"), texts.vocabulary("kingdom"), window=10)


@pytest.mark.parametrize(("settings", "name"), SHIPPED.items(), ids=lambda value: value if type(value) is str else "")
def test_a_shipped_training_is_whole(settings, name):
    made = glove_lesson.shipped(name)
    words, labels = word2vec.chosen(settings.corpus)
    assert made.words == words and made.labels == labels and made.settings == asdict(settings)
    assert made.tables.shape == (glove_lesson.SNAPSHOTS.get(name, 13), len(words), 50)
    assert made.shares[0] == 0 and made.shares[-1] == 1 and made.epochs[-1] == settings.epochs
    assert made.losses[-1] < 0.1 * made.losses[0] and made.purities[-1] > 4 * made.purities[0]


def test_the_shipped_runs_are_offered_and_small():
    offered = glove_runs.makers()
    assert set(offered) == set(runs.names("glove/*"))
    assert sum(path.stat().st_size for path in (runs.RUNS / "glove").iterdir()) < 3_000_000


def test_a_run_comes_back_as_it_was_made():
    settings = Settings("kingdom", dim=8, epochs=1)
    snapshots = tuple(glove_lesson.train(settings, snapshots=2))
    run = glove_lesson.run_of("glove/x", settings, snapshots)
    rows = corpora.ids(run.facts["words"], texts.vocabulary("kingdom"))
    for table, snapshot in zip(run.tensors["tables"], snapshots, strict=True):
        assert torch.equal(table, snapshot.vectors[rows].half())
    assert run.facts["settings"]["dim"] == 8 and run.facts["snapshots"]["epoch"][-1] == 1


def test_training_too_long_lowers_the_error_and_the_purity():
    """What the lesson says beside “Train too long”."""
    long = glove_lesson.shipped(SHIPPED[replace(KINGDOM, epochs=400)])
    best = int(np.argmax(long.purities))
    assert list(long.losses) == sorted(long.losses, reverse=True)
    assert long.epochs[best] == pytest.approx(40, abs=1) and f"{long.purities[best]:.0%}" == "97%"
    assert f"{long.purities[-1]:.0%}" == "74%"
    state = {item.id: item.state for item in lesson.LESSON.tries}["long"]
    asked = {param.name: value for param, value in state.items() if param in lesson.SETTINGS}
    asked |= {"x_max": asked.pop("xmax"), "rate": float(asked["rate"])}
    assert Settings("kingdom", **asked) == replace(KINGDOM, epochs=400)


def test_a_course_stands_beside_the_other_method():
    found = glove_lesson.course(
        corpus="kingdom", method="GloVe", fit=-1, pairs="king queen, king qqqq", **options(KINGDOM)
    )
    other = glove_lesson.course(corpus="kingdom", method="word2vec", fit=3, pairs="")
    assert found.purity_names == ("GloVe", "word2vec") and other.purity_names == ("word2vec", "GloVe")
    assert torch.equal(found.purity, found.purities[:, :2])
    mine, theirs = glove_lesson.shipped(SHIPPED[KINGDOM]), word2vec.shipped("kingdom", "skip-gram")
    placed = np.interp(mine.shares, theirs.shares, theirs.purities)
    np.testing.assert_allclose(found.purities, np.stack([np.arange(25), mine.purities, placed], axis=1), atol=1e-6)
    np.testing.assert_allclose(other.purities[:, 1], theirs.purities, atol=1e-6)
    assert found.snapshots == 25 and other.fit == 3 and other.pairs is None
    made = mine
    king, queen = (made.tables[-1][made.words.index(word)].float() for word in ("king", "queen"))
    assert found.pairs[-1, 1].item() == pytest.approx(torch.cosine_similarity(king, queen, dim=0).item(), abs=1e-5)
    assert found.unknown == ("qqqq",) and found.pair_names == ("king–queen",)


def options(settings):
    return {name: value for name, value in asdict(settings).items() if name != "corpus"}


def test_settings_choose_the_shipped_training_or_the_first_of_the_corpus():
    def of(**asked):
        found = glove_lesson.course(
            corpus="kingdom", method="GloVe", fit=24, pairs="", **options(replace(KINGDOM, **asked))
        )
        return found.settings["seed"], found.settings["epochs"], found.snapshots, found.fit

    assert of() == (0, 25, 25, 24)
    assert of(seed=2) == (2, 25, 13, 12)  # a plane that this training has not is its last
    assert of(seed=7) == of(dim=8) == (0, 25, 25, 24)
    with pytest.raises(ValueError, match="train it yourself"):
        glove_lesson.course(corpus="own:x", method="GloVe", fit=-1, pairs="", **options(KINGDOM))


def test_a_live_training_is_a_course():
    settings = Settings("kingdom", dim=8, epochs=2, seed=5)
    found = Course(settings)
    for snapshot in glove_lesson.train(settings, snapshots=4):
        found = found.then(snapshot, lambda each: glove_lesson.keep(each, settings=settings))
    on, ended = glove_lesson.newest(found, pairs=""), glove_lesson.live_course(found, fit=-1, pairs="king queen")
    assert ended.snapshots == 5 and ended.settings["seed"] == 5 and len(ended.points) == 5 * len(ended.words)
    assert len(on.points) == len(on.words) and on.loss.shape == (5, 2)
    assert 0 < settings.bytes < 50_000_000
    assert replace(glove_lesson.SHAKESPEARE, dim=100).bytes < 500_000_000  # what training allows


@pytest.mark.parametrize("window", [1, 10])
def test_rows_of_counts_are_those_of_all_counts(window):
    rows = texts.vocabulary("kingdom")
    whole = glove.cooccurrences(texts.corpus("kingdom"), rows, window=window)
    places = [40, 3, 280]
    some = glove_lesson.near_words("kingdom", places, window)
    for place in places:
        torch.testing.assert_close(some.row(place), whole.row(place))
    assert not some.row(5).any()  # was not asked for


def test_counts_among_words(near):
    found = glove_lesson.counts(corpus="kingdom", words="King, throne qqqq king the", window=10)
    assert found.words == ("king", "throne", "the") and found.unknown == ("qqqq",)
    places = corpora.ids(found.words, texts.vocabulary("kingdom"))
    torch.testing.assert_close(found.values, near.dense(places))
    torch.testing.assert_close(found.totals, torch.stack([near.row(int(place)).sum() for place in places]))
    assert found.largest == ("throne", "the", found.values[1, 2].item()) or found.largest[:2] == ("king", "the")
    assert found.largest[2] == found.values.clone().fill_diagonal_(0).max() and found.difference < 1e-4
    assert found.empty == pytest.approx((found.values == 0).double().mean().item())
    with pytest.raises(ValueError, match="two words of this corpus"):
        glove_lesson.counts(corpus="kingdom", words="king", window=10)
    filled = glove_lesson.counts(corpus="kingdom", words="king qqqq", window=10)
    assert len(filled.words) == 8 and filled.words[:2] == ("king", "the") and filled.unknown == ("qqqq",)


def test_ratios_are_those_of_the_counts(near):
    probes = "palace queen walked tasted a wore hungry played"
    found = glove_lesson.ratios(corpus="kingdom", pair="king man", probes=probes, window=10)
    rows = texts.vocabulary("kingdom").row_numbers
    a, b = (near.row(rows[word]).double() for word in ("king", "man"))
    for k, probe in enumerate(probes.split()):
        x, y = (row[rows[probe]].item() for row in (a, b))
        assert (found.counts_a[k].item(), found.counts_b[k].item()) == pytest.approx((x, y), rel=1e-5)
        wanted = (x / a.sum().item()) / (y / b.sum().item()) if y else math.inf
        assert found.ratio[k].item() == pytest.approx(wanted, rel=1e-5)
    other = glove_lesson.ratios(corpus="kingdom", pair="king qqqq", probes="zzzz", window=10)
    assert (other.a, other.b) == ("king", "the") and len(other.probes) == 8 and other.unknown == ("qqqq", "zzzz")
    assert not {"king", "the"} & set(other.probes)
    for asked in ({"pair": "king"}, {"pair": "king man queen"}, {"probes": ""}, {"pair": ""}):
        with pytest.raises(ValueError, match="this corpus"):
            glove_lesson.ratios(**{"corpus": "kingdom", "pair": "king man", "probes": "a", "window": 10, **asked})


def test_a_king_from_a_man_in_shakespeare():
    """What the lesson says beside “Tell a king from a man”."""
    probes = "henry crown by for wise woman honest"
    found = glove_lesson.ratios(corpus="Shakespeare", pair="king man", probes=probes, window=10)
    ratio = dict(zip(found.probes, found.ratio.tolist(), strict=True))
    assert max(ratio, key=ratio.get) == "henry" and ratio["henry"] > 100
    assert min(ratio, key=ratio.get) == "honest" and ratio["honest"] < 0.01
    assert ratio["by"] == pytest.approx(1, abs=0.03) and ratio["for"] == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize(("x_max", "alpha"), [(100, 75), (10, 0), (1000, 100)])
def test_the_weighting_over_the_counts(near, x_max, alpha):
    found = glove_lesson.weights(corpus="kingdom", x_max=x_max, alpha=alpha)
    values = near.values.double().numpy()
    f = np.minimum(1, values / x_max) ** (alpha / 100)
    pairs, _ = np.histogram(values, found.edges.numpy())
    weight, _ = np.histogram(values, found.edges.numpy(), weights=f)
    np.testing.assert_allclose(found.pairs, pairs / len(values), atol=1e-12)
    np.testing.assert_allclose(found.weight, weight / f.sum(), atol=1e-12)
    assert pairs.sum() == len(values) == found.n_pairs  # no count lies outside
    assert found.rare == pytest.approx((values < 1).mean())
    assert found.rare_weight == pytest.approx(f[values < 1].sum() / f.sum())
    assert found.full_weight == pytest.approx(f[values >= x_max].sum() / f.sum())
    assert found.once == pytest.approx(min(1, 1 / x_max) ** (alpha / 100)) and found.x[-1] >= x_max


def test_the_shipped_counts_are_shakespeares():
    found = glove_lesson.weights(corpus="Shakespeare", x_max=100, alpha=75)
    rows = texts.vocabulary("Shakespeare")
    values, times = glove_lesson.distinct("Shakespeare")
    assert found.n_pairs == times.sum() and found.n_cells == len(rows) ** 2
    the = glove_lesson.near_words("Shakespeare", [0], 10).row(0)
    assert torch.isin(the[the > 0], values.float()).all()  # the counts of one word are among them


def test_what_seeds_agree_on():
    found = glove_lesson.seeds(pair="GloVe: seeds 0 and 2", coordinate=0, word="KING ")
    a, b = (
        torch.nn.functional.normalize(glove_lesson.shipped(f"glove/kingdom-{seed}").tables[-1].double())
        for seed in (0, 2)
    )
    u, _, v = np.linalg.svd((b.T @ a).numpy())
    turned = b.numpy() @ (u @ v)
    np.testing.assert_allclose(found.before, np.stack([a[:, 0], b[:, 0]], axis=1), atol=1e-6)
    np.testing.assert_allclose(found.after, np.stack([a[:, 0], turned[:, 0]], axis=1), atol=1e-5)
    both = [np.corrcoef(a[:, k], b[:, k])[0, 1] for k in range(50)]
    after = [np.corrcoef(a[:, k], turned[:, k])[0, 1] for k in range(50)]
    assert found.correlation == pytest.approx((both[0], after[0]), abs=1e-5)
    assert found.typical == pytest.approx((np.abs(both).mean(), np.mean(after)), abs=1e-5)
    assert found.cosine[1] == pytest.approx((a.numpy() * turned).sum(axis=1).mean(), abs=1e-5)
    assert found.overlap.mean() > 0.8 and found.chance == pytest.approx(10 / 280)
    # a rotation that knew nothing would do for the words that it was not fitted on what it does for wrong words
    assert found.shuffled < 0.3 < 0.9 < found.held_out < found.typical[1]
    assert found.words[found.place] == "king" and "king" not in found.near[0] and not found.unknown
    assert glove_lesson.seeds(pair="GloVe and word2vec", coordinate=0, word="qqqq").unknown == "qqqq"


def test_each_choice_of_two_trainings_is_there():
    assert tuple(glove_lesson.SEEDS) == lesson.AGREE.options
    for name, method in zip(glove_lesson.WORD2VEC_SEEDS.values(), ("word2vec",) * 2, strict=True):
        made = glove_lesson.shipped(name)
        assert made.words == glove_lesson.shipped(SHIPPED[KINGDOM]).words and made.purities[-1] > 0.9, method


def test_the_answers_by_hand():
    answers = {item.id: item.answer() for item in lesson.LESSON.exercises}
    assert answers == {
        "counted": pytest.approx(1.5),
        "weight": pytest.approx(8),
        "agreed": "The neighbours, hardly each coordinate",
    }


def test_a_text_of_ones_own_is_counted():
    name, kept = texts.hold(corpora.own("The zebra ate green grass. A zebra saw the lion run. " * 40))
    found = glove_lesson.counts(corpus=name, words="zebra grass lion", window=3)
    third = pytest.approx(40 / 3)  # both stand 3 words from "zebra", in 40 sentences each
    assert found.values[0].tolist() == [0, third, third] and found.values[1].tolist() == [third, 0, 0]
    assert glove_lesson.ratios(corpus=name, pair="grass lion", probes="green", window=10).ratio.tolist() == [math.inf]
    assert glove_lesson.weights(corpus=name, x_max=100, alpha=75).n_pairs == 48
    assert kept
