import itertools
import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from embviz.compute.gradients import BATCHES, OPTIMISERS, loss_gradients, optimiser_steps
from embviz.compute.layers import TokenEmbedding

IDS = torch.tensor([[1, 2, 2, 5], [3, 1, 0, 0]])  # 4, 6 and 7 of a vocabulary of 8 are not in it, 0 is padding
SIZES = {"vocab_size": 8, "dim": 4}
CROSS = {"upstream": "cross-entropy"}


def batches(least: int):
    return st.tuples(st.integers(1, 3), st.integers(least, 6), st.integers(0, 10**6)).map(
        lambda s: torch.randint(0, 8, s[:2], generator=torch.Generator().manual_seed(s[2]))
    )


def by_torch(ids, weight, head, padding_idx):
    """The two gradients of a language model's loss as torch's own layers make them: for the table, for the head."""
    table = torch.nn.Embedding.from_pretrained(weight.double().clone(), freeze=False, padding_idx=padding_idx)
    out = head.double().clone().requires_grad_()
    logits = table(ids)[..., :-1, :] @ out.T
    ignored = -100 if padding_idx is None else padding_idx
    F.cross_entropy(logits.reshape(-1, 8), ids[..., 1:].reshape(-1), ignore_index=ignored).backward()
    return table.weight.grad, out.grad


class TestLossGradients:
    @settings(max_examples=60, deadline=None)
    @given(ids=batches(1), seed=st.integers(0, 99), padding=st.sampled_from([None, 0, 7]))
    def test_ones_count_the_ids(self, ids, seed, padding):
        found = loss_gradients(ids, **SIZES, padding_idx=padding, seed=seed)
        counts = torch.bincount(ids.flatten(), minlength=8)
        assert torch.equal(found.counts, counts)
        if padding is not None:
            counts[padding] = 0
        expected = counts[:, None].expand(8, 4).float()
        assert torch.equal(found.by_hand, expected) and torch.equal(found.by_autograd, expected)
        assert found.largest_difference == 0.0 and found.logits_part is None
        assert torch.equal(found.lookup_part, expected)
        assert torch.equal(found.upstream, torch.ones(*ids.shape, 4))
        assert found.loss == pytest.approx(found.weight[ids].sum().item(), abs=1e-4)

    @settings(max_examples=100, deadline=None)
    @given(ids=batches(2), seed=st.integers(0, 99), padding=st.sampled_from([None, 0, 7]), tied=st.booleans())
    def test_cross_entropy_is_torchs(self, ids, seed, padding, tied):
        if padding is not None and (ids[:, 1:] == padding).all():
            ids[0, 1] = 3
        found = loss_gradients(ids, **SIZES, **CROSS, padding_idx=padding, seed=seed, tied=tied)
        generator = torch.Generator().manual_seed(seed)
        weight, head = torch.randn(2, 8, 4, generator=generator) / 2
        if padding is not None:
            weight[padding] = 0
        assert torch.equal(found.weight, weight)
        lookup, logits = by_torch(ids, weight, weight if tied else head, padding)
        torch.testing.assert_close(found.lookup_part.double(), lookup, atol=1e-6, rtol=1e-5)
        if tied:
            torch.testing.assert_close(found.logits_part.double(), logits, atol=1e-6, rtol=1e-5)
            torch.testing.assert_close(found.by_hand, found.lookup_part + found.logits_part)
        else:
            assert found.logits_part is None and torch.equal(found.by_hand, found.lookup_part)
        torch.testing.assert_close(found.by_autograd.double(), lookup + logits * tied, atol=1e-6, rtol=1e-5)
        assert found.largest_difference == (found.by_hand - found.by_autograd).abs().max().item() < 1e-6

    def test_which_rows_learn(self):
        """What the lesson says of rows in the batch, repeated, out of it, and padding."""
        ones = loss_gradients(IDS, **SIZES, padding_idx=0)
        assert ones.by_hand[:, 0].tolist() == [0, 2, 2, 1, 0, 1, 0, 0] and ones.counts[0] == 2
        cross = loss_gradients(IDS, **SIZES, **CROSS, padding_idx=0)
        moved = cross.by_hand.abs().sum(dim=1) > 0
        assert moved.tolist() == [False, True, True, True, False, False, False, False]  # 5 ends its sequence
        tied = loss_gradients(IDS, **SIZES, **CROSS, padding_idx=0, tied=True)
        assert (tied.by_hand.abs().sum(dim=1) > 0).all()
        assert (tied.lookup_part[0] == 0).all() and (tied.logits_part[0] != 0).any()
        assert (tied.upstream[0, 3] == 0).all() and (tied.upstream[1, 1:] == 0).all()  # nothing follows, or padding

    def test_upstream_is_the_gradient_of_the_rows(self):
        found = loss_gradients(IDS, **SIZES, **CROSS, tied=True, seed=4)
        rows = found.weight[IDS].clone().requires_grad_()
        logits = rows[:, :-1] @ found.weight.T
        loss = F.cross_entropy(logits.reshape(-1, 8), IDS[:, 1:].reshape(-1))
        (expected,) = torch.autograd.grad(loss, rows)
        torch.testing.assert_close(found.upstream, expected, atol=1e-6, rtol=1e-5)
        assert found.loss == pytest.approx(loss.item(), rel=1e-6)

    def test_from_the_seed_alone(self, device):
        state = torch.get_rng_state()
        first, again, other = (loss_gradients(IDS.to(device), **SIZES, **CROSS, seed=seed) for seed in (1, 1, 2))
        assert torch.equal(torch.get_rng_state(), state)
        assert torch.equal(first.by_hand, again.by_hand) and not torch.equal(first.weight, other.weight)
        assert torch.equal(first.weight.cpu(), loss_gradients(IDS, **SIZES, **CROSS, seed=1).weight)
        assert first.by_hand.device.type == device.type and not first.by_autograd.requires_grad

    def test_a_list_of_ids(self):
        assert loss_gradients([1, 2, 2], **SIZES).counts.tolist() == [0, 1, 2, 0, 0, 0, 0, 0]
        assert loss_gradients([], **SIZES).by_hand.abs().sum() == 0


