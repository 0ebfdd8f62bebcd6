using System.Reflection;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using Patchy.Micro;

// Each run is built from the sources of Patchy once more, which takes longer than BenchmarkDotNet's two minutes where the machine is small and busy.
IConfig config = ManualConfig.Create(DefaultConfig.Instance).WithBuildTimeout(TimeSpan.FromMinutes(10));
Summary[] summaries = [.. BenchmarkSwitcher.FromAssembly(typeof(InGreenlet).Assembly).Run(args, config)];

// For BenchmarkDotNet a benchmark that threw or did not build is a row of question marks, and a filter that finds nothing a message: both end with 0.
var errors = new List<string>();
if (summaries.Length == 0 && args.Contains("--filter") && !args.Contains("--list")) errors.Add("No benchmark was run.");
foreach (Summary summary in summaries)
{
    foreach (BenchmarkCase benchmark in summary.BenchmarksCases)
    {
        BenchmarkReport? report = summary[benchmark];
        if (report is not { Success: true, ResultStatistics: not null })
            errors.Add($"{benchmark.DisplayInfo}: failed, see its output above.");
        else if (benchmark.Descriptor.WorkloadMethod.IsDefined(typeof(AllocatesNothingAttribute)) && !(report.GcStats.GetBytesAllocatedPerOperation(benchmark) <= AllocatesNothingAttribute.Tolerated))
            errors.Add($"{benchmark.DisplayInfo}: allocates {report.GcStats.GetBytesAllocatedPerOperation(benchmark)?.ToString() ?? "an unknown number of"} bytes each time and should allocate none.");
    }
}
foreach (string error in errors) Console.Error.WriteLine(error);
return errors.Count == 0 ? 0 : 1;
