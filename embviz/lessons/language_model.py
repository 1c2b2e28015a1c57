"""A small language model that learns its table of tokens along with the rest: shipped runs, and one of one's own."""

from typing import Any

from embviz.lessons.lesson import Exercise, Lesson, Try
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
}
RUN = ChoiceParam(
    "lm_run",
    "Shipped run",
    "rotary",
    tuple(RUNS),
    help="Named by its kind of position. Characters and a tied head, unless it says pieces or untied.",
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
}
COMPARE = ChoiceParam("lm_compare", "Compare", "positions", tuple(COMPARISONS))
FROM = LevelParam("lm_from", "From step", 0, (0, 48, 192, 533))

TEXT = ChoiceParam("lm_text", "Text", "characters", ("characters", "pieces"))
AXIS = ChoiceParam("lm_axis", "Show", "shares, log", ("shares, log", "shares", "rows touched"))

POSITION = ChoiceParam("lm_position", "Position", "rotary", ("none", "learned", "sinusoidal", "rotary", "ALiBi"))
HEAD = ChoiceParam("lm_head", "Head", "tied", ("tied", "untied"))
UNITS = ChoiceParam("lm_units", "Tokens", "characters", ("characters", "512 pieces"))
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
        "train": lambda: live.training(chosen, **more),
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
    """Whether a training has ended that this plan can go on from."""
    return bool(course and course.final) and course.about["plan"].same_model(chosen)


def beside(chosen: Any) -> str:
    """The shipped run that is most like a training; those of pieces, and that with a head of its own, are rotary."""
    if chosen.units != "characters":
        return f"pieces, {chosen.head}"
    if not chosen.tied:
        return "rotary, untied"
    return next(name for name, run in RUNS.items() if run == chosen.position)


def _even() -> float:
    from embviz.tables import language_model

    return language_model.even_loss()


def _more() -> int:
    from embviz.tables import language_model

    return language_model.head_parameters()


def _longer() -> str:
    from embviz.tables import language_model

    return f"the {language_model.longer_rows(run='rotary')} ones"


LESSON = Lesson(
    slug="language_model",
    widgets=(
        *(VIEW, RUN, ROWS, COMPARE, FROM, TEXT, AXIS),
        *(POSITION, HEAD, UNITS, WIDTH, STEPS, SEED, RANK, DROPOUT, WARM),
    ),
    steered=(SNAPSHOT, PICK, FIT),
    tries=(
        Try("start", {VIEW: "Table", RUN: "rotary", ROWS: "common", SNAPSHOT: 0}),
        Try("rare", {VIEW: "Norms", RUN: "rotary", SNAPSHOT: 15}),
        Try("untied", {VIEW: "Norms", RUN: "rotary, untied", SNAPSHOT: 15}),
        Try("neighbours", {VIEW: "Positions", SNAPSHOT: 15}),
        Try("warm", {VIEW: "Train", UNITS: "512 pieces", WIDTH: 64, STEPS: 300, WARM: "all"}),
    ),
    exercises=(
        Exercise("even", _even, {VIEW: "Loss"}, tolerance=0.005),
        Exercise("more", _more, {VIEW: "Loss", COMPARE: "characters, pieces"}),
        Exercise(
            "longer",
            _longer,
            {VIEW: "Norms", RUN: "rotary"},
            choices=("the common ones", "the rare ones", "neither"),
        ),
    ),
    needs={
        RUN: {VIEW: "Norms"},
        ROWS: {VIEW: "Table"},
        COMPARE: {VIEW: "Loss"},
        FROM: {VIEW: "Loss"},
        TEXT: {VIEW: "Gradients"},
        AXIS: {VIEW: "Gradients"},
        **{param: {VIEW: "Train"} for param in (POSITION, HEAD, UNITS, WIDTH, STEPS, SEED, DROPOUT)},
        RANK: {VIEW: "Train", WIDTH: 32},
        WARM: {VIEW: "Train", UNITS: "512 pieces"},
        PICK: {RUN: "pieces, tied", ROWS: "all"},
    },
    more=(
        {VIEW: "Table", ROWS: "all"},
        {VIEW: "Table", RUN: "pieces, tied"},
        {VIEW: "Norms", RUN: "rotary, untied"},
        {VIEW: "Gradients", AXIS: "rows touched"},
        {VIEW: "Train", HEAD: "untied"},
    ),
)
