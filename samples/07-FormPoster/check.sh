# Six answers, in whatever order.
"$1" > "$2" || exit 1
diff <(sort "$2") - <<'ANSWERS'
{"field":"word","word":"gevent","length":6}
{"field":"word","word":"greenlet","length":8}
{"field":"word","word":"žluťoučký kůň","length":13}
{"field":"word","word":"你好，世界","length":5}
{"field":"word","word":"协程","length":2}
{"field":"word","word":"并发","length":2}
ANSWERS
