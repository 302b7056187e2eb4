"""The figures as tables, and as JSON."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.measuring import Figures

Results = Mapping[str, Mapping[str, Figures]]  # by question, then by contender


def tables(results: Results) -> str:
    """What each question costs each contender; then the ratios, which are what counts."""
    return "\n\n".join([*(_question(name, by) for name, by in results.items()), ratios(results)])


def _question(name: str, by_contender: Mapping[str, Figures]) -> str:
    head = (
        f"{name:<24}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'app us':>9}{'db us':>9}"
        f"{'redis us':>10}{'peak MB':>9}"
    )
    lines = [head, "-" * len(head)]
    for contender, figures in by_contender.items():
        one = figures.summary()
        lines.append(
            f"{contender:<24}{one['per_second']:>9.0f}{one['p50_ms']:>9.2f}{one['p99_ms']:>9.2f}"
            f"{one['app_cpu_us']:>9.0f}{one['database_cpu_us']:>9.0f}{one['redis_cpu_us']:>10.0f}"
            f"{one['peak_memory_mb']:>9.0f}"
        )
    return "\n".join(lines)


def ratios(results: Results) -> str:
    """CPU per request, application and database together, as a multiple of Sift's."""
    others = [name for name in next(iter(results.values())) if name != "sift"]
    head = f"{'CPU / Sift (req/s)':<24}" + "".join(f"{name:>16}" for name in others)
    lines = [head, "-" * len(head)]
    for question, by in results.items():
        if "sift" not in by:
            continue
        sift, line = by["sift"], f"{question:<24}"
        for name in others:
            faster = (sift.requests / sift.seconds) / (by[name].requests / by[name].seconds)
            line += f"{by[name].cpu / sift.cpu:>8.2f} ({faster:>5.2f})"
        lines.append(line)
    return "\n".join(lines)


def write(path: Path, results: Results, about: Mapping[str, Any]) -> None:
    """Everything, for whoever wants to compare runs."""
    measured = {
        question: {name: figures.summary() for name, figures in by.items()}
        for question, by in results.items()
    }
    path.write_text(json.dumps({**about, "measured": measured}, indent=2) + "\n")
