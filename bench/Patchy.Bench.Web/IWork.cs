namespace Patchy.Bench.Web;

/// <summary>What the handler waits for, as a blocking call and as an asynchronous one.</summary>
internal interface IWork
{
    const int Milliseconds = 20;

    void Block();

    Task BlockAsync();
}
