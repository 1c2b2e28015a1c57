"""What a table costs: parameters, bytes, and its share of models that people use.

Tables: a row a token (V × d), learned positions (n × d); a head that is not tied to the table is a second V × d. A
factorised table is A (V × r) times B (r × d) (Lan and others 2019, "ALBERT", section 3.1). In training, Adam (Kingma
and Ba 2015) keeps two numbers a parameter; in mixed precision a copy of the weights stays in float32 (Micikevicius and
others 2018, section 3.1; Rajbhandari and others 2020, "ZeRO", section 3.1).
"""

import math
from dataclasses import dataclass
from typing import Literal

import torch

from embviz.compute.checks import checked_choice, checked_size

BITS = {"float32": 32, "bfloat16": 16, "float16": 16, "int8": 8, "int4": 4}
"""Bits a number. For int8 and int4 the scales that a group of numbers shares are not counted."""

OPTIMISERS = {"sgd": 0, "momentum": 1, "adam": 2}
"""Numbers that an optimiser keeps a parameter, each in float32."""

Optimiser = Literal["sgd", "momentum", "adam"]


def token_parameters(vocab_size: int, dim: int) -> int:
    """Numbers in a table of `vocab_size` rows of width `dim`. ValueError if either is below 1."""
    return checked_size("vocab_size", vocab_size) * checked_size("dim", dim)


def factorised_parameters(vocab_size: int, rank: int, dim: int) -> int:
    """Numbers in A (vocab_size × rank) and B (rank × dim). ValueError if one is below 1."""
    return checked_size("rank", rank) * (checked_size("vocab_size", vocab_size) + checked_size("dim", dim))


def saving_rank(vocab_size: int, dim: int) -> int:
    """The largest rank at which a factorised table has fewer parameters than the whole one; 0 if none has."""
    return (token_parameters(vocab_size, dim) - 1) // (vocab_size + dim)


