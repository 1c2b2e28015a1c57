"""The trainer: reproducible, bounded, and doing to the table what its settings say."""

import dataclasses
import itertools
import math
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
import torch

from embviz.compute import language_training
from embviz.compute.language_model import LanguageModel, ModelSettings
from embviz.compute.language_text import character_vocabulary, training_text
from embviz.compute.language_training import (
    TrainingSettings,
    WarmStart,
    fitted_rows,
    frequency_groups,
    mean_loss,
    model_with,
    needed_bytes,
    snapshot_steps,
    trained,
)
from embviz.compute.snapshots import DivergedError

LINES = "to be or not to be\nthat is the question\nwhether it is nobler\n" * 60
VOCABULARY = character_vocabulary(LINES + "xyz")  # three characters and U+FFFD never occur
TEXT = training_text(LINES, VOCABULARY)
MODEL = ModelSettings(VOCABULARY.size, width=16, n_layers=1, n_heads=2, context=16)
QUICK = TrainingSettings(
    steps=12, batch=4, warmup=2, snapshots=4, validation_tokens=64, final_tokens=128, sample_length=8
)
ONE = dataclasses.replace(QUICK, steps=1, warmup=0, clip=None, snapshots=2)


def last(model=MODEL, training=QUICK, **more):
    *_, snapshot = trained(TEXT, model, training, **more)
    return snapshot


def same(a, b):
    """Whether two snapshots agree in all but times."""
    for field in dataclasses.fields(a):
        x, y = getattr(a, field.name), getattr(b, field.name)
        if isinstance(x, torch.Tensor):
            if not torch.equal(x, y):
                return False
        elif isinstance(x, dict):
            if not all(torch.equal(x[name], y[name]) for name in x.keys() | y.keys()):
                return False
        elif field.name not in ("seconds", "tokens_per_second") and x != y:
            return False
    return True


@pytest.mark.parametrize(
    "change", [{}, {"position": "learned", "embedding_dropout": 0.2}, {"tied": False, "rank": 4}], ids=str
)
def test_a_seed_reproduces_a_run_exactly(change):
    model = dataclasses.replace(MODEL, **change)
    state = torch.get_rng_state()
    first, again = (list(trained(TEXT, model, QUICK)) for _ in range(2))
    assert len(first) == 4 and all(same(a, b) for a, b in zip(first, again, strict=True))
    assert torch.equal(torch.get_rng_state(), state)
    other = last(model, dataclasses.replace(QUICK, seed=1))
    assert not torch.equal(first[-1].table, other.table)


def test_two_runs_at_once_do_not_meet():
    together = list(zip(trained(TEXT, MODEL, QUICK), trained(TEXT, MODEL, QUICK), strict=True))
    assert all(same(a, b) for a, b in together)


def hurried(*steps):
    """Somebody who wants to stop when the trainer has looked so many times, and each time goes on."""
    looks = itertools.count(1)
    return lambda: next(looks) in steps


@pytest.mark.parametrize(
    "change", [{}, {"embedding_dropout": 0.2, "position": "learned"}, {"tied": False, "rank": 4}], ids=str
)
def test_a_training_that_was_stopped_ends_as_one_that_was_not(change):
    model = dataclasses.replace(MODEL, **change)
    plain = list(trained(TEXT, model, QUICK))
    found = list(trained(TEXT, model, QUICK, stopping=hurried(3, 4, 9)))
    assert [each.step for each in found] == [0, 1, 3, 4, 5, 9, 12]
    for mine, other in zip([each for each in found if each.step in (0, 1, 5, 12)], plain, strict=True):
        assert torch.equal(mine.table, other.table) and mine.validation_loss == other.validation_loss
        assert mine.text == other.text and mine.tokens == other.tokens
    for name, weight in plain[-1].weights.items():
        assert torch.equal(found[-1].weights[name], weight)
    assert [each.step for each in found if each.weights] == [3, 4, 9, 12]  # out of turn, and the last
    assert torch.equal(torch.cat([each.losses for each in found[1:]]), torch.cat([each.losses for each in plain[1:]]))


