#!/bin/sh
# The `backup` of compose.yaml: every day a backup, tried at once, of which 14 stay; every ten
# minutes the list of those who were erased. What fails says so, and is done again the next time.
due=0
while :; do
    python manage.py list_erasures --into /erasures/erasures.jsonl
    if [ "$(date +%s)" -ge "$due" ]; then
        due=$(($(date +%s) + 86400))
        python manage.py backup /backups --keep 14 &&
            python manage.py try_restore "$(ls /backups/sift-*.dump | tail -n 1)"
    fi
    sleep 600
done
