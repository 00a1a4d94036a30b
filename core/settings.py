"""Every setting, frozen once read from the environment and `.env`; `docs/settings.md` describes each one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from core.setting_values import DriftRules, Price

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "COACH_"
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _rooted(value: object) -> object:
    return ROOT / value if isinstance(value, str | Path) else value


def _rooted_all(value: object) -> object:
    parts = _split(value)
    return tuple(_rooted(part) for part in parts) if isinstance(parts, tuple | list) else value


RootedPaths = Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_rooted_all)]
RootedPath = Annotated[Path, BeforeValidator(_rooted)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Secrets = Annotated[
    tuple[SecretStr, ...], NoDecode, BeforeValidator(lambda value: value.split() if isinstance(value, str) else value)
]
"""Separated by spaces: an address may hold commas."""


class Settings(BaseSettings):
    """The configuration in force. :func:`core.setting_sources.load_settings` reads it, and explains what is wrong."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        populate_by_name=True,
    )

    product_name: str = Field("Freeletics AI Chatbot", min_length=1, max_length=60, description="Shown on every page.")
    tenant: str = Field("default", pattern=r"^[a-z0-9-]{1,40}$", description="Whose users, turns and cache these are.")
    locale: str = Field("en", pattern=r"^[a-z]{2}(-[A-Z]{2})?$", description="Language of the knowledge and answers.")

    host: str = Field("127.0.0.1", description="Address to listen on; others than loopback need `oidc` sign-in.")
    port: int = Field(8501, ge=1, le=65535, validation_alias="PORT", description="Port to listen on.")
    allowed_hosts: Names = Field(
        ("localhost", "127.0.0.1", "[::1]"), description="Host names that requests may name, separated by commas."
    )
    sign_in: Literal["local", "oidc"] = Field(
        "local", description="`local`: whoever reaches the port picks a name and role; `oidc`: Streamlit's `st.login`."
    )
    admins: Names = Field((), description="E-mail addresses that are admins under `oidc`, separated by commas.")
    product_managers: Names = Field((), description="E-mail addresses that are product managers under `oidc`.")
    cookie_secret: SecretStr | None = Field(
        None, min_length=32, description="Signs the local sign-in cookie; made and kept in the data folder if empty."
    )

    metrics_token: SecretStr | None = Field(
        None, min_length=16, description="What `/api/metrics` asks for as a bearer token; needed with `oidc`."
    )

    data_dir: RootedPath = Field(ROOT / "data" / "var", description="Folder of the database and other local state.")
    database_url: SecretStr | None = Field(
        None, validation_alias="DATABASE_URL", description="`postgresql://…`; empty: SQLite in the data folder."
    )
    knowledge_dirs: RootedPaths = Field(
        (ROOT / "data" / "knowledge",), description="Folders of workout documents, separated by commas."
    )

    chat: Literal["embedded", "openai"] = Field("embedded", description="Who answers what the cache does not.")
    chat_model: str = Field("", description="The model's name at the provider; needed with `openai`.")
    embedder: Literal["embedded", "openai"] = Field("embedded", description="Who turns texts into vectors.")
    embedding_model: str = Field("text-embedding-3-small", description="The embedding model at the provider.")
    embedding_dimension: int = Field(1536, ge=8, le=4096, description="Length of the provider's vectors.")
    openai_api_key: SecretStr | None = Field(None, validation_alias="OPENAI_API_KEY", description="Key of the API.")
    openai_base_url: str | None = Field(
        None, validation_alias="OPENAI_BASE_URL", description="Any OpenAI-compatible server; empty: OpenAI itself."
    )
    prices: dict[str, Price] = Field(
        default_factory=dict,
        description='US dollars per million tokens, as JSON: `{"model": {"input": 1.0, "output": 4.0}}`.',
    )
    answer_max_tokens: int = Field(700, ge=50, le=8000, description="Longest answer of a model, in tokens.")
    phrasing: bool = Field(True, description="Let the embedded model add a checked summary to what it quotes.")
    phrasing_seconds: float = Field(4.0, gt=0, le=60, description="Longest time for that summary, in seconds.")

    vector_store: Literal["embedded", "faiss", "pinecone"] = Field("embedded", description="Who searches vectors.")
    pinecone_api_key: SecretStr | None = Field(None, validation_alias="PINECONE_API_KEY", description="Its key.")
    pinecone_index_host: str | None = Field(
        None, validation_alias="PINECONE_INDEX_HOST", description="Address of a cosine index of the right dimension."
    )

    timeout_seconds: float = Field(30.0, gt=0, le=600, description="Longest wait for an outside service, in seconds.")
    retries: int = Field(3, ge=1, le=10, description="Tries of a call to an outside service, the first one included.")
    circuit_failures: int = Field(5, ge=1, description="Failures in a row after which a service is left alone.")
    circuit_seconds: float = Field(30.0, gt=0, le=86400, description="How long it is left alone, in seconds.")

    relevance_threshold: float = Field(
        0.35, ge=0, le=1, description="Least cosine similarity of a passage to a question that it may answer."
    )
    cache: Literal["on", "off"] = Field("on", description="Whether answers are shared through the semantic cache.")
    cache_error_budget: float = Field(
        0.01, gt=0, le=0.2, description="Largest share of answered turns that may be served another question's answer."
    )
    cache_days: float = Field(30.0, gt=0, le=36500, description="Days after which an entry is no longer served.")
    cache_fresh_days: float = Field(
        21.0, gt=0, le=36500, description="Days after which an entry that is asked for is made anew in the background."
    )
    cache_most_entries: int = Field(
        100_000, ge=100, le=10_000_000, description="Entries above which the least useful ones are dropped."
    )
    cache_verifier: Literal["embedded", "off"] = Field(
        "embedded", description="Who reads a question beside the nearest known one; `off` serves much less."
    )
    cache_judge: Literal["auto", "model", "embedded", "off"] = Field(
        "auto", description="Who checks doubtful decisions: the chat model if it is trusted, else the verifier."
    )
    cache_judge_per_day: int = Field(1000, ge=0, description="Verdicts that may be asked of a chat model in 24 hours.")
    cache_audit_share: float = Field(
        0.05, gt=0, le=1, description="Share of the semantic hits that a judge looks at afterwards, at random."
    )

    shared_call_seconds: float = Field(
        30.0, gt=0, le=600, description="Longest silence of a call that several askers share, in seconds."
    )

    time_zone: str = Field("UTC", description="Time zone of reports, alerts and quiet hours, such as `Europe/Berlin`.")
    public_url: str = Field(
        "",
        pattern=r"^(https?://[^\s<>\"]+)?$",
        description="Address of this console in links of alerts; empty: no link.",
    )
    drift_rules: DriftRules = Field(
        default_factory=DriftRules, description='Levels of drift, as JSON: `{"critical_rate": 0.3}`; the rest stays.'
    )
    alert_urls: Secrets = Field((), description="Where alerts go, as Apprise addresses separated by spaces.")
    alert_quiet_hours: str = Field(
        "", pattern=r"^(([01]?\d|2[0-3])-([01]?\d|2[0-3]))?$", description="Hours in which alerts wait, such as `22-7`."
    )

    text_days: int = Field(
        365, ge=1, le=36500, description="Days after which raw text (questions, answers, comments, notes) is dropped."
    )
    question_max_characters: int = Field(2000, ge=50, le=20000, description="Longest question, in characters.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level that is logged.")
    log_questions: bool = Field(False, description="Whether log lines carry the text of questions.")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("is no time zone; write its IANA name, such as Europe/Berlin") from None
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.host not in LOOPBACK and self.sign_in == "local":
            raise ValueError(
                f"{PREFIX}HOST={self.host} is reachable from outside, where local sign-in would let anybody be admin; "
                f"set {PREFIX}SIGN_IN=oidc or listen on 127.0.0.1"
            )
        if "openai" in (self.chat, self.embedder) and not (self.openai_api_key or self.openai_base_url):
            raise ValueError("OPENAI_API_KEY is missing; set it, or set COACH_CHAT and COACH_EMBEDDER to embedded")
        if self.chat == "openai" and not self.chat_model:
            raise ValueError("COACH_CHAT_MODEL is missing; set the name of a chat model of your provider")
        if self.vector_store == "pinecone" and not (self.pinecone_api_key and self.pinecone_index_host):
            raise ValueError(
                "PINECONE_API_KEY or PINECONE_INDEX_HOST is missing; set both, or set COACH_VECTOR_STORE=embedded"
            )
        return self

    @property
    def database(self) -> str:
        """The URL of the database in force."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir / 'coach.db'}"
