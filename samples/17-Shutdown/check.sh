# The signal, once it sleeps, ends it at once and with exit code 0.
# (A shell has its background jobs ignore SIGQUIT; env undoes that.)
unset PATCHY_DUMP_ON_SIGQUIT
env --default-signal=QUIT "$1" > "$2" & pid=$!
for _ in $(seq 300); do [ -s "$2" ] && break; sleep 0.1; done
kill -QUIT "$pid"
wait "$pid" || { echo "exit code $?"; exit 1; }
diff - <(sed "s/process $pid/process N/" "$2") <<'TEXT'
process N sleeps
the sleeper was woken and tidies up
clean shutdown
TEXT
