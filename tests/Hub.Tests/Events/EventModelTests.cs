using CsCheck;
using FluentAssertions;
using Patchy.Events;
using Xunit;

namespace Patchy.Tests.Events;

/// <summary>Random programs on one hub beside plain models. Between the moment a step is done and its note nothing else runs.</summary>
public sealed class EventModelTests
{
    private const int Programs = 400;

    private enum EventStep { Set, Clear, Pulse, Wait, WaitZero, Yield }

    private enum ResultStep { Set, Fail, Get, GetNoWait, Wait, Yield }

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void Model_Event_RandomPrograms_AgreeWithAPlainFlag(FiberKind kind) => OnHub.RunSpawned(kind, () =>
        Gen.Enum<EventStep>().Array[0, 12].Array[1, 7].Sample(programs => Undisturbed.Check(new EventRun(programs).Check), iter: Programs, threads: 1));

    [Theory, MemberData(nameof(Kinds))]
    public void Model_AsyncResult_RandomPrograms_AgreeWithAPlainVariable(FiberKind kind) => OnHub.RunSpawned(kind, () =>
        Gen.Enum<ResultStep>().Array[0, 8].Array[1, 7].Sample(programs => Undisturbed.Check(new ResultRun(programs).Check), iter: Programs, threads: 1));

    private static void RunToRest(Greenlet[] greenlets)
    {
        for (int i = 0; i < 200 && greenlets.Any(greenlet => !greenlet.Dead && greenlet.CurrentWait is not { IsDecided: false }); i++) Greenlet.Yield();
    }

    private static void ThrowFirstError(Greenlet[] greenlets)
    {
        foreach (Greenlet greenlet in greenlets)
            if (greenlet.Exception is { } error) throw new InvalidOperationException($"The model disagrees: {error}");
    }

    private sealed class EventRun(EventStep[][] programs)
    {
        private readonly Event _event = new();
        private readonly List<int> _waiting = []; // since before the last set, oldest first
        private readonly List<int> _told = []; // those the set found waiting: they go on in this order
        private bool _flag;

        public void Check()
        {
            Greenlet[] greenlets = [.. programs.Select((program, number) => Greenlet.Spawn(() =>
            {
                foreach (EventStep step in program) Do(number, step);
            }))];
            RunToRest(greenlets);
            _told.Should().BeEmpty("everybody who was there at a set goes on");
            greenlets.Count(greenlet => !greenlet.Dead).Should().Be(_waiting.Count, "who came after the last set waits");
            _event.LinkCount.Should().Be(_waiting.Count);
            foreach (Greenlet greenlet in greenlets) greenlet.Kill();
            _event.LinkCount.Should().Be(0);
            ThrowFirstError(greenlets);
        }

        private void Do(int number, EventStep step)
        {
            switch (step)
            {
                case EventStep.Set:
                    _event.Set();
                    Told();
                    _flag = true;
                    break;
                case EventStep.Clear:
                    _event.Clear();
                    _flag = false;
                    break;
                case EventStep.Pulse:
                    _event.Set();
                    Told();
                    _event.Clear();
                    _flag = false;
                    break;
                case EventStep.Wait:
                    if (_flag && _told.Count > 0) _told.Add(number); // L3: behind those who are still being told
                    else if (!_flag) _waiting.Add(number);
                    else
                    {
                        _event.Wait();
                        break;
                    }
                    _event.Wait();
                    _told.Should().StartWith(number, "they go on in the order in which they came");
                    _told.RemoveAt(0);
                    break;
                case EventStep.WaitZero:
                    _event.Wait(TimeSpan.Zero).Should().Be(_flag);
                    break;
                default:
                    Greenlet.Yield();
                    break;
            }
            _event.IsSet.Should().Be(_flag);
        }

        private void Told()
        {
            _told.AddRange(_waiting);
            _waiting.Clear();
        }
    }

    private sealed class ResultRun(ResultStep[][] programs)
    {
        private readonly AsyncResult<int> _result = new();
        private int? _value;
        private Exception? _error;
        private int _next;

        public void Check()
        {
            Greenlet[] greenlets = [.. programs.Select(program => Greenlet.Spawn(() =>
            {
                foreach (ResultStep step in program) Do(step);
            }))];
            RunToRest(greenlets);
            if (_value is not null || _error is not null) greenlets.Should().OnlyContain(greenlet => greenlet.Dead, "nobody waits for what is there");
            foreach (Greenlet greenlet in greenlets) greenlet.Kill();
            _result.LinkCount.Should().Be(0);
            ThrowFirstError(greenlets);
        }

        private void Do(ResultStep step)
        {
            switch (step)
            {
                case ResultStep.Set:
                    _result.Set(++_next);
                    _value = _next;
                    break;
                case ResultStep.Fail:
                    var error = new FormatException();
                    _result.SetException(error);
                    _error = error;
                    break;
                case ResultStep.Get:
                    Expect(() => _result.Get());
                    break;
                case ResultStep.GetNoWait:
                    if (_value is null && _error is null) ((Action)(() => _result.GetNoWait())).Should().Throw<GreenletTimeout>();
                    else Expect(() => _result.GetNoWait());
                    break;
                case ResultStep.Wait:
                    _result.Wait().Should().Be(_value ?? 0);
                    break;
                default:
                    Greenlet.Yield();
                    break;
            }
            (_result.Ready, _result.Successful, _result.Value).Should().Be((_value is not null || _error is not null, _value is not null, _value ?? 0));
            _result.Exception.Should().BeSameAs(_error);
        }

        private void Expect(Func<int> get)
        {
            int? got = null;
            Exception? thrown = null;
            try { got = get(); }
            catch (FormatException exception) { thrown = exception; }
            if (_value is null) thrown.Should().BeSameAs(_error).And.NotBeNull();
            else got.Should().Be(_value);
        }
    }
}
