namespace Patchy.Scenarios.Promises;

/// <summary>The first argument says whether the scenario is patched: what it prints and how it ends must be the same.</summary>
internal static class Begin
{
    public static bool Patched(string[] args)
    {
        bool patched = args is not ["native", ..];
        if (patched) _ = Patch.All();
        return patched;
    }

    public static int Number(string[] args, int index, int otherwise) =>
        args.Length > index ? int.Parse(args[index], System.Globalization.CultureInfo.InvariantCulture) : otherwise;
}