def weights_by_formula(optimiser, gradients, weight, lr, decay, momentum):
    """The updates of the papers, in float64, for the gradients (vocab, dim) of each step."""
    w, m, v, path = weight.double(), 0.0, 0.0, []
    for t, g in enumerate((gradient.double() for gradient in gradients), start=1):
        if optimiser == "adamw":
            w = w - lr * decay * w
        else:
            g = g + decay * w
        if optimiser in ("sgd", "momentum"):
            m = g if optimiser == "sgd" else momentum * m + g
            w = w - lr * m
        else:
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
            w = w - lr * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)) ** 0.5 + 1e-8)
        path.append(w)
    return path


class TestOptimiserSteps:
    @pytest.mark.parametrize("optimiser", OPTIMISERS)
    @pytest.mark.parametrize("batch", BATCHES)
    @pytest.mark.parametrize("decay", [0.0, 0.3])
    @pytest.mark.parametrize("padding", [None, 0])
    def test_formulas_of_the_papers(self, optimiser, batch, decay, padding):
        """The gradient of the sum is the same at every step, so that no run of torch is needed to know it."""
        found = optimiser_steps(
            IDS, **SIZES, optimiser=optimiser, steps=6, lr=0.05, weight_decay=decay, momentum=0.8, batches=batch,
            padding_idx=padding, seed=3,
        )  # fmt: skip
        gradient = loss_gradients(IDS, **SIZES, padding_idx=padding, seed=3)
        gradients = [gradient.by_hand if step == 0 or batch == "same" else torch.zeros(8, 4) for step in range(6)]
        path = weights_by_formula(optimiser, gradients, gradient.weight, 0.05, decay, 0.8)
        assert torch.equal(found.before, gradient.weight)
        torch.testing.assert_close(found.after.double(), path[-1], atol=1e-5, rtol=1e-5)
        places = [gradient.weight.double(), *path]
        expected = torch.stack([(b - a).norm(dim=1) for a, b in itertools.pairwise(places)], dim=1)
        torch.testing.assert_close(found.movement.double(), expected, atol=1e-5, rtol=1e-4)
        norms = torch.stack([each.norm(dim=1) for each in gradients], dim=1)
        torch.testing.assert_close(found.gradients, norms)
        assert found.losses.isfinite().tolist() == [step == 0 or batch == "same" for step in range(6)]

    @staticmethod
    def moved(optimiser, **arguments):
        """Whether each row moves in the first step, and in the third."""
        movement = optimiser_steps(IDS, **SIZES, optimiser=optimiser, steps=3, **arguments).movement
        return (movement[:, 0] > 0).tolist(), (movement[:, 2] > 0).tolist()

    def test_what_moves_rows_that_are_not_in_the_batch(self):
        """What the lesson says, as a table: rows 1, 2, 3, 5 are in the first batch, 4, 6, 7 never, 0 is padding."""
        none, used = [False] * 8, [i in (1, 2, 3, 5) for i in range(8)]
        later = {"batches": "first only", "padding_idx": 0}
        assert self.moved("sgd", **later) == (used, none)
        assert self.moved("momentum", **later) == (used, used)
        assert self.moved("adam", **later) == (used, used)
        assert self.moved("adamw", **later) == (used, used)
        decayed = [i != 0 for i in range(8)]  # the padding row is zero and stays so
        for optimiser in OPTIMISERS:
            assert self.moved(optimiser, weight_decay=0.1, **later) == (decayed, decayed)
        sparse = {"sparse": True, **later}
        assert self.moved("sgd", **sparse) == (used, none)
        assert self.moved("momentum", **sparse) == (used, used)
        assert self.moved("adam", **sparse) == (used, none)
        everything = [True] * 8
        for optimiser in OPTIMISERS:
            assert self.moved(optimiser, **CROSS, tied=True, padding_idx=0) == (everything, everything)

    @pytest.mark.parametrize("optimiser", ["sgd", "momentum", "adam"])
    def test_sparse_gradients_move_rows_in_the_batch_alike(self, optimiser):
        dense, sparse = (
            optimiser_steps(IDS, **SIZES, optimiser=optimiser, steps=4, sparse=s, padding_idx=0) for s in (False, True)
        )
        torch.testing.assert_close(sparse.movement, dense.movement, atol=1e-6, rtol=1e-5)
        torch.testing.assert_close(sparse.gradients, dense.gradients)

    @pytest.mark.parametrize("optimiser", OPTIMISERS)
    @pytest.mark.parametrize("tied", [False, True])
    def test_training_makes_the_loss_smaller(self, optimiser, tied):
        found = optimiser_steps(IDS, **SIZES, **CROSS, optimiser=optimiser, steps=30, lr=0.05, tied=tied, seed=1)
        assert found.losses[-1] < found.losses[0] - 0.05
        first = loss_gradients(IDS, **SIZES, **CROSS, tied=tied, seed=1)
        assert found.losses[0].item() == pytest.approx(first.loss, rel=1e-6)
        torch.testing.assert_close(found.gradients[:, 0], first.by_autograd.norm(dim=1))
        assert torch.equal(found.counts, first.counts)

    def test_our_layer_holds_the_padding_row_still_where_torch_does_not(self):
        """The note in the module's docstring, on a head tied to the table."""
        table = TokenEmbedding(8, 4, padding_idx=0)
        stepper = torch.optim.AdamW(table.parameters(), lr=0.1)
        (table(IDS) @ table.weight.T).square().sum().backward()
        stepper.step()
        assert (table.weight[0] == 0).all() and (table.weight[4] != 0).any()
        torchs = optimiser_steps(IDS, **SIZES, **CROSS, optimiser="adamw", tied=True, padding_idx=0, steps=1)
        assert torchs.movement[0, 0] > 0

    def test_on_the_device(self, device):
        found = optimiser_steps(IDS.to(device), **SIZES, optimiser="adam", steps=2)
        expected = optimiser_steps(IDS, **SIZES, optimiser="adam", steps=2)
        assert found.movement.shape == (8, 2) and found.movement.device.type == device.type
        torch.testing.assert_close(found.movement.cpu(), expected.movement)


