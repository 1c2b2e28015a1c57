"""Claims: each check, and the numbers behind the verdicts computed a second time by other means."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest
import torch

from embviz import tables
from embviz.claims import CLAIMS, TOPICS, evidence, sources
from embviz.claims.claim import OUTCOMES, by_cases, number
from embviz.claims.shapes import SHAPES
from embviz.compute import runs
from embviz.compute.sizing import MODELS
from embviz.lessons import LESSONS
from embviz.tables import tokenizers

BY_ID = {claim.id: claim for claim in CLAIMS}
ALL_OR_NOTHING = {"pairs-of-low"}  # counts of one text: with one of them wrong the sentence is
verdict = lambda name: evidence(claim=name)  # noqa: E731
WIDTHS = (8, 16, 32, 64, 128, 256, 512, 1024)


def cases(name):
    return {case["label"]: case for case in verdict(name).cases}


def values(name):
    return [case["value"] for case in verdict(name).cases]


def held(name):
    return [case["holds"] for case in verdict(name).cases]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_every_claim_is_checked_and_says_why(claim):
    found = verdict(claim.id)
    assert found.verdict in OUTCOMES and math.isfinite(found.value)
    assert found.why.endswith(".") and any(character.isdigit() for character in found.why)
    assert claim.statement.endswith(".") and claim.taught_in
    tried = held(claim.id)
    assert 2 <= len(tried) <= 12 and found.measure and found.wanted
    assert len({case["label"] for case in found.cases}) == len(tried) and all(map(math.isfinite, values(claim.id)))
    assert all(case["found"] for case in found.cases)
    told = by_cases(tried)
    assert found.verdict == (OUTCOMES[2] if claim.id in ALL_OR_NOTHING and told != OUTCOMES[0] else told)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_the_limit_parts_the_cases_that_hold_from_those_that_do_not(claim):
    found = verdict(claim.id)
    if found.limit is None:
        return
    above = {case["holds"] for case in found.cases if case["value"] > found.limit}
    below = {case["holds"] for case in found.cases if case["value"] < found.limit}
    if claim.id == "known-tables":  # near the limit, on both sides
        assert all(case["holds"] == (abs(case["value"] - 1) < 0.025) for case in found.cases)
    else:
        assert len(above) <= 1 and len(below) <= 1 and above.isdisjoint(below)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_opens_a_lesson_in_a_state_that_its_address_keeps(claim):
    (lesson,) = [each for each in LESSONS if each.slug == claim.lesson]
    params = {param.key: param for param in lesson.params}
    for key, text in claim.state.items():
        param = params[key]
        value = param.parse(text)
        assert value != param.default, f"{key} is {text} anyway"
        assert param.query(value) == {key: text}
        shown = {each.key: (each, value) for each, value in lesson.needs.get(param, {}).items()}
        for other, (needed, value) in shown.items():  # what the lesson needs to show this parameter at all
            if needed.key.endswith("_view"):
                assert claim.state.get(other, needed.default) == str(value), f"{key} is not on the page"


def test_names_are_unique_and_every_claim_has_one_topic():
    assert len(BY_ID) == len(CLAIMS) >= 24
    assert [claim.id for claims in TOPICS.values() for claim in claims] == [claim.id for claim in CLAIMS]
    with pytest.raises(ValueError, match="no claim 'moon'"):
        evidence(claim="moon")


def test_the_source_of_a_check_is_its_own_and_what_it_calls():
    assert sources("alibi-extrapolates") == tuple(
        f"claims.positions.{name}" for name in ("alibi_extrapolates", "_extrapolates", "_longer")
    )
    assert sources("cat-dog-code") == ("claims.vectors.nearer_pairs", "claims.vectors._cosines")


def test_cases_decide():
    assert [by_cases(cases) for cases in ([True, True], [True, False], [False])] == list(OUTCOMES)


@pytest.mark.parametrize(
    ("value", "text"), [(0.12345, "0.123"), (-2, "\u22122"), (1234.5, "1,234"), (3.4e-7, "3e\u221207"), (0, "0")]
)
def test_numbers_in_sentences(value, text):
    assert number(value) == text


# --- positions


def waves(position, width, base=10000.0):
    angles = position * base ** -(np.arange(0, width, 2) / width)
    return np.stack([np.sin(angles), np.cos(angles)], axis=1).ravel()


def cosine(a, b):
    return a @ b / np.linalg.norm(a) / np.linalg.norm(b)


def test_the_first_two_positions_in_float64():
    cosines = [cosine(waves(0, width), waves(1, width)) for width in WIDTHS]
    assert values("first-two-positions") == pytest.approx(cosines, abs=1e-6)
    assert held("first-two-positions") == [one >= 0.99 for one in cosines]
    assert verdict("first-two-positions").value == pytest.approx(max(cosines), abs=1e-6)


@pytest.mark.parametrize("width", [8, 64, 512])
def test_the_first_rise_in_float64(width):
    cosines = [cosine(waves(0, width), waves(k, width)) for k in range(200)]
    first = next(k for k in range(1, 200) if cosines[k] > cosines[k - 1])
    assert cases("nearer-is-more-similar")[f"width {width}"]["value"] == first


def test_a_matrix_of_the_shift_alone_moves_sinusoids_and_no_random_table():
    """The best linear map from rows to the rows k later, by least squares: exact for sinusoids, not for noise."""
    made = np.stack([waves(p, 64) for p in range(512)])
    noise = np.random.default_rng(0).standard_normal((512, 64))
    left = {}
    for name, table in (("sinusoids", made), ("noise", noise)):
        for k in (1, 300):
            matrix, *_ = np.linalg.lstsq(table[:-k], table[k:], rcond=None)
            left[name, k] = np.abs(table[:-k] @ matrix - table[k:]).max()
    assert max(left["sinusoids", k] for k in (1, 300)) < 1e-4 < min(left["noise", k] for k in (1, 300))
    assert all(value < 1e-4 for value in values("shift-is-linear"))


def test_variances_of_scaled_tokens_by_the_formula():
    """A table drawn with standard deviation s and scaled by √d has variance s² d."""
    spreads = {"0.02": lambda d: 0.02, "1/√d": lambda d: d**-0.5, "1": lambda d: 1.0}
    for name, std in spreads.items():
        variances = [std(width) ** 2 * width for width in WIDTHS]
        ratio = cases("root-d-keeps-variance")[f"drawn with spread {name}"]["value"]
        assert ratio == pytest.approx(max(variances) / min(variances), rel=0.1)


def test_attention_by_hand_loses_order_without_a_mask_alone():
    draw = np.random.default_rng(1)
    x, (q, k, v) = draw.standard_normal((9, 16)), draw.standard_normal((3, 16, 16)) / 4
    back = np.arange(9)[::-1]

    def attention(rows, causal):
        scores = rows @ q @ (rows @ k).T / 4
        scores = np.where(np.tri(9, dtype=bool) | (not causal), scores, -np.inf)
        weights = np.exp(scores - scores.max(axis=1, keepdims=True))
        return weights / weights.sum(axis=1, keepdims=True) @ rows @ v

    apart = {causal: np.abs(attention(x[back], causal)[back] - attention(x, causal)).max() for causal in (False, True)}
    assert apart[False] < 1e-9 < 0.1 < apart[True]
    assert {name.partition(",")[0]: case["holds"] for name, case in cases("attention-has-no-order").items()} == {
        "no mask": True,
        "causal mask": False,
    }


def turned(x, place, base=10000.0):
    """Rotary by complex numbers: pair i is one number, turned by place · base^(-2i/d)."""
    pairs = x.reshape(-1, 2) @ np.array([1, 1j])
    return pairs * np.exp(1j * place * base ** -(np.arange(0, len(x), 2) / len(x)))


def test_rotary_by_complex_numbers():
    q, k = np.random.default_rng(2).standard_normal((2, 64))
    scores = [[(turned(q, m + d) @ turned(k, m).conj()).real for m in range(0, 4096, 512)] for d in (0, 9, 1000)]
    assert max(np.ptp(row) for row in scores) < 1e-9  # the distance alone
    assert np.ptp([row[0] for row in scores]) > 1  # and the distance counts
    lengths = [np.linalg.norm(turned(q, place)) for place in (0, 100, 4000)]
    assert np.ptp(lengths) < 1e-9  # so that the angle stays as the score does
    assert all(held("rotary-only-distance")) and all(held("rotation-keeps-angle"))


def test_the_decay_of_a_constant_query_in_float64():
    scores = np.array([np.mean(np.cos(d * 10000.0 ** -(np.arange(0, 64, 2) / 64))) for d in range(2049)])
    left = cases("rotary-decays")["q = k = (1, …, 1)"]["value"]
    assert left == pytest.approx(scores[-204:].mean() / scores[0], abs=1e-3)
    pairs = np.random.default_rng(4).standard_normal((1000, 2, 32))
    near, far = (np.std([(turned(q, d) @ turned(k, 0).conj()).real for q, k in pairs]) for d in (1, 2000))
    assert cases("rotary-decays")["random q and k, the band"]["value"] == pytest.approx(far / near, abs=0.15)


@pytest.mark.parametrize("kind", ["rotary", "alibi"])
def test_losses_beyond_the_trained_length_from_the_curves_by_position(kind):
    """The loss over a text is the mean of its losses by position; the runs hold both."""
    ratios = {}
    for seed in range(3):
        each = [one for one in runs.facts(f"length/{kind}-{seed}")["lengths"] if one["variant"] == "unchanged"]
        means = {one["factor"]: np.mean(one["by_position"]) for one in each}
        ratios |= {f"{64 * times} tokens, seed {seed}": means[times] / means[1] for times in (2, 4, 8)}
    found = cases(f"{kind}-extrapolates")
    assert found.keys() == ratios.keys()
    for name, ratio in ratios.items():
        assert found[name]["value"] == pytest.approx(ratio, abs=2e-3)
        assert found[name]["holds"] == (found[name]["value"] <= 1.01)


def test_the_end_of_a_table_by_torch_itself():
    table = tables.load("minilm").positions.float()
    with pytest.raises(IndexError):
        torch.nn.functional.embedding(torch.tensor([len(table)]), table)
    assert verdict("learned-cannot-go-on").value == len(table)
    assert held("learned-cannot-go-on")[0] and not any(held("learned-cannot-go-on")[1:])


def test_cosines_of_neighbours_in_float64():
    own = runs.load("language/learned").tensors["weights.position.weight"].double().numpy()
    for name, table in (("minilm", tables.load("minilm").positions.double().numpy()), ("our small model", own)):
        units = table / np.linalg.norm(table, axis=1, keepdims=True)
        cosines = (units[1:] * units[:-1]).sum(axis=1)
        found = cases("trained-table-is-smooth")
        assert found[f"{name}, mean of all steps"]["value"] == pytest.approx(cosines.mean(), abs=2e-3)
        assert found[f"{name}, largest step"]["value"] == pytest.approx(cosines.min(), abs=2e-3)


# --- vectors


def vector(table, word):
    loaded = tables.load(table)
    names = {"glove": word, "minilm": word, "wordllama": f"▁{word}"}
    return loaded.vectors[loaded.tokens.index(names[table])].double().numpy()


def test_orders_of_products_and_cosines_in_float64():
    right = []
    for table in ("glove", "minilm", "wordllama"):
        know, understand, stone = (vector(table, "believe") @ vector(table, w) for w in ("know", "understand", "stone"))
        right.append(know > understand > stone)
        gap = cases("believe-know-stone")[table]["value"]
        assert gap == pytest.approx(min(know - understand, understand - stone), abs=1e-3)
    assert held("believe-know-stone") == right
    asked = [(t, *w) for t in ("glove", "minilm") for w in (("cat", "dog", "code"), ("cancel", "terminate", "pizza"))]
    asked.append(("wordllama", "cat", "dog", "code"))
    margins = [
        cosine(vector(t, a), vector(t, near)) - cosine(vector(t, a), vector(t, far)) for t, a, near, far in asked
    ]
    assert values("cat-dog-code") == pytest.approx(margins, abs=1e-3)
    assert held("cat-dog-code") == [margin > 0 for margin in margins]


def test_queen_in_float64():
    table = tables.load("glove")
    rows = table.vectors.double().numpy()
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    at = {word: table.tokens.index(word) for word in ("man", "king", "woman", "queen")}
    scores = rows @ (rows[at["king"]] - rows[at["man"]] + rows[at["woman"]])
    place = 1 + int((scores > scores[at["queen"]]).sum())
    assert cases("king-man-woman-queen")["glove, inputs left in"]["value"] == place > 1
    assert table.tokens[int(scores.argmax())] == "king"
    scores[[at[word] for word in ("man", "king", "woman")]] = -np.inf
    assert table.tokens[int(scores.argmax())] == "queen"
    assert cases("king-man-woman-queen")["glove, inputs taken out"]["value"] == 1
    assert "glove: king with the inputs left in, queen without" in verdict("king-man-woman-queen").why


def test_distances_of_a_drawn_table_by_their_distribution():
    """The distance of two normal rows is √2 s times a chi variable of d degrees of freedom."""
    from scipy.stats import chi

    for width in (8, 64, 512, 4096):
        spread = chi.std(width) / chi.mean(width)
        assert cases("untrained-equally-far")[f"width {width:,}"]["value"] == pytest.approx(spread, rel=0.1)
    assert cases("untrained-equally-far")["one-hot"]["value"] < 1e-12


def test_a_product_with_a_one_hot_row_in_numpy():
    weight = np.random.default_rng(0).standard_normal((500, 20))
    ids = np.array([3, 499, 3])
    assert (np.eye(500)[ids] @ weight == weight[ids]).all()
    assert verdict("lookup-is-one-hot").verdict == OUTCOMES[0] and max(values("lookup-is-one-hot")) < 1e-6


def test_neighbours_by_product_and_cosine_in_float64():
    from embviz.claims.vectors import WORDS

    table = tables.load("glove")
    rows = table.vectors.double().numpy()
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    shared = []
    for word in WORDS:
        at = table.tokens.index(word)
        best = []
        for vectors in (rows, units):
            scores = vectors @ vectors[at]
            scores[at] = -np.inf
            best.append(set(np.argsort(-scores)[:10]))
        shared.append(len(best[0] & best[1]) / 10)
    found = cases("dot-ranks-as-cosine")
    assert found["glove, as stored"]["value"] == pytest.approx(np.mean(shared), abs=0.01)
    assert all(case["holds"] == ("length 1" in name) for name, case in found.items())


def test_cosines_of_random_vectors_by_their_distribution():
    from embviz.compute.similarity import random_cosine_band

    for width in (8, 64, 512, 4096):
        found = cases("random-is-orthogonal")[f"drawn, width {width:,}"]["value"]
        assert found == pytest.approx(random_cosine_band(width).high, rel=0.06)
    rows = tables.load("glove").vectors.double().numpy()
    pairs = np.random.default_rng(3).integers(0, len(rows), (2, 20_000))
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    end = np.quantile(np.abs((units[pairs[0]] * units[pairs[1]]).sum(axis=1)), 0.95)
    assert cases("random-is-orthogonal")["glove, width 50"]["value"] == pytest.approx(end, rel=0.06)


# --- learning

IDS = torch.tensor([7, 3, 7, 1, 7, 5, 0])


def stepped(optimiser, *, tied=False, **settings):
    """A table by torch's own layers after one step: which rows of no id have a gradient, and which moved."""
    torch.manual_seed(0)
    table = torch.nn.Embedding(12, 8, padding_idx=0)
    head = torch.nn.Linear(8, 12, bias=False)
    if tied:
        head.weight = table.weight
    made = optimiser(table.parameters(), lr=0.1, **settings)
    before = table.weight.detach().clone()
    torch.nn.functional.cross_entropy(head(table(IDS[:-1])), IDS[1:]).backward()
    made.step()
    absent = torch.tensor([row for row in range(12) if row not in IDS])
    pulled = int(table.weight.grad[absent].any(dim=1).sum())
    return len(absent), pulled, int((table.weight.detach()[absent] != before[absent]).any(dim=1).sum())


