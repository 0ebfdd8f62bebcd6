# Two clients get the same three lines, each as it is produced, and go; the server notices.
. ../Shared/server.sh
serve "$1" "$2" --urls http://127.0.0.1:0
for client in 1 2; do (curl -sSN "$address" 2> /dev/null | head -n 3 > "$2.$client") & clients[client]=$!; done
wait "${clients[1]}" "${clients[2]}"
for client in 1 2; do
  IFS='"' read -r _ first _ < "$2.$client"
  first=${first##* }
  for number in "$first" $((first + 1)) $((first + 2)); do echo "\"Hello World $number\""; done | diff --label expected --label received -u - "$2.$client" || exit 1
done
for _ in $(seq 100); do [ "$(grep -c listen$ "$2")" -ge 4 ] && break; sleep 0.1; done
[ "$(grep listen$ "$2" | tail -n 1)" = "0 listen" ] || { echo "clients who have gone were not forgotten"; exit 1; }
stop
