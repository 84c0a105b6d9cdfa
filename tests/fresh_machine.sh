#!/usr/bin/env bash
# Tries the README's two commands as a newcomer does: on a freshly installed Debian, as an ordinary user
# with sudo, from a clone. tests/fresh_machine.sh [SUITE [COMMAND]]; SUITE is bookworm unless given, and
# COMMAND, run in the clone, both of the README's. Needs root; takes Debian from where this machine does.
set -euo pipefail
cd "$(dirname "$0")/.."
suite=${1:-bookworm}
command=${2:-tests/demo.sh && tests/run.sh}
[ "$(id -u)" = 0 ] || { echo "fresh_machine: only root can install a system into a folder" >&2; exit 2; }

command -v debootstrap >/dev/null ||
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap >/dev/null
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' \
  'Label: Debian' | head -n 1)
[ -n "$mirror" ] || { echo "fresh_machine: this machine takes no packages from Debian" >&2; exit 1; }

root=$(mktemp -d /var/tmp/fresh_machine.XXXXXX)
# The mounts are in a namespace of their own and end with it.
trap 'rm -rf --one-file-system "$root" "$root.log"' EXIT
chmod 755 "$root"
echo "fresh_machine: installing $suite into $root"
debootstrap --variant=minbase --include=ca-certificates,git,sudo "$suite" "$root" "$mirror" \
  >"$root.log" 2>&1 || { tail "$root.log" >&2; exit 1; }
cp /etc/resolv.conf /etc/hosts "$root/etc/"
chroot "$root" useradd --create-home --shell /bin/bash newcomer
echo 'newcomer ALL=(ALL) NOPASSWD:ALL' >"$root/etc/sudoers.d/newcomer"
git clone --quiet . "$root/home/newcomer/leadline"
chroot "$root" chown -R newcomer: /home/newcomer

# pivot_root, since within a chroot Linux permits no user namespaces.
unshare --mount --pid --fork --kill-child bash -euc '
  root=$1
  mount --make-rprivate /
  mount --bind "$root" "$root"
  cd "$root"
  mount -t proc proc proc
  mount --rbind /sys sys
  # With the permissions that udev gives: those of this machine may be stricter.
  mount -t tmpfs -o mode=755 tmpfs dev
  mkdir dev/net dev/pts dev/shm
  while read -r name major minor; do mknod -m 666 "dev/$name" c "$major" "$minor"; done <<END
null 1 3
zero 1 5
full 1 7
random 1 8
urandom 1 9
tty 5 0
net/tun 10 200
END
  mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts dev/pts
  ln -s pts/ptmx dev/ptmx
  ln -s /proc/self/fd dev/fd
  for i in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${i%:*}" "dev/${i#*:}"; done
  mount -t tmpfs -o mode=1777 tmpfs dev/shm
  mount -t tmpfs -o mode=1777 tmpfs tmp
  mkdir old
  pivot_root . old
  cd /
  umount --lazy old
  rmdir old
  exec su - newcomer -c "cd leadline && $2"' newcomer "$root" "$command"
