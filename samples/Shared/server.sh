# For the check.sh of samples that serve until they are told to end.

# serve PROGRAM OUTPUT ARGUMENTS...: starts it; once it has printed where it listens, $address is that, as 127.0.0.1:5000, and $port its port.
serve() {
  local program=$1 output=$2; shift 2
  : > "$output" # the first look may come before the program's own redirection
  "$program" "$@" > "$output" & server=$!
  trap 'kill -KILL "$server" 2> /dev/null' EXIT
  for _ in $(seq 300); do
    address=$(grep -Eom1 '127\.0\.0\.1:[0-9]+' "$output") && port=${address#*:} && return
    kill -0 "$server" 2> /dev/null || break
    sleep 0.1
  done
  echo "the server does not listen"; exit 1
}

# stop: ends it with SIGTERM, and it must end well.
stop() {
  kill -TERM "$server"
  wait "$server" || { echo "the server has ended with exit code $?"; exit 1; }
  trap - EXIT
}
