using System;
using System.Linq.Expressions;
using System.Reflection;
using Patchy.Manifest;
using Patchy.Session;

namespace Patchy;

public static partial class Patch
{
    /// <summary>True when anything is patched: groups, or methods of a user's own. May be called from any thread. The counterpart of gevent's is_anything_patched.</summary>
    public static bool IsAnythingPatched => s_report is not null;

    /// <summary>True when all of these groups are patched. May be called from any thread. The counterpart of gevent's is_module_patched.</summary>
    public static bool IsPatched(PatchGroups groups) => groups != PatchGroups.None && s_session is { } session && (groups & ~session.Groups) == 0;

    /// <summary>
    /// True when calls of this method are redirected. False for those that are cooperative through another one: <see cref="GetPatchInfo"/> tells them apart.
    /// May be called from any thread. The counterpart of gevent's is_object_patched.
    /// </summary>
    public static bool IsPatched(MethodBase method)
    {
        ArgumentNullException.ThrowIfNull(method);
        lock (s_gate) return s_session?.Find(method) is not null;
    }

    /// <summary>
    /// What Patchy does with this method: owner, group, state, hits, mechanism and reason, as in the report; null for a method that it does not know.
    /// May be called from any thread. The counterpart of Harmony's GetPatchInfo.
    /// </summary>
    public static PatchReportRow? GetPatchInfo(MethodBase method)
    {
        ArgumentNullException.ThrowIfNull(method);
        string target = TargetOf(method);
        lock (s_gate)
        {
            if (s_session?.Find(method) is { } patch) return PatchSession.RowOf(patch);
            if (s_session?.FindLeft(target) is { } left) return left;
        }
        if (WholeManifest.Index.Find(method) is not { } known) return null;
        return known.Action switch
        {
            ManifestAction.Inherits when IsPatched(known.Group) => new PatchReportRow(known.Group, target, "-", PatchOutcome.Inherited, known.Reason),
            ManifestAction.Refuse => new PatchReportRow(known.Group, target, "-", PatchOutcome.Refused, known.Reason),
            ManifestAction.Pass => new PatchReportRow(known.Group, target, "-", PatchOutcome.Skipped, known.Reason ?? "it cannot block"),
            _ => new PatchReportRow(known.Group, target, "-", PatchOutcome.Skipped, $"the group {known.Group.ToString().ToLowerInvariant()} is not patched"),
        };
    }

    /// <summary>
    /// A delegate that calls the original, whether the method is patched now, was, or will be. For an instance method the object is the first parameter; where a type is
    /// not public, object stands for it. May be called from any thread. The counterpart of gevent's get_original and of Harmony's reverse patches.
    /// </summary>
    /// <exception cref="ArgumentException">The delegate's parameters or result do not fit.</exception>
    /// <exception cref="NotSupportedException">The method is a P/Invoke or cannot be entered by address (generic, virtual, abstract): no patch can be on it either; call it.</exception>
    public static TDelegate GetOriginal<TDelegate>(MethodBase method) where TDelegate : Delegate
    {
        ArgumentNullException.ThrowIfNull(method);
        if ((method.Attributes & MethodAttributes.PinvokeImpl) != 0 || method.IsGenericMethod || method.IsVirtual || method.DeclaringType is null or { IsGenericType: true })
            throw new NotSupportedException($"{TargetOf(method)} is a P/Invoke, virtual or generic: Patchy patches none of those by their own entry. Call the method itself.");
        if (OriginalPointers.Mismatch(typeof(TDelegate), method) is { } mismatch)
            throw new ArgumentException($"{typeof(TDelegate)} does not fit {TargetOf(method)}: {mismatch}.".Replace("the replacement", "the delegate", StringComparison.Ordinal), nameof(method));
        lock (s_gate)
        {
            nint entry = s_session?.Find(method)?.Detour!.Original ?? method.MethodHandle.GetFunctionPointer();
            return (TDelegate)OriginalPointers.Bind(typeof(TDelegate), method, entry);
        }
    }

    /// <summary>As the other, for the method that the expression calls: <c>Patch.GetOriginal&lt;Action&lt;int&gt;&gt;(() => Thread.Sleep(0))</c>. The arguments do not matter. May be called from any thread.</summary>
    /// <exception cref="ArgumentException">The expression is not a call; or as for the other.</exception>
    public static TDelegate GetOriginal<TDelegate>(Expression<Action> call) where TDelegate : Delegate
    {
        ArgumentNullException.ThrowIfNull(call);
        if (call.Body is not MethodCallExpression { Method: var method }) throw new ArgumentException($"{call} is not a call of a method. Write () => Type.Method(arguments).", nameof(call));
        return GetOriginal<TDelegate>(method);
    }

    /// <summary>True when this owner has patched anything: "patchy.socket" and its like, or an owner of a user's own. May be called from any thread. The counterpart of Harmony's HasAnyPatches.</summary>
    public static bool HasAnyPatches(string owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        lock (s_gate) return s_session?.HasAny(patch => patch.Owner == owner) ?? false;
    }

    internal static string TargetOf(MethodBase method) => $"{method.DeclaringType?.FullName}.{TypeText.Of(method)}";
}
