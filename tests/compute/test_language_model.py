"""The decoder against one written out plainly in float64, and what must hold of it whatever its weights."""

import dataclasses
import math

import pytest
import torch

from embviz.compute.alibi import alibi_slopes
from embviz.compute.attention import POSITION_KINDS
from embviz.compute.language_model import LanguageModel, ModelSettings, parameter_counts, sampled_ids
from embviz.compute.positions import interpolate_table, sinusoidal
from embviz.compute.rotary import LinearScaling, NTKScaling, YarnScaling, rotary_frequencies

SMALL = ModelSettings(vocab_size=11, width=16, n_layers=2, n_heads=4, context=12, init_std=0.5)


def ids_of(seed=0, batch=2, n=9, vocab=11):
    return torch.randint(vocab, (batch, n), generator=torch.Generator().manual_seed(seed))


def normed(x, norm):
    mean = x.mean(-1, keepdim=True)
    return (x - mean) / (x.var(-1, unbiased=False, keepdim=True) + norm.eps).sqrt() * norm.weight + norm.bias


def turned(x, frequencies, factor):
    """Rotary over (seq, head_dim) as complex numbers."""
    angles = torch.arange(len(x), dtype=torch.float64)[:, None] * frequencies
    pairs = torch.view_as_complex(x.reshape(len(x), -1, 2).contiguous())
    return factor * torch.view_as_real(pairs * torch.polar(torch.ones_like(angles), angles)).flatten(1)


def plain(model, ids, scaling=None):
    """Logits of one sequence ids (seq,), head by head and query by query."""
    s, w = model.settings, dict(model.named_parameters())
    x = model.full_table()[ids] * (math.sqrt(s.width) if s.scale else 1)
    if s.position == "learned":
        x = x + w["position.weight"][: len(ids)]
    if s.position == "sinusoidal":
        x = x + sinusoidal(len(ids), s.width, dtype=torch.float64)
    frequencies = rotary_frequencies(s.head_dim, scaling=scaling)
    factor = 1.0 if scaling is None else scaling.attention_factor
    for block in model.blocks:
        query, key, value = (normed(x, block.norm_attention) @ block.qkv.T).chunk(3, dim=1)
        heads = []
        for head, slope in enumerate(alibi_slopes(s.n_heads, dtype=torch.float64).tolist()):
            columns = slice(head * s.head_dim, (head + 1) * s.head_dim)
            q, k, v = query[:, columns], key[:, columns], value[:, columns]
            if s.position == "rotary":
                q, k = turned(q, frequencies, factor), turned(k, frequencies, factor)
            rows = []
            for i in range(len(ids)):
                scores = torch.stack([q[i] @ k[j] / math.sqrt(s.head_dim) for j in range(i + 1)])
                if s.position == "alibi":
                    scores = scores - slope * torch.arange(i, -1, -1)
                rows.append(scores.softmax(0) @ v[: i + 1])
            heads.append(torch.stack(rows))
        x = x + torch.cat(heads, 1) @ block.out.T
        inner = normed(x, block.norm_mlp) @ block.up.T
        x = x + (inner * 0.5 * (1 + torch.erf(inner / math.sqrt(2)))) @ block.down.T
    head = model.full_table() if model.head is None else model.head
    return normed(x, model.norm) @ head.T


def moved(settings, seed=0):
    """A model in float64 whose norms and biases are not the ones and zeros they start as."""
    model = LanguageModel(settings, seed=seed).double().eval()
    generator = torch.Generator().manual_seed(99)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(torch.randn(parameter.shape, generator=generator, dtype=torch.float64), alpha=0.3)
    return model


@pytest.mark.parametrize("position", POSITION_KINDS)
@pytest.mark.parametrize(
    "change", [{}, {"tied": False, "scale": True}, {"rank": 5}, {"n_heads": 2, "n_layers": 1}], ids=str
)
def test_logits_against_the_model_written_out(position, change):
    model = moved(dataclasses.replace(SMALL, position=position, **change))
    ids = ids_of()
    found = model(ids)
    assert found.shape == (2, 9, 11)
    torch.testing.assert_close(found, torch.stack([plain(model, row) for row in ids]))


@pytest.mark.parametrize(
    "scaling", [LinearScaling(3), NTKScaling(3), YarnScaling(3, 12)], ids=lambda s: type(s).__name__
)
def test_scaled_rotary_against_the_model_written_out(scaling):
    model = moved(SMALL)
    ids = ids_of(n=20)
    found = model(ids, scaling=scaling)
    torch.testing.assert_close(found, torch.stack([plain(model, row, scaling) for row in ids]))
    assert (found - model(ids)).abs().max() > 1e-3


@pytest.mark.parametrize("position", ["none", "sinusoidal", "rotary", "alibi"])
def test_longer_than_the_context(position):
    model = moved(dataclasses.replace(SMALL, position=position))
    ids = ids_of(n=30)
    torch.testing.assert_close(model(ids)[0], plain(model, ids[0]))


