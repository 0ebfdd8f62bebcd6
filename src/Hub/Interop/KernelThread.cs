using System;
using System.IO;

namespace Patchy.Interop;

/// <summary>What the kernel says of one of the process's threads (Linux).</summary>
internal static class KernelThread
{
    /// <summary>False once the kernel knows the thread no more. Its id can be reused then: true may also mean another thread of this process.</summary>
    public static bool Exists(int tid) => Libc.tgkill(Environment.ProcessId, tid, 0) == 0;

    /// <summary>True while it runs or wants to run, and when the process has no descriptor left to find out with; false while it sleeps in the kernel, or is unknown.</summary>
    public static bool IsRunning(int tid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/self/task/{tid}/stat");
            int name = stat.LastIndexOf(')'); // the name may hold spaces and brackets itself
            return name > 0 && name + 2 < stat.Length && stat[name + 2] == 'R';
        }
        catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException))
        {
            return true; // EMFILE, ENFILE: who relied on not being disturbed must not be disturbed for that
        }
        catch (IOException)
        {
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
