/// <summary>
/// What the runtime calls in the process of a block before its first statement: makes what a program's first line of output makes. On a busy machine that takes so long that the monitor would
/// take the hub from the main greenlet, which prints, and others would print before it.
/// </summary>
internal static class StartupHook
{
    public static string Path => typeof(StartupHook).Assembly.Location;

    public static void Initialize() => Console.Out.Write("");
}
