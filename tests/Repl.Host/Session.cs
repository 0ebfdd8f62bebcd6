using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.Scripting;

namespace Patchy.Repl;

/// <summary>Cells that see what the cells before have declared. Prints what a cell comes to, or how it failed, as csharprepl does.</summary>
internal sealed class Session(string folder)
{
    private readonly ScriptOptions _options = ScriptOptions.Default
        .WithImports("System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Threading", "System.Threading.Tasks")
        .WithMetadataResolver(ScriptMetadataResolver.Default.WithBaseDirectory(folder));

    private ScriptState? _state;

    /// <summary>A cell is a line that begins with "> " and those after it that begin with ". ".</summary>
    public static IEnumerable<string> CellsOf(string transcript)
    {
        var cell = new List<string>();
        foreach (string line in transcript.Split('\n'))
        {
            if (line.StartsWith("> ", StringComparison.Ordinal) && cell.Count > 0)
            {
                yield return string.Join('\n', cell);
                cell.Clear();
            }
            if (line.StartsWith("> ", StringComparison.Ordinal) || line.StartsWith(". ", StringComparison.Ordinal)) cell.Add(line[2..]);
        }
        if (cell.Count > 0) yield return string.Join('\n', cell);
    }

    public static string Prompted(string cell) => "> " + cell.Replace("\n", "\n. ", StringComparison.Ordinal);

    public async Task RunAsync(string cell)
    {
        try
        {
            _state = _state is null
                ? await CSharpScript.Create(cell, _options).RunAsync(null, static _ => true)
                : await _state.ContinueWithAsync(cell, _options, static _ => true);
        }
        catch (CompilationErrorException error)
        {
            Console.WriteLine(error.Message);
            return;
        }
        if (_state.Exception is { } exception) Console.WriteLine($"{exception.GetType().Name}: {exception.Message}");
        else if (_state.ReturnValue is { } value) Console.WriteLine(value);
    }
}
