using System;
using System.Collections.Generic;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace Patchy.Sockets;

/// <summary>
/// The parts of System.Net.Sockets that the replacements stand on: the steps that try an operation once, and the state of a socket.
/// Bound by the runtime at first use (a missing one is a MissingMethodException that names it); no reflection on any call.
/// </summary>
internal static class SocketInternals
{
    internal const string Context = "System.Net.Sockets.SocketAsyncContext, System.Net.Sockets";
    private const string Pal = "System.Net.Sockets.SocketPal, System.Net.Sockets";

    internal static readonly Type ContextType = typeof(Socket).Assembly.GetType("System.Net.Sockets.SocketAsyncContext", throwOnError: true)!;
    internal static readonly Type PalType = typeof(Socket).Assembly.GetType("System.Net.Sockets.SocketPal", throwOnError: true)!;

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_socket")]
    internal static extern ref SafeSocketHandle Handle([UnsafeAccessorType(Context)] object context);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_isHandleNonBlocking")]
    internal static extern ref bool IsHandleNonBlocking([UnsafeAccessorType(Context)] object context);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "SetHandleNonBlocking")]
    internal static extern void SetHandleNonBlocking([UnsafeAccessorType(Context)] object context);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_handle")]
    internal static extern ref SafeSocketHandle Handle(Socket socket);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_sendTimeout")]
    internal static extern ref int SendTimeout(SafeSocketHandle handle);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_trackedOptions")]
    internal static extern ref int TrackedOptions(SafeSocketHandle handle);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_IsSocket")]
    internal static extern bool IsSocket(SafeSocketHandle handle);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_AsyncContext")]
    [return: UnsafeAccessorType(Context)]
    internal static extern object AsyncContext(SafeSocketHandle handle);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "RegisterConnectResult")]
    internal static extern void RegisterConnectResult(SafeSocketHandle handle, SocketError error);

    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "TryCompleteAccept")]
    internal static extern bool TryAccept(
        [UnsafeAccessorType(Pal)] object? pal, SafeSocketHandle handle, Memory<byte> socketAddress, out int socketAddressLength, out nint acceptedFd, out SocketError error);

    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "TryStartConnect")]
    internal static extern bool TryStartConnect([UnsafeAccessorType(Pal)] object? pal, SafeSocketHandle handle, Memory<byte> socketAddress, out SocketError error);

    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "TryCompleteConnect")]
    internal static extern bool TryCompleteConnect([UnsafeAccessorType(Pal)] object? pal, SafeSocketHandle handle, out SocketError error);

    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "TryCompleteReceive")]
    internal static extern bool TryReceive(
        [UnsafeAccessorType(Pal)] object? pal, SafeSocketHandle handle, Span<byte> buffer, SocketFlags flags, out int bytesReceived, out SocketError error);

    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "TryCompleteReceiveFrom")]
    internal static extern bool TryReceiveFrom(
        [UnsafeAccessorType(Pal)] object? pal, SafeSocketHandle handle, Span<byte> buffer, IList<ArraySegment<byte>>? buffers, SocketFlags flags,
        Span<byte> socketAddress, out int socketAddressLength, out int bytesReceived, out SocketFlags receivedFlags, out SocketError error);

    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "TryCompleteReceiveMessageFrom")]
    internal static extern bool TryReceiveMessageFrom(
        [UnsafeAccessorType(Pal)] object? pal, SafeSocketHandle handle, Span<byte> buffer, IList<ArraySegment<byte>>? buffers, SocketFlags flags,
        Memory<byte> socketAddress, out int socketAddressLength, bool isIPv4, bool isIPv6, out int bytesReceived, out SocketFlags receivedFlags,
        out IPPacketInformation packetInformation, out SocketError error);

    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "TryCompleteSendTo")]
    internal static extern bool TrySendTo(
        [UnsafeAccessorType(Pal)] object? pal, SafeSocketHandle handle, ReadOnlySpan<byte> buffer, IList<ArraySegment<byte>>? buffers, ref int bufferIndex,
        ref int offset, ref int count, SocketFlags flags, ReadOnlySpan<byte> socketAddress, ref int bytesSent, out SocketError error);

    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "TryCompleteSendFile")]
    internal static extern bool TrySendFile(
        [UnsafeAccessorType(Pal)] object? pal, SafeSocketHandle handle, SafeFileHandle file, ref long offset, ref long count, ref long bytesSent, out SocketError error);
}
