"""A small language model that learns its table of tokens along with the rest: shipped runs, and one of one's own."""

from typing import Any

from embviz import compute
from embviz.lessons.lesson import Exercise, Lesson, Try, drawn, written
from embviz.ui.params import ChoiceParam, IntParam, LevelParam, TextParam, ViewParam

VIEW = ViewParam("lm_view", "Picture", "Table", ("Table", "Loss", "Norms", "Positions", "Gradients", "Train"))
RUNS = {  # what a shipped run is called on the page
    "rotary": "rotary",
    "learned": "learned",
    "sinusoidal": "sinusoidal",
    "ALiBi": "alibi",
    "none": "none",
    "rotary, untied": "untied",
    "pieces, tied": "pieces-tied",
    "pieces, untied": "pieces-untied",
    "pieces, from glove": "pieces-warm",
}
RUN = ChoiceParam(
    "lm_run",
    "Shipped run",
    "rotary",
    tuple(RUNS),
    help="Named by its kind of position. Characters and a tied head, unless it says pieces or untied. From glove: the "
    "rows of pieces that are words start there.",
)
ROWS = ChoiceParam("lm_rows", "Rows", "common", ("common", "all"), help="Common: at least one token in 2,000.")
SNAPSHOT = IntParam("lm_s", "Snapshot", 15, low=0, high=15)
PICK = IntParam("lm_pick", "Token", -1, low=-1, high=511)
FIT = IntParam("lm_fit", "Plane of the snapshot, -1 for the last", -1, low=-1, high=15)

COMPARISONS = {  # what a comparison is called on the page
    "positions": "positions",
    "tied, untied": "heads",
    "characters, pieces": "texts",
    "positions, three seeds": "seeds",
    "from glove, at random": "warm",
}
COMPARE = ChoiceParam("lm_compare", "Compare", "positions", tuple(COMPARISONS))
FROM = LevelParam("lm_from", "From step", 0, (0, 48, 192, 533))

TEXT = ChoiceParam("lm_text", "Text", "characters", ("characters", "pieces"))
AXIS = ChoiceParam("lm_axis", "Show", "shares, log", ("shares, log", "shares", "rows touched"))

POSITION = ChoiceParam("lm_position", "Position", "rotary", ("none", "learned", "sinusoidal", "rotary", "ALiBi"))
HEAD = ChoiceParam("lm_head", "Head", "tied", ("tied", "untied"))
UNITS = ChoiceParam("lm_units", "Tokens", "characters", ("characters", "512 pieces"))
LAYERS = LevelParam("lm_layers", "Layers", 2, (2, 3, 4))
WIDTH = LevelParam("lm_width", "Width d", 64, (32, 64, 96, 128))
STEPS = LevelParam("lm_steps", "Steps", 600, (100, 300, 600, 1200))
SEED = IntParam("lm_seed", "Seed", 0, low=0, high=99)
RANK = LevelParam("lm_rank", "Rank of the table, 0 for a full one", 0, (0, 2, 4, 8, 16, 32))
DROPOUT = LevelParam("lm_dropout", "Embedding dropout, %", 0, (0, 5, 10, 20, 40))
WARM = TextParam(
    "lm_warm",
    "Rows to start from glove",
    "",
    limit=120,
    lines=1,
    help="Pieces that are words, such as: lord king father. Or: all. Their rows start from glove, fitted to the width.",
    odd=("all", "king,  lord", "xyzzy", "☃"),
)
JOB = "language_model_training"


def plan(**chosen: Any) -> Any:
    """What to train, by the short names of the parameters."""
    from embviz.tables import language_model_live as live

    return live.Plan(**{**chosen, "position": chosen["position"].lower()})


def parameters(chosen: Any) -> Any:
    """How many numbers are trained, by part. ValueError, in one sentence, for a plan that cannot be trained."""
    from embviz.tables import language_model_live as live

    return live.parameters(chosen)


def begin(chosen: Any) -> dict[str, Any]:
    """What begins a training of this plan, for `embviz.ui.training.start`."""
    return _start(chosen, {}, ())


def go_on(chosen: Any, course: Any) -> dict[str, Any]:
    """What goes on from a training that has ended; rows are set anew where other words are named than before."""
    before = looks(course)
    warm = chosen.warm if chosen.warm != course.about["plan"].warm else ""
    return _start(chosen, {"weights": course.final, "tokens": before[-1].tokens, "warm": warm}, before)


def _start(chosen: Any, more: dict[str, Any], before: tuple) -> dict[str, Any]:
    from embviz.tables import language_model_live as live

    return {
        "train": lambda stopping: live.training(chosen, stopping=stopping, **more),
        "keep": live.without_weights,
        "finish": live.weights_of,
        "about": {"plan": chosen, "before": before},
        "needs": live.needs(chosen),
    }


def looks(course: Any) -> tuple:
    """All that a training has shown, and those before it that it went on from."""
    return (*course.about["before"], *course.kept) if course and course.about else ()


