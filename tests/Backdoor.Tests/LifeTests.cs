using System.Net.Sockets;
using FluentAssertions;
using Patchy.Events;

namespace Patchy.Backdoor.Tests;

/// <summary>How a session ends, and what it may not do to others.</summary>
public sealed class LifeTests
{
    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Exception_OfAnInput_IsPrintedAndTheSessionGoesOn(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var errors = new Errors();
        using var server = new BackdoorServer("127.0.0.1:0");
        server.Start();
        using Client client = Client.Of(server);

        client.Ask("int kept = 1; throw new InvalidOperationException(\"on purpose\");").Should().Be("System.InvalidOperationException: on purpose\n", "below the input there is only the session itself");
        client.Ask("kept").Should().Be("1\n", "what was done before the error stays done");
        client.Ask("void Deep() => int.Parse(\"x\");").Should().BeEmpty();
        string[] deep = client.Ask("Deep()").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        deep[0].Should().StartWith("System.FormatException: ");
        deep[^1].Should().Contain("Deep()", "the stack goes down to what was typed").And.StartWith("   at ");
        client.Ask("throw new Exception(\"outer\", new ArgumentException(\"inner\"));").Should().Be("System.Exception: outer\n ---> System.ArgumentException: inner\n");
        client.Ask("await Task.FromException(new TimeoutException())").Should().StartWith("System.TimeoutException: ");
        client.Ask("class Broken { public override string ToString() => throw new Exception(\"no text\"); }").Should().BeEmpty();
        client.Ask("new Broken()").Should().NotBeEmpty("a value that cannot be shown is no end, either");
        client.Ask("#r \"no such file.dll\"").Should().Contain("CS0006");
        string answers = client.Ask("var left = GreenletTimeout.Start(TimeSpan.FromMilliseconds(500));");
        (answers + client.Until(Client.Prompt)).Should().Contain("Patchy.GreenletTimeout: ", "it comes while the session waits for the next input");
        client.Ask("kept + 1").Should().Be("2\n");
        errors.All.Should().BeEmpty();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Session_ThatQuits_EndsAtOnceAndTheServerGoesOn(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var errors = new Errors();
        using var server = new BackdoorServer("127.0.0.1:0");
        server.Start();
        foreach (string last in new[] { "quit()\n", "exit();\n", "if (true) { quit(); } Console.WriteLine(\"no more\");\n", "try { quit(); } catch (Exception) { }\n", "\u0004\n" })
        {
            using Client client = Client.Of(server);
            client.Send(last);
            client.ToEnd().Trim().Should().BeEmpty(last);
        }
        using Client end = Client.Of(server);
        end.Send("1 + 1"); // no end of line: the end of the input is one
        end.SendNoMore();
        end.ToEnd().Should().Be("2\n>>> \n");

        using Client elsewhere = Client.Of(server);
        elsewhere.Send("Task.Run(quit).Wait(); Console.WriteLine(\"to the end\");\n");
        elsewhere.ToEnd().Should().EndWith("to the end\n", "from another thread it is the end of the input that runs");
        OnHub.Until(() => server.Pool!.Count == 0).Should().BeTrue();
        server.Started.Should().BeTrue();
        errors.All.Should().BeEmpty();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ReadLine_InASession_ReadsFromItsClient(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var server = new BackdoorServer("127.0.0.1:0");
        server.Start();
        using Client client = Client.Of(server);
        client.Send("ReadLine() + ReadLine()\nfirst\r\nsecond\r\n");
        client.Until(Client.Prompt).Should().Be("\"firstsecond\"\n");
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Client_ThatGoesAway_EndsItsSession(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var errors = new Errors();
        var printing = new Event();
        using var server = new BackdoorServer("127.0.0.1:0", new { printing });
        server.Start();
        Client idle = Client.Of(server);
        idle.Dispose();
        Client busy = Client.Of(server);
        busy.Send("while (true) { Console.WriteLine(\"on and on\"); printing.Set(); Greenlet.Yield(); }\n");
        printing.Wait(TimeSpan.FromSeconds(30)).Should().BeTrue();
        busy.Dispose();
        OnHub.Until(() => server.Pool!.Count == 0).Should().BeTrue("what prints for nobody gets an error");
        errors.All.Should().BeEmpty();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Stop_OfTheServer_KillsItsSessions(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var inside = new Event();
        var cleaned = new Event();
        var server = new BackdoorServer("127.0.0.1:0", new { inside, cleaned });
        server.Start();
        using Client idle = Client.Of(server), waiting = Client.Of(server);
        waiting.Send("try { inside.Set(); new Event().Wait(); } finally { cleaned.Set(); }\n");
        inside.Wait(TimeSpan.FromSeconds(30)).Should().BeTrue();

        server.Stop();

        cleaned.Wait(TimeSpan.FromSeconds(10)).Should().BeTrue("they get a kill, as any greenlet");
        idle.ToEnd().Should().BeEmpty();
        waiting.ToEnd().Should().BeEmpty();
        server.Pool!.Count.Should().Be(0);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Session_ThatCompilesAndWaits_LetsOthersRun(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var others = new Progress();
        using var server = new BackdoorServer("127.0.0.1:0");
        server.Start();
        using Client first = Client.Of(server), second = Client.Of(server);
        string large = string.Join(" + ", Enumerable.Range(0, 300).Select(static n => $"Enumerable.Range(0, {n}).Select(x => x - {n}).Count()")); // so much that no machine compiles it in a few milliseconds
        int compiling = others.DuringOneOf(() => first.Ask(large).Should().Be("44850\n"));
        compiling.Should().BeGreaterThan(Progress.Some, "the compiler is on a native thread");

        first.Send("ReadLine()\n");
        int waiting = others.During(() =>
        {
            second.Ask("2").Should().Be("2\n");
            others.Pass();
        });
        waiting.Should().BeGreaterThan(Progress.Some);
        first.Send("read\n");
        first.Until(Client.Prompt).Should().Be("\"read\"\n", "a session that waits keeps no other");
        if (!OnHub.IsPatched) return;
        int sleeping = others.DuringOneOf(() => first.Ask("Thread.Sleep(100);"));
        sleeping.Should().BeGreaterThan(Progress.Some, "patched calls are cooperative in a session as everywhere");
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Session_InAProgramWithoutAFreePoolThread_Answers(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // What one opens a backdoor for: to look why nothing goes on.
        using var server = new BackdoorServer("127.0.0.1:0");
        server.Start();
        ThreadPool.GetMaxThreads(out int before, out int ports);
        var release = new ManualResetEventSlim(); // not disposed of: some come to it late
        int most = Environment.ProcessorCount;
        ThreadPool.SetMaxThreads(most, ports).Should().BeTrue();
        try
        {
            for (int i = 0; i < most * 4; i++) ThreadPool.UnsafeQueueUserWorkItem(_ => release.Wait(), null);
            Greenlet.Sleep(TimeSpan.FromMilliseconds(300)); // the test host may hold threads of the pool itself
            ThreadPool.PendingWorkItemCount.Should().BeGreaterThan(0, "else this test says nothing");
            using Client client = Client.Of(server);
            client.Ask("string.Join(',', Enumerable.Range(0, 3).Select(n => n * n))").Should().Be("\"0,1,4\"\n");
            client.Ask("string Late(int n) => new string('x', n);").Should().BeEmpty();
            client.Ask("Console.WriteLine(Late(3) + (ThreadPool.PendingWorkItemCount > 0))").Should().Be("xxxTrue\n");
        }
        finally
        {
            release.Set();
            ThreadPool.SetMaxThreads(before, ports);
        }
    });
}
