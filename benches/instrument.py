"""What the comparisons need of the benchmark's instrument: items, variables, dimensions, weights."""

import tomllib


def read(path):
    """Returns (variables, dimensions, index).

    variables: name -> list of (item, weight); dimensions: name -> list of (variable, weight);
    index: list of (dimension, weight). Names are those of the result: `variable-X1`, `dimension-A`.
    """
    with open(path, "rb") as file:
        instrument = tomllib.load(file)
    variables = {f"variable-{v['id']}": [] for v in instrument["variable"]}
    for item in instrument["item"]:
        variables[f"variable-{item['variable']}"].append((item["id"], float(item["weight"])))
    dimensions = {f"dimension-{d['id']}": [] for d in instrument["dimension"]}
    for v in instrument["variable"]:
        dimensions[f"dimension-{v['dimension']}"].append((f"variable-{v['id']}", float(v["weight"])))
    index = [(f"dimension-{d['id']}", float(d["weight"])) for d in instrument["dimension"]]
    return variables, dimensions, index


def scores(instrument):
    """Names of all scores in the order of the result."""
    variables, dimensions, _ = instrument
    return ["index", *dimensions, *variables]