def test_a_stretched_table_is_that_of_a_longer_model():
    model = moved(dataclasses.replace(SMALL, position="learned"))
    longer = LanguageModel(dataclasses.replace(model.settings, context=24)).double().eval()
    weights = model.state_dict()
    longer.load_state_dict(weights | {"position.weight": interpolate_table(weights["position.weight"], 24)})
    ids = ids_of(n=24)
    torch.testing.assert_close(model(ids, stretch=True), longer(ids))
    torch.testing.assert_close(model(ids[:, :12], stretch=True), model(ids[:, :12]))


@pytest.mark.parametrize("position", POSITION_KINDS)
def test_nothing_is_seen_of_what_comes_after(position):
    model = moved(dataclasses.replace(SMALL, position=position))
    ids = ids_of()
    other = ids.clone()
    other[:, 5] = (ids[:, 5] + 1) % 11
    before, after = model(ids), model(other)
    assert torch.equal(before[:, :5], after[:, :5])
    assert ((before - after)[:, 5:].abs().amax(dim=(0, 2)) > 1e-6).all()


@pytest.mark.parametrize("position", POSITION_KINDS)
def test_one_layer_without_positions_takes_the_past_as_a_bag(position):
    model = moved(dataclasses.replace(SMALL, position=position, n_layers=1))
    ids = torch.tensor([[1, 2, 3, 4, 5, 6]])
    mixed = torch.tensor([[4, 1, 5, 3, 2, 6]])
    difference = (model(ids)[0, -1] - model(mixed)[0, -1]).abs().max().item()
    assert difference < 1e-12 if position == "none" else difference > 1e-4


def test_tied_is_the_same_storage_and_its_gradient_the_sum_of_both_uses():
    tied = moved(SMALL)
    untied = LanguageModel(dataclasses.replace(SMALL, tied=False)).double()
    untied.load_state_dict(tied.state_dict() | {"head": tied.table.detach().clone()})
    assert tied.head is None and "head" not in tied.state_dict()
    assert untied.head.data_ptr() != untied.table.data_ptr()
    ids = ids_of(batch=1)
    hidden = tied.hidden(ids)
    before = tied.logits(hidden)
    with torch.no_grad():
        tied.table[3] *= 2
    torch.testing.assert_close(tied.logits(hidden)[..., 3], 2 * before[..., 3])
    with torch.no_grad():
        tied.table[3] /= 2
    for model in (tied, untied):
        model.loss(ids[:, :-1], ids[:, 1:]).backward()
    torch.testing.assert_close(tied.table.grad, untied.table.grad + untied.head.grad)
    absent = torch.ones(11, dtype=torch.bool).scatter(0, ids[:, :-1].flatten(), False)
    assert absent.any() and not untied.table.grad[absent].any() and tied.table.grad[absent].abs().sum() > 0


@pytest.mark.parametrize("tied", [True, False])
def test_a_factorised_table_computes_as_the_full_one(tied):
    low = moved(dataclasses.replace(SMALL, rank=3, tied=tied))
    full = LanguageModel(dataclasses.replace(SMALL, tied=tied)).double()
    weights = {name: each for name, each in low.state_dict().items() if not name.startswith("token.")}
    full.load_state_dict(weights | {"token.weight": low.full_table()})
    assert low.table.shape == (11, 3) and torch.linalg.matrix_rank(low.full_table()) == 3
    torch.testing.assert_close(low(ids_of()), full(ids_of()))


def test_a_factorised_table_starts_with_the_spread_of_a_full_one():
    settings = ModelSettings(vocab_size=4000, width=64, rank=16, init_std=0.1)
    low = LanguageModel(settings).full_table()
    assert low.std().item() == pytest.approx(0.1, rel=0.15)  # 1024 numbers of B: a standard error of about 0.03


@pytest.mark.parametrize("position", POSITION_KINDS)
@pytest.mark.parametrize(
    "change", [{}, {"tied": False}, {"rank": 5}, {"rank": 5, "tied": False, "n_layers": 3}], ids=str
)
def test_parameters_are_counted_without_building(position, change):
    settings = dataclasses.replace(SMALL, position=position, **change)
    assert parameter_counts(settings).total == sum(each.numel() for each in LanguageModel(settings).parameters())


@pytest.mark.parametrize("tied", [True, False])
def test_an_untrained_model_knows_nothing(tied):
    settings = ModelSettings(vocab_size=200, context=32, tied=tied)
    ids = ids_of(vocab=200, batch=16, n=33)
    loss = LanguageModel(settings).loss(ids[:, :-1], ids[:, 1:]).item()
    assert loss == pytest.approx(math.log(200), abs=0.1)


def test_a_seed_gives_the_weights_and_touches_no_global_generator():
    state = torch.get_rng_state()
    first, again, other = (LanguageModel(SMALL, seed=seed) for seed in (1, 1, 2))
    dropping = LanguageModel(dataclasses.replace(SMALL, embedding_dropout=0.5)).train()
    dropping(ids_of())
    sampled_ids(first, torch.tensor([1]), 5)
    assert torch.equal(torch.get_rng_state(), state)
    pairs = list(zip(first.state_dict().values(), again.state_dict().values(), strict=True))
    assert all(torch.equal(a, b) for a, b in pairs)
    assert not torch.equal(first.table, other.table)


