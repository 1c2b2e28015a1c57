"""The two tables of word2vec, and a step that changes them by a batch of words: weighted sums and matrix products.

What is trained is told in `word2vec`, what a batch is in `word2vec_batches`. A window is 2 w + 1 weights, one an offset
from -w to w, 0 for what is no context. So the means of CBOW and the gradients for centres in skip-gram are weighted
sums of rows; gradients for contexts are sums over the words that hear them, whose weights are the same numbers read
along the other diagonal (`Part.along`). Scores with the words around and with negatives are matrix products, one a
chunk. torch's embedding_bag takes rows and adds them up in one go, which saves the table of all windows.

Threads that call torch at the same time wait for each other at each call, even at one that only makes a view. So all
that does not depend on the tables is made for several batches at a time (`ready`), and results go to places made once.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import pad, softplus

from embviz.compute.corpora import Architecture
from embviz.compute.word2vec_batches import Batch, window_weights

Moves = list[tuple[Tensor, Tensor]]
"""Rows of a table, and what is to be added to them."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A part of a batch, n chunks of C words with K negatives each, made ready for a step with a learning rate.

    centres, around and negatives are those of the batch in one long axis; pairs (n, 1, C): minus the rate, times the
    negatives that one draw stands for in the pairs of a word.
    """

    rate: float
    centres: Tensor
    around: Tensor
    negatives: Tensor
    pairs: Tensor


@dataclass(frozen=True, slots=True)
class ReadySkipgram(Ready):
    """windows (n, C, 2 w + 1): the rate times the weights of contexts."""

    windows: Tensor


@dataclass(frozen=True, slots=True)
class ReadyCbow(Ready):
    """In one long axis: near, the rows in the window of each word; shares, their weights in the mean; heard, the
    weights with which words around hear of the chunk's words."""

    near: Tensor
    shares: Tensor
    heard: Tensor


