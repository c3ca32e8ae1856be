"""Paired runs of whole processes on the national round; prints one table.

usage: run.py SELARAS EXAMPLES FOLDER [REPETITIONS]

Ours and the comparisons take turns, so that whatever else the machine does falls on all of them;
figures are medians. Wall seconds, processor seconds and peak memory come from wait4.
"""

import csv
import http.client
import itertools
import json
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import xlsxwriter

HERE = Path(__file__).parent
INSTRUMENT = HERE.parent / "crates/selaras/tests/instruments/national.toml"
ROWS = 642_500
LARGER = 10
# A workbook of the whole round is more XML than any office opens.
WORKBOOK_ROWS = ROWS // 10
REPLICATES = 1_000
PAGES = 40
LISTENING = 8073


def process(command):
    """Runs `command`; returns wall seconds, processor seconds, peak megabytes, output.

    A child's peak counts what this process held when it was started, so nothing large may be held
    before the last measurement of memory.
    """
    start = time.perf_counter()
    child = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    output = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{command[0]} ended with {child.returncode}: {' '.join(map(str, command))}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output


def in_turns(commands, repetitions):
    """Medians by name of (wall, processor, memory) over runs in turns."""
    runs = {name: [] for name in commands}
    for _ in range(repetitions):
        for name, command in commands.items():
            runs[name].append(process(command)[:3])
    return {name: tuple(map(statistics.median, zip(*of))) for name, of in runs.items()}


def furthest(result, comparison):
    """Largest distance of a mean or error between our result and a comparison."""
    ours, theirs = json.loads(result.read_text()), json.loads(comparison.read_text())
    ids = [score["id"] for score in ours["scores"]]
    order = [theirs["scores"].index(name) for name in ids]
    distance = 0.0
    for region in ours["regions"]:
        for score, at in zip(region["scores"], order):
            n, mean, error = theirs["regions"][region["code"]][at]
            if score["n"] != n:
                raise SystemExit(f"{region['code']}: {score['n']} respondents, not {n}")
            distance = max(distance, abs(score["value"] - mean), abs(score["se"] - error))
    return distance


def repeated(answers, larger):
    """Writes the rows of `answers` ten times: the same regions, strata and PSUs."""
    with open(answers, "rb") as rows, open(larger, "wb") as file:
        file.write(rows.readline())
        start = rows.tell()
        for _ in range(LARGER):
            rows.seek(start)
            shutil.copyfileobj(rows, file)


def workbook(answers, sheet, rows):
    """Writes the first `rows` rows of `answers` as a workbook: answers as numbers, the rest as text."""
    book = xlsxwriter.Workbook(sheet, {"constant_memory": True})
    page = book.add_worksheet()
    with open(answers, newline="", encoding="utf-8") as file:
        header, *lines = itertools.islice(csv.reader(file), rows + 1)
    numbers = {name for name in header if re.fullmatch(r"q\d+|bobot|jumlah_psu", name)}
    page.write_row(0, 0, header)
    for at, line in enumerate(lines, 1):
        for column, (name, text) in enumerate(zip(header, line)):
            if name in numbers and text:
                page.write_number(at, column, float(text))
            else:
                page.write_string(at, column, text)
    book.close()


def page(path):
    """Seconds to get a page, and its text, where a redirect's is the address; `None` without one."""
    connection = http.client.HTTPConnection("127.0.0.1", LISTENING)
    before = time.perf_counter()
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read()
    seconds = time.perf_counter() - before
    if location := response.getheader("location"):
        return seconds, f'<a href="{location}">'
    return seconds, body.decode("utf-8", "replace") if response.status == 200 else None


def pages():
    """The front page and what can be reached from it, `PAGES` at most, in the order of links."""
    found, at = ["/"], 0
    while at < len(found):
        text = page(found[at])[1]
        if text is None:
            found.pop(at)
            continue
        links = re.findall(r'<a [^>]*href="(/[^"#]*)"', text)
        new = [link.replace("&amp;", "&") for link in dict.fromkeys(links)]
        found += [link for link in new if link not in found][: PAGES - len(found)]
        at += 1
    return found


