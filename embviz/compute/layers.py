"""Embedding layers: ids (batch, seq) of int64 in, vectors (batch, seq, embed_dim) out.

- `TokenEmbedding`, `TransformerEmbedding`: Vaswani et al. 2017, "Attention Is All You Need", section 3.4 (the token row
  times sqrt(embed_dim)) and 3.5 (plus a position row, then dropout, section 5.4).
- `LearnedPositionalEmbedding`: Gehring et al. 2017, section 3.1; as used by BERT and GPT-2.
- `SinusoidalPositionalEmbedding`: Vaswani et al. 2017, section 3.5; the formula is in `embviz.compute.positions`.
- `FactorizedTokenEmbedding`: Lan et al. 2019, "ALBERT", section 3.1.
- `BertEmbedding`: Devlin et al. 2018, "BERT", section 3 and figure 2.

Conventions: tables are drawn from N(0, init_std), by torch's generator or by the one given as `generator`, and a given
one is all that is used. Dtype and device follow the module (`.to`, `.half`). ValueError for ids that are not whole
numbers, not (batch, seq), or outside the table, with the id and the table's size; for sizes below 1; and for a sequence
longer than a learned table of positions, with both lengths. An empty batch or sequence gives an empty result.
"""

import math
from collections.abc import Callable
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from embviz.compute.checks import (
    checked_base,
    checked_dropout,
    checked_even,
    checked_ids,
    checked_length,
    checked_padding,
    checked_shape,
    checked_size,
    checked_std,
)
from embviz.compute.demonstration import told
from embviz.compute.onehot import one_hot
from embviz.compute.positions import sinusoidal

PositionKind = Literal["learned", "sinusoidal", "none"]


class TokenEmbedding(nn.Module):
    """A table with one row a vocabulary entry: ids (batch, seq) to their rows (batch, seq, embed_dim).

    With `scale` the rows are multiplied by sqrt(embed_dim) on the way out. `weight`, (vocab_size, embed_dim), is the
    table, unscaled.

    The row of `padding_idx` starts as zeros and training leaves it there. Its gradient is always zero, also the part
    that comes from another use of `weight`, such as an output layer that shares it; and a zero row without gradient
    gives an optimizer nothing to scale, decay or carry on as momentum. A hook on the parameter sees to that; it stays
    through `.to`, copying, pickling, and another parameter put in place of `weight`. Values from outside
    (`load_state_dict`, another layer's parameter) are taken as they are: the row then keeps what it came with.
    """

    def __init__(
        self,
        vocab_size: int,
        embed_dim: int,
        *,
        padding_idx: int | None = None,
        init_std: float = 0.02,
        scale: bool = False,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.vocab_size = checked_size("vocab_size", vocab_size)
        self.embed_dim = checked_size("embed_dim", embed_dim)
        self.padding_idx = checked_padding(padding_idx, self.vocab_size)
        self.scale = math.sqrt(self.embed_dim) if scale else 1.0
        self.weight = _drawn(self.vocab_size, self.embed_dim, init_std, generator)
        if self.padding_idx is not None:
            with torch.no_grad():
                self.weight[self.padding_idx] = 0.0

    def forward(self, ids: Tensor) -> Tensor:
        ids = checked_ids(ids, self.vocab_size, rank=2)
        rows = F.embedding(ids, self.weight, self.padding_idx)
        return rows if self.scale == 1.0 else rows.mul_(self.scale)  # in place: these rows are this call's own copy

    def register_parameter(self, name: str, param: nn.Parameter | None) -> None:
        super().register_parameter(name, param)
        self._hold_padding()

    def __setstate__(self, state: dict) -> None:
        super().__setstate__(state)
        self._hold_padding()  # a copied or unpickled parameter comes without its hooks

    def _hold_padding(self) -> None:
        weight = self._parameters["weight"]
        if self.padding_idx is not None and weight is not None and weight.requires_grad:
            weight.register_post_accumulate_grad_hook(_ZeroGradient(self.padding_idx))

    def extra_repr(self) -> str:
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.vocab_size}, {self.embed_dim}{padding}" + (", scale=True" if self.scale != 1.0 else "")


