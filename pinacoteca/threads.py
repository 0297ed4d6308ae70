"""How the threads of numpy's BLAS, the network and the server share the cores."""

from __future__ import annotations


def one_thread_each() -> None:
    """Lets BLAS compute each product on the thread that asks for it, for the whole process.

    As ONNX Runtime does here: people who ask at once then have a core each, where threads of one
    answer would wait for those of another. A product for one picture is too small to share.
    """
    from threadpoolctl import threadpool_limits

    # Not as a context: the limit is to stay.
    threadpool_limits(1, user_api="blas")