def serving(command):
    """Starts a server; returns it and the seconds until it tells its address."""
    start = time.perf_counter()
    command = [*command, "--port", str(LISTENING)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    for line in server.stdout:
        if line.startswith("http://"):
            return server, time.perf_counter() - start
    raise SystemExit(f"{command} does not serve")


def served(selaras, folder):
    """Seconds until the demo's data are served again, then pages, the slowest with its median of 50
    in milliseconds."""
    data = ["--data", folder / "demo"]
    demo, _ = serving([selaras, "demo", *data])
    demo.terminate()
    demo.wait()
    server, ready = serving([selaras, "serve", *data])
    try:
        found = pages()
        median = {path: statistics.median(page(path)[0] for _ in range(50)) for path in found}
        slowest = max(median, key=median.get)
        return ready, len(found), slowest, 1000 * median[slowest]
    finally:
        server.terminate()
        server.wait()


def alignment(selaras, examples, folder, line):
    """All checks over the simulated plans of all governments, and one board after a changed cell."""
    plans, out = folder / "plans", folder / "out-align"
    if not plans.exists():
        beside = folder / "plans.part"
        shutil.rmtree(beside, ignore_errors=True)
        process([examples / "national_plans", beside])
        beside.rename(plans)
    command = [selaras, "align", "--data", plans, "--out", out, "--as-of", "2026-11-20"]
    wall, processor, memory, _ = process(command)
    written = sum(file.stat().st_size for file in out.rglob("*.*")) / 1e6
    shutil.rmtree(out)
    line("align: all checks of 552 governments", f"{wall:.1f} s, {processor:.1f} processor s", "< 60 s", wall < 60)
    line("align: memory", f"{memory:.0f} MB; {written:.0f} MB written", "< 2,000 MB", memory < 2000)
    board = json.loads(process([examples / "align_speed", plans, "61"])[3])
    rows, whole, again = board["rows"], board["whole_ms"], board["again_ms"]
    line(f"align: a board of {rows:,} rows, whole", f"{whole:.0f} ms")
    line("align: the same after one cell has changed", f"{again:.0f} ms", "< 100 ms", again < 100)


def main(selaras, examples, folder, repetitions="5"):
    examples, folder, repetitions = Path(examples), Path(folder), int(repetitions)
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / "DATA-SIMULASI-national-2026-putaran-1-jawaban"
    for file, more in [("csv", []), ("parquet", ["--parquet"])]:
        if not stem.with_suffix(f".{file}").exists():
            simulate = [selaras, "simulate", "--instrument", INSTRUMENT, "--out", folder]
            process([*simulate, "--total", ROWS, "--recorded", *more])
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, {math.ceil(memory)} GiB; {repetitions} runs each, in turns; load {load:.1f}\n")
    print("| what | figure | target | met |\n|---|---|---|---|")

    def line(what, figure, target=None, met=None):
        verdict = "" if met is None else ("yes" if met else "no")
        print(f"| {what} | {figure} | {target or ''} | {verdict} |", flush=True)

    # The comparisons know no finite population correction.
    def ours(answers, out):
        only = ["--only", "result.json"]
        days = ["--closed", "2026-07-27", "--as-of", "2026-08-20"]
        return [selaras, "index", "--instrument", INSTRUMENT, "--answers", answers, "--out", out, "--internal", "--no-fpc", *only, *days]

    for file, least in [("csv", 3.0), ("parquet", 2.0)]:
        answers, out = stem.with_suffix(f".{file}"), folder / f"out-{file}"
        commands = {"ours": ours(answers, out)}
        for name in ["polars", "duckdb"]:
            script = [sys.executable, HERE / f"{name}_totals.py", INSTRUMENT, answers]
            commands[name] = [*script, folder / f"{name}-{file}.json"]
        times = in_turns(commands, repetitions)
        for name, (wall, processor, memory) in times.items():
            line(f"{file}: {name}", f"{wall:.2f} s, {processor:.2f} processor s, {memory:.0f} MB")
        for name in ["polars", "duckdb"]:
            ratio = [theirs / own for theirs, own in zip(times[name], times["ours"])]
            target = (f"≥ {least:.0f}", ratio[0] >= least) if name == "polars" else ()
            line(f"{file}: {name} / ours, time", f"{ratio[0]:.2f} (processor {ratio[1]:.2f})", *target)
            target = ("> 1", ratio[2] > 1) if name == "polars" else ()
            line(f"{file}: {name} / ours, memory", f"{ratio[2]:.2f}", *target)

    book = stem.with_name(f"{stem.name}-sepersepuluh.xlsx")
    if not book.exists():
        workbook(stem.with_suffix(".csv"), book, WORKBOOK_ROWS)
    wall, processor, memory = in_turns({"ours": ours(book, folder / "out-xlsx")}, repetitions)["ours"]
    rate = WORKBOOK_ROWS / wall
    line(
        f"xlsx: ours, {WORKBOOK_ROWS:,} rows of {book.stat().st_size / 1e6:.0f} MB",
        f"{wall:.2f} s, {processor:.2f} processor s, {memory:.0f} MB, {rate:,.0f} rows/s",
    )

    larger = folder / "larger.csv"
    repeated(stem.with_suffix(".csv"), larger)
    one = {"one": ours(stem.with_suffix(".csv"), folder / "out-csv")}
    times = in_turns(one | {"ten": ours(larger, folder / "out-larger")}, max(1, repetitions // 2))
    larger.unlink()
    ratio = [ten / one for ten, one in zip(times["ten"], times["one"])]
    line("10 × rows: time", f"{ratio[0]:.2f} × (processor {ratio[1]:.2f} ×)", "≤ 11", ratio[0] <= 11)
    line("10 × rows: memory", f"{ratio[2]:.2f} × ({times['ten'][2]:.0f} MB)", "≤ 1.5", ratio[2] <= 1.5)

    totals = folder / "totals.csv"
    process(
        [sys.executable, HERE / "polars_totals.py", INSTRUMENT, stem.with_suffix(".csv"), folder / "polars.json", totals]
    )
    seconds = {"ours": [], "numpy": []}
    for _ in range(repetitions):
        for name, program in [("ours", [examples / "bootstrap_speed"]), ("numpy", [sys.executable, HERE / "numpy_bootstrap.py"])]:
            output = process([*program, totals, REPLICATES])[3]
            seconds[name].append(json.loads(output)["seconds"])
    own, numpy = statistics.median(seconds["ours"]), statistics.median(seconds["numpy"])
    line("bootstrap: ours", f"{own:.2f} s")
    line("bootstrap: numpy", f"{numpy:.2f} s")
    line("bootstrap: numpy / ours", f"{numpy / own:.2f}", "≥ 2", numpy / own >= 2)

    alignment(selaras, examples, folder, line)
    ready, count, slowest, median = served(selaras, folder)
    line("serve: ready", f"{ready:.2f} s", "≤ 0.5 s", ready <= 0.5)
    line(f"serve: slowest of {count} pages, median of 50", f"{median:.1f} ms ({slowest})", "≤ 50 ms", median <= 50)
    size = os.path.getsize(selaras) / 1e6
    line("size of the program", f"{size:.1f} MB", "< 60 MB", size < 60)

    for file in ["csv", "parquet"]:
        for name in ["polars", "duckdb"]:
            distance = furthest(folder / f"out-{file}/DATA-SIMULASI-result.json", folder / f"{name}-{file}.json")
            line(f"{file}: distance of means and errors from {name}", f"{distance:.1e}", "≤ 1e-9", distance <= 1e-9)


if __name__ == "__main__":
    main(*sys.argv[1:])
