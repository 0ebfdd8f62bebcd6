# One client, a hundred at the same time, and one who is lost.
. ../Shared/server.sh
serve "$1" "$2" --urls http://127.0.0.1:0
[ "$(curl -sS -w ' %{http_code} %{content_type}' "$address")" = "<p>Hello World</p> 200 text/html" ] || { echo "that is no hello"; exit 1; }
hundred=$(curl -fsS --no-progress-meter --parallel --parallel-max 100 --parallel-immediate "$address/?[1-100]" | grep -o '<p>Hello World</p>' | wc -l)
[ "$hundred" -eq 100 ] || { echo "$hundred of 100 were answered"; exit 1; }
[ "$(curl -sS -w '%{http_code}' "$address/nothing/here")" = 404 ] || { echo "what is not there is there"; exit 1; }
stop
