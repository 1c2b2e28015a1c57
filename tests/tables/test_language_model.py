"""What the lesson on the language model shows of the shipped runs, and the training that a person may start."""

import dataclasses
import itertools
import math

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from sklearn.decomposition import PCA

from embviz import tables
from embviz.compute import language_runs, language_training, runs
from embviz.compute.language_model import ModelSettings
from embviz.compute.language_text import bpe_vocabulary, without_page_layout
from embviz.tables import language_model as shown
from embviz.tables import language_model_live as live

EVERY = tuple(name.removeprefix("language/") for name in runs.names("language/*"))


def test_all_runs_of_the_lesson_are_shipped():
    assert set(EVERY) >= {run for named in shown.COMPARED.values() for run in named} | {"learned"}


@pytest.mark.parametrize("run", EVERY)
def test_every_run_starts_near_even_chances(run):
    progress = shown.progress(run=run)
    assert progress.even == pytest.approx(math.log(runs.facts(f"language/{run}")["model"]["vocab_size"]))
    assert abs(progress.validation[0].item() - progress.even) < 0.1
    assert progress.validation[-1] < 0.65 * progress.even


def test_segments_are_the_text_again_and_know_words():
    text = "O, thou art xqzt!\n'Tis KING's b"
    found = shown.segments(text)
    assert "".join(part for part, _ in found) == text
    known = {part: kind for part, kind in found if kind >= 0}
    assert known == {"O": 1, "thou": 1, "art": 1, "xqzt": 0, "Tis": 1, "KING's": 1, "b": 0}
    assert shown.known_share(found) == pytest.approx(5 / 7)
    assert shown.segments("") == [] and shown.known_share([]) == 0


def test_the_texts_are_what_the_run_wrote():
    progress = shown.progress(run="rotary")
    wrote = runs.facts("language/rotary")["texts"]
    assert ["".join(part for part, _ in text) for text in progress.texts] == wrote
    assert progress.shares[-1] > 0.5 > 0.1 > progress.shares[0]


def test_kinds_by_hand():
    names, kinds = shown.kinds_of(["a", "b", "Z", "7", " ", "\n", "?", "\N{REPLACEMENT CHARACTER}"])
    assert names == shown.KINDS and kinds == [0, 1, 2, 4, 3, 3, 3, 3]
    names, kinds = shown.kinds_of([" the", "ing", " King", "AND", " ", ",", "12"])
    assert names == shown.PIECE_KINDS and kinds == [0, 1, 2, 2, 3, 3, 4]


@pytest.mark.parametrize(("run", "common"), [("rotary", True), ("untied", False), ("pieces-tied", True)])
def test_rows_lie_in_the_plane_of_the_last(run, common):
    found = shown.rows(run=run, common=common)
    tensors = runs.load(f"language/{run}").tensors
    counts = tensors["counts"].numpy()
    kept = counts * shown.OFTEN >= counts.sum() if common else np.ones(len(counts), bool)
    every = tensors["tables"].float().numpy().astype(np.float64)[:, kept]
    plane = PCA(2, svd_solver="full").fit(every[-1])
    assert found.shares == pytest.approx(plane.explained_variance_ratio_, rel=1e-4)
    points = found.points.numpy().reshape(len(every), -1, 2)
    wanted = np.stack([plane.transform(table) for table in every])
    signs = np.sign((points[-1] * wanted[-1]).sum(0))
    assert np.abs(points - signs * wanted).max() < 1e-3
    assert found.left_out == (~kept).sum() and len(found.words) == kept.sum() == sum(
        len(g["rows"]) for g in found.groups
    )
    assert found.lengths.numpy() == pytest.approx(np.linalg.norm(every, axis=2).mean(1), rel=1e-4)


def test_nearest_rows_become_of_one_kind():
    found = shown.rows(run="rotary", common=True)
    n = len(found.words)
    kind = {row: k for k, group in enumerate(found.groups) for row in group["rows"]}
    near = found.neighbours.int().reshape(found.snapshots, n, 5)
    shares = [np.mean([[kind[j] == kind[i] for j in row] for i, row in enumerate(each.tolist())]) for each in near]
    assert found.purity[:, 1].numpy() == pytest.approx(shares, abs=1e-6)
    assert shares[0] < 0.4 and shares[-1] > 0.85


def test_letters_are_parted_by_the_best_threshold():
    found = shown.rows(run="rotary", common=True)
    rows = [i for i, word in enumerate(found.words) if word.isalpha()]
    capital = np.array([found.words[i].isupper() for i in rows])
    last = found.points.numpy().reshape(found.snapshots, -1, 2)[-1, rows, 0]
    right = [max(((last > edge) == capital).sum(), ((last <= edge) == capital).sum()) for edge in last]
    assert found.lettered == len(rows) and int(found.letters[-1]) == max(right)


