"""A table of one's own on the pages that take one: its file read or refused, its words, its scores, and let go."""

import io
from collections import defaultdict

import numpy as np
import pytest
import streamlit as st
import torch
from streamlit.testing.v1 import AppTest

from embviz import tables
from embviz.paths import ROOT
from embviz.tables import analogies, held, projector, similarity
from embviz.tables.export import export
from embviz.ui import running
from embviz.ui import text as prose

SECTIONS = prose.sections
asked: dict[str, set[str]] = defaultdict(set)
SLUGS = {"projector": "prj", "similarity": "sim", "analogies": "ana"}
WORDS = "king queen man woman boy girl dog cat paris france berlin germany one two".split()
ONE_TWO = b"1\t2\n3\t4\n5\t7\n"


@pytest.fixture(autouse=True)
def as_a_new_session():
    """Every AppTest has the same session, which would keep its table."""
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture(autouse=True)
def noted(monkeypatch):
    """Write down every section of the prose that a page asks for."""

    class Recorded(dict):
        def __init__(self, stem):
            super().__init__(SECTIONS(stem))
            self.stem = stem

        def __getitem__(self, name):
            asked[self.stem].add(name)
            return super().__getitem__(name)

    monkeypatch.setattr(prose, "sections", Recorded)


def opened(slug, **query):
    """The page with a table of one's own chosen, of which there is none yet."""
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run().switch_page(f"pages/{slug}.py")
    for key, value in {f"{SLUGS[slug]}_table": "your own", **query}.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception
    return page


def press(page, label):
    next(button for button in page.button if button.label.startswith(label)).click().run()
    assert not page.exception


def upload(page, name, data, names=None, *, use=True):
    page.file_uploader[0].upload(name, data).run()
    if names:
        page.file_uploader[1].upload(*names).run()
    if use:
        press(page, "Use this table")


def said(page):
    return " ".join(part.value for part in [*page.markdown, *page.caption])


def menu(page):
    page.session_state["table_file"] = True
    page.run()
    assert not page.exception


def glove(*words):
    table = tables.load("glove")
    return table.vectors[[table.row_numbers[word] for word in words]]


def files(kind, *words):
    return [(file.name, file.data) for file in export(words, glove(*words), kind)]


def npy(array):
    file = io.BytesIO()
    np.save(file, np.asarray(array, "<f4"))
    return file.getvalue()


def test_limits_are_said_before_and_nothing_else_is_shown():
    for slug in SLUGS:
        page = opened(slug)
        assert "Choose a file with a table of your own. It stays in this tab: a link" in said(page)
        assert "A file may have up to 200 MB (400 MB unpacked), 200,000 rows" in said(page)
        assert len(page.file_uploader) == 2 and not page.get("plotly_chart")
        assert "could not be made" not in said(page)


def test_the_pair_of_files_becomes_arrows():
    page = opened("similarity")
    pair = files("tsv", *WORDS)
    upload(page, *pair[0], pair[1])
    assert page.text_input(key="sim_a").value == "king" and page.text_input(key="sim_b").value == "queen"
    assert page.text_area(key="sim_words").value == " ".join(WORDS[:6] + WORDS[6:12])
    assert f"Table: vectors.tsv, {len(WORDS)} × 50, raw vectors".replace(".", r"\.", 1) in said(page)
    assert not page.file_uploader


def test_numbers_are_those_of_the_file():
    page = opened("similarity", sim_view="Many words")
    upload(page, *files("csv", *WORDS)[0])
    a, b = torch.nn.functional.normalize(glove("boy", "girl").double(), dim=1)
    assert f"Nearest: “boy” and “girl”, {float(a @ b):.3f}" in said(page)


