"""The one bridge from compute to the page: results as float32 arrays, cached on names and scalars.

What a page shows first comes from assets/first_pictures, without waiting for torch (`python -m embviz.first_pictures`
makes it): a call for which there is a file is answered from that file. What is computed of a table of a person's own is
kept for that person alone, and goes with the table.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, is_dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

import streamlit as st

from embviz.paths import ASSETS
from embviz.tables import held

if TYPE_CHECKING:
    import numpy as np

FIRST_PICTURES = ASSETS / "first_pictures"
_own_at_once = threading.BoundedSemaphore(2)  # a centred table is a second one: not for everybody at the same time


@dataclass(frozen=True, slots=True)
class Tensors:
    """Arrays as a safetensors file, and the facts that go with them. It needs numpy only for who looks into it."""

    file: bytes
    facts: dict[str, Any]

    @classmethod
    def pack(cls, arrays: dict[str, np.ndarray], facts: dict[str, Any]) -> Tensors:
        from safetensors.numpy import save

        return cls(save(arrays), facts)

    @classmethod
    def read(cls, data: bytes) -> Tensors:
        """What `bytes` wrote."""
        header, _ = _split(data)
        return cls(data, json.loads(header["__metadata__"]["facts"]))

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        from safetensors.numpy import load

        return load(self.file)

    @property
    def bytes(self) -> bytes:
        """The file with the facts in its header."""
        header, numbers = _split(self.file)
        header["__metadata__"] = {"facts": json.dumps(self.facts, ensure_ascii=False)}
        text = json.dumps(header, ensure_ascii=False).encode()
        text += b" " * (-len(text) % 8)  # the numbers start at a multiple of 8
        return len(text).to_bytes(8, "little") + text + numbers


def _split(data: bytes) -> tuple[dict[str, Any], bytes]:
    """The header of a safetensors file and the numbers behind it."""
    end = 8 + int.from_bytes(data[:8], "little")
    return json.loads(data[8:end]), data[end:]


def computed(name: str, /, **arguments: Any) -> Tensors:
    """What `embviz.<name>` returns for these names and scalars: its tensors in float32 arrays, all else in facts.

    A tensor alone is the array `values`. ValueError as the function raises it.
    """
    if held.is_own(arguments.get("table")) or held.is_own(arguments.get("corpus")):
        return _computed_of_own(name, tuple(sorted(arguments.items())))
    return _answer(name, arguments, lambda: _computed(name, tuple(sorted(arguments.items()))))


def work(name: str, /, **arguments: Any) -> Callable[[Callable[[float, str], None]], Tensors]:
    """`computed` as long work: the function gets `report` too. Nothing of it is kept here."""
    return lambda report: tensors_of(resolve_name(f"embviz.{name}")(**arguments, report=report))


@st.cache_data(max_entries=128, show_spinner=False)
def _computed(name: str, arguments: tuple[tuple[str, Any], ...]) -> Tensors:
    return tensors_of(resolve_name(f"embviz.{name}")(**dict(arguments)))


@st.cache_data(scope="session", max_entries=48, max_size="64mb", show_spinner=False)
def _computed_of_own(name: str, arguments: tuple[tuple[str, Any], ...]) -> Tensors:
    with _own_at_once:
        return tensors_of(resolve_name(f"embviz.{name}")(**dict(arguments)))


def forget_own() -> None:
    """Forget all that was computed of this person's own table."""
    _computed_of_own.clear()


def tensors_of(result: Any) -> Tensors:
    """A tensor, or a dataclass or NamedTuple of tensors and scalars, as `Tensors`, without what is None."""
    import torch

    if isinstance(result, torch.Tensor):
        named = {"values": result}
    elif is_dataclass(result):
        named = {field.name: getattr(result, field.name) for field in fields(result)}
    else:
        named = result._asdict()
    tensors = {key: part for key, part in named.items() if isinstance(part, torch.Tensor)}
    arrays = {key: part.detach().to("cpu", torch.float32).contiguous().numpy() for key, part in tensors.items()}
    facts = {key: part for key, part in named.items() if key not in tensors and part is not None}
    return Tensors.pack(arrays, json.loads(json.dumps(facts)))  # as they would come back from a file


@dataclass(frozen=True, slots=True)
class Settings:
    """What a fresh layer is made with."""

    width: int
    position: str
    scale: bool
    padding: int
    seed: int


