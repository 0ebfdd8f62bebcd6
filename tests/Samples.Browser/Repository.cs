namespace Patchy.Samples.Browser;

/// <summary>Where things are in the clone that the tests were built in.</summary>
internal static class Repository
{
    private static readonly string s_root = Root();

    /// <summary>The program of a sample, of the configuration that the tests have.</summary>
    public static string ProgramOf(string sample)
    {
        string output = Path.GetRelativePath(Path.Combine(s_root, "tests", "Samples.Browser"), AppContext.BaseDirectory); // bin/Release/net10.0
        return Path.Combine(s_root, "samples", sample, output, sample);
    }

    /// <summary>A file for a picture, in a folder that git ignores.</summary>
    public static string Screenshot(string name) => Path.Combine(Directory.CreateDirectory(Path.Combine(s_root, "artifacts", "screenshots")).FullName, name + ".png");

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Patchy.sln"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException($"{AppContext.BaseDirectory} is not below the repository.");
    }
}