def end(course: Any, chosen: Any) -> int:
    """After how many tokens the training that is shown ends; without one, the planned one."""
    before = course.about["before"] if course and course.about else ()
    shown = course.about["plan"] if course and course.about else chosen
    return (before[-1].tokens if before else 0) + shown.tokens


def fits(chosen: Any, course: Any) -> bool:
    """Whether a training has ended whose weights this plan can go on from."""
    return bool(course and course.final) and course.about["plan"].same_model(chosen)


def same(chosen: Any, course: Any) -> bool:
    """Whether the training that is shown is the one that is planned, to its last choice."""
    return bool(course and course.about) and course.about["plan"] == chosen


def beside(chosen: Any) -> str:
    """The shipped run that is most like a training; those of pieces, and that with a head of its own, are rotary."""
    if chosen.units != "characters":
        return "pieces, from glove" if chosen.tied and chosen.warm.strip() == "all" else f"pieces, {chosen.head}"
    if not chosen.tied:
        return "rotary, untied"
    return next(name for name, run in RUNS.items() if run == chosen.position)


def _even(seed: int = 0) -> Exercise:
    """The loss of even chances: of the characters of the runs, for other seeds of another vocabulary."""
    (count,) = drawn(seed, (84, (26, 100, 256, 512, 1000, 4353, 8449, 16641, 30522, 50257)))

    def loss() -> float:
        from embviz.tables import language_model

        if not seed:
            return language_model.even_loss()
        import torch

        return torch.nn.functional.cross_entropy(torch.zeros(1, count), torch.tensor([0])).item()

    says = {"count": written(count), "plain": count}
    return Exercise("even", loss, {VIEW: "Loss"}, tolerance=0.005, level=2, says=says, fresh=_even)


def _more(seed: int = 0) -> Exercise:
    """What a head of its own adds: in the runs of pieces, for other seeds in another model."""
    size, width = drawn(seed, (512, (84, 256, 1024, 4353, 8192)), (96, (32, 48, 64, 128, 384)))

    def more() -> int:
        from embviz.tables import language_model

        if not seed:
            return language_model.head_parameters()
        model = {"vocab_size": size, "width": width, "n_layers": 2, "n_heads": 4, "context": 64}
        made = compute.language_model.ModelSettings
        counts = [compute.language_model.parameter_counts(made(**model, tied=tied)).total for tied in (True, False)]
        return counts[1] - counts[0]

    says = {"size": written(size), "width": width}
    return Exercise("more", more, {VIEW: "Loss", COMPARE: "characters, pieces"}, says=says, fresh=_more)


def _longer() -> str:
    from embviz.tables import language_model

    return f"the {language_model.longer_rows(run='rotary')} ones"


LESSON = Lesson(
    slug="language_model",
    widgets=(
        *(VIEW, RUN, ROWS, COMPARE, FROM, TEXT, AXIS),
        *(POSITION, HEAD, UNITS, WIDTH, LAYERS, STEPS, SEED, RANK, DROPOUT, WARM),
    ),
    steered=(SNAPSHOT, PICK, FIT),
    tries=(
        Try("start", {VIEW: "Table", RUN: "rotary", ROWS: "common", SNAPSHOT: 0}),
        Try("rare", {VIEW: "Norms", RUN: "rotary", SNAPSHOT: 15}),
        Try("untied", {VIEW: "Norms", RUN: "rotary, untied", SNAPSHOT: 15}),
        Try("neighbours", {VIEW: "Positions", SNAPSHOT: 15}),
        Try("warm", {VIEW: "Loss", COMPARE: "from glove, at random", FROM: 0}),
    ),
    exercises=(
        _even(),
        _more(),
        Exercise(
            "longer",
            _longer,
            {VIEW: "Norms", RUN: "rotary"},
            choices=("the common ones", "the rare ones", "neither"),
            level=3,
        ),
    ),
    needs={
        RUN: {VIEW: "Norms"},
        ROWS: {VIEW: "Table"},
        COMPARE: {VIEW: "Loss"},
        FROM: {VIEW: "Loss"},
        TEXT: {VIEW: "Gradients"},
        AXIS: {VIEW: "Gradients"},
        **{param: {VIEW: "Train"} for param in (POSITION, HEAD, UNITS, WIDTH, LAYERS, STEPS, SEED, DROPOUT)},
        RANK: {VIEW: "Train", WIDTH: 32},
        WARM: {VIEW: "Train", UNITS: "512 pieces"},
        PICK: {RUN: "pieces, tied", ROWS: "all"},
    },
    more=(
        {VIEW: "Table", ROWS: "all"},
        {VIEW: "Table", RUN: "pieces, tied"},
        {VIEW: "Norms", RUN: "rotary, untied"},
        {VIEW: "Gradients", AXIS: "rows touched"},
        {VIEW: "Table", RUN: "pieces, from glove"},
        {VIEW: "Train", HEAD: "untied"},
        {VIEW: "Train", UNITS: "512 pieces", WARM: "all"},
    ),
)
