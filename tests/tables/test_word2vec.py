"""What the lesson on word2vec shows, against the corpora, the shipped trainings, and sums by hand."""

import math
from dataclasses import replace

import pytest
import torch

from embviz.compute import corpora, runs
from embviz.compute.snapshots import Snapshot
from embviz.tables import texts, trained, word2vec, word2vec_network, word2vec_runs, word2vec_training, word2vec_word
from embviz.tables.word2vec_training import Settings
from embviz.ui.training import Course

EACH = list(word2vec_training.SHIPPED)


@pytest.mark.parametrize("key", EACH)
def test_a_shipped_training_is_whole(key):
    made = word2vec_training.shipped(*key)
    words, labels = trained.chosen(key[0])
    n, rows = len(words), len(texts.vocabulary(key[0]))
    assert made.words == words and made.labels == labels and n <= trained.MOST_SHOWN
    assert made.tables.shape == (word2vec_training.SHIPPED_SNAPSHOTS, n, 50) and made.tables.dtype == torch.float16
    assert made.first.shape == made.last.shape == (rows, 50) and made.contexts.shape == (n, 50)
    assert made.shares[0] == 0 and made.shares[-1] == 1 and list(made.shares) == sorted(made.shares)
    assert made.losses[0] == pytest.approx(6 * math.log(2), rel=1e-4)  # of vectors that know nothing
    assert made.losses[-1] < 0.8 * made.losses[1]
    ids = corpora.ids(words, texts.vocabulary(key[0]))
    assert torch.equal(made.first[ids], made.tables[0]) and torch.equal(made.last[ids], made.tables[-1])
    facts = runs.facts(word2vec_training.SHIPPED[key])
    assert facts["settings"] == vars_of(word2vec_runs.SETTINGS[word2vec_training.SHIPPED[key]]) and facts["seconds"] > 0


def vars_of(settings):
    return {name: getattr(settings, name) for name in settings.__slots__}


def test_the_kingdom_is_learned():
    for architecture in word2vec_training.ARCHITECTURES:
        made = word2vec_training.shipped("kingdom", architecture)
        whole = corpora.class_purity(
            made.last.float(), corpora.class_labels(texts.vocabulary("kingdom").words, texts.corpus("kingdom").classes)
        )
        assert made.purities[0] < 0.15 and made.purities[-1] > 0.8
        assert made.purities[-1] == pytest.approx(whole, abs=0.01)


def test_the_settings_of_a_shipped_training_make_it_again():
    """Exactly on the processor that made it; on another, sums of a training may be rounded in another order."""
    made = word2vec_training.shipped("kingdom", "skip-gram")
    settings = word2vec_runs.SETTINGS["word2vec/kingdom-skipgram"]
    *_, last = every = list(word2vec_training.train(settings, snapshots=word2vec_training.SHIPPED_SNAPSHOTS - 1))
    assert torch.equal(every[0].vectors.half(), made.first)
    assert last.loss == pytest.approx(made.losses[-1], rel=0.05)
    alike = torch.nn.functional.cosine_similarity(last.vectors, made.last.float(), dim=1)
    assert alike.mean() > 0.95


def test_all_shipped_trainings_fit():
    size = sum(path.stat().st_size for path in (runs.RUNS / "word2vec").iterdir())
    assert size < 8_000_000


def test_a_course_shows_the_training():
    made = word2vec_training.shipped("kingdom", "skip-gram")
    found = word2vec.course(
        corpus="kingdom", architecture="skip-gram", fit=-1, pairs="king queen, King–pizza, king qqqq"
    )
    assert found.pair_names == ("king–queen", "king–pizza") and found.unknown == ("qqqq",)
    index = {word: place for place, word in enumerate(found.words)}
    for s in (0, 7, 24):
        table = made.tables[s].float()
        expected = torch.nn.functional.cosine_similarity(table[index["king"]], table[index["pizza"]], dim=0)
        assert found.pairs[s].tolist()[::2] == pytest.approx([s, expected.item()], abs=1e-5)
    assert found.loss[:, 0].tolist() == list(range(25)) and found.purity[:, 0].tolist() == list(range(25))
    assert found.loss[:, 1].tolist() == pytest.approx(made.losses)
    grouped = {found.words[i]: group["name"] for group in found.groups for i in group["rows"]}
    assert grouped == {word: name for name, words in corpora.kingdom().classes.items() for word in words}
    assert {found.words[i] for i in found.senses} == {"bat", "dates"}
    again = word2vec.course(corpus="kingdom", architecture="skip-gram", fit=3, pairs="")
    assert again.fit == 3 and again.pairs is None and not torch.allclose(again.points, found.points)


