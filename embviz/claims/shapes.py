"""The shapes of published models: the matrices of one block, to compare a table with.

From the papers and the configurations of the released weights. That they are right shows in the whole: what they give
is the number of parameters of the released model (tested).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shape:
    """A model as so many equal blocks over a table.

    width: of a row; rows: of the table; tied: the head is the table; attention: heads times their width; keys: the same
    for keys and values, fewer where heads share them; hidden: of the block's second half, gated (three matrices) or not
    (two). biases: with biases and two-part norms. besides: parameters outside table, head and blocks. total: those of
    the released model.
    """

    name: str
    year: int
    rows: int
    width: int
    tied: bool
    blocks: int
    attention: int
    keys: int
    hidden: int
    gated: bool
    besides: int
    total: int
    source: str

    @property
    def table(self) -> int:
        return self.rows * self.width

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
_70B = {"blocks": 80, "attention": 8192, "keys": 1024, "hidden": 28_672, "gated": True, "besides": 8192}
_8B = {"blocks": 32, "attention": 4096, "keys": 1024, "hidden": 14_336, "gated": True, "besides": 4096}

SHAPES = (
    Shape("BERT base", 2018, 30_522, 768, True, 12, 768, 768, 3072, False, _BERT_REST, 109_482_240,
          "Devlin and others 2019, section 3; released weights"),
    Shape("GPT-2", 2019, 50_257, 768, True, 12, 768, 768, 3072, False, 1024 * 768 + 2 * 768, 124_439_808,
          "Radford and others 2019, table 2; released weights"),
    Shape("GPT-3", 2020, 50_257, 12_288, True, 96, 12_288, 12_288, 49_152, False, 2048 * 12_288 + 2 * 12_288,
          175_000_000_000, "Brown and others 2020, table 2.1, where the whole is rounded"),
    Shape("LLaMA 7B", 2023, 32_000, 4096, False, 32, 4096, 4096, 11_008, True, 4096, 6_738_415_616,
          "Touvron and others 2023a, table 2; released weights"),
    Shape("Llama 2 70B", 2023, 32_000, 8192, False, **_70B, total=68_976_648_192,
          source="Touvron and others 2023b; released weights"),
    Shape("Mistral 7B", 2023, 32_000, 4096, False, **_8B, total=7_241_732_096,
          source="Jiang and others 2023, table 1; released weights"),
    Shape("Gemma 2B", 2024, 256_000, 2048, True, 18, 2048, 256, 16_384, True, 2048, 2_506_172_416,
          "Gemma Team 2024, table 1 and section 2, embeddings shared; V and the whole: released weights"),
    Shape("Gemma 7B", 2024, 256_000, 3072, True, 28, 4096, 4096, 24_576, True, 3072, 8_537_680_896,
          "Gemma Team 2024, table 1 and section 2, embeddings shared; V and the whole: released weights"),
    Shape("Llama 3 8B", 2024, 128_256, 4096, False, **_8B, total=8_030_261_248,
          source="Grattafiori and others 2024, table 3; released weights"),
    Shape("Llama 3 70B", 2024, 128_256, 8192, False, **_70B, total=70_553_706_496,
          source="Grattafiori and others 2024, table 3; released weights"),
    Shape("Llama 3.2 1B", 2024, 128_256, 2048, True, 16, 2048, 512, 8192, True, 2048, 1_235_814_400,
          "configuration of the released weights, tie_word_embeddings true"),
    Shape("Llama 3.2 3B", 2024, 128_256, 3072, True, 28, 3072, 1024, 8192, True, 3072, 3_212_749_824,
          "configuration of the released weights, tie_word_embeddings true"),
)  # fmt: skip
