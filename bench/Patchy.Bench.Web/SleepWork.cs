namespace Patchy.Bench.Web;

internal sealed class SleepWork : IWork
{
    public void Block() => Thread.Sleep(IWork.Milliseconds);

    public Task BlockAsync() => Task.Delay(IWork.Milliseconds);
}
