"""What courses and posts say about embeddings, each sentence with a check that computes whether it holds.

`CLAIMS` are data: the sentence, where it is taught, the check, and the lesson in the state that shows it. No verdict is
written down: `check()` calls the compute layer and the tables, and decides by the number it finds. It takes from
milliseconds to a few seconds and imports what it needs on the first call.
"""

from embviz.claims import learning, positions, sizes, tokens, vectors
from embviz.claims.claim import Claim, Verdict

__all__ = ["CLAIMS", "Claim", "Verdict"]

CLAIMS: tuple[Claim, ...] = (
    *positions.CLAIMS,
    *vectors.CLAIMS,
    *learning.CLAIMS,
    *tokens.CLAIMS,
    *sizes.CLAIMS,
)
