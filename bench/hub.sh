#!/usr/bin/env bash
# One TCP flow from spoke to spoke through a hub, in three network namespaces of this machine: three wireguard-go (the
# hub's kernel forwards), three Taltun (the hub's engine relays), and Taltun with a lighthouse in the hub's place (which
# relays too), each in turn, several rounds. Prints the median and the range of each, and the ratio to the first.
# usage: bench/hub.sh [CONTENDER...]    CONTENDER: wireguard-go, taltun[:CIPHER], lighthouse[:CIPHER]
#                                       CIPHER: aes-256-gcm chacha20-poly1305
# environment: ROUNDS (3), SECONDS_EACH (5), TALTUN (bin/taltun), SETTLE (5 seconds from the first ping to the first flow),
#              WARM (8 seconds of that flow, which does not count)
#
#   namespace 1                        namespace 9 (hub)                          namespace 2
#   iperf3 -c 10.77.0.2 > tunnel === 172.31.1.9 > tunnel > 172.31.2.9 === tunnel > iperf3 -s
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
ROUNDS=${ROUNDS:-3}
SECONDS_EACH=${SECONDS_EACH:-5}
SETTLE=${SETTLE:-5}
WARM=${WARM:-8}
TALTUN=${TALTUN:-$here/../bin/taltun}
contenders=("$@")
[ ${#contenders[@]} -gt 0 ] || contenders=(wireguard-go taltun:chacha20-poly1305 taltun:aes-256-gcm)
[ "$(id -u)" = 0 ] || { echo "bench/hub.sh makes network namespaces: run it as root." >&2; exit 1; }
for tool in ip ping iperf3 wg wireguard-go; do
  command -v $tool >/dev/null || { echo "bench/hub.sh needs $tool: make test installs what it needs." >&2; exit 1; }
done

scratch=$(mktemp -d)
id=$$
pids=()
ns() { echo "th$id-$1"; }
within() { local n=$1; shift; ip netns exec "$(ns "$n")" "$@"; }

lab_down() {
  local pid n
  [ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null || true
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  pids=()
  for n in 1 2 9; do ip netns del "$(ns $n)" 2>/dev/null || true; done
}
trap 'lab_down; rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

lab_up() {
  local n
  for n in 1 2 9; do
    ip netns add "$(ns $n)"
    ip -n "$(ns $n)" link set lo up
    (umask 077; wg genkey >"$scratch/$n.key"; wg pubkey <"$scratch/$n.key" >"$scratch/$n.pub")
  done
  for n in 1 2; do
    ip link add eth0 netns "$(ns $n)" type veth peer name "eth$n" netns "$(ns 9)"
    ip -n "$(ns $n)" addr add "172.31.$n.1/24" dev eth0
    ip -n "$(ns 9)" addr add "172.31.$n.9/24" dev "eth$n"
    ip -n "$(ns $n)" link set eth0 up
    ip -n "$(ns 9)" link set "eth$n" up
  done
}

# Arguments for "wg set" or lines of TOML: the peers of node $1.
peers_of() {
  case $1 in
    9) echo "1 - 10.77.0.1/32" && echo "2 - 10.77.0.2/32" ;;
    *) echo "9 172.31.$1.9:51820 10.77.0.0/24" ;;
  esac
}

up_wireguard-go() {
  local n peer endpoint allowed
  within 9 sysctl -qw net.ipv4.ip_forward=1
  for n in 9 1 2; do
    WG_PROCESS_FOREGROUND=1 ip netns exec "$(ns $n)" wireguard-go "h$id$n" >"$scratch/$n.log" 2>&1 &
    pids+=($!)
    for _ in $(seq 100); do [ -S "/var/run/wireguard/h$id$n.sock" ] && break; sleep .05; done
    within $n wg set "h$id$n" private-key "$scratch/$n.key" listen-port 51820
    while read -r peer endpoint allowed; do
      within $n wg set "h$id$n" peer "$(cat "$scratch/$peer.pub")" allowed-ips "$allowed" \
        $([ "$endpoint" = - ] || echo endpoint "$endpoint persistent-keepalive 10")
    done < <(peers_of $n)
    ip -n "$(ns $n)" addr add "10.77.0.$n/24" dev "h$id$n"
    ip -n "$(ns $n)" link set "h$id$n" mtu 1420 up
  done
}

up_taltun() {
  local n peer endpoint allowed cipher=${1:-auto}
  within 9 sysctl -qw net.ipv4.ip_forward=0
  for n in 9 1 2; do
    (umask 077; cat >"$scratch/$n.toml" <<TOML
[interface]
mode = "$([ $n = 9 ] && echo server || echo client)"
tun_name = "h$id$n"
local_addr = "0.0.0.0:51820"
vip = "10.77.0.$n/24"
private_key_file = "$scratch/$n.key"
mtu = 1420
cipher = "$cipher"
TOML
    while read -r peer endpoint allowed; do
      echo "[[peers]]"
      echo "public_key = \"$(cat "$scratch/$peer.pub")\""
      echo "vip = \"10.77.0.$peer\""
      [ "$endpoint" = - ] || echo "endpoint = \"$endpoint\"" && [ "$peer" != 9 ] || echo "allowed_ips = [\"$allowed\"]"
    done < <(peers_of $n) >>"$scratch/$n.toml")
    ip netns exec "$(ns $n)" "$TALTUN" up -c "$scratch/$n.toml" >"$scratch/$n.log" 2>&1 &
    pids+=($!)
  done
}

up_lighthouse() {
  local n cipher=${1:-auto}
  within 9 sysctl -qw net.ipv4.ip_forward=0
  for n in 9 1 2; do
    (cat <<TOML
[interface]
mode = "$([ $n = 9 ] && echo lighthouse || echo client)"
tun_name = "h$id$n"
local_addr = "0.0.0.0:51820"
private_key_file = "$scratch/$n.key"
mtu = 1420
cipher = "$cipher"
TOML
    [ $n = 9 ] || printf 'vip = "10.77.0.%s/24"\n[[peers]]\npublic_key = "%s"\nlighthouse = true\nendpoint = "172.31.%s.9:51820"\n' \
      $n "$(cat "$scratch/9.pub")" $n
    for peer in 1 2; do
      [ $peer = $n ] || printf '[[peers]]\npublic_key = "%s"\nvip = "10.77.0.%s"\n' "$(cat "$scratch/$peer.pub")" $peer
      [ $peer = $n ] || [ $n = 9 ] || echo 'path = "relay"'
    done) >"$scratch/$n.toml"
    ip netns exec "$(ns $n)" "$TALTUN" up -c "$scratch/$n.toml" >"$scratch/$n.log" 2>&1 &
    pids+=($!)
  done
}

# One round of one contender: writes Gbit/s as the receiver counted them, or says why there is none.
measure() {
  lab_up
  case $1 in
    *:*) "up_${1%%:*}" "${1#*:}" || return ;;
    *) "up_$1" || return ;;
  esac
  local ready=
  for _ in $(seq 200); do
    { [[ $1 = lighthouse* ]] || within 2 ping -c1 -W1 10.77.0.9 >/dev/null 2>&1; } && within 1 ping -c1 -W1 10.77.0.2 >/dev/null 2>&1 && ready=1 && break
    sleep .05
  done
  if [ -z "$ready" ]; then
    echo "$1: no ping from spoke to spoke" >&2
    tail -n 5 "$scratch"/*.log >&2 || true
    return 1
  fi
  ip netns exec "$(ns 2)" iperf3 -s >/dev/null 2>&1 &
  pids+=($!)
  sleep "$SETTLE"
  within 1 iperf3 -c 10.77.0.2 -t "$WARM" >/dev/null
  sleep .3
  within 1 iperf3 -c 10.77.0.2 -t "$SECONDS_EACH" -f m | awk '/receiver/ { printf "%.3f\n", $(NF - 2) / 1000 }' >>"$scratch/${1/:/-}.figures"
}

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

for round in $(seq "$ROUNDS"); do
  for contender in "${contenders[@]}"; do
    echo "round $round of $ROUNDS: $contender" >&2
    measure "$contender" || true
    lab_down
  done
done

echo "One TCP flow spoke-hub-spoke, Gbit/s, median of $ROUNDS rounds of $SECONDS_EACH s, $(nproc) cores shared by all:"
printf '%-26s %9s %9s %9s %9s\n' contender median least most ratio
for contender in "${contenders[@]}"; do
  figures=$scratch/${contender/:/-}.figures
  [ -s "$figures" ] || { printf '%-26s %9s\n' "$contender" failed; continue; }
  first=$scratch/${contenders[0]/:/-}.figures
  base=$([ -s "$first" ] && median "$first" || echo 0)
  sort -n "$figures" | awk -v name="$contender" -v base="$base" '{ v[NR] = $1 } END {
    m = v[int((NR + 1) / 2)]
    printf "%-26s %9.3f %9.3f %9.3f %9s\n", name, m, v[1], v[NR], (base > 0 ? sprintf("%.2f", m / base) : "-") }'
done
