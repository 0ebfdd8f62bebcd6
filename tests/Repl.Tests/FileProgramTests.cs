using FluentAssertions;

namespace Patchy.Repl.Tests;

/// <summary>Programs that are one file: dotnet run app.cs.</summary>
public sealed class FileProgramTests : IDisposable
{
    private const string Program = """
        using Patchy;

        var work = System.Reflection.Assembly.LoadFrom(args[0]).GetType("Unknowing")!.GetMethod("Work")!.CreateDelegate<Func<int, int>>();
        Console.WriteLine(work(200) > 200);
        Patch.All();
        Console.WriteLine(work(200) < 100);
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("patchy-file");
    private readonly UnknowingLibrary _library = new();

    [Fact]
    public void Run_OfAFileWithAProject_IsConcurrent() => Run($"#:project {Places.Repository}/src/Patcher\n#:property PublishAot=false", []);

    [Fact]
    public void Run_OfAFileWithThePackage_IsConcurrent()
    {
        const string Version = "0.0.1-file";
        Child pack = Child.Run(Places.Repository, "", new Dictionary<string, string>(), "pack", "src/Patcher", "-c", Places.Configuration, "-o", _folder.FullName, $"-p:PackageVersion={Version}");
        pack.ExitCode.Should().Be(0, pack.ToString());

        // A package folder of its own, so that nothing stays behind; what else is needed comes from the usual one.
        Run($"""
            #:package Patchy@{Version}
            #:property RestoreAdditionalProjectSources={_folder.FullName}
            #:property RestoreAdditionalProjectFallbackFolders={Places.Packages}
            """, new Dictionary<string, string> { ["NUGET_PACKAGES"] = Path.Combine(_folder.FullName, "packages") });
    }

    public void Dispose()
    {
        _library.Dispose();
        _folder.Delete(recursive: true);
    }

    private void Run(string directives, Dictionary<string, string> environment)
    {
        string file = Path.Combine(_folder.FullName, "app.cs");
        File.WriteAllText(file, $"{directives}\n#:property RunAnalyzers=false\n#:property EnableTrimAnalyzer=false\n{Program}\n");
        environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        environment["MSBUILDDISABLENODEREUSE"] = "1";

        Child run = Child.Run(_folder.FullName, "", environment, "run", "-c", Places.Configuration, file, "--", _library.Path);

        run.ExitCode.Should().Be(0, run.ToString());
        run.Lines.TakeLast(2).Should().Equal(["True", "True"], "each thread has a kernel thread of its own before, and not after: {0}", run);
    }
}
