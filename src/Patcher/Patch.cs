using System;
using System.Collections.Generic;
using Patchy.Detours;
using Patchy.Launch;
using Patchy.Manifest;
using Patchy.Session;

namespace Patchy;

// Protocol.
//
// 1. One lock around everything that patches or undoes; it is held while subscribers run, who may patch more (on the same thread) but not undo.
// 2. A call is all or nothing: Attempt takes back what the call has done when anything in it fails, a subscriber and the warnings' sink included.
// 3. s_report and s_asked change only at the end of a call that has succeeded, and are put back with the rest.

/// <summary>
/// Makes blocking code of the class library cooperative. The counterpart of gevent.monkey: one line at the start of Main, and unmodified
/// code that sleeps, locks, waits and reads from sockets lets other greenlets run meanwhile.
/// </summary>
public static partial class Patch
{
    private static readonly object s_gate = new();
    private static volatile PatchSession? s_session;
    private static volatile PatchReport? s_report;

    /// <summary>All groups that calls of All have asked for, vetoed ones included; null before the first. gevent: _gevent_saved_patch_all_module_settings.</summary>
    private static PatchGroups? s_asked;

    /// <summary>How many calls are on the stack: more than one when a subscriber patches.</summary>
    private static int s_depth;

    /// <summary>What is patched now, or null when nothing is. May be called from any thread.</summary>
    public static PatchReport? Report => s_report;

    /// <summary>
    /// Patches everything, or what <paramref name="options"/> say. Call it first in Main. A second call patches what is not patched yet: the union, never
    /// less, with a warning when it asks for something else than the first. <see cref="PatchReport.Result"/> says whether anything was left to do.
    /// May be called from any thread. The counterpart of gevent's monkey.patch_all and of Harmony's PatchAll.
    /// </summary>
    /// <exception cref="PatchException">Patching is not possible here, or not as the manifest says. Nothing was patched by this call.</exception>
    public static PatchReport All(PatchOptions? options)
    {
        options ??= new PatchOptions();
        var request = new PatchRequest(options);
        lock (s_gate)
        {
            PatchGroups asked = options.Groups, known = s_asked ?? PatchGroups.None;
            if (s_asked is not null && asked != known) request.Warnings.Add(PatchWarnings.Union(known, asked));
            PatchGroups underWay = s_session is { } open ? open.UnderWay | open.Announced : PatchGroups.None;
            PatchGroups left = asked & ~known & ~underWay & ~(s_session?.Groups ?? PatchGroups.None);

            // A subscriber that asks for what is under way changes nothing: whether it was asked for is up to the call that is patching it, which may be vetoed yet.
            if (left == PatchGroups.None) return Nothing(request, underWay == PatchGroups.None ? asked : s_asked);
            return Attempt(request, session => Everything(session, request, left, asked));
        }
    }

    /// <summary>Patches everything. May be called from any thread.</summary>
    /// <exception cref="PatchException">As for <see cref="All(PatchOptions)"/>.</exception>
    public static PatchReport All() => All((PatchOptions?)null);

    /// <summary>Patches everything but what <paramref name="configure"/> switches off: <c>Patch.All(o => o.Dns = false)</c>. May be called from any thread.</summary>
    /// <exception cref="PatchException">As for <see cref="All(PatchOptions)"/>.</exception>
    public static PatchReport All(Action<PatchOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new PatchOptions();
        configure(options);
        return All(options);
    }

    private static PatchReport Everything(PatchSession session, PatchRequest request, PatchGroups left, PatchGroups asked)
    {
        PatchGroups before = session.Groups, announced = session.Announced;
        session.Announced |= left;
        try
        {
            PatchEvents.Raise(new WillPatchAllEvent(request.Options, left));
        }
        catch (DoNotPatchException)
        {
            PatchWarnings.Give(request);
            return (s_report ?? session.Report(request)).Again(PatchResult.Vetoed, request.Elapsed, request.Warnings);
        }
        finally
        {
            session.Announced = announced;
        }
        session.Step(PatchStep.WillAll);
        ApplyManifest(session, request, left);
        PatchEvents.Raise(new DidPatchBuiltinEvent(request.Options, session.Groups & ~before));
        PatchWarnings.Queue(request, session.Groups);
        PatchReport report = Finish(session, request, asked);
        PatchEvents.Raise(new DidPatchAllEvent(request.Options, report));
        session.Step(PatchStep.DidAll);
        PatchWarnings.Give(request);
        session.Step(PatchStep.Warned);
        return session.Groups == before ? report.Again(PatchResult.Vetoed, request.Elapsed, request.Warnings) : report;
    }

