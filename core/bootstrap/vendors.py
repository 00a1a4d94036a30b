"""Chooses the adapter of each port that the settings name."""

from __future__ import annotations

from core.adapters.llama_chat import LlamaChat
from core.adapters.onnx_embedder import OnnxEmbedder
from core.adapters.onnx_verifier import OnnxVerifier
from core.adapters.openai_chat import OpenAIChat
from core.adapters.openai_embedder import OpenAIEmbedder
from core.adapters.pinecone_store import PineconeStore
from core.adapters.resilience import Resilient
from core.adapters.stored_vectors import StoredVectors
from core.database import Database
from core.ports import ChatModel, Embedder, VectorStore, Verifier
from core.settings import Settings


def _resilient(settings: Settings, service: str) -> Resilient:
    return Resilient(
        service,
        attempts=settings.retries,
        breaker_failures=settings.circuit_failures,
        breaker_reset_s=settings.circuit_seconds,
    )


def _key(settings: Settings) -> str:
    # A server of one's own may ask for no key; the SDK wants one all the same.
    return settings.openai_api_key.get_secret_value() if settings.openai_api_key else "none"


def make_embedder(settings: Settings) -> Embedder:
    """Return who turns texts into vectors."""
    if settings.embedder == "embedded":
        return OnnxEmbedder()
    return OpenAIEmbedder(
        _key(settings),
        settings.embedding_model,
        settings.embedding_dimension,
        base_url=settings.openai_base_url,
        timeout_s=settings.timeout_seconds,
        resilience=_resilient(settings, "OpenAI"),
    )


def make_chat(settings: Settings) -> ChatModel:
    """Return the language model."""
    if settings.chat == "embedded":
        return LlamaChat()
    return OpenAIChat(
        _key(settings),
        settings.chat_model,
        base_url=settings.openai_base_url,
        timeout_s=settings.timeout_seconds,
        resilience=_resilient(settings, "OpenAI"),
    )


def make_store(settings: Settings, database: Database) -> VectorStore:
    """Return where the vectors of the cache and the knowledge are searched."""
    if settings.vector_store == "pinecone" and settings.pinecone_api_key and settings.pinecone_index_host:
        return PineconeStore(
            settings.pinecone_api_key.get_secret_value(),
            settings.pinecone_index_host,
            timeout_s=settings.timeout_seconds,
            resilience=_resilient(settings, "Pinecone"),
        )
    return StoredVectors(database, "faiss" if settings.vector_store == "faiss" else "exact")


def make_verifier(settings: Settings) -> Verifier | None:
    """Return who reads two questions together, or None where nobody does."""
    return OnnxVerifier() if settings.cache_verifier == "embedded" else None
