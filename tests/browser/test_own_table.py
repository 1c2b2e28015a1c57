"""A table of one's own as a person uses it: files chosen, read, refused, forgotten, and saved."""

import gzip
import re
import time
import urllib.request

import numpy as np
import pytest
import torch
from acts import SIDEWAYS, SIZES
from playwright.sync_api import expect

from embviz import tables
from embviz.tables.export import export
from embviz.tables.upload import read_upload

WORDS = "king queen man woman boy girl dog cat paris france berlin germany one two three four".split()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The words of glove in every format, as files."""
    folder = tmp_path_factory.mktemp("files")
    table = tables.load("glove")
    vectors = table.vectors[[table.row_numbers[word] for word in WORDS]]
    for kind in ("tsv", "csv", "word2vec", "word2vec-binary", "npz", "safetensors", "npy"):
        for file in export(WORDS, vectors, kind):
            (folder / file.name).write_bytes(file.data)
    (folder / "packed.txt.gz").write_bytes(gzip.compress((folder / "vectors.txt").read_bytes()))
    np.savez(folder / "two.npz", small=np.ones((3, 2), "f4"), large=vectors.numpy())
    (folder / "broken.tsv").write_text("1\t2\n3\tx\n")
    return folder


def ask(page, idle, folder, *names):
    """Choose these files, the second for the names of the rows, and use the table."""
    for chooser, name in zip(page.locator(".st-key-own_ask input[type=file]").all(), names, strict=False):
        chooser.set_input_files(folder / name)
        expect(page.get_by_test_id("stFileUploader").get_by_text(name)).to_be_visible()
        idle(page)
    page.get_by_role("button", name="Use this table").click()


def forget(page):
    page.get_by_role("button", name="File", exact=True).click()
    page.get_by_role("button", name="Forget it and choose another").click()
    expect(page.locator(".st-key-own_ask")).to_be_visible()


def held_by_server(app):
    """What the server holds for its visitors: files that were uploaded, and tables."""
    stats = urllib.request.urlopen(f"{app}/_stcore/metrics").read().decode()
    lines = [line for line in stats.splitlines() if line.startswith("cache_memory_bytes{")]
    return {name for name in ("UploadedFileManager", "own_table._mine") if any(name in line for line in lines)}


def saved(download):
    return download.value.suggested_filename, download.value.path().read_bytes()


def test_every_format_is_read_and_shown_in_real_numbers(open_page, folder, idle):
    page = open_page("similarity?sim_table=your own")
    expect(page.get_by_text("A file may have up to 200 MB (400 MB unpacked), 200,000 rows")).to_be_visible()
    table = tables.load("glove")
    king, queen = (table.vectors[table.row_numbers[word]] for word in ("king", "queen"))
    product = f"{float(king @ queen):.3f}"
    for names in (
        ("vectors.tsv", "metadata.tsv"),
        ("vectors.npy", "tokens.txt"),
        *((name,) for name in ("vectors.csv", "vectors.txt", "packed.txt.gz", "vectors.bin", "vectors.npz")),
        ("vectors.safetensors",),
    ):
        ask(page, idle, folder, *names)
        expect(page.locator(".equation")).to_contain_text(product)
        assert "king · queen" in page.locator(".equation").inner_text()
        forget(page)
    page.locator(".st-key-own_ask input[type=file]").first.set_input_files(folder / "two.npz")
    expect(page.get_by_role("combobox", name="Which table of the file")).to_have_value("large: 16 × 50")
    page.get_by_role("button", name="Use this table").click()
    expect(page.locator(".equation")).to_contain_text("0 · 1")  # rows without names


def test_a_refused_file_leaves_nothing_and_a_closed_tab_forgets(open_page, folder, app, idle):
    before = held_by_server(app)  # for visitors of other tests, who may come back for a while
    page = open_page("projector?prj_table=your own&prj_view=PCA 2-D", theme="dark", **SIZES["phone"])
    assert page.evaluate(SIDEWAYS) <= 0
    ask(page, idle, folder, "broken.tsv")
    refusal = page.locator(".st-key-own_refused")
    expect(refusal).to_have_text(re.compile(r'^Not read: line 2, column 2 of broken\.tsv is "x".*Nothing of the file'))
    expect(page.get_by_test_id("stFileUploader").get_by_text("broken.tsv")).to_have_count(0)
    expect(page.get_by_role("button", name="Use this table")).to_be_disabled()
    ask(page, idle, folder, "vectors.csv")
    expect(page.locator(".cloud-stage canvas")).to_be_visible()
    expect(refusal).to_have_count(0)
    assert page.evaluate(SIDEWAYS) <= 0 and page.locator(".st-key-failure").count() == 0
    other = open_page(page.url)  # the address, sent to somebody else
    expect(other.get_by_text("a link to this page does not carry it")).to_be_visible()
    assert other.locator(".cloud-stage").count() == 0 and other.locator(".st-key-failure").count() == 0
    other.close()
    page.get_by_role("button", name="File", exact=True).click()
    page.get_by_role("combobox", name="Format").click()
    page.get_by_role("option", name="NumPy .npz").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="vectors.npz").click()
    assert read_upload(*saved(download)).tokens == tuple(WORDS)
    page.close()
    until = time.monotonic() + 15
    while held_by_server(app) - before and time.monotonic() < until:  # the server counts every few seconds
        time.sleep(0.25)
    assert held_by_server(app) <= before


def test_a_selection_is_saved_as_the_rows_it_is(open_page, idle):
    page = open_page("projector?prj_view=PCA 2-D")
    page.get_by_role("button", name="Lasso").click()
    box = page.locator(".cloud-stage canvas").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for dx, dy in ((30, 0), (30, 30), (0, 30), (0, 5)):
        page.mouse.move(x + dx, y + dy, steps=4)
    page.mouse.up()
    count = int(page.locator(".panel h3").inner_text().split()[0].replace(",", ""))
    words = page.locator(".panel li button").all_inner_texts()
    idle(page)
    page.get_by_role("button", name="File", exact=True).click()
    expect(page.get_by_text(f"those selected in the picture ({count:,})")).to_be_visible()
    made = []
    for name in (f"glove.{count}_rows.vectors.tsv", f"glove.{count}_rows.metadata.tsv"):
        with page.expect_download() as download:
            page.get_by_role("button", name=name).click()
        made.append(saved(download))
    read = read_upload(*made[0], metadata=made[1])
    table = tables.load("glove")
    assert len(read.tokens) == count and list(read.tokens[: len(words)]) == words
    assert read.vectors.equal(table.vectors[torch.tensor([table.row_numbers[token] for token in read.tokens])])
    page.keyboard.press("Escape")  # closes the menu
    page.get_by_role("button", name="Close the list").click()
    idle(page)
    page.get_by_role("button", name="File", exact=True).click()
    expect(page.get_by_text("To save some, select them in the picture.")).to_be_visible()
