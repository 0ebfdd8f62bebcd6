using System;
using System.Globalization;
using System.Reflection;
using System.Threading;

namespace Patchy.Threading;

/// <summary>The delegate that a Thread object is going to run (Thread._startHelper._start), before it is started.</summary>
internal static class StartDelegate
{
    private const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;
    private static readonly FieldInfo s_helper = typeof(Thread).GetField("_startHelper", Hidden)!;
    private static readonly FieldInfo s_start = s_helper.FieldType.GetField("_start", Hidden)!;
    private static readonly FieldInfo s_context = s_helper.FieldType.GetField("_executionContext", Hidden)!;
    private static readonly FieldInfo s_culture = s_helper.FieldType.GetField("_culture", Hidden)!;
    private static readonly FieldInfo s_uiCulture = s_helper.FieldType.GetField("_uiCulture", Hidden)!;
    private static readonly object s_defaultContext = typeof(ExecutionContext).GetField("Default", BindingFlags.Static | BindingFlags.NonPublic)!.GetValue(null)!;

    /// <summary>Null when the thread was started already, or was never to be (a thread that native code made).</summary>
    public static Delegate? Of(Thread thread) => s_helper.GetValue(thread) is { } helper ? (Delegate?)s_start.GetValue(helper) : null;

    /// <summary>Only before the thread is started. Must be of the same type as the one before: the argument is passed to it.</summary>
    public static void Replace(Thread thread, Delegate start) => s_start.SetValue(s_helper.GetValue(thread), start);

    /// <summary>
    /// What the new thread is to take over: the ExecutionContext that Thread.Start has captured, null when that is the empty one, and the cultures
    /// that the user has set. They are taken out: entering a context calls handlers of the user's (AsyncLocal), and nothing of the user's may run
    /// before the thread has become a fiber.
    /// </summary>
    public static StartSurroundings TakeSurroundings(Thread thread)
    {
        object? helper = s_helper.GetValue(thread);
        var all = new StartSurroundings((ExecutionContext?)s_context.GetValue(helper), (CultureInfo?)s_culture.GetValue(helper), (CultureInfo?)s_uiCulture.GetValue(helper));
        Put(helper, default);
        return ReferenceEquals(all.Context, s_defaultContext) ? all with { Context = null } : all;
    }

    /// <summary>Undoes <see cref="TakeSurroundings"/>.</summary>
    public static void PutBack(Thread thread, StartSurroundings surroundings) => Put(s_helper.GetValue(thread), surroundings);

    private static void Put(object? helper, StartSurroundings surroundings)
    {
        s_context.SetValue(helper, surroundings.Context);
        s_culture.SetValue(helper, surroundings.Culture);
        s_uiCulture.SetValue(helper, surroundings.UiCulture);
    }

    /// <summary>
    /// True for threads of the framework itself (pool, timer, LongRunning tasks, the socket engine): they stay native. By the delegate's assembly, as
    /// their names are set late.
    /// </summary>
    public static bool IsFrameworks(Delegate start) => FrameworkCode.Includes(start.Method.Module.Assembly);
}
