using System.Collections.Generic;
using Microsoft.CodeAnalysis.Scripting;

namespace Patchy.Backdoor;

/// <summary>What the compiler says to an input: go on typing, these errors, or a script that can run.</summary>
internal sealed record CompiledInput(Script<object>? Script, IReadOnlyList<string> Errors, bool IsIncomplete)
{
    public static CompiledInput Incomplete { get; } = new(null, [], true);

    public static CompiledInput Wrong(IReadOnlyList<string> errors) => new(null, errors, false);

    public static CompiledInput Ready(Script<object> script) => new(script, [], false);
}
