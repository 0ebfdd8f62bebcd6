Started polling: at [0-9]+\.[0-9] seconds
Started polling: at [0-9]+\.[0-9] seconds
Hey, let's do some stuff while the greenlets poll, at [0-9]+\.[0-9] seconds
Ended polling: at ([2-9]|[1-9][0-9])\.[0-9] seconds
Ended polling: at ([2-9]|[1-9][0-9])\.[0-9] seconds
