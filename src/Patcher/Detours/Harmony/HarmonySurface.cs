using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Reflection;

namespace Patchy.Detours.Harmony;

/// <summary>
/// What Patchy needs of Harmony 2, by reflection: the application brings 0Harmony.dll, Patchy has no reference to it. Parameters are found by their names,
/// so that one which a later version adds is left at its default.
/// </summary>
internal sealed class HarmonySurface
{
    public const string AssemblyName = "0Harmony";

    private readonly Type _method;
    private readonly ConstructorInfo _newHarmony;
    private readonly ConstructorInfo _newMethod;
    private readonly MethodInfo _patch;
    private readonly MethodInfo _unpatch;
    private readonly MethodInfo _reversePatch;
    private readonly MethodInfo _getPatchInfo;
    private readonly Dictionary<string, object> _byOwner = [];

    private HarmonySurface(Assembly assembly)
    {
        Type harmony = Find(assembly, "HarmonyLib.Harmony");
        _method = Find(assembly, "HarmonyLib.HarmonyMethod");
        _newHarmony = harmony.GetConstructor([typeof(string)]) ?? throw Lacks(assembly, "new Harmony(string)");
        _newMethod = _method.GetConstructor([typeof(MethodInfo)]) ?? throw Lacks(assembly, "new HarmonyMethod(MethodInfo)");
        _patch = Find(assembly, harmony, "Patch", BindingFlags.Instance, "original", "transpiler");
        _unpatch = Find(assembly, harmony, "Unpatch", BindingFlags.Instance, "original", "patch");
        _reversePatch = Find(assembly, harmony, "ReversePatch", BindingFlags.Static, "original", "standin");
        _getPatchInfo = Find(assembly, harmony, "GetPatchInfo", BindingFlags.Static, "method");
        Name = $"Harmony {assembly.GetName().Version?.ToString(3)}";
    }

    /// <summary>For the report, with the version.</summary>
    public string Name { get; }

    /// <exception cref="DetourRefusedException">The application has no Harmony, or one that Patchy does not know.</exception>
    public static HarmonySurface Load()
    {
        try
        {
            return new HarmonySurface(Assembly.Load(new AssemblyName(AssemblyName)));
        }
        catch (Exception e) when (e is IOException or BadImageFormatException)
        {
            throw new DetourRefusedException(DetourRefusal.Platform,
                $"PATCHY_DETOUR=harmony asks for Harmony, but {AssemblyName}.dll could not be loaded ({e.Message.Split('\n')[0]}). Add the package Lib.Harmony to the application, or leave PATCHY_DETOUR out: Patchy has an engine of its own. Nothing was patched.");
        }
    }

    /// <summary>The owners of patches that the method has.</summary>
    public IReadOnlyList<string> OwnersOf(MethodBase method)
    {
        object? info = Call(_getPatchInfo, null, ("method", method));
        var owners = new List<string>();
        if (info?.GetType().GetProperty("Owners")?.GetValue(info) is IEnumerable found)
        {
            foreach (object? owner in found) owners.Add(owner?.ToString() ?? "?");
        }
        return owners;
    }

    /// <summary>The body of the method is what the transpiler makes of it from now on.</summary>
    public void Patch(string owner, MethodBase method, MethodInfo transpiler) =>
        Call(_patch, Of(owner), ("original", method), ("transpiler", _newMethod.Invoke([transpiler])));

    public void Unpatch(string owner, MethodBase method, MethodInfo transpiler) => Call(_unpatch, Of(owner), ("original", method), ("patch", transpiler));

    /// <summary>Calls of the stand-in do from now on what the unpatched method does.</summary>
    public void ReversePatch(MethodBase method, MethodInfo standIn) => Call(_reversePatch, null, ("original", method), ("standin", _newMethod.Invoke([standIn])));

    private object Of(string owner)
    {
        if (!_byOwner.TryGetValue(owner, out object? harmony)) _byOwner.Add(owner, harmony = _newHarmony.Invoke([owner]));
        return harmony;
    }

    private static object? Call(MethodInfo method, object? target, params ReadOnlySpan<(string Name, object Value)> given)
    {
        ParameterInfo[] parameters = method.GetParameters();
        var arguments = new object?[parameters.Length];
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = Type.Missing; // its default
            foreach ((string name, object value) in given)
            {
                if (parameters[i].Name == name) arguments[i] = value;
            }
        }
        try
        {
            return method.Invoke(target, BindingFlags.OptionalParamBinding, null, arguments, CultureInfo.InvariantCulture);
        }
        catch (TargetInvocationException e)
        {
            Exception cause = e.InnerException ?? e;
            throw new DetourRefusedException(DetourRefusal.Method, $"Harmony refused it in {method.Name}: {cause.GetType().Name}: {cause.Message}", cause);
        }
    }

    private static Type Find(Assembly assembly, string type) => assembly.GetType(type) ?? throw Lacks(assembly, type);

    private static MethodInfo Find(Assembly assembly, Type type, string name, BindingFlags kind, params ReadOnlySpan<string> parameters)
    {
        foreach (MemberInfo member in type.GetMember(name, MemberTypes.Method, BindingFlags.Public | kind))
        {
            if (Fits((MethodInfo)member, parameters)) return (MethodInfo)member;
        }
        throw Lacks(assembly, $"{type.Name}.{name}({string.Join(", ", parameters!)})");
    }

    /// <summary>It has these, and can be called with them alone. "patch" is the name of parameters of several types: a MethodInfo is meant.</summary>
    private static bool Fits(MethodInfo method, ReadOnlySpan<string> wanted)
    {
        int found = 0;
        foreach (ParameterInfo parameter in method.GetParameters())
        {
            if (wanted.Contains(parameter.Name!)) found++;
            else if (!parameter.IsOptional) return false;
        }
        return found == wanted.Length;
    }

    private static DetourRefusedException Lacks(Assembly assembly, string what) =>
        new(DetourRefusal.Platform, $"{assembly.GetName().Name} {assembly.GetName().Version} has no {what}: Patchy knows Harmony 2. Leave PATCHY_DETOUR out to use Patchy's own engine. Nothing was patched.");
}