def test_the_optimiser_is_as_it_was_and_weights_alone_are_not_enough():
    """What goes on from the weights of a snapshot out of turn begins its averages anew, and so ends elsewhere."""
    asked = trained(TEXT, MODEL, QUICK, stopping=hurried(6))
    middle = next(each for each in asked if each.step == 6)
    *_, resumed = asked
    *_, anew = trained(TEXT, MODEL, QUICK, weights=middle.weights)
    assert torch.equal(resumed.table, last().table) and not torch.allclose(anew.table, resumed.table, atol=1e-3)


def test_one_that_is_always_hurried_comes_to_its_end():
    found = list(trained(TEXT, MODEL, QUICK, stopping=lambda: True))
    assert [each.step for each in found] == list(range(13)) and found[-1].stopped == "steps"


def test_it_may_rest_in_one_thread_and_go_on_in_another():
    run = trained(TEXT, MODEL, QUICK)
    found = [next(run)]
    with ThreadPoolExecutor(1) as pool:
        found += pool.submit(lambda: [next(run), next(run)]).result()
    assert torch.equal(list(run)[-1].table, last().table)


def test_snapshots_tell_the_run():
    model = dataclasses.replace(MODEL, position="learned", tied=False)
    snapshots = list(trained(TEXT, model, QUICK))
    assert [each.step for each in snapshots] == snapshot_steps(QUICK) == [0, 1, 5, 12]
    assert [each.share for each in snapshots] == [each.step / 12 for each in snapshots]
    assert [each.tokens for each in snapshots] == [each.step * 4 * 16 for each in snapshots]
    assert [len(each.losses) for each in snapshots] == [1, 1, 4, 7]
    start = LanguageModel(model, seed=QUICK.seed)
    assert torch.equal(snapshots[0].table, start.table) and torch.equal(snapshots[0].positions, start.position.weight)
    for each in snapshots:
        assert each.table.shape == each.head.shape == (VOCABULARY.size, 16) and each.positions.shape == (16, 16)
        torch.testing.assert_close(each.norms, each.table.square().sum(1).sqrt())
        assert each.train_loss == pytest.approx(each.losses.mean().item())
        assert len(VOCABULARY.encode(each.text)) == 8
        assert (each.weights is None) == (each.stopped is None)
    assert snapshots[-1].stopped == "steps" and snapshots[-1].gradient_shares.sum().item() == pytest.approx(1)
    again = model_with(model, snapshots[-1].weights)
    assert torch.equal(again.table, snapshots[-1].table)
    loss = mean_loss(again, TEXT.validation, length=16, tokens=64)
    assert loss == pytest.approx(snapshots[-1].validation_loss, rel=1e-6)
    wider = mean_loss(again, TEXT.validation, length=16, tokens=128)
    assert wider == pytest.approx(snapshots[-1].final_loss, rel=1e-6) and wider != pytest.approx(loss, rel=1e-4)
    assert all(each.final_loss is None for each in snapshots[:-1])


def test_snapshots_are_their_own():
    run = trained(TEXT, MODEL, QUICK)
    first = next(run)
    kept = first.table.clone()
    list(run)
    assert torch.equal(first.table, kept)


def test_it_learns_a_text_that_repeats_itself():
    *_, after = trained(TEXT, MODEL, dataclasses.replace(QUICK, steps=300, batch=8, learning_rate=1e-2, warmup=20))
    counts = TEXT.counts[TEXT.counts > 0] / TEXT.counts.sum()
    unigram = -(counts * counts.log()).sum().item()
    assert unigram > 2 and after.validation_loss < 0.5
    assert set(after.text.split("\n")[1:-1]) <= set(LINES.split("\n"))


def test_the_validation_loss_is_that_of_windows_read_one_by_one():
    model = LanguageModel(dataclasses.replace(MODEL, init_std=0.5)).eval()
    found = mean_loss(model, TEXT.validation, length=16, tokens=5 * 16, at_once=32)
    losses = []
    for start in torch.linspace(0, len(TEXT.validation) - 17, 5).long().tolist():
        window = TEXT.validation[start : start + 17]
        chances = model(window[None, :-1])[0].softmax(-1)
        losses += (-chances[torch.arange(16), window[1:]].log()).tolist()
    assert found == pytest.approx(sum(losses) / len(losses), rel=1e-5)


