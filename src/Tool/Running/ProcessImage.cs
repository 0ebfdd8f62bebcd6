using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;

namespace Patchy.Tool.Running;

/// <summary>
/// Becomes another program: same process id, terminal, files and parent, so that signals, exit code and standard streams need no forwarding.
/// </summary>
internal static unsafe class ProcessImage
{
    private const int SignalPipe = 13;

    /// <summary>Returns only when it failed, with the reason.</summary>
    /// <param name="launch">What to execute.</param>
    /// <param name="arguments">The program's arguments: the last ones of our own command line.</param>
    /// <param name="variables">What is to be set in the environment; everything else stays as it is, byte by byte.</param>
    public static ToolException Replace(Launch launch, string[] arguments, Dictionary<string, string> variables)
    {
        List<byte[]> words = [Bytes(launch.Name), .. RawArguments.Last(arguments, launch.PassesApp ? 1 : 0)];
        if (launch.PassesApp && words[1] is [(byte)'-', ..]) words[1] = [.. "./"u8, .. words[1]]; // a file of such a name, and no option of dotnet
        foreach ((string name, string value) in variables) _ = setenv(name, value, 1);

        // The runtime ignores SIGPIPE, and what is ignored stays so in the next program, which would hand it on to its own children.
        _ = signal(SignalPipe, 0);
        RemoveDiagnosticFiles();

        // SAFETY: the pointers live until execv, which returns only when nothing has happened.
        byte** argv = (byte**)NativeMemory.AllocZeroed((nuint)words.Count + 1, (nuint)sizeof(byte*));
        for (int i = 0; i < words.Count; i++) argv[i] = Native(words[i]);
        _ = execv(Native(Bytes(launch.File)), argv);
        string why = Marshal.GetPInvokeErrorMessage(Marshal.GetLastSystemError());
        return new ToolException(ExitCodes.NotRunnable, $"{launch.File} cannot be executed: {why}.");
    }

    /// <summary>The sockets and pipes by which diagnostic tools find this process. The next program has the same id, and makes its own.</summary>
    private static void RemoveDiagnosticFiles()
    {
        foreach (string pattern in new[] { $"dotnet-diagnostic-{Environment.ProcessId}-*", $"clr-debug-pipe-{Environment.ProcessId}-*" })
        {
            try
            {
                foreach (string path in Directory.GetFiles(Path.GetTempPath(), pattern)) File.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // They only make the list of processes that can be diagnosed longer.
            }
        }
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static byte* Native(byte[] text)
    {
        byte* copy = (byte*)NativeMemory.Alloc((nuint)text.Length + 1);
        text.CopyTo(new Span<byte>(copy, text.Length));
        copy[text.Length] = 0;
        return copy;
    }

    [DllImport("libc", SetLastError = false)]
    private static extern int execv(byte* path, byte** argv);

    [DllImport("libc")]
    private static extern int setenv([MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string value, int overwrite);

    [DllImport("libc")]
    private static extern nint signal(int number, nint handler);
}
