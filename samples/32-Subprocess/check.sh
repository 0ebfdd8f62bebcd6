# Five crons fit into the second; more when the child takes longer than its sleep, and fewer when the machine pauses: then once more. One that waits for the child lets none through.
for run in 1 2 3 4 5; do
  "$1" > "$2" || exit 1
  [[ "$(tr '\n' ' ' < "$2")" =~ ^(cron )+Linux\ $ ]] || exit 1
  [ "$(grep -c cron "$2")" -ge 4 ] && exit 0
done
echo "the crons were kept waiting"; exit 1
