using System.Reflection;
using System.Runtime.CompilerServices;

namespace Patchy.Repl.Tests;

/// <summary>Where the programs are that the tests run.</summary>
internal static class Places
{
    private static readonly string s_configuration = AppContext.BaseDirectory.Contains("/Debug/", StringComparison.Ordinal) ? "Debug" : "Release";

    public static string Repository { get; } = Find();

    public static string Document => Path.Combine(Repository, "docs", "repl.md");

    public static string Host => Path.Combine(Output("tests/Repl.Host"), "Patchy.Repl.Host.dll");

    /// <summary>The folder of an application that has Patchy.</summary>
    public static string Application => Output("samples/OneLine");

    public static string CSharpRepl => Metadata("CSharpRepl");

    public static string Packages => Metadata("NuGetPackageRoot");

    public static string Configuration => s_configuration;

    /// <summary>The assemblies of Patchy and what they need, as an application has them.</summary>
    public static IEnumerable<string> Library => new[] { "Patchy", "Patchy.Hub", "Patchy.Sockets", "Iced" }.Select(static name => Path.Combine(Application, name + ".dll"));

    private static string Output(string project) => Path.Combine(Repository, project, "bin", s_configuration, "net10.0");

    private static string Metadata(string key) =>
        typeof(Places).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;

    private static string Find([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}
