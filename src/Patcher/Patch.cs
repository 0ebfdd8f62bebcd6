using System;
using System.Diagnostics;
using Patchy.Detours;
using Patchy.Manifest;
using Patchy.Session;

namespace Patchy;

/// <summary>
/// Makes blocking code of the class library cooperative. The counterpart of gevent.monkey: one line at the start of Main, and unmodified
/// code that sleeps, locks, waits and reads from sockets lets other greenlets run meanwhile.
/// </summary>
public static partial class Patch
{
    private static readonly object s_gate = new();
    private static PatchSession? s_session;
    private static PatchReport? s_report;

    /// <summary>What is patched now, or null when nothing is. May be called from any thread.</summary>
    public static PatchReport? Report
    {
        get
        {
            lock (s_gate) return s_report;
        }
    }

    /// <summary>
    /// Patches everything, or what <paramref name="options"/> say. Call it first in Main. A second call patches what is not patched yet: the union, never
    /// less. <see cref="PatchReport.Result"/> says whether anything was left to do. May be called from any thread. The counterpart of gevent's
    /// monkey.patch_all and of Harmony's PatchAll.
    /// </summary>
    /// <exception cref="PatchException">Patching is not possible here, or not as the manifest says. Nothing was patched by this call.</exception>
    public static PatchReport All(PatchOptions? options) => Run(options ?? new PatchOptions(), isAll: true);

    /// <summary>Patches everything. May be called from any thread.</summary>
    /// <exception cref="PatchException">As for <see cref="All(PatchOptions)"/>.</exception>
    public static PatchReport All() => Run(new PatchOptions(), isAll: true);

    /// <summary>Patches everything but what <paramref name="configure"/> switches off: <c>Patch.All(o => o.Dns = false)</c>. May be called from any thread.</summary>
    /// <exception cref="PatchException">As for <see cref="All(PatchOptions)"/>.</exception>
    public static PatchReport All(Action<PatchOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new PatchOptions();
        configure(options);
        return All(options);
    }

    /// <summary>
    /// Makes everything native again. Greenlets that wait go on waiting cooperatively; later calls block. May be called from any thread.
    /// The counterpart of Harmony's UnpatchAll.
    /// </summary>
    /// <returns>One row for each method: undone, or refused when another library has patched it since.</returns>
    public static PatchReport UndoAll()
    {
        long started = Stopwatch.GetTimestamp();
        lock (s_gate)
        {
            s_report = null;
            Hub.DismissThreads();
            return s_session?.UndoAll(started) ?? new PatchReport(PatchGroups.None, "nothing was patched", default, []);
        }
    }

    /// <summary>True when all of these groups are patched. May be called from any thread. The counterpart of gevent's is_module_patched.</summary>
    public static bool IsPatched(PatchGroups groups)
    {
        lock (s_gate) return groups != PatchGroups.None && s_session is { } session && (groups & ~session.Groups) == 0;
    }

    private static PatchReport Run(PatchOptions options, bool isAll)
    {
        long started = Stopwatch.GetTimestamp();
        lock (s_gate)
        {
            if (s_report is not null && (options.Groups & ~s_report.Groups) == 0) return s_report.Again(Stopwatch.GetElapsedTime(started));
            PatchSession session = s_session ??= Open();
            PatchPlan plan = PatchPlan.Make(PatchManifest.Load(options.ManifestPath), options.Groups, session.Groups);
            s_report = session.Apply(plan, options.Strict, started);
            if (options.FiberKind != FiberKind.Auto) Hub.DefaultFiber = options.FiberKind;
            Hub.AdmitThread(System.Threading.Thread.CurrentThread); // a Thread that it or the main thread starts becomes green; the hub itself is made on need
            return s_report;
        }
    }

    private static PatchSession Open()
    {
        try
        {
            return new PatchSession(new DetourEngines(RuntimeProbe.OfThisProcess()));
        }
        catch (DetourRefusedException e)
        {
            throw new PatchException(e.Message, e);
        }
    }
}
