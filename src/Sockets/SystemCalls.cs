using System;
using System.Net.Sockets;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Patchy.Interop;

namespace Patchy.Sockets;

// Protocol of a step that goes to the kernel itself.
//  1. It does what the BCL's own step does with one buffer, no flags and no address, and nothing else comes here: one system call, under a reference on the handle, so that the number
//     cannot be reused meanwhile. The BCL's step costs four frames, two of them precompiled code that is never compiled anew, and an exception handler.
//  2. By number, with syscall(2): glibc's recv and send are cancellation points, which costs two locked instructions each, and the runtime cancels no threads.
//  3. Where a library that was loaded before glibc stands for recv or send (a proxy, a network stack in user space), only its functions know the descriptor: all goes through the BCL,
//     which calls them. So does all on a processor whose numbers are not known here.
//  4. An error of a socket is given once, so it cannot be asked for again through the BCL: it is translated by the BCL's own two functions.

/// <summary>The two system calls that a server lives on.</summary>
internal static unsafe class SystemCalls
{
    private const int Again = 11;
    private const int NoSignal = 0x4000;

    private static readonly int s_receive, s_send;
    private static readonly delegate* unmanaged<nint, nint, byte*, nint, nint, nint, nint, nint> s_call = Find(out s_receive, out s_send);

    /// <summary>True when the steps here can be used for that handle.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool CanServe(SafeSocketHandle handle) => s_call != null && SocketInternals.IsSocket(handle);

    /// <summary>
    /// Receives what is there. True: it came (0: the stream is at its end), or the call has failed. False: it would have to wait. The buffer must not be empty.
    /// </summary>
    [MethodImpl(HotPath.CompiledOnce | MethodImplOptions.NoInlining)] // its frame is not there while the caller is parked
    public static bool TryReceive(SafeSocketHandle handle, Span<byte> buffer, out int bytesReceived, out SocketError error)
    {
        bytesReceived = 0;
        if (!TryHold(handle, out error)) return true;
        nint done;
        fixed (byte* first = &MemoryMarshal.GetReference(buffer))
        {
            // SAFETY: the buffer is pinned, and the descriptor held, for the call.
            done = s_call(s_receive, handle.DangerousGetHandle(), first, buffer.Length, 0, 0, 0);
            while (done < 0 && IsDisturbed(out error)) done = s_call(s_receive, handle.DangerousGetHandle(), first, buffer.Length, 0, 0, 0);
        }
        handle.DangerousRelease();
        if (done < 0) return error != SocketError.WouldBlock;
        bytesReceived = (int)done;
        return true;
    }

    /// <summary>
    /// Sends all of it, or what the kernel takes. True: all is sent, or the call has failed. False: it would have to wait; the buffer is what is left then.
    /// </summary>
    /// <param name="handle">The socket.</param>
    /// <param name="buffer">Not empty.</param>
    /// <param name="bytesSent">Grows by what was sent.</param>
    /// <param name="error">Why it has failed.</param>
    [MethodImpl(HotPath.CompiledOnce | MethodImplOptions.NoInlining)]
    public static bool TrySend(SafeSocketHandle handle, ref ReadOnlySpan<byte> buffer, ref int bytesSent, out SocketError error)
    {
        if (!TryHold(handle, out error)) return true;
        int before = bytesSent;
        fixed (byte* first = &MemoryMarshal.GetReference(buffer))
        {
            byte* next = first;
            int left = buffer.Length;
            while (true)
            {
                // SAFETY: as above; next and left stay within the buffer.
                nint done = s_call(s_send, handle.DangerousGetHandle(), next, left, NoSignal, 0, 0);
                if (done >= 0)
                {
                    bytesSent += (int)done;
                    next += done;
                    left -= (int)done;
                    if (left == 0 || done == 0) break;
                }
                else if (!IsDisturbed(out error))
                {
                    break;
                }
            }
            buffer = buffer[^left..];
        }
        handle.DangerousRelease();
        if (error == SocketError.Success) return true;
        return error != SocketError.WouldBlock && bytesSent == before; // an error after a part is the next call's, as in the BCL's step
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryHold(SafeSocketHandle handle, out SocketError error)
    {
        bool held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            error = SocketError.Success;
            return true;
        }
        catch (ObjectDisposedException)
        {
            error = SocketError.OperationAborted; // as the BCL's step
            return false;
        }
    }

    /// <summary>After a call that has failed: true when it was only disturbed by a signal, else the error.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsDisturbed(out SocketError error)
    {
        int errno = Marshal.GetLastSystemError();
        error = errno == Again ? SocketError.WouldBlock : SocketError.Success;
        if (errno == Libc.Eintr) return true;
        if (errno != Again) error = Errors.Translate(errno);
        return false;
    }

    private static delegate* unmanaged<nint, nint, byte*, nint, nint, nint, nint, nint> Find(out int receive, out int send)
    {
        // recvfrom and sendto: what recv and send are for the kernel.
        (receive, send) = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => (45, 44),
            Architecture.Arm64 => (207, 206),
            _ => (0, 0),
        };
        if (receive == 0 || !NativeLibrary.TryLoad("libc", typeof(SystemCalls).Assembly, null, out nint libc)) return null;
        nint program = NativeLibrary.GetMainProgramHandle();
        bool isItsOwn = IsSame(program, libc, "recv") && IsSame(program, libc, "send") && IsSame(program, libc, "syscall");
        return isItsOwn ? (delegate* unmanaged<nint, nint, byte*, nint, nint, nint, nint, nint>)NativeLibrary.GetExport(libc, "syscall") : null;
    }

    private static bool IsSame(nint program, nint libc, string function) =>
        NativeLibrary.TryGetExport(program, function, out nint seen) && NativeLibrary.TryGetExport(libc, function, out nint own) && seen == own;

    /// <summary>The BCL's translation of an errno.</summary>
    private static class Errors
    {
        public static readonly Func<int, SocketError> Translate = Make();

        private static Func<int, SocketError> Make()
        {
            const BindingFlags Any = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
            const string Sys = "Interop+Sys";
            MethodInfo? toPal = SocketInternals.PalType.Assembly.GetType(Sys)?.GetMethod("ConvertErrorPlatformToPal", Any, [typeof(int)]);
            MethodInfo? toSocketError = toPal is null ? null : SocketInternals.PalType.GetMethod("GetSocketErrorForErrorCode", Any, [toPal.ReturnType]);
            if (toPal is null || toSocketError is null)
            {
                throw new MissingMethodException(
                    $"The runtime {Environment.Version} has no {Sys}.ConvertErrorPlatformToPal or {SocketInternals.PalType}.GetSocketErrorForErrorCode of the shape that Patchy calls. Use a runtime that Patchy supports, or a newer Patchy.");
            }
            var method = new DynamicMethod("TranslateErrno", typeof(SocketError), [typeof(int)], SocketInternals.PalType.Module, skipVisibility: true);
            ILGenerator il = method.GetILGenerator();
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Call, toPal);
            il.Emit(OpCodes.Call, toSocketError);
            il.Emit(OpCodes.Ret);
            return method.CreateDelegate<Func<int, SocketError>>();
        }
    }
}
