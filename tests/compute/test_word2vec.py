import dataclasses
import itertools
import math
import os
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import logsigmoid, softplus

from embviz.compute import corpora, word2vec_batches
from embviz.compute.corpora import Encoded
from embviz.compute.snapshots import DivergedError
from embviz.compute.word2vec import train_word2vec
from embviz.compute.word2vec_batches import Batch, BatchSizes, batch_sizes, portions, window_weights
from embviz.compute.word2vec_steps import Tables

ARCHITECTURES = pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
DEVIATIONS = 5.0
"""Of a normal distribution, beyond which a statistical test fails: by chance once in 1.7 million comparisons."""


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def encoded(sentences: list[list[int]]) -> Encoded:
    flat = list(itertools.chain.from_iterable(sentences))
    starts = [0, *itertools.accumulate(map(len, sentences))]
    return Encoded(torch.tensor(flat, dtype=torch.int64), torch.tensor(starts))


def passed(text: Encoded, *, seed: int = 0, window: int = 2, sizes: BatchSizes, keep=None, negatives=None):
    n = int(text.ids.max()) + 1
    keep = torch.ones(n, dtype=torch.float64) if keep is None else keep
    negatives = torch.ones(n, dtype=torch.float64) / n if negatives is None else negatives
    drawing = portions(text, keep, negatives, sizes, window=window, generator=generator(seed))
    return [step for drawn in drawing for step in drawn()]


def centres_of(batch: Batch) -> torch.Tensor:
    window = (batch.around.shape[1] - batch.kinds.shape[1]) // 2
    return batch.around[:, window : batch.around.shape[1] - window]


def contexts_of(batch: Batch, window: int) -> torch.Tensor:
    """How often each word around is a context: (n, C, C + 2 window), 1 or 0."""
    masks = torch.zeros(*batch.kinds.shape, batch.around.shape[1])
    for place, offset in itertools.product(range(batch.kinds.shape[1]), range(2 * window + 1)):
        masks[:, place, place + offset] = window_weights(window)[batch.kinds[:, place], offset]
    return masks


def pairs_of(batch: Batch, window: int) -> list[tuple[int, int]]:
    """All pairs (centre, context) of a batch."""
    chunks, places, columns = contexts_of(batch, window).nonzero(as_tuple=True)
    return list(zip(centres_of(batch)[chunks, places].tolist(), batch.around[chunks, columns].tolist(), strict=True))


def expected_pairs(sentence: list[int], window: int) -> list[tuple[int, int]]:
    pairs = corpora.window_pairs(sentence, window)
    return [(sentence[pair.centre], sentence[pair.output]) for pair in pairs]


