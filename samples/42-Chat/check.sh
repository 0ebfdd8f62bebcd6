# Two users without a browser: pages, backlog, a poll that waits for what the other says. tests/Samples.Browser does it with two browsers.
. ../Shared/server.sh
serve "$1" "$2" --urls http://127.0.0.1:0 --Logging:LogLevel:Microsoft.AspNetCore=Warning
expect() { [ "$2" = "$3" ] || { printf '%s\nexpected: %s\ngot:      %s\n' "$1" "$2" "$3"; exit 1; }; }
get() { curl -sS "$address$1"; }
status() { curl -sS -o /dev/null -w '%{http_code}' "$address$1" "${@:2}"; }
say() { status "/put/$1" --data-urlencode "message=$2"; }
plain() { sed 's/"number":[0-9]*,//g' "$@"; }

get / | cmp - choose.html && get /Ann | cmp - rooms.html && get /topic1/Ann | cmp - room.html || exit 1
expect "the rooms" '["topic1","topic2"]' "$(get /rooms.json)"
expect "a room that is not there" 404 "$(status /nowhere/Ann)"
expect "an empty message" 400 "$(say topic1/Ann ' ')"
expect "nothing is said yet" '[]' "$(get /backlog/topic1)"

for user in Bob Cy; do curl -sS -X POST "$address/poll/topic1?after=0" > "$2.$user" & polls+=($!); done
sleep 0.5
[ -s "$2.Bob" ] && { echo "a poll did not wait"; exit 1; }
expect "Ann speaks" 200 "$(say topic1/Ann 'Grüße, <b>你好</b> & hello')"
wait "${polls[@]}"
for user in Bob Cy; do
  expect "$user hears" '[{"name":"Ann","text":"Grüße, <b>你好</b> & hello"}]' "$(plain "$2.$user" | sed 's/\\u003C/</g; s/\\u003E/>/g; s/\\u0026/\&/g; s/\\u00FC/ü/g; s/\\u00DF/ß/g; s/\\u4F60/你/g; s/\\u597D/好/g')"
done
expect "the other room" '[]' "$(get /backlog/topic2)"

for number in $(seq 30); do say topic2/Bob "no. $number"; done > /dev/null
expect "the backlog" "$(seq -f '{"name":"Bob","text":"no. %g"}' 6 30 | paste -sd,)" "$(get /backlog/topic2 | plain | tr -d '[]')"
after=$(get /backlog/topic2 | grep -o '"number":[0-9]*' | tail -n 2 | head -n 1 | tr -dc 0-9)
expect "what comes after the last but one, at once" '[{"name":"Bob","text":"no. 30"}]' "$(curl -sS -X POST "$address/poll/topic2?after=$after" | plain)"
stop
