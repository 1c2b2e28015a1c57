import itertools
import math
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from embviz.compute import glove
from embviz.compute.agreement import agreement
from embviz.compute.corpora import class_labels, class_purity, kingdom, vocabulary
from embviz.compute.glove import (
    GloveTables,
    cooccurrences,
    objective_and_gradients,
    ratios,
    train_glove,
    weighting,
)
from embviz.compute.snapshots import DivergedError, snapshot_steps

CPU = {"device": "cpu"}


def matrix(counts):
    return counts.dense(range(counts.n_words)).numpy()


def counted(tokens, words, window):
    """The counts by their definition, one occurrence at a time, in float64."""
    found = np.zeros((len(words), len(words)))
    for sentence in tokens:
        rows = [words.row_numbers[word] for word in sentence if word in words.row_numbers]
        for place, row in enumerate(rows):
            for other in range(max(0, place - window), place):
                found[row, rows[other]] += 1 / (place - other)
                found[rows[other], row] += 1 / (place - other)
    return found


class TestCounts:
    def test_by_hand(self):
        """a b a c | b c, window 2: a-b at distance 1 twice, a-a at 2, b-c at 2 and at 1, a-c at 1."""
        tokens = [("a", "b", "a", "c"), ("b", "c")]
        words = vocabulary(tokens, min_count=1)
        assert words.words == ("a", "b", "c")
        counts = cooccurrences(tokens, words, window=2)
        assert matrix(counts).tolist() == [[1, 2, 1], [2, 0, 1.5], [1, 1.5, 0]]
        assert counts.rows.tolist() == [0, 0, 0, 1, 1, 2, 2] and counts.columns.tolist() == [0, 1, 2, 0, 2, 0, 1]
        assert counts.dense([2, 0]).tolist() == [[0, 1], [1, 1]] and counts.row(1).tolist() == [2, 0, 1.5]
        assert counts.dense([]).shape == (0, 0)

    @settings(max_examples=80, deadline=None)
    @given(
        tokens=st.lists(st.lists(st.sampled_from("abcdef"), max_size=9), min_size=1, max_size=6),
        window=st.integers(1, 12),
        min_count=st.integers(1, 2),
        at_a_time=st.sampled_from([1, 5, 1 << 24]),
    )
    def test_by_the_definition(self, tokens, window, min_count, at_a_time):
        try:
            words = vocabulary(tokens, min_count=min_count)
        except ValueError:
            return
        expected = counted(tokens, words, window)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(glove, "_OCCURRENCES", at_a_time)
            if not expected.any():
                with pytest.raises(ValueError, match=r"no two words .* within \d+ words"):
                    cooccurrences(tokens, words, window=window)
                return
            counts = cooccurrences(tokens, words, window=window)
        np.testing.assert_allclose(matrix(counts), expected, rtol=1e-6)
        assert bool((counts.values > 0).all()) and len(counts.values) == np.count_nonzero(expected)
        keys = counts.rows.long() * len(words) + counts.columns
        assert bool((keys.diff() > 0).all())

    def test_as_many_pairs_as_are_allowed(self, monkeypatch):
        corpus = kingdom(200)
        words = vocabulary(corpus)
        n = len(cooccurrences(corpus, words).values)
        monkeypatch.setattr(glove, "MAX_PAIRS", n)
        assert len(cooccurrences(corpus, words).values) == n
        for at_a_time in (50, 1 << 24):
            monkeypatch.setattr(glove, "_OCCURRENCES", at_a_time)
            monkeypatch.setattr(glove, "MAX_PAIRS", n - 1)
            with pytest.raises(ValueError, match=f"more than {n - 1:,} pairs .* min_count above 5 .* below 10"):
                cooccurrences(corpus, words)


class TestWeighting:
    def test_equation_9(self):
        found = weighting([0.5, 1, 10, 100, 1000])
        assert found.tolist() == pytest.approx([0.005**0.75, 0.01**0.75, 0.1**0.75, 1, 1], rel=1e-12)
        assert weighting([1, 2, 9], x_max=4, alpha=1).tolist() == [0.25, 0.5, 1]
        assert weighting(torch.tensor([[3.0]]), alpha=0).tolist() == [[1]]


