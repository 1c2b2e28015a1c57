"""`EmbeddingTable`: the rows of a trained embedding layer, their words, and what belongs to them.

Row i of a table is the vector of token i. The shipped tables are float16 on disk. Loading maps the file into memory and
reads no rows; `rows` converts only the rows asked for to float32, and `vectors` converts the whole table once, on first
use. The rounding to float16 happened when the table was made (NOTICE.md says how much); from there on float32 is exact.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from embviz.compute.pipeline import LayerNorm
from embviz.paths import DATA
from embviz.tables import held, tokenizers
from embviz.tables.shipped import TableFileError, read_file, read_table_header, table_path


@dataclass(frozen=True, eq=False)
class EmbeddingTable:
    """A vocabulary and its vectors.

    `tokens[i]` is the string of row i; `stored` is (vocab, dim) in the precision of the file and may be a view of the
    file. `positions` (n, dim) and `token_types` (n, dim) are float32, or None where the model adds none; so is
    `layer_norm`. `tokenizer` turns text into row numbers, or is None where the tokens are whole words. Tables are
    shared between callers: write to a copy, never to their tensors.
    """

    name: str
    tokens: tuple[str, ...] = field(repr=False)
    stored: Tensor = field(repr=False)
    source: str
    licence: str
    positions: Tensor | None = field(default=None, repr=False)
    token_types: Tensor | None = field(default=None, repr=False)
    layer_norm: LayerNorm | None = field(default=None, repr=False)
    tokenizer: tokenizers.Tokenizer | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.stored.ndim != 2 or len(self.tokens) != len(self.stored):
            raise ValueError(f"{len(self.tokens):,} tokens do not fit vectors of shape {tuple(self.stored.shape)}")

    @cached_property
    def vectors(self) -> Tensor:
        """All vectors, float32 (vocab, dim); converted on first use and kept."""
        return self.stored.float()

    @cached_property
    def row_numbers(self) -> Mapping[str, int]:
        """The row of each token; the first one where two rows have the same token."""
        return {token: row for row, token in reversed(list(enumerate(self.tokens)))}

    def rows(self, ids: Tensor | Sequence[int]) -> Tensor:
        """The vectors of these ids, float32 (*ids.shape, dim), on the CPU; reads no other row.

        Raises `ValueError` for an id that is not an integer in 0 … vocab - 1.
        """
        given = torch.as_tensor(ids)
        if given.numel() and (given.is_floating_point() or given.is_complex() or given.dtype == torch.bool):
            raise ValueError(f"ids are integers, not {given.dtype}")
        index = given.to("cpu", torch.long)
        outside = index[(index < 0) | (index >= len(self.tokens))]
        if len(outside):
            raise ValueError(
                f"id {outside[0]} is not in the vocabulary of {self.name}, which has {len(self.tokens):,} ids"
            )
        return self.stored[index].float()


def load(name: str, *, directory: Path = DATA) -> EmbeddingTable:
    """The shipped table `name` ("minilm", "glove" or "wordllama"), or the one of that name from `held.hold`; the same
    object every time.

    Raises `ValueError` if no table has that name, `TableFileError` if a file of it is missing or damaged.
    """
    return held.table(name) if held.is_own(name) else _shipped(name, directory)


@cache
def _shipped(name: str, directory: Path) -> EmbeddingTable:
    header = read_table_header(name, directory=directory)
    try:
        with safe_open(table_path(name, directory=directory), framework="pt") as file:
            tensors = {key: file.get_tensor(key) for key in header.tensors}
    except (SafetensorError, OSError) as error:
        raise TableFileError(table_path(name, directory=directory), f"is damaged: {error}") from error
    if name in tokenizers.NAMES:
        tokenizer = tokenizers.load(name, directory=directory)
        tokens = tuple(tokenizer.token(i) for i in range(tokenizer.size))
    else:
        tokenizer = None
        tokens = tuple(
            read_file(f"{name}.words.txt", directory=directory).decode("utf-8").removesuffix("\n").split("\n")
        )
    layer_norm = None
    if "layer_norm.weight" in tensors:
        eps = float(header.metadata["layer_norm_eps"])
        layer_norm = LayerNorm(tensors["layer_norm.weight"], tensors["layer_norm.bias"], eps)
    return EmbeddingTable(
        name=name,
        tokens=tokens,
        stored=tensors["tokens"],
        source=header.metadata["source"],
        licence=header.metadata["licence"],
        positions=tensors["positions"].float() if "positions" in tensors else None,
        token_types=tensors["token_types"].float() if "token_types" in tensors else None,
        layer_norm=layer_norm,
        tokenizer=tokenizer,
    )
