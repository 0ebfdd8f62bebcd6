using System;
using System.Collections.Generic;
using System.Threading;
using Patchy.Fibers;
using Patchy.Interop;
using Patchy.Scheduling;

namespace Patchy;

// Life of a hub.
//
//   Running -> Closing   Destroy, in the main greenlet: its greenlets are killed; other threads can hand nothing over any more. Or OrphanEnd: the thread has ended, and so have
//                        all greenlets
//   Closing -> Over      the greenlets have ended, or the time for that is over: the loop and the idle stacks end, the descriptors are closed
//
// Protocol of the end.
//  1. All of it happens in the main greenlet, or in an OrphanEnd. Another thread asks a hub of Hub.Start to do it, and waits for the end of the main greenlet.
//  2. Who hands something over looks at the state before, and once more after posting: what came too late is given back by whoever sees that.
//  3. The loop gives its kernel thread to the main greenlet, whose thread goes on as a native one. Where the monitor has moved the hub to another kernel thread, it is
//     the other way round: the main greenlet gets a new one, and the loop gives up the old one, which may have to stay (NativeIdentity).

public sealed partial class Hub : IDisposable
{
    private const int Running = 0;
    private const int Closing = 1;
    private const int Over = 2;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private int _life;
    private int _firstTid;
    private bool _endedCleanly;
    private HubThread? _thread;
    private bool _orphaned;

    /// <summary>True once it has been destroyed. May be called from any thread.</summary>
    public bool IsDestroyed => Volatile.Read(ref _life) == Over;

    /// <summary>
    /// A new hub on a native background thread of its own, which runs what is handed to it by <see cref="Spawn(Action)"/>, <see cref="RunAsync(Action)"/> and <see cref="RunCallbackThreadSafe"/> until it is
    /// destroyed: so a program uses more than one processor. The main greenlet of such a hub has no code of yours. gevent has a hub a thread as well, made by the thread itself. May be called from any
    /// thread.
    /// </summary>
    /// <param name="name">A name for diagnostics.</param>
    public static Hub Start(string? name = null) => HubThread.Start(name, DefaultFiber);

    /// <summary>As <see cref="Destroy"/>, with ten seconds for the greenlets.</summary>
    public void Dispose() => Destroy(s_patience);

    /// <summary>
    /// Ends the hub: kills its greenlets with <see cref="GreenletExit"/>, waits until they have ended, and gives back what the hub holds (stacks, threads, descriptors). A greenlet that has not ended
    /// in time stays where it is for good; a timer or a callback is dropped. What is handed to the hub later gets <see cref="HubDestroyedException"/>; its thread gets a new hub when it needs one. True when
    /// all greenlets have ended. The counterpart of gevent's <c>hub.destroy()</c>. A hub of <see cref="Start"/>: may be called from any thread; its own greenlets and callbacks only ask for the end, do not wait
    /// and get false. Any other: only in its main greenlet; when its thread ends without that, its greenlets go on, and it is destroyed after the last of them.
    /// </summary>
    /// <exception cref="InvalidThreadUseException">The hub belongs to the code of another thread, which alone can end it.</exception>
    public bool Destroy(TimeSpan timeout)
    {
        Deadline deadline = Deadline.Checked(timeout, nameof(timeout));
        if (IsDestroyed) return _endedCleanly;
        if (Greenlet.Running == Main) return EndHere(deadline);
        if (_thread is not { } thread)
            throw new InvalidThreadUseException($"{this} belongs to the code of its thread: only the main greenlet there can destroy it. Only a hub of Hub.Start can be destroyed from outside.");
        thread.RequestStop(timeout);
        if (CurrentOrNull == this) return false;
        _ = Main.WaitForEnd(Deadline.Never);
        return _endedCleanly;
    }

    /// <summary>Only in HubThread, on the hub's thread, before anybody else knows the hub.</summary>
    internal void BelongTo(HubThread thread, string? name)
    {
        _thread = thread;
        Name = name ?? $"started hub of thread {Environment.CurrentManagedThreadId}";
        Main.Name = $"main greenlet of {Name}";
    }

    /// <summary>Only in the main greenlet.</summary>
    internal bool EndHere(Deadline deadline)
    {
        if (_life != Running) throw new InvalidOperationException($"{this} is being destroyed already.");
        Volatile.Write(ref _life, Closing);
        _endedCleanly = KillAll(deadline);
        Finish(Main, moved: Kind == FiberKind.User && Libc.gettid() != _firstTid);
        return _endedCleanly;
    }

