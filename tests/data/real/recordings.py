"""Condenses recordings of real proxies into what `lindley validate --group real` compares.

Usage: recordings.py RECORDINGS, the folder with traces/ and results/. Writes recordings.json and
lists.json beside this file and copies the traces. Only clean runs are kept. Times are microseconds.
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
# Where the first backend listened in the first run was not written down there: of all ports this is
# the only one whose ring gives each of the recorded picks.
S3_PORTS = {"s3-many": 17751, "s3-same24": 17801, "s3-oneip": 17851}


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
            told["is_off"] = True
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
    if policy == "nginx-hash-cookie-consistent":
        kept["runs"][0]["port"] = S3_PORTS[trace]
    if group == "s5":
        kept["fault"] = policy.split(" ")[1].strip(",")
        kept["rules"] = rules(it["config"])
        for run, of in zip(kept["runs"], runs):
            run["failing"] = failing(of, kept["fault"])
    return kept


def recordings(root):
    for group, name in GROUPS.items():
        measured = json.loads((root / "results" / f"{name}.json").read_text())["measured"]
        if group == "s0":
            measured = {"s0-overhead": measured}
        if group == "s5":
            measured = {"s5-fail": measured}
        for trace, policies in measured.items():
            for policy, it in policies.items():
                yield recording(group, trace, policy, it)


def limit_of(name):
    """A limit such as `rate=10r/s burst=10 delay=4` or `haproxy http_req_rate(2s) gt 15`."""
    haproxy = re.fullmatch(r"haproxy http_req_rate\((\d+)s\) gt (\d+)", name)
    if haproxy:
        seconds, limit = map(int, haproxy.groups())
        return f'{{ profile = "haproxy", rate = "{limit / seconds:g}/s", period = "{seconds}s" }}'
    rate, unit = re.search(r"rate=(\d+)r/(\w)", name).groups()
    keys = [f'profile = "nginx", rate = "{int(rate) / (60 if unit == "m" else 1):g}/s"']
    keys += re.findall(r"burst=\d+", name) + re.findall(r"delay=\d+", name)
    keys += ['delay="none"'] if "nodelay" in name else []
    return "{ " + ", ".join(keys).replace("=", " = ").replace("  =  ", " = ") + " }"


def lists(root):
    """What became of requests one by one, as words."""
    recorded = lambda name: json.loads((root / "results" / f"{name}.json").read_text())["measured"]
    for name, it in recorded("s5-attempt-sequences").items():
        runs = [it["attempts_per_request_200ms_apart"], *it["other_runs"]]
        words = lambda run: " ".join("".join(map(str, tried)) for tried in run)
        kept = {"group": "s5x", "name": name, "profile": "nginx", "rules": rules(it["config"])}
        if "backup" in it["config"]:
            kept["order"] = [int(port) - 1 for port in re.findall(r"server 127\.0\.0\.1:P\+(\d)", it["config"])]
            kept["backups"] = [int(port) - 1 for port in re.findall(r"P\+(\d) backup;", it["config"])]
        yield {**kept, "is_sharp": True, "runs": [words(run) for run in runs]}
    for arrivals, it in recorded("s7-ratelimit").items():
        for limit, case in it["limits"].items():
            profile = "haproxy" if limit.startswith("haproxy") else "nginx"
            is_sharp = profile == "haproxy" or case["smallest_margin_thousandths"] > 0
            yield {
                "group": "s7",
                "name": f"{arrivals} {limit}",
                "profile": profile,
                "trace": f"s7-{arrivals}",
                "limit": limit_of(limit),
                "is_sharp": case["identical_in_3_runs"] and is_sharp,
                "runs": [" ".join(run) for run in case["accepted_rejected_string"]],
            }


def write(name, records):
    lines = ",\n".join(json.dumps(it, separators=(",", ":")) for it in records)
    (HERE / name).write_text("[\n" + lines + "\n]\n")


def main():
    root = Path(sys.argv[1])
    write("recordings.json", recordings(root))
    write("lists.json", lists(root))
    (HERE / "traces").mkdir(exist_ok=True)
    for trace in sorted((root / "traces").glob("*.csv.gz")):
        shutil.copyfile(trace, HERE / "traces" / trace.name)


main()
