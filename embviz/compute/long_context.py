"""Positions past the trained length: angles and wavelengths under each scaling, biases, decay, and facts about models.

The scalings are those of `rotary` (each with its source there), the biases those of `alibi`. L is the trained length
and N = factor · L the length that is read. A pair's turns in n positions are n · ω / 2π, so that N positions under
linear scaling make exactly the turns of L without it.

A pair that completed a turn in training met every angle. One that did not met the angles up to L · ω and no other; it
reaches angles never met if, at the longer length, it turns further than that.

`KINDS` are facts about models, each with its source; whatever is a number of the chosen length and width is computed.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import torch
from torch import Tensor

from embviz.compute import alibi as biases
from embviz.compute import rotary
from embviz.compute.checks import checked_choice, checked_size

SCHEMES = ("unchanged", "linear", "NTK-aware", "dynamic NTK", "YaRN", "Llama 3")

HEAD_DIM = 128

SHOWN = 600  # distances drawn over a logarithmic axis
CHECKED = 2048  # distances over which a closed form is checked
BIAS_SHOWN = 6  # positions in the picture of a bias
DECAYS_SHOWN = (0, 48, 60, 63)


@dataclass(frozen=True, slots=True)
class Angles:
    """How far each pair turns, all (dim/2,): `trained` turns in L positions, `read` turns in N under the scheme.

    `rates` are the scaled turns a position, float64. `incomplete` pairs never completed a turn in training; `beyond` of
    them reach angles that training never met. `base` is the one that makes these frequencies, where there is one, and
    `slowed` by what the last pair's frequency is divided.
    `difference` is the largest one between the cosines and sines of `read` and what `apply_rotary` does at N.
    """

    trained: Tensor
    read: Tensor
    rates: tuple[float, ...]
    length: int
    reach: int
    incomplete: int
    beyond: int
    attention_factor: float
    base: float | None
    slowed: float
    difference: float


@dataclass(frozen=True, slots=True)
class Llama31:
    """Llama 3.1 as published: what its scaling divides by, and how many pairs that leaves at angles not met before."""

    length: int
    reach: int
    base: int
    factor: int
    incomplete: int
    beyond: int


@dataclass(frozen=True, slots=True)
class Wavelengths:
    """`waves` (schemes, dim/2) in positions at length N, and `stretch`, how many times as long as unchanged they are.

    The schemes are in the order of SCHEMES. `turns` (dim/2,) are those of training; `incomplete` pairs make less than
    one, and `beyond` says for each scheme how many of these reach angles never met.
    """

    waves: Tensor
    stretch: Tensor
    turns: Tensor
    incomplete: int
    beyond: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Biases:
    """ALiBi: `slopes` (heads,), `bias` (m, m) of one head, nan where the future is hidden, `limit` the largest of all.

    `weights` (heads, n) is the attention over `distances` (n,), 1 … N - 1, if all scores are equal; `half` (heads,) is
    within which distance half of it lies, and `past` (heads,) the share of it at distance L or more. `added` heads took
    their slope from the next power of two. `difference` is the largest between the closed form and the softmax.
    """

    slopes: Tensor
    bias: Tensor
    limit: float
    distances: Tensor
    weights: Tensor
    half: Tensor
    past: Tensor
    added: int
    difference: float


@dataclass(frozen=True, slots=True)
class Decay:
    """xPos over `distances` (n,), 1 … N: `decays` (pairs shown, n), by what each pair is multiplied.

    `plain` and `decayed` (n,) are the score of q = k, all ones, as a share of that at distance 0, without and with it;
    `plain_past` and `decayed_past` the largest |share| drawn past L. `difference` is the largest one to rows that are
    rotated and scaled one by one.
    """

    distances: Tensor
    decays: Tensor
    plain: Tensor
    decayed: Tensor
    pairs: tuple[int, ...]
    plain_past: float
    decayed_past: float
    difference: float


@dataclass(frozen=True, slots=True)
class Use:
    """A model that positions itself so, and where that is written."""

    model: str
    source: str
    link: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A way of telling positions: where it `enters`, what it does `past` the trained length, and who uses it."""

    id: str
    enters: str
    past: str
    uses: tuple[Use, ...]
    scheme: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A dict a row: the fields of its `Kind`, its `parameters`, and `beyond` of `pairs` at angles never met, if any."""

    rows: tuple[dict, ...]


def _arxiv(model: str, number: str) -> Use:
    return Use(model, f"arXiv {number}", f"https://arxiv.org/abs/{number}")


KINDS = (
    Kind("none", "nowhere", "nothing", (_arxiv("NoPE", "2305.19466"),)),
    Kind(
        "learned",
        "added",
        "no_row",
        (_arxiv("BERT", "1810.04805"), Use("GPT-2", "the authors’ code", "https://github.com/openai/gpt-2")),
    ),
    Kind("stretched", "added", "between", (_arxiv("ViT, larger images", "2010.11929"),)),
    Kind("sinusoidal", "added", "angles", (_arxiv("Transformer", "1706.03762"),)),
    Kind(
        "rotary",
        "rotates",
        "angles",
        (_arxiv("LLaMA", "2302.13971"), _arxiv("PaLM", "2204.02311")),
        scheme="unchanged",
    ),
    Kind(
        "linear",
        "rotates",
        "angles",
        (
            Use(
                "Vicuna 1.5 16k",
                "its authors’ notes",
                "https://github.com/lm-sys/FastChat/blob/main/docs/vicuna_weights_version.md",
            ),
            _arxiv("Gemma 3", "2503.19786"),
        ),
        scheme="linear",
    ),
    Kind("ntk", "rotates", "angles", (_arxiv("Code Llama, own base", "2308.12950"),), scheme="NTK-aware"),
    Kind("dynamic", "rotates", "angles", (_arxiv("Qwen", "2309.16609"),), scheme="dynamic NTK"),
    Kind(
        "yarn",
        "rotates_more",
        "angles",
        (_arxiv("Qwen2", "2407.10671"), _arxiv("DeepSeek-V3", "2412.19437")),
        scheme="YaRN",
    ),
    Kind(
        "llama3",
        "rotates",
        "angles",
        (Use("Llama 3.1", "its model card", "https://huggingface.co/meta-llama/Llama-3.1-8B"),),
        scheme="Llama 3",
    ),
    Kind(
        "xpos",
        "rotates_and_scales",
        "angles",
        (_arxiv("LeX Transformer", "2212.10554"), _arxiv("Kosmos-1", "2302.14045")),
        scheme="unchanged",
    ),
    Kind(
        "alibi",
        "biases",
        "goes_on",
        (
            _arxiv("BLOOM", "2211.05100"),
            Use("MPT-7B", "its model card", "https://huggingface.co/mosaicml/mpt-7b"),
        ),
    ),
)


def scaling(scheme: str, *, length: int, factor: int) -> rotary.Scaling | None:
    """The scaling called `scheme` that makes `factor` times `length` positions readable, with its authors' settings."""
    reach = _reach(length, factor)
    match checked_choice("scheme", scheme, SCHEMES):
        case "linear":
            return rotary.LinearScaling(factor)
        case "NTK-aware":
            return rotary.NTKScaling(factor)
        case "dynamic NTK":
            return rotary.DynamicNTKScaling(factor, length, reach)
        case "YaRN":
            return rotary.YarnScaling(factor, length)
        case "Llama 3":
            return rotary.Llama3Scaling(factor, 1, 4, length)
    return None


