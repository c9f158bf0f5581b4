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
    "s5": "s5-failures",
    "s6": "s6-queue-limits",
    "s9": "s9-closed",
}
S1_SLOTS = {"single-c8-direct": [8]}
S5_SLOTS = [2, 2, 2]
# Of the run with 120 requests a second only the number of failures was written down.
S5_HEALTHY = {"at": "nginx slow, read_timeout 80ms, next_upstream error timeout, max_fails=0", "failed": 137}


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


def first_again(counts):
    """The first second from 30 s on in which there was something again; none if there never was."""
    return next((second for second, count in enumerate(counts) if second >= 30 and count), None)


def failing(run, fault):
    """What is kept of a run in which something went wrong besides."""
    seen = run["attempts_seen_by_backend"]
    kept = {
        "attempts": [seen.get(str(backend), 0) for backend in range(len(S5_SLOTS))],
        "slow": run["slower_than_250ms"],
    }
    if fault in ("crash", "hang"):
        kept["back"] = first_again(run["ok_per_second_by_backend"].get("1", []))
    return kept


def directive(config, pattern, kind=str):
    found = re.search(pattern, config)
    return kind(found[1]) if found else None


def rules(config):
    """What a configuration says of failures, by the names of the scenario's keys."""
    if "proxy_pass" in config:
        told = {
            "connect": directive(config, r"proxy_connect_timeout (\w+);"),
            "read": directive(config, r"proxy_read_timeout (\w+);"),
            "max_fails": directive(config, r"max_fails=(\d+)", int),
            "fail_timeout": directive(config, r"fail_timeout=(\w+)"),
            "tries": directive(config, r"proxy_next_upstream_tries (\d+);", int),
        }
        if "proxy_next_upstream off;" in config:
            told["tries"] = 1
    else:
        every = directive(config, r"\n *option redispatch *(-?\d*)")
        told = {
            "connect": directive(config, r"timeout connect (\w+)"),
            "read": directive(config, r"timeout server (\w+)"),
            "retries": directive(config, r"\n *retries (\d+)", int),
            "redispatch": None if every is None or "no option redispatch" in config else int(every or -1),
            "interval": directive(config, r"check inter (\w+)"),
            "fall": directive(config, r" fall (\d+)", int),
            "rise": directive(config, r" rise (\d+)", int),
            "check": directive(config, r"timeout check (\w+)"),
        }
    return {key: value for key, value in told.items() if value is not None}


def is_clean(run):
    return run.get("quality", {}).get("clean", True)


def recording(group, trace, policy, it):
    weights = [int(weight) for weight in re.findall(r"\bweight[= ](\d+)", it["config"])]
    weights = weights or [int(weight) for weight in re.findall(r"load_balancing_weight: (\d+)", it["config"])]
    runs = [run for run in it["runs"] if is_clean(run)]
    seen = max(len(run["per_backend"]) - ("-1" in run["per_backend"]) for run in runs)
    slots = it.get("slots") or S1_SLOTS.get(policy) or ([2] * seen if group == "s1" else [64] * seen)
    if group == "s5":
        slots = S5_SLOTS
    backends = len(slots)
    kept = {
        "group": group,
        "policy": policy,
        "trace": trace,
        "mode": it.get("client_mode") or it.get("client_connections") or "pool",
        "slots": slots,
        "weights": weights if len(weights) == backends else [1] * backends,
        "queue": (it.get("backend_queue_bound") or [None])[0],
        "runs": [run_of(run, backends) for run in runs],
    }
    if group == "s5":
        kept["fault"] = policy.split(" ")[1].strip(",")
        kept["rules"] = rules(it["config"])
        for run, of in zip(kept["runs"], runs):
            run["failing"] = failing(of, kept["fault"])
    return kept


def healthy(storm):
    n = storm["runs"][0]["n"]
    ok = n - S5_HEALTHY["failed"]
    run = {"n": n, "ok": ok, "mean": 0, "p99": 0, "per_backend": [0] * len(S5_SLOTS)}
    return {**storm, "trace": "s5-fail-120", "runs": [run]}


def recordings(root):
    for group, name in GROUPS.items():
        measured = json.loads((root / "results" / f"{name}.json").read_text())["measured"]
        if group == "s0":
            measured = {"s0-overhead": measured}
        if group == "s5":
            measured = {"s5-fail": measured}
        for trace, policies in measured.items():
            for policy, it in policies.items():
                kept = recording(group, trace, policy, it)
                yield kept
                if policy == S5_HEALTHY["at"]:
                    yield healthy(kept)


def main():
    root = Path(sys.argv[1])
    lines = ",\n".join(json.dumps(it, separators=(",", ":")) for it in recordings(root))
    (HERE / "recordings.json").write_text("[\n" + lines + "\n]\n")
    (HERE / "traces").mkdir(exist_ok=True)
    for trace in sorted((root / "traces").glob("*.csv.gz")):
        shutil.copyfile(trace, HERE / "traces" / trace.name)


main()