def pipeline(text: str, model: str, settings: Settings | None) -> Tensors:
    """A sentence through an embedding layer: the arrays of all stages, (n, d) unless said, and what each row is.

    tokens, total, output; positions and types where the model has them; mean (n,), deviation (n,), gamma (d,) and
    beta (d,) where it normalises. `settings` are for the model `fresh` and None for the others.
    """
    arguments = {"text": text, "model": model, "settings": settings and asdict(settings)}
    return _answer("pipeline", arguments, lambda: _pipeline(text, model, settings))


@st.cache_data(max_entries=256, show_spinner=False)
def _pipeline(text: str, model: str, settings: Settings | None) -> Tensors:
    from embviz.compute.pipeline import colour_limit
    from embviz.tables.pipeline import embed

    embedded = embed(text, _layer(model, settings))
    layer, stages = embedded.layer, embedded.stages
    parts = {"tokens": stages.tokens, "positions": stages.positions, "types": stages.types, "total": stages.total}
    parts = {name: part for name, part in parts.items() if part is not None}
    limits = {"parts": colour_limit(stages.factor * stages.tokens, *(parts[n] for n in parts if n != "tokens"))}
    limits["output"] = limits["parts"] if stages.mean is None else colour_limit(stages.output)
    if stages.mean is not None:
        parts |= {"mean": stages.mean[:, 0], "deviation": stages.deviation[:, 0]}
        parts |= {"gamma": layer.norm.weight, "beta": layer.norm.bias}
    parts["output"] = stages.output
    facts = {
        "text": text,
        "model": model,
        "pieces": [{name: getattr(piece, name) for name in piece.__slots__} for piece in embedded.pieces],
        "dropped": embedded.dropped,
        "vocabulary": len(layer.vocabulary),
        "width": layer.width,
        "factor": stages.factor,
        "position": settings.position if settings else {"minilm": "learned", "wordllama": "rotation"}[model],
        "limits": limits,
        "around": {piece.id: _around(piece.id, layer.vocabulary) for piece in embedded.pieces},
    }
    return Tensors.pack({name: part.detach().cpu().contiguous().numpy() for name, part in parts.items()}, facts)


@st.cache_data(max_entries=256, show_spinner=False)
def pipeline_check(text: str, model: str, settings: Settings | None, _shown: Tensors) -> tuple[float, float]:
    """Largest differences: one_hot @ W against the rows shown, the layer's own output against x shown."""
    import torch

    from embviz.tables.pipeline import check

    ids = torch.tensor([piece["id"] for piece in _shown.facts["pieces"]], dtype=torch.int64)
    shown = {name: torch.tensor(array) for name, array in _shown.arrays.items() if name in ("tokens", "output")}
    found = check(_layer(model, settings), ids, **shown)
    return found.one_hot, found.layer


@st.cache_resource(max_entries=8, show_spinner=False)
def _layer(model: str, settings: Settings | None) -> Any:
    from embviz.compute.device import best_device
    from embviz.tables.pipeline import fresh_layer, shipped_layer

    device = best_device()
    return fresh_layer(**asdict(settings), device=device) if settings else shipped_layer(model, device=device)


def _around(row: int, vocabulary: tuple[str, ...], reach: int = 5) -> tuple[int, list[str]]:
    """The entries of the vocabulary around a row: the first one's id, and their texts."""
    first = max(0, row - reach)
    return first, list(vocabulary[first : row + reach + 1])


_record: dict[str, Tensors] | None = None


@contextmanager
def recorded() -> Iterator[dict[str, Tensors]]:
    """Compute everything anew, and write down each call with its answer."""
    global _record
    _record = {}
    try:
        yield _record
    finally:
        _record = None


def _answer(name: str, arguments: dict[str, Any], compute: Callable[[], Tensors]) -> Tensors:
    """The answer to a call: from its file in assets/first_pictures if there is one, else computed."""
    call = json.dumps([name, arguments], sort_keys=True)
    if _record is None:
        return _shipped(picture_path(call)) or compute()
    _record[call] = compute()
    return _record[call]


def picture_path(call: str) -> Path:
    """The file that answers a call, if it is shipped."""
    function = json.loads(call)[0].rpartition(".")[2]
    return FIRST_PICTURES / f"{function}-{sha256(call.encode()).hexdigest()[:12]}.safetensors"


def _shipped(path: Path) -> Tensors | None:
    return _read(path) if path in _shipped_paths() else None


@cache
def _read(path: Path) -> Tensors:
    return Tensors.read(path.read_bytes())


@cache
def _shipped_paths() -> frozenset[Path]:
    return frozenset(FIRST_PICTURES.glob("*.safetensors"))
