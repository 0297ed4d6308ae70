"""Compares our search with scikit-learn's, one query at a time, as on the page.

    OMP_NUM_THREADS=1 python benchmarks/search.py

Prints the median time of a query with each, and their ratio. Both search the same rows, take turns
after each query, and must find the same paintings. Takes twenty seconds on one CPU core.
"""

from __future__ import annotations

import time
from statistics import median

import numpy as np
from sklearn.neighbors import NearestNeighbors
from tqdm import tqdm

from pinacoteca.search import METRICS, NearestPaintings

SIZES = (1_412, 18_038)
# Length of the style and composition parts together.
DIMENSION = 908
QUERIES = 200
NEIGHBOURS = 5


def main() -> None:
    """Prints the table."""
    generator = np.random.default_rng(0)
    print(f"{'rows':>7} {'metric':10} {'scikit-learn':>13} {'ours':>9} {'ratio':>6}")
    for size in SIZES:
        rows = generator.normal(size=(size, DIMENSION)).clip(0).astype(np.float32)
        queries = generator.normal(size=(QUERIES, DIMENSION)).clip(0).astype(np.float32)
        ours = NearestPaintings([rows])
        for metric in METRICS:
            theirs = NearestNeighbors(algorithm="brute", metric=metric).fit(rows)
            times: dict[str, list[float]] = {"ours": [], "theirs": []}
            for query in tqdm(queries[:, None], desc=f"{size} {metric}", leave=False):
                start = time.perf_counter()
                found = theirs.kneighbors(query, NEIGHBOURS, return_distance=True)[1]
                middle = time.perf_counter()
                ours_found = ours.search([query], [1], NEIGHBOURS, metric)[1]
                times["theirs"].append(middle - start)
                times["ours"].append(time.perf_counter() - middle)
                if not np.array_equal(found, ours_found):
                    raise AssertionError(f"different neighbours: {found} and {ours_found}")
            slow, fast = (1000 * median(times[name]) for name in ("theirs", "ours"))
            print(f"{size:7} {metric:10} {slow:10.2f} ms {fast:6.2f} ms {slow / fast:5.1f}x")


if __name__ == "__main__":
    main()
