using System;
using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace Patchy.Backdoor;

/// <summary>Exceptions as a session prints them: type, message, and the stack down to what was typed.</summary>
internal static class ErrorText
{
    private const int MostFrames = 20;

    /// <summary>The class that the scripting engine makes of an input begins so.</summary>
    private const string Submission = "Submission#";

    public static string Of(Exception exception)
    {
        var text = new StringBuilder();
        for (Exception? at = exception; at is not null; at = at.InnerException)
        {
            if (at != exception) text.Append(" ---> ");
            text.Append(at.GetType().FullName).Append(": ").Append(at.Message).Append('\n');
            AddStack(at, text);
        }
        return text.ToString();
    }

    private static void AddStack(Exception exception, StringBuilder text)
    {
        int count = 0;
        foreach (StackFrame frame in new StackTrace(exception, fNeedFileInfo: true).GetFrames())
        {
            if (frame.GetMethod() is not { } method || IsOfInput(method)) return;
            if (++count > MostFrames)
            {
                text.Append("   ...\n");
                return;
            }
            text.Append(new StackTrace(frame).ToString().TrimEnd()).Append('\n');
        }
    }

    /// <summary>The body of an input: below it are only the engine and the session.</summary>
    private static bool IsOfInput(MethodBase method) =>
        method.DeclaringType is { } type && type.FullName!.StartsWith(Submission, StringComparison.Ordinal) && type.Name.StartsWith("<<Initialize>>", StringComparison.Ordinal);
}
