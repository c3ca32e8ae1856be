"""The same as polars_totals.py in SQL.

usage: duckdb_totals.py INSTRUMENT.toml ANSWERS.{csv,parquet} OUT.json
"""

import json
import sys

import duckdb

import instrument as of


def weighted_mean(parts):
    total = " + ".join(f'coalesce("{name}", 0) * {weight}::DOUBLE' for name, weight in parts)
    present = " + ".join(f'("{name}" IS NOT NULL)::INT * {weight}::DOUBLE' for name, weight in parts)
    return f"({total}) / nullif({present}, 0)"


def main(instrument_path, answers, out):
    instrument = of.read(instrument_path)
    variables, dimensions, index = instrument
    names = of.scores(instrument)
    items = [item for parts in variables.values() for item, _ in parts]
    source = f"read_parquet('{answers}')"
    if answers.endswith(".csv"):
        with open(answers) as file:
            header = file.readline().strip().split(",")
        types = {name: "VARCHAR" for name in header} | {item: "UTINYINT" for item in items}
        types["bobot"] = "DOUBLE"
        columns = ", ".join(f"'{name}': '{type}'" for name, type in types.items())
        source = f"read_csv('{answers}', header=true, auto_detect=false, delim=',', columns={{{columns}}})"
    keys = "kode_wilayah, strata, psu, bobot"

    def scored(parts):
        return ", ".join(f'{weighted_mean(part)} AS "{name}"' for name, part in parts.items())

    totals = ", ".join(
        f'count("{s}") AS "n_{s}", coalesce(sum(bobot) FILTER ("{s}" IS NOT NULL), 0) AS "w_{s}", '
        f'coalesce(sum(bobot * "{s}"), 0) AS "y_{s}"'
        for s in names
    )
    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(f"""
        CREATE TABLE totals AS
        WITH variables AS (SELECT {keys}, {scored(variables)} FROM {source}),
             dimensions AS (SELECT *, {scored(dimensions)} FROM variables),
             scores AS (SELECT *, {scored({"index": index})} FROM dimensions)
        SELECT kode_wilayah AS region, kode_wilayah[:2] AS province, 'ID' AS nation, strata, psu, {totals}
        FROM scores GROUP BY ALL""")
    result = {}
    for key in ["region", "province", "nation"]:
        means = ", ".join(
            f'sum("n_{s}") AS "n_{s}", sum("w_{s}") AS "all_{s}", sum("y_{s}") / sum("w_{s}") AS "mean_{s}"'
            for s in names
        )
        z = ", ".join(
            f'count(*) * var_samp((t."y_{s}" - "mean_{s}" * t."w_{s}") / "all_{s}") AS "{s}"' for s in names
        )
        shown = ", ".join(
            f'any_value(m."n_{s}"), any_value("mean_{s}"), sqrt(sum("{s}"))' for s in names
        )
        rows = connection.execute(f"""
            WITH m AS (SELECT {key}, {means} FROM totals GROUP BY {key}),
                 within AS (SELECT t.{key}, strata, {z} FROM totals t JOIN m USING ({key}) GROUP BY 1, 2)
            SELECT {key}, {shown} FROM within JOIN m USING ({key}) GROUP BY {key}""")
        for region, *values in rows.fetchall():
            result[region] = [values[at : at + 3] for at in range(0, len(values), 3)]
    with open(out, "w") as file:
        json.dump({"scores": names, "regions": result}, file, default=int)


if __name__ == "__main__":
    main(*sys.argv[1:])
