using FluentAssertions;

namespace Patchy.Backdoor.Tests;

/// <summary>What is typed, and what comes back: as gevent's backdoor (test__backdoor.py), in C#.</summary>
public sealed class SessionTests
{
    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Session_OfSeveralInputs_IsADialogue(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var server = new BackdoorServer("127.0.0.1:0", new { answer = 42, names = new List<string> { "a", "b" } }, "Hello.");
        server.Start();
        using Client client = Client.Of(server);

        client.Greeting.Should().Be("Hello.\n");
        client.Ask("answer + 1").Should().Be("43\n", "what the server was given is there as variables");
        client.Ask("names").Should().Be("List<string>(2) { \"a\", \"b\" }\n");
        client.Ask("var x = answer * 2;").Should().BeEmpty("a statement has no value");
        client.Ask("x").Should().Be("84\n", "a session keeps its variables");
        client.Ask("").Should().BeEmpty();
        client.Ask("int Twice(int n)", Client.Continuation).Should().BeEmpty("it is not complete");
        client.Ask("{", Client.Continuation).Should().BeEmpty();
        client.Ask("", Client.Continuation).Should().BeEmpty();
        client.Ask("    return n * 2;", Client.Continuation).Should().BeEmpty();
        client.Ask("}").Should().BeEmpty();
        client.Ask("Twice(x)").Should().Be("168\n");
        client.Ask("using System.Text;").Should().BeEmpty();
        client.Ask("new StringBuilder(\"built\").ToString()").Should().Be("\"built\"\n");
        client.Ask("await Task.Run(() => 5)").Should().Be("5\n");
        client.Ask("Greenlet.Spawn(() => 7).Get()").Should().Be("7\n", "Patchy's names are there");
        client.Ask("nameof(RunInfo) + nameof(Event) + nameof(Pool) + nameof(SimpleQueue<int>) + nameof(Poller) + nameof(StreamServer)").Should().Be("\"RunInfoEventPoolSimpleQueuePollerStreamServer\"\n", "of each namespace");
        client.Ask("nonsense").Should().Contain("error CS0103").And.Contain("nonsense");
        client.Ask("x").Should().Be("84\n", "an error of the compiler changes nothing");
    });
}
