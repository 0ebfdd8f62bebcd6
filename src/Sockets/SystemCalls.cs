using System;
using System.Net.Sockets;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Patchy.Interop;

namespace Patchy.Sockets;

// Protocol of a step that goes to the kernel itself.
//  1. It does what the BCL's own step does with one buffer, no flags and no address, and is used for nothing else: system calls, each under a reference on the handle, so that the number
//     cannot be reused meanwhile. The BCL's step has four frames more and an interop method that stays as it was precompiled.
//  2. By number, with syscall(2): glibc's recv and send are cancellation points, which costs two locked instructions each, and the runtime cancels no threads.
//  3. Where a library that was loaded before glibc stands in for recv or send (a proxy, a network stack in user space), only its functions know the descriptor: all goes through the BCL,
//     which calls them. So does all where anything that is needed here is missing.
//  4. An error of a socket is given once, so it cannot be asked for again through the BCL: it is translated by the BCL's own two functions.
//  5. All of it is found while patching (Prepare): a static constructor that first ran in a greenlet's call could be ended by its kill, for ever.

/// <summary>The two system calls that a server lives on.</summary>
internal static unsafe class SystemCalls
{
    // recvfrom and sendto on x86-64: what recv and send are for the kernel.
    private const int ReceiveNumber = 45;
    private const int SendNumber = 44;

    private static readonly Func<int, SocketError>? s_translate = FindTranslation();
    private static readonly delegate* unmanaged<nint, nint, byte*, nint, nint, nint, nint, nint> s_call = s_translate is null ? null : FindCall();

    /// <summary>Finds all that is needed. To be called while patching. False: the steps here must not be used in this process.</summary>
    public static bool Prepare() => s_call != null;

    /// <summary>
    /// Receives what is there. True: it came (0: the stream is at its end), or the call has failed. False: it would have to wait. Only for sockets (<see cref="SocketInternals.IsSocket"/>); the buffer must not be empty.
    /// </summary>
    [MethodImpl(HotPath.CompiledOnce | MethodImplOptions.NoInlining)] // its frame is not there while the caller is parked
    public static bool TryReceive(SafeSocketHandle handle, Span<byte> buffer, out int bytesReceived, out SocketError error)
    {
        bytesReceived = 0;
        fixed (byte* first = &MemoryMarshal.GetReference(buffer))
        {
            nint done = Call(handle, ReceiveNumber, first, buffer.Length, out int errno, out error);
            if (done < 0) return error != SocketError.Success || IsFailure(errno, out error);
            bytesReceived = (int)done;
            return true;
        }
    }

    /// <summary>
    /// Sends all of it, or what the kernel takes. True: all is sent, or the call has failed. False: it would have to wait, or has failed after a part, which the next try will find;
    /// the buffer is what is left then.
    /// </summary>
    /// <param name="handle">Of a socket.</param>
    /// <param name="buffer">Not empty.</param>
    /// <param name="bytesSent">Grows by what was sent.</param>
    /// <param name="error">Why it has failed.</param>
    [MethodImpl(HotPath.CompiledOnce | MethodImplOptions.NoInlining)] // as above
    public static bool TrySend(SafeSocketHandle handle, ref ReadOnlySpan<byte> buffer, ref int bytesSent, out SocketError error)
    {
        bool isFirst = true;
        while (true)
        {
            nint done;
            int errno;
            fixed (byte* first = &MemoryMarshal.GetReference(buffer)) done = Call(handle, SendNumber, first, buffer.Length, out errno, out error);
            if (done < 0) return error != SocketError.Success || (IsFailure(errno, out error) && isFirst);
            isFirst = false;
            bytesSent += (int)done;
            if (done == buffer.Length || done == 0) return true;
            buffer = buffer[(int)done..];
        }
    }

    /// <summary>One system call, again when a signal has interrupted it: its result, or -1 with errno, or -1 with an error where the handle is closed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Call(SafeSocketHandle handle, int number, byte* buffer, int length, out int errno, out SocketError error)
    {
        nint done = -1;
        errno = 0;
        error = SocketError.OperationAborted; // of a closed handle, as the BCL's step
        if (!TryHold(handle)) return done;
        try
        {
            // SAFETY: syscall(2) with these arguments (FindCall); the caller has pinned the buffer, and the descriptor is held. The finally does not keep the call from being inlined.
            do done = s_call(number, handle.DangerousGetHandle(), buffer, length, 0, 0, 0);
            while (done < 0 && (errno = Marshal.GetLastSystemError()) == Libc.Eintr);
        }
        finally
        {
            handle.DangerousRelease();
        }
        error = SocketError.Success;
        return done;
    }

    [MethodImpl(HotPath.CompiledOnce | MethodImplOptions.NoInlining)] // with a catch no call into the kernel would be inlined
    private static bool TryHold(SafeSocketHandle handle)
    {
        bool held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    [MethodImpl(HotPath.CompiledOnce | MethodImplOptions.NoInlining)]
    private static bool IsFailure(int errno, out SocketError error)
    {
        error = errno == Libc.Eagain ? SocketError.WouldBlock : s_translate!(errno);
        return error != SocketError.WouldBlock;
    }

    private static delegate* unmanaged<nint, nint, byte*, nint, nint, nint, nint, nint> FindCall()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64) return null;
        nint program = NativeLibrary.GetMainProgramHandle();
        bool isGlibcs = IsGlibcs(program, "recv") && IsGlibcs(program, "send");
        return isGlibcs && NativeLibrary.TryGetExport(program, "syscall", out nint call) ? (delegate* unmanaged<nint, nint, byte*, nint, nint, nint, nint, nint>)call : null;
    }

    /// <summary>The function that the program sees is the C library's; before glibc 2.34 the library of its threads had it, too.</summary>
    private static bool IsGlibcs(nint program, string function)
    {
        if (!NativeLibrary.TryGetExport(program, function, out nint seen)) return false;
        foreach (string library in (ReadOnlySpan<string>)["libc", "libpthread.so.0"])
        {
            if (NativeLibrary.TryLoad(library, typeof(SystemCalls).Assembly, null, out nint handle) && NativeLibrary.TryGetExport(handle, function, out nint own) && own == seen) return true;
        }
        return false;
    }

    /// <summary>The BCL's own translation of an errno; null where this runtime has none of that shape.</summary>
    private static Func<int, SocketError>? FindTranslation()
    {
        const BindingFlags Any = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        MethodInfo? toPal = SocketInternals.PalType.Assembly.GetType("Interop+Sys")?.GetMethod("ConvertErrorPlatformToPal", Any, [typeof(int)]);
        MethodInfo? toSocketError = toPal is null ? null : SocketInternals.PalType.GetMethod("GetSocketErrorForErrorCode", Any, [toPal.ReturnType]);
        if (toPal is null || toSocketError is null) return null;
        var method = new DynamicMethod("TranslateErrno", typeof(SocketError), [typeof(int)], SocketInternals.PalType.Module, skipVisibility: true);
        ILGenerator il = method.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, toPal);
        il.Emit(OpCodes.Call, toSocketError);
        il.Emit(OpCodes.Ret);
        var translate = method.CreateDelegate<Func<int, SocketError>>();
        return translate(Libc.Eagain) == SocketError.WouldBlock ? translate : null; // and is compiled now
    }
}
