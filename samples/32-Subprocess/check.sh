# Five crons fit into the second, or six: the child takes a little longer than its sleep.
"$1" > "$2" || exit 1
[[ "$(tr '\n' ' ' < "$2")" =~ ^(cron ){4,7}Linux\ $ ]]
