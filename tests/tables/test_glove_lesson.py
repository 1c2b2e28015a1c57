"""What the lesson on GloVe shows, against the counts of the corpus, sums by hand, and the shipped trainings."""

import itertools
import math
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch

from embviz.compute import agreement, corpora, glove, journey, runs
from embviz.lessons import glove as lesson
from embviz.tables import (
    glove_counts,
    glove_lesson,
    glove_runs,
    glove_seeds,
    glove_training,
    texts,
    trained,
    word2vec_training,
)
from embviz.tables.glove_training import KINGDOM, SHIPPED, Settings
from embviz.ui.training import Course


@pytest.fixture(scope="module")
def near():
    return glove.cooccurrences(texts.corpus("kingdom"), texts.vocabulary("kingdom"), window=10)


@pytest.mark.parametrize(("settings", "name"), SHIPPED.items(), ids=lambda value: value if type(value) is str else "")
def test_a_shipped_training_is_whole(settings, name):
    made = glove_training.shipped(name)
    words, labels = trained.chosen(settings.corpus)
    assert made.words == words and made.labels == labels and made.settings == asdict(settings)
    assert made.tables.shape == (glove_training.SNAPSHOTS.get(name, 25), len(words), 50)
    assert made.shares[0] == 0 and made.shares[-1] == 1 and made.epochs[-1] == settings.epochs
    assert made.losses[-1] < 0.1 * made.losses[0] and made.purities[-1] > 4 * made.purities[0]


def test_the_shipped_runs_are_offered_and_small():
    offered = glove_runs.makers()
    assert set(offered) == set(runs.names("glove/*"))
    assert sum(path.stat().st_size for path in (runs.RUNS / "glove").iterdir()) < 6_000_000


def test_a_run_comes_back_as_it_was_made():
    settings = Settings("kingdom", dim=8, epochs=1)
    snapshots = tuple(glove_training.train(settings, snapshots=2))
    run = trained.run_of("glove/x", settings, snapshots)
    rows = corpora.ids(run.facts["words"], texts.vocabulary("kingdom"))
    for table, snapshot in zip(run.tensors["tables"], snapshots, strict=True):
        assert torch.equal(table, snapshot.vectors[rows].half())
    assert run.facts["settings"]["dim"] == 8 and run.facts["snapshots"]["epoch"][-1] == 1


def test_training_too_long_lowers_the_error_and_the_purity():
    """What the lesson says beside “Train too long”."""
    long = glove_training.shipped(SHIPPED[replace(KINGDOM, epochs=400)])
    best = int(np.argmax(long.purities))
    assert list(long.losses) == sorted(long.losses, reverse=True)
    assert long.epochs[best] == pytest.approx(40, abs=1) and f"{long.purities[best]:.0%}" == "97%"
    assert f"{long.purities[-1]:.0%}" == "74%"
    state = {item.id: item.state for item in lesson.LESSON.tries}["long"]
    asked = {param.name: value for param, value in state.items() if param in (lesson.SEED, *lesson.SETTINGS)}
    asked |= {"x_max": asked.pop("xmax"), "rate": float(asked["rate"])}
    assert Settings("kingdom", **asked) == replace(KINGDOM, epochs=400)


def options(settings):
    return {name: value for name, value in asdict(settings).items() if name != "corpus"}


def course(corpus="kingdom", *, other_seed=0, fit=-1, pairs="", **asked):
    given = options(replace(Settings(corpus), **asked))
    return glove_lesson.course(corpus=corpus, other_seed=other_seed, fit=fit, pairs=pairs, **given)


