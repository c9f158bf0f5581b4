"""Condenses recordings of real proxies into what `lindley validate --group real` compares.

Usage: recordings.py RECORDINGS, the folder with traces/ and results/. Writes recordings.json beside
this file and copies the traces. Only clean runs are kept. Times are microseconds.
"""

import json
import re
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
GROUPS = {
    "s0": "s0-overhead",
    "s1": "s1-balancers",
    "s2": "s2-heterogeneous",
    "s3": "s3-sticky",
    "s4": "s4-l4-l7",
    "s6": "s6-queue-limits",
    "s9": "s9-closed",
}
S1_SLOTS = {"single-c8-direct": [8]}


def run_of(run, backends):
    counts = run["per_backend"]
    kept = {
        "n": run["n"],
        "ok": run["ok"],
        "mean": run["mean_us"],
        "p99": run["p99_us"],
        "per_backend": [counts.get(str(backend), 0) for backend in range(backends)],
    }
    if "first_port_of_the_block" in run:
        kept["port"] = run["first_port_of_the_block"] + 1
    return kept


def is_clean(run):
    return run.get("quality", {}).get("clean", True)


def recording(group, trace, policy, it):
    weights = [int(weight) for weight in re.findall(r"\bweight[= ](\d+)", it["config"])]
    weights = weights or [int(weight) for weight in re.findall(r"load_balancing_weight: (\d+)", it["config"])]
    runs = [run for run in it["runs"] if is_clean(run)]
    seen = max(len(run["per_backend"]) - ("-1" in run["per_backend"]) for run in runs)
    slots = it.get("slots") or S1_SLOTS.get(policy) or ([2] * seen if group == "s1" else [64] * seen)
    backends = len(slots)
    return {
        "group": group,
        "policy": policy,
        "trace": trace,
        "mode": it.get("client_mode") or it.get("client_connections") or "pool",
        "slots": slots,
        "weights": weights if len(weights) == backends else [1] * backends,
        "queue": (it.get("backend_queue_bound") or [None])[0],
        "runs": [run_of(run, backends) for run in runs],
    }


def recordings(root):
    for group, name in GROUPS.items():
        measured = json.loads((root / "results" / f"{name}.json").read_text())["measured"]
        if group == "s0":
            measured = {"s0-overhead": measured}
        for trace, policies in measured.items():
            for policy, it in policies.items():
                yield recording(group, trace, policy, it)


def main():
    root = Path(sys.argv[1])
    lines = ",\n".join(json.dumps(it, separators=(",", ":")) for it in recordings(root))
    (HERE / "recordings.json").write_text("[\n" + lines + "\n]\n")
    (HERE / "traces").mkdir(exist_ok=True)
    for trace in sorted((root / "traces").glob("*.csv.gz")):
        shutil.copyfile(trace, HERE / "traces" / trace.name)


main()
