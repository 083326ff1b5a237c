"""Settings for all tests."""

import os

from hypothesis import settings

# Tests run in two processes; before anything imports torch, which would take every core in each of them.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# The same examples every time: a failure is a change, never luck. `HYPOTHESIS_PROFILE=explore` looks for new ones.
settings.register_profile("fixed", derandomize=True, deadline=None, database=None)
settings.register_profile("explore", deadline=None, max_examples=300)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))
