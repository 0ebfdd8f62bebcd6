using System;
using System.Collections.Generic;
using Iced.Intel;

namespace Patchy.Fibers;

/// <summary>
/// What user-mode fibers need once a process: machine code, the layout of glibc's thread block, hooks in the runtime. Set up on first use,
/// never taken back: native threads pass through the hooks unchanged.
/// </summary>
internal static unsafe class UserModeRuntime
{
    /// <summary>Null when all is set up, else why not. Nothing has been changed then.</summary>
    public static readonly string? WhyNot;

    internal static readonly delegate* unmanaged<FiberContext*, FiberContext*, void> Switch;
    internal static readonly delegate* unmanaged<FiberContext*, int*, void> Detach;
    internal static readonly delegate* unmanaged<FiberContext*, nint> Attach;
    internal static readonly uint LaunchKey;

    /// <summary>Set in a thread that has become a carrier: its destructor puts back, at the thread's end, what <see cref="UserModeFiber.OfCurrentThread"/> took away.</summary>
    internal static readonly uint CarrierKey;

    /// <summary>About where .NET 10 keeps, in its thread-local block, the pointer that every transition into native code begins with. Only to be prefetched.</summary>
    internal const int ThreadPointerOffset = 0xE8;

    private const string RuntimeImage = "libcoreclr.so";

    // System.Threading.Lock asks SystemNative_TryGetUInt32OSThreadId, which asks the kernel itself: two fibers would own the same lock.
    private const string SystemImage = "libSystem.Native.so";

    private static ImportTable? s_runtime;

    // A static constructor: it does not park, and the runtime runs it once, whoever comes first.
#pragma warning disable CA1810 // The fields belong together: all are set, or none is.
    static UserModeRuntime()
    {
        WhyNot = UserModeProbe.System();
        if (WhyNot != null) return;
        CodePage probing = new();
        nint copy = probing.Add(SwitchCode.CopyThreadBlock());
        if (!probing.Seal())
        {
            WhyNot = "the system allows no new machine code.";
            return;
        }

        WhyNot = UserModeProbe.ThreadBlockLayout(copy);
        if (WhyNot != null) return;

        int processId = Environment.ProcessId;
        CodePage page = new();
        uint launchKey, carrierKey;
        if (Linux.pthread_key_create(&launchKey, null) != 0 || Linux.pthread_key_create(&carrierKey, (void*)page.Add(SwitchCode.EndOfCarrier())) != 0)
        {
            WhyNot = "glibc has no further thread-specific key.";
            return;
        }

        LaunchKey = launchKey;
        CarrierKey = carrierKey;
        Switch = (delegate* unmanaged<FiberContext*, FiberContext*, void>)page.Add(SwitchCode.Switch(processId));
        Detach = (delegate* unmanaged<FiberContext*, int*, void>)page.Add(SwitchCode.Detach());
        Attach = (delegate* unmanaged<FiberContext*, nint>)page.Add(SwitchCode.Attach(processId));
        WhyNot = InstallHooks(page, processId);
    }
#pragma warning restore CA1810

    /// <summary>The runtime's block of the calling thread's native storage, or null. Only to be prefetched.</summary>
    internal static byte* BlockOfThisThread() => s_runtime is { } runtime ? runtime.StorageOfThisThread() : null;