    private static PatchReport Some(PatchGroups groups)
    {
        var request = new PatchRequest(new PatchOptions { Groups = groups });
        lock (s_gate)
        {
            PatchGroups left = groups & ~((s_session?.Groups ?? PatchGroups.None) | (s_session?.UnderWay ?? PatchGroups.None));
            if (left == PatchGroups.None) return Nothing(request, s_asked);
            return Attempt(request, session =>
            {
                PatchGroups before = session.Groups;
                ApplyManifest(session, request, left);
                PatchReport report = Finish(session, request, s_asked);
                return session.Groups == before ? report.Again(PatchResult.Vetoed, request.Elapsed, []) : report;
            });
        }
    }

    private static void ApplyManifest(PatchSession session, PatchRequest request, PatchGroups groups)
    {
        PatchPlan plan = PatchPlan.Make(PatchManifest.Load(request.Options.ManifestPath), groups, session.Groups | session.UnderWay);
        session.Step(PatchStep.Planned);
        session.Apply(plan, request);
    }

    /// <summary>From here on everybody sees what was patched; the hub is not made, but it knows whose threads become green.</summary>
    private static PatchReport Finish(PatchSession session, PatchRequest request, PatchGroups? asked)
    {
        PatchReport report = session.Report(request);
        s_report = session.IsEmpty ? null : report;
        s_asked = asked is null ? null : asked | (s_asked ?? PatchGroups.None);
        session.Step(PatchStep.Reported);
        if (request.Options.FiberKind != FiberKind.Auto) Hub.DefaultFiber = request.Options.FiberKind;
        if (session.Groups != PatchGroups.None) Hub.AdmitThread(System.Threading.Thread.CurrentThread); // a Thread that it or the main thread starts becomes green
        session.Step(PatchStep.Admitted);
        return report;
    }

    private static PatchReport Nothing(PatchRequest request, PatchGroups? asked)
    {
        PatchWarnings.Give(request);
        s_asked = asked is null ? null : asked | (s_asked ?? PatchGroups.None);
        PatchReport report = s_report ?? new PatchReport(PatchGroups.None, "nothing was patched", default, []);
        return report.Again(PatchResult.NothingToDo, request.Elapsed, request.Warnings);
    }

    private static PatchReport Attempt(PatchRequest request, Func<PatchSession, PatchReport> patch)
    {
        (PatchReport? report, PatchGroups? asked, FiberKind fiber, (bool, bool) admission) = (s_report, s_asked, Hub.DefaultFiber, Hub.Admission);
        PatchSession? session = null;
        PatchMark mark = default;
        s_depth++;
        try
        {
            request.Threads = ThreadsBefore.Read();
            session = s_session ??= Open();
            mark = session.Mark();
            session.Step(PatchStep.Opened);
            return patch(session);
        }
        catch
        {
            _ = session?.RollBack(mark);
            (s_report, s_asked, Hub.DefaultFiber, Hub.Admission) = (report, asked, fiber, admission);
            throw;
        }
        finally
        {
            s_depth--;
        }
    }

    private static PatchSession Open()
    {
        try
        {
            var engines = new DetourEngines(RuntimeProbe.OfThisProcess(), Environment.GetEnvironmentVariable(DetourEngines.Variable));
            Trimming.Refuse();
            return new PatchSession(engines) { StepReached = s_steps };
        }
        catch (DetourRefusedException e)
        {
            throw new PatchException(e.Message, e);
        }
    }
}
