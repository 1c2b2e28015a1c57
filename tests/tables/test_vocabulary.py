"""The shipped vocabularies are what the library makes of the shipped text, and what is said of them is so."""

import json
import math
from itertools import pairwise

import numpy as np
import pytest

from embviz.lessons import vocabulary as lesson
from embviz.tables import tokenizers, vocabularies, vocabulary
from embviz.tables.vocabularies import BYTES, FOLDER, IN_USE, KINDS, PARTS, SIZES

ODD = (
    "",
    " ",
    "\n\n  x",
    "The multitudinous seas",
    "thé 🦁 это",
    "<0x41> <unk>",
    "o'er 1609_",
    "\x00\u2028é́",
    "aaaa  b\t",
)
ALL = [(kind, size) for kind in KINDS for size in SIZES]


@pytest.fixture(scope="module")
def training():
    return vocabularies.part("training")


@pytest.fixture(scope="module")
def held():
    return vocabularies.part("held out")


# --- the files


def test_files_are_small_and_hold_every_vocabulary():
    sizes = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert set(sizes) == {"bpe.json", "unigram.json", "counts.json"}
    assert sizes["counts.json"] < 1_000_000 and sum(sizes.values()) < 3_000_000
    rows = vocabularies.counts()["vocabularies"]
    assert [(row["kind"], row["asked"]) for row in rows[:16]] == ALL
    assert [row["kind"] for row in rows[16:]] == list(IN_USE)


def test_bpe_is_what_the_library_trains(training):
    made = vocabularies.train_bpe(training, 512)
    shipped = json.loads((FOLDER / "bpe.json").read_text("utf-8"))
    assert made["characters"] == shipped["characters"]
    assert made["merges"] == shipped["merges"][: len(made["merges"])] and len(made["merges"]) == 512 - 256 - 75


@pytest.mark.thorough
@pytest.mark.parametrize("size", [512, 1024])
def test_unigram_is_what_the_library_trains(training, size):
    made, shipped = vocabularies.train_unigram(training, size), vocabularies._read("unigram")[str(size)]
    scores = dict(map(tuple, shipped))
    assert {piece for piece, _ in made} == set(scores) and len(made) == size - 256
    assert max(abs(score - scores[piece]) for piece, score in made) < 1e-3


def test_a_trainer_on_a_few_words_makes_what_can_be_counted():
    made = vocabularies.train_bpe(["low low low lower"], 256 + 6 + 2)
    assert made["characters"] == [" ", "e", "l", "o", "r", "w"]
    assert made["merges"] == [["l", "o"], ["lo", "w"]]
    found = vocabularies.train_unigram(["low low low lower"], 256 + 8)
    assert {piece for piece, _ in found} >= set(" elorw") and len(found) <= 8
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)


def test_the_trainers_make_no_vocabulary_of_300(training):
    """Why 256 are the bytes alone: bytes and the characters of the text are more."""
    few = training[:2]
    assert len(vocabularies.train_bpe(few, 300)["merges"]) == 0
    assert 256 + len(vocabularies.train_bpe(few, 300)["characters"]) > 300
    assert 256 + len(vocabularies.train_unigram(few, 300)) > 300
    assert vocabularies.load("BPE", 256).size == vocabularies.load("Unigram", 256).size == 256


def test_unigram_finds_no_piece_that_stands_at_one_place_only(training):
    """Why the trainer of Unigram ends before 32,768."""
    largest = vocabularies.load("Unigram", 32768)
    assert largest.size == 17_460
    words = {word for work in training for run in vocabularies.chunks(work) for word, _ in split(run)}
    whole = "\x00".join(sorted(words))
    longer = [piece for piece in largest._pieces[256:] if len(piece) > 1]
    assert len(longer) > 17_000
    for piece in longer[::97]:
        first = whole.find(piece)
        assert first >= 0 and whole.find(piece, first + 1) >= 0, piece


def split(text):
    return vocabularies.splitter().pre_tokenize_str(text)


