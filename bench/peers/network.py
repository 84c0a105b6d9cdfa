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
    """`sender` and `receiver`, 10.9.0.1 and 10.9.0.2, MTU 1500; or one namespace and its loopback.

    The congestion control is set on the routes: for every program alike, also those without an option.
    Of so many packets one is lost on its way to the receiver, by chance; 0: none.
    """

    def __init__(self, kind, congestion="cubic", offloads=True, one_lost_of=0):
        self.kind, self.congestion, self.offloads, self.one_lost_of = kind, congestion, offloads, one_lost_of
        self.address = "127.0.0.1" if kind == "loopback" else "10.9.0.2"
        self.sender = self.receiver = None

    def __enter__(self):
        try:
            self.sender = Namespace()
            self.receiver = self.sender if self.kind == "loopback" else Namespace()
            if self.kind == "loopback":
                self.sender.run("ip", "route", "replace", "table", "local", "local", "127.0.0.1", "dev",
                                "lo", "src", "127.0.0.1", "congctl", self.congestion)
            else:
                self._join()
            return self
        except BaseException:
            self.__exit__()
            raise

    def _join(self):
        self.sender.run("ip", "link", "add", "east0", "type", "veth", "peer", "name", "west0",
                        "netns", str(self.receiver.holder.pid))
        for end, link, address in ((self.sender, "east0", "10.9.0.1"), (self.receiver, "west0", "10.9.0.2")):
            end.run("ip", "address", "add", f"{address}/24", "dev", link)
            end.run("ip", "link", "set", link, "up")
            end.run("ip", "route", "replace", "10.9.0.0/24", "dev", link, "src", address, "congctl",
                    self.congestion)
            if not self.offloads:
                end.run("ethtool", "-K", link, "tso", "off", "gso", "off", "gro", "off")
        if self.one_lost_of:
            self.receiver.run("nft", "table netdev loss { chain arriving { type filter hook ingress device "
                              f"west0 priority 0; numgen random mod {self.one_lost_of} 0 drop; }}; }}")

    def __exit__(self, *_):
        for end in {self.sender, self.receiver} - {None}:
            end.close()
