from __future__ import annotations

import pytest

from core.adapters.onnx_verifier import OnnxVerifier
from core.ports import Verifier
from tests.contracts.verifier import VerifierContract


@pytest.fixture(scope="module", params=[OnnxVerifier])
def verifier(request: pytest.FixtureRequest) -> Verifier:
    made: Verifier = request.param()
    return made


class TestVerifier(VerifierContract):
    pass
