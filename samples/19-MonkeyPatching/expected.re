Select, before: SocketPal\.Select of \.NET itself
Receive, before: SocketAsyncContext\.ReceiveFrom of \.NET itself
Select, after: Patchy\.Sockets\.[A-Za-z.]+, Patchy\.Sockets
Receive, after: Patchy\.Sockets\.[A-Za-z.]+, Patchy\.Sockets
