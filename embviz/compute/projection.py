"""A table seen in two or three dimensions: principal components, t-SNE, and axes from one vector to another.

- PCA: Pearson 1901; Hotelling 1933. Component i is the direction of the largest variance among those at right angles to
  components 0 … i - 1. Variances are over n - 1, as in scikit-learn; shares do not depend on that.
- t-SNE: van der Maaten and Hinton 2008, "Visualizing Data using t-SNE", in the Barnes-Hut approximation (van der Maaten
  2014), by scikit-learn.

Conventions. A table is (rows, dim), results are float32 and on its device.

The sign of a component is not determined by the variance. Here its largest loading in absolute value is positive; of
loadings within a millionth of the largest, the first counts. So the picture is the same every time. Components of
equal variance can still be turned among each other, and those beyond the table's rank are arbitrary directions at right
angles to the others, in which every coordinate is 0.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from embviz.compute.checks import (
    checked_choice,
    checked_numbers,
    checked_places,
    checked_positive,
    checked_size,
    checked_table,
)
from embviz.compute.positions import exact_device

ProjectionMethod = Literal["pca", "tsne"]

METHODS = ("pca", "tsne")

MAX_TSNE_ROWS = 5000
"""Rows that t-SNE takes: it would work many minutes for more."""

BLOCK_ELEMENTS = 1 << 21
"""Numbers of the table that are shifted to mean 0 at a time, 8 MB in float32."""

_PRODUCT_ELEMENTS = 1 << 22  # numbers of the table that a product is made of at a time, 16 MB in float32

SVD_OPERATIONS = 1 << 27
"""PCA of a table with fewer than so many rows · dim · min(rows, dim) takes the SVD, which then is over in a moment."""


@dataclass(frozen=True, slots=True)
class Projection:
    """Where the rows of a table are in a picture.

    coordinates (n, k). For PCA: explained_variance_ratio (k,), each component's share of the table's variance (0 where
    there is none); components (k, dim), of length 1 and at right angles; mean (dim,). Other vectors come into the same
    picture as (v - mean) @ components.T, `placed`. For t-SNE these are None: it places no other vectors.
    """

    coordinates: Tensor
    explained_variance_ratio: Tensor | None = None
    components: Tensor | None = None
    mean: Tensor | None = None

    def placed(self, vectors: Tensor) -> Tensor:
        """Other vectors (n, dim) in the same picture, (n, k). ValueError for a picture by t-SNE."""
        if self.components is None or self.mean is None:
            raise ValueError("t-SNE places only the rows it was made of; a projection by PCA places other vectors")
        table = checked_table("vectors", vectors, least_rows=0)
        if table.shape[1] != len(self.mean):
            raise ValueError(f"vectors is of shape {tuple(table.shape)}; its rows must be {len(self.mean)} wide")
        return _coordinates(table, self.mean, self.components)


def project(
    vectors: Tensor,
    method: ProjectionMethod = "pca",
    n_components: int = 2,
    *,
    seed: int = 0,
    perplexity: float = 30.0,
) -> Projection:
    """The rows of a table (n, dim) in `n_components` dimensions.

    "pca" has no random numbers and takes any number of rows. `seed` and `perplexity` are for "tsne": scikit-learn's
    TSNE, which starts from the first components of PCA and otherwise has its own settings. It takes up to MAX_TSNE_ROWS
    rows, for which it works a minute or two, on one thread, since its sums, and then the whole picture, depend on the
    number of threads. Its steps can be neither watched nor stopped from the same process. (In stages, each from where
    the last one ended, it would be another algorithm: every run begins with 250 steps of small momentum.)

    ValueError for more components than min(n, dim), or than 3 by t-SNE, and for a perplexity not below n.
    """
    checked_choice("method", method, METHODS)
    checked_size("n_components", n_components)
    checked_size("seed", seed, least=0)
    table = checked_table("vectors", vectors)
    if method == "pca":
        return _pca(table, n_components)
    return _tsne(table, n_components, seed, perplexity)


def axis(vectors: Tensor, start: int | Tensor, end: int | Tensor) -> Tensor:
    """How far along the way from `start` to `end` each row of a table (n, dim) lies, (n,).

    The dot product with (end - start) / |end - start|; `start` and `end` are row numbers or vectors (dim,). Lengths
    count; for directions alone take rows of length 1. ValueError if `start` and `end` are the same point.
    """
    table = checked_table("vectors", vectors)
    begin, stop = (_point(table, name, value) for name, value in (("start", start), ("end", end)))
    way = stop - begin
    way = way / (way.abs().max() or 1.0)
    length = torch.linalg.vector_norm(way)
    if not length:
        raise ValueError("start and end are the same vector; an axis needs two that differ")
    direction = way / length
    blocks = table.split(max(1, BLOCK_ELEMENTS // table.shape[1]))
    return torch.cat([(_exact(block) @ direction).to(torch.float32) for block in blocks]).to(table.device)


def _point(table: Tensor, name: str, value: int | Tensor) -> Tensor:
    if isinstance(value, Tensor) and value.is_floating_point():
        if value.shape != table.shape[1:]:
            raise ValueError(f"{name} is of shape {tuple(value.shape)}; it must be a row number or ({table.shape[1]},)")
        return checked_numbers(name, value, device=exact_device(table.device))
    place = checked_places(name, value, len(table), device=table.device)
    if place.numel() != 1:
        raise ValueError(f"{name} is of shape {tuple(place.shape)}; it must be one row number or ({table.shape[1]},)")
    return _exact(table[place.reshape(())])


def _pca(table: Tensor, n_components: int) -> Projection:
    n, dim = table.shape
    if n_components > min(n, dim):
        raise ValueError(
            f"n_components is {n_components}; a table of shape {(n, dim)} has {min(n, dim)} principal components"
        )
    if n * dim * min(n, dim) <= SVD_OPERATIONS:
        mean, variances, components, total = _by_svd(table)
    elif dim <= n:
        mean, variances, components, total = _by_covariance(table)
    else:
        mean, variances, components, total = _by_products(table, n_components)
    components = _signed(components[:n_components])
    ratio = variances[:n_components].clamp(min=0) / total if total > 0 else torch.zeros_like(variances[:n_components])
    coordinates = _coordinates(table, mean, components)
    return Projection(coordinates, *(each.to(table.device, torch.float32) for each in (ratio, components, mean)))


def _by_svd(table: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    exact = _exact(table)
    mean = exact.mean(dim=0)
    _, singular, components = torch.linalg.svd(exact - mean, full_matrices=False)
    variances = singular.square()
    return mean, variances, components, _total(variances.sum(), exact.square().sum(), 1e-30)


@np.errstate(over="ignore", invalid="ignore")  # what leaves the range of float32 is done again in float64
def _by_covariance(table: Tensor, dtype: torch.dtype | None = None) -> tuple[Tensor, Tensor, Tensor, float]:
    """Eigenvectors of the covariance, summed up in float64 from blocks of products in `dtype`, the table's own.

    One pass: of a table far from 0 numbers are taken from a row near the mean, so that little is lost to cancellation,
    and what is left of the mean is subtracted at the end. On the CPU numpy makes the products: it knows that xᵀ x is
    symmetric, and makes half of it; all of the pass is numpy's, since two libraries' threads wait in each other's way.
    """
    n, dim = table.shape
    dtype = dtype or (torch.float64 if table.dtype == torch.float64 else torch.float32)
    sample = _array(table[:: max(1, n // 512)].to(dtype))
    near_mean = sample.mean(0)
    far = bool((near_mean**2).sum() > ((sample - near_mean) ** 2).mean(0).sum())
    total, rest = np.zeros((dim, dim)), np.zeros(dim)
    for rows in table.split(max(1, _PRODUCT_ELEMENTS // dim)):
        block = _array(rows.to(dtype))
        near = block - near_mean if far else block
        total += _exact_array(near.T @ near)
        rest += _exact_array(near.sum(0))
    square = total.trace()
    if dtype != torch.float64 and not 1e-30 < square / n < 1e30:  # squares left the range of float32
        return _by_covariance(_exact(table), torch.float64)
    covariance = total - np.outer(rest, rest) / n
    variances, components = np.linalg.eigh(covariance)
    mean = rest / n + _exact_array(near_mean) if far else rest / n
    found = (mean, variances[::-1], components.T[::-1])
    whole = _total(covariance.trace(), square, 1e-12)
    return *(torch.tensor(each.copy(), device=exact_device(table.device)) for each in found), whole


def _array(values: Tensor) -> Tensor | np.ndarray:
    """On the CPU the same numbers as numpy's; on another device the tensor, which multiplies alike."""
    return values.numpy() if values.device.type == "cpu" else values


