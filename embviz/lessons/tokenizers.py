"""One text through every shipped tokenizer, words that are one piece in some, and what an id stands for."""

from embviz.lessons.lesson import Exercise, Lesson, Try, drawn
from embviz.ui.params import ChoiceParam, IntParam, TextParam, ViewParam

NAMES = "Comcast Teradata John Kuznetsov"
CODE = "def f(x):\n    if x:\n        return x"
UNSEEN = "I saw a lion🦁."
ENTRIES = "Comcast\nTeradata\nJohn\nKuznetsov\nembeddings\ntransformer\n    return\n的\nहै\nэто\n🦁"
LONG = "row " * 75

VIEW = ViewParam("tok_view", "Picture", "One text", ("One text", "Which words", "One id"))
TEXT = TextParam(
    "tok_text",
    "Text",
    "Comcast embeddings, это 🦁",
    limit=300,
    lines=4,
    odd=("", "   ", "🦁🦊", "[UNK] <s> <|endoftext|>", CODE, "<b>*x*</b> $y$ [[n]] {n} `", "café déjà"),
)
WORDS = TextParam(
    "tok_words",
    "Entries, one a line",
    ENTRIES,
    limit=300,
    lines=9,
    help="Up to 12. Spaces before an entry belong to it.",
    odd=("", "the", "a\n" * 3, "\n".join("abcdefghijklmn"), "<i>*x*</i>\n| $y$ |", "🦁"),
)
WHERE = ChoiceParam(
    "tok_where",
    "Each stands",
    "at the start",
    ("at the start", "after a space"),
    help="after a space: behind another word, as most words of a text. Its pieces may hold the space.",
)
ID = TextParam(
    "tok_id",
    "Id",
    "1996",
    limit=12,
    lines=1,
    help="A whole number from 0 to 200018.",
    odd=("", "0", "100", "50256", "100256", "200018", "200019", "-1", "many", "30,522"),
)
AT = IntParam("tok_at", "Character", 0, low=0, high=299)


def _gpt2(seed: int = 0) -> Exercise:
    """The tokens of a word at the start of a text."""
    words = ("Kuznetsov", "Teradata", "embeddings", "transformer", "है", "的", "🦁")
    word, name = drawn(seed, ("это", words), ("gpt2", ("cl100k", "o200k", "wordllama")))

    def tokens() -> int:
        from embviz.tables import tokenizers

        return len(tokenizers.load(name).encode(word))

    says = {"word": word, "name": name, "bytes": len(word.encode()), "characters": len(word)}
    return Exercise("gpt2", tokens, {VIEW: "Which words", WORDS: ENTRIES}, level=3, says=says, fresh=_gpt2)


def _unseen(seed: int = 0) -> Exercise:
    """What WordPiece makes of a word with a character that it never saw."""
    word, beast, gap = drawn(seed, ("lion", ("fox", "cat", "bear", "wolf")), ("🦁", "🦊🐱🐻🐺"), (None, ("", " ")))
    written = f"{word}{gap or ''}{beast}"

    def pieces() -> str:
        from embviz.tables import tokenizers

        return " + ".join(token.text for token in tokenizers.load("minilm").encode(written))

    return Exercise(
        "unseen",
        pieces,
        {VIEW: "One text", TEXT: written},
        choices=("[UNK]", f"{word} + [UNK]", f"{word} + four bytes", word),
        level=2,
        says={"written": written},
        fresh=_unseen,
    )


def _where(seed: int = 0) -> Exercise:
    """Where a word is one piece."""
    words = ("John", "Kuznetsov", "embeddings", "transformer", "的", "language", "the")
    word, name = drawn(seed, ("Comcast", words), ("gpt2", ("cl100k", "o200k", "minilm")))

    def places() -> str:
        from embviz.tables.tokenizer_views import BY_SIZE, one_piece

        at = BY_SIZE.index(name)
        one = [bool(one_piece(listed=word, where=where).counts[0, at] == 1) for where in WHERE.options]
        return {(True, False): WHERE.options[0], (False, True): WHERE.options[1], (True, True): "both"}.get(
            tuple(one), "neither"
        )

    return Exercise(
        "where",
        places,
        {VIEW: "Which words", WORDS: word, WHERE: "after a space"},
        choices=("at the start", "after a space", "both", "neither"),
        level=2,
        says={"word": word, "name": name},
        fresh=_where,
    )


LESSON = Lesson(
    slug="tokenizers",
    widgets=(VIEW, TEXT, WORDS, WHERE, ID),
    steered=(AT,),
    tries=(
        Try("names", {VIEW: "One text", TEXT: NAMES, AT: 23}),
        Try("code", {VIEW: "One text", TEXT: CODE, AT: 12}),
        Try("unseen", {VIEW: "One text", TEXT: UNSEEN, AT: 8}),
        Try("space", {VIEW: "Which words", WORDS: ENTRIES, WHERE: "after a space"}),
        Try("id", {VIEW: "One id", ID: "50256"}),
    ),
    exercises=(
        _gpt2(),
        _unseen(),
        _where(),
    ),
    needs={
        AT: {TEXT: LONG},
        WORDS: {VIEW: "Which words"},
        WHERE: {VIEW: "Which words"},
        ID: {VIEW: "One id"},
    },
    more=({TEXT: "zebra"}, {VIEW: "Which words", WORDS: "John"}, {VIEW: "One id", ID: "199999"}),
)
