# Each prints its own lines in order, and the fast one prints while the slow one sleeps. How many times, the machine has a say in.
"$1" > "$2" || exit 1
diff <(printf 'slow %d\n' 1 2 3) <(grep slow "$2") || exit 1
diff <(printf 'fast %d\n' 1 2 3 4 5 6) <(grep fast "$2") || exit 1
[ "$(head -n 2 "$2" | sort | tr '\n' ,)" = "fast 1,slow 1," ] || { echo "the fast one did not begin while the slow one slept"; exit 1; }
[ "$(sed -n '/slow 2/,$p' "$2" | grep -c fast)" -ge 1 ] || { echo "the slow one did not go on beside the fast one"; exit 1; }
