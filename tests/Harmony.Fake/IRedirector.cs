using System.Reflection;

namespace HarmonyLib;

/// <summary>The part of a detour library below Harmony. Not in the real one.</summary>
public interface IRedirector
{
    /// <summary>Calls of the method enter that code from now on; null: the method's own body again.</summary>
    void Redirect(MethodBase method, MethodInfo? code);

    /// <summary>Calls of the stand-in enter the method's own body from now on.</summary>
    void CopyInto(MethodInfo standIn, MethodBase method);
}
