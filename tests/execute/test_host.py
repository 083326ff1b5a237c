"""What a process sets before it trains, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys

PREPARE = """
import json
from ganbench.execute.host import flushes_denormals, prepare

before = flushes_denormals()
prepare(1)
import torch

print(json.dumps([before, flushes_denormals(), torch.get_num_threads()]))
"""


WITHIN = """
import json
from ganbench.execute.host import flushes_denormals, prepared

import torch
torch.set_num_threads(2)
with prepared(1):
    within = [flushes_denormals(), torch.get_num_threads()]
print(json.dumps([within, flushes_denormals(), torch.get_num_threads()]))
"""


def test_work_in_the_users_process_leaves_threads_and_denormals_as_they_were() -> None:
    answer = subprocess.run([sys.executable, "-c", WITHIN], capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout) == [[True, 1], False, 2]


def test_denormals_are_flushed_and_the_threads_are_those_asked_for() -> None:
    answer = subprocess.run([sys.executable, "-c", PREPARE], capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout) == [False, True, 1]
    assert answer.stderr == ""