class TestGradients:
    @ARCHITECTURES
    @settings(max_examples=40, deadline=None)
    @given(
        seed=st.integers(0, 10**6),
        window=st.integers(1, 4),
        n=st.integers(1, 3),
        negative=st.integers(1, 7),
        parts=st.integers(1, 4),
    )
    def test_autograd(self, architecture, seed, window, n, negative, parts):
        """One step in float64 is rate times the gradient of the loss written out pair by pair; words repeat, so that
        rows get several gradients, in every role. There may be more parts than chunks."""
        drawn = generator(seed)
        chunk, k, vocabulary, dim, rate = 5, 3, 6, 4, 0.37
        around = torch.randint(vocabulary, (n, chunk + 2 * window), generator=drawn)
        left, right = torch.randint(window + 1, (2, n, chunk), generator=drawn)
        kinds = left * (window + 1) + right
        negatives = torch.randint(vocabulary, (n, k), generator=drawn)
        batch = Batch(around, kinds, negatives)
        vectors, contexts = torch.randn(2, vocabulary, dim, dtype=torch.float64, generator=drawn)
        vectors.requires_grad_(), contexts.requires_grad_()

        loss, pairs = torch.zeros((), dtype=torch.float64), 0
        for c, place in itertools.product(range(n), range(chunk)):
            here = window + place
            low, high = here - int(left[c, place]), here + int(right[c, place])
            near = [int(around[c, j]) for j in range(low, high + 1) if j != here]
            centre = int(around[c, here])
            if architecture == "skipgram":
                told = [(vectors[centre], word) for word in near]
            elif near:
                # the mean, but its gradient goes in full to each context
                mean = sum(vectors[word] for word in near)
                told = [(mean - mean.detach() * (1 - 1 / len(near)), centre)]
            else:
                told = []
            for x, word in told:
                pairs += 1
                loss = loss - logsigmoid(x @ contexts[word])
                for other in negatives[c].tolist():
                    loss = loss - negative / k * logsigmoid(-(x @ contexts[other]))
        if pairs:
            loss.backward()
        zero = torch.zeros_like(vectors)
        expected = [t.detach() - rate * (zero if t.grad is None else t.grad) for t in (vectors, contexts)]

        tables = Tables(
            vectors.detach().clone(), contexts.detach().clone(),
            architecture=architecture, window=window, negative=negative, parts=parts,
        )  # fmt: skip
        found = tables.step(batch, rate, with_loss=True)
        torch.testing.assert_close([tables.vectors, tables.context_vectors], expected, rtol=1e-11, atol=1e-11)
        assert found == pytest.approx((loss.item(), pairs), rel=1e-11, abs=1e-11)

    def test_without_the_loss_the_step_is_the_same(self):
        text = encoded([[0, 1, 2, 3, 1], [4, 0]])
        made = []
        for with_loss in (False, True):
            tables = Tables(*torch.randn(2, 5, 3, generator=generator()), window=2)
            ((batch, share),) = passed(text, sizes=BatchSizes(4, 2, 2))
            assert (tables.step(batch, 0.1, with_loss=with_loss) is None) != with_loss and share == 1.0
            made.append((tables.vectors, tables.context_vectors))
        torch.testing.assert_close(*made, rtol=0, atol=0)


class TestPairs:
    def test_a_sentence_counted_by_hand(self):
        """With a window of 1 nothing is left to chance. 'a b c a' and 'd e', then a lone 'f'."""
        batch, _ = passed(encoded([[0, 1, 2, 0], [3, 4], [5]]), window=1, sizes=BatchSizes(4, 2, 2))[0]
        assert Counter(pairs_of(batch, 1)) == Counter([(0, 1), (1, 0), (1, 2), (2, 1), (2, 0), (0, 2), (3, 4), (4, 3)])

    @settings(max_examples=60, deadline=None)
    @given(
        lengths=st.lists(st.integers(0, 9), min_size=1, max_size=8).filter(sum),
        window=st.integers(1, 5),
        chunk=st.integers(1, 6),
        chunks=st.integers(1, 4),
        seed=st.integers(0, 100),
    )
    def test_windows_do_not_leave_the_sentence(self, lengths, window, chunk, chunks, seed):
        """Whatever the chunks: each word is a centre once, its nearest words are its contexts, and those further away
        only up to the window, on both sides alike."""
        numbers = itertools.count()
        sentences = [[next(numbers) for _ in range(length)] for length in lengths]
        steps = passed(encoded(sentences), window=window, sizes=BatchSizes(chunk, 1, chunks), seed=seed)
        assert steps[-1][1] == 1.0
        found = Counter(itertools.chain.from_iterable(pairs_of(batch, window) for batch, _ in steps))
        assert max(found.values(), default=1) == 1
        for sentence in sentences:
            for centre in sentence:
                reached = {other - centre for c, other in found if c == centre}
                reach = max(map(abs, reached), default=0)
                assert reach <= window
                inside = {o for o in range(-reach, reach + 1) if o and centre + o in sentence}
                assert reached == inside
                assert reach >= 1 or len(sentence) == 1
        assert len({centre for centre, _ in found}) == sum(length for length in lengths if length > 1)

    def test_windows_shrink_evenly(self):
        """A context at distance d is there with probability (window - d + 1) / window."""
        window, passes, length = 4, 60, 200
        text = encoded([list(range(length))])
        found = Counter()
        for seed in range(passes):
            for batch, _ in passed(text, window=window, sizes=BatchSizes(16, 1, 4), seed=seed):
                found.update(abs(a - b) for a, b in pairs_of(batch, window))
        assert set(found) == set(range(1, window + 1))
        for distance, count in found.items():
            # both sides of a centre share one window, hence the factor of 4 on a variance that is that of one side
            n, p = passes * (length - distance), (window - distance + 1) / window
            assert abs(count - 2 * n * p) <= DEVIATIONS * math.sqrt(4 * n * p * (1 - p))

    def test_a_border_between_portions_parts_a_sentence(self, monkeypatch):
        monkeypatch.setattr(word2vec_batches, "PORTION", 3)
        steps = passed(encoded([[0, 1, 2, 3], [4, 5], [6]]), window=1, sizes=BatchSizes(2, 1, 2))
        found = Counter(itertools.chain.from_iterable(pairs_of(batch, 1) for batch, _ in steps))
        # 7 words are 3 portions: 0 1 | 2 3 | 4 5 6
        assert found == Counter([(0, 1), (1, 0), (2, 3), (3, 2), (4, 5), (5, 4)])
        shares = [share for _, share in steps]
        assert shares == sorted(shares) and shares[-1] == 1.0

    def test_removed_words_bring_the_others_nearer(self):
        keep = torch.tensor([1.0, 0.0, 1.0])
        ((batch, _),) = passed(encoded([[0, 1, 2], [1, 1]]), keep=keep, window=1, sizes=BatchSizes(4, 1, 1))
        assert Counter(pairs_of(batch, 1)) == Counter([(0, 2), (2, 0)])