class Tables:
    """The two tables, `vectors` and `context_vectors` (V, dim), and the steps that change them, in their precision.

    A step has two halves: `gradients`, in `parts` of some chunks each, and `change`, of each table. The parts may be
    done at the same time, and so may the tables; the result depends neither on that nor on how many parts there are.
    """

    def __init__(
        self,
        vectors: Tensor,
        context_vectors: Tensor,
        *,
        architecture: Architecture = "skipgram",
        window: int = 5,
        negative: int = 5,
        parts: int = 1,
    ) -> None:
        self.vectors, self.context_vectors, self.n_parts = vectors, context_vectors, parts
        self._kind = Skipgram if architecture == "skipgram" else Cbow
        self._window, self._negative = window, negative
        self._parts: list[Part | None] = [None] * parts
        self._moves: list[tuple[Moves, Moves]] = [([], [])] * parts
        self._losses = [(0.0, 0.0)] * parts

    def step(self, batch: Batch, rate: float, *, with_loss: bool = False) -> tuple[float, float] | None:
        """Move both tables by minus `rate` times the batch's gradients, all of them taken before the step.

        If `with_loss`: the loss before the step, summed over all pairs (x, o), and how many pairs there are.
        """
        for part in range(self.n_parts):
            (ready,) = self.ready([(batch, rate)], part)
            self.gradients(ready, part, with_loss=with_loss)
        self.change(0)
        self.change(1)
        return self.loss() if with_loss else None

    def ready(self, steps: Sequence[tuple[Batch, float]], part: int = 0) -> list[Ready | None]:
        """A part of each of some batches of one size, with its rate; None where there are fewer chunks than parts."""
        n = len(steps[0][0].around)
        few = slice(n * part // self.n_parts, n * (part + 1) // self.n_parts)
        if few.start == few.stop:
            return [None] * len(steps)
        around, kinds, negatives = (
            torch.stack([getattr(batch, name)[few] for batch, _ in steps]) for name in ("around", "kinds", "negatives")
        )
        size = kinds.shape[1], kinds.shape[2], negatives.shape[2]
        if (own := self._parts[part]) is None or own.size != size:
            own = self._parts[part] = self._kind(self.vectors, self.context_vectors, size, self._window, self._negative)
        return own.ready([rate for _, rate in steps], around, kinds, negatives)

    def gradients(self, ready: Ready | None, part: int = 0, *, with_loss: bool = False) -> None:
        """Find by what a part of a batch changes the tables: minus the rate times the gradients."""
        self._moves[part], self._losses[part] = ([], []), (0.0, 0.0)
        if ready is not None and (own := self._parts[part]) is not None:
            self._moves[part] = own.moves(ready)
            if with_loss:
                self._losses[part] = own.loss(ready)

    def loss(self) -> tuple[float, float]:
        """The loss of the last step whose `gradients` were asked for it: its sum over all pairs, and their number."""
        return sum(loss for loss, _ in self._losses), sum(pairs for _, pairs in self._losses)

    def change(self, table: int) -> None:
        """Add what `gradients` found to `vectors` (0) or to `context_vectors` (1)."""
        changed = (self.vectors, self.context_vectors)[table]
        of_parts = [moves[table] for moves in self._moves if moves[table]]
        for same_kind in zip(*of_parts, strict=True):
            for rows, move in same_kind:
                changed.index_add_(0, rows, move)


class Part(ABC):
    """The room in which one thread works at chunks: `size` are their number n, their words C and negatives K."""

    def __init__(
        self, vectors: Tensor, context_vectors: Tensor, size: tuple[int, int, int], window: int, negative: int
    ) -> None:
        self.vectors, self.context_vectors = vectors, context_vectors
        self.size, self.window = size, window
        n, chunk, k = size
        self.each = negative / k
        self.width, self.length, dim = 2 * window + 1, chunk + 2 * window, vectors.shape[1]
        self.weights = window_weights(window).to(vectors)
        self.contexts = self.weights.sum(dim=1)
        self.v, self.to_v = vectors.new_empty(2, n * k, dim)
        self.v_chunks, self.to_v_chunks = self.v.view(n, k, dim), self.to_v.view(n, k, dim)
        self.against = vectors.new_empty(n, k, chunk)
        self.against_turned = self.against.transpose(1, 2)
        self.hearing = self.places(self.length, chunk, -2 * window)
        self.each_word, self.each_around = (self.bags(n * rows) for rows in (chunk, self.length))

    @abstractmethod
    def ready(self, rates: Sequence[float], around: Tensor, kinds: Tensor, negatives: Tensor) -> list[Ready]:
        """Of m batches: m rates, around (m, n, C + 2 w), kinds (m, n, C) and negatives (m, n, K)."""

    @abstractmethod
    def moves(self, ready: Ready) -> tuple[Moves, Moves]:
        """Minus the rate times the gradients, for each table."""

    @abstractmethod
    def loss(self, ready: Ready) -> tuple[float, float]:
        """The loss of what `moves` was last called for, summed over all pairs, and how many they are."""

    def push_away(self, ready: Ready, x: Tensor, x_turned: Tensor, to_x: Tensor) -> None:
        """Add to to_x (n, C, dim) what negatives do to x, of that shape, and write to to_v what x does to them."""
        torch.index_select(self.context_vectors, 0, ready.negatives, out=self.v)
        torch.bmm(self.v_chunks, x_turned, out=self.against)
        self.against.sigmoid_().mul_(ready.pairs)  # -rate σ, for as many negatives as one draw stands for
        to_x.baddbmm_(self.against_turned, self.v_chunks)
        torch.bmm(self.against, x, out=self.to_v_chunks)

    def loss_against(self, ready: Ready, x_turned: Tensor) -> tuple[float, float]:
        """The loss of x with negatives, and how many pairs there are."""
        scores = torch.bmm(self.v_chunks, x_turned)
        loss, pairs = (softplus(scores) * ready.pairs).sum().item(), ready.pairs.sum().item()
        return -loss / ready.rate, -pairs / (ready.rate * self.each)

    def of_batches(self, numbers: Sequence[float]) -> Tensor:
        """A number of each of m batches, (m, 1, 1, 1)."""
        return torch.tensor(numbers, dtype=self.vectors.dtype, device=self.vectors.device).view(-1, 1, 1, 1)

    def of_kinds(self, table: Tensor, kinds: Tensor) -> Tensor:
        """table[kinds], which torch makes more slowly."""
        return table.index_select(0, kinds.reshape(-1)).view(*kinds.shape, *table.shape[1:])

    def places(self, rows: int, others: int, first: int) -> Tensor:
        """Where the rows of each window are among n · others rows: row + first … row + first + 2 w of its chunk."""
        axes = map(torch.arange, (self.size[0], rows, self.width))
        number, row, column = torch.meshgrid(*axes, indexing="ij")
        place = (row + column + first).clamp(0, others - 1)  # weights are 0 beyond
        return (number * others + place).flatten().to(self.vectors.device)

    def bags(self, rows: int) -> Tensor:
        return torch.arange(0, (rows + 1) * self.width, self.width, device=self.vectors.device)

    def along(self, padded: Tensor) -> Tensor:
        """The windows of words, (…, C + 4 w, 2 w + 1) with 2 w rows of zeros on both sides, from the other side.

        Row q is the word at place q around, its columns the words that hear it, from the one 2 w places before it: the
        word around at place q is at column q - t of the window of the word at place t.
        """
        strides = *padded.stride()[:-2], self.width, 2 * self.window
        return padded.as_strided((*padded.shape[:-2], self.length, self.width), strides, 2 * self.window)


class Skipgram(Part):
    """Gradients of skip-gram: x is the vector of a centre, u the context vector of a word around it, v of a negative.

    Of each pair in a window, rate (1 - σ(u · x)) times u goes to x, and times x to u.
    """

    def __init__(self, *arguments) -> None:
        super().__init__(*arguments)
        (n, chunk, _), length, width, w = self.size, self.length, self.width, self.window
        new, dim = self.vectors.new_empty, self.vectors.shape[1]
        self.x, self.u = new(n * chunk, dim), new(n * length, dim)
        self.x_chunks, self.u_chunks = self.x.view(n, chunk, dim), self.u.view(n, length, dim)
        self.x_turned = self.x_chunks.transpose(1, 2)
        self.scores = new(n, length, chunk)
        self.in_windows = self.scores.as_strided((n, chunk, width), (length * chunk, chunk + 1, chunk))
        padded = new(n, chunk + 4 * w, width).zero_()
        self.slopes, self.slopes_along = padded[:, 2 * w : 2 * w + chunk], self.along(padded)
        self.slopes_in_a_row, self.heard_in_a_row = new(n, chunk, width), new(n, length, width)
        self.slopes_flat, self.heard_flat = self.slopes_in_a_row.view(-1), self.heard_in_a_row.view(-1)
        self.near = self.places(chunk, length, 0)

    def ready(self, rates: Sequence[float], around: Tensor, kinds: Tensor, negatives: Tensor) -> list[ReadySkipgram]:
        m, _, chunk = kinds.shape
        centres = around[:, :, self.window : self.window + chunk]
        parts = (
            *(rows.reshape(m, -1) for rows in (centres, around, negatives)),
            self.of_batches(rates) * -self.each * self.of_kinds(self.contexts, kinds)[:, :, None],
            self.of_batches(rates) * self.of_kinds(self.weights, kinds),
        )
        return [ReadySkipgram(*each) for each in zip(rates, *(part.unbind() for part in parts), strict=True)]

    def moves(self, ready: ReadySkipgram) -> tuple[Moves, Moves]:
        torch.index_select(self.vectors, 0, ready.centres, out=self.x)
        torch.index_select(self.context_vectors, 0, ready.around, out=self.u)
        torch.bmm(self.u_chunks, self.x_turned, out=self.scores)
        torch.sigmoid(self.in_windows, out=self.slopes)  # of all scores, those of words in the window
        torch.addcmul(ready.windows, ready.windows, self.slopes, value=-1, out=self.slopes)  # rate (1 - σ), or 0
        self.slopes_in_a_row.copy_(self.slopes)
        self.heard_in_a_row.copy_(self.slopes_along)
        to_x = _sums(self.u, self.near, self.each_word, self.slopes_flat)
        to_u = _sums(self.x, self.hearing, self.each_around, self.heard_flat)
        self.push_away(ready, self.x_chunks, self.x_turned, to_x.view_as(self.x_chunks))
        return [(ready.centres, to_x)], [(ready.around, to_u), (ready.negatives, self.to_v)]

    def loss(self, ready: ReadySkipgram) -> tuple[float, float]:
        near = (softplus(-self.in_windows) * ready.windows).sum().item() / ready.rate
        loss, pairs = self.loss_against(ready, self.x_turned)
        return near + loss, pairs


class Cbow(Part):
    """Gradients of CBOW: x is the mean of the vectors of a word's contexts, u its context vector, v of a negative.

    Of each word, rate (1 - σ(u · x)) times x goes to u, and times u to x, which all its contexts get in full.
    """

    def __init__(self, *arguments) -> None:
        super().__init__(*arguments)
        n, chunk, _ = self.size
        self.shares = self.weights / self.contexts.clamp(min=1)[:, None]
        self.u, self.to_x, self.to_u = self.vectors.new_empty(3, n * chunk, self.vectors.shape[1])
        self.to_x_chunks = self.to_x.view(n, chunk, -1)
        self.slopes = self.vectors.new_empty(n * chunk, 1)
        self.x = self.to_x_chunks

    def ready(self, rates: Sequence[float], around: Tensor, kinds: Tensor, negatives: Tensor) -> list[ReadyCbow]:
        m, _, chunk = kinds.shape
        w = self.window
        centres, near = around[:, :, w : w + chunk], around.unfold(2, self.width, 1)
        heard = self.along(self.of_kinds(self.weights, pad(kinds, (2 * w, 2 * w))))
        parts = (
            *(rows.reshape(m, -1) for rows in (centres, around, negatives)),
            self.of_batches(rates) * -self.each * self.of_kinds(self.contexts.clamp(max=1), kinds)[:, :, None],
            *(rows.reshape(m, -1) for rows in (near, self.of_kinds(self.shares, kinds), heard)),
        )
        return [ReadyCbow(*each) for each in zip(rates, *(part.unbind() for part in parts), strict=True)]

    def moves(self, ready: ReadyCbow) -> tuple[Moves, Moves]:
        x = _sums(self.vectors, ready.near, self.each_word, ready.shares)
        torch.index_select(self.context_vectors, 0, ready.centres, out=self.u)
        torch.mul(x, self.u, out=self.to_x)
        torch.sum(self.to_x, 1, True, out=self.slopes)
        self.slopes.sigmoid_().mul_(-ready.rate).add_(ready.rate)  # rate (1 - σ)
        torch.mul(x, self.slopes, out=self.to_u)
        torch.mul(self.u, self.slopes, out=self.to_x)
        self.x = x.view_as(self.to_x_chunks)
        self.push_away(ready, self.x, self.x.transpose(1, 2), self.to_x_chunks)
        heard = _sums(self.to_x, self.hearing, self.each_around, ready.heard)
        return [(ready.around, heard)], [(ready.centres, self.to_u), (ready.negatives, self.to_v)]

    def loss(self, ready: ReadyCbow) -> tuple[float, float]:
        scores = (self.x * self.u.view_as(self.x)).sum(dim=2)
        near = (softplus(-scores) * ready.pairs[:, 0]).sum().item() / (-self.each * ready.rate)
        loss, pairs = self.loss_against(ready, self.x.transpose(1, 2))
        return near + loss, pairs


def _sums(table: Tensor, rows: Tensor, bags: Tensor, weights: Tensor) -> Tensor:
    """Weighted sums of rows of a table: sum i is of rows[bags[i]] … rows[bags[i + 1] - 1]."""
    return torch.embedding_bag(table, rows, bags, False, 0, False, weights, True)[0]  # 0: a sum