def test_gradients_of_rows_are_autograds_of_the_batches_drawn():
    snapshot = last(dataclasses.replace(MODEL, tied=False), ONE)
    model = LanguageModel(dataclasses.replace(MODEL, tied=False), seed=0).double()
    starts = torch.randint(len(TEXT.train) - 16, (4,), generator=torch.Generator().manual_seed(0))
    windows = torch.stack([TEXT.train[start : start + 17] for start in starts.tolist()])
    loss = model.loss(windows[:, :-1], windows[:, 1:])
    loss.backward()
    norms = model.table.grad.square().sum(1).sqrt()
    torch.testing.assert_close(snapshot.gradients.double(), norms, rtol=1e-4, atol=1e-7)
    assert snapshot.losses.item() == pytest.approx(loss.item(), rel=1e-5)
    assert snapshot.touched == pytest.approx((norms > 0).double().mean().item())
    groups = frequency_groups(TEXT.counts)
    shares = torch.stack([norms[groups == group].sum() for group in range(10)]) / norms.sum()
    torch.testing.assert_close(snapshot.gradient_shares.double(), shares, rtol=1e-4, atol=1e-7)


def test_tied_touches_every_row_and_untied_only_those_that_were_read():
    assert last().touched == 1.0
    untied = last(dataclasses.replace(MODEL, tied=False))
    assert untied.touched < 1 and not untied.gradients[TEXT.counts == 0].any()


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_the_tables_rate_is_a_share_of_the_backbones(share):
    """Adam's first step is the rate times the sign of the gradient, where that is not tiny."""
    model = dataclasses.replace(MODEL, tied=False)
    start = LanguageModel(model, seed=0).state_dict()
    after = last(model, dataclasses.replace(ONE, table_rate=share, learning_rate=1e-2, weight_decay=0.0)).weights
    moved = {name: (after[name] - start[name]).abs() for name in start}
    assert moved["token.weight"].max().item() == pytest.approx(1e-2 * share, rel=1e-3)
    assert moved["blocks.0.up"].max().item() == pytest.approx(1e-2, rel=1e-3)


@pytest.mark.parametrize("rank", [None, 4])
def test_decay_of_the_table_is_at_the_backbones_rate_and_of_nothing_else(rank):
    model = dataclasses.replace(MODEL, rank=rank, position="learned")
    start = LanguageModel(model, seed=0).state_dict()
    plain = dataclasses.replace(ONE, learning_rate=1e-2, table_rate=0.5)
    without = last(model, plain).weights
    decayed = last(model, dataclasses.replace(plain, table_decay=0.2)).weights
    for name, before in start.items():
        expected = 1e-2 * 0.2 * before if name.startswith("token.") else torch.zeros_like(before)
        torch.testing.assert_close(without[name] - decayed[name], expected, rtol=1e-3, atol=1e-7)


def test_decay_of_the_backbone_spares_norms_positions_and_the_table():
    model = dataclasses.replace(MODEL, position="learned", tied=False)
    start = LanguageModel(model, seed=0).state_dict()
    plain = dataclasses.replace(ONE, learning_rate=1e-2, weight_decay=0.0)
    without, decayed = last(model, plain).weights, last(model, dataclasses.replace(plain, weight_decay=0.2)).weights
    for name, before in start.items():
        matrix = before.dim() == 2 and not name.startswith(("token", "position"))
        expected = 1e-2 * 0.2 * before if matrix else torch.zeros_like(before)
        torch.testing.assert_close(without[name] - decayed[name], expected, rtol=1e-3, atol=1e-7)


def test_warm_up_rises_in_equal_steps_and_the_rate_ends_at_a_tenth():
    training = dataclasses.replace(QUICK, steps=40, warmup=9)
    from embviz.compute.language_training import _Run

    run = _Run(TEXT, MODEL, training, None, None, torch.device("cpu"))
    shares = [run._rate_share(step) for step in range(41)]
    assert shares[:9] == pytest.approx([step / 10 for step in range(1, 10)]) and shares[9] == 1.0
    assert all(a > b for a, b in pairwise(shares[9:])) and shares[40] == pytest.approx(0.1)
    assert shares[9 + 15] > 0.55 > shares[9 + 16]  # the middle of the fall