class TestDraws:
    def test_words_are_kept_with_their_probability(self):
        """Each count is within DEVIATIONS of a binomial distribution."""
        counts = torch.tensor([5000, 2000, 400, 20])
        keep = corpora.keep_probabilities(counts, 1e-3)
        assert keep[0] < keep[1] < 0.3
        ids = torch.arange(4).repeat_interleave(counts)[torch.randperm(int(counts.sum()), generator=generator())]
        text, passes = Encoded(ids, torch.tensor([0, len(ids)])), 40
        found = torch.zeros(4)
        for seed in range(passes):
            for batch, _ in passed(text, keep=keep, window=1, sizes=BatchSizes(8, 1, 8), seed=seed):
                has_context = batch.kinds > 0  # the rest only fills the last chunks
                found += torch.bincount(centres_of(batch)[has_context], minlength=4)
        n = passes * counts
        assert ((found - n * keep).abs() <= DEVIATIONS * (n * keep * (1 - keep)).sqrt()).all()

    def test_negatives_have_their_distribution(self):
        """In a batch of m, a word is drawn fewer than two times more or less often than m times its probability. Of a
        part of the distribution that a word shares, whether the draw is this word has a variance of at most 1/4, and
        each word shares at most two parts; so many batches together are within DEVIATIONS."""
        distribution = corpora.negative_distribution(torch.tensor([900, 300, 80, 30, 30, 5, 5, 5, 1]))
        text, sizes = encoded([list(range(9)) * 200]), BatchSizes(4, 6, 5)
        steps = passed(text, negatives=distribution, sizes=sizes)
        found = torch.stack([torch.bincount(batch.negatives.view(-1), minlength=9) for batch, _ in steps])
        wanted = 30 * distribution
        assert (found.sum(dim=1) == 30).all() and ((found - wanted).abs() < 2).all()
        assert len(found) == 90
        assert ((found.sum(dim=0) - 90 * wanted).abs() <= DEVIATIONS * math.sqrt(90 * 0.5)).all()

    def test_every_word_meets_every_negative(self):
        """What is drawn for the chunk of one place in the text has the distribution, too, not a part of it."""
        distribution = torch.tensor([0.5, 0.2, 0.2, 0.06, 0.04], dtype=torch.float64)
        text, sizes, passes = encoded([list(range(64))]), BatchSizes(4, 3, 4), 1500
        negatives = torch.cat([distribution, torch.zeros(59, dtype=torch.float64)])
        found = torch.zeros(5)
        for seed in range(passes):
            for batch, _ in passed(text, negatives=negatives, sizes=sizes, seed=seed):
                (chunk, _) = (centres_of(batch) == 9).nonzero(as_tuple=True)
                found += torch.bincount(batch.negatives[chunk].view(-1), minlength=5)
        n = 3 * passes
        assert found.sum() == n
        assert ((found - n * distribution).abs() <= DEVIATIONS * (n * distribution * (1 - distribution)).sqrt()).all()


