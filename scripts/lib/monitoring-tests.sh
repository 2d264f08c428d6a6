# shellcheck shell=bash
# Tries what is packed for Prometheus and Grafana: each alert fires and keeps silent when it should, and a real Prometheus
# scrapes a real runner and has an answer to every query of the dashboard. To be sourced after package-tests.sh.

PROMETHEUS_PID=

test_monitoring() {
  local http prometheus member bus work=$PACKAGE_SCRATCH/prometheus
  ensure_apt_packages "tests of rules and dashboard" prometheus nodejs
  say "testing rules and dashboard"
  expect SUCCESS promtool check rules conf/prometheus/berth-rules.yaml
  expect SUCCESS promtool test rules src/test/prometheus/berth-rules-test.yaml
  test_alerts_are_documented
  mkdir -p "$work"
  read -r http prometheus member bus < <(free_ports 4)
  RUNNER_COMMAND=(scripts/berth)
  start_runner docker --cluster --set "http.port=$http" \
    --set "cluster.members=127.0.0.1:$member" --set "cluster.memberPort=$member" --set "cluster.busPort=$bus"
  expect_call monitored scripts/berth call "$RUNNER"
  start_prometheus "$work" "$http" "$prometheus"
  expect "queries answered" node src/test/prometheus/dashboard-test.js conf/grafana/berth.json "http://127.0.0.1:$prometheus"
  expect '"health":"ok"' curl -sS "http://127.0.0.1:$prometheus/api/v1/rules"
  [[ $(curl -sS "http://127.0.0.1:$prometheus/api/v1/rules") != *'"health":"err"'* ]] || die "a rule cannot be evaluated"
  stop_prometheus
  stop_runner_clean docker
}

# The page says what to do for each alert there is, and for no other.
test_alerts_are_documented() {
  local page=src/site/markdown/operations.md
  diff <(sed -n 's/^ *- alert: //p' conf/prometheus/berth-rules.yaml | sort) <(sed -n 's/^| `\(Berth[A-Za-z]*\)` |.*/\1/p' "$page" | sort) ||
    die "the alerts of $page are not those of conf/prometheus/berth-rules.yaml"
}

# start_prometheus FOLDER RUNNER-PORT PORT
start_prometheus() {
  cat >"$1/prometheus.yml" <<END
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: ['$PWD/conf/prometheus/berth-rules.yaml']
scrape_configs:
  - job_name: berth
    static_configs: [{ targets: ['127.0.0.1:$2'] }]
END
  prometheus --config.file="$1/prometheus.yml" --storage.tsdb.path="$1/data" --web.listen-address="127.0.0.1:$3" \
    --log.level=warn >"$1/log" 2>&1 </dev/null &
  PROMETHEUS_PID=$!
  await 20 curl -sSf "http://127.0.0.1:$3/-/ready" || die "Prometheus does not start: $(tail -n 5 "$1/log")"
}

stop_prometheus() {
  [[ -z $PROMETHEUS_PID ]] || {
    kill "$PROMETHEUS_PID" 2>/dev/null || true
    wait "$PROMETHEUS_PID" 2>/dev/null || true
  }
  PROMETHEUS_PID=
}
