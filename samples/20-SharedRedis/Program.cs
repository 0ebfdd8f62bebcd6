// A hundred greenlets share one connection of a Redis client, StackExchange.Redis, which knows nothing of them. Its blocking calls wait
// for answers that arrive on threads of its own; meanwhile other greenlets hand in their commands.
using Patchy;
using StackExchange.Redis;

Patch.All();

string server = args.Length > 0 ? args[0] : "127.0.0.1:6379";
try
{
    using ConnectionMultiplexer redis = ConnectionMultiplexer.Connect(server);
    IDatabase database = redis.GetDatabase();
    database.KeyDelete(["visits", "guests"]);

    int waiting = 0, most = 0;
    Greenlet.JoinAll([.. Enumerable.Range(1, 100).Select(guest => Greenlet.Spawn(() =>
    {
        most = Math.Max(most, ++waiting);
        for (int i = 0; i < 10; i++) database.StringIncrement("visits");
        database.ListRightPush("guests", guest);
        waiting--;
    }))], raiseError: true);

    Console.WriteLine($"{database.StringGet("visits")} visits by {database.ListLength("guests")} guests");
    Console.WriteLine($"{most} greenlets were waiting for it at the same time");
    return 0;
}
catch (RedisConnectionException e)
{
    Console.Error.WriteLine($"There is no Redis at {server}: {e.Message}");
    return 1;
}
