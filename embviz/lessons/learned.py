"""What a trained table of positions is like, beside a formula and noise."""

from embviz import compute
from embviz.lessons.lesson import Exercise, Lesson, Try, drawn, written
from embviz.ui.params import ChoiceParam, IntParam, LevelParam, ViewParam

VIEW = ViewParam("lrn_view", "Picture", "Tables", ("Tables", "Similarity", "Norms", "Spectrum", "Path", "Past the end"))
SEED = IntParam("lrn_seed", "Seed of the random table", 0, low=0, high=99)
ORDER = ChoiceParam("lrn_order", "Order of the columns", "by wave", ("by wave", "as stored"))
N = LevelParam("lrn_n", "Positions n", 128, (16, 32, 64, 128, 256, 512))
MEASURE = ChoiceParam("lrn_measure", "Measure of a row", "length", ("length", "cosine with the next"))
LENGTH = LevelParam("lrn_length", "Positions asked for T", 1024, (512, 768, 1024, 2048, 4096))
WIDTH = LevelParam("lrn_width", "Width d, for the costs", 384, (64, 128, 256, 384, 512, 768, 1024))

P = IntParam("lrn_p", "Position *p*", 23, low=0, high=511)
J = IntParam("lrn_j", "Dimension *j*", 99, low=0, high=383)
Q = IntParam("lrn_q", "Position *q*", 29, low=0, high=511)
K = IntParam("lrn_k", "Turns *k*", 16, low=1, high=256)
C = IntParam("lrn_c", "First component *c*", 1, low=1, high=9)
M = IntParam("lrn_m", "Position *m*", 700, low=0, high=4095)

COSINES = ("about \u22120.5", "about 0", "about 0.5", "about 0.85")


def _neighbours() -> str:
    """Which of COSINES is nearest to the mean cosine of neighbouring rows of the trained table."""
    from embviz.tables import learned

    mean = learned.neighbours(seed=0).values[0].mean().item()
    return min(COSINES, key=lambda words: abs(float(words.removeprefix("about ").replace("\u2212", "-")) - mean))


def _which() -> str:
    """Which kinds of layer, made for 1,024 positions, give 1,024 rows, and which give 2,048."""
    import torch

    layers = compute.layers
    kinds = {"learned": layers.LearnedPositionalEmbedding, "sinusoidal": layers.SinusoidalPositionalEmbedding}

    def gives(kind: str, length: int) -> bool:
        try:
            kinds[kind](1024, 8)(torch.zeros(1, length, dtype=torch.long))
        except ValueError:
            return False
        return True

    first, second = ([kind for kind in kinds if gives(kind, length)] for length in (1024, 2048))
    words = {2: "either", 1: "only ", 0: "neither"}
    return ", then ".join(words[len(found)] + (found[0] if len(found) == 1 else "") for found in (first, second))


def _parameters(seed: int = 0) -> Exercise:
    length, width = drawn(seed, (1024, (768, 2048, 4096)), (384, WIDTH.levels))
    return Exercise(
        "parameters",
        lambda: compute.learned.sizes(trained=512, length=length, width=width)["stretched"].parameters,
        {VIEW: "Past the end", LENGTH: length, WIDTH: width},
        says={"length": written(length), "width": written(width)},
        fresh=_parameters,
    )


LESSON = Lesson(
    slug="learned",
    widgets=(VIEW, ORDER, SEED, N, MEASURE, LENGTH, WIDTH),
    steered=(P, J, Q, K, C, M),
    tries=(
        Try("zero", {VIEW: "Tables", P: 0, J: 99}),
        Try("smooth", {VIEW: "Similarity", N: 64, P: 30, Q: 36, SEED: 0}),
        Try("waves", {VIEW: "Spectrum", K: 92, SEED: 0}),
        Try("noise", {VIEW: "Path", P: 60, C: 1, SEED: 0}),
        Try("past", {VIEW: "Past the end", LENGTH: 1024, WIDTH: 384, M: 700}),
    ),
    exercises=(
        Exercise("smooth", _neighbours, {VIEW: "Norms", MEASURE: "cosine with the next"}, choices=COSINES, level=2),
        Exercise(
            "which",
            _which,
            {VIEW: "Past the end", LENGTH: 2048},
            choices=(
                "only learned, then neither",
                "either, then either",
                "either, then only sinusoidal",
                "only sinusoidal, then only sinusoidal",
            ),
            level=2,
        ),
        _parameters(),
    ),
    needs={
        N: {VIEW: "Similarity"},
        Q: {VIEW: "Similarity", N: 512},
        MEASURE: {VIEW: "Norms"},
        K: {VIEW: "Spectrum"},
        C: {VIEW: "Path"},
        LENGTH: {VIEW: "Past the end"},
        WIDTH: {VIEW: "Past the end"},
        M: {VIEW: "Past the end", LENGTH: 4096},
    },
    more=({VIEW: "Similarity", N: 512},),
)