@pytest.mark.parametrize(
    "name",
    ["BPE 8192", "Unigram 256", *(pytest.param(f"{k} {s}", marks=pytest.mark.thorough) for k, s in ALL[1::3]),
     *(pytest.param(name, marks=pytest.mark.thorough) for name in IN_USE)],
)  # fmt: skip
def test_the_counts_of_the_text_held_out_are_those_of_today(held, name):
    kind, _, size = name.partition(" ")
    tokenizer = vocabularies.load(kind, int(size)) if size else tokenizers.load(name)
    made = vocabularies.measured(tokenizer, {"held out": held})
    shipped = vocabulary.by_name(name)
    assert made["size"] == shipped.size
    assert made["held out"]["runs"] == shipped.parts["held out"]["runs"]
    assert sorted(made["held out"]["named"]) == sorted(shipped.parts["held out"]["named"])
    assert made["held out"]["bytes"] == shipped.parts["held out"]["bytes"]


def test_the_parts_are_the_whole_text(training, held):
    assert len(training) == 36 and len(held) == 6
    facts = vocabularies.counts()["texts"]
    for name, texts in zip(PARTS, (training, held), strict=True):
        assert facts[name] == vocabularies.text_facts(texts)
        runs = [run for text in texts for run in vocabularies.chunks(text)]
        assert max(map(len, runs)) <= tokenizers.MAX_CHARACTERS
        assert ["".join(vocabularies.chunks(text)) for text in texts] == list(texts)
    assert vocabularies.counts()["held"][0] == "HAMLET, PRINCE OF DENMARK"


# --- what the vocabularies do


@pytest.mark.parametrize(("kind", "size"), ALL)
def test_every_text_comes_back_and_every_character_is_covered(kind, size):
    tokenizer = vocabularies.load(kind, size)
    for text in ODD:
        tokens = tokenizer.encode(text)
        assert tokenizer.decode(token.id for token in tokens) == text
        assert all(token.start < token.end for token in tokens)
        assert {at for token in tokens for at in range(token.start, token.end)} == set(range(len(text)))
        for token in tokens:
            shown = tokenizer.token(token.id)
            assert shown == token.text and (shown in BYTES) == (token.id < 256)
            if token.id >= 256:
                assert text[token.start : token.end] == shown


def test_a_small_bpe_is_the_beginning_of_a_large_one():
    whole = vocabularies.load("BPE", 32768)._pieces
    for size in SIZES[1:]:
        assert vocabularies.load("BPE", size)._pieces == whole[:size]
    assert len(set(whole)) == 32768


def test_bpe_merges_as_its_list_says():
    ranks = {tuple(pair): rank for rank, pair in enumerate(vocabularies._read("bpe")["merges"])}
    for word in (" multitudinous", "incarnadine", " tomorrow", "Wherefore", " th"):
        for size in SIZES[2:]:
            most, pieces = size - 256 - 75, list(word)
            while True:
                pairs = [ranks.get(pair, most) for pair in pairwise(pieces)]
                if not pairs or min(pairs) >= most:
                    break
                at = pairs.index(min(pairs))
                pieces[at : at + 2] = ["".join(pieces[at : at + 2])]
            assert [token.text for token in vocabularies.load("BPE", size).encode(word)] == pieces


def test_unigram_takes_the_likeliest_pieces():
    for size in SIZES[1:]:
        scores = dict(map(tuple, vocabularies._read("unigram")[str(size)]))
        for word in (" multitudinous", "incarnadine", " tomorrow", " question"):
            best = [0.0] + [-math.inf] * len(word)
            for end in range(1, len(word) + 1):
                for start in range(end):
                    best[end] = max(best[end], best[start] + scores.get(word[start:end], -math.inf))
            found = [token.text for token in vocabularies.load("Unigram", size).encode(word)]
            assert sum(scores[piece] for piece in found) == pytest.approx(best[-1], abs=1e-9)


def test_there_is_no_other_vocabulary():
    with pytest.raises(ValueError, match="no BPE of 300 entries"):
        vocabularies.load("BPE", 300)
    with pytest.raises(ValueError, match="vocabulary"):
        vocabulary.by_name("BPE 300")


