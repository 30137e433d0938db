#!/usr/bin/env bash
# Runs the tests as if it were another time: scripts/test-at.sh '2026-11-27 16:45:00' [arguments of Jest]
#
# The instant is UTC; the clock goes on from it. Needs the command `faketime` (Debian: apt-get install faketime). It moves
# the clock of Node and PostgreSQL, not that of Prometheus, a Go program. They stay together all the same: tests give
# Prometheus its samples with their times, and name the time of every query. Where Prometheus itself scrapes, the test
# takes the time from Prometheus. Take an instant that has passed: while PostgreSQL waits, its timers see the true time, and no
# wait for a lock would end by a time-out that is still to come.
set -eu
cd "$(dirname "$0")/.."
if ! command -v faketime >/dev/null; then
  echo 'faketime is not installed (Debian: apt-get install faketime)' >&2
  exit 2
fi
if [ $# -eq 0 ]; then
  sed -n '2s/^# //p' "$0" >&2
  exit 2
fi
instant=$1
shift
node scripts/install-once.mjs
# An offset, which is the same for every process: PostgreSQL runs as another user when this user is root.
offset=$(($(date -u -d "$instant" +%s) - $(date -u +%s)))
export TZ=UTC
exec faketime -f "$(printf '%+d' "$offset")s" node scripts/test.mjs "$@"
