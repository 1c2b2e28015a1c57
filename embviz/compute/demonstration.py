"""The walk that `demonstrate_embeddings` prints, in words and numbers."""

import math

from torch import Tensor


def told(walk: dict[str, Tensor], *, parameters: tuple[int, int]) -> str:
    """The tensors of `demonstrate_embeddings` as numbered steps; `parameters` of the token and the position table."""
    ids, table, hot = walk["token_ids"], walk["token_table"], walk["one_hot"]
    tokens, positions, x = walk["token_embeddings"], walk["position_embeddings"], walk["embeddings"]
    (vocab_size, dim), seq = table.shape, ids.shape[1]
    first, last = ids[0, 0].item(), seq - 1

    def numbers(row: Tensor) -> str:
        return "[" + " ".join(f"{value:+.4f}" for value in row[:6].tolist()) + (" ...]" if len(row) > 6 else "]")

    def norms(rows: Tensor) -> str:
        return f"{rows.norm(dim=-1).mean():.3f}"

    lines = [
        f"1. Ids: one sequence of {seq} out of a vocabulary of {vocab_size}, shape {tuple(ids.shape)}",
        "   " + " ".join(map(str, ids[0].tolist())),
        f"2. The table W has a row an id, shape {tuple(table.shape)}; id {first} picks row {first}",
        f"   W[{first}] = {numbers(table[first])}",
        f"3. The same as a product: one-hot rows {tuple(hot.shape)} times W",
        f"   max |one_hot @ W - W[ids]| = {(hot @ table - table[ids]).abs().max():g}",
        f"4. Tokens: the rows times sqrt({dim}) = {math.sqrt(dim):.4f}, shape {tuple(tokens.shape)}",
        f"   token[0] = {numbers(tokens[0, 0])}",
        f"5. Positions: learned rows, freshly drawn, one a place, shape {tuple(positions.shape)}",
        f"   position[0] = {numbers(positions[0, 0])}",
        f"6. Their sum is what the first block receives, shape {tuple(x.shape)}",
        f"   x[0] = {numbers(x[0, 0])}",
    ]
    if last:
        lines += [
            f"   Id {first} stands at positions 0 and {last}: the same row twice, two different sums",
            f"   x[{last}] = {numbers(x[0, last])}",
        ]
    n_tokens, n_positions = parameters
    lines += [
        f"7. Parameters: {vocab_size} x {dim} = {n_tokens:,} of tokens, {seq} x {dim} = {n_positions:,} of positions, "
        f"{n_tokens + n_positions:,} in all",
        f"8. Mean length of a row: tokens {norms(tokens)}, positions {norms(positions)}, sums {norms(x)}",
    ]
    return "\n".join(lines)
