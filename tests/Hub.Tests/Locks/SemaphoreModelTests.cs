using CsCheck;
using FluentAssertions;
using Xunit;
using Semaphore = Patchy.Locks.Semaphore;

namespace Patchy.Tests.Locks;

/// <summary>
/// Random programs on one hub, whose steps are noted in the order in which they happen, beside a plain counter with a line of those who wait. Between the
/// moment a step is done and its note nothing else runs, so the notes are the order of the operations.
/// </summary>
public sealed class SemaphoreModelTests
{
    private const int Programs = 1000;

    private enum Step { Acquire, TryAcquire, AcquireSoon, Release, ReleaseTwo, Wait, Hold, Yield, Kill }

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void Model_RandomPrograms_AgreeWithAPlainCounter(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        Gen<(Step Step, int Argument)[]> program = Gen.Select(Gen.Enum<Step>(), Gen.Int[0, 7]).Array[0, 12];
        Gen.Select(Gen.Int[0, 3], program.Array[1, 7]).Sample((permits, programs) => Undisturbed.Check(new Run(permits, programs).Check), iter: Programs, threads: 1);
    });

    private sealed class Run
    {
        private readonly Semaphore _semaphore;
        private readonly (Step Step, int Argument)[][] _programs;
        private readonly List<int> _line = []; // who waits for a permit, oldest first
        private readonly HashSet<int> _hit = []; // who may have been killed: they leave the line at a moment that the model does not know
        private readonly HashSet<int> _timed = []; // whose wait may run out, likewise
        private readonly Greenlet[] _greenlets;
        private readonly List<string> _trace = [];
        private Exception? _disagreement; // the first one: it brings others about
        private int _counter;

        public Run(int permits, (Step Step, int Argument)[][] programs)
        {
            _semaphore = new Semaphore(permits);
            _counter = permits;
            _programs = programs;
            _greenlets = new Greenlet[programs.Length];
        }

        public void Check()
        {
            for (int i = 0; i < _programs.Length; i++)
            {
                int number = i;
                _greenlets[i] = Greenlet.Spawn(() => Go(number));
            }
            for (int i = 0; i < 200 && _greenlets.Any(greenlet => !greenlet.Dead && greenlet.CurrentWait is not { IsDecided: false }); i++) Greenlet.Yield();
            ThrowDisagreement();
            Greenlet[] stuck = [.. _greenlets.Where(greenlet => !greenlet.Dead)];
            _semaphore.Counter.Should().Be(_counter);
            if (_counter > 0) stuck.Should().BeEmpty("nobody waits while a permit is free");
            foreach (Greenlet greenlet in stuck) greenlet.Kill();
            ThrowDisagreement();
            (_semaphore.Counter, _semaphore.LinkCount).Should().Be((_counter, 0));
        }

        private void ThrowDisagreement()
        {
            if (_disagreement is not null) throw new InvalidOperationException($"The model disagrees after {string.Join(", ", _trace)}: {_disagreement}");
        }

        private void Go(int number)
        {
            foreach ((Step step, int argument) in _programs[number])
            {
                try
                {
                    _trace.Add($"{number} {step}");
                    Do(number, step, argument);
                    if (_disagreement is null) _trace.Add($"{number} done");
                }
                catch (Exception exception) when (exception is not GreenletExit)
                {
                    _disagreement ??= exception;
                    throw;
                }
            }
        }

        private void Do(int number, Step step, int argument)
        {
            switch (step)
            {
                case Step.Acquire:
                    Enter(number);
                    _semaphore.Acquire();
                    Took(number);
                    break;
                case Step.AcquireSoon:
                    Enter(number);
                    _timed.Add(number);
                    if (_semaphore.Acquire(TimeSpan.FromMilliseconds(1))) Took(number);
                    else _line.Remove(number);
                    _timed.Remove(number);
                    break;
                case Step.Hold:
                    Enter(number);
                    using (_semaphore.Hold())
                    {
                        Took(number);
                        try { Greenlet.Yield(); }
                        finally { _counter++; } // the release follows at once, before anybody runs
                    }
                    break;
                case Step.TryAcquire:
                    bool got = _semaphore.TryAcquire();
                    got.Should().Be(_counter > 0);
                    if (got) _counter--;
                    break;
                case Step.Release:
                    _semaphore.Release();
                    _counter++;
                    break;
                case Step.ReleaseTwo:
                    _semaphore.Release(2);
                    _counter += 2;
                    break;
                case Step.Wait:
                    _semaphore.Wait().Should().Be(_counter).And.BeGreaterThan(0);
                    break;
                case Step.Kill:
                    int victim = argument % _greenlets.Length;
                    if (victim == number) break;
                    _hit.Add(victim);
                    _greenlets[victim].Kill(new GreenletExit(), block: false);
                    break;
                default:
                    Greenlet.Yield();
                    break;
            }
            _semaphore.Counter.Should().Be(_counter);
        }

        private void Enter(int number)
        {
            if (_counter == 0) _line.Add(number);
        }

        private void Took(int number)
        {
            _counter.Should().BeGreaterThan(0, "a permit is taken once");
            _counter--;
            int place = _line.IndexOf(number);
            if (place < 0) return; // it did not have to wait
            _line.Take(place).Should().BeSubsetOf(_hit.Union(_timed), "those who wait are served in their order");
            _line.RemoveAt(place);
        }
    }
}