class TestSizes:
    COUNTS = torch.tensor([2000, 1200, 400] + 200 * [15])

    @ARCHITECTURES
    @pytest.mark.parametrize("window", [2, 5, 12])
    @pytest.mark.parametrize("rate", [0.025, 0.1])
    def test_no_more_gradients_than_the_bounds(self, architecture, window, rate):
        """Gradients counted in real batches: those of a word's row, on average over words as they occur, and those that
        one draw stands for."""
        keep = corpora.keep_probabilities(self.COUNTS, 0.01)
        negatives = corpora.negative_distribution(self.COUNTS)
        sizes = batch_sizes(self.COUNTS, keep, architecture=architecture, window=window, learning_rate=rate)
        ids = torch.arange(len(self.COUNTS)).repeat_interleave(self.COUNTS)
        ids = ids[torch.randperm(len(ids), generator=generator())]
        text = Encoded(ids, torch.tensor([0, len(ids)]))
        steps = passed(text, keep=keep, negatives=negatives, window=window, sizes=sizes)
        counted, occurring, lumps = [], torch.zeros(len(self.COUNTS)), []
        for batch, _ in steps[:-1]:
            masks, centres = contexts_of(batch, window), centres_of(batch)
            contexts = masks.sum(dim=2)
            inputs, outputs = torch.zeros(2, len(self.COUNTS))
            if architecture == "skipgram":
                pairs = contexts
                inputs.index_add_(0, centres.flatten(), 6 * contexts.flatten())
                outputs.index_add_(0, batch.around.flatten(), masks.sum(dim=1).flatten())
            else:
                pairs = (contexts > 0).float()
                inputs.index_add_(0, batch.around.flatten(), 6 * masks.sum(dim=1).flatten())
                outputs.index_add_(0, centres.flatten(), pairs.flatten())
            drawn = pairs.sum(dim=1, keepdim=True).expand(-1, sizes.negatives) * 5 / sizes.negatives
            outputs.index_add_(0, batch.negatives.flatten(), drawn.flatten())
            lumps.append(rate * drawn.mean())
            occurring.index_add_(0, centres.flatten(), (contexts > 0).float().flatten())
            counted.append(rate * torch.stack([inputs, outputs]))
        mean = (torch.stack(counted).mean(dim=0) @ (occurring / occurring.sum())).max()
        bound = word2vec_batches.STEP_BOUND[architecture]
        assert mean <= 1.05 * bound
        if rate == 0.025:
            assert mean > 0.4 * bound or sizes.chunk * sizes.chunks > word2vec_batches.MAX_BATCH - 50
        assert torch.stack(lumps).mean() <= 1.05 * word2vec_batches.LUMP_BOUND

    @ARCHITECTURES
    def test_small_vocabularies_and_high_rates_have_small_batches(self, architecture):
        def words(counts, rate):
            sizes = batch_sizes(counts, torch.ones(len(counts)), architecture=architecture, learning_rate=rate)
            return sizes.chunk * sizes.chunks

        few, many = torch.full((20,), 1000), torch.full((5000,), 1000)
        assert words(few, 0.4) < words(few, 0.025) < words(many, 0.025) == word2vec_batches.MAX_BATCH
        tiny = torch.full((40,), 1)
        assert words(tiny, 1e-4) <= 40 + 32

    def test_whatever_the_rate_sizes_stay_in_bounds(self):
        for rate in (1e-9, 0.025, 0.3, 1e9):
            sizes = batch_sizes(self.COUNTS, torch.ones(203), learning_rate=rate)
            assert 1 <= sizes.chunk <= 32 and 8 <= sizes.negatives <= 512 and sizes.chunks >= 1
            assert sizes.chunk * sizes.chunks <= word2vec_batches.MAX_BATCH