    /// <summary>Only on the monitor, once in a while: a hub whose thread has ended is ended too, once its greenlets are over.</summary>
    internal void EndIfOrphaned()
    {
        if (_orphaned || Main.ManagedThreadId == MainThreadId || Main.Thread is not { IsAlive: false } || _life != Running) return;
        GreenletTable.Clear(Main.ManagedThreadId, Main); // the next thread may get that id
        _orphaned = OrphanEnd.TryBegin(this);
    }

    /// <summary>Only in an OrphanEnd.</summary>
    internal void EndOrphan(OrphanEnd self)
    {
        const int FirstPause = 5, LongestPause = 1000;
        for (int pause = FirstPause; HasOthers(self) || _life == Running; pause = Math.Min(pause * 2, LongestPause))
        {
            if (!HasOthers(self))
            {
                Volatile.Write(ref _life, Closing);
                pause = FirstPause; // something may have come in before that
            }
            new Waiter(self, "the greenlets of its hub to end").Park(Deadline.In(pause), Interrupts.None);
        }
        _endedCleanly = true;
        Finish(self, moved: true);
    }

    private bool HasOthers(OrphanEnd self) =>
        !Ready.IsEmpty || !Inbox.IsEmpty || Timers.Count > 0 || Attachments.IsBusy || GreenletTable.Find(this, greenlet => greenlet != self && greenlet != Main && !greenlet.Dead) is not null;

    /// <summary>Only in <paramref name="self"/>, the last of the hub's greenlets, when the others have ended (or are given up).</summary>
    private void Finish(Greenlet self, bool moved)
    {
        EndWorkers(self);
        HubRegistry.Remove(this);
        Volatile.Write(ref _life, Over);
        EndLoop(self, moved);
        Greenlet.Disown(self.ManagedThreadId);
        self.Fiber!.Retire();
        Inbox.Reject(this);
        Timers.RejectAll(this);
        Reactor.Close();
        _bell.Close();
        Main.End();
    }

    private void ThrowIfClosing()
    {
        if (Volatile.Read(ref _life) != Running) throw new HubDestroyedException($"{this} has been destroyed: nothing can run on it any more.");
    }

    /// <summary>By whoever has posted something: it may have come too late.</summary>
    private void RejectIfOver()
    {
        if (Volatile.Read(ref _life) == Over) Inbox.Reject(this);
    }

    /// <summary>False when some have not ended in time. What dying greenlets spawn is killed too.</summary>
    private bool KillAll(Deadline deadline)
    {
        while (true)
        {
            bool any = false;
            foreach (Greenlet? greenlet in GreenletTable.Snapshot())
            {
                if (greenlet is null || greenlet.Hub != this || greenlet == Main || greenlet.Dead) continue;
                any = true;
                greenlet.Kill(new GreenletExit("Its hub is being destroyed."), block: false); // the first counts: repeating it does nothing
            }
            var unborn = new List<Greenlet>();
            Enter(Main);
            for (int i = 0; i < Ready.Count; i++)
                if (Ready.Peek(i) is { Fiber: null } greenlet and not CallbackGreenlet) unborn.Add(greenlet);
            any |= !Ready.IsEmpty || !Inbox.IsEmpty;
            Main.Hold.Leave();
            foreach (Greenlet greenlet in unborn) greenlet.Kill(new GreenletExit("Its hub is being destroyed."), block: false);
            if (deadline.HasPassed && any) return false;
            new Waiter(Main, "its greenlets to end").Park(Deadline.In(1), Interrupts.None);
            if (!any) return true;
        }
    }

    /// <summary>The idle stacks end: each is given a greenlet with nothing to do, and is not kept after that.</summary>
    private void EndWorkers(Greenlet self)
    {
        Enter(self);
        int idle = Workers.Close();
        for (int i = 0; i < idle; i++) Ready.Enqueue(new Greenlet(this, static () => { }));
        self.Hold.Leave();
        Deadline patience = Deadline.In(s_patience); // the kernel may refuse threads for ever
        do new Waiter(self, "its stacks to end").Park(Deadline.In(1), Interrupts.None);
        while ((Workers.HasIdle || Attachments.IsBusy) && !patience.HasPassed);
    }

    private void EndLoop(Greenlet self, bool moved)
    {
        Fiber last = self.Fiber!, loop = _loop.Fiber;
        Enter(self);
        _loop.EndFor(last, moved);
        if (moved)
        {
            last.LeaveCarrierTo(LoopForATurn());
            loop.AwaitDetached();
            loop.Leave();
        }
        else
        {
            last.SwitchTo(LoopForATurn());
        }
        HubLoop.AttachPatiently(loop);
    }
}
