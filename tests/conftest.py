"""Settings that every test shares."""

import os

from tools.unchanged import CACHE

# Hypothesis would write .hypothesis/ into the folder it is started from.
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(CACHE / "hypothesis"))
