from __future__ import annotations

import httpx2
import openai
import pytest

from core.adapters.openai_errors import translate, translated
from core.adapters.resilience import ServiceBusy
from core.errors import ServiceRefused, ServiceUnavailable

SECRET = "sk-very-secret-0123456789"


def status(code: int, headers: dict[str, str] | None = None, body: object = None) -> openai.APIStatusError:
    request = httpx2.Request("POST", "http://127.0.0.1/v1", headers={"Authorization": f"Bearer {SECRET}"})
    return openai.APIStatusError(SECRET, response=httpx2.Response(code, headers=headers, request=request), body=body)


@pytest.mark.parametrize("code", [408, 409, 429, 500, 502, 503, 504, 529])
def test_what_may_pass_is_unavailable(code: int) -> None:
    assert isinstance(translate(status(code)), ServiceUnavailable)


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 413, 422])
def test_what_needs_a_change_is_refused(code: int) -> None:
    assert isinstance(translate(status(code)), ServiceRefused)


@pytest.mark.parametrize("code", [400, 401, 403, 404, 422, 429, 500, 503])
def test_no_sentence_repeats_what_the_vendor_wrote(code: int) -> None:
    assert SECRET not in str(translate(status(code, body={"message": SECRET, "code": SECRET, "param": SECRET})))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"retry-after": "7"}, 7.0), ({"retry-after-ms": "250", "retry-after": "1"}, 0.25), ({"retry-after": "0"}, 0.0)],
)
def test_keeps_when_to_come_back(headers: dict[str, str], seconds: float) -> None:
    error = translate(status(429, headers))
    assert isinstance(error, ServiceBusy)
    assert error.retry_after_s == seconds


@pytest.mark.parametrize("value", ["soon", "nan", "inf", "-5", ""])
def test_ignores_a_time_to_come_back_that_makes_no_sense(value: str) -> None:
    assert not isinstance(translate(status(429, {"retry-after": value})), ServiceBusy)


@pytest.mark.parametrize("body", [{"code": "insufficient_quota"}, {"type": "insufficient_quota"}])
def test_a_used_up_quota_is_refused_although_it_comes_as_a_limit(body: object) -> None:
    assert isinstance(translate(status(429, body=body)), ServiceRefused)


def test_keeps_the_vendors_error_as_the_cause() -> None:
    cause = status(500)
    with pytest.raises(ServiceUnavailable) as caught, translated():
        raise cause
    assert caught.value.__cause__ is cause
