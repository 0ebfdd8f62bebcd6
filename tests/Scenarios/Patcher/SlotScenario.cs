using System.Reflection;
using System.Runtime.InteropServices;
using Patchy.Detours;

namespace Patchy.Scenarios.Patcher;

/// <summary>
/// The slot engine under this process's runtime settings. In a process of its own: code that is compiled once a native function has been
/// looked up has its address built in.
/// </summary>
internal sealed unsafe class SlotScenario : IScenario
{
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;
    private readonly Checks _checks = new();
    private readonly PInvokeSlotEngine _slots = new(RuntimeLayout.Read(RuntimeProbe.OfThisProcess()));

    public int Run(string[] args)
    {
        EngineSelfTest.Run(_slots);
        Refusals();
        var wait = (MethodInfo)typeof(Monitor).GetMember("<Wait>g____PInvoke|*", MemberTypes.Method, Any)[0];
        IDetour waitSlot = _slots.Prepare("test", wait, Replacement(nameof(Replacements.WaitSlot)));
        IDetour yieldSlot = _slots.Prepare("test", typeof(Thread).GetMethod("YieldInternal", Any)!, Replacement(nameof(Replacements.YieldSlot)));
        Replacements.WaitSlotOriginal = (delegate* unmanaged<nint, int, int>)waitSlot.Original;
        Replacements.YieldSlotOriginal = (delegate* unmanaged<int>)yieldSlot.Original;
        waitSlot.Apply();
        yieldSlot.Apply();
        object gate = new();
        lock (gate) _checks.That("Monitor.Wait through the slot times out", !Callers.Wait(gate, 5));
        _checks.That("slot of Monitor.Wait", Replacements.WaitSlotCalls == 1, Replacements.WaitSlotCalls);
        Callers.Yield();
        _checks.That("slot of Thread.Yield", Replacements.YieldCalls == 1, Replacements.YieldCalls);
        try
        {
            Callers.Wait(gate, 5);
            _checks.That("the original's exception comes through", false);
        }
        catch (SynchronizationLockException)
        {
            _checks.That("the original's exception comes through", Replacements.WaitSlotCalls == 2);
        }
        for (int i = 0; i < 300; i++)
        {
            lock (gate) Callers.Wait(gate, 0);
            if (i == 150) Pause(250);
        }
        _checks.That("slot across tier-up", Replacements.WaitSlotCalls == 302, Replacements.WaitSlotCalls);
        _checks.That("slots undone", waitSlot.Undo() && yieldSlot.Undo());
        _slots.Unpatch(wait, "test");
        return _checks.Finish();
    }

    private void Refusals()
    {
        Refused("no P/Invoke", typeof(Thread).GetMethod("Join", [typeof(int)])!, nameof(Replacements.YieldSlot), "it is not a P/Invoke");
        Refused("no GC transition", typeof(Thread).GetMethod("SpinWaitInternal", Any)!, nameof(Replacements.YieldSlot), "without a GC transition");
        Refused("managed replacement", typeof(Thread).GetMethod("YieldInternal", Any)!, nameof(Replacements.Busy), "not a static method marked [UnmanagedCallersOnly]");
    }

    private void Refused(string kind, MethodInfo source, string replacement, string text)
    {
        try
        {
            _slots.Prepare("test", source, Replacement(replacement));
            _checks.That($"refuses: {kind}", false);
        }
        catch (DetourRefusedException e)
        {
            _checks.That($"refuses: {kind}", e.Refusal == DetourRefusal.Method && e.Message.Contains(text), e.Message);
        }
    }

    private static MethodInfo Replacement(string name) => typeof(Replacements).GetMethod(name)!;

    private static void Pause(int milliseconds) => _ = usleep((uint)milliseconds * 1000);

    [DllImport("libc")]
    private static extern int usleep(uint microseconds);
}