def angles(*, scheme: str, length: int, factor: int, base: float, dim: int = HEAD_DIM) -> Angles:
    """How far each pair turns in training and at `factor` times the length."""
    chosen = scaling(scheme, length=length, factor=factor)
    before = rotary.rotary_frequencies(dim, base=base)
    after = rotary.rotary_frequencies(dim, base=base, scaling=chosen)
    reach = _reach(length, factor)
    trained, read = _turns(before, length), _turns(after, reach)
    ones = torch.tensor([1.0, 0.0]).repeat(dim // 2)[None]  # every pair an arrow to the right
    turned = rotary.apply_rotary(ones, [reach], after)[0].view(-1, 2)
    hands = torch.stack((torch.cos(2 * math.pi * read), torch.sin(2 * math.pi * read)), dim=1)
    return Angles(
        trained=trained,
        read=read,
        rates=tuple((after / (2 * math.pi)).tolist()),
        length=length,
        reach=reach,
        incomplete=int((trained < 1).sum()),
        beyond=int(_beyond(trained, read).sum()),
        attention_factor=chosen.attention_factor if chosen else 1.0,
        base=_one_base(after),
        slowed=(before[-1] / after[-1]).item(),
        difference=(hands - turned).abs().max().item(),
    )


def wavelengths(*, length: int, factor: int, base: float, dim: int) -> Wavelengths:
    """Wavelengths before and after every scheme."""
    made = [
        rotary.rotary_frequencies(dim, base=base, scaling=scaling(scheme, length=length, factor=factor))
        for scheme in SCHEMES
    ]
    frequencies = torch.stack(made)
    turns = _turns(frequencies[0], length)
    beyond = tuple(int(_beyond(turns, _turns(each, length * factor)).sum()) for each in frequencies)
    waves, stretch = 2 * math.pi / frequencies, frequencies[0] / frequencies
    return Wavelengths(waves, stretch, turns, int((turns < 1).sum()), beyond)


def llama_3_1() -> Llama31:
    """Llama 3.1's own numbers: trained at 8,192, scaled by 8 only, and read at 131,072 after more training there."""
    length, reach, base, factor = 8192, 131072, 500_000, 8
    before = _turns(rotary.rotary_frequencies(HEAD_DIM, base=base), length)
    chosen = rotary.Llama3Scaling(factor, 1, 4, length)
    after = _turns(rotary.rotary_frequencies(HEAD_DIM, base=base, scaling=chosen), reach)
    return Llama31(length, reach, base, factor, int((before < 1).sum()), int(_beyond(before, after).sum()))


def trained_position(*, position: float, factor: float, dim: int = HEAD_DIM, base: float = 10000.0) -> float:
    """Which position of training had the angles that linear scaling gives to `position`; the same for every pair."""
    before = rotary.rotary_frequencies(dim, base=base)
    after = rotary.rotary_frequencies(dim, base=base, scaling=rotary.LinearScaling(factor))
    places = position * after / before
    return places.mean().item()


def slowed_first(*, length: int, factor: int, base: float, dim: int = HEAD_DIM) -> tuple[str, ...]:
    """The schemes that slow even pair 0, the fastest."""
    stretch = wavelengths(length=length, factor=factor, base=base, dim=dim).stretch
    return tuple(scheme for scheme, row in zip(SCHEMES, stretch, strict=True) if row[0] > 1)


def alibi(*, heads: int, head: int, length: int, factor: int) -> Biases:
    """The slopes of all heads, the bias of one (counted from 1), and how far each looks if all scores are equal."""
    if not 1 <= checked_size("head", head) <= checked_size("heads", heads):
        raise ValueError(f"head is {head}; there are {heads}, counted from 1")
    reach = _reach(length, factor)
    slopes = biases.alibi_slopes(heads)
    bias = biases.alibi_bias(heads, BIAS_SHOWN, BIAS_SHOWN)
    hidden = torch.ones(BIAS_SHOWN, BIAS_SHOWN, dtype=torch.bool).triu(1)
    exact = slopes.double()[:, None]
    distances = _distances(reach - 1)
    n = min(reach, CHECKED)
    closed = _equal_weights(exact, torch.arange(n).double(), n).float()
    kept = 1 - torch.exp(-exact[:, 0] * reach)  # what a softmax without an end would leave within the text
    half = (torch.log1p(-kept / 2) / -exact[:, 0]).ceil() - 1
    return Biases(
        slopes=slopes,
        bias=bias[head - 1].masked_fill(hidden, math.nan),
        limit=bias.abs().max().item(),
        distances=distances.float(),
        weights=_equal_weights(exact, distances, reach).float(),
        half=half.clamp(min=0).float(),
        past=((torch.exp(-exact[:, 0] * length) - torch.exp(-exact[:, 0] * reach)) / kept).float(),
        added=heads - (1 << (heads.bit_length() - 1)),
        difference=(closed - biases.alibi_weights(heads, n)).abs().max().item(),
    )


def xpos(*, length: int, factor: int, base: float, scale_base: int, dim: int = HEAD_DIM) -> Decay:
    """How xPos lets a score decay over the distance."""
    distances = _distances(_reach(length, factor))
    frequencies = rotary.rotary_frequencies(dim, base=base)
    pairs = tuple(pair for pair in DECAYS_SHOWN if pair < dim // 2)
    one = torch.ones(dim)
    shares = [
        rotary.rotary_scores(one, one, distances, frequencies=frequencies, scale_base=each) / dim
        for each in (None, scale_base)
    ]
    past = distances > length
    largest = [share[past].abs().max().item() if past.any() else 0.0 for share in shares]
    decays = rotary.xpos_scale(distances, dim, scale_base=scale_base)
    return Decay(
        distances=distances.float(),
        decays=decays[:, list(pairs)].T,
        plain=shares[0],
        decayed=shares[1],
        pairs=pairs,
        plain_past=largest[0],
        decayed_past=largest[1],
        difference=_xpos_difference(dim, frequencies, scale_base),
    )


def comparison(*, width: int, length: int, factor: int, base: float) -> Comparison:
    """The kinds side by side for a model of `width`: what they add, and what is past the trained length."""
    rows = []
    for kind in KINDS:
        row = asdict(kind) | {"parameters": length * width if kind.id in ("learned", "stretched") else 0}
        if kind.past == "angles":
            dim = width if kind.scheme is None else HEAD_DIM
            scheme = kind.scheme or "unchanged"
            found = angles(scheme=scheme, length=length, factor=factor, base=base, dim=dim)
            row |= {"beyond": found.beyond, "pairs": dim // 2}
        rows.append(row)
    return Comparison(tuple(rows))


def _reach(length: int, factor: int) -> int:
    return checked_size("length", length) * checked_size("factor", factor)


def _turns(frequencies: Tensor, n: int) -> Tensor:
    return frequencies * n / (2 * math.pi)


def _beyond(trained: Tensor, read: Tensor) -> Tensor:
    """Which pairs reach angles never met: less than a turn in training, and now further by more than rounding."""
    return (trained < 1) & (read > trained * (1 + 1e-9))


def _one_base(frequencies: Tensor) -> float | None:
    """The base of which these are the frequencies, or None."""
    n = len(frequencies)
    if n < 2 or abs(frequencies[0].item() - 1) > 1e-12:
        return None
    base = frequencies[1].item() ** -n  # ω_1 = base ** (-1 / n)
    again = base ** (-torch.arange(n, dtype=torch.float64) / n)
    return base if torch.allclose(again, frequencies.cpu(), rtol=1e-9, atol=0) else None


def _distances(last: int) -> Tensor:
    """Whole distances from 1 to `last`, about evenly spread over a logarithmic axis."""
    return torch.logspace(0, math.log10(last), SHOWN, dtype=torch.float64).round().clamp(1, last).unique()


def _equal_weights(slopes: Tensor, distances: Tensor, n: int) -> Tensor:
    """The softmax of -slope · distance over distances 0 … n - 1, at `distances`: a geometric series, in float64."""
    return torch.exp(-slopes * distances) * (1 - torch.exp(-slopes)) / (1 - torch.exp(-slopes * n))


def _xpos_difference(dim: int, frequencies: Tensor, scale_base: int, n: int = 256) -> float:
    """The largest difference between scores of rows rotated and scaled one by one, and the closed form."""
    at = torch.arange(n)
    rows = torch.ones(n, dim)
    scale = rotary.xpos_scale(at - n // 2, dim, scale_base=scale_base).repeat_interleave(2, dim=1)
    turned = rotary.apply_rotary(rows, at, frequencies)
    scores = (turned * scale) @ (turned / scale).T / dim
    closed = rotary.rotary_scores(rows[0], rows[0], at, frequencies=frequencies, scale_base=scale_base) / dim
    past = at[:, None] - at
    return (scores - closed[past.abs()])[past >= 0].abs().max().item()
