using System;
using System.Collections.Generic;
using System.IO;

namespace Patchy.Tool.Running;

/// <summary>
/// What `dotnet` is told. It becomes the program for `dotnet exec` and `dotnet app.dll`; all else (`dotnet run`, `dotnet test`, a tool) is the SDK, which starts the program as a child: it would run unpatched without a word.
/// </summary>
internal static class DotnetArguments
{
    /// <summary>Options of the host that stand before the program, and have a value.</summary>
    private static readonly HashSet<string> s_withValue = new(StringComparer.Ordinal) { "--roll-forward", "--fx-version", "--additionalprobingpath", "--additional-deps", "--depsfile", "--runtimeconfig", "--roll-forward-on-no-candidate-fx" };

    /// <exception cref="ToolException">It does not become a program.</exception>
    public static void Check(string dotnet, string[] arguments)
    {
        int at = 0;
        while (at < arguments.Length && s_withValue.Contains(arguments[at])) at += 2;
        string? first = at < arguments.Length ? arguments[at] : null;
        if (first == "exec" || Path.GetExtension(first)?.ToLowerInvariant() is ".dll" or ".exe") return;
        string what = first is null ? dotnet : $"{dotnet} {first}";
        throw new ToolException(ExitCodes.NotRunnable,
            $"{what} is the SDK, which starts your program, if at all, as another process: that would not be patched. Build the program, and name it: patchy run app.dll (or patchy run dotnet exec app.dll). "
            + "With --children all .NET programs that it starts are patched, and the SDK itself.");
    }
}
