"""Two network namespaces joined by a veth pair, and each one's loopback: no route leads out."""
import subprocess


class Namespace:
    """Kept by a process that sleeps in it; gone when that ends."""

    def __init__(self):
        self.holder = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "ip link set lo up && echo up && exec sleep 7200"],
            stdout=subprocess.PIPE, text=True)
        if self.holder.stdout.readline() != "up\n":
            raise RuntimeError("no network namespace here: run as root")

    def command(self, words):
        return ["nsenter", "--net", "--target", str(self.holder.pid), *words]

    def run(self, *words):
        subprocess.run(self.command(words), check=True, stdout=subprocess.DEVNULL)

    def close(self):
        self.holder.kill()
        self.holder.wait()


class Network:
    """`sender` and `receiver`, 10.9.0.1 and 10.9.0.2, MTU 1500; or one namespace and its loopback."""

    def __init__(self, kind, congestion="cubic", offloads=True):
        self.kind = kind
        self.sender = Namespace()
        self.receiver = self.sender if kind == "loopback" else Namespace()
        self.address = "127.0.0.1" if kind == "loopback" else "10.9.0.2"
        if kind == "veth":
            self.sender.run("ip", "link", "add", "a", "mtu", "1500", "type", "veth", "peer", "name",
                            "b", "netns", str(self.receiver.holder.pid))
            for end, link, address in ((self.sender, "a", "10.9.0.1/24"),
                                       (self.receiver, "b", "10.9.0.2/24")):
                end.run("ip", "address", "add", address, "dev", link)
                end.run("ip", "link", "set", link, "up")
                if not offloads:
                    end.run("ethtool", "-K", link, "tso", "off", "gso", "off", "gro", "off")
        for end in (self.sender, self.receiver):
            # For every program alike, also those without an option for it.
            end.run("sysctl", "-q", f"net.ipv4.tcp_congestion_control={congestion}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sender.close()
        if self.receiver is not self.sender:
            self.receiver.close()