@pytest.mark.parametrize("pairs", ["king", "king queen prince", "a"])
def test_what_is_no_pair_is_refused(pairs):
    with pytest.raises(ValueError, match="is not a pair"):
        trained.watched(pairs, {"king": 0, "queen": 1})


def test_too_many_pairs_are_refused_and_one_is_followed_once():
    index = {word: k for k, word in enumerate("abcdef")}
    assert trained.watched("a b, a b,,", index) == ((("a", "b"),), ())
    with pytest.raises(ValueError, match="5 pairs are named"):
        trained.watched("a b, a c, a d, a e, a f", index)


def snapshots(corpus, n=4, dim=6):
    rows = texts.vocabulary(corpus)
    generator = torch.Generator().manual_seed(0)
    for k in range(n):
        w, c = (torch.randn(len(rows), dim, generator=generator) for _ in range(2))
        loss = math.nan if k == 0 else 3.0 / k
        yield Snapshot(k, 2.0 * k, k / (n - 1), loss, 100.0, 0.1 * k, w, c, rows.words, rows.counts)


def test_a_live_training_is_shown_as_a_shipped_one_is():
    settings = Settings("kingdom", "CBOW", seed=3)
    every = list(snapshots("kingdom"))
    course = Course(settings)
    for snapshot in every:
        course = course.then(snapshot, lambda s: trained.keep(s, settings=settings))
        now = word2vec.newest(course, pairs="king queen")
        n = len(now.words)
        assert now.points.shape == (n, 2) and now.pairs.shape == (len(course.kept), 2)
        assert now.neighbours.shape == (n, 5) and now.purity.shape == (len(course.kept), 2)
    course = replace(course, ended="done", final=word2vec_training.finish(every[0], every[-1], settings=settings))
    found = word2vec.live_course(course, fit=-1, pairs="king queen")
    shipped = trained.shipped(trained.run_of("word2vec/test", settings, every))
    assert torch.equal(shipped.tables, trained.live(course).tables)
    assert shipped.losses[1:] == pytest.approx(trained.live(course).losses[1:], rel=1e-4)
    assert found.snapshots == 4 and found.settings["seed"] == 3 and found.epochs == (0.0, 2.0, 4.0, 6.0)
    word = word2vec_word.live(course, word="king")
    whole = every[-1].vectors.half().float()
    row = texts.vocabulary("kingdom").row_numbers["king"]
    cosines = torch.nn.functional.cosine_similarity(whole, whole[row], dim=1)
    cosines[row] = -1
    assert [one["word"] for one in word.after] == [
        word.after and texts.vocabulary("kingdom").words[i] for i in cosines.topk(8).indices
    ]


def test_a_name_of_ones_own_text_stays_here():
    name, kept = texts.hold(replace(corpora.kingdom(300), name="your text", classes={}, senses={}))
    settings = Settings(name, "skip-gram")
    course = Course(settings)
    for snapshot in snapshots(name):
        course = course.then(snapshot, lambda s: trained.keep(s, settings=settings))
    found = word2vec.newest(course, pairs="")
    assert found.corpus == "" and name not in str(found) and "corpus" not in found.settings
    with pytest.raises(ValueError, match="on your text is shipped"):
        word2vec_training.shipped(name, "skip-gram")
    assert kept.corpus.n_words == texts.corpus(name).n_words


def test_a_window_by_hand():
    found = word2vec.window(corpus="kingdom", sentence=1, window=1)  # the lion saw the cow near the hill
    assert found.words == ("the", "lion", "saw", "the", "cow", "near", "the", "hill")
    pairs = [
        [0, 1],
        [1, 0],
        [1, 2],
        [2, 1],
        [2, 3],
        [3, 2],
        [3, 4],
        [4, 3],
        [4, 5],
        [5, 4],
        [5, 6],
        [6, 5],
        [6, 7],
        [7, 6],
    ]
    assert found.skipgram.tolist() == pairs
    assert found.cbow.tolist() == [[k, k] for k in range(8)]
    assert found.counts[0] == texts.vocabulary("kingdom").counts[0]
    with pytest.raises(ValueError, match="no sentence 4000"):
        word2vec.window(corpus="kingdom", sentence=4000, window=1)