def test_clipping_bounds_what_a_step_of_plain_descent_would_see():
    """Adam hides the gradient's size in the first step, not in the second, after two of different sizes."""
    two = dataclasses.replace(ONE, steps=2)
    free, clipped = last(training=two), last(training=dataclasses.replace(two, clip=1e-3))
    assert not torch.equal(free.table, clipped.table)
    assert torch.equal(last(training=dataclasses.replace(two, clip=1e9)).table, free.table)


def test_a_curriculum_reads_short_sequences_first_and_as_many_tokens(monkeypatch):
    read = []
    loss = LanguageModel.loss

    def watched(model, ids, targets):
        if model.training:
            read.append(tuple(ids.shape))
        return loss(model, ids, targets)

    monkeypatch.setattr(LanguageModel, "loss", watched)
    training = dataclasses.replace(QUICK, lengths=((0.25, 4), (0.25, 8), (0.5, 16)))
    assert last(training=training).tokens == 12 * 64
    assert read[1:] == [(16, 4)] * 3 + [(8, 8)] * 3 + [(4, 16)] * 6  # the first is that of the snapshot at step 0


def test_time_is_bounded():
    snapshots = list(trained(TEXT, MODEL, dataclasses.replace(QUICK, steps=50_000, max_seconds=0.3)))
    assert snapshots[-1].stopped == "time" and 0 < snapshots[-1].step < 50_000 and snapshots[-1].weights