@pytest.mark.parametrize(("seed", "other_seed"), [(0, 0), (1, 0), (2, 1), (0, 2)])
def test_two_trainings_stand_side_by_side(seed, other_seed):
    found = course(seed=seed, other_seed=other_seed, pairs="king queen, king qqqq")
    mine = glove_training.shipped(f"glove/kingdom-{seed}")
    kept = {0: lambda: word2vec_training.shipped("kingdom", "skip-gram")}
    theirs = kept.get(other_seed, lambda: glove_training.shipped(f"glove/word2vec-{other_seed}"))()
    assert [each["seed"] for each in found.settings] == [seed, other_seed] and found.snapshots == 25
    np.testing.assert_allclose(theirs.shares, mine.shares, atol=0.01)  # the same share of each one's own work
    purities = np.stack([np.arange(25), mine.purities, theirs.purities], axis=1)
    np.testing.assert_allclose(found.purities, purities, atol=1e-6)
    assert found.epochs == (mine.epochs, theirs.epochs) and found.losses[0] == mine.losses
    assert found.losses[1][1:] == theirs.losses[1:]
    for made, pairs in ((mine, found.pairs), (theirs, found.other_pairs)):
        king, queen = (made.tables[-1][made.words.index(word)].float() for word in ("king", "queen"))
        assert pairs[-1, 1].item() == pytest.approx(torch.cosine_similarity(king, queen, dim=0).item(), abs=1e-5)
    assert found.unknown == ("qqqq",) and found.pair_names == ("king–queen",)
    for made, points, near in (
        (mine, found.points, found.neighbours),
        (theirs, found.other_points, found.other_neighbours),
    ):
        alone = journey.journey(made.tables, labels=made.labels)
        assert torch.equal(points, alone.points) and torch.equal(near, alone.neighbours)


def test_what_both_have_in_common_is_counted_by_hand():
    found = course(other_seed=1)
    n = len(found.words)
    tables = [
        made.tables[-1].double().numpy()
        for made in (glove_training.shipped("glove/kingdom-0"), glove_training.shipped("glove/word2vec-1"))
    ]
    near = []
    for table in tables:
        unit = table / np.linalg.norm(table, axis=1, keepdims=True)
        scores = unit @ unit.T
        np.fill_diagonal(scores, -np.inf)
        near.append(np.argsort(-scores, axis=1)[:, :10])
    shared = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(*near, strict=True)])
    assert found.common[-1] == pytest.approx(shared, abs=0.002)
    assert 0.4 < found.common[-1] < 0.6 and len(found.common) == 25 and n == 281


def test_a_longer_training_stands_beside_the_nearest_share():
    found, long = course(epochs=400), glove_training.shipped("glove/kingdom-long")
    other = word2vec_training.shipped("kingdom", "skip-gram")
    nearest = [min(range(25), key=lambda k: abs(other.shares[k] - share)) for share in long.shares]
    assert found.snapshots == 21 and found.epochs[1] == tuple(other.epochs[k] for k in nearest)
    np.testing.assert_allclose(found.purities[:, 2], [other.purities[k] for k in nearest], atol=1e-6)
    n = len(found.words)
    rows = journey.journey(other.tables[nearest], labels=other.labels).points
    assert torch.equal(found.other_points, rows) and len(rows) == 21 * n


def test_settings_choose_the_shipped_trainings_or_the_first_of_the_corpus():
    def of(other_seed=0, **asked):
        found = course(other_seed=other_seed, fit=24, **asked)
        return *(each["seed"] for each in found.settings), found.settings[0]["epochs"], found.fit

    assert of() == (0, 0, 25, 24)
    assert of(seed=2, other_seed=2) == (2, 2, 25, 24)
    assert of(seed=7, other_seed=7) == of(dim=8) == (0, 0, 25, 24)
    assert of(epochs=400) == (0, 0, 400, 20)  # a plane that this training has not is its last
    with pytest.raises(ValueError, match="train it yourself"):
        glove_lesson.course(corpus="own:x", other_seed=0, fit=-1, pairs="", **options(KINGDOM))


def test_other_seeds_keep_the_neighbours():
    """What the lesson says beside “Take other seeds”."""
    state = {item.id: item.state for item in lesson.LESSON.tries}["other"]
    assert (state[lesson.SEED], state[lesson.OTHER_SEED]) == (2, 2)
    for method in ("GloVe", "word2vec"):
        one, other = (glove_seeds._final(method, seed) for seed in (0, 2))
        assert agreement.neighbour_overlap(one, other, k=5).mean() > 0.8


def live(asked, snapshots=4, **given):
    found = Course(asked)
    for snapshot in glove_training.train_both(asked, snapshots=snapshots, **given):
        found = found.then(snapshot, lambda each: glove_training.keep_both(each, asked=asked))
    return found


