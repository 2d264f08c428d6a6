# shellcheck shell=bash
# The demo of a cluster: three nodes on loopback, of which one is killed. To be sourced by scripts/demo.

declare -A NODE_PID NODE_PORT

# start_node NUMBER: starts it, and waits until it takes calls.
start_node() {
  local i=$1 out=$work/node-$1.out end=$((SECONDS + 60))
  : >"$out"
  scripts/berth run --cluster --engine "$engine" --port "$((base + 3 * i))" --set "node.id=node-$i" \
    --set grpc.host=127.0.0.1 --set "worker.socketRoot=$work/sockets-$i" --set node.rehearsalCalls=0 \
    --set "cluster.memberPort=$((base + 3 * i + 1))" --set "cluster.busPort=$((base + 3 * i + 2))" \
    --set "cluster.members=127.0.0.1:$((base + 4)) 127.0.0.1:$((base + 7)) 127.0.0.1:$((base + 10))" \
    --set registry.maxMemory=256MiB >"$out" 2>"$work/node-$i.log" </dev/null &
  NODE_PID[$i]=$!
  NODE_PORT[$i]=$((base + 3 * i))
  until grep -q ' listening on ' "$out"; do
    kill -0 "${NODE_PID[$i]}" 2>/dev/null && ((SECONDS < end)) || die "node-$i did not start: $(tail -n 3 "$work/node-$i.log")"
    sleep 0.1
  done
}

# await_up COUNT: until node-1 sees so many others.
await_up() {
  local end=$((SECONDS + 60))
  until (($(table | grep -c '^node-.* UP ') == $1)); do
    ((SECONDS < end)) || die "node-1 does not see $1 others"
    sleep 0.3
  done
}

table() { scripts/berth status --cluster "127.0.0.1:${NODE_PORT[1]}" | sed -n '/^NODE/,$p'; }

# Some calls at a time, all sent to node-1: more than it has room for.
calls_to_first() {
  local i pids=()
  for i in 1 2 3 4 5 6; do
    scripts/berth call "127.0.0.1:${NODE_PORT[1]}" berth/test-fn -H 'X-Do: read; sleep 3000; send ok' --body x \
      >"$work/answer-$i" 2>"$work/call-$i.err" &
    pids+=($!)
  done
  sleep 2.5
  table | sed 's/^/    /'
  for i in "${pids[@]}"; do wait "$i" || die "a call failed: $(cat "$work"/call-*.err)"; done
  echo "    six calls sent to node-1, six answers: $(cat "$work"/answer-* | tr '\n' ' ')"
}

stop_nodes() {
  local i
  for i in "${!NODE_PID[@]}"; do kill -TERM "${NODE_PID[$i]}" 2>/dev/null || true; done
  for i in "${!NODE_PID[@]}"; do wait "${NODE_PID[$i]}" 2>/dev/null || true; done
}

demo_cluster() {
  local i
  base=$((12000 + RANDOM % 20000))
  heading "Three nodes, each with room for two calls of 128 MiB"
  for i in 1 2 3; do start_node "$i"; done
  await_up 2
  table | sed 's/^/    /'
  heading "Six calls at once, all sent to node-1"
  calls_to_first
  heading "node-3 is killed; calls go on"
  disown "${NODE_PID[3]}"
  kill -KILL "${NODE_PID[3]}"
  scripts/berth call "127.0.0.1:${NODE_PORT[1]}" berth/test-fn -H 'X-Do: read; send still%20here' --body x | sed 's/^/    /'
  echo
  await_up 1
  table | sed 's/^/    /'
  heading "node-3 is started again, and rejoins"
  start_node 3
  await_up 2
  table | sed 's/^/    /'
  heading "Stopping"
  stop_nodes
  printf '\nDone. Next: src/site/markdown/cluster.md.\n'
}
