namespace Patchy.Conformance.Tests.Scenarios;

/// <summary>What the README promises, each in a process of its own. A scenario prints its findings and ends with 0 when all hold.</summary>
public sealed class PromiseTests
{
    private static readonly string[] s_both = ["BorderTraffic 1000000", "LockExclusion", "LockChurn", "FirstLine", "LatePatch", "PatchTwice", "FileGroup", "ConsoleInput pipe", "ConsoleInput terminal", "Children", "StuckCarrier", "GcPause", "Interruptions", "TornLocks 0.6", "PrimitiveStress 2", "BypassedSocket"];

    public static TheoryData<string, string> OnBothKinds()
    {
        var data = new TheoryData<string, string>();
        foreach (string scenario in s_both)
        {
            data.Add(scenario, "user");
            data.Add(scenario, "kernel");
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(OnBothKinds))]
    public void Scenario_InItsOwnProcess_Holds(string scenario, string fiber) => Scenario.Holds(scenario, fiber);

    /// <summary>The promises about kernel threads and memory are those of user-mode fibers.</summary>
    [Theory]
    [InlineData("ManyThreads 10000 1000")]
    [InlineData("ManyThreads 10000 4000")]
    [InlineData("ManyGreenlets 50000")]
    [InlineData("Undo")]
    public void Scenario_OnUserFibers_Holds(string scenario) => Scenario.Holds(scenario, "user");

    [Fact]
    public void Manifests_Broken_AreRefused() => Scenario.Holds("Manifests", "user");

    [Theory]
    [InlineData("DOTNET_TieredCompilation=0")]
    [InlineData("DOTNET_ReadyToRun=0")]
    [InlineData("DOTNET_TieredPGO=0")]
    [InlineData("DOTNET_TC_QuickJit=0")]
    [InlineData("DOTNET_TieredCompilation=0 DOTNET_ReadyToRun=0")]
    [InlineData("DOTNET_gcServer=1")]
    public void FirstLine_UnderEverySetting_Holds(string settings)
    {
        foreach (string fiber in new[] { "user", "kernel" }) Scenario.Holds("FirstLine", fiber, settings.Split(' '));
    }

    [Theory]
    [InlineData("DOTNET_TieredCompilation=0")]
    public void TornLocks_WhereTheFrameworkIsInlinedOtherwise_Holds(string setting) => Scenario.Holds("TornLocks 0.3", "user", setting);

    [Theory]
    [InlineData("DOTNET_TieredCompilation=0")]
    [InlineData("DOTNET_ReadyToRun=0")]
    public void LatePatch_UnderEverySetting_Holds(string setting) => Scenario.Holds("LatePatch", "user", setting);
}
