using System.Reflection;

namespace HarmonyLib;

/// <summary>Keeps the transpilers of each method by owner, and makes the body anew whenever they change, as the real one does.</summary>
public sealed class Harmony
{
    private static readonly Dictionary<MethodBase, List<(string Owner, MethodInfo Transpiler)>> s_patches = [];

    public Harmony(string id) => Id = id;

    /// <summary>Set by the scenario before anything is patched.</summary>
    public static IRedirector? Redirector { get; set; }

    /// <summary>What was called, one line each.</summary>
    public static List<string> Log { get; } = [];

    /// <summary>When it says so, Patch fails for that method, at the worst moment: the patch is noted and the body is not made.</summary>
    public static Func<MethodBase, bool>? Fails { get; set; }

    public string Id { get; }

    public MethodInfo? Patch(MethodBase original, HarmonyMethod? prefix = null, HarmonyMethod? postfix = null, HarmonyMethod? transpiler = null, HarmonyMethod? finalizer = null)
    {
        Log.Add($"Patch {Id} {original.Name}");
        if (prefix is not null || postfix is not null || finalizer is not null) throw new NotSupportedException("The fake knows transpilers only.");
        if (!s_patches.TryGetValue(original, out List<(string, MethodInfo)>? patches)) s_patches.Add(original, patches = []);
        patches.Add((Id, transpiler!.Method));
        if (Fails?.Invoke(original) == true) throw new InvalidOperationException("the fake was told to fail");
        return Renew(original, patches);
    }

    public void Unpatch(MethodBase original, MethodInfo patch)
    {
        Log.Add($"Unpatch {Id} {original.Name}");
        if (!s_patches.TryGetValue(original, out List<(string Owner, MethodInfo Transpiler)>? patches)) return;
        patches.RemoveAll(one => one.Transpiler == patch);
        Renew(original, patches);
        if (patches.Count == 0) s_patches.Remove(original);
    }

    public void Unpatch(MethodBase original, string type, string harmonyID = "*") => throw new NotSupportedException($"{original} {type} {harmonyID}");

    public static Patches? GetPatchInfo(MethodBase method) =>
        s_patches.TryGetValue(method, out List<(string Owner, MethodInfo Transpiler)>? patches) ? new Patches(patches.Select(one => one.Owner)) : null;

    public static MethodInfo ReversePatch(MethodBase original, HarmonyMethod standin, MethodInfo? transpiler = null)
    {
        Log.Add($"ReversePatch {original.Name}");
        Redirector!.CopyInto(standin.Method, original);
        return transpiler ?? standin.Method;
    }

    private static MethodInfo? Renew(MethodBase original, List<(string Owner, MethodInfo Transpiler)> patches)
    {
        MethodInfo? body = patches.Count == 0 ? null : TranspiledBody.Of(original, patches.Select(one => one.Transpiler));
        Redirector!.Redirect(original, body);
        return body;
    }
}
