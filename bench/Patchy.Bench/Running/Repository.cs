using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Patchy.Bench.Running;

/// <summary>Where the peers' sources are, where they are built, and where results go: this program runs from a clone.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", ".."));

    public static string Bench => Path.Combine(Root, "bench");

    public static string Peers => Path.Combine(Bench, "peers");

    public static string Artifacts => Path.Combine(Root, "artifacts", "bench");

    /// <summary>The commit, and whether the sources have been changed since; results are no change of the sources.</summary>
    public static string Commit()
    {
        try
        {
            using var head = new Child(["git", "-C", Root, "rev-parse", "--short=10", "HEAD"]);
            string commit = head.Output(TimeSpan.FromSeconds(30)).Trim();
            using var status = new Child(["git", "-C", Root, "status", "--porcelain", "--", ".", ":!bench/README.md", ":!bench/*.svg"]);
            return status.Output(TimeSpan.FromSeconds(30)).Length == 0 ? $"commit {commit}" : $"commit {commit} with changes";
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            return "no git, no commit";
        }
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
