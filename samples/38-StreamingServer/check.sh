# On the wire, byte for byte: only the date varies. And the first piece comes a while before the second.
. ../Shared/server.sh
serve "$1" "$2" --urls http://127.0.0.1:0
request='GET / HTTP/1.1\r\nHost: sample\r\nConnection: close\r\n\r\n'
header='HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/html\r\nDate: ...\r\nServer: Kestrel\r\nTransfer-Encoding: chunked\r\n\r\n'
printf "$request" | nc 127.0.0.1 "$port" > "$2.wire" || exit 1
cmp <(printf "$header"'8\r\n<p>Hello\r\n9\r\nWorld</p>\r\n0\r\n\r\n') <(sed 's/^Date: .*GMT/Date: .../' "$2.wire") || { od -c "$2.wire"; exit 1; }

for attempt in 1 2 3 4 5; do # this script may have been kept from reading for a second: pieces that come together do so each time
  exec 3<> "/dev/tcp/127.0.0.1/$port"
  printf "$request" >&3
  until [ "$line" = $'<p>Hello\r' ]; do IFS= read -r line <&3 || { echo "no hello"; exit 1; }; done
  if ! IFS= read -r -t 0.1 line <&3; then
    cmp <(printf '9\r\nWorld</p>\r\n0\r\n\r\n') - <&3 || exit 1
    stop
    exit 0
  fi
done
echo "the pieces came together"; exit 1
