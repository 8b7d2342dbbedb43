"""Settings that every test shares."""

import os

from hypothesis import settings

from tools.unchanged import CACHE

# Hypothesis would write .hypothesis/ into the folder it is started from.
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(CACHE / "hypothesis"))

# A slow machine is no failure, and what passes here must pass there: the same examples each
# time. HYPOTHESIS_PROFILE=search draws new ones.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