def plainly(text: Encoded, distribution: np.ndarray, *, dim: int, epochs: int, window=5, negative=5, rate=0.025):
    """Skip-gram as in the papers, pair after pair, in float64 by numpy."""
    drawn = np.random.default_rng(1)
    n = len(distribution)
    vectors, contexts = (drawn.random((n, dim)) * 2 - 1) / dim, np.zeros((n, dim))
    ids, starts = text.ids.numpy(), text.starts.numpy()
    labels, first = np.array([1.0] + [0.0] * negative), rate
    for epoch in range(epochs):
        for done, number in enumerate(drawn.permutation(len(starts) - 1)):
            rate = first * (1 - (epoch + done / len(starts)) / epochs)
            sentence = ids[starts[number] : starts[number + 1]]
            for place, centre in enumerate(sentence):
                reach = drawn.integers(1, window + 1)
                for other in range(max(0, place - reach), min(len(sentence), place + reach + 1)):
                    if other != place:
                        rows = np.concatenate([[sentence[other]], drawn.choice(n, negative, p=distribution)])
                        slopes = labels - 1 / (1 + np.exp(-contexts[rows] @ vectors[centre]))
                        change = slopes @ contexts[rows]
                        np.add.at(contexts, rows, rate * slopes[:, None] * vectors[centre])
                        vectors[centre] += rate * change
    return torch.from_numpy(vectors), torch.from_numpy(contexts)


def loss_of(vectors, contexts, text: Encoded, distribution: torch.Tensor, window: int = 5) -> float:
    """The mean over all pairs within the window, with the expectation over all negatives."""
    pairs = []
    for start, end in itertools.pairwise(text.starts.tolist()):
        pairs += expected_pairs(text.ids[start:end].tolist(), window)
    centres, others = torch.tensor(pairs).T
    vectors, contexts = vectors.double(), contexts.double()
    scores = vectors @ contexts.T
    negatives = 5 * (softplus(scores) @ distribution)
    return (softplus(-scores[centres, others]) + negatives[centres]).mean().item()


KINGDOM = corpora.kingdom(1500)


