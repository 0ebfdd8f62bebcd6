using System;
using System.Runtime.InteropServices;
using Patchy.Diagnostics;
using Patchy.Threading;

namespace Patchy;

/// <summary>While it listens, SIGQUIT prints who waits for what instead of ending the process. PATCHY_DUMP_ON_SIGQUIT=1 in the environment makes it listen from the first hub on.</summary>
internal static class HubDumpSignal
{
    private static SpinLatch s_latch;
    private static PosixSignalRegistration? s_registration;

    public static bool IsListening => s_registration is not null;

    /// <summary>With the first hub.</summary>
    public static void ListenIfAsked()
    {
        if (Environment.GetEnvironmentVariable("PATCHY_DUMP_ON_SIGQUIT") == "1") Listen(true);
    }

    /// <summary>May be called from any thread, any number of times.</summary>
    public static void Listen(bool listen)
    {
        if (listen == IsListening) return;
        PosixSignalRegistration? unneeded = listen ? PosixSignalRegistration.Create(PosixSignal.SIGQUIT, OnSignal) : null;
        s_latch.Enter();
        if (listen != IsListening) (s_registration, unneeded) = (unneeded, s_registration);
        s_latch.Exit();
        unneeded?.Dispose();
    }

    private static void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = true;
        RunInfo.Print();
    }
}
