"""The file of models, read back as a spreadsheet would."""

import csv
import io

import pytest

from embviz.compute.sizing import MODELS, RESNET_50, memory_bytes
from embviz.tables.sizing import as_csv, harmless

OWN = {"vocab_size": 1000, "dim": 100, "positions": 50, "tied": False, "total": 410_000}


def read(**size):
    made = as_csv(**OWN | size)
    assert made.name.endswith(".csv") and made.text.endswith("\r\n")
    lines = list(csv.DictReader(io.StringIO(made.text, newline="")))
    assert all(None not in line and None not in line.values() for line in lines)
    return {line["model"]: line for line in lines}


def test_the_file_holds_every_number_of_every_model():
    lines = read()
    assert list(lines)[-2:] == ["ResNet-50", "yours"] and len(lines) == len(MODELS) + 2
    for model in MODELS:
        line = lines[model.name]
        numbers = (model.vocab_size, model.dim, model.positions, model.token_parameters, model.position_parameters)
        numbers += (model.head_parameters, model.table_parameters, model.total)
        names = ("vocabulary_V", "width_d", "positions_n", "token_table", "position_table", "own_head", "all_tables")
        assert tuple(int(line[name]) for name in (*names, "whole_model")) == numbers
        assert float(line["share_of_tables"]) == model.table_share
        assert line["head"] == ("tied" if model.tied else "untied")
        assert (line["source"], line["link"]) == (model.source, model.link)
        assert line["estimates"] == "; ".join(model.estimates)
        for dtype in ("float32", "bfloat16", "int8", "int4"):
            assert int(line[f"tables_bytes_{dtype}"]) == memory_bytes(model.table_parameters, dtype)
    assert int(lines["ResNet-50"]["whole_model"]) == RESNET_50 and lines["ResNet-50"]["head"] == ""


def test_ones_own_model_is_the_last_line():
    line = read()["yours"]
    assert (line["token_table"], line["all_tables"], line["whole_model"]) == ("100000", "205000", "410000")
    assert float(line["share_of_tables"]) == pytest.approx(0.5)
    assert read(total=1)["yours"]["share_of_tables"] == ""


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(words):
    assert harmless(words) == f"'{words}"
    assert harmless(f"a {words}") == f"a {words}"


def test_numbers_and_nothing_stay():
    assert (harmless(-5), harmless(0.5), harmless(None), harmless("")) == (-5, 0.5, "", "")