def test_dropout_drops_its_share_while_training_and_keeps_the_mean():
    settings = ModelSettings(vocab_size=11, width=64, context=200, position="none", embedding_dropout=0.25)
    model = LanguageModel(settings)
    ids = ids_of(batch=20, n=200)
    kept = model.eval().embedded(ids)
    assert torch.equal(kept, model.token(ids))
    dropped = model.train().embedded(ids)
    gone = dropped == 0
    # 256,000 draws: a standard deviation of 0.00086, so five of them are a false alarm once in 1.7 million
    assert gone.float().mean().item() == pytest.approx(0.25, abs=0.0043)
    torch.testing.assert_close(dropped[~gone], kept[~gone] / 0.75)
    assert not torch.equal(model.embedded(ids) == 0, gone)


def test_sampling():
    model = LanguageModel(dataclasses.replace(SMALL, init_std=0.1)).train()  # a wide tied table would repeat itself
    prompt = torch.tensor([3, 1, 4])
    text = sampled_ids(model, prompt, 40, seed=5)
    assert text.shape == (43,) and torch.equal(text[:3], prompt) and model.training
    assert torch.equal(text, sampled_ids(model, prompt, 40, seed=5))
    assert not torch.equal(text, sampled_ids(model, prompt, 40, seed=6))
    likeliest = sampled_ids(model, prompt, 20, temperature=1e-4)
    for end in range(3, 23):
        seen = likeliest[max(0, end - 12) : end]
        assert likeliest[end] == model(seen[None])[0, -1].argmax()


def test_sampling_draws_by_the_softmax_at_the_temperature():
    model = LanguageModel(dataclasses.replace(SMALL, init_std=0.3))
    prompt = torch.tensor([2, 7])
    drawn = torch.stack([sampled_ids(model, prompt, 1, temperature=2.0, seed=seed)[-1] for seed in range(1500)])
    expected = 1500 * torch.softmax(model(prompt[None])[0, -1].detach() / 2, dim=0)
    assert expected.min() > 10 and expected.max() > 200  # fit for the statistic, and not the same for all
    statistic = ((torch.bincount(drawn, minlength=11) - expected).square() / expected).sum().item()
    assert statistic < 35.6  # chi-squared with 10 degrees of freedom is above it once in 10,000


def test_on_a_device(device):
    model = LanguageModel(dataclasses.replace(SMALL, position="alibi", embedding_dropout=0.1)).to(device).train()
    loss = model.loss(ids_of().to(device), ids_of(1).to(device))
    loss.backward()
    assert loss.device.type == device.type and model.table.grad.isfinite().all()


@pytest.mark.parametrize(
    ("call", "facts"),
    [
        (lambda: ModelSettings(0), ["vocab_size", "0"]),
        (lambda: ModelSettings(9000), ["vocab_size", "9000", "8192"]),
        (lambda: ModelSettings(10, width=1024), ["width", "1024", "512"]),
        (lambda: ModelSettings(10, width=30, n_heads=4), ["30", "4", "divide"]),
        (lambda: ModelSettings(10, width=12, n_heads=4), ["12", "4", "3", "pairs"]),
        (lambda: ModelSettings(10, width=9, n_heads=3, position="sinusoidal"), ["9", "odd"]),
        (lambda: ModelSettings(10, n_layers=7), ["n_layers", "7", "6"]),
        (lambda: ModelSettings(10, context=4096), ["context", "4096", "1024"]),
        (lambda: ModelSettings(10, position="xpos"), ["position", "xpos", "rotary"]),
        (lambda: ModelSettings(10, rank=65), ["rank", "65", "64"]),
        (lambda: ModelSettings(10, embedding_dropout=1.0), ["dropout", "1.0"]),
        (lambda: ModelSettings(10, init_std=0.0), ["init_std", "0.0"]),
        (lambda: LanguageModel(SMALL, seed=-1), ["seed", "-1"]),
        (lambda: LanguageModel(SMALL)(torch.tensor([[11]])), ["11", "0 to 10"]),
        (lambda: LanguageModel(dataclasses.replace(SMALL, position="learned"))(ids_of(n=13)), ["13", "12"]),
        (lambda: LanguageModel(SMALL)(ids_of(), stretch=True), ["stretch", "rotary"]),
        (
            lambda: LanguageModel(dataclasses.replace(SMALL, position="alibi"))(ids_of(), scaling=LinearScaling(2)),
            ["alibi"],
        ),
        (lambda: sampled_ids(LanguageModel(SMALL), torch.tensor([], dtype=torch.int64), 3), ["prompt", "empty"]),
        (lambda: sampled_ids(LanguageModel(SMALL), torch.tensor([1]), 20_000), ["20000", "10000"]),
        (lambda: sampled_ids(LanguageModel(SMALL), torch.tensor([1]), 2, temperature=0), ["temperature", "0"]),
        (lambda: sampled_ids(LanguageModel(SMALL), torch.tensor([12]), 2), ["12"]),
    ],
)
def test_bad_values(call, facts):
    with pytest.raises(ValueError) as error:
        call()
    assert all(fact in str(error.value) for fact in facts), error.value
