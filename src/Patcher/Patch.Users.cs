using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using Patchy.Manifest;
using Patchy.Session;
using Patchy.Users;

namespace Patchy;

public static partial class Patch
{
    /// <summary>
    /// Applies all replacements of this assembly that are marked with <see cref="PatchTargetAttribute"/>, all or none, with the same checks as Patchy's own. Those that are
    /// applied already are left alone. May be called from any thread. The counterpart of gevent's patch_module and of Harmony's PatchAll(assembly).
    /// </summary>
    /// <param name="assembly">Where the replacements are.</param>
    /// <param name="owner">The name by which they can be undone; the assembly's when null. Harmony's id.</param>
    /// <exception cref="PatchException">A target or a replacement is not fit. Nothing was patched by this call.</exception>
    public static PatchReport Methods(Assembly assembly, string? owner)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        return Targeted(assembly.GetTypes(), owner ?? assembly.GetName().Name ?? "");
    }

    /// <summary>As the other, with the name of the assembly as owner.</summary>
    /// <param name="assembly">Where the replacements are.</param>
    /// <exception cref="PatchException">A target or a replacement is not fit. Nothing was patched by this call.</exception>
    public static PatchReport Methods(Assembly assembly) => Methods(assembly, null);

    /// <summary>As the other, for the replacements of one type.</summary>
    /// <param name="type">Where the replacements are.</param>
    /// <param name="owner">The name by which they can be undone; the name of the type's assembly when null.</param>
    /// <exception cref="PatchException">A target or a replacement is not fit. Nothing was patched by this call.</exception>
    public static PatchReport Methods(Type type, string? owner)
    {
        ArgumentNullException.ThrowIfNull(type);
        return Targeted([type], owner ?? type.Assembly.GetName().Name ?? "");
    }

    /// <summary>As the other, with the name of the type's assembly as owner.</summary>
    /// <param name="type">Where the replacements are.</param>
    /// <exception cref="PatchException">A target or a replacement is not fit. Nothing was patched by this call.</exception>
    public static PatchReport Methods(Type type) => Methods(type, null);

    /// <summary>
    /// Applies the rows of a manifest of a user's own, beside those inside Patchy; its format is described in docs/manifest.md. (<see cref="PatchOptions.ManifestPath"/> is another
    /// manifest instead.) The groups of its rows are for the report. May be called from any thread.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="owner">The name by which they can be undone; the name of the file when null.</param>
    /// <exception cref="PatchException">The file is not there or not right. Nothing was patched by this call.</exception>
    public static PatchReport Manifest(string path, string? owner = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        owner ??= Path.GetFileName(path);
        return User(owner, () => PatchPlan.RowsOf(PatchManifest.LoadWhole(path), owner));
    }

    private static PatchReport Targeted(Type[] types, string owner) => User(owner, () => TargetedMethods.Of(types, owner));

    private static PatchReport User(string owner, Func<List<PlannedPatch>> find)
    {
        var request = new PatchRequest(new PatchOptions()) { Owner = owner };
        lock (s_gate)
        {
            return Attempt(request, session =>
            {
                List<PlannedPatch> patches = find();
                patches.RemoveAll(patch => session.Find(patch.Source) is { } known && known.Replacement.MethodHandle == patch.Replacement.MethodHandle);
                session.Step(PatchStep.Planned);
                if (patches.Count == 0) return Nothing(request, s_asked);
                PatchMark before = session.Mark();
                session.Apply(PatchPlan.OfUser([.. patches]), request);
                PatchReport report = Finish(session, request, s_asked);
                return session.Mark().Applied == before.Applied ? report.Again(PatchResult.Vetoed, request.Elapsed, []) : report;
            });
        }
    }
}
