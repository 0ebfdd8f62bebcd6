namespace Patchy.Scenarios;

/// <summary>Something that needs a process of its own: a runtime setting, a first line of Main, an end of the process. Found by its class name.</summary>
internal interface IScenario
{
    /// <summary>0 when everything is as it should be.</summary>
    int Run(string[] args);
}
