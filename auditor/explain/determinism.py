"""One setting of torch under which the same inputs give the same bytes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def deterministic(seed: int, *, tf32: bool = False) -> Iterator[None]:
    """Run a block with deterministic algorithms, one thread and a fixed seed; restore after.

    `tf32` lets a GPU round the factors of matrix products and convolutions to 10 bits.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    threads, before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    flags = (
        torch.backends.cuda.matmul.allow_tf32,
        torch.backends.cudnn.allow_tf32,
        torch.backends.cudnn.benchmark,
    )
    state = torch.random.get_rng_state()
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    _set_flags(tf32, tf32, False)
    torch.manual_seed(seed)
    try:
        yield
    finally:
        torch.random.set_rng_state(state)
        _set_flags(*flags)
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(before)


def _set_flags(matmul_tf32: bool, cudnn_tf32: bool, benchmark: bool) -> None:
    torch.backends.cuda.matmul.allow_tf32 = matmul_tf32
    torch.backends.cudnn.allow_tf32 = cudnn_tf32
    torch.backends.cudnn.benchmark = benchmark