def test_rows_by_torch_itself():
    found = {
        "SGD": stepped(torch.optim.SGD),
        "Adam": stepped(torch.optim.Adam),
        "AdamW with decay": stepped(torch.optim.AdamW, weight_decay=0.1),
        "SGD, tied head": stepped(torch.optim.SGD, tied=True),
    }
    for name, (absent, pulled, moved) in found.items():
        case = cases("only-used-rows-learn")[f"{name}, never in a batch"]
        assert case["found"] == f"{pulled} pulled, {moved} move" and case["holds"] == (pulled == moved == 0)
        assert absent == verdict("only-used-rows-learn").value


def test_adam_goes_on_after_the_last_batch_by_torch_itself():
    table = torch.nn.Embedding(12, 8)
    optimiser = torch.optim.Adam(table.parameters(), lr=0.1)
    table(torch.tensor([7, 3, 1, 5])).square().sum().backward()
    optimiser.step()
    before = table.weight.detach().clone()
    table.weight.grad.zero_()
    optimiser.step()
    assert int((table.weight.detach() != before).any(dim=1).sum()) == 4
    assert cases("only-used-rows-learn")["Adam, after its last batch"]["found"] == "0 pulled, 4 move"


def test_the_padding_row_of_minilm_and_of_a_fresh_layer():
    row = tables.load("minilm").vectors[0]
    assert tables.load("minilm").tokens[0] == "[PAD]"
    assert verdict("padding-is-zero").value == pytest.approx(row.double().norm().item(), rel=1e-5)
    assert not torch.nn.Embedding(5, 3, padding_idx=0).weight[0].any()
    assert held("padding-is-zero") == [True, True, False, False]


