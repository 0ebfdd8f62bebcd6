using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]

// Two browsers and a server at a time are enough for a small machine.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
