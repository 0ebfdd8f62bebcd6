using System;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Patchy.Detours;

/// <summary>
/// The engines' trial on methods of this assembly, before anything of the BCL is touched: redirected through each kind of caller, the
/// original reached, everything as before after the undo.
/// </summary>
internal static unsafe class EngineSelfTest
{
    private const string Owner = "patchy.self-test";
    private const int Argument = 5;
    private const int Native = Argument * 3 + 7;
    private const int Replaced = -Argument;

    /// <exception cref="DetourRefusedException">A step did not do what it should; the trial was undone.</exception>
    public static void Run(IDetourEngine engine)
    {
        MethodInfo source = Method(nameof(Source));
        Func<int, int> early = Source; // bound before the patch
        IDetour detour = engine.Prepare(Owner, source, Method(nameof(Replacement)));
        try
        {
            Expect("the original before the patch", ((delegate*<int, int>)detour.Original)(Argument), Native);
            Expect("a call before the patch", CallSource(), Native);
            detour.Apply();
            Expect("a direct call", CallSource(), Replaced);
            Expect("a delegate made before", early(Argument), Replaced);
            Expect("a delegate made after", new Func<int, int>(Source)(Argument), Replaced);
            Expect("a function pointer", ((delegate*<int, int>)&Source)(Argument), Replaced);
            Expect("the original while patched", ((delegate*<int, int>)detour.Original)(Argument), Native);
            if (!detour.Undo()) throw Failed("the undo", "somebody else had taken the cell");
            Expect("a call after the undo", CallSource(), Native);
        }
        finally
        {
            engine.Unpatch(source, Owner);
        }
    }

    /// <exception cref="DetourRefusedException">As above.</exception>
    public static void Run(PInvokeSlotEngine engine)
    {
        // The first call compiles the caller while the native function has not been looked up, so that its code goes through the slot;
        // then looks it up: Marshal.Prelink does not, when this assembly has been compiled ahead of time.
        Expect("a P/Invoke before the patch", CallNative(), Environment.ProcessId);
        MethodInfo source = Method(nameof(getpid));
        IDetour detour = engine.Prepare(Owner, source, Method(nameof(ProcessId)));
        try
        {
            int pid = ((delegate* unmanaged<int>)detour.Original)();
            Expect("the original of a P/Invoke", pid, Environment.ProcessId);
            detour.Apply();
            Expect("a P/Invoke", CallNative(), Replaced);
            if (!detour.Undo()) throw Failed("the undo of a P/Invoke", "somebody else had taken the slot");
            Expect("a P/Invoke after the undo", CallNative(), pid);
        }
        finally
        {
            engine.Unpatch(source, Owner);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // an ahead-of-time compiler would inline it within this assembly
    private static int Source(int value) => value * 3 + 7;

    private static int Replacement(int value) => -value;

    [UnmanagedCallersOnly]
    private static int ProcessId() => Replaced;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int CallSource() => Source(Argument);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int CallNative() => getpid();

    [DllImport("libc")]
    private static extern int getpid();

    private static MethodInfo Method(string name) => typeof(EngineSelfTest).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!;

    private static void Expect(string step, int found, int expected)
    {
        if (found != expected) throw Failed(step, $"{found} came back instead of {expected}");
    }

    private static DetourRefusedException Failed(string step, string what) => new(DetourRefusal.SelfTest,
        $"Patchy's trial on a method of its own failed at {step}: {what}. This runtime or a tool attached to it (debugger, profiler) handles " +
        "method entries differently. Nothing of the class library was patched; run without the tool, or report the runtime version.");
}
