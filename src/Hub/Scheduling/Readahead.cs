using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Patchy.Fibers;
using Patchy.Reactor;

namespace Patchy.Scheduling;

// Protocol.
//  1. What a thousand greenlets need when they go on lies far from the processor, most of it on pages that the processor has to look for, too. Each look leads to the next (queue, greenlet,
//     fiber, context, stack), so to fetch all of it just before a switch would be to wait for all of it, one after the other.
//  2. So each switch takes the greenlets at the head of the queue one step nearer. What a step reads was asked for by the step before, one switch ago:
//
//       before it | read                    | asked for
//       ----------+-------------------------+---------------------------------------------------------
//       4         | the queue               | the greenlet
//       3         | greenlet                | its fiber, its wait
//       2         | fiber, wait             | the context; what the call that waits will look at
//       1         | context                 | the first of each page: the stack, the blocks of its thread
//       0         | context, thread block   | the rest of the stack that it will use
//
//  3. A prefetch reads nothing and cannot fault: an address may be of something that is gone, or that the collector has moved. What is read for it is alive: whoever is queued with a fiber has yet to be
//     switched to. One that is about to give its kernel thread up has an old stack pointer, which is only prefetched.
//  4. The first steps after the queue has become long find what nobody has asked for yet, and wait for it.

/// <summary>Brings to the processor what the greenlets need that will run soon. Only with the hub entered, for greenlets on user fibers.</summary>
internal static unsafe class Readahead
{
    public const int CacheLine = 64;
    private const int LinesOfAGreenlet = 4;
    private const int LinesOfAShortStack = 8; // the frames from the switch up to whoever yields
    private const int LinesOfAStack = 15; // up to the user's code when it waits in Socket.Receive: 800 bytes and what that code uses itself

    /// <summary>For a queue that is long enough for all steps.</summary>
    [MethodImpl(HotPath.CompiledOnce | MethodImplOptions.NoInlining)] // keeps the switch of a few short
    public static void Advance(in RunQueue queue)
    {
        if (!Sse.IsSupported) return;
        Fetch(AddressOf(queue.Peek(4)), LinesOfAGreenlet);
        if (queue.Peek(3) is { } third)
        {
            if (third.Fiber is { } itsFiber) Fetch(AddressOf(itsFiber), 1);
            if (third.CurrentWait is { } wait) Fetch(AddressOf(wait), FdWaiter.Lines);
        }
        if (queue.Peek(2) is { } second)
        {
            if (second.CurrentWait is FdWaiter fdWait) fdWait.FetchSurroundings();
            if (second.Fiber is UserModeFiber fiber) fiber.FetchContext();
        }
        if (queue.Peek(1)?.Fiber is UserModeFiber soon) soon.FetchPages();
        if (queue.Peek(0) is { Fiber: UserModeFiber fiberOfNext } next) fiberOfNext.FetchStack(next.CurrentWait is null ? LinesOfAShortStack : LinesOfAStack);
    }

    /// <summary>Where the object is now; the collector may move it at any time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint AddressOf(object? value) => Unsafe.As<object?, nint>(ref value);

    /// <summary>Asks for so many lines.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(nint address, int lines)
    {
        // SAFETY: a prefetch of whatever address has no effect but on caches.
        for (int line = 0; line < lines; line++) Sse.Prefetch0((byte*)address + line * CacheLine);
    }
}