def test_a_link_brings_its_words_to_the_table():
    page = opened("similarity", sim_a="man", sim_b="king")
    assert page.file_uploader and "a link to this page does not carry it" in said(page)
    upload(page, *files("word2vec", *WORDS[:4])[0])
    assert page.text_input(key="sim_a").value == "man" and page.text_input(key="sim_b").value == "king"
    assert "4 × 50" in said(page)


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("model.pt", b"abc", r"model.pt is of no known format; the name must end in .tsv"),
        ("v.tsv", b"1\t2\n3\tx\n", 'line 2, column 2 of v.tsv is "x"'),
        ("v.npy", npy(np.eye(3))[:-5], "v.npy"),
        ("v.tsv.gz", b"no gzip", "v.tsv.gz is damaged"),
        ("v.safetensors", b"\xff" * 20, "v.safetensors"),
        ("v.csv", b"1,2\n1,nan\n", "line 2, column 2 of v.csv"),
        ("v.npy", npy(1e30 * np.eye(3)), "the largest number of v.npy is 1e+30"),
        ("![x](y).tsv", b"1\tx\n", "![x](y).tsv"),
    ],
)
def test_a_refused_file_gets_a_sentence_and_leaves_nothing(name, data, sentence):
    page = opened("projector")
    keys = [widget.proto.id for widget in page.file_uploader]
    upload(page, name, data, use=False)
    if page.file_uploader[0].value:
        press(page, "Use this table")
    (refusal,) = [part.value for part in page.markdown if "Nothing of the file was kept" in part.value]
    assert refusal.startswith("Not read: ") and prose.plain(sentence) in refusal and refusal.count(". ") <= 2
    assert all(widget.value is None for widget in page.file_uploader)
    assert not set(keys) & {widget.proto.id for widget in page.file_uploader}
    assert not held._tables and page.button(key="own_use").disabled
    upload(page, "v.tsv", ONE_TWO)  # and another goes through
    assert "hold" in said(page) or "v.tsv has 3 rows of 2 numbers" in said(page)


def test_metadata_that_do_not_fit_refuse_both():
    page = opened("projector", prj_view="PCA 2-D")
    upload(page, "v.tsv", ONE_TWO, ("names.tsv", b"a\nb\n"))
    assert r"names\.tsv has 2 rows; v\.tsv has 3, and there must be as many" in said(page)
    upload(page, "v.tsv", ONE_TWO, ("names.tsv", b"a\nb\nc\n"))
    assert "These 2 of 2 dimensions hold 100%" in said(page)


def test_a_tensor_is_chosen_and_the_largest_stands_first():
    from safetensors.numpy import save

    file = save({"a.weight": np.ones((3, 4), "f4"), "words": glove(*WORDS).numpy(), "bias": np.ones(7, "f4")})
    page = opened("projector", prj_view="PCA 2-D")
    upload(page, "model.safetensors", file, use=False)
    (choice,) = [box for box in page.selectbox if box.label == "Which table of the file"]
    assert choice.options == ["a.weight: 3 × 4", "words: 14 × 50"] and choice.value == "words: 14 × 50"
    press(page, "Use this table")
    (name,) = held._tables
    assert tables.load(name).vectors.equal(glove(*WORDS))
    expected = sum(projector.principal(table=name, components=2).shares)
    assert f"These 2 of 50 dimensions hold {expected:.0%}" in said(page)


def test_rows_without_names_are_numbers():
    page = opened("analogies")
    upload(page, "v.npy", npy(np.random.default_rng(0).normal(size=(30, 4))))
    assert [page.text_input(key=f"ana_{letter}").value for letter in "abc"] == ["0", "1", "2"]
    menu(page)
    assert "Its rows have no names: they are called by their numbers, 0 to 29." in said(page)
    page.text_input(key="ana_b").set_value("king").run()
    assert r"v.npy has no word “king”; nothing in it is spelled nearly so" in said(page)
    page.text_input(key="ana_b").set_value("29").run()
    assert "could not be made" not in said(page)


def test_typed_words_stay_and_defaults_come_back_with_the_shipped_table():
    page = opened("similarity")
    upload(page, *files("word2vec-binary", *WORDS)[0])
    page.text_input(key="sim_b").set_value("boy").run()
    page.selectbox(key="sim_table").set_value("glove").run()
    assert page.text_input(key="sim_a").value == "believe" and page.text_input(key="sim_b").value == "boy"
    page.selectbox(key="sim_table").set_value("your own").run()
    assert page.text_input(key="sim_a").value == "believe" and r"vectors.bin has no row for “believe”" in said(page)


