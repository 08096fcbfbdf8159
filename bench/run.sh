#!/usr/bin/env bash
# One TCP flow through two network namespaces of this machine: the bare link, wireguard-go and Taltun, each in turn,
# several rounds, so that a slow minute of the machine hits all of them. Prints the median and the range of each.
# usage: bench/run.sh [CONTENDER...]    CONTENDER: raw wireguard-go taltun taltun:aes-256-gcm taltun:chacha20-poly1305
# environment: ROUNDS (3), SECONDS_EACH (5), JAR (target/taltun.jar), JAVA, JAVA_HOME
#
#   namespace a                                    namespace b
#   iperf3 -c 10.77.0.2 > tunnel > 172.31.9.1 === 172.31.9.2 > tunnel > iperf3 -s
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
ROUNDS=${ROUNDS:-3}
SECONDS_EACH=${SECONDS_EACH:-5}
JAR=$(readlink -f "${JAR:-$here/../target/taltun.jar}")
JAVA=${JAVA:-${JAVA_HOME:+$JAVA_HOME/bin/}java}
contenders=("$@")
[ ${#contenders[@]} -gt 0 ] || contenders=(raw wireguard-go taltun:chacha20-poly1305 taltun:aes-256-gcm)
[ "$(id -u)" = 0 ] || { echo "bench/run.sh makes network namespaces: run it as root (sudo make bench)." >&2; exit 1; }
for tool in ip ping iperf3 wg wireguard-go; do
  command -v $tool >/dev/null || { echo "bench/run.sh needs $tool: make test installs what it needs." >&2; exit 1; }
done

scratch=$(mktemp -d)
id=$$
a=tb$id-a
b=tb$id-b
pids=()
in_a() { ip netns exec "$a" "$@"; }

lab_down() {
  local pid
  [ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null || true
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  pids=()
  ip netns del "$a" 2>/dev/null || true
  ip netns del "$b" 2>/dev/null || true
}
trap 'lab_down; rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

lab_up() {
  local name
  ip netns add "$a"
  ip netns add "$b"
  ip link add link0 netns "$a" type veth peer name link0 netns "$b"
  ip -n "$a" addr add 172.31.9.1/24 dev link0
  ip -n "$b" addr add 172.31.9.2/24 dev link0
  for name in "$a" "$b"; do
    ip -n "$name" link set lo up
    ip -n "$name" link set link0 up
  done
}

up_raw() { target=172.31.9.2; }

up_wireguard-go() {
  local end peer n
  for n in 1 2; do (umask 077; wg genkey >"$scratch/$n.key"; wg pubkey <"$scratch/$n.key" >"$scratch/$n.pub"); done
  for n in 1 2; do
    [ $n = 1 ] && end=$a || end=$b
    peer=$((3 - n))
    WG_PROCESS_FOREGROUND=1 ip netns exec "$end" wireguard-go "w$id$n" >"$scratch/$n.log" 2>&1 &
    pids+=($!)
    for _ in $(seq 100); do [ -S "/var/run/wireguard/w$id$n.sock" ] && break; sleep .05; done
    ip netns exec "$end" wg set "w$id$n" private-key "$scratch/$n.key" listen-port 51820 \
      peer "$(cat "$scratch/$peer.pub")" endpoint "172.31.9.$peer:51820" allowed-ips "10.77.0.$peer/32" || return
    ip -n "$end" addr add "10.77.0.$n/24" dev "w$id$n"
    ip -n "$end" link set "w$id$n" mtu 1420 up
  done
}

up_taltun() {
  local n peer end cipher=${1:-auto} taltun=("$JAVA" --enable-native-access=ALL-UNNAMED -jar "$JAR")
  for n in 1 2; do (umask 077; wg genkey >"$scratch/$n.key"; wg pubkey <"$scratch/$n.key" >"$scratch/$n.pub"); done
  for n in 1 2; do
    [ $n = 1 ] && end=$a || end=$b
    peer=$((3 - n))
    (umask 077; cat >"$scratch/$n.toml" <<TOML
[interface]
mode = "server"
tun_name = "t$id$n"
local_addr = "0.0.0.0:51820"
vip = "10.77.0.$n/24"
private_key_file = "$scratch/$n.key"
mtu = 1420
cipher = "$cipher"
[[peers]]
public_key = "$(cat "$scratch/$peer.pub")"
vip = "10.77.0.$peer"
endpoint = "172.31.9.$peer:51820"
TOML
    )
    ip netns exec "$end" "${taltun[@]}" up -c "$scratch/$n.toml" >"$scratch/$n.log" 2>&1 &
    pids+=($!)
  done
}

# One round of one contender: prints Gbit/s as the receiver counted them, or why there is none.
measure() {
  target=10.77.0.2
  lab_up
  case $1 in
    *:*) "up_${1%%:*}" "${1#*:}" || return ;;
    *) "up_$1" || return ;;
  esac
  local ready=
  for _ in $(seq 200); do in_a ping -c1 -W1 "$target" >/dev/null 2>&1 && ready=1 && break; sleep .05; done
  if [ -z "$ready" ]; then
    echo "$1: no ping through the tunnel" >&2
    tail -n 5 "$scratch"/*.log >&2 || true
    return 1
  fi
  ip netns exec "$b" iperf3 -s >/dev/null 2>&1 &
  pids+=($!)
  sleep .5
  in_a iperf3 -c "$target" -t 2 >/dev/null
  sleep .3
  in_a iperf3 -c "$target" -t "$SECONDS_EACH" -f m | awk '/receiver/ { printf "%.3f\n", $(NF - 2) / 1000 }' >>"$scratch/${1/:/-}.figures"
}

for round in $(seq "$ROUNDS"); do
  for contender in "${contenders[@]}"; do
    echo "round $round of $ROUNDS: $contender" >&2
    measure "$contender" || true
    lab_down
  done
done

echo "One TCP flow, Gbit/s, median of $ROUNDS rounds of $SECONDS_EACH s, $(nproc) cores shared by both ends and iperf3:"
printf '%-26s %9s %9s %9s\n' contender median least most
for contender in "${contenders[@]}"; do
  figures=$scratch/${contender/:/-}.figures
  [ -s "$figures" ] || { printf '%-26s %9s\n' "$contender" failed; continue; }
  sort -n "$figures" | awk -v name="$contender" '{ v[NR] = $1 } END { printf "%-26s %9.3f %9.3f %9.3f\n", name, v[int((NR + 1) / 2)], v[1], v[NR] }'
done
