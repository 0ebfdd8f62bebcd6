using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.CSharp.Scripting.Hosting;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.CodeAnalysis.Scripting.Hosting;
using Patchy.Events;
using Patchy.Pools;

namespace Patchy.Backdoor;

// Protocol: only the session's greenlet calls. The compiler computes, for seconds the first time: it runs on native threads of the backdoor's own (a pool that the program has exhausted must not keep anybody from looking why), and the greenlet
// waits for it. What was compiled runs on the greenlet.

/// <summary>Compiles and runs the inputs of one session, each of which sees what those before have declared.</summary>
internal sealed class Interpreter : IDisposable
{
    private static readonly CSharpParseOptions s_parse = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);

    // Not Patchy.Locks: its Semaphore would make that of System.Threading ambiguous.
    private static readonly string[] s_imports =
    [
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Threading", "System.Threading.Tasks",
        "Patchy", "Patchy.Diagnostics", "Patchy.Events", "Patchy.Pools", "Patchy.Queues", "Patchy.Selecting", "Patchy.Servers",
    ];

    /// <summary>Its setter is protected, and scripting has no option for it.</summary>
    private static readonly PropertyInfo s_concurrentBuild = typeof(CompilationOptions).GetProperty(nameof(CompilationOptions.ConcurrentBuild))!;

    private readonly InteractiveAssemblyLoader _loader = new();
    private readonly BackdoorSession _globals;
    private readonly AsyncResult<Script<object>> _begun;
    private ScriptState<object>? _state;

    /// <summary>Begins to make the compiler ready, and the variables that the session has from the beginning. Does not wait.</summary>
    public Interpreter(BackdoorSession globals, IReadOnlyList<SessionValue> values)
    {
        _globals = globals;
        _begun = Compilers.Spawn(() => Begin(values));
    }

    /// <summary>The threads that compile, for all sessions.</summary>
    private static NativeThreadPool Compilers { get; } = new(2);

    /// <summary>A value as C# would write it.</summary>
    public static string Show(object value) => CSharpObjectFormatter.Instance.FormatObject(HiddenObject.Unwrap(value));

    public CompiledInput Compile(string input)
    {
        if (_state is null)
        {
            Script<object> begun = _begun.Get();
            _state = Greenlet.Await(begun.RunAsync(_globals));
        }
        Script<object> before = (Script<object>)_state.Script;
        return Compilers.Spawn(() => Compile(before, input)).Get();
    }

    /// <summary>What the input comes to. What it throws is raised here, and what it did before that stays done.</summary>
    public object? Run(Script<object> input)
    {
        ScriptState<object> before = _state!;
        _state = Greenlet.Await(input.RunFromAsync(before, static exception => exception is not GreenletExit));
        return _state.Exception is { } exception ? throw new FailedInputException(exception) : _state.ReturnValue;
    }

    public void Dispose() => _loader.Dispose();

    /// <summary>On a native thread.</summary>
    private static CompiledInput Compile(Script<object> before, string input)
    {
        try
        {
            if (!SyntaxFactory.IsCompleteSubmission(CSharpSyntaxTree.ParseText(input, s_parse))) return CompiledInput.Incomplete;
            Script<object> script = before.ContinueWith<object>(input);
            string[] errors = [.. CompileHere(script).Where(static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(static diagnostic => diagnostic.ToString())];
            return errors.Length > 0 ? CompiledInput.Wrong(errors) : CompiledInput.Ready(script);
        }
        catch (Exception exception)
        {
            // A file of #load or #r that is not there, or an error of the compiler itself: the session goes on.
            return CompiledInput.Wrong([exception.Message]);
        }
    }

    /// <summary>On this thread alone: the compiler would hand parts of its work to the pool, and wait for them.</summary>
    private static ImmutableArray<Diagnostic> CompileHere(Script<object> script)
    {
        s_concurrentBuild.SetValue(script.GetCompilation().Options, false);
        return script.Compile();
    }

    /// <summary>On a native thread: the variables, as an input before the first.</summary>
    private Script<object> Begin(IReadOnlyList<SessionValue> values)
    {
        var references = new List<MetadataReference>();
        foreach ((Assembly assembly, MetadataReference reference) in References.Loaded())
        {
            _loader.RegisterDependency(assembly); // or else the engine would load a second copy of it, with other types
            references.Add(reference);
        }
        string here = Directory.GetCurrentDirectory();
        ScriptOptions options = ScriptOptions.Default.WithImports(s_imports).AddReferences(references)
            .WithMetadataResolver(ScriptMetadataResolver.Default.WithBaseDirectory(here).WithSearchPaths(AppContext.BaseDirectory))
            .WithSourceResolver(ScriptSourceResolver.Default.WithBaseDirectory(here));
        var code = new StringBuilder();
        foreach (SessionValue value in values)
        {
            string type = value.Type is { } known ? TypeText.Of(known) : "dynamic";
            code.Append(System.Globalization.CultureInfo.InvariantCulture, $"{type} {TypeText.Identifier(value.Name)} = ({type}){nameof(BackdoorSession.Locals)}[\"{value.Name}\"];\n");
        }
        Script<object> script = CSharpScript.Create(code.ToString(), options, typeof(BackdoorSession), _loader);
        _ = CompileHere(script);
        _ = Show(0); // so that the first value does not keep the hub waiting for the formatter
        return script;
    }
}
