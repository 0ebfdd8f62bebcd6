# The page, and on the wire the answer of the standard's own example, then unmasked text frames, a point in each.
# tests/Samples.Browser looks at the drawing.
. ../Shared/server.sh
serve "$1" "$2" --urls http://127.0.0.1:0
curl -sS "$address" | cmp - plot.html || exit 1
[ "$(curl -sS -o /dev/null -w '%{http_code}' "$address/points")" = 400 ] || { echo "a plain request got points"; exit 1; }

exec 3<> "/dev/tcp/127.0.0.1/$port"
printf 'GET /points HTTP/1.1\r\nHost: sample\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n' >&3
until [ "$line" = $'\r' ]; do IFS= read -r line <&3 || exit 1; echo "$line"; done > "$2.header"
grep -q '^HTTP/1.1 101 ' "$2.header" && grep -q $'^Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r$' "$2.header" || { cat "$2.header"; exit 1; }
for x in 0 1 2; do
  frame=$(head -c 15 <&3)
  LC_ALL=C
  [[ $frame =~ ^$'\x81\r{"x":'$x',"y":'[1-5]\}$ ]] || { od -c <<< "$frame"; exit 1; }
done
exec 3>&- # it hangs up without a goodbye
for _ in $(seq 100); do grep -q "gone without a goodbye" "$2" && break; sleep 0.1; done
stop
grep -q "gone without a goodbye" "$2"
