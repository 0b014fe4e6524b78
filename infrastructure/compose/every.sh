#!/bin/sh
# Run a command now, and again every so many seconds; one that failed, after a minute at most: every.sh SECONDS COMMAND...
# A cluster has its CronJobs for this.
set -u
seconds=$1
shift
trap 'exit 0' TERM INT
while :; do
	pause=$seconds
	if "$@"; then
		touch /tmp/succeeded
	else
		rm -f /tmp/succeeded
		[ "$pause" -lt 60 ] || pause=60
	fi
	sleep "$pause" &
	wait $!
done
