"""The small table and its lookups, the counts of what they cost, and the timing, against cases by hand."""

import re
import threading

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from embviz.compute import lookup
from embviz.lessons import lookup as lesson
from embviz.ui.exercise import asked


def test_the_table_is_whole_hundredths_from_minus_one_to_one():
    table = lookup.table(rows=32, width=16, seed=5)
    hundredths = table.double() * 100
    torch.testing.assert_close(hundredths, hundredths.round(), atol=1e-5, rtol=0)
    assert table.abs().max() <= 1 and table.dtype == torch.float32
    assert len(table.unique()) > 100 and table.mean().abs() < 0.1  # evenly spread, not all in one place
    assert table.equal(lookup.table(rows=32, width=16, seed=5)) and not table.equal(
        lookup.table(rows=32, width=16, seed=6)
    )


def test_a_smaller_table_is_the_first_part_of_a_larger_one():
    whole = lookup.table(rows=32, width=16, seed=1)
    assert lookup.table(rows=7, width=3, seed=1).equal(whole[:7, :3])


def test_a_moved_row_has_its_new_numbers_and_the_others_theirs():
    before = lookup.table(rows=6, width=4, seed=0)
    after = lookup.table(rows=6, width=4, seed=0, moved=((2, 40, -12), (30, 1, 1)))
    np.testing.assert_allclose(after[2].numpy(), [0.4, -0.12, before[2, 2], before[2, 3]], rtol=1e-7)
    kept = [0, 1, 3, 4, 5]
    assert after[kept].equal(before[kept])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_product_is_the_rows_to_the_bit(data):
    rows, width = data.draw(st.integers(1, 32)), data.draw(st.integers(1, 16))
    ids = data.draw(st.lists(st.integers(0, rows - 1), min_size=1, max_size=12))
    moved = ((data.draw(st.integers(0, rows - 1)), data.draw(st.integers(-100, 100)), 7),) if width > 1 else ()
    found = lookup.lookup(ids=tuple(ids), rows=rows, width=width, seed=3, moved=moved)
    assert found.one_hot.sum(1).tolist() == [1.0] * len(ids) and found.one_hot.argmax(1).tolist() == ids
    reference = found.one_hot.double().numpy() @ found.table.double().numpy()
    np.testing.assert_array_equal(found.product.numpy(), reference.astype(np.float32))
    np.testing.assert_array_equal(found.product.numpy(), found.table.numpy()[ids])
    assert found.difference == 0.0
    assert found.start.equal(lookup.table(rows=rows, width=width, seed=3))
    assert found.multiplications == len(ids) * rows * width
    assert found.by_zero == int((found.one_hot == 0).sum()) * width


def test_the_difference_is_measured_not_assumed(monkeypatch):
    monkeypatch.setattr(lookup, "one_hot_lookup", lambda ids, weight: weight[ids] + 0.25)
    found = lookup.lookup(ids=(1, 2), rows=4, width=2, seed=0)
    assert found.difference == pytest.approx(0.25)


def test_costs_by_hand():
    # 3 ids in a table of 10 × 4: 12 numbers come out, each a sum of 10 products, of which 9 are by a zero
    found = lookup.cost(n_ids=3, vocab_size=10, dim=4)
    assert (found.product_multiplications, found.by_zero) == (12 * 10, 12 * 9)
    assert (found.sparse_multiplications, found.lookup_multiplications) == (12, 0)
    assert (found.one_hot, found.table, found.product_bytes) == (3 * 10 * 4, 10 * 4 * 4, 120 + 160)
    assert found.lookup_bytes == 3 * 8 + 12 * 4
    assert found.sparse_bytes == 3 * (8 + 8 + 4) + 12 * 4
    assert lookup.cost(n_ids=32, vocab_size=50_000, dim=512).product_multiplications == 819_200_000


def test_the_counted_bytes_are_those_of_the_tensors():
    ids = torch.tensor([4, 0, 4])
    counted = lookup.cost(n_ids=3, vocab_size=10, dim=4)
    weight = lookup.table(rows=10, width=4, seed=0)
    dense, ones = lookup.one_hot(ids, 10), lookup.one_hot_sparse(ids, 10).coalesce()
    assert counted.one_hot == dense.nbytes and counted.table == weight.nbytes
    assert counted.lookup_bytes == ids.nbytes + weight[ids].nbytes
    assert counted.sparse_bytes == ones.indices().nbytes + ones.values().nbytes + weight[ids].nbytes


def test_costs_grow_with_the_vocabulary_from_10_to_200_000():
    found = lookup.costs(n_ids=8, dim=16)
    assert (found.vocabularies[0], found.vocabularies[-1]) == (10, 200_000)
    for k, size in enumerate(lookup.VOCABULARIES):
        one = lookup.cost(n_ids=8, vocab_size=size, dim=16)
        assert found.product_multiplications[k] == one.product_multiplications
        assert (found.product_bytes[k], found.one_hot[k]) == (one.product_bytes, one.one_hot)
        assert (found.sparse_multiplications[k], found.lookup_bytes[k]) == (8 * 16, 8 * 8 + 8 * 16 * 4)


def unheard(share, words):
    pass


