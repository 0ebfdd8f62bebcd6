# The steps of .ci/run. Reads $results; keeps $passed, $failed and $skipped, and the session that runs in $running.

step() { printf '\n== %s\n' "$1"; }
pass() { passed=$((passed + 1)); printf 'passed: %s\n' "$1"; }
fail() { failed=$((failed + 1)); printf 'FAILED: %s\n' "$1" | tee -a "$results/failures.txt"; }

# An SDK that global.json accepts: the one that is there, or one installed below artifacts/.
require_sdk() {
  if dotnet --version >/dev/null 2>&1; then dotnet --version; return 0; fi
  export DOTNET_ROOT=$PWD/artifacts/dotnet PATH=$PWD/artifacts/dotnet:$PATH
  if dotnet --version >/dev/null 2>&1; then dotnet --version; return 0; fi
  mkdir -p artifacts && curl -fsSL https://dot.net/v1/dotnet-install.sh -o artifacts/dotnet-install.sh &&
    bash artifacts/dotnet-install.sh --channel 10.0 --install-dir "$DOTNET_ROOT" && dotnet --version
}

# The browser of tests/Samples.Browser, which are skipped without it: installed where this is root on Debian.
require_browser() {
  command -v chromium || { [ "$(id -u)" -eq 0 ] && DEBIAN_FRONTEND=noninteractive timeout 240 sh -c "apt-get install -y chromium || { apt-get update && apt-get install -y chromium; }"; }
} > /dev/null 2>&1 < /dev/null

# guarded SECONDS NAME COMMAND...: runs the command in a session of its own. One that takes too long has what it waits for printed before it
# is killed, so that a hang ends in something to read.
guarded() {
  local limit=$1 name=$2 waited=0 pid status; shift 2
  setsid "$@" & pid=$!; running=$pid
  while kill -0 "$pid" 2>/dev/null; do
    if [ "$waited" -ge "$limit" ]; then
      printf 'HANG: %s has taken more than %s s\n' "$name" "$limit"
      dump_session "$pid" "$name"
      kill -KILL -- "-$pid" 2>/dev/null
      wait "$pid" 2>/dev/null
      return 124
    fi
    sleep 1; waited=$((waited + 1))
  done
  wait "$pid"; status=$?
  [ "$status" -eq 0 ] || printf '%s ended with exit code %s\n' "$name" "$status"
  return "$status"
}

# Who waits, in every process of a session: its threads with their state and where in the kernel they are, then its greenlets (a patched
# process prints them on SIGQUIT), then a core file for a debugger.
dump_session() {
  local session=$1 name=$2 pid task
  for pid in $(ps -o pid= --sid "$session"); do
    printf -- '-- process %s: %s\n' "$pid" "$(tr '\0' ' ' < "/proc/$pid/cmdline")"
    for task in $(ls -d /proc/"$pid"/task/* | head -n 60); do
      printf '   thread %s %-16s %s in %s\n' "${task##*/}" "$(cat "$task/comm")" "$(awk '/^State/ {print $2 $3}' "$task/status")" "$(cat "$task/wchan" 2>/dev/null)"
    done
    createdump=$(sed -n 's|.* \(/.*\)/libcoreclr.so$|\1/createdump|p' "/proc/$pid/maps" | head -n 1)
    if [ -x "$createdump" ]; then timeout 60 "$createdump" --normal -f "$results/$name.$pid.dmp" "$pid"; fi
    kill -QUIT "$pid"
  done
  sleep 5
} 2>/dev/null

# count_tests DIRECTORY EXIT-CODE: adds up the results of all test projects. A run that failed without a failed test (a crash, a hang) counts as one.
count_tests() {
  local p f s
  p=$(outcomes "$1" Passed) f=$(outcomes "$1" Failed) s=$(outcomes "$1" NotExecuted)
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  printf '%s tests passed, %s failed, %s skipped\n' "$p" "$f" "$s"
  [ "$f" -eq 0 ] || failures "$1" >> "$results/failures.txt"
  if [ "$2" -ne 0 ] && [ "$f" -eq 0 ]; then fail "the test run itself: exit code $2"; fi
  if [ "$p" -eq 0 ]; then fail "no test ran"; fi
  find "$1" -name 'Sequence*.xml' -exec sh -c 'echo "a test host was ended; its last tests:"; tail -n 4 "$1"' _ {} \; 2>/dev/null
}

outcomes() { find "$1" -name '*.trx' -exec cat {} + 2>/dev/null | grep -o '<UnitTestResult [^>]*' | grep -c "outcome=\"$2\""; }

# failures DIRECTORY: the failed tests of all projects, each with the beginning of what it said.
failures() {
  find "$1" -name '*.trx' -exec cat {} + 2>/dev/null | awk -v RS='<UnitTestResult ' '
    /^[^>]*outcome="Failed"/ {
      name = $0; sub(/.*testName="/, "", name); sub(/".*/, "", name)
      said = $0; if (!sub(/.*<Message>/, "", said)) said = ""; sub(/<\/Message>.*/, "", said)
      printf "FAILED: %s\n%s\n", name, substr(said, 1, 4000)
    }'
}

# soak NAME KIND SECONDS [VARIABLE=VALUE...]: the short soak on that kind of fiber, in that configuration of the runtime. What is stuck says so itself after 40 s.
soak() {
  local name="soak $1 on $2 fibers" kind=$2 seconds=$3; shift 3
  if guarded 120 "${name// /-}" env "$@" PATCHY_FIBER="$kind" dotnet run -c Release --no-build --project bench/Patchy.Bench -- soak "$seconds"; then pass "$name"; else fail "$name"; fi
}

# count_samples LOG EXIT-CODE: adds up the last line of samples/run, behind which comes only that it has failed. A runner that did not come that far counts as one failure.
count_samples() {
  local p f s
  grep '^FAILED: ' "$1" >> "$results/failures.txt"
  if [[ $(tail -n 2 "$1" | grep ' passed, ') =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
    p=${BASH_REMATCH[1]} f=${BASH_REMATCH[2]} s=${BASH_REMATCH[3]}
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    if [ "$2" -ne 0 ] && [ "$f" -eq 0 ]; then fail "the runner of the samples: exit code $2"; fi
    if [ "$p" -eq 0 ]; then fail "no sample ran"; fi
  else
    fail "the runner of the samples did not finish: exit code $2"
  fi
}

# check_sample FOLDER: its check.sh decides; or else its output must match expected.txt line by line, each line being an extended regular expression.
check_sample() {
  local name=${1##*/} output=$results/${1##*/}.out
  if [ -f "$1/check.sh" ]; then
    if guarded 300 "$name" bash "$1/check.sh"; then pass "sample $name"; else fail "sample $name"; fi
  elif [ -f "$1/expected.txt" ]; then
    if guarded 120 "$name" dotnet run -c Release --no-build --project "$1" > "$output" && matches "$output" "$1/expected.txt"; then
      pass "sample $name"
    else
      fail "sample $name, which printed:"; cat "$output"
    fi
  else
    fail "sample $name has neither check.sh nor expected.txt"
  fi
}

matches() {
  local pattern line
  [ "$(wc -l < "$1")" -eq "$(wc -l < "$2")" ] || return 1
  while IFS= read -r pattern <&3 && IFS= read -r line <&4; do
    [[ $line =~ ^$pattern$ ]] || { printf 'expected: %s\nprinted:  %s\n' "$pattern" "$line"; return 1; }
  done 3< "$2" 4< "$1"
}
