using System.Runtime.InteropServices;

namespace Patchy.Scenarios.Patcher;

/// <summary>Users' patches of methods of each kind.</summary>
internal static unsafe class KindsOfTargets
{
    public static int NameCalls;

    public static Func<Victims, int, int> AddOriginal = null!;
    public static delegate*<ref Victims.Counter, int, int> NextOriginal = null;
    public static delegate* unmanaged<int> ProcessIdOriginal = null;

    [PatchTarget(typeof(Victims), nameof(Victims.Add))]
    public static int Add(Victims self, int value) => AddOriginal(self, value) + 1000;

    [PatchTarget(typeof(Victims.Counter), nameof(Victims.Counter.Next))]
    public static int Next(ref Victims.Counter self, int step) => NextOriginal(ref self, step + 6);

    [PatchTarget(typeof(Victims), nameof(Victims.TryFind), typeof(string), typeof(string))]
    public static bool TryFind(object self, string key, out string? found)
    {
        found = key + "?" + ((Victims)self).Seed;
        return true;
    }

    [PatchTarget("Interop+Sys, System.Private.CoreLib", "GetHostName")]
    public static string HostName()
    {
        NameCalls++;
        return "somewhere";
    }

    [UnmanagedCallersOnly]
    [PatchTarget(typeof(KindsOfTargets), nameof(getpid))]
    public static int ProcessId() => -1;

    [DllImport("libc")]
    public static extern int getpid();
}
