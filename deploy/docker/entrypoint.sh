#!/bin/sh
# Runs an agent with the sidecar beside it in one container: ENTRYPOINT ["entrypoint.sh"], CMD the
# agent.
#
# The agent is what counts. Signals go to it, and its exit code is the container's. The sidecar never
# takes it along: when it dies it is started again, after waits from 1 s that double up to 60 s. When
# the agent has ended, the sidecar gets SIGTERM, and SIGKILL 5 s later.
#
# WORKSPACE_BEAT names another sidecar program than workspace-beat. It needs sh, date and sleep.
set -u

if [ $# -eq 0 ]; then
  echo 'entrypoint.sh: expected the agent and its arguments: entrypoint.sh AGENT [ARGUMENT...]' >&2
  exit 64
fi

agent='' early='' interrupted='' sidecar='' stopping='' killer=''

say() {
  echo "entrypoint.sh: $1" >&2
}

# Waits for a child of this shell, whatever signals come in between, and leaves its code in $code.
await() { # PID
  while :; do
    interrupted=
    wait "$1"
    code=$?
    [ -n "$interrupted" ] || return 0
    if ! kill -0 "$1" 2>/dev/null; then
      # The shell has reaped it meanwhile: it may know more than what ended the wait.
      wait "$1" 2>/dev/null
      late=$?
      [ "$late" -eq 127 ] || code=$late
      return 0
    fi
  done
}

# shellcheck disable=SC2317,SC2329 # traps call it
forward() { # SIGNAL
  interrupted=yes
  if [ -n "$agent" ]; then kill -s "$1" "$agent" 2>/dev/null; else early=$1; fi
}

# shellcheck disable=SC2317,SC2329 # likewise
stop_sidecar() {
  interrupted=yes stopping=yes
  [ -n "$sidecar" ] || return 0
  kill -s TERM "$sidecar" 2>/dev/null
  { sleep 5 && kill -s KILL "$sidecar"; } >/dev/null 2>&1 &
  killer=$!
}

# The sidecar, for as long as this shell is not told to stop.
keep_sidecar() {
  trap stop_sidecar TERM
  delay=1
  while [ -z "$stopping" ]; do
    since=$(date +%s)
    # What it has freed goes back to the machine: 1.3 MB (docs/deploy.md, Memory).
    MALLOC_TRIM_THRESHOLD_=${MALLOC_TRIM_THRESHOLD_:-131072} "${WORKSPACE_BEAT:-workspace-beat}" run &
    sidecar=$!
    [ -z "$stopping" ] || stop_sidecar # it was told so before it knew this one
    await "$sidecar"
    sidecar=
    [ -z "$stopping" ] || break
    case $code in
      64 | 77 | 78 | 126 | 127)
        say "the sidecar has ended with $code, and would again: the agent goes on without it"
        return
        ;;
    esac
    [ $(($(date +%s) - since)) -lt 60 ] || delay=1
    say "the sidecar has ended with $code: it is started again in $delay s"
    sleep "$delay" &
    sidecar=$! # so that a stop ends the sleep
    [ -z "$stopping" ] || stop_sidecar
    await "$sidecar"
    sidecar=
    delay=$((delay * 2))
    [ "$delay" -le 60 ] || delay=60
  done
  # It may be so new that it still has the trap of this shell, which would lose a SIGTERM.
  [ -z "$killer" ] || kill -s KILL "$killer" 2>/dev/null
}

# Who starts it may have closed standard input; what there is not, cannot be handed on.
{ true 3<&0; } 2>/dev/null || exec </dev/null

# A shell of its own keeps the sidecar, so that this one waits only for the agent. It is forked before
# the traps are set: a signal that a trap of this shell caught in its first moment would be lost.
keep_sidecar &
keeper=$!

for signal in HUP TERM USR1 USR2; do
  # shellcheck disable=SC2064 # each trap is for its own signal
  trap "forward $signal" "$signal"
done
# A shell without job control starts what is in the background with these two ignored.
if env --default-signal=INT,QUIT true 2>/dev/null; then
  set -- env --default-signal=INT,QUIT "$@"
  trap 'forward INT' INT
  trap 'forward QUIT' QUIT
else
  trap 'forward TERM' INT QUIT
fi
# A terminal gives them to everything that runs in it, so to the agent, too.
[ ! -t 0 ] || trap 'interrupted=yes' INT QUIT

# What is in the background reads nothing, unless it is told to.
exec 3<&0
"$@" <&3 3<&- &
started=$!
exec 3<&-
# Until then it still has the traps of this shell, which would lose a signal: it gets it afterwards.
sleep 0.1 2>/dev/null || sleep 1
agent=$started
[ -z "$early" ] || kill -s "$early" "$agent" 2>/dev/null
await "$agent"
agent_code=$code

kill -s TERM "$keeper" 2>/dev/null
await "$keeper"
exit "$agent_code"