@pytest.mark.parametrize(
    ("call", "facts"),
    [
        (lambda: loss_gradients(torch.tensor([8]), **SIZES), ["id 8", "size 8", "0 to 7"]),
        (lambda: loss_gradients([0.5], **SIZES), ["float32", "int64"]),
        (lambda: loss_gradients([1], vocab_size=0, dim=4), ["vocab_size is 0"]),
        (lambda: loss_gradients([1], vocab_size=8, dim=0), ["dim is 0"]),
        (lambda: loss_gradients([1], **SIZES, seed=-1), ["seed is -1"]),
        (lambda: loss_gradients([1], **SIZES, padding_idx=8), ["padding_idx is 8", "0 to 7"]),
        (lambda: loss_gradients([1], **SIZES, upstream="mse"), ["upstream", "'mse'", "cross-entropy"]),
        (lambda: loss_gradients([1], **SIZES, tied=True), ["tied", "logits", "cross-entropy"]),
        (lambda: loss_gradients([1], **SIZES, **CROSS), ["(1,)", "two or more"]),
        (lambda: loss_gradients(torch.tensor(1), **SIZES, **CROSS), ["()", "two or more"]),
        (lambda: loss_gradients([[1, 0, 0]], **SIZES, **CROSS, padding_idx=0), ["(1, 3)", "no token to predict"]),
        (lambda: optimiser_steps([1], **SIZES, optimiser="lion"), ["optimiser", "'lion'", "adamw"]),
        (lambda: optimiser_steps([1], **SIZES, optimiser="sgd", steps=0), ["steps is 0"]),
        (lambda: optimiser_steps([1], **SIZES, optimiser="sgd", lr=0), ["lr is 0"]),
        (lambda: optimiser_steps([1], **SIZES, optimiser="sgd", lr=math.inf), ["lr is inf"]),
        (lambda: optimiser_steps([1], **SIZES, optimiser="sgd", weight_decay=-1), ["weight_decay is -1"]),
        (lambda: optimiser_steps([1], **SIZES, optimiser="momentum", momentum=1.0), ["momentum is 1.0"]),
        (lambda: optimiser_steps([1], **SIZES, optimiser="sgd", batches="none"), ["batches", "'none'", "first only"]),
        (lambda: optimiser_steps([1], **SIZES, optimiser="adamw", sparse=True), ["sparse", "adamw"]),
        (lambda: optimiser_steps([1], **SIZES, optimiser="sgd", sparse=True, weight_decay=0.1), ["sparse", "0.1"]),
        (
            lambda: optimiser_steps([1, 2], **SIZES, **CROSS, optimiser="sgd", sparse=True, tied=True),
            ["sparse", "a tied head"],
        ),
    ],
)
def test_bad_values(call, facts):
    with pytest.raises(ValueError) as error:
        call()
    assert all(fact in str(error.value) for fact in facts), error.value