def test_formulas_are_of_words_that_the_table_has():
    page = opened("projector", prj_view="By words")
    upload(page, "v.npy", npy(np.random.default_rng(0).normal(size=(30, 4))))
    assert page.text_input(key="prj_x").value == "0 - 1" and page.text_input(key="prj_y").value == "2 - 3"
    assert "Right is more like" in said(page)


def test_scores_are_computed_when_asked_for():
    page = opened("analogies", ana_view="Scores")
    upload(page, *files("npz", *WORDS)[0])
    assert r"Nobody has scored vectors\.npz yet" in said(page)
    press(page, "Compute the scores")
    for job in list(running._queue):
        job.join(60)
    page.run()
    questions = [question for part in analogies.google_set().values() for question in part]
    found = sum(all(word.lower() in WORDS for word in question) for question in questions)
    assert found and f"can be asked {found / len(questions):.1%} of the Google questions" in said(page)


def test_a_table_is_let_go_with_all_that_was_made_of_it():
    page = opened("similarity")
    upload(page, *files("csv", *WORDS)[0])
    (name,) = held._tables
    menu(page)
    assert "vectors" in said(page) and f"{len(WORDS)} rows × 50" in said(page)
    press(page, "Forget it and choose another")
    assert page.file_uploader and name not in held._tables
    with pytest.raises(ValueError, match="not held any more"):
        tables.load(name)


def test_the_menu_offers_what_the_picture_is_about():
    page = opened("similarity")
    upload(page, *files("csv", *WORDS)[0])
    menu(page)
    found = similarity.matrix(table="glove", vectors="raw", listed=page.text_area(key="sim_words").value, order="list")
    assert page.radio[0].options == [f"all {len(WORDS)} rows", f"those in the picture ({len(found.words)})"]
    names = [button.label for button in page.get("download_button")]
    assert names == ["12_rows.vectors.tsv", "12_rows.metadata.tsv"]
    page.selectbox(key="table_format").set_value("word2vec binary (gensim)").run()
    assert [button.label for button in page.get("download_button")] == ["12_rows.vectors.bin"]


def test_a_token_that_a_format_cannot_hold_is_named():
    page = opened("projector", prj_view="PCA 2-D")
    upload(page, "cities.csv", b"token,x,y\nNew York,1,2\nRome,3,5\nParis,4,1\n")
    menu(page)
    page.selectbox(key="table_format").set_value("word2vec text (gensim)").run()
    assert 'Not in this format: token "New York" of row 0' in said(page) and not page.get("download_button")


def test_many_rows_are_shown_in_part_and_it_says_so():
    page = opened("projector", prj_view="PCA 2-D", prj_colour="row")
    upload(page, "v.npy", npy(np.random.default_rng(0).normal(size=(50_007, 2))))
    assert "The picture shows the first 50,000 of 50,007 rows" in said(page)


def test_a_table_that_no_picture_can_show_can_still_be_let_go():
    page = opened("projector")
    upload(page, "v.npy", npy([[1.0], [2.0]]))
    assert "v.npy has 2 rows of 1 number; a picture of 3 components needs 3 of each or more" in said(page)
    menu(page)
    press(page, "Forget it and choose another")
    assert page.file_uploader


def test_a_word_in_an_address_is_no_picture_from_elsewhere():
    page = opened("similarity", sim_table="glove", sim_a="![x](http://example.org/x.png)")
    (sentence,) = [part.value for part in page.markdown if "could not be made" in part.value]
    assert r"!\[x](http" in sentence


def test_a_server_that_is_full_says_so(monkeypatch):
    monkeypatch.setattr(held, "MOST_BYTES", 100)
    page = opened("projector")
    upload(page, "v.tsv", ONE_TWO)
    assert "the tables of all visitors together may take 100 bytes" in said(page) and page.file_uploader


def test_shipped_tables_have_the_menu_too():
    page = opened("projector", prj_table="glove")
    menu(page)
    assert "**glove**, 50,000 rows × 50" in said(page) and "To save some, select them in the picture" in said(page)
    assert [b.label for b in page.get("download_button")] == ["glove.vectors.tsv", "glove.metadata.tsv"]


def test_every_section_is_used():
    asked["own_table"] |= {"reading"}  # while a large file is read
    assert asked["own_table"] == set(SECTIONS("own_table"))
    assert {"compute", "compute_help", "say_not_yet"} <= asked["analogies"]
