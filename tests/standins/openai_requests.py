"""What the OpenAI stand-in accepts: the parts of OpenAI's document that a text chat uses, and nothing else."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

CREATED = 1_700_000_000
MODELS = ("gpt-4.1-mini", "gpt-5-mini", "text-embedding-3-small", "text-embedding-3-large")
LONGEST_INPUT = 8192
MOST_TOKENS = 300_000

Text = Annotated[str, Field(min_length=1)]


class Strict(BaseModel):
    """Refuses fields that it does not know."""

    model_config = ConfigDict(extra="forbid")


class EmbeddingRequest(Strict):
    """A request to embed."""

    model: str
    input: Text | Annotated[list[Text], Field(min_length=1, max_length=2048)]
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = Field(None, ge=1, le=3072)
    user: str | None = None

    @property
    def texts(self) -> list[str]:
        """The texts, one or more."""
        return [self.input] if isinstance(self.input, str) else self.input

    @model_validator(mode="after")
    def _fits(self) -> EmbeddingRequest:
        # Bytes are the most tokens that a text can have.
        sizes = [len(text.encode()) for text in self.texts]
        if max(sizes) > LONGEST_INPUT or sum(sizes) > MOST_TOKENS:
            raise ValueError("the maximum context length is exceeded")
        return self


class ChatMessage(Strict):
    """A message."""

    role: Literal["developer", "system", "user", "assistant"]
    content: str
    name: str | None = None


class StreamOptions(Strict):
    """How to stream."""

    include_usage: bool = False
    include_obfuscation: bool = True


class ChatRequest(Strict):
    """A request to chat; only streaming is served."""

    model: str
    messages: list[ChatMessage] = Field(min_length=1)
    stream: Literal[True]
    stream_options: StreamOptions | None = None
    max_completion_tokens: int | None = Field(None, ge=1)
    max_tokens: int | None = Field(None, ge=1)
    temperature: float | None = Field(None, ge=0, le=2)
    seed: int | None = None
    user: str | None = None

    @property
    def limit(self) -> int | None:
        """The most tokens of an answer."""
        return self.max_completion_tokens or self.max_tokens

    @model_validator(mode="after")
    def _one_limit(self) -> ChatRequest:
        if self.max_tokens is not None and self.max_completion_tokens is not None:
            raise ValueError("max_tokens and max_completion_tokens cannot both be set")
        return self
