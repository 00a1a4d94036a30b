"""What the Pinecone stand-in accepts: the parts of Pinecone's document that a store of dense vectors uses."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

LONGEST_METADATA = 40_960

Id = Annotated[str, Field(min_length=1, max_length=512, pattern=r"^[\x01-\x7f]+$")]
Namespace = Annotated[str, Field(max_length=512, pattern=r"^[\x01-\x7f]*$")]
Values = Annotated[list[float], Field(min_length=1, max_length=20_000)]


class Strict(BaseModel):
    """Refuses fields that it does not know."""

    model_config = ConfigDict(extra="forbid")


class VectorIn(Strict):
    """A record to write."""

    id: Id
    values: Values
    metadata: dict[str, Any] = Field(default_factory=dict)

    @field_validator("metadata")
    @classmethod
    def _flat(cls, metadata: dict[str, Any]) -> dict[str, Any]:
        for key, value in metadata.items():
            texts = isinstance(value, list) and all(isinstance(one, str) for one in value)
            if not texts and not isinstance(value, str | int | float | bool):
                raise ValueError(f"metadata value of {key} must be a string, number, boolean or list of strings")
        if len(json.dumps(metadata, ensure_ascii=False).encode()) > LONGEST_METADATA:
            raise ValueError("metadata size exceeds the limit of 40960 bytes per vector")
        return metadata


class UpsertRequest(Strict):
    """A request to write."""

    vectors: list[VectorIn] = Field(min_length=1, max_length=1000)
    namespace: Namespace = ""

    @model_validator(mode="after")
    def _once_each(self) -> UpsertRequest:
        if len({vector.id for vector in self.vectors}) < len(self.vectors):
            raise ValueError("duplicate ids in one request")
        return self


class QueryRequest(Strict):
    """A request to search by a vector."""

    vector: Values
    topK: int = Field(ge=1, le=10_000)  # noqa: N815 - the name on the wire
    namespace: Namespace = ""
    filter: dict[str, Any] | None = None
    includeValues: bool = False  # noqa: N815 - the name on the wire
    includeMetadata: bool = False  # noqa: N815 - the name on the wire

    @field_validator("filter")
    @classmethod
    def _equalities(cls, wanted: dict[str, Any] | None) -> dict[str, Any] | None:
        if wanted is None:
            return None
        if not wanted:
            raise ValueError("an empty filter is not allowed")
        for key, condition in wanted.items():
            if not isinstance(condition, dict) or list(condition) != ["$eq"]:
                raise ValueError(f"only $eq is served, not {condition} of {key}")
            if not isinstance(condition["$eq"], str | int | float | bool):
                raise ValueError(f"$eq of {key} must be a string, number or boolean")
        return wanted


class DeleteRequest(Strict):
    """A request to delete by id."""

    ids: list[Id] = Field(min_length=1, max_length=1000)
    namespace: Namespace = ""


class StatsRequest(Strict):
    """A request for statistics."""


class ListQuery(Strict):
    """The parameters of a listing; all come as text."""

    namespace: Namespace = ""
    limit: int = Field(100, ge=1, le=100)
    paginationToken: str | None = None  # noqa: N815 - the name on the wire
    prefix: str = ""
