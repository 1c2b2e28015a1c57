"""What one would do in earnest, each choice shown by runs."""

from collections.abc import Mapping
from typing import Any

from embviz import compute
from embviz.lessons import language_model, long_context
from embviz.lessons.lesson import Exercise, Lesson, Try, drawn, written
from embviz.ui.params import ChoiceParam, LevelParam, Param, ViewParam

FACTORS = {  # what a choice is called on the page, and in compute
    "table rate": "table_rate",
    "table rate, wide start": "wide_table_rate",
    "table decay": "table_decay",
    "dropout": "dropout",
    "dropout, small text": "small_dropout",
    "initial spread": "spread",
    "clipping": "clipping",
    "warm-up": "warmup",
    "high rate": "hot",
}
STARTS = {"0.02": "head", "0.125": "wide_head"}
SETS = {"kinds of positions": "kinds", "scalings of rotary": "scalings", "all": "all"}
BY_LENGTH = ("position", "scaling", "curriculum")  # choices whose common advice depends on the length
PARTS = {"whole text": "whole", "its last 64 tokens": "last"}

VIEW = ViewParam("rcp_view", "Picture", "Grid", ("Grid", "Tied", "Length", "Curriculum", "Sheets"))
FACTOR = ChoiceParam("rcp_factor", "What is changed", "table rate", tuple(FACTORS))
CURVE = ChoiceParam("rcp_curve", "Curves", "loss", ("loss", "difference"))
VOCABULARY = LevelParam("rcp_vocabulary", "Count for a vocabulary of", 512, (512, 1024, 2048, 4096, 8192))
START = ChoiceParam("rcp_start", "Initial spread of the table", "0.02", tuple(STARTS))
SHOWN = ChoiceParam("rcp_shown", "Compare", "kinds of positions", tuple(SETS))
PART = ChoiceParam("rcp_part", "Loss over", "whole text", tuple(PARTS))
TIMES = LevelParam("rcp_times", "Curves by position at", 8, (1, 2, 4, 8), help="Times the trained length.")
POSITION = ChoiceParam("rcp_position", "Positions", "rotary", ("rotary", "learned"))
TARGET = LevelParam("rcp_target", "Sheet for so many tokens", 4096, (4096, 131072))


def place_of(place: str) -> tuple[str, Mapping[Param, Any]]:
    """The lesson and the state of it that show the runs behind a line of a sheet, by their place (`tables.recipe`)."""
    own: dict[str, Mapping[Param, Any]] = {
        "scalings": {VIEW: "Length", SHOWN: "scalings of rotary", TIMES: 8},
        "curriculum": {VIEW: "Curriculum", POSITION: "rotary"},
        "head": {VIEW: "Tied", START: "0.02"},
        "wide_head": {VIEW: "Tied", START: "0.125"},
    }
    own |= {name: {VIEW: "Grid", FACTOR: label, CURVE: "difference"} for label, name in FACTORS.items()}
    others = {
        "seeds": ("language_model", {language_model.VIEW: "Loss", language_model.COMPARE: "positions, three seeds"}),
        "measured": ("long_context", {long_context.VIEW: "Measured", long_context.PART: "whole text"}),
    }
    return others.get(place) or ("recipe", own[place])


def _rate() -> str:
    """The level of the table's rate that ends lowest beyond the spread of the seeds, if one does."""
    from embviz.tables import recipe

    found = recipe.grid(factor="table_rate")
    lower = [each for each in found.differences if each["verdict"] == "lower"]
    higher = [each for each in found.differences if each["verdict"] == "higher"]
    if lower:
        return min(lower, key=lambda each: each["mean"])["label"]
    return found.labels[0] if len(higher) == len(found.differences) else "no one is best"


def _untied(seed: int = 0) -> Exercise:
    size, width = drawn(seed, (8192, VOCABULARY.levels), (64, (32, 48, 96, 128, 256)))

    def more() -> int:
        made = compute.language_model.ModelSettings
        model = {"vocab_size": size, "width": width, "n_layers": 2, "n_heads": 4, "context": 64}
        counts = [compute.language_model.parameter_counts(made(**model, tied=tied)).total for tied in (True, False)]
        return counts[1] - counts[0]

    says = {"size": written(size), "width": width}
    return Exercise("untied", more, {VIEW: "Tied", VOCABULARY: size}, says=says, fresh=_untied)


def _reads_on() -> str:
    """Which kind of position loses least at 8 times the trained length, of those that nothing was done to."""
    from embviz.tables import recipe

    return recipe.lengths(shown="kinds", part="whole", times=8).lowest


LESSON = Lesson(
    slug="recipe",
    widgets=(VIEW, FACTOR, CURVE, VOCABULARY, START, SHOWN, PART, TIMES, POSITION, TARGET),
    steered=(),
    tries=(
        Try("spread", {VIEW: "Grid", FACTOR: "initial spread", CURVE: "loss"}),
        Try("hot", {VIEW: "Grid", FACTOR: "high rate", CURVE: "loss"}),
        Try("kinds", {VIEW: "Length", SHOWN: "kinds of positions", PART: "whole text", TIMES: 8}),
        Try("scalings", {VIEW: "Length", SHOWN: "scalings of rotary", PART: "whole text", TIMES: 8}),
        Try("sheet", {VIEW: "Sheets", TARGET: 131072}),
    ),
    exercises=(
        Exercise(
            "rate",
            _rate,
            {VIEW: "Grid", FACTOR: "table rate"},
            choices=("1", "0.3", "0.1", "no one is best"),
            level=3,
        ),
        _untied(),
        Exercise(
            "length",
            _reads_on,
            {VIEW: "Length", SHOWN: "kinds of positions"},
            choices=("none", "learned", "sinusoidal", "rotary", "ALiBi"),
            level=2,
        ),
    ),
    needs={
        VOCABULARY: {VIEW: "Tied"},
        START: {VIEW: "Tied"},
        SHOWN: {VIEW: "Length"},
        PART: {VIEW: "Length"},
        TIMES: {VIEW: "Length"},
        POSITION: {VIEW: "Curriculum"},
        TARGET: {VIEW: "Sheets"},
    },
    more=(),
)