class LearnedPositionalEmbedding(nn.Module):
    """A table with one row a position, `weight` (max_seq_len, embed_dim), trained like any other.

    Takes the ids (batch, seq) only for their shape and returns the first seq rows for every sequence of the batch,
    (batch, seq, embed_dim): the rows alone, added to nothing, as an expanded view that is not to be written into.
    """

    def __init__(
        self,
        max_seq_len: int,
        embed_dim: int,
        *,
        init_std: float = 0.02,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.max_seq_len = checked_size("max_seq_len", max_seq_len)
        self.embed_dim = checked_size("embed_dim", embed_dim)
        self.weight = _drawn(self.max_seq_len, self.embed_dim, init_std, generator)

    def forward(self, ids: Tensor) -> Tensor:
        batch, seq = checked_shape(ids, rank=2).shape
        checked_length(seq, self.max_seq_len)
        return _for_each(batch, self.weight[:seq])

    def extra_repr(self) -> str:
        return f"{self.max_seq_len}, {self.embed_dim}"


class SinusoidalPositionalEmbedding(nn.Module):
    """Position rows from a formula, (seq, embed_dim) for any seq: nothing to train, no parameters.

    Takes the ids (batch, seq) only for their shape and returns PE(0) … PE(seq - 1) for every sequence of the batch,
    (batch, seq, embed_dim): the rows alone, added to nothing, as an expanded view that is not to be written into.
    Interleaved layout. `embed_dim` must be even and `base` above 1 (ValueError).

    `table` holds max_seq_len rows and grows when a longer sequence comes, to the values that a table built that long at
    once has. It is not in the state_dict: (embed_dim, base) determine it, and a stored table would make a checkpoint
    fit only layers that have met equally long sequences. A change of dtype or device computes it anew, from float64, so
    it does not keep the rounding of the dtype it had before.
    """

    table: Tensor

    def __init__(self, max_seq_len: int, embed_dim: int, *, base: float = 10000.0) -> None:
        super().__init__()
        self.max_seq_len = checked_size("max_seq_len", max_seq_len)
        self.embed_dim = checked_even("embed_dim", embed_dim)
        self.base = checked_base(base)
        like = torch.empty(0)
        self.register_buffer("table", self._rows(self.max_seq_len, like), persistent=False)

    def forward(self, ids: Tensor) -> Tensor:
        batch, seq = checked_shape(ids, rank=2).shape
        if seq > len(self.table):
            self.table = self._rows(max(seq, 2 * len(self.table)), self.table)
        return _for_each(batch, self.table[:seq])

    def _rows(self, n_positions: int, like: Tensor) -> Tensor:
        with torch.inference_mode(False):  # a table that grew while only predicting must do for training too
            return sinusoidal(n_positions, self.embed_dim, base=self.base, device=like.device, dtype=like.dtype)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> "SinusoidalPositionalEmbedding":
        before = self.table
        super()._apply(fn, recurse)
        if (self.table.dtype, self.table.device) != (before.dtype, before.device):
            self.table = self._rows(len(before), self.table)
        return self

    def extra_repr(self) -> str:
        return f"{self.max_seq_len}, {self.embed_dim}, base={self.base:g}"


class TransformerEmbedding(nn.Module):
    """What a transformer's first block receives: token rows, times sqrt(embed_dim) if `scale`, plus position rows.

        x = dropout(sqrt(embed_dim) · W[ids] + P[0 … seq - 1])

    `token` is the `TokenEmbedding`, `position` the layer of positions or None for "none", `dropout` the nn.Dropout,
    active while training. A padding token's own row is zero, so its x is the position's row. With "learned" a sequence
    may have up to max_seq_len positions, with "sinusoidal" and "none" any number.
    """

    def __init__(
        self,
        vocab_size: int,
        embed_dim: int,
        max_seq_len: int,
        *,
        position: PositionKind = "learned",
        dropout: float = 0.1,
        padding_idx: int | None = 0,
        scale: bool = True,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.max_seq_len = checked_size("max_seq_len", max_seq_len)
        self.token = TokenEmbedding(vocab_size, embed_dim, padding_idx=padding_idx, scale=scale, generator=generator)
        self.position: LearnedPositionalEmbedding | SinusoidalPositionalEmbedding | None
        if position == "learned":
            self.position = LearnedPositionalEmbedding(max_seq_len, embed_dim, generator=generator)
        elif position == "sinusoidal":
            self.position = SinusoidalPositionalEmbedding(max_seq_len, embed_dim)
        elif position == "none":
            self.position = None
        else:
            raise ValueError(f'position is {position!r}; it must be "learned", "sinusoidal" or "none"')
        self.dropout = nn.Dropout(checked_dropout(dropout))

    def forward(self, ids: Tensor) -> Tensor:
        x = self.token(ids)
        if self.position is not None:
            x = x + self.position(ids)
        return self.dropout(x)


class FactorizedTokenEmbedding(nn.Module):
    """A token table of low rank: a small table (vocab_size, rank) and one matrix (embed_dim, rank) for all tokens.

    `token` is the `TokenEmbedding` of width rank, `projection` the matrix; there is no bias, so the full table would be
    token.weight @ projection.T and a zero row stays zero. vocab_size · rank + rank · embed_dim parameters in place of
    vocab_size · embed_dim: fewer if rank < vocab_size · embed_dim / (vocab_size + embed_dim).
    """

    def __init__(
        self,
        vocab_size: int,
        rank: int,
        embed_dim: int,
        *,
        padding_idx: int | None = None,
        init_std: float = 0.02,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        checked_size("vocab_size", vocab_size)
        self.rank = checked_size("rank", rank)
        self.embed_dim = checked_size("embed_dim", embed_dim)
        self.token = TokenEmbedding(vocab_size, rank, padding_idx=padding_idx, init_std=init_std, generator=generator)
        self.projection = _drawn(self.embed_dim, self.rank, init_std, generator)

    def forward(self, ids: Tensor) -> Tensor:
        return F.linear(self.token(ids), self.projection)

    def extra_repr(self) -> str:
        return f"rank={self.rank}, embed_dim={self.embed_dim}"


class BertEmbedding(nn.Module):
    """The embedding layer of BERT: ids (batch, seq) and token types of the same shape to (batch, seq, embed_dim).

        x = dropout(LayerNorm(token[ids] + position[0 … seq - 1] + token_type[token_type_ids]))

    `token`, `position` and `token_type` are nn.Embedding, `norm` is nn.LayerNorm over the width with `eps` added to the
    variance, `dropout` nn.Dropout. `token_type_ids` is all 0, the first sentence, if not given. Nothing is scaled, and
    the row of [PAD] is a row like any other.
    """

    def __init__(
        self,
        vocab_size: int,
        embed_dim: int,
        max_seq_len: int,
        *,
        n_token_types: int = 2,
        dropout: float = 0.1,
        init_std: float = 0.02,
        eps: float = 1e-12,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        sizes = (("vocab_size", vocab_size), ("max_seq_len", max_seq_len), ("n_token_types", n_token_types))
        checked_size("embed_dim", embed_dim)
        tables = [_drawn(checked_size(name, size), embed_dim, init_std, generator) for name, size in sizes]
        self._build(*tables, torch.ones(embed_dim), torch.zeros(embed_dim), eps=eps, dropout=dropout)

    @classmethod
    def from_tensors(
        cls,
        tokens: Tensor,
        positions: Tensor,
        token_types: Tensor,
        norm_weight: Tensor,
        norm_bias: Tensor,
        eps: float = 1e-12,
    ) -> "BertEmbedding":
        """The layer over given tables, tokens (vocab, dim), positions (max_seq_len, dim), token_types (types, dim), and
        the LayerNorm's weight and bias (dim,): frozen and without dropout, as for looking at a trained model.

        No tensor is copied: the layer reads the caller's memory. Tables may be of another dtype than the LayerNorm,
        such as float16; the rows looked up are then brought to the LayerNorm's before anything is added. ValueError if
        the shapes do not belong together.
        """
        shapes = tuple(tuple(t.shape) for t in (tokens, positions, token_types, norm_weight, norm_bias))
        width = tokens.shape[-1:]
        if [len(s) for s in shapes] != [2, 2, 2, 1, 1] or any(s[-1:] != width for s in shapes) or 0 in sum(shapes, ()):
            raise ValueError(
                f"tokens, positions, token_types, norm_weight, norm_bias are of shapes {', '.join(map(str, shapes))}; "
                "they must be (vocab, dim), (max_seq_len, dim), (types, dim), (dim,), (dim,) with one dim, none empty"
            )
        layer = cls.__new__(cls)
        nn.Module.__init__(layer)
        layer._build(tokens, positions, token_types, norm_weight, norm_bias, eps=eps, dropout=0.0)
        return layer.requires_grad_(False)

    def _build(
        self,
        tokens: Tensor,
        positions: Tensor,
        token_types: Tensor,
        norm_weight: Tensor,
        norm_bias: Tensor,
        *,
        eps: float,
        dropout: float,
    ) -> None:
        self.token = nn.Embedding.from_pretrained(tokens, freeze=False)
        self.position = nn.Embedding.from_pretrained(positions, freeze=False)
        self.token_type = nn.Embedding.from_pretrained(token_types, freeze=False)
        self.norm = nn.LayerNorm(len(norm_weight), eps=eps)
        self.norm.weight, self.norm.bias = nn.Parameter(norm_weight), nn.Parameter(norm_bias)
        self.dropout = nn.Dropout(checked_dropout(dropout))

    @property
    def max_seq_len(self) -> int:
        return self.position.num_embeddings

    def forward(self, ids: Tensor, token_type_ids: Tensor | None = None) -> Tensor:
        ids = checked_ids(ids, self.token.num_embeddings, rank=2)
        checked_length(ids.shape[1], self.max_seq_len)
        if token_type_ids is None:
            types = ids.new_zeros(1, 1)  # one row, for all tokens
        else:
            types = checked_ids(token_type_ids, self.token_type.num_embeddings, rank=2, of="the token types")
            if types.shape != ids.shape:
                raise ValueError(f"token_type_ids are of shape {tuple(types.shape)}, ids of shape {tuple(ids.shape)}")
        at = torch.arange(ids.shape[1], device=ids.device)
        dtype = self.norm.weight.dtype
        total = self.token(ids).to(dtype) + self.position(at).to(dtype)
        total += self.token_type(types).to(dtype)
        return self.dropout(self.norm(total))


def demonstrate_embeddings(
    vocab_size: int = 100, embed_dim: int = 32, seq_len: int = 8, verbose: bool = True
) -> dict[str, Tensor]:
    """Walk one sequence of random ids through a fresh `TransformerEmbedding`, printing each step if `verbose`.

    Returns its tensors, without gradient; the same for the same sizes, whatever torch's seed:

        token_ids            (1, seq_len) int64; the last repeats the first; 0, the padding, only if it is the only id
        token_table          (vocab_size, embed_dim), the layer's rows, not scaled; row 0 is zero
        one_hot              (1, seq_len, vocab_size); one_hot @ token_table picks the rows
        token_embeddings     (1, seq_len, embed_dim), the picked rows times sqrt(embed_dim)
        position_embeddings  (1, seq_len, embed_dim), learned positions, freshly drawn
        embeddings           (1, seq_len, embed_dim), the sum of the two: the layer's output with dropout off

    ValueError for a size below 1.
    """
    generator = torch.Generator().manual_seed(0)
    checked_size("seq_len", seq_len)
    layer = TransformerEmbedding(vocab_size, embed_dim, seq_len, generator=generator).eval()
    ids = torch.randint(min(1, vocab_size - 1), vocab_size, (1, seq_len), generator=generator, device="cpu")
    ids[0, -1] = ids[0, 0]
    ids = ids.to(layer.token.weight.device)
    with torch.no_grad():
        walk = {
            "token_ids": ids,
            "token_table": layer.token.weight.detach(),
            "one_hot": one_hot(ids, vocab_size, dtype=layer.token.weight.dtype),
            "token_embeddings": layer.token(ids),
            "position_embeddings": layer.position(ids).clone(),
            "embeddings": layer(ids),
        }
    if verbose:
        print(told(walk, parameters=(layer.token.weight.numel(), layer.position.weight.numel())))
    return walk


class _ZeroGradient:
    """A hook that zeroes one row of a parameter's gradient, whatever uses of the parameter it came from."""

    def __init__(self, row: int) -> None:
        self.row = row

    @torch.no_grad()
    def __call__(self, parameter: Tensor) -> None:
        if parameter.grad is not None:
            parameter.grad[self.row] = 0.0


def _drawn(n_rows: int, width: int, std: float, generator: torch.Generator | None) -> nn.Parameter:
    """A table (n_rows, width) of draws from N(0, std), by `generator` if there is one, on the default device."""
    table = torch.empty(n_rows, width, device=None if generator is None else generator.device)
    table.normal_(0.0, checked_std("init_std", std), generator=generator)
    return nn.Parameter(table.to(torch.get_default_device()))


def _for_each(batch: int, rows: Tensor) -> Tensor:
    """The rows (seq, dim) for each sequence of the batch; one copy, so that writing into it leaves the table alone."""
    return rows.clone().expand(batch, -1, -1)
