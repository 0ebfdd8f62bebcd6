namespace Patchy.Tool;

/// <summary>What `patchy` ends with, when it is not the exit code of the program that it ran. The last three are those of env, nohup and timeout.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>The answer is no: doctor found something that does not fit.</summary>
    public const int No = 1;

    public const int Usage = 2;

    /// <summary>Patching was refused before Main; the startup hook ends the program with it.</summary>
    public const int NotPatched = 125;

    /// <summary>The program is there but cannot be run like this.</summary>
    public const int NotRunnable = 126;

    public const int NotFound = 127;
}
