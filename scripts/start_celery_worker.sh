#!/usr/bin/env bash
# Start one worker: start_celery_worker.sh [name] [level] [concurrency] [queues]
# Logs to logs/celery/worker_<name>.log and runs until it is stopped.
set -euo pipefail
cd "$(dirname "$0")/.."
name=${1:-worker} level=${2:-info} concurrency=${3:-} queues=${4:-}
case $name in *[!A-Za-z0-9_-]* | '')
  echo "name: only A-Z a-z 0-9 _ - are allowed" >&2; exit 2 ;;
esac
vigia=.venv/bin/vigia
[ -x "$vigia" ] || vigia=$(command -v vigia) || { echo "vigia is not installed: run 'make setup'" >&2; exit 5; }
mkdir -p logs/celery
log=logs/celery/worker_$name.log
echo "worker $name -> $log"
exec "$vigia" worker --name "$name" --log-level "$level" \
  ${concurrency:+--concurrency "$concurrency"} ${queues:+--queues "$queues"} >>"$log" 2>&1