def test_both_train_together_and_each_as_if_it_were_alone():
    asked = glove_training.pair(3, corpus="kingdom", dim=8, epochs=2, seed=5)
    assert asked.word2vec.seed == 3 and asked.word2vec.dim == 8 and asked.corpus == "kingdom"
    seen = list(glove_training.train_both(asked, snapshots=4))
    assert [each.share for each in seen] == [0, 0.25, 0.5, 0.75, 1]
    for each in seen:
        assert abs(each.word2vec.share - each.share) < 0.03
        assert each.seconds == each.glove.seconds + each.word2vec.seconds and each.loss == each.glove.loss
    *_, alone = glove_training.train(asked.glove)
    *_, other = word2vec_training.train(asked.word2vec)
    assert torch.equal(seen[-1].glove.vectors, alone.vectors)
    assert torch.equal(seen[-1].word2vec.vectors, other.vectors)
    read = sum(each.tokens_per_second * each.seconds for each in (seen[-1].glove, seen[-1].word2vec))
    assert seen[-1].tokens_per_second == pytest.approx(read / seen[-1].seconds)


def test_both_are_hurried_and_go_on():
    asked = glove_training.pair(0, corpus="kingdom", dim=4, epochs=2)
    looks = itertools.count(1)
    seen = list(glove_training.train_both(asked, snapshots=2, stopping=lambda: next(looks) in (16, 20)))
    shares = [each.share for each in seen]
    assert len(shares) == 5 and shares == sorted(shares) and shares[0] == 0 and shares[-1] == 1
    *_, plain = glove_training.train_both(asked, snapshots=2)
    for name in ("glove", "word2vec"):
        assert torch.equal(getattr(seen[-1], name).vectors, getattr(plain, name).vectors)
    assert all(each.word2vec.share >= each.share for each in seen)


def test_a_live_training_is_a_course():
    asked = glove_training.pair(3, corpus="kingdom", dim=8, epochs=2, seed=5)
    found = live(asked)
    on, ended = glove_lesson.newest(found, pairs=""), glove_lesson.live_course(found, fit=-1, pairs="king queen")
    assert ended.snapshots == 5 and [each["seed"] for each in ended.settings] == [5, 3]
    n = len(ended.words)
    assert len(ended.points) == len(ended.other_points) == 5 * n
    assert len(on.points) == len(on.other_points) == len(on.words) and on.purities.shape == (5, 3)
    assert len(on.epochs[0]) == len(on.losses[1]) == len(on.common) == 1 and on.epochs[0][0] == 2
    assert 0 < asked.bytes < 50_000_000
    wide = glove_training.pair(0, **asdict(replace(glove_training.SHAKESPEARE, dim=100)))
    assert wide.bytes < 500_000_000 and wide.word2vec.epochs == 5  # what training allows


@pytest.mark.parametrize("window", [1, 10])
def test_rows_of_counts_are_those_of_all_counts(window):
    rows = texts.vocabulary("kingdom")
    whole = glove.cooccurrences(texts.corpus("kingdom"), rows, window=window)
    places = [40, 3, 280]
    some = glove_counts.near_words("kingdom", places, window)
    for place in places:
        torch.testing.assert_close(some.row(place), whole.row(place))
    assert not some.row(5).any()  # was not asked for


def test_counts_among_words(near):
    found = glove_counts.counts(corpus="kingdom", words="King, throne qqqq king the", window=10)
    assert found.words == ("king", "throne", "the") and found.unknown == ("qqqq",)
    places = corpora.ids(found.words, texts.vocabulary("kingdom"))
    torch.testing.assert_close(found.values, near.dense(places))
    torch.testing.assert_close(found.totals, torch.stack([near.row(int(place)).sum() for place in places]))
    assert found.largest == ("throne", "the", found.values[1, 2].item()) or found.largest[:2] == ("king", "the")
    assert found.largest[2] == found.values.clone().fill_diagonal_(0).max() and found.difference < 1e-4
    assert found.empty == pytest.approx((found.values == 0).double().mean().item())
    with pytest.raises(ValueError, match="two words of this corpus"):
        glove_counts.counts(corpus="kingdom", words="king", window=10)
    filled = glove_counts.counts(corpus="kingdom", words="king qqqq", window=10)
    assert len(filled.words) == 8 and filled.words[:2] == ("king", "the") and filled.unknown == ("qqqq",)


