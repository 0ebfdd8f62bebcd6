namespace Patchy;

/// <summary>A kernel thread that was there when <see cref="Patch.All(PatchOptions)"/> began, as the kernel described it then. It stays native.</summary>
public sealed class PatchReportThread
{
    internal PatchReportThread(int id, string name, bool isRuntimes, string? call)
    {
        Id = id;
        Name = name;
        IsRuntimes = isRuntimes;
        Call = call;
    }

    /// <summary>The kernel's number of the thread.</summary>
    public int Id { get; }

    /// <summary>Its name, which the kernel cuts to 15 characters; that of the program when nobody has named it.</summary>
    public string Name { get; }

    /// <summary>True for threads of the runtime (finalizer, timer, thread pool ...), which is told by their names.</summary>
    public bool IsRuntimes { get; }

    /// <summary>The call of the kernel that it was in ("futex": a lock, an event or a sleep; "recvmsg", "accept4" ...), or null when it ran or nothing could be found out. That call goes on natively.</summary>
    public string? Call { get; }

    /// <summary>One line.</summary>
    public override string ToString() => $"{Id} {Name}{(Call is null ? "" : $", in {Call}")}";
}