def test_a_network_by_hand():
    made = word2vec_training.shipped("kingdom", "CBOW")
    rows = texts.vocabulary("kingdom")
    found = word2vec_network.shipped(corpus="kingdom", architecture="CBOW", words="king, queen")
    ids = [rows.row_numbers[word] for word in ("king", "queen")]
    hidden = made.last[ids].float().mean(dim=0)
    torch.testing.assert_close(found.hidden, hidden)
    scores = {word: (made.contexts[i].float() @ hidden).item() for i, word in enumerate(made.words)}
    best = sorted(scores, key=scores.get, reverse=True)[:8]
    assert list(found.outputs) == best and found.scores.tolist() == pytest.approx(
        [scores[word] for word in best], abs=1e-4
    )
    assert found.chances.tolist() == pytest.approx([1 / (1 + math.exp(-scores[word])) for word in best], abs=1e-4)
    assert found.difference < 1e-6 and found.vocabulary == len(rows) and found.unknown is None
    one = word2vec_network.shipped(corpus="kingdom", architecture="skip-gram", words="king queen")
    assert one.inputs == ("king",) and one.difference == 0


@pytest.mark.parametrize("asked", ["", "qqqq", "kinng"])
def test_an_unknown_word_is_named_and_another_is_shown(asked):
    for found in (
        word2vec_network.shipped(corpus="kingdom", architecture="skip-gram", words=asked),
        word2vec_word.shipped(corpus="kingdom", architecture="skip-gram", word=asked),
    ):
        assert found.unknown["asked"] == asked and ("king" in found.unknown["near"]) == (asked == "kinng")


def test_draws_by_their_formulas():
    counts = texts.vocabulary("kingdom").counts.double()
    found = word2vec.draws(corpus="kingdom", power=0.75, sample=1e-3)
    weights = counts**0.75
    torch.testing.assert_close(found.negatives, weights / weights.sum())
    f = counts / counts.sum()
    torch.testing.assert_close(found.kept, ((1e-3 / f).sqrt() + 1e-3 / f).clamp(max=1))
    assert found.named[0]["word"] == "the" and found.named[-1]["count"] == counts.min()
    assert found.often[0] == pytest.approx((counts[:10].sum() / counts.sum()).item())
    assert found.often[1] < found.often[0]
    same = word2vec.draws(corpus="kingdom", power=1.0, sample=0.0)
    torch.testing.assert_close(same.negatives, f)
    assert same.kept.min() == 1 and same.often[0] == pytest.approx(same.often[1])


def test_a_word_stands_in_its_lines():
    found = word2vec_word.shipped(corpus="kingdom", architecture="skip-gram", word=" Bat ")
    sentences = {" ".join(sentence) for sentence in corpora.kingdom().sentences}
    assert found.word == "bat" and len(found.lines) == word2vec_word.LINES
    for line in found.lines:
        said = " ".join((*line["before"], "bat", *line["after"]))
        assert any(said in sentence for sentence in sentences)
    assert found.count == sum(sentence.count("bat") for sentence in corpora.kingdom().sentences)
    assert found.senses == ("animals", "games")


def test_a_word_of_two_senses_lies_between_its_classes():
    """Mean cosines by hand: less than any word of one sense has with its own class, more than most words have."""
    for word in ("bat", "dates"):
        found = word2vec_word.shipped(corpus="kingdom", architecture="skip-gram", word=word)
        close = {one["label"]: one for one in found.closeness}
        for sense in found.senses:
            assert close[sense]["score"] < close[sense]["least"] <= close[sense]["own"] <= 1
            assert close[sense]["score"] > sorted(one["score"] for one in found.closeness)[len(close) // 2]
    made = word2vec_training.shipped("kingdom", "skip-gram")
    index = {word: place for place, word in enumerate(made.words)}
    table = made.tables[-1].double()
    games = [index[word] for word in corpora.kingdom().classes["games"]]
    cosines = torch.nn.functional.cosine_similarity(table[games], table[index["bat"]], dim=1)
    bat = word2vec_word.shipped(corpus="kingdom", architecture="skip-gram", word="bat")
    (score,) = [one["score"] for one in bat.closeness if one["label"] == "games"]
    assert score == pytest.approx(cosines.mean().item(), abs=1e-5)
    racket = word2vec_word.shipped(corpus="kingdom", architecture="skip-gram", word="racket")
    (own,) = [one for one in racket.closeness if one["label"] == "games"]
    others = [place for place in games if place != index["racket"]]
    cosines = torch.nn.functional.cosine_similarity(table[others], table[index["racket"]], dim=1)
    assert own["score"] == pytest.approx(cosines.mean().item(), abs=1e-5) and own["score"] >= own["least"]
