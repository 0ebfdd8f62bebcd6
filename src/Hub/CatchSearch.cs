using System;
using System.Diagnostics;
using System.Reflection;

namespace Patchy;

/// <summary>
/// Finds out, before a kill or timeout is thrown, who will catch it: a handler that names its type (then it has been dealt with and is not raised
/// again), or only a general one. It reads the exception clauses of the frames on the stack; a kill is rare, so this may cost microseconds.
/// </summary>
internal static class CatchSearch
{
    /// <summary>Only on the stack that is about to throw.</summary>
    public static bool IsHandledByType(Exception exception)
    {
        foreach (StackFrame frame in new StackTrace(1, false).GetFrames())
        {
            if (!DiagnosticMethod(frame, out MethodBase? method, out MethodBody? body)) continue;
            int offset = frame.GetILOffset();
            foreach (ExceptionHandlingClause clause in body!.ExceptionHandlingClauses) // innermost first, as the runtime reads them
            {
                if (offset < clause.TryOffset || offset >= clause.TryOffset + clause.TryLength) continue;
                if (clause.Flags == ExceptionHandlingClauseOptions.Filter)
                {
                    bool framework = FrameworkCode.Includes(method!.Module.Assembly);
                    if (FilterTypes.Names(method, body, clause, exception)) return !framework;
                    if (framework) return false; // it takes whatever comes, and wraps it
                    continue; // asks for other types, or only looks (a log): whoever comes next is asked
                }
                if (clause.Flags == ExceptionHandlingClauseOptions.Clause && clause.CatchType is { } type && type.IsInstanceOfType(exception))
                    return type != typeof(Exception) && type != typeof(object);
            }
        }
        return false;
    }

    private static bool DiagnosticMethod(StackFrame frame, out MethodBase? method, out MethodBody? body)
    {
        body = null;
        method = frame.GetMethod();
        if (method is null || frame.GetILOffset() == StackFrame.OFFSET_UNKNOWN || method.Module.Assembly == typeof(CatchSearch).Assembly) return false;
        try
        {
            body = method.GetMethodBody();
        }
        catch (InvalidOperationException)
        {
            return false; // a dynamic method shows no body
        }
        return body is not null;
    }
}
