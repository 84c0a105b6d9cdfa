"""Bulk streams: each function sends for a while, and returns Gbit/s and CPU seconds a GB, both ends."""
import json
import re
import signal
import time

from peers.process import Program

SENDER, RECEIVER, BOTH = "0", "1", "0,1"


def _figures(octets, seconds, cpu):
    return {"gbit": octets * 8e-9 / seconds, "cpu_per_gb": cpu / (octets * 1e-9), "cpu": cpu}


def _engine(network, seconds, binary, kind, port, processors, options=()):
    """bench_engine's sender and receiver of this kind; the figures, and what each said."""
    common = ["--address", network.address, "--port", port, "--duration", f"{seconds * 1000:.0f}ms",
              *options]
    receiver = Program(network.receiver, [f"{binary}/bench_engine", f"{kind}receive", *common],
                       processors[1])
    time.sleep(0.3)
    sender = Program(network.sender, [f"{binary}/bench_engine", f"{kind}send", *common], processors[0])
    said, sender_cpu = sender.end()
    heard, receiver_cpu = receiver.end()
    if not said.startswith("{") or not heard.startswith("{"):
        raise RuntimeError(f"bench_engine: {said} {heard}")
    sent, received = json.loads(said), json.loads(heard)
    return _figures(received["bytes"], received["seconds"], sender_cpu + receiver_cpu), sent


def leadline(network, seconds, binary, streams=1, mode="ceiling", tls=None, cipher="", cap="", pauses=True):
    options = ["--streams", str(streams), "--mode", mode, "--max-rate", cap]
    if tls:
        options += ["--tls", tls, "--cipher", cipher]
    if not pauses:
        options.append("--no-pauses")
    figures, sent = _engine(network, seconds, binary, "", "5300",
                            (BOTH, BOTH) if streams > 1 else (SENDER, RECEIVER), options)
    return figures | {"sending": sent["sending"]}


def bare(network, seconds, binary, streams=1):
    """The same system calls without the engine around them."""
    return _engine(network, seconds, binary, "bare-", "5309",
                   (BOTH, BOTH) if streams > 1 else (SENDER, RECEIVER), ["--streams", str(streams)])[0]


def asio_ssl_stream(network, seconds, binary, certificates):
    return _engine(network, seconds, binary, "asio-", "5308", (SENDER, RECEIVER),
                   ["--tls", certificates, "--cipher", "aes128gcm"])[0]


def iperf3(network, seconds, streams=1, options=()):
    wide = streams > 1
    server = Program(network.receiver, ["iperf3", "-s", "-1", "-p", "5301"],
                     BOTH if wide else RECEIVER)
    time.sleep(0.3)
    client = Program(network.sender, ["iperf3", "-c", network.address, "-p", "5301", "-J", "-P",
                                      str(streams), "-t", str(seconds), *options],
                     BOTH if wide else SENDER)
    said, client_cpu = client.end()
    _, server_cpu = server.end()
    received = json.loads(said)["end"]["sum_received"]
    return _figures(received["bytes"], received["seconds"], client_cpu + server_cpu)


def nuttcp(network, seconds):
    server = Program(network.receiver, ["nuttcp", "-S", "--nofork", "-1", "-P", "5302", "-p", "5303"],
                     RECEIVER)
    time.sleep(0.3)
    client = Program(network.sender, ["nuttcp", "-t", "-P", "5302", "-p", "5303", f"-T{seconds}",
                                      "-fparse", network.address], SENDER)
    said, client_cpu = client.end()
    _, server_cpu = server.end(limit=5, stop_signal=signal.SIGTERM)
    rate = float(re.search(r"rate_Mbps=([0-9.]+)", said).group(1)) / 1000
    return _figures(rate * 1e9 / 8 * seconds, seconds, client_cpu + server_cpu)


def qperf(network, seconds):
    server = Program(network.receiver, ["qperf", "-lp", "5304"], RECEIVER)
    time.sleep(0.3)
    client = Program(network.sender, ["qperf", "-lp", "5304", "-ip", "5305", "-t", str(seconds), "-uu",
                                      "-m", "256K", network.address, "tcp_bw"], SENDER)
    said, client_cpu = client.end()
    _, server_cpu = server.end(limit=5, stop_signal=signal.SIGTERM)
    octets_per_second = float(re.search(r"bw\s*=\s*([0-9.e+]+)", said).group(1))
    return _figures(octets_per_second * seconds, seconds, client_cpu + server_cpu)


def nginx_and_wrk(network, seconds, directory, certificates):
    """One TLS connection that fetches a large file again and again."""
    configuration = f"{directory}/nginx.conf"
    with open(f"{directory}/blob", "wb") as blob, open("/dev/urandom", "rb") as noise:
        blob.write(noise.read(16 << 20))
    with open(configuration, "w", encoding="ascii") as file:
        file.write(f"""daemon off; master_process off; pid {directory}/nginx.pid;
error_log {directory}/nginx.log; events {{}}
http {{ access_log off; sendfile on; keepalive_requests 1000000;
  server {{ listen {network.address}:5306 ssl; root {directory};
    ssl_certificate {certificates}/tls.crt; ssl_certificate_key {certificates}/tls.key;
    ssl_protocols TLSv1.3; ssl_buffer_size 16k; ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256; }} }}
""")
    server = Program(network.receiver, ["nginx", "-c", configuration], RECEIVER)
    time.sleep(0.5)
    client = Program(network.sender, ["wrk", "-t1", "-c1", f"-d{seconds}s",
                                      f"https://{network.address}:5306/blob"], SENDER)
    said, client_cpu = client.end()
    _, server_cpu = server.end(limit=5, stop_signal=signal.SIGTERM)
    requests = int(re.search(r"(\d+) requests in", said).group(1))
    took = float(re.search(r"requests in ([0-9.]+)s", said).group(1))
    return _figures(requests * (16 << 20), took, client_cpu + server_cpu)


def openssl_speed(network, seconds):
    """What one core encrypts, without any network: the ceiling of TLS."""
    program = Program(network.sender, ["openssl", "speed", "-elapsed", "-seconds", str(seconds), "-bytes",
                                       "16384", "-evp", "aes-128-gcm"], SENDER)
    said, cpu = program.end()
    rate = float(re.findall(r"AES-128-GCM\s+([0-9.]+)k", said)[-1]) * 1000
    return _figures(rate * seconds, seconds, cpu)
