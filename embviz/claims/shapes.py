"""The shapes of published models: the matrices of one block, to compare a table with.

From the papers and the configurations of the released weights. That they are right shows in the whole: what they give
is the number of parameters of the released model (tested).
"""

from __future__ import annotations

from dataclasses import dataclass

from embviz.compute.sizing import MODELS, Model


@dataclass(frozen=True, slots=True)
class Shape:
    """A model as so many equal blocks over a table.

    attention: heads times their width; keys: the same for keys and values, fewer where heads share them; hidden: of the
    block's second half, gated (three matrices) or not (two, with biases and two-part norms). besides: parameters
    outside table, head and blocks.
    """

    model: Model
    year: int
    blocks: int
    attention: int
    keys: int
    hidden: int
    gated: bool
    besides: int

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def rows(self) -> int:
        """Of the table."""
        return self.model.vocab_size

    @property
    def width(self) -> int:
        """Of a row."""
        return self.model.dim

    @property
    def tied(self) -> bool:
        return self.model.tied

    @property
    def total(self) -> int:
        """Parameters of the released model."""
        return self.model.total

    @property
    def table(self) -> int:
        return self.model.token_parameters

    @property
    def largest_matrix(self) -> int:
        """Numbers in the largest matrix of a block."""
        return self.width * max(self.attention, self.hidden)

    @property
    def block(self) -> int:
        """Parameters of one block: attention, the second half, norms, and biases where it has them."""
        matrices = 2 * self.width * (self.attention + self.keys) + (2 + self.gated) * self.width * self.hidden
        if self.gated:
            return matrices + 2 * self.width
        biases = self.attention + 2 * self.keys + self.width + self.hidden + self.width
        return matrices + biases + 4 * self.width

    @property
    def counted(self) -> int:
        """The whole model, from its parts."""
        return self.table * (1 if self.tied else 2) + self.blocks * self.block + self.besides


_BERT_REST = 512 * 768 + 2 * 768 + 2 * 768 + 768 * 768 + 768  # positions, types, a norm, the pooler
_GEMMA = "Gemma Team 2024, table 1 and section 2, embeddings shared; V and the whole: released weights"
_LLAMA_32 = "configuration of the released weights, tie_word_embeddings true"
_NAMED = {model.name: model for model in MODELS} | {
    model.name: model
    for model in (
        Model("Gemma 2B", 256_000, 2048, 0, True, 2_506_172_416, _GEMMA),
        Model("Gemma 7B", 256_000, 3072, 0, True, 8_537_680_896, _GEMMA),
        Model("Llama 3.2 1B", 128_256, 2048, 0, True, 1_235_814_400, _LLAMA_32),
        Model("Llama 3.2 3B", 128_256, 3072, 0, True, 3_212_749_824, _LLAMA_32),
    )
}

SHAPES = tuple(
    Shape(_NAMED[name], *shape)
    for name, *shape in (
        ("BERT base", 2018, 12, 768, 768, 3072, False, _BERT_REST),
        ("GPT-2", 2019, 12, 768, 768, 3072, False, 1024 * 768 + 2 * 768),
        ("GPT-3", 2020, 96, 12_288, 12_288, 49_152, False, 2048 * 12_288 + 2 * 12_288),
        ("LLaMA 7B", 2023, 32, 4096, 4096, 11_008, True, 4096),
        ("Llama 2 70B", 2023, 80, 8192, 1024, 28_672, True, 8192),
        ("Mistral 7B", 2023, 32, 4096, 1024, 14_336, True, 4096),
        ("Gemma 2B", 2024, 18, 2048, 256, 16_384, True, 2048),
        ("Gemma 7B", 2024, 28, 4096, 4096, 24_576, True, 3072),
        ("Llama 3 8B", 2024, 32, 4096, 1024, 14_336, True, 4096),
        ("Llama 3 70B", 2024, 80, 8192, 1024, 28_672, True, 8192),
        ("Llama 3.2 1B", 2024, 16, 2048, 512, 8192, True, 2048),
        ("Llama 3.2 3B", 2024, 28, 3072, 1024, 8192, True, 3072),
    )
)
