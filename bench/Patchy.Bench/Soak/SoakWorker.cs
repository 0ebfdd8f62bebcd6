using System.Globalization;
using System.Net;

namespace Patchy.Bench.Soak;

/// <summary>One green thread: a random job after the other, and after each of them the question whether it is still itself.</summary>
internal sealed class SoakWorker
{
    [ThreadStatic] private static object? t_mine;
    private static readonly AsyncLocal<int> s_flowing = new();

    private readonly SoakState _state;
    private readonly Random _random;
    private readonly (string Name, Action Job)[] _jobs;
    private long _operations;

    public SoakWorker(SoakState state, int number, EndPoint echo)
    {
        _state = state;
        Number = number;
        _random = new Random(state.Seed + (number * 7919));
        var socket = new SocketJobs(state, echo, _random);
        var locks = new LockJobs(state, _random);
        var plain = new PlainJobs(_random);
        var waits = new WaitJobs(state, _random);
        _jobs =
        [
            ("allocate", plain.Allocate), ("text", plain.Text), ("regex", plain.Match), ("query", plain.Query), ("compute", plain.Compute),
            ("deep exception", plain.DeepException), ("null reference", plain.NullReference), ("finally", plain.FinallySwitches),
            ("sleep", plain.Sleep), ("yield", plain.Yield),
            ("lock", locks.Enter), ("new lock", locks.EnterNew), ("try enter", locks.TryEnter), ("permit", locks.Permit), ("mutex", locks.Mutex), ("reader writer", locks.ReadOrWrite),
            ("task", waits.RunTask), ("delay", waits.Delay), ("event", waits.Events), ("pulse", waits.Pulse), ("threads", waits.Threads), ("interrupt", waits.Interrupt), ("timeout", waits.TimeLimit),
            ("echo", socket.Echo), ("echo", socket.Echo), ("reconnect", socket.Reconnect), ("resolve", socket.Resolve),
        ];
    }

    public int Number { get; }

    public Thread? Thread { get; set; }

    public string Job { get; private set; } = "start";

    public bool IsDone { get; private set; }

    public long Operations => Volatile.Read(ref _operations);

    public void Run()
    {
        object mine = new();
        if (t_mine is not null) _state.Fail($"worker {Number}", "a new thread has the thread statics of another one");
        t_mine = mine;
        s_flowing.Value = Number;
        int id = Environment.CurrentManagedThreadId;
        CultureInfo.CurrentCulture = Number % 2 == 0 ? CultureInfo.InvariantCulture : (CultureInfo)CultureInfo.InvariantCulture.Clone();
        CultureInfo culture = CultureInfo.CurrentCulture;
        while (!_state.Stop)
        {
            (string name, Action job) = _jobs[_random.Next(_jobs.Length)];
            Job = name;
            try
            {
                job();
            }
            catch (Exception e)
            {
                _state.Fail($"worker {Number}, {name}", e.ToString());
            }

            _state.Count(name);
            if (!ReferenceEquals(Thread.CurrentThread, Thread)) Wrong("the current thread");
            if (!ReferenceEquals(t_mine, mine)) Wrong("a thread static");
            if (s_flowing.Value != Number) Wrong("an AsyncLocal");
            if (Environment.CurrentManagedThreadId != id) Wrong("the managed id");
            if (!ReferenceEquals(CultureInfo.CurrentCulture, culture)) Wrong("the culture");
            Volatile.Write(ref _operations, _operations + 1);

            void Wrong(string what) => _state.Fail($"worker {Number}, {name}", what + " changed");
        }

        IsDone = true;
    }
}
