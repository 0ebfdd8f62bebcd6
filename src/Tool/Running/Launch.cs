namespace Patchy.Tool.Running;

/// <summary>What is to be executed: a file, and how many of the words on our own command line before the program's arguments it gets (the program's path, or none).</summary>
/// <param name="File">The executable.</param>
/// <param name="Name">Its argument 0.</param>
/// <param name="PassesApp">True when the program's path is an argument of the executable (dotnet app.dll).</param>
internal sealed record Launch(string File, string Name, bool PassesApp);
