Size of group 3
Hello from Greenlet-[0-9]+
Size of group 3
Hello from Greenlet-[0-9]+
Size of group 3
Hello from Greenlet-[0-9]+
Ordered
\(task, 0\)
\(task, 1\)
\(task, 2\)
Unordered
\(task, 2\)
\(task, 1\)
\(task, 0\)
