"""One thread, so that the tests are fast beside others and their numbers repeat."""

import pytest
import torch


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)
