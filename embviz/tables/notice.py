"""The text of assets/data/NOTICE.md: where every shipped file comes from, its hash and licence, and what was changed.

Licences are stated as the packages and the works' authors state them; where there is no statement, that is what it
says.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from embviz.tables.archives import GENSIM, GLOVE, GPT_TOKENIZER, MINILM, SHAKESPEARE, WORDLLAMA, Package
from embviz.tables.shipped import BUILD_COMMAND, CHECKSUMS


class Source(Protocol):
    """What `notice` needs to know of a package's part: its files, what was changed in them, licence texts it holds."""

    package: Package
    files: Mapping[str, bytes]
    changes: str
    licences: Mapping[str, str]


WORKS: Mapping[Package, tuple[str, str]] = {
    MINILM: (
        "The model sentence-transformers/all-MiniLM-L6-v2, whose vocabulary is that of BERT base, uncased (Google).",
        "Apache-2.0, as the model card in the package states; the packaging is under MIT. Both texts are below.",
    ),
    GLOVE: (
        "GloVe 6B, 50 dimensions: Jeffrey Pennington, Richard Socher and Christopher D. Manning, Stanford NLP Group, "
        "2014.",
        "Open Data Commons Public Domain Dedication and License (PDDL) 1.0: public domain. The package's own code, "
        "none of which is here, is under Apache-2.0.",
    ),
    WORDLLAMA: (
        "WordLlama, configuration l2_supercat, by Lee Miller. Its README says that training started from the token "
        "embeddings of several models with the vocabulary of Llama 2, LLaMA 2 70B among them.",
        "MIT, as the package states; the text is below. It states no terms for the models that it started from.",
    ),
    GPT_TOKENIZER: (
        "The merge ranks of the encodings r50k_base (GPT-2), cl100k_base and o200k_base, by OpenAI. Each file has "
        "the SHA-256 that OpenAI's tiktoken (MIT, Copyright (c) 2022 OpenAI, Shantanu Jain) expects of it.",
        "MIT, as the package states; the text is below.",
    ),
    SHAKESPEARE: (
        "The works of William Shakespeare from Project Gutenberg's public-domain texts, whose headers, footers and "
        "licence statements the package had already removed; the build checks that none is left. The package has no "
        "Venus and Adonis and no Two Noble Kinsmen, and its Cymbeline lacks acts III and IV.",
        "Public domain, as the package's AUTHORS.txt states. Its code is under MIT, its other texts (none of which "
        "is here) under CC BY 2.5.",
    ),
    GENSIM: (
        "questions-words.txt: the analogies of Mikolov, Chen, Corrado and Dean, Efficient Estimation of Word "
        "Representations in Vector Space, 2013. wordsim353.tsv: Finkelstein and others, Placing Search in Context, "
        "2002. simlex999.txt: Hill, Reichart and Korhonen, SimLex-999, 2015.",
        "gensim carries these three sets as test data and states no licence for them; its code, none of which is "
        "here, is under LGPL-2.1. questions-words.txt was published with word2vec (Apache-2.0, the text is below). "
        "The authors of the other two offer them for download and ask to be cited.",
    ),
}


def notice(made: Sequence[Source], sizes: Mapping[str, int], digests: Mapping[str, str]) -> str:
    """NOTICE.md for these parts, given the size in bytes and the SHA-256 of every file."""
    lines = [
        "# Where the shipped data comes from",
        "",
        f"Written by `{BUILD_COMMAND}`, which made the files below from packages of PyPI and npm, each taken by name "
        f"and version and checked by its SHA-256. `{BUILD_COMMAND} --check` compares the files with {CHECKSUMS}.",
        "",
        "| File | Bytes | SHA-256 |",
        "| --- | ---: | --- |",
        *(f"| {filename} | {sizes[filename]:,} | `{digest}` |" for filename, digest in digests.items()),
    ]
    for part in made:
        package = part.package
        work, licence = WORKS[package]
        lines += [
            "",
            f"## {package.name} {package.version}",
            "",
            f"- Files: {', '.join(part.files)}",
            f"- Source: {package.registry} package {package.name}, version {package.version}, file {package.archive}, "
            f"SHA-256 `{package.sha256}`",
            f"- Work: {work}",
            f"- Licence: {licence}",
            f"- Changed: {part.changes}",
        ]
    for title, text in sorted((title, text) for part in made for title, text in part.licences.items()):
        lines += ["", f"## Licence text: {title}", "", "```", text.strip("\n"), "```"]
    return "\n".join(lines) + "\n"