@pytest.mark.parametrize("run", ["rotary", "untied", "pieces-tied"])
def test_norms_are_lengths_and_every_row_is_in_one_bar(run):
    found = shown.norms(run=run)
    tensors = runs.load(f"language/{run}").tensors
    lengths = np.linalg.norm(tensors["tables"].float().numpy().astype(np.float64), axis=2)
    counts = tensors["counts"].numpy()
    assert np.abs(found.norms.numpy() - lengths).max() < 1e-4
    assert (found.bars.sum(1) == len(counts)).all()
    for s in (0, -1):
        assert found.ranks[s].item() == pytest.approx(spearmanr(found.norms[s].numpy(), counts).statistic, abs=1e-5)
    tenth = len(counts) // 10
    order = np.argsort(-counts, kind="stable")
    for rows, told in ((order[-tenth:], found.rare), (order[:tenth], found.common)):
        assert told[-1].item() == pytest.approx(np.sort(lengths[-1, rows])[(tenth - 1) // 2], abs=1e-4)
    assert (found.head is None) == (run != "untied")


def test_rare_rows_are_long_where_they_are_the_head_too():
    tied, untied = shown.norms(run="rotary"), shown.norms(run="untied")
    assert tied.rare[-1] > 2 * tied.common[-1] and tied.ranks[-1] < -0.5
    assert untied.rare[-1] < 0.5 * untied.common[-1] and untied.head_rare > 2 * untied.head_common
    assert shown.longer_rows(run="rotary") == "rare" and shown.longer_rows(run="untied") == "common"


def test_cosines_of_positions_in_float64():
    found = shown.positions()
    every = runs.load("language/learned").tensors["positions"].double().numpy()
    n = found.n
    for s in (0, len(every) - 1):
        unit = every[s] / np.linalg.norm(every[s], axis=1, keepdims=True)
        cosines = unit @ unit.T
        assert np.abs(found.cosines.numpy().reshape(-1, n, n)[s] - cosines).max() < 1e-5
        wanted = [np.diagonal(cosines, k).mean() for k in range(n)]
        assert found.distances[s].numpy() == pytest.approx(wanted, abs=1e-5)
    assert abs(found.distances[0, 1]) < 0.05 and found.distances[-1, 1] > 0.4


@pytest.mark.parametrize(
    ("text", "pair"), [("characters", ("rotary", "untied")), ("pieces", ("pieces-tied", "pieces-untied"))]
)
def test_shares_of_the_gradient(text, pair):
    found = shown.gradients(text=text)
    assert found.shares.sum(1).numpy() == pytest.approx(1, abs=1e-5) and found.met.sum().item() == pytest.approx(1)
    run = runs.load(f"language/{pair[1]}")
    steps = np.diff(run.facts["snapshots"]["step"])
    sums = (run.tensors["gradients"].float().numpy()[1:] * steps[:, None]).sum(0)
    groups = run.tensors["groups"].numpy()
    assert found.shares[1].numpy() == pytest.approx([sums[groups == k].sum() / sums.sum() for k in range(10)], abs=1e-5)
    assert (found.touched[0] == 1).all() and found.touched[1].max() < 0.9
    every = run.tensors["tables"]
    assert found.unmoved == sum(torch.equal(a, b) for a, b in zip(every[0], every[-1], strict=True)) > 0
    assert found.shares[0, -1] > found.shares[1, -1] > found.met[-1]


def test_losses_of_pieces_are_told_a_character():
    found = shown.losses(compare="texts")
    facts = runs.facts("language/pieces-tied")
    at = found.names.index("pieces")
    assert found.last[at].item() == pytest.approx(facts["final_loss"] / facts["characters_a_token"], rel=1e-5)
    assert found.last[0].item() == pytest.approx(runs.facts("language/rotary")["final_loss"], rel=1e-5)
    with pytest.raises(ValueError, match="compare"):
        shown.losses(compare="colours")


def test_three_seeds_of_each_kind():
    found = shown.seeds()
    assert found.losses.shape == (5, 3) and len(found.kinds) == 5
    name = runs.names("length/*")[0]
    kind, seed = name.removeprefix("length/").rsplit("-", 1)
    told = found.losses[found.kinds.index(kind), int(seed)].item()
    assert told == pytest.approx(runs.facts(name)["final_loss"], rel=1e-5)


def test_the_answers_by_hand():
    assert shown.even_loss() == pytest.approx(4.4308, abs=1e-4)
    assert shown.head_parameters() == 512 * 96


# --- a training of one's own


@pytest.fixture
def short(monkeypatch):
    """One thread, as in the app, and short texts."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    monkeypatch.setattr(live, "WRITTEN", 6)
    yield
    torch.set_num_threads(threads)


def test_a_plan_of_the_shipped_size_is_the_shipped_training():
    plan = live.Plan(width=96, steps=1200)
    facts = runs.facts("language/rotary")
    model = dataclasses.asdict(plan.model)
    assert model == facts["model"]
    free = {"snapshots", "dense", "sample_length", "sample_every", "final_tokens"}
    training = dataclasses.asdict(plan.training)
    assert {k: v for k, v in training.items() if k not in free and k != "lengths"} == {
        k: v for k, v in facts["training"].items() if k not in free and k != "lengths"
    }
    assert plan.tokens == facts["snapshots"]["tokens"][-1]


@pytest.mark.usefixtures("short")
def test_what_is_looked_at_does_not_change_the_training():
    """The losses are those of the plain trainer with other snapshots."""
    plan = live.Plan(width=32, steps=6)
    found = list(live.training(plan))
    settings = dataclasses.replace(plan.training, snapshots=2, sample_length=0)
    *_, last = language_training.trained(language_runs.shakespeare(None), plan.model, settings)
    assert found[-1].validation_loss == last.validation_loss
    assert torch.equal(found[-1].weights["token.weight"], last.weights["token.weight"])
    assert [look.step for look in found] == list(range(7)) and found[-1].tokens == plan.tokens
    assert found[0].text and live.without_weights(found[-1]).weights is None and found[0].kept is None


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("layers", [2, 3, 4])
def test_layers_are_chosen_and_the_shipped_runs_have_two(layers):
    plan = live.Plan(width=32, steps=2, layers=layers)
    *_, last = live.training(plan)
    assert len({name.split(".")[1] for name in last.weights if name.startswith("blocks.")}) == layers
    one, two = (live.parameters(dataclasses.replace(plan, layers=n)).layers for n in (2, 3))
    assert live.parameters(plan).layers == one + (layers - 2) * (two - one)
    assert live.Plan().model.n_layers == language_runs.SHOWN_MODEL.n_layers == 2
    assert not plan.same_model(dataclasses.replace(plan, layers=layers - 1))


def test_the_largest_plan_is_within_what_training_allows():
    from embviz.lessons import language_model as lesson
    from embviz.ui import training

    most = {"width": lesson.WIDTH.levels[-1], "layers": lesson.LAYERS.levels[-1], "steps": lesson.STEPS.levels[-1]}
    for position in lesson.POSITION.options:
        for units in lesson.UNITS.options:
            plan = live.Plan(position=position.lower(), units=units, head="untied", **most)
            assert live.needs(plan) < training.MOST_BYTES


@pytest.mark.usefixtures("short")
def test_a_training_that_was_stopped_goes_on_as_if_it_had_not_been():
    plan = live.Plan(units="512 pieces", width=32, steps=6, warm="king lord")
    plain = list(live.training(plan))
    looks = itertools.count(1)
    made = live.training(plan, stopping=lambda: next(looks) == 2)
    found = [next(made), next(made), next(made)]
    assert found[2].step == 2 and live.weights_of(found[0], found[2]) is found[2].weights is not None
    found += list(made)
    assert [look.step for look in found] == [look.step for look in plain]
    assert torch.equal(found[-1].weights["token.weight"], plain[-1].weights["token.weight"])
    assert [look.kept for look in found] == [look.kept for look in plain] and found[-1].kept < 1


@pytest.mark.usefixtures("short")
def test_a_training_goes_on_from_its_weights():
    plan = live.Plan(width=32, steps=2)
    *_, last = live.training(plan)
    first, *_, end = live.training(plan, weights=live.weights_of(last, last), tokens=last.tokens)
    assert first.validation_loss == pytest.approx(last.validation_loss, abs=1e-6) and first.tokens == last.tokens
    assert end.tokens == 2 * plan.tokens
    assert plan.same_model(dataclasses.replace(plan, steps=9, seed=4, warm="king"))
    assert not plan.same_model(dataclasses.replace(plan, position="alibi"))


def test_the_vocabulary_is_that_of_the_text_that_is_trained_on():
    import gzip

    text = without_page_layout(gzip.decompress(language_runs.CORPUS.read_bytes()).decode("ascii"))
    assert live.vocabulary("512 pieces") == bpe_vocabulary(text, 512)
    assert live.vocabulary("characters") == language_runs.shakespeare(None).vocabulary


def test_rows_from_glove_keep_their_angles():
    vocabulary = live.vocabulary("512 pieces")
    start = live.warm_start("king, lord father", vocabulary, 96)
    assert [vocabulary.pieces[id] for id in start.ids.tolist()] == [" king", " lord", " father"]
    glove = tables.load("glove")
    known = live.words_with_rows(vocabulary)
    every = glove.vectors[[glove.row_numbers[word] for word in known]].double().numpy()
    of = list(known)
    rows = (every - every.mean(0))[[of.index(word) for word in ("king", "lord", "father")]]
    given = start.rows.double().numpy()
    for a, b in ((0, 1), (0, 2), (1, 2)):
        cosine = [m[a] @ m[b] / np.linalg.norm(m[a]) / np.linalg.norm(m[b]) for m in (rows, given)]
        assert cosine[0] == pytest.approx(cosine[1], abs=1e-4)
    whole = live.warm_start("all", vocabulary, 8)
    assert whole.rows.shape == (len(known), 8) and whole.rows.square().mean().sqrt().item() == pytest.approx(
        0.02, rel=1e-4
    )
    assert live.warm_start("  ", vocabulary, 8) is None


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (live.Plan(warm="king"), "characters are no words"),
        (live.Plan(units="512 pieces", warm="king xyzzy"), "xyzzy"),
        (live.Plan(width=32, rank=64), "rank is 64"),
        (live.Plan(units="tokens"), "units"),
    ],
)
def test_a_plan_that_cannot_be_trained_is_named(plan, said):
    with pytest.raises(ValueError, match=said):
        live.parameters(plan)


def test_parameters_of_a_factorised_table():
    counts = live.parameters(live.Plan(units="512 pieces", width=64, rank=8))
    assert counts.table == 8 * (512 + 64) and counts.head == 0
    assert (
        isinstance(live.Plan(position="sinusoidal").model, ModelSettings)
        and live.Plan(position="sinusoidal").model.scale
    )


def test_the_run_from_glove_begins_there_and_is_else_like_the_other():
    warm, cold = runs.load("language/pieces-warm"), runs.load("language/pieces-tied")
    ids = torch.tensor(warm.facts["warm"])
    vocabulary = language_runs.vocabulary_of(warm)
    start = live.warm_start("all", vocabulary, warm.facts["model"]["width"])
    assert torch.equal(start.ids, ids) and len(ids) == 144
    first, other = (run.tensors["tables"][0] for run in (warm, cold))
    assert torch.equal(first[ids], start.rows.half())
    rest = torch.ones(len(first), dtype=torch.bool)
    rest[ids] = False
    assert torch.equal(first[rest], other[rest])
    for name in ("model", "training", "vocabulary", "parameters"):
        assert warm.facts[name] == cold.facts[name]


def test_what_is_left_of_glove_in_float64():
    """What the lesson says beside “Start words from glove”."""
    found = shown.warm()
    assert found.names == ["from glove", "at random"] and found.rows == 144
    for k, run in enumerate(("pieces-warm", "pieces-tied")):
        tables = runs.load(f"language/{run}").tensors["tables"].double().numpy()
        ids = runs.facts("language/pieces-warm")["warm"]
        rows = tables[:, ids]
        lengths = np.linalg.norm(rows, axis=2)
        cosines = (rows * rows[0]).sum(axis=2) / lengths / lengths[0]
        assert found.kept[k, 0].numpy() == pytest.approx(cosines.mean(axis=1), abs=1e-5)
        assert found.kept[k, 1:].numpy() == pytest.approx(np.quantile(cosines, [0.1, 0.9], axis=1), abs=1e-4)
        unit = rows / lengths[..., None]
        near = []
        for table in (unit[0], unit[-1]):
            scores = table @ table.T
            np.fill_diagonal(scores, -np.inf)
            near.append(np.argsort(-scores, axis=1)[:, :5])
        same = np.mean([len(set(a) & set(b)) / 5 for a, b in zip(*near, strict=True)])
        assert found.near[k, -1].item() == pytest.approx(same, abs=0.005)
        assert found.last[k].item() == pytest.approx(runs.facts(f"language/{run}")["final_loss"], abs=1e-6)
    assert found.kept[0, 0, 0] == pytest.approx(1) and 0.2 < found.kept[0, 0, -1] < 0.3
    assert found.kept[1, 0, -1] < found.kept[0, 0, -1] - 0.05 and found.near[0, -1] > 3 * found.near[1, -1]