# --- what the lesson says of them


def test_uses_are_of_all_entries_and_make_all_tokens():
    for each in vocabulary.measured():
        for part in PARTS:
            uses = each.uses(part)
            assert len(uses) == each.size and uses.sum() == each.tokens(part) and (np.diff(uses) <= 0).all()
            words = vocabulary.text_of(part)["words"]
            if each.kind in KINDS:
                assert each.tokens(part) >= words  # no piece reaches over the end of a word
                assert (each.tokens(part) == vocabulary.text_of(part)["characters"]) == (each.size == 256)


def test_more_entries_are_fewer_tokens_by_bpe_and_once_not_by_unigram():
    for part in PARTS:
        assert all(saved > 0 for saved in vocabulary.savings("BPE", part))
        assert vocabulary.savings("BPE", part) == sorted(vocabulary.savings("BPE", part), reverse=True)
        signs = [saved > 0 for saved in vocabulary.savings("Unigram", part)]
        assert signs == [True] * 5 + [False, True]


def test_the_cost_by_hand():
    # three tokens, two wide, one layer, five entries: 12·3·4; 1 + 2 + 3 tokens seen, each 2·2; 3·5·2
    assert vocabulary.cost(3, vocabulary=5, width=2, layers=1) == [144, 24, 30]
    tokens, size, width, layers = 37, 512, 64, 3
    seen = sum(2 * width * at for at in range(1, tokens + 1))
    expected = [12 * layers * tokens * width**2, layers * seen, tokens * size * width]
    assert vocabulary.cost(tokens, vocabulary=size, width=width, layers=layers) == expected


@pytest.mark.parametrize(
    ("width", "layers", "least"), [(128, 2, 2048), (384, 6, 4096), (768, 12, 8192), (4096, 32, 32768)]
)
def test_the_trade_turns_with_the_model(width, layers, least):
    found = vocabulary.trade(width=width, layers=layers, characters=4096, dtype="float32")
    for kind in KINDS:
        own = [row for row in found.rows if row["kind"] == kind]
        assert min(row["total"] for row in own) == found.rows[found.cheapest[kind]]["total"]
    assert found.rows[found.cheapest["BPE"]]["size"] == least
    for at, row in enumerate(found.rows):
        assert row["parameters"] == row["size"] * width and row["bytes"] == 4 * row["parameters"]
        assert found.tokens[at] == row["tokens"] and row["total"] == sum(row["costs"])
        np.testing.assert_allclose(found.costs[at].numpy(), row["costs"], rtol=1e-12)
    assert found.rows[0]["tokens"] == 4096 and found.floor < min(row["tokens"] for row in found.rows[:16])


def test_rows_trained_against_drawing():
    assert vocabulary.rows_trained(np.array([7]), 5) == 1
    assert vocabulary.rows_trained(np.array([1, 1, 0]), 1) == pytest.approx(1)
    assert vocabulary.rows_trained(np.array([1, 1]), 2) == pytest.approx(1.5)
    uses = np.array([500, 100, 20, 5, 1, 1, 0])
    drawn = np.random.default_rng(0).multinomial(50, uses / uses.sum(), size=20_000)
    assert vocabulary.rows_trained(uses, 50) == pytest.approx((drawn > 0).sum(axis=1).mean(), rel=5e-3)
    shares = uses[uses > 0].astype(np.longdouble) / uses.sum()
    assert vocabulary.rows_trained(uses, 10**7) == pytest.approx(float((1 - (1 - shares) ** 10**7).sum()), rel=1e-9)


