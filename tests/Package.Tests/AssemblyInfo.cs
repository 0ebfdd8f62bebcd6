using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]

// Each test builds something: one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
