# Three clients at the same time, and an exit code of 0 at the end.
. ../Shared/server.sh
serve "$1" "$2" 127.0.0.1:0
greeting=$'Hello from a telnet!\n0\n1\n2\n3\n4'
for client in 1 2 3; do nc 127.0.0.1 "$port" > "$2.$client" & clients[client]=$!; done
for client in 1 2 3; do
  wait "${clients[client]}" || { echo "exit code $? of nc"; exit 1; }
  diff --label expected --label received -u <(echo "$greeting") "$2.$client" || exit 1
done
stop
