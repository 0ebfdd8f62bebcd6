using System;
using System.Runtime.InteropServices;

namespace Patchy;

/// <summary>With PATCHY_DUMP_ON_SIGQUIT=1 in the environment, SIGQUIT prints who waits for what instead of ending the process.</summary>
internal static class HubDumpSignal
{
    private static PosixSignalRegistration? s_registration;

    /// <summary>May be called once.</summary>
    public static void Listen()
    {
        if (Environment.GetEnvironmentVariable("PATCHY_DUMP_ON_SIGQUIT") != "1") return;
        s_registration = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, static signal =>
        {
            signal.Cancel = true;
            Console.Error.Write(HubDump.Text());
        });
    }
}
