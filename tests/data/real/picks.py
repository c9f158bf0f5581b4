"""Condenses recorded picks of real balancers into what the tests of src/balance compare.

Usage: picks.py RECORDINGS, the folder with traces/, picks/ and results/. Writes orders.json,
exact.json and hashes.json beside this file.
"""

import csv
import gzip
import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROWS = 500
HASHES = {
    "nginx-ip_hash": ("nginx", "source-hash", "uri"),
    "nginx-hash-uri": ("nginx", "uri-hash", "uri"),
    "nginx-hash-uri-consistent": ("nginx", "ring-hash", "uri"),
    "haproxy-source": ("haproxy", "source-hash", "uri"),
    "haproxy-uri": ("haproxy", "uri-hash", "uri"),
    "haproxy-uri-consistent": ("haproxy", "ring-hash", "uri"),
    "envoy-RING_HASH-ip": ("envoy", "ring-hash", "source"),
}
ORDERS = {
    "nginx round robin": ("nginx", "round-robin"),
    "nginx least_conn (idle)": ("nginx", "least-connections"),
    "haproxy roundrobin": ("haproxy", "round-robin"),
    "haproxy static-rr": ("haproxy", "static-round-robin"),
    "haproxy leastconn (idle)": ("haproxy", "least-connections"),
    "haproxy first": ("haproxy", "first"),
    "envoy ROUND_ROBIN": ("envoy", "round-robin"),
    "caddy round_robin": ("caddy", "round-robin"),
}


def read(path):
    with gzip.open(path, "rt") as file:
        return list(csv.DictReader(file))


def write(name, value):
    lines = ",\n".join(json.dumps(item, separators=(",", ":")) for item in value)
    (HERE / name).write_text("[\n" + lines + "\n]\n")


def results(root, name):
    return json.loads((root / "results" / name).read_text())["measured"]


def weights_of(name):
    return [int(weight) for weight in re.findall(r"\d+(?:,\d+)*$", name)[0].split(",")]


def orders(root):
    for name, it in results(root, "s2-order.json").items():
        policy = ORDERS.get(name.rsplit(" ", 1)[0])
        if policy:
            picks = "".join("abcdef"[pick] for pick in it["sequence"])
            yield {"profile": policy[0], "algorithm": policy[1], "weights": weights_of(name), "picks": picks}


def exact(root):
    trace = read(root / "traces" / "s1x-exact.csv.gz")
    yield {"trace": [[int(row["arrival_us"]), int(row["service_us"])] for row in trace]}
    for name, it in results(root, "s1x-exact-picks.json").items():
        yield {"profile": name.split()[0], "weights": it["weights"], "picks": it["picks"]}


def hashes(root):
    recorded = results(root, "s1-balancers.json")
    for trace in ["s1-exp-85", "s1-lognormal-85"]:
        rows = read(root / "traces" / f"{trace}.csv.gz")
        for policy, (profile, algorithm, hash_on) in HASHES.items():
            # The recorded picks are those of the first clean run.
            run = next(run for run in recorded[trace][policy]["runs"] if run["clean"])
            picks = read(root / "picks" / f"s1-{policy}-{trace}.csv.gz")[:ROWS]
            asked = [(rows[int(pick["id"])], int(pick["backend"])) for pick in picks]
            yield {
                "profile": profile,
                "algorithm": algorithm,
                "hash_on": hash_on,
                "port": run["first_port_of_the_block"] + 1,
                "picks": [[row["client_ip"], row["path"], backend] for row, backend in asked],
            }


def main():
    root = Path(sys.argv[1])
    write("orders.json", orders(root))
    write("exact.json", exact(root))
    write("hashes.json", hashes(root))


main()
