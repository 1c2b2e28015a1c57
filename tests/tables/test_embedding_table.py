"""The shipped tables: their shapes, numbers known from elsewhere, rows, and how little of a file loading reads."""

from pathlib import Path

import pytest
import torch
from torch.nn.functional import cosine_similarity

from embviz.paths import DATA
from embviz.tables import EmbeddingTable, available, load, tokenizers

NAMES = [entry.name for entry in available()]
SHAPES = {"minilm": (30522, 384), "glove": (50000, 50), "wordllama": (32000, 256)}
FLOAT16_STEP = 2**-11  # largest relative change that rounding to float16 makes


@pytest.mark.parametrize("name", NAMES)
def test_vectors_are_finite_float32_of_the_known_shape(name):
    table = load(name)
    assert table.name == name
    assert table.vectors.dtype == torch.float32
    assert tuple(table.vectors.shape) == SHAPES[name]
    assert table.vectors.isfinite().all()
    assert (table.vectors != 0).any(dim=1).all()
    assert table.vectors is table.vectors
    assert len(set(table.tokens)) == len(table.tokens) == SHAPES[name][0]


@pytest.mark.parametrize(
    ("name", "token", "first"),
    [
        ("glove", "the", [0.418, 0.24968, -0.41242, 0.1217]),  # Stanford's glove.6B.50d.txt, line 1
        ("glove", "lion", [0.60093, 0.012934, -0.61032, -0.13871]),
        ("minilm", "the", [-0.00424720, -0.01973858, 0.00887601]),  # model.safetensors, float32
        ("wordllama", "▁The", [-0.0255279541015625, 0.408935546875, 0.033111572265625, 0.267822265625]),
    ],
)
def test_rows_are_the_published_numbers(name, token, first):
    table = load(name)
    row = table.vectors[table.tokens.index(token)]
    torch.testing.assert_close(row[: len(first)], torch.tensor(first), rtol=FLOAT16_STEP, atol=0)


@pytest.mark.parametrize(
    ("name", "word", "near", "far"),
    [
        ("glove", "lion", "tiger", "lawyer"),
        ("minilm", "lion", "tiger", "lawyer"),
        ("wordllama", "▁king", "▁queen", "▁green"),
    ],
)
def test_words_and_rows_belong_together(name, word, near, far):
    table = load(name)
    rows = table.rows([table.tokens.index(token) for token in (word, near, far)])
    assert cosine_similarity(rows[0], rows[1], dim=0) > 0.1 + cosine_similarity(rows[0], rows[2], dim=0)


def test_minilm_has_the_rest_of_its_layer():
    table = load("minilm")
    assert tuple(table.positions.shape) == (512, 384) and tuple(table.token_types.shape) == (2, 384)
    assert table.positions.dtype == table.token_types.dtype == torch.float32
    torch.testing.assert_close(table.positions[511, :2], torch.tensor([-0.0231, -0.0088]), rtol=0, atol=1e-4)
    weight, bias, eps = table.layer_norm
    assert eps == 1e-12
    assert weight.dtype == bias.dtype == torch.float32 and weight.shape == bias.shape == (384,)
    assert weight[:2].tolist() == pytest.approx([0.59892833, 0.58359480], rel=1e-7)  # float32 is kept
    assert bias[:2].tolist() == pytest.approx([0.16954054, 0.11112433], rel=1e-7)


@pytest.mark.parametrize("name", ["glove", "wordllama"])
def test_tables_without_positions_say_so(name):
    table = load(name)
    assert table.positions is table.token_types is table.layer_norm is None


@pytest.mark.parametrize("name", NAMES)
def test_tokens_are_the_tokenizers_pieces(name):
    table = load(name)
    if name == "glove":
        assert table.tokenizer is None
        assert table.tokens[:5] == ("the", ",", ".", "of", "to")
    else:
        assert table.tokenizer is tokenizers.load(name, directory=DATA) and table.tokenizer.size == len(table.tokens)
        assert all(table.tokens[token.id] == token.text for token in table.tokenizer.encode("The hyena ate 🦁s."))


@pytest.mark.parametrize("name", NAMES)
def test_rows_are_the_rows_of_vectors(name):
    table = load(name)
    last = len(table.tokens) - 1
    ids = torch.tensor([[5, 0, last], [0, 5, 5]])
    assert table.rows(ids).shape == (2, 3, table.vectors.shape[1])
    assert table.rows(ids).dtype == torch.float32
    assert torch.equal(table.rows(ids), table.vectors[ids])
    assert torch.equal(table.rows([last]), table.vectors[last:])
    assert torch.equal(table.rows(torch.tensor(7, dtype=torch.int32)), table.vectors[7])
    assert tuple(table.rows([]).shape) == (0, table.vectors.shape[1])


@pytest.mark.parametrize("bad", [-1, 50000, 10**6])
def test_rows_names_an_id_that_is_not_there(bad):
    for ids in ([3, bad], torch.tensor([[3], [bad]])):
        with pytest.raises(ValueError, match=rf"id {bad} .* 50,000"):
            load("glove").rows(ids)


@pytest.mark.parametrize("bad", [[1.0], [True], torch.tensor([0.5])])
def test_rows_takes_integers_only(bad):
    with pytest.raises(ValueError, match="integers"):
        load("glove").rows(bad)


def test_an_unknown_name_lists_the_names():
    with pytest.raises(ValueError, match=r"'elmo'.*minilm, glove, wordllama"):
        load("elmo")


def test_loading_again_gives_the_same_object():
    assert load("minilm") is load("minilm")


def test_loading_maps_the_file_and_converts_nothing(tmp_path):
    for path in DATA.glob("*"):
        (tmp_path / path.name).symlink_to(path)
    table = load("glove", directory=tmp_path)
    table.rows([1, 2, 3])
    assert table.stored.dtype == torch.float16
    assert "vectors" not in vars(table)
    maps = Path("/proc/self/maps")
    if maps.exists():
        assert str(DATA / "glove.safetensors") in maps.read_text()


def test_tables_are_frozen_and_print_in_one_line():
    table = load("glove")
    with pytest.raises(AttributeError):
        table.name = "other"
    assert len(repr(table)) < 200


def test_tokens_and_vectors_must_fit():
    with pytest.raises(ValueError, match="2 tokens"):
        EmbeddingTable("upload", ("a", "b"), torch.zeros(3, 4), "a test", "none")


def test_a_table_in_memory_is_not_copied():
    stored = torch.arange(6.0).reshape(3, 2)
    table = EmbeddingTable("upload", ("a", "b", "c"), stored, "a test", "none")
    assert table.vectors.data_ptr() == stored.data_ptr()
    assert table.rows([2]).tolist() == [[4.0, 5.0]]
