using System.Globalization;

namespace Patchy;

/// <summary>One call site in a <see cref="BlockScan"/>. Immutable.</summary>
public sealed class ScannedCall
{
    internal ScannedCall(string caller, int offset, string target, CallVerdict verdict, PatchGroups group, string? reason)
    {
        Caller = caller;
        Offset = offset;
        Target = target;
        Verdict = verdict;
        Group = group;
        Reason = reason;
    }

    /// <summary>The method that calls: "Shop.Cart.Pay(System.Int32)". The compiler moves the bodies of lambdas, iterators and async methods to types of its own.</summary>
    public string Caller { get; }

    /// <summary>Where in it: the offset of the instruction in its IL.</summary>
    public int Offset { get; }

    /// <summary>What is called: "System.Threading.Thread.Sleep(System.Int32)", or "library!function" for a P/Invoke.</summary>
    public string Target { get; }

    /// <summary>What it does to the others.</summary>
    public CallVerdict Verdict { get; }

    /// <summary>The group that makes it cooperative; <see cref="PatchGroups.None"/> where there is none.</summary>
    public PatchGroups Group { get; }

    /// <summary>Why: through which method it is cooperative, why it blocks, on what it depends. Null where there is nothing to say.</summary>
    public string? Reason { get; }

    /// <summary>One line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{MethodText.Short(Caller)} IL_{Offset:x4}: {MethodText.Short(Target)}: {Verdict}");
}
