"""embviz: embeddings at work, as an app and as a package.

`from embviz import TokenEmbedding, …` gives the layers; they load (and torch with them) on first use.
"""

from embviz._lazy import on_first_use

__getattr__, __dir__ = on_first_use(
    __name__,
    {
        "TokenEmbedding": "embviz.compute.layers",
        "LearnedPositionalEmbedding": "embviz.compute.layers",
        "SinusoidalPositionalEmbedding": "embviz.compute.layers",
        "TransformerEmbedding": "embviz.compute.layers",
        "FactorizedTokenEmbedding": "embviz.compute.layers",
        "demonstrate_embeddings": "embviz.compute.layers",
    },
)
