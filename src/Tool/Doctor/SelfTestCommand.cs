using System;
using System.CommandLine;
using System.Runtime.CompilerServices;
using Patchy.Fibers;

namespace Patchy.Tool.Doctor;

/// <summary>`patchy self-test KIND`: what the doctor runs in a process of its own. Not for users.</summary>
internal static class SelfTestCommand
{
    public const string Name = "self-test";

    /// <summary>That kind of fiber cannot be had on this machine, which is no fault.</summary>
    public const int Unavailable = 3;

    private static readonly Argument<string> s_kind = new Argument<string>("kind").AcceptOnlyFromAmong("user", "kernel");

    public static Command Create()
    {
        var command = new Command(Name) { s_kind };
        command.Hidden = true;
        command.SetAction(result => Run(result.GetValue(s_kind) == "user" ? FiberKind.User : FiberKind.Kernel));
        return command;
    }

    private static int Run(FiberKind kind)
    {
        if (kind == FiberKind.User && FiberPlatform.WhyNotUserMode() is { } why)
        {
            Console.Out.WriteLine(why);
            return Unavailable;
        }
        PatchReport report;
        try
        {
            report = Patch.All(new PatchOptions { FiberKind = kind });
        }
        catch (PatchException e)
        {
            Console.Error.WriteLine(e.Message);
            return ExitCodes.No;
        }
        string? problem = Try(kind, out string found);
        string layout = kind == FiberKind.User ? $"; glibc keeps a thread's id at {ThreadBlock.TidOffset}, its rseq area at {ThreadBlock.RseqOffset}" : "";
        Console.Out.WriteLine(problem ?? $"{report.Count(PatchOutcome.Applied) + report.Count(PatchOutcome.Late)} methods in {report.Elapsed.TotalMilliseconds:f0} ms; {found}{layout}");
        return problem is null ? ExitCodes.Done : ExitCodes.No;
    }

    // A frame of its own: what is patched must not have been compiled into a caller before.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string? Try(FiberKind kind, out string found)
    {
        using var test = new SelfTest(kind);
        return test.Run(out found);
    }
}
