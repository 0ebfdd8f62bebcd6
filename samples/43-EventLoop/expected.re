queue: a greenlet
queue: a callback of the hub
queue: another greenlet
timer: 100 ms
timer: 700 ms
timer: 1500 ms
idle: 1001 greenlets wait for descriptors; a second of that costs [0-9]+ ms of processor time
busy: 1000 round trips beside them in [0-9]+ ms, [0-9.]+ switches each
closed: 1001 greenlets have ended
