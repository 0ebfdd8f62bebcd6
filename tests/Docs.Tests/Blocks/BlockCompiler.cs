using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Emit;

namespace Patchy.Docs.Tests.Blocks;

/// <summary>
/// Compiles a block as a reader would: as the Program.cs of a console project with ImplicitUsings and Nullable that refers to Patchy. One that is compiled only may be a
/// fragment of a library, with unsafe code.
/// </summary>
internal static class BlockCompiler
{
    // What <ImplicitUsings>enable</ImplicitUsings> of Microsoft.NET.Sdk brings: see docs of the SDK, "Implicit using directives".
    private const string ImplicitUsings = """
        global using global::System;
        global using global::System.Collections.Generic;
        global using global::System.IO;
        global using global::System.Linq;
        global using global::System.Net.Http;
        global using global::System.Threading;
        global using global::System.Threading.Tasks;
        """;

    private static readonly CSharpParseOptions s_parse = new(LanguageVersion.Latest);
    private static readonly SyntaxTree s_usings = CSharpSyntaxTree.ParseText(ImplicitUsings, s_parse);
    private static readonly MetadataReference[] s_references = [.. References()];

    /// <summary>The assembly is written to <paramref name="folder"/>; its path, or the compiler's words.</summary>
    public static (string? Path, IReadOnlyList<string> Complaints) Compile(CodeBlock block, string folder)
    {
        string name = "Block_" + new string([.. block.ToString().Select(static c => char.IsLetterOrDigit(c) ? c : '_')]);
        SyntaxTree tree = CSharpSyntaxTree.ParseText(block.Code, s_parse, block.Page);
        bool hasStatements = tree.GetCompilationUnitRoot().Members.Any(static member => member is GlobalStatementSyntax);
        OutputKind kind = block.Runs || hasStatements ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary;
        var options = new CSharpCompilationOptions(kind, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: !block.Runs);
        CSharpCompilation compilation = CSharpCompilation.Create(name, [s_usings, tree], s_references, options);
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, name + ".dll");
        EmitResult result;
        using (FileStream file = File.Create(path)) result = compilation.Emit(file);
        string[] complaints = [.. result.Diagnostics.Where(static d => d.Severity >= DiagnosticSeverity.Warning).Select(d => Say(d, block))];
        return (result.Success ? path : null, complaints);
    }

    private static string Say(Diagnostic diagnostic, CodeBlock block) =>
        $"{block.Page}:{block.Line + diagnostic.Location.GetLineSpan().StartLinePosition.Line}: {diagnostic.Id} {diagnostic.GetMessage()}";

    private static IEnumerable<MetadataReference> References()
    {
        foreach (Type framework in new[] { typeof(object), typeof(Microsoft.AspNetCore.Http.HttpContext) })
            foreach (string path in Directory.GetFiles(Path.GetDirectoryName(framework.Assembly.Location)!, "*.dll"))
                if (IsManaged(path)) yield return MetadataReference.CreateFromFile(path);
        foreach (string name in BlockRun.Library)
            yield return MetadataReference.CreateFromFile(Path.Combine(AppContext.BaseDirectory, name));
    }

    private static bool IsManaged(string path)
    {
        using FileStream file = File.OpenRead(path);
        using var image = new System.Reflection.PortableExecutable.PEReader(file);
        return image.HasMetadata;
    }
}
