using FluentAssertions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Patchy.Repl.Tests;

/// <summary>An assembly that was compiled against the class library alone, in a folder that is deleted afterwards.</summary>
internal sealed class UnknowingLibrary : IDisposable
{
    /// <summary>Work(n) has n threads, which all block in an event at once; returns how many kernel threads the process had then.</summary>
    private const string Source = """
        using System.Diagnostics;
        using System.Threading;

        public static class Unknowing
        {
            public static int Work(int threads)
            {
                using var all = new CountdownEvent(threads);
                using var go = new ManualResetEvent(false);
                var started = new Thread[threads];
                for (int i = 0; i < threads; i++)
                {
                    started[i] = new Thread(() => { all.Signal(); go.WaitOne(); });
                    started[i].Start();
                }
                all.Wait();
                int kernelThreads = Process.GetCurrentProcess().Threads.Count;
                go.Set();
                foreach (Thread thread in started) thread.Join();
                return kernelThreads;
            }
        }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("patchy-repl");

    public UnknowingLibrary()
    {
        IEnumerable<MetadataReference> framework = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(':')
            .Where(static path => System.IO.Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal)).Select(static path => MetadataReference.CreateFromFile(path));
        CSharpCompilation.Create("Unknowing", [CSharpSyntaxTree.ParseText(Source)], framework, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release))
            .Emit(Path).Diagnostics.Should().BeEmpty();
    }

    public string Path => System.IO.Path.Combine(_folder.FullName, "Unknowing.dll");

    public void Dispose() => _folder.Delete(recursive: true);
}
