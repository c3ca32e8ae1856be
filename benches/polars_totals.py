"""The comparison: PSU totals by a polars group-by, then means and linearised errors.

usage: polars_totals.py INSTRUMENT.toml ANSWERS.{csv,parquet} OUT.json [TOTALS.csv]

TOTALS.csv takes the PSU totals for the comparison of the bootstrap.

What it does not do: check a single value, hash the file, look for duplicate or monotonous answers,
design effects, intervals, differences.
"""

import json
import os
import sys

import polars as pl

import instrument as of

REGION, STRATUM, PSU, WEIGHT = "kode_wilayah", "strata", "psu", "bobot"


def weighted_mean(parts):
    """Mean of the parts that are there (METHOD: missing weight goes to what was answered)."""
    total = pl.sum_horizontal(pl.col(name) * weight for name, weight in parts)
    present = pl.sum_horizontal(pl.col(name).is_not_null() * weight for name, weight in parts)
    return pl.when(present > 0).then(total / present)


def linearised(totals, keys, names):
    """Mean and error of every score in the domains `keys`; strata lie within domains."""
    aggregated = totals.group_by(keys).agg(
        [pl.col(f"n_{s}").sum() for s in names]
        + [(pl.col(f"y_{s}").sum() / pl.col(f"w_{s}").sum()).alias(f"mean_{s}") for s in names]
        + [pl.col(f"w_{s}").sum().alias(f"all_{s}") for s in names]
    )
    z = totals.join(aggregated, on=keys).select(
        *keys,
        STRATUM,
        *[
            ((pl.col(f"y_{s}") - pl.col(f"mean_{s}") * pl.col(f"w_{s}")) / pl.col(f"all_{s}")).alias(s)
            for s in names
        ],
    )
    within = z.group_by([*keys, STRATUM]).agg(
        (pl.len() * pl.col(s).var(ddof=1)).alias(s) for s in names
    )
    errors = within.group_by(keys).agg(pl.col(s).sum().sqrt().alias(f"se_{s}") for s in names)
    return aggregated.join(errors, on=keys)


def main(instrument_path, answers, out, totals_out=None):
    instrument = of.read(instrument_path)
    variables, dimensions, index = instrument
    names = of.scores(instrument)
    items = [item for parts in variables.values() for item, _ in parts]
    keys = [REGION, STRATUM, PSU]
    if answers.endswith(".csv"):
        types = {item: pl.UInt8 for item in items}
        types |= {name: pl.String for name in keys} | {WEIGHT: pl.Float64}
        rows = pl.scan_csv(answers, schema_overrides=types)
    else:
        rows = pl.scan_parquet(answers)
    totals = (
        rows.select(*keys, WEIGHT, *[pl.col(item).cast(pl.Float64) for item in items])
        .select(*keys, WEIGHT, *[weighted_mean(parts).alias(n) for n, parts in variables.items()])
        .with_columns(weighted_mean(parts).alias(n) for n, parts in dimensions.items())
        .with_columns(weighted_mean(index).alias("index"))
        .group_by(keys)
        .agg(
            [pl.col(s).count().alias(f"n_{s}") for s in names]
            + [pl.col(WEIGHT).filter(pl.col(s).is_not_null()).sum().alias(f"w_{s}") for s in names]
            + [(pl.col(WEIGHT) * pl.col(s)).sum().alias(f"y_{s}") for s in names]
        )
        .collect(engine=os.environ.get("POLARS_ENGINE", "streaming"))
        .with_columns(
            pl.col(REGION).str.slice(0, 2).alias("province"), pl.lit("ID").alias("nation")
        )
    )
    if totals_out:
        number = [pl.col(key).rank("dense").cast(pl.Int64) - 1 for key in keys]
        means = [(pl.col(f"y_{s}") / pl.col(f"w_{s}")).alias(s) for s in names]
        totals.select(*number, pl.col("w_index").alias("w"), *means).sort(keys).write_csv(totals_out)
    result = {}
    for key in [REGION, "province", "nation"]:
        for row in linearised(totals, [key], names).iter_rows(named=True):
            result[row[key]] = [(row[f"n_{s}"], row[f"mean_{s}"], row[f"se_{s}"]) for s in names]
    with open(out, "w") as file:
        json.dump({"scores": names, "regions": result}, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