def test_all_ways_are_timed_and_agree():
    found = lookup.timed(n_ids=8, vocab_size=1000, dim=16, report=unheard)
    assert min(found.make, found.product, found.lookup) > 0 and found.left_out is None
    assert found.difference == 0.0 and found.device


def test_what_is_too_large_is_left_out_and_says_so(monkeypatch):
    monkeypatch.setattr(lookup, "ONE_HOT_BYTES", 1000)
    found = lookup.timed(n_ids=8, vocab_size=1000, dim=16, report=unheard)
    assert found.product is None and found.make is None and found.lookup > 0
    assert "the one-hot matrix takes 0 MB" in found.left_out
    monkeypatch.setattr(lookup, "ONE_HOT_BYTES", 10**9)
    monkeypatch.setattr(lookup, "MULTIPLICATIONS", 127_999)
    found = lookup.timed(n_ids=8, vocab_size=1000, dim=16, report=unheard)
    assert found.product is None and "128,000 multiplications, more than 127,999" in found.left_out


def test_a_table_that_is_too_large_is_never_made(monkeypatch):
    monkeypatch.setattr(torch, "rand", lambda *_, **__: pytest.fail("the table was made"))
    with pytest.raises(ValueError, match="W takes 819 MB, and up to 256 MB are timed here"):
        lookup.timed(n_ids=1, vocab_size=200_000, dim=1024, report=unheard)


def test_timing_can_be_stopped_and_leaves_the_way_free():
    class Stop(Exception):
        pass

    def stop(share, words):
        if words == "sparse":
            raise Stop

    with pytest.raises(Stop):
        lookup.timed(n_ids=8, vocab_size=1000, dim=16, report=stop)
    assert lookup.timed(n_ids=8, vocab_size=1000, dim=16, report=unheard).lookup > 0


def test_one_timing_waits_for_another_and_can_be_stopped_while_it_waits():
    waiting, going = threading.Event(), threading.Event()

    def hold(share, words):
        waiting.set()
        going.wait(10)

    first = threading.Thread(target=lambda: lookup.timed(n_ids=1, vocab_size=10, dim=2, report=hold))
    first.start()
    assert waiting.wait(10)

    class Stop(Exception):
        pass

    def stop(share, words):
        assert words == ""  # it has not begun
        raise Stop

    with pytest.raises(Stop):
        lookup.timed(n_ids=1, vocab_size=10, dim=2, report=stop)
    going.set()
    first.join(10)
    assert not first.is_alive()


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"ids": (8,)}, "id 8 at"),
        ({"ids": (-1,)}, "id -1 at"),
        ({"width": 0}, "width is 0"),
        ({"rows": 33}, "a table of 33 × 4 is too large"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_bad_values_are_named(bad, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        lookup.lookup(**{"ids": (1,), "rows": 8, "width": 4, "seed": 0} | bad)


@pytest.mark.parametrize(
    ("written", "ids"), [("2, 0, 2", (2, 0, 2)), ("7", (7,)), (" 1,2  3 ", (1, 2, 3)), ("0 " * 12, (0,) * 12)]
)
def test_ids_are_read_from_a_text(written, ids):
    assert lesson.chosen_ids(written, 8) == ids


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "0 ids are listed"),
        ("8", "“8” is no id of this table; its rows are 0 to 7"),
        ("-1", "“-1”"),
        ("1;2", "“1;2”"),
        ("²", "“²”"),
        ("0 " * 13, "13 ids are listed; the picture holds one to 12"),
    ],
)
def test_a_word_that_is_no_id_is_named(written, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        lesson.chosen_ids(written, 8)


def test_moved_rows_are_read_and_written():
    assert lesson.moved_rows("") == ()
    assert lesson.moved_rows("3.40.-12_0.-100.100") == ((3, 40, -12), (0, -100, 100))
    assert lesson.MOVED.query("3.40.-12") == {"lkp_moved": "3.40.-12"}
    for wrong in ("3", "3.40", "3.40.x", "32.0.0", "-1.0.0", "3.101.0", "3.0.-101", "3.1.1_3.2.2", "_", "3.4e1.0"):
        with pytest.raises(ValueError):
            lesson.MOVED.parse(wrong)
        assert not lesson.MOVED.accepts(wrong)


def test_the_exercises_say_what_they_compute():
    prompts = {item.id: asked("lookup", item, "exercise") for item in lesson.LESSON.exercises}
    prompt = prompts["by_hand"].replace("\u2212", "-")
    rows = [tuple(map(float, row.split(","))) for row in re.findall(r"\(([^()]*\.[^()]*)\)", prompt)]
    assert tuple(rows) == lesson.BY_HAND and "(0, 0, 1, 0)" in prompt and "second number" in prompt
    answers = {item.id: item.answer() for item in lesson.LESSON.exercises}
    assert answers["by_hand"] == pytest.approx(-0.4)
    assert answers["multiplications"] == 32 * 50_000 * 512
    assert f"seed {lesson.SEED.default}" in prompts["coordinate"]
    assert answers["coordinate"] == pytest.approx(lookup.table(rows=8, width=4, seed=44)[4, 0].item())
