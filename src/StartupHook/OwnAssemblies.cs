using System;
using System.IO;
using System.Reflection;

namespace Patchy.Hooking;

/// <summary>Patchy's assemblies from the folder of the hook, for programs that do not bring them: what a program ships is found before anyone is asked.</summary>
internal static class OwnAssemblies
{
    private static string s_folder = "";

    /// <summary>Patchy with all that it needs, loaded now: what is missing is to be missed here, and not at the program's first Thread.Start.</summary>
    public static Assembly Load()
    {
        string path = typeof(OwnAssemblies).Assembly.Location;
        if (path.Length > 0) // else it is inside of a single file, with the others
        {
            s_folder = Path.GetDirectoryName(path)!;
            AppDomain.CurrentDomain.AssemblyResolve += Resolve;
        }
        Assembly patchy = Load(new AssemblyName("Patchy"));
        LoadReferences(patchy);
        return patchy;
    }

    private static void LoadReferences(Assembly assembly)
    {
        foreach (AssemblyName name in assembly.GetReferencedAssemblies())
        {
            if (name.Name is "Iced") Load(name);
            else if (IsOurs(name.Name)) LoadReferences(Load(name));
        }
    }

    private static Assembly Load(AssemblyName name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (FileLoadException e)
        {
            string? brought = null;
            try
            {
                brought = Assembly.Load(name.Name).GetName().Version.ToString();
            }
            catch (IOException)
            {
                // It cannot be loaded in any version; the message of the first attempt says why.
            }
            throw new NotSupportedException($"The program brings {name.Name} {brought ?? "in a version that cannot be loaded"}, and Patchy needs {name.Version} or a later one ({e.Message.Trim()}). Nothing was patched.", e);
        }
        catch (IOException e)
        {
            string where = s_folder.Length == 0 ? "in the program" : $"in the program, nor in {s_folder}";
            throw new NotSupportedException($"{name.Name} ({name.Version?.ToString() ?? "any version"}) is not to be had: it is not {where} ({e.Message.Trim()}). Nothing was patched.", e);
        }
    }

    /// <summary>Iced for Patchy alone: the program may have parts that look for another version of it in a way of their own.</summary>
    private static Assembly? Resolve(object sender, ResolveEventArgs e)
    {
        string name = new AssemblyName(e.Name).Name;
        string? asks = e.RequestingAssembly?.GetName().Name;
        if (!IsOurs(name) && (name != "Iced" || (!IsOurs(asks) && asks != "Patchy.StartupHook"))) return null;
        string path = Path.Combine(s_folder, name + ".dll");
        return File.Exists(path) ? Assembly.LoadFrom(path) : null;
    }

    private static bool IsOurs(string? name) => name is "Patchy" or "Patchy.Hub" or "Patchy.Sockets";
}