# --- tokens


def test_pairs_counted_by_find():
    text = "low " * 5 + "lower " * 2 + "newest " * 3 + "widest"
    assert verdict("pairs-of-low").value == text.count("we")
    taught = {"lo": 7, "ow": 7, "ne": 3, "we": 3}
    assert held("pairs-of-low") == [text.count(pair) == n for pair, n in taught.items()]
    assert values("pairs-of-low") == [text.count(pair) for pair in taught]


def test_tokens_of_the_sample_by_the_library_itself():
    """minilm by its own file; byte pairs by making the shipped merges one after another."""
    from tokenizers import Tokenizer

    from embviz.paths import ASSETS
    from embviz.tables import vocabularies

    text = "\n".join(vocabularies.part("held out"))[:50_000]
    library = Tokenizer.from_file(str(ASSETS / "data" / "minilm.tokenizer.json"))
    library.no_padding()
    library.no_truncation()
    minilm = len(library.encode(text, add_special_tokens=False).ids)
    found = cases("larger-needs-fewer")
    assert found["wordllama, 32,000 entries"]["found"].endswith(f"after {minilm:,}")
    counts = {name: len(tokenizers.load(name).encode(text)) for name in ("gpt2", "cl100k", "o200k")}
    assert [int(case["found"].split()[0].replace(",", "")) for case in found.values()][-3:] == list(counts.values())
    for case in found.values():
        count, before = (int(part.replace(",", "")) for part in case["found"].split(" after "))
        assert case["holds"] == (count < before) and case["value"] == pytest.approx(count / before)


