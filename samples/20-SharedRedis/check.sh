# Against a Redis of its own, which keeps nothing.
folder=$(mktemp -d)
trap 'kill "$redis" 2> /dev/null; wait "$redis"; rm -rf "$folder"' EXIT
for port in 16379 16380 16381 16382; do
  : > "$folder/log" # the first look may come before redis has it
  redis-server --bind 127.0.0.1 --port "$port" --save "" --appendonly no --dir "$folder" > "$folder/log" & redis=$!
  for _ in $(seq 300); do grep -q "Ready to accept" "$folder/log" && break 2; kill -0 "$redis" 2> /dev/null || break; sleep 0.1; done
done
"$1" "127.0.0.1:$port" > "$2" || exit 1
diff "$2" - <<'TEXT'
1000 visits by 100 guests
100 greenlets were waiting for it at the same time
TEXT
