using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using Fake = HarmonyLib.Harmony;

namespace Patchy.Scenarios.Harmony;

/// <summary>The whole manifest through Harmony (PATCHY_DETOUR=harmony), against a stand-in of its surface: applied, cooperative, undone, refused.</summary>
internal sealed class HarmonyAdapter : IScenario
{
    private readonly Checks _checks = new();
    private static int s_victims;

    public int Run(string[] args)
    {
        Fake.Redirector = new CellRedirector();
        AFailureLeavesNothing();
        APatchOfAnotherIsRefused();

        Fake.Log.Clear();
        PatchReport report = Patch.All(new PatchOptions { CountHits = true });
        _checks.That("the report names Harmony and its version", report.Engine.StartsWith("Harmony 2.4.2 for methods", StringComparison.Ordinal), report.Engine);
        _checks.That("methods go through Harmony", report.Rows.Any(row => row.Mechanism == "harmony") && report.Rows.All(row => row.Mechanism != "cell"));
        _checks.That("native calls do not", report.Rows.Any(row => row.Mechanism == "slot"));
        _checks.That("nothing is refused that the own engine applies", report.Count(PatchOutcome.Applied) == report.Rows.Count(row => row.Mechanism != "-"), report.Count(PatchOutcome.Applied));
        _checks.That("the table keeps its columns", report.ToString().Split('\n').Skip(1).Where(line => line.Contains(" harmony ")).All(line => line.IndexOf("harmony ", StringComparison.Ordinal) == 18));
        _checks.That("each owner is known to Harmony", Owners(SleepMethod()) is ["patchy.time"], string.Join(",", Owners(SleepMethod())));
        int patches = Fake.Log.Count(line => line.StartsWith("Patch ", StringComparison.Ordinal)), lastReverse = Fake.Log.FindLastIndex(line => line.StartsWith("ReversePatch", StringComparison.Ordinal));
        _checks.That("each original is copied before the first method is patched", patches > 30 && lastReverse < Fake.Log.FindIndex(line => line.StartsWith("Patch patchy.time", StringComparison.Ordinal)), $"{patches} patches");

        ItIsCooperative();
        long hits = Patch.Report!.Rows.First(row => row.Target.Contains("Thread.Sleep(System.Int32)")).Hits ?? 0;
        _checks.That("calls are counted", hits >= 50, hits);

        PatchReport undone = Patch.UndoAll();
        _checks.That("all is undone", undone.Rows.All(row => row.Outcome == PatchOutcome.Undone), undone.Count(PatchOutcome.Undone));
        _checks.That("Harmony knows of no patch of ours", Owners(SleepMethod()).Length == 0 && Patch.Report is null);
        bool isNative = false;
        var thread = new Thread(() => isNative = Hub.CurrentOrNull is null);
        thread.Start();
        thread.Join();
        _checks.That("a thread is native again", isNative);
        return _checks.Finish();
    }

    private void ItIsCooperative()
    {
        int before = Process.GetCurrentProcess().Threads.Count, most = 0, done = 0, green = 0;
        var gate = new object();
        Thread[] threads = [.. Enumerable.Range(0, 50).Select(_ => new Thread(() =>
        {
            if (Hub.CurrentOrNull is not null) Interlocked.Increment(ref green); // one that the monitor has relieved runs beside the others
            Thread.Sleep(100);
            lock (gate)
            {
                Thread.Sleep(1);
                done++;
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        for (int wait = 0; wait < 1000 && Volatile.Read(ref green) < 50; wait++) Thread.Sleep(1);
        most = Process.GetCurrentProcess().Threads.Count; // now they all sleep
        foreach (Thread thread in threads) thread.Join();
        _checks.That("50 threads sleep and lock as green ones", done == 50 && green == 50);
        if (Hub.Current.Kind == FiberKind.User) _checks.That("and need few kernel threads", most < before + 25, $"{most - before} more");
        _checks.That("a socket waits cooperatively", Echo() == 3);
    }

    private static int Echo()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var order = new List<int>();
        var server = new Thread(() =>
        {
            using Socket connection = listener.Accept();
            var buffer = new byte[8];
            order.Add(connection.Receive(buffer));
        });
        server.Start();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        Thread.Sleep(20); // the server is parked in Receive meanwhile
        client.Send([1, 2, 3]);
        server.Join();
        return order[0];
    }

    private void AFailureLeavesNothing()
    {
        int left = 10;
        Fake.Fails = _ => left-- == 0;
        try
        {
            Patch.All();
            _checks.That("a method that Harmony refuses is an error", false);
        }
        catch (PatchException e)
        {
            _checks.That("a method that Harmony refuses is an error that says so", e.Message.Contains("Harmony refused it in Patch") && e.Message.Contains("the fake was told to fail"), e.Message);
        }
        Fake.Fails = null;
        _checks.That("what Harmony noted before it failed is taken back, too", Calls("Unpatch") == Calls("Patch"), $"{Calls("Patch")} patched, {Calls("Unpatch")} taken back");
        _checks.That("and nothing stays patched", Patch.Report is null && Owners(SleepMethod()).Length == 0 && Fake.Log.Count(line => line.StartsWith("Unpatch patchy.", StringComparison.Ordinal)) >= 10);
    }

    private static int Calls(string what) => Fake.Log.Count(line => line.StartsWith($"{what} patchy.", StringComparison.Ordinal));

    private void APatchOfAnotherIsRefused()
    {
        var other = new Fake("some.mod");
        MethodInfo theirs = typeof(HarmonyAdapter).GetMethod(nameof(Nothing), BindingFlags.Static | BindingFlags.NonPublic)!;
        other.Patch(SleepMethod(), transpiler: new HarmonyLib.HarmonyMethod(theirs));
        Thread.Sleep(60_000);
        _checks.That("the other's patch works", s_victims == 1);
        try
        {
            Patch.All();
            _checks.That("a method of another owner is refused", false);
        }
        catch (PatchException e)
        {
            _checks.That("a method of another owner is refused by name", e.Message.Contains("some.mod") && e.Message.Contains("Thread.Sleep") && e.Message.Contains("Nothing was patched"), e.Message);
        }
        Thread.Sleep(60_000);
        _checks.That("and still the other's", s_victims == 2);
        other.Unpatch(SleepMethod(), theirs);
    }

    private static IEnumerable<HarmonyLib.CodeInstruction> Nothing(IEnumerable<HarmonyLib.CodeInstruction> instructions)
    {
        yield return new() { opcode = System.Reflection.Emit.OpCodes.Call, operand = typeof(HarmonyAdapter).GetMethod(nameof(Victim), BindingFlags.Static | BindingFlags.NonPublic) };
        yield return new() { opcode = System.Reflection.Emit.OpCodes.Ret };
        _ = instructions;
    }

    private static void Victim() => s_victims++;

    private static MethodInfo SleepMethod() => typeof(Thread).GetMethod(nameof(Thread.Sleep), [typeof(int)])!;

    private static string[] Owners(MethodBase method) => [.. Fake.GetPatchInfo(method)?.Owners ?? []];
}
