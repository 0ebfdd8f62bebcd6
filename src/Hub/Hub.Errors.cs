using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace Patchy;

// The way of an error: a greenlet's, a callback's or a signal's -> ErrorHandler, if one is set -> else HandleError: printed unless it is one of NotErrors,
// and thrown into the main greenlet as well when it is one of SystemErrors, or a signal's. A handler that fails itself loses nothing: both errors go
// to HandleError.

public sealed partial class Hub
{
    private readonly ErrorPrinter _errorPrinter;
    private TextWriter? _exceptionStream;
    private bool _hasExceptionStream;

    /// <summary>
    /// Gets every error that a greenlet or a callback of this hub lets through, instead of <see cref="HandleError"/>. The first argument is the greenlet, or the
    /// delegate of the callback, or null for a signal's. Called on the failed greenlet once its end is known, or in the hub, where it must not wait. An exception of the
    /// handler itself is reported as well. Null, the default, means <see cref="HandleError"/>. The counterpart of assigning gevent's <c>hub.handle_error</c>. May be set from any thread.
    /// </summary>
    public Action<object?, Exception>? ErrorHandler { get; set; }

    /// <summary>
    /// Where errors are printed; standard error unless set, and null prints nothing. What fails in the hub itself, where nothing can wait, is written to a stream of yours by a greenlet, in the order of the errors. The counterpart of gevent's <c>hub.exception_stream</c>. May be set from any thread.
    /// </summary>
    public TextWriter? ExceptionStream
    {
        get => _hasExceptionStream ? _exceptionStream : Console.Error;
        set
        {
            _exceptionStream = value;
            _hasExceptionStream = true;
        }
    }

    /// <summary>Types of exceptions that are not printed. <see cref="GreenletExit"/> unless set. The counterpart of gevent's <c>Hub.NOT_ERROR</c>. May be set from any thread.</summary>
    public IReadOnlyCollection<Type> NotErrors { get; set; } = [typeof(GreenletExit)];

    /// <summary>
    /// Types of exceptions that are also thrown into the main greenlet, at its wait or its next one. None unless set: gevent's are Python's KeyboardInterrupt, SystemExit
    /// and SystemError, and .NET has no counterpart that code could catch. The counterpart of gevent's <c>Hub.SYSTEM_ERROR</c>. May be set from any thread.
    /// </summary>
    public IReadOnlyCollection<Type> SystemErrors { get; set; } = [];

    /// <summary>
    /// What is done with an error unless <see cref="ErrorHandler"/> is set; for handlers that want to go on with it. Prints the exception, then the time (UTC), who failed and the type. Never
    /// throws. A null <paramref name="context"/> makes it a system error. The counterpart of gevent's <c>hub.handle_error</c>. May be called from any thread.
    /// </summary>
    public void HandleError(object? context, Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        if (!Includes(NotErrors, exception)) Print(context, exception);
        if (context is null || Includes(SystemErrors, exception)) Main.ThrowInto(exception);
    }

    /// <summary>On the failed greenlet, or on the loop. Never throws.</summary>
    internal void Report(object? context, Exception exception)
    {
        if (ErrorHandler is not { } handler)
        {
            HandleError(context, exception);
            return;
        }
        try
        {
            handler(context, exception);
        }
        catch (Exception broken)
        {
            HandleError(context, exception);
            HandleError(handler, broken);
        }
    }

    private static bool Includes(IReadOnlyCollection<Type> types, Exception exception)
    {
        foreach (Type type in types)
            if (type.IsInstanceOfType(exception)) return true;
        return false;
    }

    private void Print(object? context, Exception exception)
    {
        string who = context switch
        {
            Greenlet greenlet => greenlet.Name,
            Delegate callback => $"Callback {callback.Method.DeclaringType?.Name}.{callback.Method.Name} of {this}",
            null => $"Signal handler of {this}",
            Hub => $"Callback of {this}",
            _ => $"{context}",
        };
        string text = string.Create(CultureInfo.InvariantCulture, $"{exception}{Environment.NewLine}{DateTime.UtcNow:yyyy-MM-dd'T'HH:mm:ss'Z'} {who} failed with {exception.GetType().Name}{Environment.NewLine}{Environment.NewLine}");
        _errorPrinter.Print(context, text);
    }
}
