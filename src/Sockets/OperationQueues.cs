using System;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Threading;
using Patchy.Reactor;

namespace Patchy.Sockets;

/// <summary>
/// Looks whether the BCL has operations queued on a socket. The queues are private generic structs inside SocketAsyncContext, out of reach
/// for UnsafeAccessor: the distance of their state from the start of the object is measured once.
/// </summary>
internal static class OperationQueues
{
    // SocketAsyncContext.OperationQueue.QueueState (dotnet/runtime, SocketAsyncContext.Unix.cs): Ready 0, Waiting 1, Processing 2, Stopped 3.
    private const int Waiting = 1;
    private const int Processing = 2;

    private static readonly nint s_receiveState = Measure("_receiveQueue");
    private static readonly nint s_sendState = Measure("_sendQueue");

    /// <summary>True when an operation waits in that direction: a new one has to go behind it. May be called from any thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool HasQueued(object context, FdInterest interest) =>
        State(context, interest == FdInterest.Read ? s_receiveState : s_sendState) is Waiting or Processing;

    /// <summary>The raw state of a queue.</summary>
    internal static int State(object context, FdInterest interest) => State(context, interest == FdInterest.Read ? s_receiveState : s_sendState);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int State(object context, nint distance) =>
        // SAFETY: the distance was measured from the same first byte to a four-byte enum inside an object of this very, sealed, type.
        Volatile.Read(ref Unsafe.As<byte, int>(ref Unsafe.AddByteOffset(ref Unsafe.As<RawObject>(context).FirstByte, distance)));

    private static nint Measure(string queue)
    {
        const BindingFlags Any = BindingFlags.Instance | BindingFlags.NonPublic;
        Type type = SocketInternals.ContextType;
        FieldInfo? queueField = type.GetField(queue, Any);
        FieldInfo? stateField = queueField?.FieldType.GetField("_state", Any);
        if (stateField is null || Enum.GetUnderlyingType(stateField.FieldType) != typeof(int))
        {
            throw new MissingFieldException(
                $"The runtime {Environment.Version} has no {type}.{queue}._state of the shape that Patchy reads. Use a runtime that Patchy supports, or a newer Patchy.");
        }

        // (object context) => address of context.queue._state - address of the first field; nothing moves in between: both are interior references.
        var method = new DynamicMethod("DistanceOf" + queue, typeof(nint), [typeof(object)], type.Module, skipVisibility: true);
        ILGenerator il = method.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldflda, queueField!);
        il.Emit(OpCodes.Ldflda, stateField);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldflda, typeof(RawObject).GetField(nameof(RawObject.FirstByte))!);
        il.Emit(OpCodes.Sub);
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<Func<object, nint>>()(RuntimeHelpers.GetUninitializedObject(type));
    }

    /// <summary>The shape of any object: its fields begin where this one's do.</summary>
    private sealed class RawObject
    {
        public byte FirstByte;
    }
}
