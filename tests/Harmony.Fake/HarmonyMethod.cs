using System.Reflection;

namespace HarmonyLib;

public sealed class HarmonyMethod
{
    public HarmonyMethod(MethodInfo method) => Method = method;

    internal MethodInfo Method { get; }
}
