"""Settings that the tests of the package share."""

import zlib

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def _same_numbers_whatever_ran_before(request: pytest.FixtureRequest) -> None:
    """Give a test its own draw of a module's `rng`: alone, in any order, on any worker."""
    if hasattr(request.module, "rng"):
        request.module.rng = np.random.default_rng(zlib.crc32(request.node.nodeid.encode()))
