Complete requests:      10000
Failed requests:        0
Requests per second:    [0-9.]+ .*
Time per request:       [0-9.]+ .*
Time per request:       [0-9.]+ .*
