using System.Diagnostics;
using FluentAssertions;
using FluentAssertions.Execution;

namespace Patchy.Conformance.Tests;

/// <summary>What is asked of a body in a patched mode: its outcome equals the native one, and where it blocks the others ran meanwhile.</summary>
internal static class Verdict
{
    private const int FewTicks = 3;
    private const int Attempts = 3;
    private const int MostAttempts = 12;

    private static readonly TimeSpan s_mostTime = TimeSpan.FromMinutes(1);

    public static TheoryData<string, string> Data(IEnumerable<BodyCase> bodies)
    {
        var data = new TheoryData<string, string>();
        foreach (BodyCase body in bodies) data.Add(body.Group, body.Name);
        return data;
    }

    public static void BehavesAsNatively(HostMode mode, string group, string body)
    {
        HostMode truth = mode == HostMode.FiberWithReader ? HostMode.NativeWithReader : HostMode.Native;
        BodyReport native = HostRun.Of(truth, group)[body];
        BodyReport patched = HostRun.Of(mode, group)[body];

        // Only a verdict on time may be asked for again: a busy machine can be late, or start a body late. What a body observed else counts the first time,
        // but where one was early: its call had not begun when its end came.
        for (int attempt = 1; attempt < Attempts && Timing.MayExplain(patched, native); attempt++)
        {
            native = HostRun.Alone(truth, group, body);
            patched = HostRun.Alone(mode, group, body);
        }

        patched.Outcome.Should().Equal(native.Outcome, "{0}.{1} in mode {2} must observe what it observes natively", group, body, mode);
    }

    public static void LetsOthersRun(HostMode mode, string group, string body)
    {
        BodyCase terms = BodyCase.Of(group).Single(b => b.Name == body);
        BodyReport report = HostRun.Of(mode, group)[body];

        // A busy machine can take the processor from the ticker; a hub that is kept shows it every time. An attempt that the machine starved does not count: a native ticker, which hardly computes, is
        // given the processor sooner than who has something to compute or to hand over, and does not explain it; and the monitor finds a carrier asleep in
        // the kernel more often. What blocks does so every time.
        var clock = Stopwatch.StartNew();
        for (int all = 1, counted = 1; counted < Attempts && all < MostAttempts && clock.Elapsed < s_mostTime && !IsCooperative(terms, report); all++)
        {
            report = HostRun.Alone(mode, group, body);
            if (!WasStarved(report)) counted++;
        }

        using var scope = new AssertionScope($"{group}.{body} in mode {mode}");
        if (terms.Terms.Blocks > 0) report.Ticks.Should().BeGreaterThan(FewTicks, "a ticker greenlet runs while the body waits {0} ms or more", terms.Terms.Blocks);
        if (!terms.Terms.MayBeRelieved) report.Relieved.Should().Be(0, "what it waits for must not block the carrier; that the monitor helps is no cooperation");
        (report.GreenGap - report.NativeGap).Should().BeLessThan(terms.Terms.MayHold, "nobody may keep the hub (ms without a tick)");
    }

    /// <summary>For at least half of the longest pause, and for at least a tenth of the time: a little of it is always there, and adds up in a body that takes long.</summary>
    private static bool WasStarved(BodyReport report) => report.Starved > Math.Max(report.GreenGap / 2, report.Milliseconds / 10.0);

    private static bool IsCooperative(BodyCase body, BodyReport report) =>
        (body.Terms.Blocks == 0 || report.Ticks > FewTicks) && (body.Terms.MayBeRelieved || report.Relieved == 0) && report.GreenGap - report.NativeGap < body.Terms.MayHold;
}
