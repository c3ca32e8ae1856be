"""The comparison of the bootstrap: Rao-Wu replicates on PSU totals by numpy.

usage: numpy_bootstrap.py TOTALS.csv REPLICATES

Columns region, stratum, psu, w and one mean a score; a region's rows follow one another. Draws are
counted with one bincount a block, regions summed up by matrix products.
"""

import json
import sys
import time

import numpy as np

BLOCK = 50


def main(path, replicates):
    replicates = int(replicates)
    table = np.loadtxt(path, delimiter=",", skiprows=1)
    region, stratum = table[:, 0].astype(np.int64), table[:, 1].astype(np.int64)
    weight, means = table[:, 3], table[:, 4:]
    start = time.perf_counter()
    sums = np.concatenate([weight[:, None], weight[:, None] * means], axis=1)
    units = len(table)
    first_of_stratum = np.flatnonzero(np.r_[True, np.diff(stratum) != 0])
    sizes = np.diff(np.r_[first_of_stratum, units])
    first_of_region = np.flatnonzero(np.r_[True, np.diff(region) != 0])
    bounds = np.r_[first_of_region, units]
    # A stratum of n PSUs draws n - 1 of them; one draw is (first PSU of its stratum, n).
    base = np.repeat(first_of_stratum, sizes - 1)
    size = np.repeat(sizes, sizes - 1)
    factor = np.repeat(sizes / (sizes - 1), sizes)
    generator = np.random.default_rng(1)
    estimates = np.empty((replicates, len(first_of_region), means.shape[1]))
    for at in range(0, replicates, BLOCK):
        count = min(BLOCK, replicates - at)
        drawn = (generator.random((count, len(base)), dtype=np.float32) * size).astype(np.int64)
        np.minimum(drawn, size - 1, out=drawn)
        drawn += base
        drawn += (np.arange(count) * units)[:, None]
        weights = np.bincount(drawn.ravel(), minlength=count * units).reshape(count, units) * factor
        for r in range(len(first_of_region)):
            within = slice(bounds[r], bounds[r + 1])
            total = weights[:, within] @ sums[within]
            estimates[at : at + count, r] = total[:, 1:] / total[:, :1]
    errors = estimates.std(axis=0, ddof=1)
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "mean_error": float(errors.mean())}))


if __name__ == "__main__":
    main(*sys.argv[1:])
