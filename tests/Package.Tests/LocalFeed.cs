using System.IO.Compression;
using System.Runtime.CompilerServices;

namespace Patchy.Package.Tests;

/// <summary>The packages as `dotnet pack` makes them, in a folder, under a version of their own; and the tool, installed from there. Made once for all tests.</summary>
public sealed class LocalFeed : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("patchy-feed-");

    public LocalFeed()
    {
        // Built in a folder of its own: other projects may be in the middle of being built, and packing restores differently from building.
        string[] options = ["-c", "Release", "-o", _folder.FullName, "--artifacts-path", Path.Combine(_folder.FullName, "artifacts"), $"-p:PackageVersion={Version}", "-p:RunAnalyzers=false"];
        foreach (string project in new[] { "Patcher", "AspNetCore", "Backdoor", "Tool" }) Command.Must(Root, "dotnet", ["pack", $"src/{project}", .. options]);
        Command.Must(_folder.FullName, "dotnet", ["tool", "install", "Patchy.Tool", "--version", Version, "--tool-path", Path.Combine(_folder.FullName, "tools"), "--add-source", _folder.FullName]);
    }

    public static string Root { get; } = Find();

    /// <summary>Not to be found in the cache of an earlier run.</summary>
    public string Version { get; } = $"0.0.1-test.{Environment.ProcessId}.{DateTime.UtcNow:yyyyMMddHHmmss}";

    public string Source => _folder.FullName;

    /// <summary>The command `patchy` as it is installed.</summary>
    public string Tool => Path.Combine(_folder.FullName, "tools", "patchy");

    /// <summary>Where an assembly of the package was built.</summary>
    public string Built(string assembly) => Path.Combine(_folder.FullName, "artifacts", "bin", assembly, "release", assembly + ".dll");

    /// <summary>What is inside of a package: the names of its files, and how to open one.</summary>
    internal ZipArchive Open(string package) => ZipFile.OpenRead(Path.Combine(_folder.FullName, $"{package}.{Version}.nupkg"));

    public void Dispose()
    {
        _folder.Delete(recursive: true);

        // The cache is the user's: only what these tests have put there is taken out.
        string cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        foreach (string package in new[] { "patchy", "patchy.aspnetcore", "patchy.backdoor", "patchy.tool" })
        {
            string path = Path.Combine(cache, package, Version);
            if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        }
    }

    private static string Find([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}
