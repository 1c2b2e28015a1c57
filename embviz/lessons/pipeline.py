"""From a sentence to what a transformer's first block receives."""

from embviz import compute
from embviz.lessons.lesson import Exercise, Lesson, Try, drawn, written
from embviz.ui.params import ChoiceParam, IntParam, TextParam

TEXT = TextParam(
    "pipe_text",
    "Sentence",
    "The lion ate the hyena and the gazelle.",
    limit=400,
    help="Up to 400 characters and 64 tokens. Ctrl and Enter takes it over.",
    odd=("", "   ", "🦁 roars", "שלום עולם", "a\x00b", "<script>alert(1)</script>", "word " * 80),
)
MODEL = ChoiceParam(
    "pipe_model",
    "Model",
    "minilm",
    ("minilm", "wordllama", "fresh"),
    help="minilm: all-MiniLM-L6-v2, a BERT layer, 30,522 × 384. wordllama: rows of 256 trained over Llama 2's "
    "vocabulary of 32,000. fresh: a layer before any training.",
)

WIDTH = IntParam("pipe_width", "Width d", 64, low=8, high=256, step=8)
POSITION = ChoiceParam("pipe_position", "Positions", "sinusoidal", ("learned", "sinusoidal", "none"))
SCALE = ChoiceParam("pipe_scale", "Multiply tokens by √d", "yes", ("yes", "no"))
PADDING = IntParam("pipe_padding", "Padding rows", 2, low=0, high=8)
SEED = IntParam("pipe_seed", "Seed", 0, low=0, high=999)
FRESH = (WIDTH, POSITION, SCALE, PADDING, SEED)

STAGE = IntParam("pipe_stage", "Stage", 1, low=1, high=8)
TOKEN = IntParam("pipe_token", "Token", 2, low=0, high=63)
DIM = IntParam("pipe_dim", "Dimension", 17, low=0, high=383)


def _first_difference() -> str:
    """The first step at which two places of one token differ, found by running a layer."""
    import torch

    table = torch.randn(2, 3, 8, generator=torch.Generator().manual_seed(0))
    stages = compute.pipeline.stages(table[0][[1, 2, 1]], positions=table[1])
    steps = {"Rows": stages.tokens, "Sum": stages.total, "x": stages.output}
    return next(name for name, rows in steps.items() if not rows[0].equal(rows[2]))


def _count(seed: int = 0) -> Exercise:
    tokens, width = drawn(seed, (14, range(5, 33)), (384, (64, 128, 256, 512, 768, 1024)))

    def numbers() -> int:
        import torch

        return compute.pipeline.stages(torch.zeros(tokens, width)).output.numel()

    return Exercise("count", numbers, {STAGE: 8}, says={"tokens": tokens, "width": width}, fresh=_count)


def _scaled(seed: int = 0) -> Exercise:
    tenths = [n / 10 for n in range(-9, 10) if n]
    a, b, p, q = drawn(seed, (0.3, tenths), (-0.2, tenths), (0.1, tenths), (0.4, tenths))
    token, position = (a, b), (p, q)

    def first() -> float:
        import torch

        stages = compute.pipeline.stages(torch.tensor([token]), factor=2**0.5, positions=torch.tensor([position]))
        return stages.output[0, 0].item()

    says = {"token": _row(token), "position": _row(position), "first": written(token[0])}
    link = {MODEL: "fresh", WIDTH: 8, STAGE: 7}
    return Exercise("scaled", first, link, tolerance=0.005, level=2, says=says, fresh=_scaled)


def _row(numbers: tuple[float, ...]) -> str:
    return f"({', '.join(map(written, numbers))})"


LESSON = Lesson(
    slug="pipeline",
    widgets=(TEXT, MODEL, *FRESH),
    steered=(STAGE, TOKEN, DIM),
    tries=(
        Try("three", {TEXT: TEXT.default, MODEL: "minilm", STAGE: 8, TOKEN: 4, DIM: 17}),
        Try("piece", {TEXT: TEXT.default, MODEL: "minilm", STAGE: 2, TOKEN: 6, DIM: 17}),
        Try("llama", {MODEL: "wordllama", STAGE: 6}),
        Try("fresh", {MODEL: "fresh", WIDTH: 64, POSITION: "sinusoidal", SCALE: "yes", PADDING: 2, STAGE: 7}),
    ),
    exercises=(
        Exercise("stage", _first_difference, {STAGE: 7, TOKEN: 4}, choices=("Rows", "Sum", "x")),
        _count(),
        _scaled(),
    ),
    needs={param: {MODEL: "fresh"} for param in FRESH},
    more=({MODEL: "fresh", SCALE: "no"}, {TEXT: "no word twice"}),
)
