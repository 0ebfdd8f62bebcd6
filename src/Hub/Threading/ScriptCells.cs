using System;
using System.Diagnostics;
using System.Reflection;

namespace Patchy.Threading;

// Protocol.
//  1. Watch, once something is patched: the scripting engine is there, or the runtime tells when it is loaded. Once it was seen the question stays open for good.
//  2. IsRunningHere is asked when a native thread that has no hub starts a Thread. Without the engine it costs the read of a flag; with it, a walk of the stack. After
//     the first green thread the asker has a hub, and does not ask any more.

/// <summary>
/// Cells of C# scripting: of a REPL (csharprepl), a notebook (.NET Interactive), or a program that runs scripts. Which thread runs the next cell is up to the host there, and to
/// chance after an await, so that a cell is known by its code and not by its thread.
/// </summary>
internal static class ScriptCells
{
    private const string Engine = "Microsoft.CodeAnalysis.Scripting";

    /// <summary>The engine gives each cell an assembly of its own, whose name begins with these (ScriptBuilder in Roslyn); no compiler gives such names.</summary>
    private const string AssemblyPrefix = "\u211B*";

    private static volatile bool s_isEngineLoaded;
    private static SpinLatch s_latch;
    private static bool s_isWatching;

    /// <summary>May be called from any thread, any number of times.</summary>
    public static void Watch()
    {
        s_latch.Enter();
        bool first = !s_isWatching;
        s_isWatching = true;
        s_latch.Exit();
        if (!first) return;
        AppDomain.CurrentDomain.AssemblyLoad += static (_, loaded) => Look(loaded.LoadedAssembly);
        foreach (Assembly assembly in AppDomain.CurrentDomain.GetAssemblies()) Look(assembly);
    }

    /// <summary>True when code of a cell is on the stack of the calling thread.</summary>
    public static bool IsRunningHere()
    {
        if (!s_isEngineLoaded) return false;
        foreach (StackFrame frame in new StackTrace().GetFrames())
        {
            if (frame.GetMethod()?.DeclaringType is { } type && IsCell(type.Assembly)) return true;
        }
        return false;
    }

    private static bool IsCell(Assembly assembly) => assembly.FullName is { } name && name.StartsWith(AssemblyPrefix, StringComparison.Ordinal);

    private static void Look(Assembly assembly)
    {
        // The full name, which the runtime has at hand: GetName takes it apart and reads the file's place.
        if (assembly.FullName is { } name && name.StartsWith(Engine + ",", StringComparison.Ordinal)) s_isEngineLoaded = true;
    }
}
