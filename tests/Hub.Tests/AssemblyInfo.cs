using Patchy.Tests;
using Xunit;

// Fibers are counted, limited and adopted a process, and hubs measure time: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: NoHubStays]