def test_ratios_are_those_of_the_counts(near):
    probes = "palace queen walked tasted a wore hungry played"
    found = glove_counts.ratios(corpus="kingdom", pair="king man", probes=probes, window=10)
    rows = texts.vocabulary("kingdom").row_numbers
    a, b = (near.row(rows[word]).double() for word in ("king", "man"))
    for k, probe in enumerate(probes.split()):
        x, y = (row[rows[probe]].item() for row in (a, b))
        assert (found.counts_a[k].item(), found.counts_b[k].item()) == pytest.approx((x, y), rel=1e-5)
        wanted = (x / a.sum().item()) / (y / b.sum().item()) if y else math.inf
        assert found.ratio[k].item() == pytest.approx(wanted, rel=1e-5)
    other = glove_counts.ratios(corpus="kingdom", pair="king qqqq", probes="zzzz", window=10)
    assert (other.a, other.b) == ("king", "the") and len(other.probes) == 8 and other.unknown == ("qqqq", "zzzz")
    assert not {"king", "the"} & set(other.probes)
    for asked in ({"pair": "king"}, {"pair": "king man queen"}, {"probes": ""}, {"pair": ""}):
        with pytest.raises(ValueError, match="this corpus"):
            glove_counts.ratios(**{"corpus": "kingdom", "pair": "king man", "probes": "a", "window": 10, **asked})


def test_a_king_from_a_man_in_shakespeare():
    """What the lesson says beside “Tell a king from a man”."""
    probes = "henry crown by for wise woman honest"
    found = glove_counts.ratios(corpus="Shakespeare", pair="king man", probes=probes, window=10)
    ratio = dict(zip(found.probes, found.ratio.tolist(), strict=True))
    assert max(ratio, key=ratio.get) == "henry" and ratio["henry"] > 100
    assert min(ratio, key=ratio.get) == "honest" and ratio["honest"] < 0.01
    assert ratio["by"] == pytest.approx(1, abs=0.03) and ratio["for"] == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize(("x_max", "alpha"), [(100, 75), (10, 0), (1000, 100)])
def test_the_weighting_over_the_counts(near, x_max, alpha):
    found = glove_counts.weights(corpus="kingdom", x_max=x_max, alpha=alpha)
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
    found = glove_counts.weights(corpus="Shakespeare", x_max=100, alpha=75)
    rows = texts.vocabulary("Shakespeare")
    values, times = glove_counts.distinct("Shakespeare")
    assert found.n_pairs == times.sum() and found.n_cells == len(rows) ** 2
    the = glove_counts.near_words("Shakespeare", [0], 10).row(0)
    assert torch.isin(the[the > 0], values.float()).all()  # the counts of one word are among them


def test_what_seeds_agree_on():
    found = glove_seeds.seeds(pair="GloVe: seeds 0 and 2", coordinate=0, word="KING ")
    a, b = (
        torch.nn.functional.normalize(glove_training.shipped(f"glove/kingdom-{seed}").tables[-1].double())
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
    assert glove_seeds.seeds(pair="GloVe and word2vec", coordinate=0, word="qqqq").unknown == "qqqq"


def test_each_choice_of_two_trainings_is_there():
    assert tuple(glove_seeds.SEEDS) == lesson.AGREE.options
    for name, method in zip(glove_training.WORD2VEC_SEEDS.values(), ("word2vec",) * 2, strict=True):
        made = glove_training.shipped(name)
        assert made.words == glove_training.shipped(SHIPPED[KINGDOM]).words and made.purities[-1] > 0.9, method


def test_the_answers_by_hand():
    answers = {item.id: item.answer() for item in lesson.LESSON.exercises}
    assert answers == {
        "counted": pytest.approx(1.5),
        "weight": pytest.approx(8),
        "agreed": "The neighbours, hardly each coordinate",
    }


def test_a_text_of_ones_own_is_counted():
    name, kept = texts.hold(corpora.own("The zebra ate green grass. A zebra saw the lion run. " * 40))
    found = glove_counts.counts(corpus=name, words="zebra grass lion", window=3)
    third = pytest.approx(40 / 3)  # both stand 3 words from "zebra", in 40 sentences each
    assert found.values[0].tolist() == [0, third, third] and found.values[1].tolist() == [third, 0, 0]
    assert glove_counts.ratios(corpus=name, pair="grass lion", probes="green", window=10).ratio.tolist() == [math.inf]
    assert glove_counts.weights(corpus=name, x_max=100, alpha=75).n_pairs == 48
    assert kept
