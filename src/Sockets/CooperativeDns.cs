using System;
using System.Net;
using System.Net.Sockets;
using Patchy.Threading;

namespace Patchy.Sockets;

/// <summary>
/// Stands in for NameResolutionPal.TryGetAddrInfo and TryGetNameInfo, where every look-up of Dns ends. The resolver of the C library
/// blocks and cannot be told not to: it runs on a kernel thread of the greenlet's own. Addresses in digits never come here.
/// </summary>
internal static unsafe class CooperativeDns
{
    private static readonly Type s_pal = typeof(Dns).Assembly.GetType("System.Net.NameResolutionPal", throwOnError: true)!;

    internal static delegate*<string, bool, AddressFamily, out string?, out string[], out IPAddress[], out int, SocketError> GetAddrInfoOriginal =
        (delegate*<string, bool, AddressFamily, out string?, out string[], out IPAddress[], out int, SocketError>)OriginalMethod.Of(
            s_pal, "TryGetAddrInfo", typeof(string), typeof(bool), typeof(AddressFamily), typeof(string).MakeByRefType(), typeof(string[]).MakeByRefType(),
            typeof(IPAddress[]).MakeByRefType(), typeof(int).MakeByRefType());

    internal static delegate*<IPAddress, out SocketError, out int, string?> GetNameInfoOriginal =
        (delegate*<IPAddress, out SocketError, out int, string?>)OriginalMethod.Of(
            s_pal, "TryGetNameInfo", typeof(IPAddress), typeof(SocketError).MakeByRefType(), typeof(int).MakeByRefType());

    internal static SocketError GetAddrInfo(
        string name, bool justAddresses, AddressFamily addressFamily, out string? hostName, out string[] aliases, out IPAddress[] addresses, out int nativeErrorCode)
    {
        if (Greenlet.Running is null) return GetAddrInfoOriginal(name, justAddresses, addressFamily, out hostName, out aliases, out addresses, out nativeErrorCode);
        (SocketError error, hostName, aliases, addresses, nativeErrorCode) = Escape.Run(
            EscapePool.Blocking,
            (name, justAddresses, addressFamily),
            static question =>
            {
                SocketError result = GetAddrInfoOriginal(
                    question.name, question.justAddresses, question.addressFamily, out string? host, out string[] others, out IPAddress[] found, out int code);
                return (result, host, others, found, code);
            });
        return error;
    }

    internal static string? GetNameInfo(IPAddress address, out SocketError error, out int nativeErrorCode)
    {
        if (Greenlet.Running is null) return GetNameInfoOriginal(address, out error, out nativeErrorCode);
        (string? name, error, nativeErrorCode) = Escape.Run(
            EscapePool.Blocking,
            address,
            static question => (GetNameInfoOriginal(question, out SocketError result, out int code), result, code));
        return name;
    }
}
