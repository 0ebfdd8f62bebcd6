# Synchronous: in order. Asynchronous: the same ten in whatever order.
"$1" > "$2" || exit 1
sed 's/took [0-9]* ms/took N ms/' "$2" > "$2.plain"
{ echo "Synchronous:"; printf 'Task %d done\n' {0..9}; echo "took N ms"; echo "Asynchronous:"; } | diff - <(head -n 13 "$2.plain") || exit 1
{ echo "took N ms"; printf 'Task %d done\n' {0..9}; } | sort | diff - <(tail -n +14 "$2.plain" | sort)