def memory_bytes(parameters: int, dtype: str | torch.dtype) -> int:
    """Bytes of so many numbers, whole ones; `dtype` is one of BITS, by name or as torch has it."""
    name = str(dtype).removeprefix("torch.")
    checked_choice("dtype", name, tuple(BITS))
    return -(-checked_size("parameters", parameters, least=0) * BITS[name] // 8)


@dataclass(frozen=True, slots=True)
class TrainingMemory:
    """Bytes that training holds for some parameters, without activations.

    weights and gradients: in the number type of the model; copy: the weights in float32 beside it, none if that is
    the type already; states: what the optimiser keeps, in float32.
    """

    weights: int
    gradients: int
    copy: int
    states: int

    @property
    def total(self) -> int:
        return self.weights + self.gradients + self.copy + self.states


def training_memory(parameters: int, dtype: str = "float32", optimiser: Optimiser = "adam") -> TrainingMemory:
    """Bytes to train so many parameters. ValueError for a type that has no gradients: int8 and int4 are for reading."""
    checked_choice("dtype", dtype, ("float32", "bfloat16", "float16"))
    checked_choice("optimiser", optimiser, tuple(OPTIMISERS))
    weights, full = memory_bytes(parameters, dtype), memory_bytes(parameters, "float32")
    return TrainingMemory(weights, weights, 0 if dtype == "float32" else full, OPTIMISERS[optimiser] * full)


@dataclass(frozen=True, slots=True)
class Model:
    """A published model.

    positions: rows of a learned position table, 0 where positions are rotations; tied: the head is the table; total:
    parameters of the whole model; source: of these numbers, and `link` where it is; estimates: the names of those that
    the source does not give, and that follow from what it says of the model's kind.
    """

    name: str
    vocab_size: int
    dim: int
    positions: int
    tied: bool
    total: int
    source: str
    estimates: tuple[str, ...] = ()
    link: str = ""

    @property
    def token_parameters(self) -> int:
        """Numbers in the table of tokens."""
        return token_parameters(self.vocab_size, self.dim)

    @property
    def position_parameters(self) -> int:
        """Numbers in the table of positions."""
        return self.positions * self.dim

    @property
    def head_parameters(self) -> int:
        """Numbers in the head beyond the table: as many again, or none if it is tied."""
        return 0 if self.tied else self.token_parameters

    @property
    def table_parameters(self) -> int:
        """Numbers in all tables: tokens, positions, head."""
        return self.token_parameters + self.position_parameters + self.head_parameters

    @property
    def table_share(self) -> float:
        """The part of all parameters that stands in tables: tokens, positions, head."""
        return self.table_parameters / self.total


_ANDREA = "The course's sizes; the whole is the number in the model's name, a learned table of positions is assumed"
_ESTIMATED = ("tied", "positions", "total")
_LLAMA_3 = "Grattafiori and others 2024, table 3, where V is rounded to 128,000; V and the whole: released weights"

MODELS = (
    Model("ANDREA-12M", 4_353, 384, 1024, True, 12_000_000, _ANDREA, _ESTIMATED),
    Model("ANDREA-120M", 8_449, 768, 1024, True, 120_000_000, _ANDREA, _ESTIMATED),
    Model("ANDREA-480M", 16_641, 1536, 1024, True, 480_000_000, _ANDREA, _ESTIMATED),
    Model(
        "BERT base",
        30_522,
        768,
        512,
        True,
        109_482_240,
        "Devlin and others 2019, section 3; V, n and the whole: bert-base-uncased with its types and pooler",
        link="https://arxiv.org/abs/1810.04805",
    ),
    Model(
        "GPT-2",
        50_257,
        768,
        1024,
        True,
        124_439_808,
        "Radford and others 2019, table 2 (117M, later corrected to 124M); the whole: released weights",
        link="https://github.com/openai/gpt-2",
    ),
    Model(
        "GPT-3",
        50_257,
        12_288,
        2048,
        True,
        175_000_000_000,
        "Brown and others 2020, table 2.1, where the whole is rounded; section 2.1: GPT-2's architecture and tokenizer",
        ("vocab_size", "positions", "tied"),
        "https://arxiv.org/abs/2005.14165",
    ),
    Model(
        "LLaMA 7B",
        32_000,
        4096,
        0,
        False,
        6_738_415_616,
        "Touvron and others 2023a, table 2; V, head and the whole: released weights",
        link="https://arxiv.org/abs/2302.13971",
    ),
    Model(
        "Llama 2 70B",
        32_000,
        8192,
        0,
        False,
        68_976_648_192,
        "Touvron and others 2023b, section 2.2; d, head and the whole: released weights",
        link="https://arxiv.org/abs/2307.09288",
    ),
    Model(
        "Mistral 7B",
        32_000,
        4096,
        0,
        False,
        7_241_732_096,
        "Jiang and others 2023, table 1; head and the whole: released weights",
        link="https://arxiv.org/abs/2310.06825",
    ),
    Model("Llama 3 8B", 128_256, 4096, 0, False, 8_030_261_248, _LLAMA_3, link="https://arxiv.org/abs/2407.21783"),
    Model("Llama 3 70B", 128_256, 8192, 0, False, 70_553_706_496, _LLAMA_3, link="https://arxiv.org/abs/2407.21783"),
)

RESNET_50 = 25_557_032
"""Parameters of ResNet-50, which has no table: for scale (He and others 2016; the weights of torchvision)."""
RESNET_50_SOURCE = "He and others 2016; the whole: counted in torchvision's weights"
RESNET_50_LINK = "https://arxiv.org/abs/1512.03385"


@dataclass(frozen=True, slots=True)
class Cost:
    """Numbers in all tables of a model.

    whole: V × d. first and second: A (V × r) and B (r × d) of a factorised table, 0 where it is whole. tokens: what is
    held for tokens, V × d or A and B; token_bytes: in float32. positions: n × d. head: another V × d, 0 if it is tied.
    total: tokens, positions and head; counted: the same, from torch's own layers. saving: the largest rank at which
    factorising saves.
    """

    whole: int
    first: int
    second: int
    tokens: int
    token_bytes: int
    positions: int
    head: int
    total: int
    counted: int
    saving: int


def table_cost(vocab_size: int, dim: int, *, positions: int = 0, tied: bool = True, rank: int = 0) -> Cost:
    """What the tables of a model hold. `rank` is that of a factorised table, 0 for a whole one; the head is whole."""
    whole = token_parameters(vocab_size, dim)
    rank = checked_size("rank", rank, least=0)
    tokens = factorised_parameters(vocab_size, rank, dim) if rank else whole
    rows = checked_size("positions", positions, least=0) * dim
    head = 0 if tied else whole
    size = {"positions": positions, "tied": tied, "rank": rank}
    return Cost(
        whole=whole,
        first=rank * vocab_size,
        second=rank * dim,
        tokens=tokens,
        token_bytes=memory_bytes(tokens, "float32"),
        positions=rows,
        head=head,
        total=tokens + rows + head,
        counted=counted(vocab_size, dim, **size),
        saving=saving_rank(vocab_size, dim),
    )


def counted(vocab_size: int, dim: int, *, positions: int = 0, tied: bool = True, rank: int = 0) -> int:
    """Numbers in torch's own layers of these sizes, made without memory (on the device "meta")."""
    meta = {"device": "meta"}
    tokens = [torch.nn.Embedding(vocab_size, rank or dim, **meta)]
    tokens += [torch.nn.Linear(rank, dim, bias=False, **meta)] if rank else []
    rows = [torch.nn.Embedding(positions, dim, **meta)] if positions else []
    head = [] if tied else [torch.nn.Linear(dim, vocab_size, bias=False, **meta)]
    layers = torch.nn.ModuleList(tokens + rows + head)
    return sum(parameter.numel() for parameter in layers.parameters())


MOST_ROWS, MOST_WIDTH = 300_000, 16_384
LEVELS = 160
ROOM = 1.25  # a picture has room for a table so many times as long and as wide


@dataclass(frozen=True, slots=True)
class Scaled:
    """A table to scale, and what there is to drag.

    rows, widths: sizes V and d that an edge of the table can be dragged to; saving_by_row: the largest rank that saves
    at each of these V and this d, saving_by_width: at each of these d and this V, saving: at this V and d.
    frame_rows, frame_width: rows and columns that the picture has room for. types: (name, bytes a number).
    """

    rows: torch.Tensor
    saving_by_row: torch.Tensor
    widths: torch.Tensor
    saving_by_width: torch.Tensor
    saving: int
    frame_rows: int
    frame_width: int
    types: tuple[tuple[str, float], ...]
    size: tuple[int, int, int]
    tied: bool


def scaled(*, vocab_size: int, dim: int, positions: int, tied: bool) -> Scaled:
    """A table of V × d, n rows of positions and a head, with room around it to drag V and d."""
    frame_rows = math.ceil(ROOM * (vocab_size + checked_size("positions", positions, least=0))) + dim
    frame_width = math.ceil(ROOM * dim)
    rows = _levels(min(frame_rows - positions, MOST_ROWS), 10)
    widths = _levels(min(frame_width, MOST_WIDTH), 2)
    return Scaled(
        rows=torch.tensor(rows),
        saving_by_row=torch.tensor([saving_rank(size, dim) for size in rows]),
        widths=torch.tensor(widths),
        saving_by_width=torch.tensor([saving_rank(vocab_size, width) for width in widths]),
        saving=saving_rank(vocab_size, dim),
        frame_rows=frame_rows,
        frame_width=frame_width,
        types=tuple((name, memory_bytes(2, name) / 2) for name in READ),
        size=(vocab_size, dim, positions),
        tied=tied,
    )


def _levels(top: int, base: int) -> list[int]:
    """Sizes up to `top`, at most LEVELS: multiples of a power of 2, or in base 10 of 1, 2 or 5 times a power of 10."""
    step = 1
    while top / step > LEVELS:
        step = step * 5 // 2 if base == 10 and str(step)[0] == "2" else 2 * step
    return [step * k for k in range(1, top // step + 1)]


READ = ("float32", "bfloat16", "int8", "int4")
TRAINED = ("float32", "bfloat16")


@dataclass(frozen=True, slots=True)
class Held:
    """Bytes that some parameters take, to read and to train, one row for each way.

    A row has kind ("read" or "train"), dtype, optimiser (of a "train" row), weights, gradients, copy, states, total,
    and each: bytes a parameter.
    """

    parameters: int
    rows: tuple[dict, ...]


def held(*, parameters: int) -> Held:
    """Reading in every number type, for which the weights are enough, and training in those that have gradients."""
    rows = []
    for dtype in READ:
        weights = memory_bytes(parameters, dtype)
        parts = {"weights": weights, "gradients": 0, "copy": 0, "states": 0, "total": weights}
        rows.append({"kind": "read", "dtype": dtype, "optimiser": "", **parts, "each": memory_bytes(2, dtype) / 2})
    for dtype in TRAINED:
        for optimiser in OPTIMISERS:
            memory, each = (training_memory(count, dtype, optimiser) for count in (parameters, 1))
            parts = {name: getattr(memory, name) for name in ("weights", "gradients", "copy", "states", "total")}
            rows.append({"kind": "train", "dtype": dtype, "optimiser": optimiser, **parts, "each": each.total})
    return Held(parameters, tuple(rows))


@dataclass(frozen=True, slots=True)
class Listed:
    """Models side by side, the one with most parameters first, then ResNet-50, then one of a person's own.

    A row has the fields of `Model` and kind ("model", "scale" or "own"); tokens, position_parameters, head, tables:
    numbers in these; token_bytes: in float32; share: of tables in the whole, None if the whole is less than they are.
    highest and lowest name the rows with most and least share, of those whose whole is no estimate.
    """

    rows: tuple[dict, ...]
    highest: str
    lowest: str


def listed(*, vocab_size: int, dim: int, positions: int, tied: bool, total: int, name: str = "yours") -> Listed:
    """All of MODELS, ResNet-50, and a model of one's own."""
    own = Model(name, vocab_size, dim, positions, tied, checked_size("total", total), "as you set it")
    rows = [_row(model, "model") for model in sorted(MODELS, key=lambda model: -model.total)]
    known = [row for row in rows if "total" not in row["estimates"]]
    scale = {"name": "ResNet-50", "vocab_size": 0, "dim": 0, "positions": 0, "tied": True, "kind": "scale"}
    scale |= {"tokens": 0, "position_parameters": 0, "head": 0, "tables": 0, "token_bytes": 0, "total": RESNET_50}
    scale |= {"share": 0.0, "estimates": [], "source": RESNET_50_SOURCE, "link": RESNET_50_LINK}
    return Listed(
        rows=(*rows, scale, _row(own, "own")),
        highest=max(known, key=lambda row: row["share"])["name"],
        lowest=min(known, key=lambda row: row["share"])["name"],
    )


def _row(model: Model, kind: str) -> dict:
    fields = ("name", "vocab_size", "dim", "positions", "tied", "total", "source", "link")
    parts = {"tokens": model.token_parameters, "position_parameters": model.position_parameters}
    parts |= {"head": model.head_parameters, "tables": model.table_parameters}
    parts |= {"token_bytes": memory_bytes(model.token_parameters, "float32")}
    share = model.table_share if model.table_parameters <= model.total else None
    row = {field: getattr(model, field) for field in fields}
    return row | parts | {"share": share, "kind": kind, "estimates": list(model.estimates)}
