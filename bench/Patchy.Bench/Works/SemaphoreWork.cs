using Patchy.Bench.Running;

namespace Patchy.Bench.Works;

/// <summary>Handing the turn to one another through semaphores.</summary>
internal sealed class SemaphoreWork : IWork
{
    public string Name => "thread-semaphore";

    public Figures Run(string who, params int[] sizes) => who switch
    {
        "patched" or "threads" => new Figures().Add("ns", Timed.Nanoseconds(Timed.Part(200_000), n => Semaphores.PingPong(n / 2))),
        "async" => new Figures().Add("ns", Timed.Nanoseconds(Timed.Part(200_000), n => Semaphores.PingPongAsync(n / 2).GetAwaiter().GetResult())),
        _ => throw new UsageException($"semaphore is not for {who}."),
    };
}
