"""What the pictures of gradients say of rows, against the numbers and against hand cases."""

import pytest
import torch

from embviz.compute import gradient_views as views

IDS = (7, 3, 7, 1, 7, 5, 0)
DENSE = [("sgd", 0.0), ("momentum", 0.0), ("adam", 0.0), ("adamw", 0.0)]


def nonzero(values):
    return tuple(row for row in range(views.ROWS) if values[row].any())


@pytest.mark.parametrize("upstream", ["ones", "cross-entropy"])
def test_rows_that_learn_are_those_whose_gradient_is_not_zero(upstream):
    found = views.row_gradients(ids=IDS, upstream=upstream)
    assert found.learning == nonzero(found.by_hand) == nonzero(found.by_autograd)
    assert found.silent == tuple(row for row in sorted(set(IDS)) if row not in found.learning)
    assert found.largest_difference == (found.by_hand - found.by_autograd).abs().max().item() < 1e-6
    for row in found.learning:
        rows = [token for token, row_of in enumerate(IDS) if row_of == row]
        torch.testing.assert_close(found.by_hand[row], found.upstream[rows].sum(0))


def test_ones_add_up_and_padding_gets_nothing():
    found = views.row_gradients(ids=IDS, upstream="ones")
    assert found.by_hand[:, 0].tolist() == [0, 1, 0, 1, 0, 1, 0, 3, 0, 0, 0, 0]
    assert found.silent == (0,) and found.limit == 3 and not found.targets.any()
    assert views.row_gradients(ids=IDS, upstream="ones", padding=None).by_hand[0, 0] == 1


def test_targets_are_what_follows_a_token_without_padding():
    found = views.row_gradients(ids=IDS)
    assert found.targets.tolist() == [0, 1, 0, 1, 0, 1, 0, 2, 0, 0, 0, 0]
    assert views.row_gradients(ids=IDS, padding=None).targets[0] == 1


def test_a_tied_head_reaches_every_row_and_its_parts_add_up():
    found = views.row_gradients(ids=IDS, tied=True)
    assert found.learning == tuple(range(views.ROWS)) and found.silent == ()
    assert nonzero(found.logits_part) == found.learning and nonzero(found.lookup_part) == (1, 3, 7)
    torch.testing.assert_close(found.lookup_part + found.logits_part, found.by_autograd)


def test_no_gradient_at_all_has_a_limit():
    found = views.row_gradients(ids=(0, 0), upstream="ones")
    assert found.learning == () and found.silent == (0,) and found.limit > 0


@pytest.mark.parametrize(("optimiser", "decay"), [*DENSE, ("sgd", 0.1), ("adam", 0.01), ("adamw", 0.01)])
@pytest.mark.parametrize("batches", ["same", "first only"])
def test_what_is_said_of_rows_holds_in_the_numbers(optimiser, decay, batches):
    found = views.row_steps(ids=IDS, optimiser=optimiser, decay=decay, batches=batches)
    assert found.movement.shape == found.gradients.shape == (views.ROWS, views.STEPS)
    assert found.learning == nonzero(found.gradients) == (1, 3, 7)
    assert found.moved == nonzero(found.movement)
    assert 0 not in found.moved  # the padding row is zero and stays zero
    assert found.strangers == ((2, 4, 6, 8, 9, 10, 11) if decay else ())
    alone = batches == "first only"
    assert found.later == ((1, 3, 7) if alone and (optimiser != "sgd" or decay) else ())
    torch.testing.assert_close(found.path, found.movement.sum(1))
    assert found.largest == found.movement.max() and found.smallest == found.movement[found.movement > 0].min()


def test_sparse_adam_stops_with_its_batch_and_sparse_momentum_does_not():
    later = {name: views.row_steps(ids=IDS, optimiser=name, sparse=True).later for name in ("sgd", "momentum", "adam")}
    assert later == {"sgd": (), "momentum": (1, 3, 7), "adam": ()}


def test_used_and_unused_are_means_over_their_rows():
    found = views.used_and_unused(ids=IDS, decay=0.01)
    assert found.used_rows == (1, 3, 7) and found.unused_rows == (2, 4, 6, 8, 9, 10, 11)
    for name, with_it, without, unused in zip(
        found.names, found.with_gradient, found.without_gradient, found.unused, strict=True
    ):
        optimiser, sparse, decays = views.LOOPS[name]
        steps = views.row_steps(ids=IDS, optimiser=optimiser, sparse=sparse, decay=0.01 * decays, batches="first only")
        used = steps.movement[[1, 3, 7]]
        torch.testing.assert_close(with_it, used[:, 0].mean())
        torch.testing.assert_close(without, used[:, 1:].sum(1).mean())
        torch.testing.assert_close(unused, steps.path[list(found.unused_rows)].mean())
        assert (unused > 0) == decays
    of = dict(zip(found.names, found.unused, strict=True))
    assert of["Adam + decay"] > 50 * of["AdamW + decay"]  # as part of the gradient, Adam makes any decay a full step
    same = views.used_and_unused(ids=IDS, batches="same")
    assert same.without_gradient.isnan().all() and same.with_gradient.isfinite().all()


def test_a_batch_of_every_row_has_no_unused_ones():
    found = views.used_and_unused(ids=tuple(range(12)))
    assert found.unused_rows == () and found.unused.isnan().all()