class TestTraining:
    def test_as_good_as_pair_after_pair(self):
        """The loss on new sentences, after the same epochs, is at most 1 % above that of the plainest training."""
        made, new = KINGDOM.sentences[:300], KINGDOM.sentences[300:600]
        vocabulary = corpora.vocabulary(made, min_count=3)
        text, unseen = corpora.encode(made, vocabulary), corpora.encode(new, vocabulary)
        distribution = corpora.negative_distribution(vocabulary.counts)
        plain = plainly(text, distribution.numpy(), dim=20, epochs=4)
        *_, last = train_word2vec(made, dim=20, epochs=4, min_count=3, sample=0)
        known = 6 * math.log(2)
        reached = loss_of(*plain, unseen, distribution)
        assert reached < 0.75 * known
        assert loss_of(last.vectors, last.context_vectors, unseen, distribution) < 1.01 * reached

    @ARCHITECTURES
    @pytest.mark.parametrize("rate", [0.025, 0.1])
    def test_words_of_a_class_become_neighbours(self, architecture, rate):
        first, *_, last = train_word2vec(KINGDOM, architecture=architecture, dim=50, epochs=12, learning_rate=rate)
        labels = corpora.class_labels(last.vocabulary, KINGDOM.classes)
        chance = corpora.chance_purity(labels)
        assert corpora.class_purity(first.vectors, labels) < chance + 0.1 < 0.25
        assert corpora.class_purity(last.vectors, labels) > 0.9
        assert last.loss < 0.7 * first.loss

    def test_snapshots(self):
        found = list(train_word2vec(KINGDOM, dim=10, epochs=2, snapshots=7, negative=3))
        first, last = found[0], found[-1]
        assert len(found) == 8
        assert (first.step, first.share, first.epoch, first.seconds, first.tokens_per_second) == (0, 0, 0, 0, 0)
        assert first.loss == 4 * math.log(2) and not first.context_vectors.any()
        assert 0.09 < first.vectors.abs().max() <= 0.1
        assert (last.share, last.epoch) == (1.0, 2.0) and last.loss < first.loss
        for one, other in itertools.pairwise(found):
            assert one.step < other.step and one.share < other.share and one.seconds < other.seconds
            assert one.vectors.data_ptr() != other.vectors.data_ptr() and not torch.equal(one.vectors, other.vectors)
        for number, snapshot in enumerate(found[:-1]):
            assert number / 7 <= snapshot.share < (number + 1) / 7
        vocabulary = corpora.vocabulary(KINGDOM)
        assert last.vocabulary == vocabulary.words and torch.equal(last.counts, vocabulary.counts)
        assert last.vectors.shape == last.context_vectors.shape == (len(vocabulary), 10)
        assert last.tokens_per_second == pytest.approx(2 * int(vocabulary.counts.sum()) / last.seconds)

    def test_more_snapshots_than_steps(self):
        found = list(train_word2vec(["a", "b"] * 20, dim=2, epochs=3, snapshots=1000))
        assert len(found) <= 5 and found[-1].share == 1.0 and len({s.step for s in found}) == len(found)

    @ARCHITECTURES
    def test_a_seed_gives_the_same_vectors(self, architecture):
        def last(**others):
            (*_, found) = train_word2vec(KINGDOM, architecture=architecture, dim=16, epochs=1, **others)
            return found

        state = torch.get_rng_state()
        one = last(seed=3, device="cpu")
        for same in ({"seed": 3, "snapshots": 3}, {"seed": 3, "threads": 2}):
            other = last(device="cpu", **same)
            assert torch.equal(one.vectors, other.vectors) and torch.equal(one.context_vectors, other.context_vectors)
        assert not torch.equal(one.vectors, last(seed=4, device="cpu").vectors)
        assert torch.equal(torch.get_rng_state(), state)

    @ARCHITECTURES
    @pytest.mark.parametrize("threads", [1, 2])
    def test_one_that_was_stopped_ends_as_one_that_was_not(self, architecture, threads):
        settings = {"architecture": architecture, "dim": 8, "epochs": 2, "snapshots": 3, "device": "cpu"}
        plain = list(train_word2vec(KINGDOM, threads=threads, **settings))
        looks = itertools.count(1)
        made = train_word2vec(KINGDOM, threads=threads, stopping=lambda: next(looks) in (2, 3), **settings)
        found = [next(made), next(made), next(made)]
        with ThreadPoolExecutor(1) as pool:  # it goes on in another thread
            found += pool.submit(lambda: list(made)).result()
        assert [each.step for each in found[1:3]] == [2, 3] and len(found) == len(plain) + 2
        for one, other in zip([found[0], *found[3:]], plain, strict=True):
            assert one.step == other.step and torch.equal(one.vectors, other.vectors)
            assert torch.equal(one.context_vectors, other.context_vectors)

    def test_changing_a_snapshot_changes_nothing(self):
        plain = list(train_word2vec(KINGDOM, dim=8, epochs=1, snapshots=4))
        for one, other in zip(plain, train_word2vec(KINGDOM, dim=8, epochs=1, snapshots=4), strict=True):
            assert torch.equal(one.vectors, other.vectors)
            other.vectors.zero_(), other.context_vectors.zero_()

    def test_words_sentences_and_corpora(self):
        sentences = [list(sentence) for sentence in KINGDOM.sentences]
        flat = list(itertools.chain.from_iterable(sentences))

        def last(tokens):
            (*_, found) = train_word2vec(tokens, dim=8, epochs=1)
            return found.vectors

        assert torch.equal(last(KINGDOM), last(sentences)) and torch.equal(last(KINGDOM), last(iter(sentences)))
        assert torch.equal(last(flat), last([flat])) and torch.equal(last(flat), last(iter(flat)))
        assert not torch.equal(last(flat), last(sentences))

    def test_nothing_to_learn_from_lone_words(self):
        first, *_, last = train_word2vec([["a"], ["b"]] * 30, dim=4)
        assert torch.equal(first.vectors, last.vectors) and not last.context_vectors.any() and math.isnan(last.loss)

    def test_a_vocabulary_of_one_word(self):
        *_, last = train_word2vec(["a"] * 500, dim=4, sample=0)
        assert last.vocabulary == ("a",) and bool(last.vectors.isfinite().all())

    @ARCHITECTURES
    def test_divergence_is_explained(self, architecture):
        seen = []
        with pytest.raises(DivergedError, match="learning rate below 1000 helps"):
            for snapshot in train_word2vec(KINGDOM, architecture=architecture, learning_rate=1000.0, epochs=2):
                seen.append(snapshot)
        assert 1 <= len(seen) < 20

    @pytest.mark.parametrize("threads", [1, 2])
    def test_threads_are_not_a_setting_of_others(self, monkeypatch, threads):
        """In a thread of Python that has used torch before, and in one that has not."""
        inside, between, used = [], [], []
        gradients = Tables.gradients

        def watched(*arguments, **options):
            inside.append((threading.get_ident(), torch.get_num_threads()))
            return gradients(*arguments, **options)

        def train():
            inside.clear()
            for _ in train_word2vec(KINGDOM, dim=4, epochs=1, snapshots=3, threads=threads, device="cpu"):
                between.append(torch.get_num_threads())
            used.append((len({thread for thread, _ in inside}), {n for _, n in inside}))

        monkeypatch.setattr(Tables, "gradients", watched)
        before, alive = torch.get_num_threads(), threading.active_count()
        train()
        fresh = threading.Thread(target=train)
        fresh.start()
        fresh.join()
        assert used == [(min(threads, os.cpu_count()), {1})] * 2 and set(between) == {before}
        assert threading.active_count() == alive and torch.get_num_threads() == before

    def test_leaving_it_ends_its_threads(self):
        alive = threading.active_count()
        made = train_word2vec(KINGDOM, dim=4, threads=2, snapshots=5, device="cpu")
        next(made), next(made)
        made.close()
        assert threading.active_count() == alive

    @ARCHITECTURES
    def test_on_the_device(self, device, architecture):
        found = [
            list(train_word2vec(KINGDOM, architecture=architecture, dim=16, epochs=1, device=d, snapshots=2))
            for d in (device, "cpu", str(device))
        ]
        for one, other in itertools.combinations(found, 2):
            for a, b in zip(one, other, strict=True):
                assert a.vectors.device.type == a.context_vectors.device.type == "cpu" and a.step == b.step
                torch.testing.assert_close(a.vectors, b.vectors, rtol=1e-3, atol=1e-3)

    def test_values_are_frozen(self):
        with pytest.raises(dataclasses.FrozenInstanceError):
            BatchSizes(1, 1, 1).chunk = 2


