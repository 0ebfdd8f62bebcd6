using System.Diagnostics;
using System.Runtime.CompilerServices;
using FluentAssertions;
using Xunit;

namespace Patchy.Tests;

/// <summary>What depends on the runtime's settings, or on being first in a process, runs in a process of its own.</summary>
public sealed class ScenarioTests
{
    public static TheoryData<string> Settings() =>
    [
        "",
        "DOTNET_TieredCompilation=0",
        "DOTNET_ReadyToRun=0",
        "DOTNET_TieredCompilation=0 DOTNET_ReadyToRun=0",
        "DOTNET_TieredPGO=0",
        "DOTNET_TC_QuickJit=0",
        "DOTNET_TC_OnStackReplacement=0",
        "DOTNET_TC_CallCountThreshold=2 DOTNET_TC_CallCountingDelayMs=0 DOTNET_TC_BackgroundWorkerTimeoutMs=0",
        "DOTNET_ProfAPI_RejitOnAttach=0 DOTNET_TieredCompilation=0",
        "DOTNET_EnableWriteXorExecute=0",
        "DOTNET_gcServer=1",
    ];

    [Theory]
    [MemberData(nameof(Settings))]
    public void Engine_UnderEachSetting_RedirectsEveryCallerAndRestoresIt(string settings) => Run("EngineScenario", settings, "2000");

    [Theory]
    [MemberData(nameof(Settings))]
    public void Slots_UnderEachSetting_CatchNativeCalls(string settings) => Run("SlotScenario", settings);

    [Theory]
    [MemberData(nameof(Settings))]
    public void Patch_InTheVeryMainThatJoins_IsCooperative(string settings) => Run("GreenMain", settings);

    [Theory]
    [MemberData(nameof(Settings))]
    public void Patch_InTheVeryMainThatWaitsAndSignals_IsCooperative(string settings) => Run("InlinedMain", settings);

    [Fact]
    public void Patch_PublicFace_KeepsItsPromises() => Run("PatchApi", "");

    [Theory]
    [InlineData("PATCHY_DETOUR=harmony")]
    [InlineData("PATCHY_DETOUR=harmony PATCHY_FIBER=kernel")]
    [InlineData("PATCHY_DETOUR=harmony DOTNET_TieredCompilation=0")]
    [InlineData("PATCHY_DETOUR=harmony DOTNET_TieredPGO=0 DOTNET_ReadyToRun=0")]
    public void Patch_ThroughHarmony_DoesTheSame(string settings) => Run("HarmonyAdapter", settings);

    [Theory]
    [InlineData("")]
    [InlineData("DOTNET_TieredCompilation=0")]
    public void Patch_WhereHarmonyCameFirst_NamesItAndStaysAway(string settings) => Run("HarmonyBeforeUs", settings);

    [Fact]
    public void All_FailingAtEachOfItsSteps_LeavesTheProcessAsItWas() => Run("NothingHalf", "");

    [Fact]
    public void Events_OfEachCall_ComeAsGeventsDo() => Run("PatchEventsScenario", "");

    [Theory]
    [InlineData("")]
    [InlineData("DOTNET_TieredCompilation=0")]
    [InlineData("DOTNET_ReadyToRun=0")]
    [InlineData("DOTNET_EnableWriteXorExecute=0")]
    public void Queries_HitsAndUndo_AreExact(string settings) => Run("PatchQueries", settings);

    [Fact]
    public void UserPatches_OfEachKind_HavePatchysChecks() => Run("UserPatches", "");

    [Theory]
    [InlineData("")]
    [InlineData("PATCHY_FIBER=kernel")]
    public void AKill_ThatTheClassLibraryWraps_IsStillAKill(string settings) => Run("WrappedKills", settings);

    [Theory]
    [InlineData("")]
    [InlineData("PATCHY_FIBER=kernel")]
    public void IsBackground_SetByManyAtOnceWhileTheThreadsEnd_KeepsNoProcessAlive(string settings) => Run("ForegroundToggles", settings);

    [Fact]
    public void Patch_First_IsNowhereLate() => Run("ColdStart", "");

    private static void Run(string scenario, string settings, params string[] arguments)
    {
        var start = new ProcessStartInfo(Executable()) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(scenario);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        foreach (string setting in settings.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = setting.Split('=');
            start.Environment[pair[0]] = pair[1];
        }
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromSeconds(120)))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{scenario} ({settings}) did not end. It said:\n{output.Result}\n{errors.Result}");
        }
        process.ExitCode.Should().Be(0, "{0} ({1}) said:\n{2}\n{3}", scenario, settings, output.Result, errors.Result);
    }

    private static string Executable([CallerFilePath] string here = "")
    {
        string configuration = AppContext.BaseDirectory.Contains("/Debug/", StringComparison.Ordinal) ? "Debug" : "Release";
        return Path.Combine(Path.GetDirectoryName(here)!, "..", "Scenarios", "bin", configuration, "net10.0", "Patchy.Scenarios");
    }
}
