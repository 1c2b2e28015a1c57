"""Embedding tables and tokenizers: those that ship with embviz, read from assets/data and never from the network, and
tables of your own.

`available()` lists the tables without importing torch; `load(name)` gives an `EmbeddingTable`, and so does
`read_upload(filename, data)` from a file of yours; `tokenizers.load(name)` gives a tokenizer. Each name loads its
module (and torch, tokenizers or tiktoken with it) on first use.
"""

from embviz._lazy import on_first_use

__getattr__, __dir__ = on_first_use(
    __name__,
    {
        "available": "embviz.tables.shipped",
        "AvailableTable": "embviz.tables.shipped",
        "TableFileError": "embviz.tables.shipped",
        "load": "embviz.tables.table",
        "EmbeddingTable": "embviz.tables.table",
        "read_upload": "embviz.tables.upload",
        "UploadError": "embviz.tables.upload_file",
        "LayerNorm": "embviz.compute.pipeline",
        "tokenizers": None,
    },
)