    private static string? InstallHooks(CodePage page, int processId)
    {
        // A self-contained single file has both inside of its executable.
        ImportTable? program = ImportTable.OfProgramWith("DotNetRuntimeContractDescriptor"u8);
        ImportTable? runtime = program ?? ImportTable.Find(RuntimeImage);
        ImportTable? system = program ?? ImportTable.Find(SystemImage);
        if (runtime == null) return $"the runtime is not in an image of its own ({RuntimeImage}), so its calls cannot be followed.";
        if (system == null) return $"the runtime's system library is not in an image of its own ({SystemImage}), so its calls cannot be followed.";
        (List<nint> create, string? noCreate) = Slots(RuntimeImage, runtime, "pthread_create"u8);
        (List<nint> kill, string? noKill) = Slots(RuntimeImage, runtime, "pthread_kill"u8);
        (List<nint> call, string? noCall) = Slots(RuntimeImage, runtime, "syscall"u8);
        (List<nint> systemCall, string? noSystemCall) = Slots(SystemImage, system, "syscall"u8);
        if ((noCreate ?? noKill ?? noCall ?? noSystemCall) is { } problem) return problem;
        call.AddRange(systemCall);

        nint getSpecific;
        fixed (byte* name = "pthread_getspecific"u8) getSpecific = Linux.dlsym(0, name);
        nint createWas = ImportTable.Read(create[0]), killWas = ImportTable.Read(kill[0]), callWas = ImportTable.Read(call[0]);
        nint begin = page.Add(HookCode.Begin());
        nint createHook = page.Add(HookCode.CreateHook(createWas, LaunchKey, getSpecific, begin));
        nint killHook = page.Add(HookCode.KillHook(killWas, processId));
        nint callHook = page.Add(HookCode.SystemCallHook(callWas));
        // Three for good manners: without them only the priority and the name of a fiber's Thread are worse.
        Action manners = Courtesy(runtime, "pthread_getschedparam"u8, page, HookCode.SchedulingHook);
        manners += Courtesy(runtime, "pthread_setschedparam"u8, page, HookCode.IgnoringHook);
        manners += Courtesy(runtime, "pthread_setname_np"u8, page, HookCode.IgnoringHook);
        if (!page.Seal()) return "the system allows no new machine code.";
        if (Store(create, createHook) && Store(kill, killHook) && Store(call, callHook))
        {
            manners();
            s_runtime = runtime;
            return null;
        }

        _ = Store(create, createWas);
        _ = Store(kill, killWas);
        _ = Store(call, callWas);
        return "the system does not let the runtime's import table be written (mprotect was refused).";
    }

    private static Action Courtesy(ImportTable runtime, ReadOnlySpan<byte> function, CodePage page, Func<nint, Assembler> hook)
    {
        (List<nint> slots, string? problem) = Slots(RuntimeImage, runtime, function);
        if (problem != null) return static () => { };
        nint address = page.Add(hook(ImportTable.Read(slots[0])));
        return () => Store(slots, address);
    }

    /// <summary>The slots of one import. They must hold glibc's own function: when something else has hooked it, two hooks would fight.</summary>
    private static (List<nint> Slots, string? Problem) Slots(string image, ImportTable table, ReadOnlySpan<byte> function)
    {
        List<nint> slots = table.SlotsOf(function);
        string name = System.Text.Encoding.ASCII.GetString(function);
        if (slots.Count == 0) return (slots, $"{image} does not import {name}, as every known version does.");
        foreach (nint slot in slots)
        {
            if (ImportTable.Read(slot) == ImportTable.Read(slots[0]) && IsFunctionOfGlibc(ImportTable.Read(slot), function)) continue;
            return (slots, $"another tool has redirected {name} in {image}.");
        }

        return (slots, null);
    }

    // One function may be bound by an old version of its symbol (pthread_kill@GLIBC_2.2.5 is another than @GLIBC_2.34).
    private static bool IsFunctionOfGlibc(nint address, ReadOnlySpan<byte> function)
    {
        fixed (byte* name = function, old = "GLIBC_2.2.5"u8, merged = "GLIBC_2.34"u8)
        {
            return address == Linux.dlsym(0, name) || address == Linux.dlvsym(0, name, old) || address == Linux.dlvsym(0, name, merged);
        }
    }

    private static bool Store(List<nint> slots, nint value)
    {
        bool all = true;
        foreach (nint slot in slots) all &= ImportTable.Write(slot, value);
        return all;
    }
}