@pytest.mark.parametrize(
    ("options", "facts"),
    [
        ({"architecture": "bow"}, ["architecture", "'bow'", "cbow"]),
        ({"dim": 0}, ["dim is 0", "at least 1"]),
        ({"dim": 5000}, ["dim is 5000", "at most 1024"]),
        ({"window": 0}, ["window is 0"]),
        ({"window": 21}, ["window is 21", "at most 20"]),
        ({"negative": 0}, ["negative is 0"]),
        ({"negative": 65}, ["negative is 65", "at most 64"]),
        ({"epochs": 0}, ["epochs is 0"]),
        ({"epochs": 2.5}, ["epochs is 2.5"]),
        ({"learning_rate": 0}, ["learning_rate is 0", "above 0"]),
        ({"learning_rate": math.nan}, ["learning_rate is nan"]),
        ({"sample": 2}, ["sample is 2"]),
        ({"sample": -1}, ["sample is -1"]),
        ({"seed": -1}, ["seed is -1"]),
        ({"snapshots": 0}, ["snapshots is 0"]),
        ({"threads": 0}, ["threads is 0"]),
        ({"min_count": 10**6}, ["no word occurs 1000000 times"]),
    ],
)
def test_bad_values_are_told_on_the_call(options, facts):
    with pytest.raises(ValueError) as error:
        train_word2vec(KINGDOM, **options)
    assert all(fact in str(error.value) for fact in facts), error.value


def test_too_large_a_table(monkeypatch):
    monkeypatch.setattr("embviz.compute.word2vec.MAX_NUMBERS", 50_000)
    words = len(corpora.vocabulary(KINGDOM))
    most = 50_000 // (2 * words)
    assert next(train_word2vec(KINGDOM, dim=most)).vectors.shape == (words, most)
    with pytest.raises(ValueError, match=f"dim must be at most {most}, or min_count above 5"):
        train_word2vec(KINGDOM, dim=most + 1)


def test_a_str_is_no_tokens():
    with pytest.raises(ValueError, match="str"):
        train_word2vec("to be or not to be")