def _exact_array(values: Tensor | np.ndarray) -> np.ndarray:
    return values.astype(np.float64) if isinstance(values, np.ndarray) else values.cpu().to(torch.float64).numpy()


def _by_products(table: Tensor, n_components: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The same from the products of rows with rows, where that is the smaller matrix."""
    exact = _exact(table)
    mean = exact.mean(dim=0)
    near = exact - mean
    variances, left = (each.flip(-1) for each in torch.linalg.eigh(near @ near.T))
    components, _ = torch.linalg.qr(near.T @ left[:, :n_components])  # makes lengths 1; fills in where there is none
    return mean, variances, components.T, _total(variances.sum(), exact.square().sum(), 1e-30)


def _total(variance: Tensor | float, square: Tensor | float, rounding: float) -> float:
    """The variance of the table, exactly 0 where it is no more than rounding leaves of the squares of its numbers."""
    return float(variance) if variance > rounding * square else 0.0


def _signed(components: Tensor) -> Tensor:
    """Each component (k, dim) or its negative: positive in the first of its largest loadings, to a millionth."""
    sizes = components.abs()
    deciding = (sizes >= (1 - 1e-6) * sizes.amax(dim=1, keepdim=True)).int().argmax(dim=1, keepdim=True)
    return components * torch.where(components.gather(1, deciding) < 0, -1.0, 1.0)


def _coordinates(table: Tensor, mean: Tensor, components: Tensor) -> Tensor:
    """(rows - mean) @ components.T; of the products where that loses little."""
    dtype = torch.float64 if table.dtype == torch.float64 else torch.float32
    axes, share = components.to(table.device, dtype), (components @ mean.to(components)).to(table.device, dtype)
    near = mean.to(table.device, dtype)
    placed = torch.empty(len(table), len(components), dtype=torch.float32, device=table.device)
    rows = max(1, BLOCK_ELEMENTS // table.shape[1])
    for start in range(0, len(table), rows):
        block = table[start : start + rows].to(dtype)
        # much faster than a product with axes.T, where these are few
        products = torch.nn.functional.linear(block, axes) - share
        if share.abs().max() > products.abs().max():
            products = torch.nn.functional.linear(block - near, axes)
        placed[start : start + rows] = products
    return placed


def _exact(values: Tensor) -> Tensor:
    """In float64, on the CPU if the device has none."""
    return values.to(exact_device(values.device)).to(torch.float64)


def _tsne(table: Tensor, n_components: int, seed: int, perplexity: float) -> Projection:
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    start = _tsne_start(_checked_for_tsne(table, n_components, perplexity), n_components)
    model = TSNE(n_components, perplexity=float(perplexity), init=start.cpu().numpy(), random_state=seed)
    rows = table.to(torch.promote_types(table.dtype, torch.float32)).cpu().numpy()
    with threadpool_limits(1):
        coordinates = model.fit_transform(rows)
    return Projection(torch.from_numpy(coordinates).to(table.device, torch.float32))


def _checked_for_tsne(vectors: Tensor, n_components: int, perplexity: float) -> Tensor:
    table = checked_table("vectors", vectors)
    n, dim = table.shape
    if n > MAX_TSNE_ROWS:
        raise ValueError(f"vectors has {n:,} rows; t-SNE takes at most {MAX_TSNE_ROWS:,}")
    if checked_size("n_components", n_components) > min(3, dim):
        raise ValueError(f"n_components is {n_components}; t-SNE of a table of width {dim} takes 1 to {min(3, dim)}")
    if not 1.0 <= checked_positive("perplexity", perplexity) < n:
        raise ValueError(f"perplexity is {perplexity}; for {n} rows it must be at least 1 and below {n}")
    return table


def _tsne_start(table: Tensor, n_components: int) -> Tensor:
    """PCA with the first component scaled to a standard deviation of 0.0001."""
    start = _pca(table, n_components).coordinates
    return start * (1e-4 / (start[:, 0].std(correction=0).item() or 1.0))
