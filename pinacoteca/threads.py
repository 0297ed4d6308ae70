"""Sets how numpy's BLAS, the network and the server share the cores."""

from __future__ import annotations


def one_thread_each() -> None:
    """Makes BLAS compute each product on the calling thread, for the whole process.

    Each of several people who ask at once then has a core; with more threads, their answers would
    wait for each other. The product for one picture is too small to split. A pass of the network is
    not, and has its own setting (``OnnxNetwork``).
    """
    from threadpoolctl import threadpool_limits

    # Not used as a context manager, so that the limit stays.
    threadpool_limits(1, user_api="blas")