def test_tokens_of_the_vocabularies_are_in_proportion_to_those_counted_on_the_whole_text():
    from embviz.tables import vocabulary

    whole = {f"{each.kind}, {each.size:,} entries": each.tokens("held out") for each in vocabulary.measured()}
    for name, case in cases("larger-needs-fewer").items():
        if name.startswith(("BPE", "Unigram")):
            count = int(case["found"].split()[0].replace(",", ""))
            characters = vocabulary.text_of("held out")["characters"]
            assert count / 50_000 == pytest.approx(whole[name] / characters, rel=0.05)


def test_pieces_by_the_tokens_own_texts():
    for word, taught in (("Comcast", ["com", "cast"]), ("Kuznetsov", ["k", "uz", "nets", "ov"])):
        for name in ("minilm", "wordllama", "gpt2", "cl100k", "o200k"):
            texts = [t.text.removeprefix("##").replace("▁", "").lower() for t in tokenizers.load(name).encode(word)]
            assert cases("comcast-kuznetsov")[f"{word}, {name}"]["holds"] == ([t for t in texts if t] == taught)


# --- sizes


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_the_parts_of_a_model_make_the_released_whole(shape):
    rounded = 5e-3 if shape.name == "GPT-3" else 0  # the paper rounds it
    assert shape.counted == pytest.approx(shape.total, rel=rounded)
    for model in MODELS:
        if model.name == shape.name:
            assert (model.vocab_size, model.dim, model.tied, model.total) == (
                shape.rows, shape.width, shape.tied, shape.total,
            )  # fmt: skip