def test_the_readers_time_is_not_the_trainings(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(language_training.time, "perf_counter", lambda: now[0])
    snapshots = []
    for snapshot in trained(TEXT, MODEL, dataclasses.replace(QUICK, max_seconds=10.0)):
        snapshots.append(snapshot)
        now[0] += 100.0
    assert snapshots[-1].stopped == "steps" and {each.seconds for each in snapshots} == {0.0}


def test_a_loss_that_is_no_number_stops_with_one_sentence():
    with pytest.raises(DivergedError) as error:
        last(training=dataclasses.replace(QUICK, learning_rate=1e30, clip=None, warmup=0))
    assert 0 < error.value.step <= 12 and "1e+30" in str(error.value) and "\n" not in str(error.value)


def test_the_estimate_of_memory_holds_what_backward_keeps():
    """What autograd saves for a step, counted by its own hooks, is within the estimate, and not a tenth of it."""
    for change in ({}, {"vocab_size": 300}, {"width": 64, "n_layers": 3}, {"position": "alibi", "context": 64}):
        model = dataclasses.replace(MODEL, **change)
        training = dataclasses.replace(QUICK, batch=16)
        built, kept = LanguageModel(model), {}
        ids = torch.zeros(16, model.context, dtype=torch.int64)

        def pack(tensor, kept=kept):
            kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            loss = built.loss(ids, ids)
        assert loss.requires_grad
        estimate = needed_bytes(model, training)
        assert 0.1 * estimate < sum(kept.values()) < estimate


def test_warm_rows_are_where_training_begins_and_weights_go_on():
    rows = torch.arange(32.0).view(2, 16)
    first, *_ = trained(TEXT, MODEL, QUICK, warm=WarmStart(torch.tensor([3, 1]), rows))
    drawn = LanguageModel(MODEL, seed=0).table
    assert torch.equal(first.table[[3, 1]], rows)
    others = [row for row in range(VOCABULARY.size) if row not in (1, 3)]
    assert torch.equal(first.table[others], drawn[others])
    before = last()
    onward = next(trained(TEXT, MODEL, QUICK, weights=before.weights))
    assert torch.equal(onward.table, before.table)
    assert onward.validation_loss == pytest.approx(before.validation_loss)


@pytest.mark.parametrize("width", [20, 33])
def test_fitted_rows_keep_every_angle_where_there_is_room(width):
    vectors = torch.randn(30, 20, generator=torch.Generator().manual_seed(0)) + 2
    rows = fitted_rows(vectors, width, std=0.05)
    centred = vectors - vectors.mean(0)
    cosines = [torch.nn.functional.cosine_similarity(x[:, None], x, dim=-1) for x in (centred, rows)]
    torch.testing.assert_close(*cosines, atol=1e-5, rtol=0)
    assert rows.shape == (30, width) and rows.square().mean().sqrt().item() == pytest.approx(0.05)
    assert torch.equal(rows, fitted_rows(vectors, width, std=0.05))


def test_fitted_rows_keep_the_most_variance_where_there_is_less():
    vectors = torch.randn(40, 20, generator=torch.Generator().manual_seed(1)) * torch.linspace(0.1, 3, 20)
    rows = fitted_rows(vectors, 6)
    covariance = torch.linalg.eigvalsh((vectors.double() - vectors.double().mean(0)).T.cov().double()).flip(0)
    found = torch.linalg.eigvalsh(rows.double().T.cov()).flip(0)
    torch.testing.assert_close(found / found[0], covariance[:6] / covariance[0], rtol=1e-4, atol=1e-6)
    assert fitted_rows(vectors[:3], 6).shape == (3, 6)


def test_frequency_groups():
    counts = torch.tensor([5, 100, 7, 0, 50, 6, 1, 80, 9, 3])
    assert frequency_groups(counts, 5).tolist() == [3, 0, 2, 4, 1, 2, 4, 0, 1, 3]
    assert torch.bincount(frequency_groups(torch.arange(512), 10)).max() == 52


def test_on_a_device(device):
    snapshot = last(dataclasses.replace(MODEL, embedding_dropout=0.1), device=device)
    assert snapshot.table.device.type == "cpu" and math.isfinite(snapshot.validation_loss)


@pytest.mark.parametrize(
    ("call", "facts"),
    [
        (lambda: TrainingSettings(steps=0), ["steps", "0"]),
        (lambda: TrainingSettings(steps=60_000), ["steps", "60000", "50000"]),
        (lambda: TrainingSettings(batch=513), ["batch", "513", "512"]),
        (lambda: TrainingSettings(snapshots=1), ["snapshots", "1", "2"]),
        (lambda: TrainingSettings(learning_rate=0), ["learning_rate", "0"]),
        (lambda: TrainingSettings(learning_rate=math.nan), ["learning_rate", "nan"]),
        (lambda: TrainingSettings(table_rate=0), ["table_rate", "0"]),
        (lambda: TrainingSettings(table_decay=-0.1), ["table_decay", "-0.1"]),
        (lambda: TrainingSettings(clip=0), ["clip", "0"]),
        (lambda: TrainingSettings(warmup=-1), ["warmup", "-1"]),
        (lambda: TrainingSettings(max_seconds=1e5), ["max_seconds", "100000", "3600"]),
        (lambda: TrainingSettings(lengths=((0.5, 8), (0.4, 16))), ["0.9", "shares"]),
        (lambda: TrainingSettings(lengths=((1.0, 1),)), ["length", "1", "2"]),
        (lambda: trained(TEXT, dataclasses.replace(MODEL, vocab_size=9)), ["vocab_size", "9", str(VOCABULARY.size)]),
        (lambda: trained(TEXT, MODEL, TrainingSettings(lengths=((1.0, 32),))), ["32", "16"]),
        (lambda: trained(TEXT, dataclasses.replace(MODEL, context=1000)), ["1000", "366", "context"]),
        (
            lambda: trained(
                TEXT, dataclasses.replace(MODEL, width=512, n_layers=6, context=64), TrainingSettings(batch=512)
            ),
            ["MB", "2,000"],
        ),
        (lambda: trained(TEXT, MODEL, warm=WarmStart(torch.tensor([0]), torch.zeros(1, 8))), ["(1, 8)", "(n, 16)"]),
        (lambda: trained(TEXT, MODEL, warm=WarmStart(torch.tensor([99]), torch.zeros(1, 16))), ["99"]),
        (lambda: trained(TEXT, MODEL, weights={"head": torch.zeros(1)}), ["weights", "settings"]),
        (lambda: fitted_rows(torch.zeros(3), 4), ["vectors", "(3,)"]),
    ],
)
def test_bad_values(call, facts):
    with pytest.raises(ValueError) as error:
        call()
    assert all(fact in str(error.value) for fact in facts), error.value
