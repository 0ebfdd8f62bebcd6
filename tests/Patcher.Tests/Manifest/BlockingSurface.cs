using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Security.Cryptography.X509Certificates;

namespace Patchy.Tests.Manifest;

/// <summary>
/// The public members of the class library that must be classified, as the running framework has them. The types come from whole
/// assemblies and namespaces, so that one that a later release adds there is asked about; only single types of other namespaces are named.
/// </summary>
internal static class BlockingSurface
{
    /// <summary>All public types of the assemblies whose name is this, or begins with this and a point.</summary>
    private static readonly string[] s_assemblies =
    [
        "System.Threading", "System.Net", "System.IO", "System.Collections.Concurrent", "System.Linq.Parallel", "System.Console",
        "System.Diagnostics.Process", "System.Transactions", "System.Formats.Tar",
    ];

    /// <summary>All public types of these namespaces, in any assembly.</summary>
    private static readonly string[] s_namespaces =
    [
        "System.Threading", "System.Threading.Tasks", "System.Threading.Tasks.Sources", "System.Threading.Channels", "System.Timers", "System.IO", "System.IO.Pipes",
        "System.Net", "System.Net.Sockets", "System.Net.Security",
    ];

    /// <summary>What waits and lives among what does not.</summary>
    private static readonly Type[] s_types =
    [
        typeof(AppDomain), typeof(Environment), typeof(GC), typeof(Lazy<>), typeof(Lazy<,>), typeof(Progress<>), typeof(System.ComponentModel.BackgroundWorker),
        typeof(System.Diagnostics.Debugger), typeof(NativeLibrary), typeof(PosixSignalContext), typeof(PosixSignalRegistration), typeof(SafeHandle),
        typeof(Microsoft.Win32.SafeHandles.SafeFileHandle), typeof(Microsoft.Win32.SafeHandles.SafeWaitHandle), typeof(AssemblyLoadContext), typeof(RuntimeHelpers),
        typeof(X509Chain), typeof(X509Certificate2), typeof(System.Xml.XmlUrlResolver),
    ];

    /// <summary>In the order of their names. Enums, delegates, exceptions and attributes do nothing that could wait.</summary>
    public static IReadOnlyList<Type> Types()
    {
        var found = new HashSet<Type>(s_types);
        foreach (string path in Directory.GetFiles(RuntimeEnvironment.GetRuntimeDirectory(), "*.dll"))
        {
            if (!IsManaged(path)) continue;
            Assembly assembly = Assembly.Load(AssemblyName.GetAssemblyName(path));
            bool whole = s_assemblies.Any(name => assembly.GetName().Name == name || assembly.GetName().Name!.StartsWith(name + ".", StringComparison.Ordinal));
            foreach (Type type in assembly.GetExportedTypes())
            {
                if (type.Assembly == assembly && (whole || s_namespaces.Contains(type.Namespace) || IsAwaiter(type))) found.Add(type);
            }
        }
        return [.. found.Where(CanRun).OrderBy(type => type.FullName, StringComparer.Ordinal)];
    }

    /// <summary>What a user can call or override: methods, accessors and constructors, those of derived classes included. Finalizers are the runtime's.</summary>
    public static IEnumerable<MethodBase> Members(Type type) =>
        type.GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .OfType<MethodBase>().Where(member => IsCallable(type, member)).OrderBy(member => member.MetadataToken);

    private static bool IsCallable(Type type, MethodBase member)
    {
        if (member.Name is ".cctor" or "Finalize") return false;
        return member.IsPublic || (!type.IsSealed && (member.IsFamily || member.IsFamilyOrAssembly));
    }

    /// <summary>GetResult() of an awaiter waits when it is called by hand.</summary>
    private static bool IsAwaiter(Type type) => typeof(INotifyCompletion).IsAssignableFrom(type) || type.GetNestedTypes().Any(inner => typeof(INotifyCompletion).IsAssignableFrom(inner));

    private static bool CanRun(Type type) =>
        !type.IsEnum && !typeof(Delegate).IsAssignableFrom(type) && !typeof(Exception).IsAssignableFrom(type) && !typeof(Attribute).IsAssignableFrom(type);

    private static bool IsManaged(string path)
    {
        try
        {
            AssemblyName.GetAssemblyName(path);
            return true;
        }
        catch (BadImageFormatException)
        {
            return false;
        }
    }
}
