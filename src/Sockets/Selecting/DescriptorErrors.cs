using System;
using System.IO;
using Patchy.Interop;

namespace Patchy.Selecting;

/// <summary>What the waits of this namespace end with when they cannot end well.</summary>
internal static class DescriptorErrors
{
    private const int Emfile = 24;

    /// <summary>Python's <c>OSError(EBADF)</c>; for a handle or socket what the class library says.</summary>
    public static Exception NotOpen(Descriptor descriptor) => descriptor.Guard is { IsClosed: true }
        ? new ObjectDisposedException((descriptor.Socket ?? (object?)descriptor.Handle)?.GetType().FullName, $"The {descriptor} was closed before or while it was waited for.")
        : new IOException($"The {descriptor} is not open in this process, or was closed while it was waited for (EBADF). Cancel such waits before you close what others wait for: Descriptors.CancelWait.", Libc.Ebadf);

    public static IOException Refused(int fd, int errno) =>
        new($"The kernel does not watch descriptor {fd}: epoll_ctl(2) failed with errno {errno}. ENOSPC (28) means that this user has as many watches as fs.epoll.max_user_watches says (a sysctl), ENOMEM (12) that the kernel has no memory left.", errno);

    public static OperationCanceledException Cancelled(int fd) => new($"The wait for descriptor {fd} was cancelled by Descriptors.CancelWait.");

    public static TimeoutException TooLate(Descriptor descriptor, TimeSpan timeout) => new($"The {descriptor} was not ready within {timeout.TotalSeconds:0.###} s.");

    /// <summary>What wakes a native thread that waits.</summary>
    /// <exception cref="IOException">No descriptor is left for it.</exception>
    public static EventFd NewBell()
    {
        try
        {
            return new EventFd();
        }
        catch (InvalidOperationException exception)
        {
            throw new IOException(exception.Message, Emfile);
        }
    }
}
