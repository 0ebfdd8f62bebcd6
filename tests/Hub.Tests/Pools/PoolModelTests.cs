using CsCheck;
using FluentAssertions;
using Patchy.Pools;
using Xunit;

namespace Patchy.Tests.Pools;

/// <summary>Random inputs and random programs beside a plain model.</summary>
public sealed class PoolModelTests
{
    private const int Programs = 200;

    private enum Step { Spawn, AddAtOnce, Discard, Kill, KillOne, Yield, Sleep }

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void Map_OfAnyInput_EqualsSelect(FiberKind kind) => OnHub.Run(kind, () =>
        Gen.Select(Gen.Int[1, 4], Gen.Select(Gen.Int, Gen.Int[0, 3]).Array[0, 20]).Sample((size, input) =>
        {
            var pool = new Pool(size);
            int running = 0, most = 0;
            IReadOnlyList<int> mapped = pool.Map(item =>
            {
                most = Math.Max(most, ++running);
                for (int i = 0; i < item.Item2; i++) Greenlet.Yield();
                running--;
                return unchecked(item.Item1 * 31);
            }, input);
            mapped.Should().Equal(input.Select(item => unchecked(item.Item1 * 31)));
            most.Should().BeLessThanOrEqualTo(size);
            (pool.Count, pool.FreeCount).Should().Be((0, size));
        }, iter: Programs, threads: 1));

    [Theory, MemberData(nameof(Kinds))]
    public void IMap_OfAnyInputWithAnyErrors_ReadsAsThePlainLoop(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var quiet = new QuietErrors();
        Gen<(int Yields, bool Fails)[]> items = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 4], (yields, dice) => (yields, dice == 0)).Array[0, 12];
        Gen.Select(Gen.Int[1, 3], Gen.Int[0, 3], items, Gen.Bool).Sample((size, bound, input, inputFails) =>
        {
            int calls = 0, reads = 0;
            IEnumerable<int> Input()
            {
                for (int i = 0; i < input.Length; i++) yield return i;
                if (inputFails) throw new InvalidCastException();
            }
            int Work(int i)
            {
                calls++;
                if (bound > 0) calls.Should().BeLessThanOrEqualTo(bound + reads, "rule P2");
                for (int y = 0; y < input[i].Yields; y++) Greenlet.Yield();
                return input[i].Fails ? throw new FormatException() : i;
            }
            string[] expected = [.. input.Select((item, i) => item.Fails ? nameof(FormatException) : $"{i}"), .. inputFails ? [nameof(InvalidCastException)] : Array.Empty<string>(), "end"];

            var seen = new List<string>();
            IEnumerator<int> reader = new Pool(size).IMap(Work, Input(), bound).GetEnumerator();
            while (seen.LastOrDefault() != "end")
            {
                reads++;
                try { seen.Add(reader.MoveNext() ? $"{reader.Current}" : "end"); }
                catch (Exception exception) when (exception is FormatException or InvalidCastException) { seen.Add(exception.GetType().Name); }
            }
            seen.Should().Equal(expected);

            (calls, reads) = (0, int.MaxValue / 2);
            List<string> unordered = MapTests.Read(new Group().IMapUnordered(Work, Input(), bound));
            unordered[..^1].Should().BeEquivalentTo(expected);
            unordered[^2..].Should().Equal("end", "end");
        }, iter: Programs, threads: 1);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Pool_RandomPrograms_KeepTheCount(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Gen<(Step Step, int Argument)[]> program = Gen.Select(Gen.Enum<Step>(), Gen.Int[0, 7]).Array[0, 10];
        Gen.Select(Gen.Int[1, 3], program.Array[1, 6]).Sample((size, programs) =>
        {
            var pool = new Pool(size);
            var spawned = new List<Greenlet>();
            int running = 0, finished = 0, discarded = 0;
            void Body(int steps)
            {
                running++;
                try
                {
                    for (int i = 0; i < steps; i++) Greenlet.Yield();
                }
                finally
                {
                    running--;
                    finished++;
                }
            }
            void Look()
            {
                pool.Count.Should().BeInRange(0, size);
                pool.FreeCount.Should().BeInRange(0, size - pool.Count, "who has been told of a place may have it already, and be no member yet");
                running.Should().BeLessThanOrEqualTo(size + discarded);
            }
            Greenlet[] actors = [.. programs.Select(steps => Greenlet.Spawn(() =>
            {
                foreach ((Step step, int argument) in steps)
                {
                    Greenlet? any = spawned.Count > 0 ? spawned[argument % spawned.Count] : null;
                    switch (step)
                    {
                        case Step.Spawn:
                            spawned.Add(pool.Spawn(() => Body(argument)));
                            break;
                        case Step.AddAtOnce:
                            try
                            {
                                var fresh = new Greenlet(() => Body(argument));
                                bool full = pool.Full;
                                pool.Start(fresh, TimeSpan.Zero);
                                full.Should().BeFalse();
                                spawned.Add(fresh);
                            }
                            catch (PoolFullException)
                            {
                                pool.Full.Should().BeTrue();
                            }
                            break;
                        case Step.Discard:
                            if (any is not null && pool.Discard(any)) discarded++;
                            break;
                        case Step.Kill:
                            pool.Kill(null, block: false);
                            break;
                        case Step.KillOne:
                            if (any is not null) pool.KillOne(any);
                            break;
                        case Step.Yield:
                            Greenlet.Yield();
                            break;
                        default:
                            Greenlet.Sleep(TimeSpan.FromMilliseconds(argument / 4));
                            break;
                    }
                    Look();
                }
            }))];
            Greenlet.JoinAll(actors);
            foreach (Greenlet actor in actors)
                if (actor.Exception is { } error) throw new InvalidOperationException($"{error}");
            pool.Join();
            Greenlet.JoinAll([.. spawned]);
            (pool.Count, pool.FreeCount, running).Should().Be((0, size, 0));
            finished.Should().BeLessThanOrEqualTo(spawned.Count, "one that is killed before it runs never begins");
        }, iter: Programs, threads: 1);
    });
}