@pytest.mark.parametrize("name", ["BPE 512", "Unigram 32768", "o200k"])
def test_a_batch_is_of_its_vocabulary(name):
    found = vocabulary.batch(vocabulary=name, tokens=1_000_000, part="training")
    chosen = vocabulary.by_name(name)
    uses = chosen.uses("training")
    at = found.names.index(name)
    assert found.trained[at] == pytest.approx(found.rows) and found.sizes[at] == found.size == chosen.size
    assert found.rows <= found.used == (uses > 0).sum() and found.once == (uses == 1).sum()
    assert uses[: found.half].sum() * 2 >= uses.sum() > uses[: found.half - 1].sum() * 2
    ranks = found.ranks.long().numpy()
    np.testing.assert_allclose(found.shares.numpy(), uses[ranks - 1] / uses.sum(), rtol=1e-6)
    assert ranks[0] == 1 and ranks[-1] == found.used
    named = found.named_at.long().tolist()
    assert named == sorted(named) and named[-1] <= found.used and len(named) == len(found.named)


def test_bytes_beside_characters_are_never_used_by_their_own_text():
    for size in SIZES[1:]:
        for kind in KINDS:
            found = vocabulary.batch(vocabulary=f"{kind} {size}", tokens=1000, part="training")
            assert found.idle_bytes == 256 and found.used <= found.size - 256


def test_entries_that_bpe_never_uses_are_steps_to_longer_ones():
    merges = vocabularies._read("bpe")["merges"]
    for size in (8192, 32768):
        found = vocabulary.by_name(f"BPE {size}").parts["training"]["never"]
        parts = {piece for pair in merges[: size - 256 - 75] for piece in pair}
        assert found and set(found) <= parts


def test_pieces_are_of_all_sizes():
    text = "The multitudinous seas incarnadine"
    found = vocabulary.pieces(text=text, kind="BPE")
    assert [row["size"] for row in found.rows] == list(SIZES)
    assert found.counts.tolist() == [len(row["tokens"]) for row in found.rows] == sorted(found.counts, reverse=True)
    assert found.counts[0] == len(text) and found.raw == ""
    assert found.others == {name: len(tokenizers.load(name).encode(text)) for name in IN_USE}
    assert vocabulary.pieces(text="thé 🦁", kind="Unigram").raw == "é🦁"
    assert vocabulary.pieces(text="", kind="Unigram").counts.tolist() == [0] * 8
    with pytest.raises(ValueError, match="121 characters; the picture holds 120"):
        vocabulary.pieces(text="a" * 121, kind="BPE")


# --- what its prompts and exercises say


def test_the_sentences_of_the_prompts_hold():
    small = vocabulary.trade(width=384, layers=6, characters=4096, dtype="float32")
    rows = {row["name"]: row for row in small.rows}
    assert 4 <= rows["BPE 256"]["total"] / rows["BPE 4096"]["total"] < 4.5
    assert min(small.rows, key=lambda row: row["bytes"])["size"] == 256
    deep = vocabulary.trade(width=4096, layers=32, characters=4096, dtype="float32")
    totals = [row["total"] for row in deep.rows[:8]]
    assert totals == sorted(totals, reverse=True)
    assert deep.rows[7]["costs"][2] < 0.05 * deep.rows[7]["total"]
    assert rows["Unigram 16384"]["tokens"] > rows["Unigram 8192"]["tokens"]
    assert round(100 * (1 - rows["o200k"]["tokens"] / rows["BPE 8192"]["tokens"])) == 12
    assert rows["o200k"]["costs"][2] > 0.8 * rows["o200k"]["total"]
    idle = vocabulary.batch(vocabulary="o200k", tokens=1_000_000, part="training")
    assert round(10 * (1 - idle.used / idle.size)) == 9


def test_exercises_and_their_variants_know_their_answers():
    first, second, third = lesson.LESSON.exercises
    assert first.answer() == 16384 * 768
    assert second.answer() == pytest.approx(100 * (1 - 253_789 / 294_244))
    assert third.answer() == "2,048"
    for item in lesson.LESSON.exercises:
        variants = [item.variant(seed) for seed in range(1, 6)]
        assert all(each.id == item.id and each.says != item.says for each in variants)
        answers = [each.answer() for each in variants]
        assert len(set(answers)) > 1 and all(
            not each.choices or a in each.choices for each, a in zip(variants, answers, strict=True)
        )