class TestRatios:
    def test_by_hand(self):
        """cold is near ice alone, hot near steam alone, wet near both, dry near neither."""
        tokens = (
            [["ice", "cold"]] * 3 + [["ice", "wet"]] + [["steam", "wet"]] + [["steam", "hot"]] * 4 + [["dry", "hot"]]
        )
        words = vocabulary(tokens, min_count=1)
        counts = cooccurrences(tokens, words)
        found = ratios(counts, words, "ice", "steam", ["cold", "hot", "wet", "dry"])
        assert found.probes == ("cold", "hot", "wet", "dry")
        assert found.given_a.tolist() == [0.75, 0, 0.25, 0] and found.given_b.tolist() == [0, 0.8, 0.2, 0]
        assert found.ratio[:3].tolist() == [math.inf, 0, 1.25] and math.isnan(found.ratio[3])


def drawn_tables(n, dim, seed=0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    shapes = ((n, dim), (n, dim), (n,), (n,))
    return GloveTables(*(torch.randn(shape, generator=generator, dtype=dtype) for shape in shapes))


def equation_8(counts, tables, x_max, alpha):
    """The objective, written for a dense matrix."""
    x = counts.dense(range(counts.n_words)).double()
    seen = x > 0
    error = tables.words @ tables.contexts.T + tables.word_bias[:, None] + tables.context_bias - x.clamp(min=1e-9).log()
    return (torch.where(x < x_max, (x / x_max) ** alpha, 1.0) * error.square())[seen].sum()


class TestGradients:
    @pytest.mark.parametrize(("x_max", "alpha"), [(100.0, 0.75), (2.0, 0.5)])
    def test_autograd(self, x_max, alpha):
        corpus = kingdom(60)
        counts = cooccurrences(corpus, vocabulary(corpus, min_count=1), window=4)
        tables = drawn_tables(counts.n_words, 7)
        loss, gradients = objective_and_gradients(counts, tables, x_max=x_max, alpha=alpha)
        names = ("words", "contexts", "word_bias", "context_bias")
        leaves = GloveTables(*(getattr(tables, name).clone().requires_grad_() for name in names))
        expected = equation_8(counts, leaves, x_max, alpha)
        expected.backward()
        assert loss == pytest.approx(expected.item(), rel=1e-12)
        for name in names:
            torch.testing.assert_close(getattr(gradients, name), getattr(leaves, name).grad, rtol=1e-9, atol=1e-9)

    def test_in_float32(self):
        corpus = kingdom(60)
        counts = cooccurrences(corpus, vocabulary(corpus), window=4)
        tables = drawn_tables(counts.n_words, 5, dtype=torch.float32)
        loss, gradients = objective_and_gradients(counts, tables)
        assert loss == pytest.approx(
            equation_8(counts, drawn_tables(counts.n_words, 5, dtype=torch.float32), 100, 0.75)
        )
        assert gradients.words.dtype == torch.float32 and gradients.contexts.shape == tables.contexts.shape


def by_single_pairs(counts, dim, epochs, seed, rate=0.05):
    """The authors' program in numpy, float64: a random pair at a time, each with its AdaGrad step."""
    draw = np.random.default_rng(seed)
    n, x = counts.n_words, counts.values.double().numpy()
    rows, columns = counts.rows.tolist(), counts.columns.tolist()
    w, c, b, d = ((draw.random(shape) - 0.5) / dim for shape in ((n, dim), (n, dim), n, n))
    squares = [np.ones_like(table) for table in (w, c, b, d)]
    weight = np.minimum(1, x / 100) ** 0.75
    for _ in range(epochs):
        for pair in draw.permutation(len(x)).tolist():
            i, j = rows[pair], columns[pair]
            step = rate * weight[pair] * (w[i] @ c[j] + b[i] + d[j] - math.log(x[pair]))
            steps = (step * c[j], step * w[i], step, step)
            for table, square, row, change in zip((w, c, b, d), squares, (i, j, i, j), steps, strict=True):
                table[row] -= change / np.sqrt(square[row])
                square[row] += change**2
    error = (w[rows] * c[columns]).sum(1) + b[rows] + d[columns] - np.log(x)
    return float(weight @ error**2) / len(x)


def last(*args, **settings):
    *_, snapshot = train_glove(*args, **{**CPU, "snapshots": 1, **settings})
    return snapshot


class TestTraining:
    def test_the_objective_of_single_pairs(self):
        """Within 2 % after as many epochs, over two seeds, and far below where it began."""
        corpus = kingdom(150)
        counts = cooccurrences(corpus, vocabulary(corpus, min_count=3))
        plain = np.mean([by_single_pairs(counts, 8, 12, seed) for seed in (0, 1)])
        runs = [list(train_glove(corpus, dim=8, epochs=12, min_count=3, seed=s, snapshots=1, **CPU)) for s in (0, 1)]
        ours = np.mean([run[-1].loss for run in runs])
        assert ours == pytest.approx(plain, rel=0.02)
        assert ours < 0.5 * runs[0][0].loss

    def test_a_step_of_adagrad(self):
        """In float64, with steps so large that their squares count; twice, so that the first's squares do too."""
        corpus = kingdom(30)
        counts = cooccurrences(corpus, vocabulary(corpus, min_count=1), window=3)
        n, dim, rate = counts.n_words, 3, 0.7
        tables = drawn_tables(n, dim)
        both, weights = glove._stacked(tables), weighting(counts.values)
        (batch,) = glove._dealt(counts, weights, torch.zeros(len(counts.values)), both)
        squares = torch.ones_like(both)
        w, c, b, d = (
            getattr(tables, name).numpy().copy() for name in ("words", "contexts", "word_bias", "context_bias")
        )
        sums = [np.ones_like(table) for table in (w, c, b, d)]
        pairs = list(zip(counts.rows.tolist(), counts.columns.tolist(), counts.values.tolist(), strict=True))
        for _ in range(2):
            steps = [np.zeros_like(table) for table in (w, c, b, d)]
            expected = 0.0
            for (i, j, x), weight in zip(pairs, weights.tolist(), strict=True):
                error = w[i] @ c[j] + b[i] + d[j] - math.log(x)
                expected += weight * error**2
                factor = rate * weight * error
                for step, square, row, change in zip(
                    steps, sums, (i, j, i, j), (factor * c[j], factor * w[i], factor, factor), strict=True
                ):
                    step[row] += change
                    square[row] += change**2
            for table, step, square in zip((w, c, b, d), steps, sums, strict=True):
                table -= step / np.sqrt(square)
            assert glove._trained(both, squares, batch, rate) == pytest.approx(expected, rel=1e-12)
        above, below = both.numpy()[:n], both.numpy()[n:]
        for found, table in ((above[:, :dim], w), (below[:, :dim], c), (above[:, dim], b), (below[:, dim + 1], d)):
            np.testing.assert_allclose(found, table, rtol=1e-9, atol=1e-12)
        assert (above[:, dim + 1] == 1).all() and (below[:, dim] == 1).all()

    def test_every_batch_once_an_epoch_in_a_new_order(self, monkeypatch):
        corpus = kingdom(100)
        counts = cooccurrences(corpus, vocabulary(corpus))
        seen = []
        real = glove._trained
        monkeypatch.setattr(glove, "_trained", lambda *args: (seen.append(args[2]), real(*args))[1])
        last(corpus, dim=2, epochs=3)
        n = glove.LEAST_BATCHES
        epochs = [[id(batch) for batch in seen[start : start + n]] for start in (0, n, 2 * n)]
        assert len(seen) == 3 * n and all(len(set(epoch)) == n for epoch in epochs)
        assert epochs[0] != epochs[1] != epochs[2]
        sizes = [len(batch.weights) for batch in seen[:n]]
        assert sum(sizes) == len(counts.values) and max(sizes) - min(sizes) <= 1

    def test_losses_between_are_near_those_at_an_end(self):
        """A run of so many epochs ends with the objective itself; a longer one passes there with each batch's last."""
        corpus = kingdom(300)
        longer = list(train_glove(corpus, dim=8, epochs=12, snapshots=12, **CPU))
        for epochs in (3, 6, 9):
            exact = last(corpus, dim=8, epochs=epochs)
            assert torch.equal(longer[epochs].vectors, exact.vectors)
            assert exact.loss < longer[epochs].loss < longer[epochs - 1].loss

    def test_a_batch_is_of_limited_size(self, monkeypatch):
        monkeypatch.setattr(glove, "BATCH_PAIRS", 10)
        corpus = kingdom(100)
        n_pairs = len(cooccurrences(corpus, vocabulary(corpus)).values)
        assert last(corpus, dim=2, epochs=1).step == math.ceil(n_pairs / 10)

    def test_the_loss_is_equation_8_a_pair(self):
        """Before training W, W~ and the biases are nearly 0, so that it is nearly the mean of f(X) (log X)²."""
        corpus = kingdom(300)
        counts = cooccurrences(corpus, vocabulary(corpus), window=5)
        first = next(train_glove(corpus, dim=400, window=5, **CPU))
        x = counts.values.double()
        assert first.loss == pytest.approx((weighting(x) * x.log().square()).mean().item(), rel=0.01)

    def test_a_seed_makes_it_again(self):
        corpus = kingdom(200)
        settings = {"dim": 6, "epochs": 3, "min_count": 2}
        before = torch.get_rng_state()
        one, again, other = (last(corpus, seed=seed, **settings) for seed in (5, 5, 6))
        assert torch.equal(before, torch.get_rng_state())
        assert torch.equal(one.vectors, again.vectors) and torch.equal(one.context_vectors, again.context_vectors)
        assert one.loss == again.loss != other.loss and not torch.equal(one.vectors, other.vectors)
        *_, watched = train_glove(corpus, seed=5, snapshots=7, **settings, **CPU)  # looking on changes nothing
        assert torch.equal(watched.vectors, one.vectors)

    def test_one_that_was_stopped_ends_as_one_that_was_not(self):
        corpus = kingdom(200)
        settings = {"dim": 6, "epochs": 3, "min_count": 2, "seed": 5, "snapshots": 4, **CPU}
        plain = list(train_glove(corpus, **settings))
        counting = 10 + 1  # looks while it counts: one a distance, and one after that
        looks = itertools.count(1 - counting)
        found = list(train_glove(corpus, stopping=lambda: next(looks) in (5, 6, 30), **settings))
        assert [each.step for each in found] == [0, 5, 6, 12, 24, 30, 36, 48]
        assert [each.step for each in plain] == [0, 12, 24, 36, 48]
        for one, other in zip([each for each in found if each.step % 12 == 0], plain, strict=True):
            assert torch.equal(one.vectors, other.vectors) and one.loss == other.loss
        assert found[1].vectors.ne(found[2].vectors).any()

    def test_it_is_stopped_while_it_counts(self, monkeypatch):
        monkeypatch.setattr(glove, "_OCCURRENCES", 500)  # many ranges
        corpus = kingdom(200)
        for at in (1, 5, 25):
            looks = itertools.count(1)
            assert list(train_glove(corpus, dim=4, stopping=lambda at=at, looks=looks: next(looks) >= at, **CPU)) == []
            assert next(looks) == at + 1  # it looks once more after it has been told, and never again

    def test_snapshots(self):
        corpus = kingdom(300)
        words = vocabulary(corpus, min_count=2)
        seen = []
        for snapshot in train_glove(corpus, dim=6, epochs=4, min_count=2, snapshots=4, **CPU):
            seen.append((snapshot, snapshot.vectors.clone()))
            snapshot.vectors.zero_()  # copies: nothing done to them reaches the training
            snapshot.context_vectors.zero_()
        snapshots = [snapshot for snapshot, _ in seen]
        assert [s.share for s in snapshots] == [0, 0.25, 0.5, 0.75, 1]
        assert [s.epoch for s in snapshots] == [0, 1, 2, 3, 4]
        total = snapshots[-1].step
        assert [s.step for s in snapshots] == list(snapshot_steps(total, 4)) and total == 4 * glove.LEAST_BATCHES
        losses = [s.loss for s in snapshots]
        assert losses == sorted(losses, reverse=True)
        seconds = [s.seconds for s in snapshots]
        assert seconds[0] == 0 and all(a < b for a, b in itertools.pairwise(seconds))
        assert snapshots[0].tokens_per_second == 0
        assert snapshots[-1].tokens_per_second == pytest.approx(4 * int(words.counts.sum()) / seconds[-1])
        assert snapshots[-1].vocabulary == words.words and torch.equal(snapshots[-1].counts, words.counts)
        final = last(corpus, dim=6, epochs=4, min_count=2)
        assert torch.equal(seen[-1][1], final.vectors)
        assert final.vectors.shape == final.context_vectors.shape == (len(words), 6)
        assert final.vectors.dtype == torch.float32 and final.vectors.device.type == "cpu"

    def test_tokens_of_every_kind(self):
        corpus = kingdom(40)
        flat = [word for sentence in corpus.sentences for word in sentence]
        settings = {"dim": 3, "epochs": 1, "min_count": 2}
        by_corpus, by_sentences, by_generator = (
            last(tokens, **settings) for tokens in (corpus, corpus.sentences, (list(s) for s in corpus.sentences))
        )
        assert torch.equal(by_corpus.vectors, by_sentences.vectors)
        assert torch.equal(by_corpus.vectors, by_generator.vectors)
        assert last(flat, **settings).vocabulary == by_corpus.vocabulary

    @pytest.mark.parametrize("tokens", [["a", "a"], ["a", "b"], ["a", "b", "c"] * 30])
    def test_the_smallest_corpora(self, tokens):
        found = last(tokens, dim=1, epochs=2, min_count=1, window=1)
        assert bool(found.vectors.isfinite().all()) and found.share == 1

    def test_kingdom(self, device):
        """Classes come out of a short training, and two seeds agree on neighbours but not on coordinates."""
        corpus = kingdom()
        one, other = (last(corpus, epochs=15, x_max=10, seed=seed, device=device) for seed in (0, 1))
        labels = class_labels(one.vocabulary, corpus.classes)
        assert min(class_purity(run.vectors, labels) for run in (one, other)) > 0.8
        places = [place for place, label in enumerate(labels) if label]
        found = agreement(one.vectors, other.vectors, k=5, places=places)
        assert found.neighbours.mean() > 0.7 > 10 * found.chance
        assert found.cosines.abs().mean() < 0.25 < 0.9 < found.aligned_cosines.mean()
        assert found.correlations.abs().mean() < 0.6 < 0.9 < found.aligned_correlations.mean()

    @pytest.mark.parametrize("rate", [1e22, 1e30])
    def test_numbers_that_grow_without_end(self, rate):
        with pytest.raises(DivergedError, match=r"stopped at step \d+ .* learning rate below") as error:
            last(kingdom(100), dim=4, epochs=3, min_count=2, learning_rate=rate)
        assert error.value.step >= 1

    def test_settings_are_refused_before_anything_runs(self):
        with pytest.raises(ValueError, match="dim is 0"):
            train_glove(kingdom(10), dim=0)

    def test_as_large_a_table_as_is_allowed(self, monkeypatch):
        corpus = kingdom(100)
        n = len(vocabulary(corpus))
        monkeypatch.setattr(glove, "MAX_NUMBERS", 7 * n)
        assert last(corpus, dim=7, epochs=1).vectors.shape == (n, 7)
        with pytest.raises(ValueError, match=f"{n} words × 8 .* dim must be at most 7"):
            train_glove(corpus, dim=8)

    def test_nothing_is_said(self):
        """Not even torch's note that its sparse tensors are in beta, which it says once in a process."""
        code = (
            "from embviz.compute.glove import train_glove\n"
            "list(train_glove(['a', 'b'] * 9, dim=2, epochs=1, min_count=1, device='cpu'))"
        )
        run = subprocess.run([sys.executable, "-W", "always", "-c", code], capture_output=True, text=True, check=True)
        assert run.stdout == run.stderr == ""


class TestSteps:
    @given(total=st.integers(1, 200), snapshots=st.integers(1, 250))
    def test_spread(self, total, snapshots):
        steps = snapshot_steps(total, snapshots)
        assert steps[0] == 0 and steps[-1] == total and len(steps) == min(total, snapshots) + 1
        gaps = np.diff(steps)
        assert gaps.min() >= 1 and gaps.max() - gaps.min() <= 1


WORDS = ["a", "b"] * 9


@pytest.mark.parametrize(
    ("call", "facts"),
    [
        (lambda: cooccurrences(WORDS, vocabulary(WORDS), window=0), ["window is 0"]),
        (lambda: cooccurrences(WORDS, vocabulary(WORDS), window=101), ["window is 101", "at most 100"]),
        (lambda: cooccurrences(WORDS, vocabulary(WORDS)).row(2), ["place is 2", "0 to 1"]),
        (lambda: weighting([1.0], x_max=0), ["x_max is 0"]),
        (lambda: weighting([1.0], alpha=-1), ["alpha is -1"]),
        (lambda: ratios(cooccurrences(WORDS, vocabulary(WORDS)), vocabulary(WORDS), "a", "c", []), ["'c'"]),
        (lambda: train_glove(WORDS, window=0), ["window is 0"]),
        (lambda: train_glove(WORDS, window=101), ["window is 101", "at most 100"]),
        (lambda: train_glove(WORDS, x_max=-1), ["x_max is -1"]),
        (lambda: train_glove(WORDS, learning_rate=0), ["learning_rate is 0"]),
        (lambda: train_glove(WORDS, epochs=0), ["epochs is 0"]),
        (lambda: train_glove(WORDS, seed=-1), ["seed is -1"]),
        (lambda: train_glove(WORDS, snapshots=0), ["snapshots is 0"]),
        (lambda: train_glove(WORDS, min_count=10), ["no word occurs 10 times"]),
        (lambda: train_glove("a b a b"), ["one str"]),
        (
            lambda: objective_and_gradients(cooccurrences(WORDS, vocabulary(WORDS)), drawn_tables(3, 2)),
            ["3 rows", "2 words"],
        ),
    ],
)
def test_bad_values(call, facts):
    with pytest.raises(ValueError) as error:
        call()
    assert all(fact in str(error.value) for fact in facts), error.value