def test_a_block_of_gpt_2_by_torch_itself():
    block = torch.nn.TransformerEncoderLayer(768, 12, 3072, device="meta")
    (shape,) = [each for each in SHAPES if each.name == "GPT-2"]
    assert shape.block == sum(parameter.numel() for parameter in block.parameters())
    assert shape.largest_matrix == max(p.numel() for name, p in block.named_parameters() if "linear" in name)


def test_the_largest_part_is_compared_with_parts_and_not_with_the_whole():
    found = cases("table-is-largest")
    for shape in SHAPES:
        assert found[shape.name]["value"] == pytest.approx(shape.rows * shape.width / shape.block)
        matrix = max(shape.width * shape.attention, shape.width * shape.hidden)
        assert found[shape.name]["holds"] == (shape.table > shape.block and shape.table > matrix)
    assert verdict("table-is-largest").verdict == OUTCOMES[1]


def test_modern_models_are_those_of_the_list_from_2023_on():
    modern = {f"{shape.name}, {shape.year}": shape.tied for shape in SHAPES if shape.year >= 2023}
    assert {name: case["holds"] for name, case in cases("modern-models-tie").items()} == modern
    assert verdict("modern-models-tie").value == sum(modern.values())


def test_known_tables_by_hand():
    found = {name.partition(",")[0]: case for name, case in cases("known-tables").items() if "parameters" in name}
    products = {"GPT-2": 50257 * 768, "GPT-3": 50257 * 12288, "LLaMA 7B": 32000 * 4096, "Llama 2 70B": 32000 * 8192}
    taught = {"GPT-2": 38.6e6, "GPT-3": 617e6, "LLaMA 7B": 131e6, "Llama 2 70B": 262e6}
    for name, product in products.items():
        assert found[name]["value"] == pytest.approx(product / taught[name])
    for name, taught_mb in (("GPT-2", 147), ("LLaMA 7B", 500), ("Llama 2 70B", 1000)):
        size = 4 * products[name]
        assert cases("known-tables")[f"{name}, decimal megabytes, MB"]["value"] == pytest.approx(size / 1e6 / taught_mb)
        assert cases("known-tables")[f"{name}, binary megabytes, MiB"]["value"] == pytest.approx(
            size / 2**20 / taught_mb
        )


def test_topics_hold_all_three_outcomes_somewhere():
    """The page's filter has something behind each of its buttons."""
    told = Counter(verdict(claim.id).verdict for claim in CLAIMS)
    assert set(told) == set(OUTCOMES) and sum(told.values()) == len(CLAIMS)
    assert all(len(list(group)) for _, group in itertools.groupby(TOPICS))


def test_no_check_changes_a_shared_table():
    for claim in CLAIMS:
        verdict(claim.id)
    for name in ("glove", "minilm", "wordllama"):
        assert not tables.load(name).vectors.requires_grad
