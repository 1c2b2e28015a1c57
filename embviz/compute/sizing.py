"""What a table costs: parameters, bytes, and its share of models that people use.

Tables: a row a token (V × d), learned positions (n × d); a head that is not tied to the table is a second V × d. A
factorised table is A (V × r) times B (r × d) (Lan and others 2019, "ALBERT", section 3.1). In training, Adam (Kingma
and Ba 2015) keeps two numbers a parameter; in mixed precision a copy of the weights stays in float32 (Micikevicius and
others 2018, section 3.1; Rajbhandari and others 2020, "ZeRO", section 3.1).
"""

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
    parameters of the whole model; source: of these numbers; estimates: the names of those that the source does not
    give, and that follow from what it says of the model's kind.
    """

    name: str
    vocab_size: int
    dim: int
    positions: int
    tied: bool
    total: int
    source: str
    estimates: tuple[str, ...] = ()

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
    def table_share(self) -> float:
        """The part of all parameters that stands in tables: tokens, positions, head."""
        return (self.token_parameters + self.position_parameters + self.head_parameters) / self.total


_LLAMA_3 = "Grattafiori and others 2024, table 3; released weights"
_ANDREA = "the course's sizes; the whole is the number in the model's name"

MODELS = (
    Model("ANDREA-12M", 4_353, 384, 1024, True, 12_000_000, _ANDREA, ("tied", "positions", "total")),
    Model("ANDREA-120M", 8_449, 768, 1024, True, 120_000_000, _ANDREA, ("tied", "positions", "total")),
    Model("ANDREA-480M", 16_641, 1536, 1024, True, 480_000_000, _ANDREA, ("tied", "positions", "total")),
    Model(
        "BERT base",
        30_522,
        768,
        512,
        True,
        109_482_240,
        "Devlin and others 2019, section 3; bert-base-uncased with types and pooler",
    ),
    Model(
        "GPT-2",
        50_257,
        768,
        1024,
        True,
        124_439_808,
        "Radford and others 2019, table 2 (117M, later corrected to 124M); released weights",
    ),
    Model(
        "GPT-3",
        50_257,
        12_288,
        2048,
        True,
        175_000_000_000,
        "Brown and others 2020, table 2.1 and section 2.1: GPT-2's architecture and tokenizer",
        ("vocab_size", "tied"),
    ),
    Model("LLaMA 7B", 32_000, 4096, 0, False, 6_738_415_616, "Touvron and others 2023a, table 2; released weights"),
    Model("Llama 2 70B", 32_000, 8192, 0, False, 68_976_648_192, "Touvron and others 2023b; released weights"),
    Model("Mistral 7B", 32_000, 4096, 0, False, 7_241_732_096, "Jiang and others 2023, table 1; released weights"),
    Model(
        "Llama 3 8B", 128_256, 4096, 0, False, 8_030_261_248, "Grattafiori and others 2024, table 3; released weights"
    ),
    Model(
        "Llama 3 70B", 128_256, 8192, 0, False, 70_553_706_496, "Grattafiori and others 2024, table 3; released weights"
    ),
)

RESNET_50 = 25_557_032
"""Parameters of ResNet-50, which has no table: for scale (He and others 2016; the weights of torchvision)."""
