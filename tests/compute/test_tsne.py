"""t-SNE in a process of its own: scikit-learn's own result, heard and stopped on the way."""

import time

import numpy as np
import pytest
import torch
from sklearn.manifold import TSNE, trustworthiness

from embviz.compute import tsne


def clusters(n=150):
    generator = torch.Generator().manual_seed(0)
    centres = 20 * torch.randn(3, 8, generator=generator)
    return centres.repeat_interleave(n // 3, dim=0) + torch.randn(n, 8, generator=generator)


def test_it_is_scikit_learn_s_and_says_how_far_it_is():
    heard = []
    vectors = clusters()
    made = tsne.tsne(vectors, seed=3, report=lambda share, words: heard.append((share, words)))
    peer = TSNE(init="pca", perplexity=tsne.PERPLEXITY, max_iter=tsne.STEPS, random_state=3).fit_transform(
        vectors.numpy()
    )
    assert made.shape == (150, 2) and made.isfinite().all()
    assert trustworthiness(vectors.numpy(), made.numpy()) > 0.9
    assert np.isclose(made.numpy().std(), peer.std(), rtol=0.5)
    shares = [share for share, _ in heard]
    assert shares[0] == 0.0 and shares[-1] == 1.0 and shares == sorted(shares) and len(shares) > 10
    assert "step 50 of 1000, divergence" in heard[1][1]


def test_what_report_raises_ends_the_process():
    class Enough(Exception):
        pass

    def report(share, words):
        if share:
            raise Enough

    start = time.monotonic()
    with pytest.raises(Enough):
        tsne.tsne(clusters(3000), seed=0, report=report)
    assert time.monotonic() - start < 60


@pytest.mark.parametrize(
    ("rows", "seed", "said"),
    [(99, 0, "99 rows were chosen; t-SNE takes 100 to 5,000"), (5001, 0, "5,001 rows"), (200, -1, "seed is -1")],
)
def test_what_it_does_not_take_is_named(rows, seed, said):
    with pytest.raises(ValueError, match=said):
        tsne.tsne(torch.zeros(rows, 4), seed=seed, report=lambda share, words: None)
