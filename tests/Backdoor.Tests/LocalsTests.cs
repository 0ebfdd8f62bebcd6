using System.Reflection;
using System.Reflection.Emit;
using FluentAssertions;

namespace Patchy.Backdoor.Tests;

/// <summary>The variables that sessions begin with.</summary>
public sealed class LocalsTests
{
    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Locals_OfTwoSessions_AreVariablesOfEach(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var shared = new Dictionary<string, int>();
        using var server = new BackdoorServer("127.0.0.1:0", new Dictionary<string, object?> { ["shared"] = shared, ["n"] = 1, ["nothing"] = null, ["class"] = "word" });
        server.Start();
        using Client one = Client.Of(server), two = Client.Of(server);

        one.Ask("n = 2;");
        one.Ask("n").Should().Be("2\n");
        two.Ask("n").Should().Be("1\n", "gevent 1.1: each connection has its own dictionary of locals");
        one.Ask("shared[\"x\"] = n;");
        shared.Should().Contain("x", 2, "it is the object of the program, and no copy");
        two.Ask("shared").Should().Be("Dictionary<string, int>(1) { { \"x\", 2 } }\n");
        two.Ask("nothing is null").Should().Be("true\n");
        two.Ask("@class + Locals.Count").Should().Be("\"word4\"\n");
        two.Ask("two").Should().Contain("CS0103");
        server.Locals.Should().ContainKey("n").WhoseValue.Should().Be(1);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Locals_OfTypesOfTheProgram_CanBeUsed(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var hidden = new Hidden { Size = 3 };
        using var server = new BackdoorServer("127.0.0.1:0", new { hidden, face = (IComparer<int>)new Backwards(), nested = new Outer<int>.Inner<string>[,] { { new() { Value = "v" } } } });
        server.Start();
        using Client client = Client.Of(server);

        client.Ask("hidden.Size += 1;").Should().BeEmpty("most types of a program are not public");
        hidden.Size.Should().Be(4);
        client.Ask("hidden.Secret(\"a\", 2)").Should().Be("\"aa\"\n");
        client.Ask("hidden[5]").Should().Be("20\n");
        client.Ask("hidden.Next.Size").Should().Be("5\n", "what it gives is of the same kind");
        client.Ask("hidden.Missing").Should().Contain("RuntimeBinderException").And.Contain("Missing");
        client.Ask("hidden.Fail()").Should().StartWith("System.InvalidOperationException: on purpose\n");
        client.Ask("face.Compare(1, 2)").Should().Be("1\n", "the type that the object declares is one that code can name");
        client.Ask("nested[0, 0].Value").Should().Be("\"v\"\n");
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Locals_OfTypesThatTheCompilerCannotReferTo_AreDynamic(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // Proxies of mocking and mapping libraries are so: public, in an assembly that is only in memory.
        using var errors = new Errors();
        TypeBuilder type = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("InMemory"), AssemblyBuilderAccess.Run).DefineDynamicModule("InMemory")
            .DefineType("InMemory.Proxy", TypeAttributes.Public, typeof(List<int>));
        type.DefineDefaultConstructor(MethodAttributes.Public);
        object proxy = Activator.CreateInstance(type.CreateType())!;
        object list = Activator.CreateInstance(typeof(List<>).MakeGenericType(proxy.GetType()))!;
        using var server = new BackdoorServer("127.0.0.1:0", new { proxy, list, declared = (List<int>)proxy, plain = 1 });
        server.Start();
        using Client client = Client.Of(server);

        client.Ask("plain").Should().Be("1\n", "one variable is no reason for the others not to be there");
        client.Ask("proxy.Add(5);").Should().BeEmpty();
        client.Ask("declared.Count").Should().Be("1\n", "its property declares a type that code can name");
        client.Ask("list.Count").Should().Be("0\n");
        errors.All.Should().BeEmpty();
    });

    [Fact]
    public void Locals_WithNamesThatCannotBe_AreRefused()
    {
        Action identifier = static () => _ = new BackdoorServer(1, new Dictionary<string, object?> { ["no name"] = 1 });
        Action member = static () => _ = new BackdoorServer(1, new { quit = 1 });
        Action number = static () => _ = new BackdoorServer(1, new Dictionary<int, int> { [1] = 1 });

        identifier.Should().Throw<ArgumentException>().WithMessage("*no name*no C# identifier*");
        member.Should().Throw<ArgumentException>().WithMessage("*quit*BackdoorSession.quit*");
        number.Should().Throw<ArgumentException>().WithMessage("*Int32*");
    }

    private sealed class Hidden
    {
        public int Size;

        public Hidden Next => new() { Size = Size + 1 };

        public int this[int factor] => Size * factor;

        public void Fail() => throw new InvalidOperationException("on purpose");

        private string Secret(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
    }

    private sealed class Backwards : IComparer<int>
    {
        public int Compare(int x, int y) => y.CompareTo(x);
    }

    public static class Outer<T>
    {
        public sealed class Inner<TValue>
        {
            public TValue? Value { get; init; }

            public T? Other { get; init; }
        }
    }
}
