"""Connections and handshakes a second."""
import json
import re
import signal
import time

from peers.process import Program


def leadline(network, seconds, binary, what, certificates):
    words = [f"{binary}/bench_engine", what, "--address", network.address, "--duration",
             f"{seconds * 1000:.0f}ms", "--sender-cpu", "0", "--receiver-cpu", "1", "--tls", certificates]
    said, cpu = Program(network.sender, words, "0,1").end()
    if not said.startswith("{"):
        raise RuntimeError(f"bench_engine: {said}")
    figures = json.loads(said)
    return {"per_second": figures["per_second"], "client_us": figures["client_cpu_us_each"], "cpu": cpu}


def openssl_s_time(network, seconds, certificates):
    """New mutual handshakes, one after the other."""
    files = ["-cert", f"{certificates}/tls.crt", "-key", f"{certificates}/tls.key", "-CAfile",
             f"{certificates}/ca.crt"]
    server = Program(network.receiver, ["openssl", "s_server", "-accept", "5307", "-quiet", "-Verify", "2",
                                        "-tls1_3", "-num_tickets", "0", *files], "1")
    time.sleep(0.4)
    client = Program(network.sender, ["openssl", "s_time", "-connect", f"{network.address}:5307", "-new",
                                      "-time", str(seconds), *files], "0")
    said, client_cpu = client.end()
    _, server_cpu = server.end(limit=5, stop_signal=signal.SIGTERM)
    count = int(re.search(r"(\d+) connections in [0-9.]+ real", said).group(1)) if "real" in said else \
        int(re.search(r"(\d+) connections in", said).group(1))
    return {"per_second": count / seconds, "client_us": client_cpu / count * 1e6,
            "cpu": client_cpu + server_cpu}
