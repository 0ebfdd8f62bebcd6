using Patchy.Fibers;
using Xunit;

namespace Patchy.Tests.Threading;

/// <summary>Every case natively (so that we know what is true), with the replacements on native threads, and with them on greenlets of both kinds.</summary>
public sealed class SyncOracleTests
{
    private static readonly SyncCase[] s_cases = [.. MonitorCases.All, .. HandleCases.All];

    public static TheoryData<string> Names => new(s_cases.Select(one => one.Name));

    public static TheoryData<string, FiberKind> NamesAndKinds
    {
        get
        {
            var data = new TheoryData<string, FiberKind>();
            foreach (FiberKind kind in TestKinds.All)
                foreach (SyncCase one in s_cases) data.Add(one.Name, kind);
            return data;
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Case_Natively_DoesWhatIsExpected(string name) => Find(name).Run(new NativeSync());

    [Theory, MemberData(nameof(Names))]
    public void Case_WithReplacementsOnNativeThreads_DoesTheSame(string name) => Find(name).Run(new GreenSync());

    [Theory, MemberData(nameof(NamesAndKinds))]
    public void Case_OnGreenlets_DoesTheSame(string name, FiberKind kind) => OnHub.Run(kind, () => Find(name).Run(new GreenSync()));

    private static SyncCase Find(string name) => s_cases.Single(one => one.Name == name);
}
