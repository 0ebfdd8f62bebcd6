using System.Text;

namespace Patchy.Tests.Threading;

/// <summary>What happened in a body, in order. May be used from any thread; it takes no lock that is under test.</summary>
internal sealed class Trace
{
    private readonly StringBuilder _text = new();
    private int _latch;

    public void Add(object? what)
    {
        while (Interlocked.Exchange(ref _latch, 1) != 0) Thread.SpinWait(10);
        if (_text.Length > 0) _text.Append(' ');
        _text.Append(what);
        Volatile.Write(ref _latch, 0);
    }

    /// <summary>The name of the exception that the call throws, or its result.</summary>
    public void Call<T>(Func<T> call)
    {
        try
        {
            Add(call());
        }
        catch (Exception exception)
        {
            Add(exception.GetType().Name);
        }
    }

    public void Call(Action call) => Call(() =>
    {
        call();
        return "ok";
    });

    public override string ToString()
    {
        while (Interlocked.Exchange(ref _latch, 1) != 0) Thread.SpinWait(10);
        string text = _text.ToString();
        Volatile.Write(ref _latch, 0);
        return text;
    }
}
